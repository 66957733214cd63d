// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/export_row.h"
#include "batch-tools/export_alert.h"
#include "batch-tools/export_carton.h"
#include "batch-tools/export_file.h"

const char *const assay_export_columns[] = {
    "position",    "type",    "at",      "actor",       "batch",   "item",
    "sku",         "lot",     "verdict", "number",      "first",   "confirmation",
    "count",       "country", "region",  "city",        "lat",     "lon",
    "accuracy_km", "device",  "channel", "risk",        "scan_id", "previous",
    "detail",      "score",   "mass",    "mass_capped", "net",     "left_out",
};
const size_t assay_export_column_count = ASSAY_COUNT_OF(assay_export_columns);

bool assay_export_is_catalog(enum assay_record_type type)
{
    switch (type) {
    case ASSAY_RECORD_SCAN:
    case ASSAY_RECORD_CLAIM:
    case ASSAY_RECORD_FIND:
    case ASSAY_RECORD_REPORT:
    case ASSAY_RECORD_SUMMARY:
    case ASSAY_RECORD_CARTON:
    case ASSAY_RECORD_PACK:
    case ASSAY_RECORD_PACKED:
    case ASSAY_RECORD_CARTON_MOVE:
    case ASSAY_RECORD_PREFIX:
        return false;
    default:
        return true;
    }
}

uint32_t assay_export_lines(const struct assay_record *record)
{
    return record->type == ASSAY_RECORD_SUMMARY ? record->summary.rows : 1;
}

/* -- cells -- */

static void set(json_t *line, const char *column, json_t *value)
{
    json_object_set_new(line, column, value);
}

static void set_text(json_t *line, const char *column, const char *text)
{
    if (text[0] != '\0') {
        set(line, column, json_string(text));
    }
}

static void set_number(json_t *line, const char *column, uint64_t number)
{
    set(line, column, json_integer((json_int_t)number));
}

static void set_hex(json_t *line, const char *column, const uint8_t *data, size_t len_bytes)
{
    char text[2 * ASSAY_SHA256_LEN + 1];
    assay_assert(len_bytes <= ASSAY_SHA256_LEN);
    assay_hex_encode(data, len_bytes, text);
    set(line, column, json_string(text));
}

static void set_time(json_t *line, int64_t at_unix_ms)
{
    char text[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(at_unix_ms, text);
    set(line, "at", json_string(text));
}

static json_t *day_json(int32_t day)
{
    char text[ASSAY_DATE_TEXT_SIZE];
    if (day == ASSAY_DAY_NONE) {
        return json_null();
    }
    assay_date_format(day, text);
    return json_string(text);
}

static void set_batch(json_t *line, const struct assay_catalog *catalog, uint32_t handle)
{
    char text[ASSAY_HANDLE_SIZE];
    assay_handle_format(handle, text);
    set(line, "batch", json_string(text));
    const struct assay_batch_facts *facts = assay_catalog_facts(catalog, handle);
    if (facts != NULL) {
        set_text(line, "sku", facts->sku);
        set_text(line, "lot", facts->lot);
    }
}

static void set_item(json_t *line, const struct assay_catalog *catalog, uint64_t item)
{
    if (item != 0) {
        set_batch(line, catalog, assay_item_key_handle(item));
        set_number(line, "item", assay_item_key_index(item));
    }
}

static void set_place(json_t *line, const struct assay_place *place)
{
    set_text(line, "country", place->country);
    set_text(line, "region", place->region);
    set_text(line, "city", place->city);
}

/* -- records -- */

static void fill_scan(json_t *line, const struct assay_export_source *source)
{
    const struct assay_scan_record *scan = &source->record->scan;
    set_time(line, scan->at_unix_ms);
    set_item(line, source->catalog, scan->item);
    set_text(line, "verdict", assay_verdict_row(scan->verdict)->name);
    set_number(line, "number", scan->number);
    set(line, "first", json_boolean((scan->flags & ASSAY_SCAN_FIRST) != 0));
    set(line, "confirmation", json_boolean((scan->flags & ASSAY_SCAN_CONFIRMATION) != 0));
    set_number(line, "count", 1);
    set_place(line, assay_catalog_place(source->catalog, scan->place));
    if (scan->position.lat_decidegrees != ASSAY_POSITION_NONE) {
        set(line, "lat", json_real(scan->position.lat_decidegrees / 10.0));
        set(line, "lon", json_real(scan->position.lon_decidegrees / 10.0));
        set_number(line, "accuracy_km", scan->position.accuracy_km);
    }
    if (scan->device != 0) {
        set_hex(line, "device", (const uint8_t *)&scan->device, sizeof scan->device);
    }
    set_text(line, "channel", assay_channel_name(scan->channel));
    set_text(line, "risk", assay_risk_level_name(scan->risk.level));
    set(line, "score", json_integer(scan->risk.score));
    set_number(line, "mass", scan->risk.mass);
    set_number(line, "mass_capped", scan->risk.mass_capped);
    set_text(line, "net", assay_net_name(scan->net));
    set_text(line, "left_out", assay_left_out_name(scan->left_out));
    set_hex(line, "scan_id", scan->scan_id, sizeof scan->scan_id);
    if (scan->previous != 0) {
        set_number(line, "previous", scan->previous);
    }
}

static void fill_brand(json_t *line, const struct assay_brand_record *brand)
{
    set_time(line, brand->at_unix_ms);
    set_text(line, "actor", brand->actor);
    set(line, "detail",
        json_pack("{s:s, s:s, s:s, s:i}", "name", brand->name, "name_zh", brand->name_zh, "host",
                  brand->host, "utc_offset_minutes", (int)brand->utc_offset_minutes));
}

static void fill_product(json_t *line, const struct assay_product_record *product)
{
    set_time(line, product->at_unix_ms);
    set_text(line, "actor", product->actor);
    set_text(line, "sku", product->sku);
    set(line, "detail",
        json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:b}", "gtin", product->gtin, "name_zh",
                  product->name_zh, "name_en", product->name_en, "picture", product->picture,
                  "warranty_months", (int)product->terms.months, "registration_bonus_months",
                  (int)product->terms.bonus_months, "scan_on_tap", product->scan_on_tap));
}

