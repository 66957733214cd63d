// SPDX-License-Identifier: Apache-2.0
/* What is known of single items: which are genuine, and which bear a code that was copied.
 *
 * The first that holds of an item counts, in this order:
 *  - copied: an alert `cloned` about it was confirmed. It teaches nothing, whatever else is said of it.
 *  - a reference item.
 *  - confirmed by its PIN.
 *  - dismissed: such an alert was, so it is genuine. It was looked at for its score, so it says nothing
 *    of how high scores of genuine items are. */
#ifndef ASSAY_CORE_CALIBRATE_KNOWN_H
#define ASSAY_CORE_CALIBRATE_KNOWN_H

#include "core/calibrate_learn.h"

struct assay_calibrate_item {
    uint64_t item;
    enum assay_calibrate_source source;
    struct assay_risk_state state; /* at this point of the ledger */
};

/** All zero at the start; free it with assay_calibrate_known_deinit. */
struct assay_calibrate_known {
    struct assay_calibrate_item *items; /* ascending, each once, when finished */
    size_t count;
    size_t capacity;
    uint32_t of[ASSAY_CALIBRATE_SOURCES]; /* how many of each source, when finished */
};

/** Note what is known of an item. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_calibrate_know(struct assay_calibrate_known *known,
                                                       uint64_t item,
                                                       enum assay_calibrate_source source);

/** Bring them in order and count them. */
void assay_calibrate_known_finish(struct assay_calibrate_known *known);

/** The item, or NULL. Only when finished. */
struct assay_calibrate_item *assay_calibrate_known_find(const struct assay_calibrate_known *known,
                                                        uint64_t item);

/** Free what it holds. */
void assay_calibrate_known_deinit(struct assay_calibrate_known *known);

#endif
