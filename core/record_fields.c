// SPDX-License-Identifier: Apache-2.0
#include "core/record_fields.h"

#define UTC_OFFSET_MINUTES_LIMIT (24 * 60)
#define WARRANTY_MONTHS_MAX 600
#define WARRANTY_BONUS_MONTHS_MAX 120
#define SCOPES_ALL (ASSAY_SCOPE_READ | ASSAY_SCOPE_WRITE | ASSAY_SCOPE_ADMIN)
#define BATCH_FLAGS_ALL (ASSAY_BATCH_HAS_PIN | ASSAY_BATCH_IS_OFFLINE)

/* Numbers that stand in ledgers (docs/FORMAT.md, section 4): a new one goes to the end, or the
 * record's version grows. */
_Static_assert(ASSAY_VERDICT_MALFORMED == 0, "stored verdict number");
_Static_assert(ASSAY_VERDICT_NOT_ON_SALE == 5, "stored verdict number");
_Static_assert(ASSAY_VERDICT_GENUINE_SEEN == 10, "stored verdict number");
_Static_assert(ASSAY_VERDICT_COUNT == 11, "stored verdict number");
_Static_assert(ASSAY_MOVE_ACTIVATE == 0, "stored move number");
_Static_assert(ASSAY_MOVE_ACTIVATE_UNREPORTED == 5, "stored move number");
_Static_assert(ASSAY_RISK_CLONED == 3, "stored risk level");

/* -- scan: its fields are in core/record_scan.c -- */

static bool put_scan_record(struct assay_wire *wire, const struct assay_record *record)
{
    assay_scan_fields_put(wire, &record->scan);
    return assay_scan_fields_valid(&record->scan);
}

static bool get_scan_record(struct assay_wire *wire, struct assay_record *record)
{
    return assay_scan_fields_get(wire, &record->scan);
}

/* -- the others: put_x writes the fields and says whether they may be written; get_x reads them
 *    and says whether they can be -- */

static bool place_is_valid(const struct assay_place_record *place)
{
    return place->place != 0;
}

static bool put_place(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_place_record *place = &record->place;
    assay_wire_put_u32(wire, place->place);
    assay_wire_put_text(wire, place->value.country);
    assay_wire_put_text(wire, place->value.region);
    assay_wire_put_text(wire, place->value.city);
    return place_is_valid(place);
}

static bool get_place(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_place_record *place = &record->place;
    place->place = assay_wire_get_u32(wire);
    assay_wire_get_text(wire, place->value.country, sizeof place->value.country);
    assay_wire_get_text(wire, place->value.region, sizeof place->value.region);
    assay_wire_get_text(wire, place->value.city, sizeof place->value.city);
    return place_is_valid(place);
}

static bool brand_is_valid(const struct assay_brand_record *brand)
{
    return brand->utc_offset_minutes > -UTC_OFFSET_MINUTES_LIMIT &&
           brand->utc_offset_minutes < UTC_OFFSET_MINUTES_LIMIT;
}

static bool put_brand(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_brand_record *brand = &record->brand;
    assay_wire_put_u64(wire, (uint64_t)brand->at_unix_ms);
    assay_wire_put_u16(wire, (uint16_t)brand->utc_offset_minutes);
    assay_wire_put_text(wire, brand->actor);
    assay_wire_put_text(wire, brand->name);
    assay_wire_put_text(wire, brand->name_zh);
    assay_wire_put_text(wire, brand->host);
    return brand_is_valid(brand);
}

static bool get_brand(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_brand_record *brand = &record->brand;
    brand->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    brand->utc_offset_minutes = (int16_t)assay_wire_get_u16(wire);
    assay_wire_get_text(wire, brand->actor, sizeof brand->actor);
    assay_wire_get_text(wire, brand->name, sizeof brand->name);
    assay_wire_get_text(wire, brand->name_zh, sizeof brand->name_zh);
    assay_wire_get_text(wire, brand->host, sizeof brand->host);
    return brand_is_valid(brand);
}

static bool product_is_valid(const struct assay_product_record *product)
{
    return product->terms.months <= WARRANTY_MONTHS_MAX &&
           product->terms.bonus_months <= WARRANTY_BONUS_MONTHS_MAX;
}

static bool put_product(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_product_record *product = &record->product;
    assay_wire_put_u64(wire, (uint64_t)product->at_unix_ms);
    assay_wire_put_u16(wire, product->terms.months);
    assay_wire_put_u16(wire, product->terms.bonus_months);
    assay_wire_put_u8(wire, product->scan_on_tap);
    assay_wire_put_text(wire, product->actor);
    assay_wire_put_text(wire, product->sku);
    assay_wire_put_text(wire, product->gtin);
    assay_wire_put_text(wire, product->name_zh);
    assay_wire_put_text(wire, product->name_en);
    assay_wire_put_text(wire, product->picture);
    return product_is_valid(product);
}