static void fill_batch(json_t *line, const struct assay_export_source *source)
{
    const struct assay_batch_record *record = &source->record->batch;
    set_time(line, record->at_unix_ms);
    set_text(line, "actor", record->actor);
    set_batch(line, source->catalog, record->batch.handle);
    set(line, "detail",
        json_pack("{s:I, s:I, s:s, s:o, s:b}", "count", (json_int_t)record->batch.count, "epoch",
                  (json_int_t)record->batch.epoch, "market", record->batch.market, "expires_on",
                  day_json(record->batch.expires_on), "pin",
                  (record->batch.flags & ASSAY_BATCH_HAS_PIN) != 0));
}

static void fill_move(json_t *line, const struct assay_export_source *source)
{
    const struct assay_move_record *move = &source->record->move;
    set_time(line, move->at_unix_ms);
    set_text(line, "actor", move->actor);
    set_batch(line, source->catalog, move->handle);
    set(line, "detail",
        json_pack("{s:s, s:I, s:I, s:s}", "move", assay_batch_move_name(move->move), "first",
                  (json_int_t)move->range.first, "last", (json_int_t)move->range.last, "reason",
                  move->reason_text));
}

static void fill_manifest(json_t *line, const struct assay_export_source *source)
{
    const struct assay_manifest_record *manifest = &source->record->manifest;
    set_time(line, manifest->at_unix_ms);
    set_text(line, "actor", manifest->actor);
    set_batch(line, source->catalog, manifest->handle);
    json_t *detail =
        json_pack("{s:I, s:I, s:I}", "first", (json_int_t)manifest->range.first, "last",
                  (json_int_t)manifest->range.last, "good", (json_int_t)manifest->good);
    set_hex(detail, "sha256", manifest->sha256, sizeof manifest->sha256);
    set(line, "detail", detail);
}

static void fill_site(json_t *line, const struct assay_site_record *site)
{
    set_time(line, site->at_unix_ms);
    set_text(line, "actor", site->actor);
    json_t *detail = json_pack("{s:s, s:b}", "name", site->name, "revoked", site->revoked);
    set_hex(detail, "key", site->key, sizeof site->key);
    set(line, "detail", detail);
}

static void fill_token(json_t *line, const struct assay_token_record *token)
{
    set_time(line, token->at_unix_ms);
    set_text(line, "actor", token->actor);
    set(line, "detail",
        json_pack("{s:s, s:I, s:b}", "name", token->name, "scopes", (json_int_t)token->scopes,
                  "revoked", token->revoked));
}

