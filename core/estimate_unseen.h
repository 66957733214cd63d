// SPDX-License-Identifier: Apache-2.0
/* Fakes that were scanned first: copies whose genuine item nobody has scanned before them, so that
 * no scan of theirs looks like another item's. docs/AUDIT.md derives the formulas. */
#ifndef ASSAY_CORE_ESTIMATE_UNSEEN_H
#define ASSAY_CORE_ESTIMATE_UNSEEN_H

#include "core/base.h"

/** What is counted of copied codes, in expectation. */
struct assay_estimate_seen {
    double twos;       /* codes of which two items were scanned */
    double threes;     /* three */
    double fours;      /* four */
    double more;       /* five and more */
    double firsts;     /* first scans, of these and all other codes */
    double units_sold; /* genuine items; 0: not known */
};

/** What came of it. */
struct assay_estimate_unseen {
    double fakes;       /* U: unseen ones among the first scans */
    double scan_chance; /* p_G: of a genuine item to be ever scanned */
    double copies;      /* m: on how many fakes a code is, as taken */
    bool sales_short; /* more genuine items were scanned than sold: the figure of sales is wrong */
};

/** On how many fakes a code is, from how many were scanned on two and on three items: copies and the
 *  genuine item are each scanned with the same chance (in (0, 1), asserted). At least 1; without
 *  twos 2.5. Pure. threads: any. */
double assay_estimate_copies(double twos, double threes, double chance);

/** How many fakes were scanned first, if a fake is scanned as often as a genuine item.
 *  copies  m; 0: from the counts; at least 1 else (asserted).
 *  chance  of a genuine item to be scanned, where sales are not known; in (0, 1), asserted.
 *  Pure. threads: any. */
struct assay_estimate_unseen assay_estimate_unseen(const struct assay_estimate_seen *seen,
                                                   double copies, double chance);

/** The least number of copied codes of which only one item was scanned, given how many were scanned
 *  on two items and on three: the bound of Chao, corrected for excess ones as by Boehning,
 *  Kaskasamkul and van der Heijden (2019), 2 f2^2 / (3 f3), in its form for small counts. */
double assay_estimate_singles(double twos, double threes);

#endif