static bool get_bool(struct assay_wire *wire, bool *value)
{
    uint8_t byte = assay_wire_get_u8(wire);
    *value = byte == 1;
    return byte <= 1;
}

static bool get_product(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_product_record *product = &record->product;
    product->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    product->terms.months = assay_wire_get_u16(wire);
    product->terms.bonus_months = assay_wire_get_u16(wire);
    bool tap_ok = get_bool(wire, &product->scan_on_tap);
    assay_wire_get_text(wire, product->actor, sizeof product->actor);
    assay_wire_get_text(wire, product->sku, sizeof product->sku);
    assay_wire_get_text(wire, product->gtin, sizeof product->gtin);
    assay_wire_get_text(wire, product->name_zh, sizeof product->name_zh);
    assay_wire_get_text(wire, product->name_en, sizeof product->name_en);
    assay_wire_get_text(wire, product->picture, sizeof product->picture);
    return tap_ok && product_is_valid(product);
}

static bool batch_is_valid(const struct assay_batch *batch)
{
    return assay_record_handle_valid(batch->handle) && batch->count >= 1 &&
           batch->count <= ASSAY_BATCH_ITEMS_MAX && (batch->flags & ~BATCH_FLAGS_ALL) == 0;
}

static bool put_batch(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_batch *batch = &record->batch.batch;
    assay_wire_put_u64(wire, (uint64_t)record->batch.at_unix_ms);
    assay_wire_put_u64(wire, (uint64_t)batch->created_at_unix_ms);
    assay_wire_put_u32(wire, batch->handle);
    assay_wire_put_u32(wire, batch->epoch);
    assay_wire_put_u32(wire, batch->count);
    assay_wire_put_u32(wire, batch->flags);
    assay_wire_put_u32(wire, (uint32_t)batch->expires_on);
    assay_wire_put_text(wire, record->batch.actor);
    assay_wire_put_text(wire, batch->sku);
    assay_wire_put_text(wire, batch->lot);
    assay_wire_put_text(wire, batch->market);
    return batch_is_valid(batch);
}

static bool get_batch(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_batch *batch = &record->batch.batch;
    record->batch.at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    batch->created_at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    batch->handle = assay_wire_get_u32(wire);
    batch->epoch = assay_wire_get_u32(wire);
    batch->count = assay_wire_get_u32(wire);
    batch->flags = assay_wire_get_u32(wire);
    batch->expires_on = (int32_t)assay_wire_get_u32(wire);
    assay_wire_get_text(wire, record->batch.actor, sizeof record->batch.actor);
    assay_wire_get_text(wire, batch->sku, sizeof batch->sku);
    assay_wire_get_text(wire, batch->lot, sizeof batch->lot);
    assay_wire_get_text(wire, batch->market, sizeof batch->market);
    return batch_is_valid(batch);
}

static bool move_is_valid(const struct assay_move_record *move)
{
    return assay_record_handle_valid(move->handle) && assay_record_range_valid(move->range) &&
           (unsigned)move->move < ASSAY_MOVES;
}

static bool put_move(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_move_record *move = &record->move;
    assay_wire_put_u64(wire, (uint64_t)move->at_unix_ms);
    assay_wire_put_u32(wire, move->handle);
    assay_wire_put_u32(wire, move->range.first);
    assay_wire_put_u32(wire, move->range.last);
    assay_wire_put_u8(wire, (uint8_t)move->move);
    assay_wire_put_text(wire, move->actor);
    assay_wire_put_text(wire, move->reason_text);
    return move_is_valid(move);
}

static bool get_move(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_move_record *move = &record->move;
    move->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    move->handle = assay_wire_get_u32(wire);
    move->range.first = assay_wire_get_u32(wire);
    move->range.last = assay_wire_get_u32(wire);
    move->move = assay_wire_get_u8(wire);
    assay_wire_get_text(wire, move->actor, sizeof move->actor);
    assay_wire_get_text(wire, move->reason_text, sizeof move->reason_text);
    return move_is_valid(move);
}

static bool manifest_is_valid(const struct assay_manifest_record *manifest)
{
    return assay_record_handle_valid(manifest->handle) && assay_record_range_valid(manifest->range);
}