static void fill_claim(json_t *line, const struct assay_export_source *source)
{
    const struct assay_claim_record *claim = &source->record->claim;
    set_time(line, claim->at_unix_ms);
    set_item(line, source->catalog, claim->item);
    json_t *detail = json_pack("{s:o, s:o}", "bought_on", day_json(claim->bought_on), "ends_on",
                               day_json(claim->ends_on));
    set_hex(detail, "reference", claim->reference, sizeof claim->reference);
    set_hex(detail, "commitment", claim->commitment, sizeof claim->commitment);
    set(line, "detail", detail);
}

static void fill_report(json_t *line, const struct assay_export_source *source)
{
    const struct assay_report_record *report = &source->record->report;
    set_time(line, report->at_unix_ms);
    set_item(line, source->catalog, report->item);
    set_place(line, assay_catalog_place(source->catalog, report->place));
    json_t *detail = json_object();
    set_hex(detail, "reference", report->reference, sizeof report->reference);
    set_hex(detail, "commitment", report->commitment, sizeof report->commitment);
    set(line, "detail", detail);
}

static void fill_summary(json_t *line, const struct assay_export_source *source, uint32_t number)
{
    const struct assay_summary_record *summary = &source->record->summary;
    assay_assert(number < summary->rows);
    set_time(line, summary->at_unix_ms);
    set_item(line, source->catalog, summary->row[number].item);
    set_text(line, "verdict", assay_verdict_row(summary->row[number].verdict)->name);
    set_number(line, "count", summary->row[number].count);
    set_place(line, assay_catalog_place(source->catalog, summary->row[number].place));
}

static void fill_place(json_t *line, const struct assay_place_record *place)
{
    set_place(line, &place->value);
    set_number(line, "number", place->place);
}

static void fill_job(json_t *line, const struct assay_export_source *source)
{
    const struct assay_job_record *job = &source->record->job;
    set_time(line, job->at_unix_ms);
    set_text(line, "actor", job->actor);
    set_batch(line, source->catalog, job->handle);
    json_t *ranges = json_array();
    for (uint32_t i = 0; i < job->ranges; i++) {
        json_array_append_new(ranges, json_pack("[I,I]", (json_int_t)job->range[i].first,
                                                (json_int_t)job->range[i].last));
    }
    json_t *detail =
        json_pack("{s:s, s:o, s:s, s:s, s:s}", "kind", assay_print_kind_name(job->kind), "ranges",
                  ranges, "site", job->site, "printer", job->printer, "reason", job->reason_text);
    set_hex(detail, "job", job->job, sizeof job->job);
    set_hex(detail, "sha256", job->sha256, sizeof job->sha256);
    set(line, "detail", detail);
}

static void fill_spoil(json_t *line, const struct assay_export_source *source)
{
    const struct assay_spoil_record *spoil = &source->record->spoil;
    set_time(line, spoil->at_unix_ms);
    set_text(line, "actor", spoil->actor);
    set_batch(line, source->catalog, spoil->handle);
    set(line, "detail",
        json_pack("{s:I, s:I, s:s}", "first", (json_int_t)spoil->range.first, "last",
                  (json_int_t)spoil->range.last, "reason", spoil->reason_text));
}

static void fill_honey(json_t *line, const struct assay_export_source *source)
{
    const struct assay_honey_record *honey = &source->record->honey;
    set_time(line, honey->at_unix_ms);
    set_text(line, "actor", honey->actor);
    set_batch(line, source->catalog, honey->handle);
    set(line, "detail",
        json_pack("{s:I, s:I, s:s}", "first", (json_int_t)honey->range.first, "last",
                  (json_int_t)honey->range.last, "file", honey->file));
}

static void fill_alert(json_t *line, const struct assay_export_source *source)
{
    const struct assay_alert_record *alert = &source->record->alert;
    if (alert->item != 0) {
        set_item(line, source->catalog, alert->item);
    } else if (alert->handle != 0) {
        set_batch(line, source->catalog, alert->handle);
    }
    assay_export_alert(line, source->record);
}

static void fill_find(json_t *line, const struct assay_export_source *source)
{
    set_time(line, source->record->find.at_unix_ms);
    set_item(line, source->catalog, source->record->find.item);
}

