// SPDX-License-Identifier: Apache-2.0
/* Sets of items as ranges: what a batch's states are kept in. */
#ifndef ASSAY_CORE_RANGE_H
#define ASSAY_CORE_RANGE_H

#include "core/error.h"

/** Items first..last, both inclusive. */
struct assay_range {
    uint32_t first;
    uint32_t last;
};

/** Sorted, disjoint, not touching. */
struct assay_range_set {
    struct assay_range *ranges;
    uint32_t count;
    uint32_t room;
};

/** How many items a set holds. */
uint64_t assay_range_set_total(const struct assay_range_set *set);

/** True if the index lies in the set. */
bool assay_range_set_has(const struct assay_range_set *set, uint32_t index);

/** Unite a range into the set. ASSAY_OK, ASSAY_E_FULL, ASSAY_E_MEMORY; untouched on error. */
ASSAY_MUST_CHECK enum assay_error assay_range_set_add(struct assay_range_set *set,
                                                      struct assay_range range);

/** True if the set holds every item of the range. */
bool assay_range_set_has_whole(const struct assay_range_set *set, struct assay_range range);

/** How many items both sets hold. */
uint64_t assay_range_set_common(const struct assay_range_set *a, const struct assay_range_set *b);

/** True if the set holds an item of the range; common: out, the first run that both hold. */
bool assay_range_set_meets(const struct assay_range_set *set, struct assay_range range,
                           struct assay_range *common);

/** Take a range out of the set; what of it is not there does not matter. ASSAY_OK, ASSAY_E_FULL,
 *  ASSAY_E_MEMORY; untouched on error. */
ASSAY_MUST_CHECK enum assay_error assay_range_set_remove(struct assay_range_set *set,
                                                         struct assay_range range);

/** A copy, the caller's to free. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_range_set_copy(struct assay_range_set *copy,
                                                       const struct assay_range_set *set);

#endif