static bool put_manifest(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_manifest_record *manifest = &record->manifest;
    assay_wire_put_u64(wire, (uint64_t)manifest->at_unix_ms);
    assay_wire_put_u32(wire, manifest->handle);
    assay_wire_put_u32(wire, manifest->range.first);
    assay_wire_put_u32(wire, manifest->range.last);
    assay_wire_put_u32(wire, manifest->good);
    assay_wire_put_bytes(wire, manifest->sha256, sizeof manifest->sha256);
    assay_wire_put_text(wire, manifest->actor);
    return manifest_is_valid(manifest);
}

static bool get_manifest(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_manifest_record *manifest = &record->manifest;
    manifest->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    manifest->handle = assay_wire_get_u32(wire);
    manifest->range.first = assay_wire_get_u32(wire);
    manifest->range.last = assay_wire_get_u32(wire);
    manifest->good = assay_wire_get_u32(wire);
    assay_wire_get_bytes(wire, manifest->sha256, sizeof manifest->sha256);
    assay_wire_get_text(wire, manifest->actor, sizeof manifest->actor);
    return manifest_is_valid(manifest);
}

static bool put_site(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_site_record *site = &record->site;
    assay_wire_put_u64(wire, (uint64_t)site->at_unix_ms);
    assay_wire_put_bytes(wire, site->key, sizeof site->key);
    assay_wire_put_u8(wire, site->revoked);
    assay_wire_put_text(wire, site->actor);
    assay_wire_put_text(wire, site->name);
    return true;
}

static bool get_site(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_site_record *site = &record->site;
    site->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    assay_wire_get_bytes(wire, site->key, sizeof site->key);
    bool revoked_ok = get_bool(wire, &site->revoked);
    assay_wire_get_text(wire, site->actor, sizeof site->actor);
    assay_wire_get_text(wire, site->name, sizeof site->name);
    return revoked_ok;
}

static bool put_token(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_token_record *token = &record->token;
    assay_wire_put_u64(wire, (uint64_t)token->at_unix_ms);
    assay_wire_put_bytes(wire, token->sha256, sizeof token->sha256);
    assay_wire_put_u32(wire, token->scopes);
    assay_wire_put_u8(wire, token->revoked);
    assay_wire_put_text(wire, token->actor);
    assay_wire_put_text(wire, token->name);
    return (token->scopes & ~SCOPES_ALL) == 0;
}

static bool get_token(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_token_record *token = &record->token;
    token->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    assay_wire_get_bytes(wire, token->sha256, sizeof token->sha256);
    token->scopes = assay_wire_get_u32(wire);
    bool revoked_ok = get_bool(wire, &token->revoked);
    assay_wire_get_text(wire, token->actor, sizeof token->actor);
    assay_wire_get_text(wire, token->name, sizeof token->name);
    return revoked_ok && (token->scopes & ~SCOPES_ALL) == 0;
}

static bool put_claim(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_claim_record *claim = &record->claim;
    assay_wire_put_u64(wire, (uint64_t)claim->at_unix_ms);
    assay_wire_put_u64(wire, claim->item);
    assay_wire_put_bytes(wire, claim->reference, sizeof claim->reference);
    assay_wire_put_bytes(wire, claim->commitment, sizeof claim->commitment);
    assay_wire_put_u32(wire, (uint32_t)claim->bought_on);
    assay_wire_put_u32(wire, (uint32_t)claim->ends_on);
    return assay_record_item_valid(claim->item);
}

static bool get_claim(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_claim_record *claim = &record->claim;
    claim->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    claim->item = assay_wire_get_u64(wire);
    assay_wire_get_bytes(wire, claim->reference, sizeof claim->reference);
    assay_wire_get_bytes(wire, claim->commitment, sizeof claim->commitment);
    claim->bought_on = (int32_t)assay_wire_get_u32(wire);
    claim->ends_on = (int32_t)assay_wire_get_u32(wire);
    return assay_record_item_valid(claim->item);
}

static bool put_find(struct assay_wire *wire, const struct assay_record *record)
{
    assay_wire_put_u64(wire, (uint64_t)record->find.at_unix_ms);
    assay_wire_put_u64(wire, record->find.item);
    return assay_record_item_valid(record->find.item);
}

static bool get_find(struct assay_wire *wire, struct assay_record *record)
{
    record->find.at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    record->find.item = assay_wire_get_u64(wire);
    return assay_record_item_valid(record->find.item);
}

static bool put_report(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_report_record *report = &record->report;
    assay_wire_put_u64(wire, (uint64_t)report->at_unix_ms);
    assay_wire_put_u64(wire, report->item);
    assay_wire_put_bytes(wire, report->reference, sizeof report->reference);
    assay_wire_put_bytes(wire, report->commitment, sizeof report->commitment);
    assay_wire_put_u32(wire, report->place);
    return report->item == 0 || assay_record_item_valid(report->item);
}

