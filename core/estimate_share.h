// SPDX-License-Identifier: Apache-2.0
/* Shares of counts with their intervals: Wilson's for plain counts, Rogan and Gladen's with the
 * interval of Lang and Reiczigel where the counting itself errs, and what is built of these: forged
 * codes (E0) and fakes among PIN reveals. docs/AUDIT.md has the formulas and sources. */
#ifndef ASSAY_CORE_ESTIMATE_SHARE_H
#define ASSAY_CORE_ESTIMATE_SHARE_H

#include "core/error.h"

/** Two-sided 95%. */
#define ASSAY_ESTIMATE_Z95 1.959963984540054

/** A number with its interval; low <= point <= high. */
struct assay_estimate {
    double point, low, high;
};

/** x out of n. */
struct assay_estimate_count {
    uint64_t x, n;
};

/** Share x / n with Wilson's interval (1927); without trials: point 1/2, 0 to 1.
 *  z: quantile of the wanted certainty, such as ASSAY_ESTIMATE_Z95; above 0 (asserted).
 *  returns ASSAY_OK; ASSAY_E_FIELD: x is more than n. Pure. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_estimate_wilson(struct assay_estimate_count count, double z,
                                                        struct assay_estimate *share);

/** How well something is told: rates, and the number of trials behind each (0: known for sure). */
struct assay_estimate_test {
    double sensitivity; /* of fakes, this share is told as such */
    double specificity; /* of genuine items, this share is not */
    uint64_t sensitivity_n, specificity_n;
};

/** The true share behind a counted one, by Rogan and Gladen (1978), with the interval of Lang and
 *  Reiczigel (2014); cut to 0..1. Without trials: 0 to 1.
 *  returns ASSAY_OK; ASSAY_E_FIELD: x more than n, a rate outside 0..1, or sensitivity + specificity
 *  not above 1, so that counting says nothing. Pure. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_estimate_corrected(struct assay_estimate_count count,
                                                           const struct assay_estimate_test *test,
                                                           struct assay_estimate *share);

/** Covered PINs revealed, by item. */
struct assay_estimate_reveals {
    uint64_t right_first;      /* right at the first try, by the first who tried */
    uint64_t failed_or_reused; /* never right, or right where another had revealed it */
    struct assay_estimate_count
        errors; /* of reference items: failed by mistyping, all; 0, 0: none */
};

/** Fakes among revealed items: failed and reused ones, less those that were only mistyped. Without
 *  reference reveals the mistyped are taken as 1.1% (of 400).
 *  returns ASSAY_OK; ASSAY_E_FIELD. Pure. threads: any. */
ASSAY_MUST_CHECK enum assay_error
assay_estimate_from_reveals(const struct assay_estimate_reveals *reveals,
                            struct assay_estimate *share);

/** E0: codes tried that were never issued. */
struct assay_estimate_forged {
    struct assay_estimate_count raw;      /* requests */
    struct assay_estimate_count distinct; /* by device or address bucket, and day */
};

/** E0 by distinct trier and day, so that one machine cannot make it 99%; raw apart.
 *  returns ASSAY_OK; ASSAY_E_FIELD: an x above its n. Pure. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_estimate_e0(const struct assay_estimate_forged *forged,
                                                    struct assay_estimate *share,
                                                    double *raw_share);

#endif
