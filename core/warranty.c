// SPDX-License-Identifier: Apache-2.0
#include "core/warranty.h"

#include "core/batch.h"

/* A period in months ends with the day of the same date (Civil Code of the PRC, articles 201 and
 * 202; Regulation (EEC) 1182/71, article 3): three months from 15 January end on 15 April. */
int32_t assay_warranty_ends_on(const struct assay_warranty_terms *terms, int32_t begins_on,
                               bool registered)
{
    int32_t months = terms->months + (registered ? terms->bonus_months : 0);
    return months == 0 ? ASSAY_DAY_NONE : assay_day_add_months(begins_on, months);
}