static bool get_report(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_report_record *report = &record->report;
    report->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    report->item = assay_wire_get_u64(wire);
    assay_wire_get_bytes(wire, report->reference, sizeof report->reference);
    assay_wire_get_bytes(wire, report->commitment, sizeof report->commitment);
    report->place = assay_wire_get_u32(wire);
    return report->item == 0 || assay_record_item_valid(report->item);
}

static bool put_summary(struct assay_wire *wire, const struct assay_record *record)
{
    const struct assay_summary_record *summary = &record->summary;
    if (summary->rows > ASSAY_SUMMARY_ROWS_MAX) {
        return false;
    }
    bool ok = true;
    assay_wire_put_u64(wire, (uint64_t)summary->at_unix_ms);
    assay_wire_put_u32(wire, summary->rows);
    assay_wire_put_u32(wire, 0);
    for (uint32_t i = 0; i < summary->rows; i++) {
        assay_wire_put_u64(wire, summary->row[i].item);
        assay_wire_put_u32(wire, summary->row[i].place);
        assay_wire_put_u32(wire, summary->row[i].count);
        assay_wire_put_u32(wire, (uint32_t)summary->row[i].verdict);
        assay_wire_put_u32(wire, summary->row[i].distinct);
        ok = ok && (unsigned)summary->row[i].verdict < ASSAY_VERDICT_COUNT;
        ok = ok && summary->row[i].distinct <= summary->row[i].count;
        ok = ok && (summary->row[i].item == 0 || assay_record_item_valid(summary->row[i].item));
    }
    return ok;
}

static bool get_summary(struct assay_wire *wire, struct assay_record *record)
{
    struct assay_summary_record *summary = &record->summary;
    summary->at_unix_ms = (int64_t)assay_wire_get_u64(wire);
    summary->rows = assay_wire_get_u32(wire);
    bool ok = assay_wire_get_u32(wire) == 0;
    if (summary->rows > ASSAY_SUMMARY_ROWS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < summary->rows; i++) {
        uint64_t item = assay_wire_get_u64(wire);
        summary->row[i].item = item;
        summary->row[i].place = assay_wire_get_u32(wire);
        summary->row[i].count = assay_wire_get_u32(wire);
        uint32_t verdict = assay_wire_get_u32(wire);
        summary->row[i].verdict = verdict < ASSAY_VERDICT_COUNT ? verdict : 0;
        ok = ok && verdict < ASSAY_VERDICT_COUNT && (item == 0 || assay_record_item_valid(item));
        summary->row[i].distinct = assay_wire_get_u32(wire);
        ok = ok && summary->row[i].distinct <= summary->row[i].count;
    }
    return ok;
}

/* -- the table -- */

static const struct assay_record_fields rows[] = {
    [ASSAY_RECORD_SCAN] = {.put = put_scan_record, .get = get_scan_record},
    [ASSAY_RECORD_PLACE] = {.put = put_place, .get = get_place},
    [ASSAY_RECORD_BRAND] = {.put = put_brand, .get = get_brand},
    [ASSAY_RECORD_PRODUCT] = {.put = put_product, .get = get_product},
    [ASSAY_RECORD_BATCH] = {.put = put_batch, .get = get_batch},
    [ASSAY_RECORD_MOVE] = {.put = put_move, .get = get_move},
    [ASSAY_RECORD_MANIFEST] = {.put = put_manifest, .get = get_manifest},
    [ASSAY_RECORD_SITE] = {.put = put_site, .get = get_site},
    [ASSAY_RECORD_TOKEN] = {.put = put_token, .get = get_token},
    [ASSAY_RECORD_CLAIM] = {.put = put_claim, .get = get_claim},
    [ASSAY_RECORD_FIND] = {.put = put_find, .get = get_find},
    [ASSAY_RECORD_REPORT] = {.put = put_report, .get = get_report},
    [ASSAY_RECORD_SUMMARY] = {.put = put_summary, .get = get_summary},
};

const struct assay_record_fields *assay_record_fields_of(unsigned type)
{
    bool known = type < ASSAY_COUNT_OF(rows) && rows[type].put != NULL;
    if (known) {
        return &rows[type];
    }
    const struct assay_record_fields *row = assay_record_job_fields_of(type);
    row = row != NULL ? row : assay_record_alert_fields_of(type);
    row = row != NULL ? row : assay_record_risk_fields_of(type);
    row = row != NULL ? row : assay_file_fields_of(type);
    row = row != NULL ? row : assay_evidence_fields_of(type);
    return row != NULL ? row : assay_carton_fields_of(type);
}
