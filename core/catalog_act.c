// SPDX-License-Identifier: Apache-2.0
/* Which records may change the catalog, and what they change. */
#include <stdlib.h>
#include <string.h>

#include "core/catalog_private.h"

enum assay_error assay_catalog_fail_no_batch(uint32_t handle, struct assay_reason *reason)
{
    char text[ASSAY_HANDLE_SIZE];
    assay_handle_format(handle, text);
    return assay_fail(reason, ASSAY_E_NOT_FOUND, "batch %s: there is no such batch", text);
}

static enum assay_error check_batch(const struct assay_catalog *catalog,
                                    const struct assay_batch *batch, struct assay_reason *reason)
{
    if (assay_catalog_facts(catalog, batch->handle) != NULL) {
        return assay_fail(reason, ASSAY_E_EXISTS, "the batch handle is taken: draw another");
    }
    if (assay_catalog_product(catalog, batch->sku) == NULL) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "sku %s: add the product first", batch->sku);
    }
    if (batch->handle == 0 || batch->handle >> 30 != 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "handle: 30 bits, never 0");
    }
    if (batch->count == 0 || batch->count > ASSAY_BATCH_ITEMS_MAX) {
        return assay_fail(reason, ASSAY_E_FIELD, "count: 1 to %u", ASSAY_BATCH_ITEMS_MAX);
    }
    if (catalog->batch_count == ASSAY_BATCHES_MAX) {
        return assay_fail(reason, ASSAY_E_FULL, "batches: at most %u", ASSAY_BATCHES_MAX);
    }
    return ASSAY_OK;
}

enum assay_error assay_catalog_batch_copy(const struct assay_batch *batch, struct assay_batch *copy)
{
    struct assay_batch value = *batch;
    const struct {
        struct assay_range_set *to;
        const struct assay_range_set *from;
    } sets[] = {
        {&value.active, &batch->active},     {&value.shipped, &batch->shipped},
        {&value.voided, &batch->voided},     {&value.recalled, &batch->recalled},
        {&value.printed, &batch->printed},   {&value.spoiled, &batch->spoiled},
        {&value.reserved, &batch->reserved},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(sets); i++) {
        *sets[i].to = (struct assay_range_set){0};
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(sets); i++) {
        enum assay_error error = assay_range_set_copy(sets[i].to, sets[i].from);
        if (error != ASSAY_OK) {
            assay_batch_deinit(&value);
            return error;
        }
    }
    *copy = value;
    return ASSAY_OK;
}

/* Tries the move on a copy, so that asking changes nothing. */
static enum assay_error check_move(struct assay_catalog *catalog,
                                   const struct assay_move_record *move,
                                   struct assay_reason *reason)
{
    struct assay_catalog_batch *entry = assay_catalog_batch_of(catalog, move->handle);
    if (entry == NULL) {
        return assay_catalog_fail_no_batch(move->handle, reason);
    }
    enum assay_error error = ASSAY_OK;
    if (move->move == ASSAY_MOVE_ACTIVATE || move->move == ASSAY_MOVE_ACTIVATE_UNREPORTED) {
        error = assay_batch_check_activation(&entry->batch, move->move, move->range, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_batch copy;
    error = assay_catalog_batch_copy(&entry->batch, &copy);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    error = assay_batch_move(&copy, move->move, move->range, move->reason_text, reason);
    assay_batch_deinit(&copy);
    return error;
}

static enum assay_error check_manifest(struct assay_catalog *catalog,
                                       const struct assay_manifest_record *manifest,
                                       struct assay_reason *reason)
{
    struct assay_catalog_batch *entry = assay_catalog_batch_of(catalog, manifest->handle);
    if (entry == NULL) {
        return assay_catalog_fail_no_batch(manifest->handle, reason);
    }
    struct assay_range range = manifest->range;
    if (range.first > range.last || range.last >= entry->batch.count) {
        return assay_fail(reason, ASSAY_E_FIELD, "range: items 0 to %u", entry->batch.count - 1);
    }
    struct assay_range common;
    if (assay_range_set_meets(&entry->batch.printed, range, &common)) {
        return assay_fail(reason, ASSAY_E_EXISTS,
                          "range: items %u to %u were printed already by an earlier manifest",
                          common.first, common.last);
    }
    struct assay_range_set copy;
    enum assay_error error = assay_range_set_copy(&copy, &entry->batch.printed);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    error = assay_range_set_add(&copy, range);
    free(copy.ranges);
    return error == ASSAY_OK ? ASSAY_OK
                             : assay_fail(reason, error, "range: at most %d separate printed ones",
                                          ASSAY_BATCH_RANGES_MAX);
}

/* What is known of a name; a revoked one may be given again, and takes no new room. */
enum name_state { NAME_FREE, NAME_VALID, NAME_REVOKED };

static enum assay_error check_named(enum name_state known, bool revoked, bool full,
                                    const char *name, struct assay_reason *reason)
{
    if (revoked && known == NAME_FREE) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "name %s: there is no such entry", name);
    }
    if (!revoked && known == NAME_VALID) {
        return assay_fail(reason, ASSAY_E_EXISTS, "name %s: it is taken", name);
    }
    if (!revoked && known == NAME_FREE && full) {
        return assay_fail(reason, ASSAY_E_FULL, "name %s: no room for more entries", name);
    }
    return ASSAY_OK;
}