static void fill_calibration(json_t *line, const struct assay_calibration_record *calibration)
{
    struct assay_risk_table table;
    set_time(line, calibration->at_unix_ms);
    set_text(line, "actor", calibration->actor);
    if (assay_risk_table_decode(calibration->table.data, calibration->table.len_bytes, &table) !=
        ASSAY_OK) {
        return; /* of another version of this program */
    }
    uint8_t id[ASSAY_SHA256_LEN];
    char text[2 * ASSAY_SHA256_LEN + 1];
    assay_risk_table_id(&table, id);
    assay_hex_encode(id, sizeof id, text);
    set(line, "detail",
        json_pack("{s:s, s:I, s:b, s:I, s:I, s:I, s:I, s:I, s:[i,i,i]}", "table", text, "version",
                  (json_int_t)table.version, "default", table.is_default, "learnt_items",
                  (json_int_t)table.learnt_items, "learnt_confirmed",
                  (json_int_t)table.learnt_confirmed, "learnt_dismissed",
                  (json_int_t)table.learnt_dismissed, "known_copied",
                  (json_int_t)table.known_copied, "learnt_scans", (json_int_t)table.learnt_scans,
                  "thresholds", (int)table.thresholds[0], (int)table.thresholds[1],
                  (int)table.thresholds[2]));
}

static void fill_rest(json_t *line, const struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_ALERT_STATE:
    case ASSAY_RECORD_RULES:
    case ASSAY_RECORD_WEBHOOK:
        assay_export_alert(line, record);
        break;
    case ASSAY_RECORD_CARTON:
    case ASSAY_RECORD_PACK:
    case ASSAY_RECORD_PACKED:
    case ASSAY_RECORD_CARTON_MOVE:
    case ASSAY_RECORD_PREFIX:
        assay_export_carton(line, record);
        break;
    default: /* files that were handed in */
        assay_export_file(line, record);
        break;
    }
}

static void fill(json_t *line, const struct assay_export_source *source, uint32_t number)
{
    const struct assay_record *record = source->record;
    switch (record->type) {
    case ASSAY_RECORD_SCAN:
        fill_scan(line, source);
        break;
    case ASSAY_RECORD_PLACE:
        fill_place(line, &record->place);
        break;
    case ASSAY_RECORD_BRAND:
        fill_brand(line, &record->brand);
        break;
    case ASSAY_RECORD_PRODUCT:
        fill_product(line, &record->product);
        break;
    case ASSAY_RECORD_BATCH:
        fill_batch(line, source);
        break;
    case ASSAY_RECORD_MOVE:
        fill_move(line, source);
        break;
    case ASSAY_RECORD_MANIFEST:
        fill_manifest(line, source);
        break;
    case ASSAY_RECORD_SITE:
        fill_site(line, &record->site);
        break;
    case ASSAY_RECORD_TOKEN:
        fill_token(line, &record->token);
        break;
    case ASSAY_RECORD_CLAIM:
        fill_claim(line, source);
        break;
    case ASSAY_RECORD_FIND:
        fill_find(line, source);
        break;
    case ASSAY_RECORD_REPORT:
        fill_report(line, source);
        break;
    case ASSAY_RECORD_SUMMARY:
        fill_summary(line, source, number);
        break;
    case ASSAY_RECORD_JOB:
        fill_job(line, source);
        break;
    case ASSAY_RECORD_SPOIL:
        fill_spoil(line, source);
        break;
    case ASSAY_RECORD_HONEY:
        fill_honey(line, source);
        break;
    case ASSAY_RECORD_ALERT:
        fill_alert(line, source);
        break;
    case ASSAY_RECORD_CALIBRATION:
        fill_calibration(line, &record->calibration);
        break;
    default:
        fill_rest(line, record);
        break;
    }
}

json_t *assay_export_line(const struct assay_export_source *source, uint32_t number)
{
    json_t *line = json_object();
    for (size_t i = 0; i < assay_export_column_count; i++) {
        set(line, assay_export_columns[i], json_null());
    }
    set_number(line, "position", source->position);
    set_text(line, "type", assay_record_type_name(source->record->type));
    fill(line, source, number);
    if (line != NULL && json_object_size(line) != assay_export_column_count) {
        json_decref(line); /* a cell that found no memory */
        line = NULL;
    }
    return line;
}
