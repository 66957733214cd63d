// SPDX-License-Identifier: Apache-2.0
/* Warranty terms: so many months, and more for registering. */
#ifndef ASSAY_CORE_WARRANTY_H
#define ASSAY_CORE_WARRANTY_H

#include "core/clock.h"

struct assay_warranty_terms {
    uint16_t months;       /* 0 = none offered; at most 600 */
    uint16_t bonus_months; /* added by registering; at most 120 */
};

/** Last day, inclusive, of a warranty that begins on a day; registered adds the bonus. Day numbers.
 *  ASSAY_DAY_NONE (core/batch.h) if that makes no months. threads: any. */
int32_t assay_warranty_ends_on(const struct assay_warranty_terms *terms, int32_t begins_on,
                               bool registered);

#endif