static enum assay_error check_token(const struct assay_catalog *catalog,
                                    const struct assay_token_record *token,
                                    struct assay_reason *reason)
{
    enum name_state known = NAME_FREE;
    for (uint32_t i = 0; i < catalog->token_count; i++) {
        if (strcmp(catalog->tokens[i].value.name, token->name) == 0) {
            known = catalog->tokens[i].value.revoked ? NAME_REVOKED : NAME_VALID;
        }
    }
    return check_named(known, token->revoked, catalog->token_count == ASSAY_TOKENS_MAX, token->name,
                       reason);
}

static enum assay_error check_site(const struct assay_catalog *catalog,
                                   const struct assay_site_record *site,
                                   struct assay_reason *reason)
{
    enum name_state known = NAME_FREE;
    for (uint32_t i = 0; i < catalog->site_count; i++) {
        if (strcmp(catalog->sites[i].value.name, site->name) == 0) {
            known = catalog->sites[i].value.revoked ? NAME_REVOKED : NAME_VALID;
        }
    }
    return check_named(known, site->revoked, catalog->site_count == ASSAY_SITES_MAX, site->name,
                       reason);
}

enum assay_error assay_catalog_check(struct assay_catalog *catalog,
                                     const struct assay_record *record, struct assay_reason *reason)
{
    switch (record->type) {
    case ASSAY_RECORD_BRAND:
        return ASSAY_OK;
    case ASSAY_RECORD_PRODUCT:
        if (assay_catalog_product(catalog, record->product.sku) == NULL &&
            catalog->product_count == ASSAY_PRODUCTS_MAX) {
            return assay_fail(reason, ASSAY_E_FULL, "products: at most %u", ASSAY_PRODUCTS_MAX);
        }
        return ASSAY_OK;
    case ASSAY_RECORD_BATCH:
        return check_batch(catalog, &record->batch.batch, reason);
    case ASSAY_RECORD_MOVE:
        return check_move(catalog, &record->move, reason);
    case ASSAY_RECORD_MANIFEST:
        return check_manifest(catalog, &record->manifest, reason);
    case ASSAY_RECORD_JOB:
    case ASSAY_RECORD_SPOIL:
    case ASSAY_RECORD_HONEY:
        return assay_catalog_check_job(catalog, record, reason);
    case ASSAY_RECORD_ALERT:
    case ASSAY_RECORD_ALERT_STATE:
        return assay_catalog_check_alert(catalog, record, reason);
    case ASSAY_RECORD_RULES:
    case ASSAY_RECORD_WEBHOOK:
        return assay_catalog_check_rule(catalog, record, reason);
    case ASSAY_RECORD_TOKEN:
        return check_token(catalog, &record->token, reason);
    case ASSAY_RECORD_SITE:
        return check_site(catalog, &record->site, reason);
    case ASSAY_RECORD_CALIBRATION:
        return assay_catalog_check_calibration(&record->calibration, reason);
    case ASSAY_RECORD_IMPORT:
        return assay_catalog_check_import(catalog, &record->import, reason);
    default:
        return assay_fail(reason, ASSAY_E_USAGE, "not a record of the catalog");
    }
}

static enum assay_error apply_batch(struct assay_catalog *catalog,
                                    const struct assay_batch_record *record,
                                    struct assay_catalog_mark mark)
{
    struct assay_catalog_batch *entry = assay_catalog_batch_of(catalog, record->batch.handle);
    if (entry != NULL) {
        return entry->mark.created == mark.created || entry->mark.position >= mark.position
                   ? ASSAY_OK
                   : ASSAY_E_CORRUPT;
    }
    return assay_catalog_add_batch(catalog, record, mark, &entry);
}

