// SPDX-License-Identifier: Apache-2.0
#include "core/audit_known.h"

#include <string.h>

#include "core/audit.h"
#include "core/rollup.h"

static uint64_t units_sold(void *context, uint32_t product, const char *country)
{
    const struct assay_audit_source *source = context;
    struct assay_sale what = {.sku = ""};
    size_t known = 0;
    if (product >= assay_catalog_product_count(source->catalog) || country[0] == '\0') {
        return 0;
    }
    const struct assay_product *named = assay_catalog_product_at(source->catalog, product);
    memcpy(what.sku, named->value.sku, sizeof what.sku);
    memcpy(what.where.country, country, 2);
    return assay_evidence_units(source->evidence, &what, INT32_MIN, INT32_MAX, &known);
}

void assay_audit_known_fill(const struct assay_audit_source *source,
                            struct assay_audit_known *known)
{
    *known = (struct assay_audit_known){
        .references = source->evidence->references,
        .reference_count = source->evidence->reference_count,
        .units_sold = source->evidence->sale_count > 0 ? units_sold : NULL,
        .context = (void *)(uintptr_t)source,
    };
}

bool assay_audit_purchase_key(const struct assay_purchase *purchase, unsigned by, int32_t day,
                              struct assay_audit_row *key)
{
    *key = (struct assay_audit_row){
        .day = ASSAY_DAY_NONE, .first_day = ASSAY_DAY_NONE, .last_day = ASSAY_DAY_NONE};
    if ((by & ASSAY_CUT_BATCH) != 0 && purchase->item == 0) {
        return false;
    }
    if ((by & (ASSAY_CUT_PRODUCT | ASSAY_CUT_BATCH)) != 0) {
        memcpy(key->sku, purchase->sku, sizeof key->sku);
    }
    if ((by & ASSAY_CUT_BATCH) != 0) {
        key->handle = assay_item_key_handle(purchase->item);
    }
    if ((by & ASSAY_CUT_REGION) != 0) {
        memcpy(key->country, purchase->where.country, sizeof key->country);
        memcpy(key->region, purchase->where.region, sizeof key->region);
    }
    if ((by & ASSAY_CUT_WEEK) != 0) {
        key->day = assay_rollup_monday(day);
    } else if ((by & ASSAY_CUT_DAY) != 0) {
        key->day = day;
    }
    return true;
}