static enum assay_error apply_move(struct assay_catalog *catalog,
                                   const struct assay_move_record *move, uint64_t position)
{
    struct assay_catalog_batch *entry = assay_catalog_batch_of(catalog, move->handle);
    if (entry == NULL) {
        return ASSAY_E_CORRUPT;
    }
    if (entry->mark.position >= position) {
        return ASSAY_OK;
    }
    enum assay_error error =
        assay_batch_move(&entry->batch, move->move, move->range, move->reason_text, NULL);
    if (error != ASSAY_OK) {
        return error == ASSAY_E_MEMORY ? error : ASSAY_E_CORRUPT;
    }
    entry->mark.position = position;
    entry->mark.dirty = true;
    return ASSAY_OK;
}

static enum assay_error apply_manifest(struct assay_catalog *catalog,
                                       const struct assay_manifest_record *manifest,
                                       uint64_t position)
{
    struct assay_catalog_batch *entry = assay_catalog_batch_of(catalog, manifest->handle);
    if (entry == NULL) {
        return ASSAY_E_CORRUPT;
    }
    if (entry->mark.position >= position) {
        return ASSAY_OK;
    }
    enum assay_error error = assay_range_set_add(&entry->batch.printed, manifest->range);
    if (error != ASSAY_OK) {
        return error;
    }
    entry->batch.good_count += manifest->good;
    entry->mark.position = position;
    entry->mark.dirty = true;
    return ASSAY_OK;
}

enum assay_error assay_catalog_apply(struct assay_catalog *catalog,
                                     const struct assay_record *record, uint64_t position)
{
    struct assay_catalog_mark mark = {.created = position, .position = position, .dirty = true};
    const struct assay_product *product = NULL;
    switch (record->type) {
    case ASSAY_RECORD_BRAND:
        return catalog->brand.mark.position >= position
                   ? ASSAY_OK
                   : assay_catalog_set_brand(catalog, &record->brand, mark);
    case ASSAY_RECORD_PRODUCT:
        product = assay_catalog_product(catalog, record->product.sku);
        return product != NULL && product->position >= position
                   ? ASSAY_OK
                   : assay_catalog_set_product(catalog, &record->product, mark);
    case ASSAY_RECORD_PLACE:
        return assay_catalog_set_place(catalog, &record->place);
    case ASSAY_RECORD_BATCH:
        return apply_batch(catalog, &record->batch, mark);
    case ASSAY_RECORD_MOVE:
        return apply_move(catalog, &record->move, position);
    case ASSAY_RECORD_MANIFEST:
        return apply_manifest(catalog, &record->manifest, position);
    case ASSAY_RECORD_JOB:
    case ASSAY_RECORD_SPOIL:
    case ASSAY_RECORD_HONEY:
        return assay_catalog_apply_job(catalog, record, position);
    case ASSAY_RECORD_ALERT:
    case ASSAY_RECORD_ALERT_STATE:
        return assay_catalog_apply_alert(catalog, record, position);
    case ASSAY_RECORD_RULES:
        return assay_catalog_set_rule(catalog, &record->rule, mark);
    case ASSAY_RECORD_WEBHOOK:
        return assay_catalog_set_webhook(catalog, &record->webhook, mark);
    case ASSAY_RECORD_TOKEN:
        return assay_catalog_set_token(catalog, &record->token, mark);
    case ASSAY_RECORD_SITE:
        return assay_catalog_set_site(catalog, &record->site, mark);
    case ASSAY_RECORD_HISTORY:
        return assay_catalog_set_file(catalog, &record->history, mark);
    case ASSAY_RECORD_IMPORT:
        return assay_catalog_set_import(catalog, &record->import, mark);
    case ASSAY_RECORD_REFERENCE:
    case ASSAY_RECORD_SALES:
    case ASSAY_RECORD_PURCHASE:
    case ASSAY_RECORD_PLAN:
        return ASSAY_OK; /* the import says that they hold */
    case ASSAY_RECORD_CALIBRATION:
        return catalog->calibration.mark.position >= position
                   ? ASSAY_OK
                   : assay_catalog_set_calibration(catalog, &record->calibration, mark);
    default:
        return ASSAY_E_CORRUPT;
    }
}
