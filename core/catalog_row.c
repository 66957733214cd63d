// SPDX-License-Identifier: Apache-2.0
/* The catalog's rows in the state store: key = kind, position of creation (so that key order is
 * the order of creation), identity; value = position of the last record, then the facts. */
#include <stdlib.h>
#include <string.h>

#include "core/catalog_private.h"

#define KIND_BRAND 'A'
#define KIND_PRODUCT 'B'
#define KIND_BATCH 'C'
#define KIND_PLACE 'D'
#define KIND_TOKEN 'E'
#define KIND_SITE 'F'
#define KIND_JOB 'G'
#define KIND_HONEY 'H' /* before the alerts, which know their decoys */
#define KIND_ALERT 'I'
#define KIND_CALIBRATION 'J'
#define KIND_ALERT_STATE 'K' /* behind the alerts */
#define KIND_FILE 'L'
#define KIND_RULE 'M'
#define KIND_WEBHOOK 'N'
#define KIND_IMPORT 'O'

/* Version of what follows the printed ranges in a batch's row; rows without it are older. */
#define BATCH_TAIL_VERSION 1
#define BATCH_TAIL_UNREPORTED 1u

#define KEY_LEN 9
/* A batch row: its record, and its sets of ranges. */
#define ROW_MAX (4096 + 7 * (4 + ASSAY_BATCH_RANGES_MAX * 8))

struct row_writer {
    void (*put)(void *context, struct assay_span key, struct assay_span value);
    void *context;
    uint8_t key[KEY_LEN];
    uint8_t *row; /* ROW_MAX bytes */
};

/* Big-endian, so that rows sort by creation. */
static struct assay_span row_key(struct row_writer *writer, char kind, uint64_t created)
{
    writer->key[0] = (uint8_t)kind;
    for (int i = 0; i < 8; i++) {
        writer->key[1 + i] = (uint8_t)(created >> (56 - 8 * i));
    }
    return (struct assay_span){writer->key, KEY_LEN};
}

/* Rows that are a record and nothing else. */
static void put_record_row(struct row_writer *writer, char kind, struct assay_catalog_mark mark,
                           const struct assay_record *record)
{
    struct assay_wire wire = assay_wire_writer(writer->row, ROW_MAX);
    assay_wire_put_u64(&wire, mark.position);
    size_t len_bytes = assay_record_encode(record, writer->row + wire.at, ROW_MAX - wire.at);
    assay_assert(len_bytes > 0);
    writer->put(writer->context, row_key(writer, kind, mark.created),
                (struct assay_span){writer->row, wire.at + len_bytes});
}

static void put_set(struct assay_wire *wire, const struct assay_range_set *set)
{
    assay_wire_put_u32(wire, set->count);
    for (uint32_t i = 0; i < set->count; i++) {
        assay_wire_put_u32(wire, set->ranges[i].first);
        assay_wire_put_u32(wire, set->ranges[i].last);
    }
}

static enum assay_error get_set(struct assay_wire *wire, struct assay_range_set *set)
{
    uint32_t count = assay_wire_get_u32(wire);
    if (wire->failed || count > ASSAY_BATCH_RANGES_MAX) {
        return ASSAY_E_CORRUPT;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct assay_range range = {.first = assay_wire_get_u32(wire)};
        range.last = assay_wire_get_u32(wire);
        if (wire->failed || range.first > range.last) {
            return ASSAY_E_CORRUPT;
        }
        enum assay_error error = assay_range_set_add(set, range);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

static void put_batch_row(struct row_writer *writer, const struct assay_catalog_batch *entry)
{
    struct assay_record record = {.type = ASSAY_RECORD_BATCH};
    record.batch.at_unix_ms = entry->batch.created_at_unix_ms;
    memcpy(record.batch.actor, entry->actor, sizeof record.batch.actor);
    record.batch.batch = entry->batch;

    struct assay_wire wire = assay_wire_writer(writer->row, ROW_MAX);
    assay_wire_put_u64(&wire, entry->mark.position);
    size_t len_bytes = assay_record_encode(&record, writer->row + wire.at, ROW_MAX - wire.at);
    assay_assert(len_bytes > 0);
    wire.at += len_bytes;
    assay_wire_put_u8(&wire, entry->batch.closed);
    assay_wire_put_u32(&wire, entry->batch.good_count);
    assay_wire_put_text(&wire, entry->batch.void_reason);
    assay_wire_put_text(&wire, entry->batch.recall_reason);
    put_set(&wire, &entry->batch.active);
    put_set(&wire, &entry->batch.shipped);
    put_set(&wire, &entry->batch.voided);
    put_set(&wire, &entry->batch.recalled);
    put_set(&wire, &entry->batch.printed);
    assay_wire_put_u8(&wire, BATCH_TAIL_VERSION);
    assay_wire_put_u8(&wire, entry->batch.unreported ? BATCH_TAIL_UNREPORTED : 0);
    put_set(&wire, &entry->batch.spoiled);
    put_set(&wire, &entry->batch.reserved);
    assay_assert(!wire.failed);
    writer->put(writer->context, row_key(writer, KIND_BATCH, entry->mark.created),
                (struct assay_span){writer->row, wire.at});
}

static void take_batches(struct assay_catalog *catalog, struct row_writer *writer)
{
    for (uint32_t slot = 0; slot < catalog->batch_count; slot++) {
        struct assay_catalog_batch *entry = catalog->batches[slot];
        if (entry->mark.dirty) {
            put_batch_row(writer, entry);
            entry->mark.dirty = false;
        }
    }
}

static void take_products(struct assay_catalog *catalog, struct row_writer *writer)
{
    for (uint32_t number = 0; number < catalog->product_count; number++) {
        struct assay_catalog_product *entry = &catalog->products[number];
        if (entry->mark.dirty) {
            struct assay_record record = {.type = ASSAY_RECORD_PRODUCT};
            record.product = entry->current->value;
            put_record_row(writer, KIND_PRODUCT, entry->mark, &record);
            entry->mark.dirty = false;
        }
    }
}

static void take_places(struct assay_catalog *catalog, struct row_writer *writer)
{
    while (catalog->places_saved < catalog->place_count) {
        uint32_t number = ++catalog->places_saved;
        struct assay_record record = {.type = ASSAY_RECORD_PLACE};
        record.place = (struct assay_place_record){number, catalog->places[number]};
        struct assay_catalog_mark mark = {.created = number};
        put_record_row(writer, KIND_PLACE, mark, &record);
    }
}

static void take_single_ones(struct assay_catalog *catalog, struct row_writer *writer)
{
    if (catalog->brand.mark.dirty) {
        struct assay_record record = {.type = ASSAY_RECORD_BRAND};
        record.brand = *catalog->brand.current;
        put_record_row(writer, KIND_BRAND, catalog->brand.mark, &record);
        catalog->brand.mark.dirty = false;
    }
    if (catalog->calibration.mark.dirty) {
        const struct assay_calibration *current = catalog->calibration.current;
        uint8_t table[ASSAY_RISK_TABLE_BYTES];
        assay_risk_table_encode(&current->table, table);
        struct assay_record record = {.type = ASSAY_RECORD_CALIBRATION};
        record.calibration.at_unix_ms = current->at_unix_ms;
        memcpy(record.calibration.actor, current->actor, sizeof current->actor);
        record.calibration.table = (struct assay_span){table, sizeof table};
        put_record_row(writer, KIND_CALIBRATION, catalog->calibration.mark, &record);
        catalog->calibration.mark.dirty = false;
    }
}

static void take_tokens_and_sites(struct assay_catalog *catalog, struct row_writer *writer)
{
    for (uint32_t i = 0; i < catalog->token_count; i++) {
        if (catalog->tokens[i].mark.dirty) {
            struct assay_record record = {.type = ASSAY_RECORD_TOKEN};
            record.token = catalog->tokens[i].value;
            put_record_row(writer, KIND_TOKEN, catalog->tokens[i].mark, &record);
            catalog->tokens[i].mark.dirty = false;
        }
    }
    for (uint32_t i = 0; i < catalog->site_count; i++) {
        if (catalog->sites[i].mark.dirty) {
            struct assay_record record = {.type = ASSAY_RECORD_SITE};
            record.site = catalog->sites[i].value;
            put_record_row(writer, KIND_SITE, catalog->sites[i].mark, &record);
            catalog->sites[i].mark.dirty = false;
        }
    }
}

static void take_jobs(struct assay_catalog *catalog, struct row_writer *writer)
{
    for (struct assay_catalog_job *job = catalog->jobs; job != NULL && job->mark.dirty;
         job = job->before) {
        struct assay_record record = {.type = ASSAY_RECORD_JOB};
        record.job = job->value;
        put_record_row(writer, KIND_JOB, job->mark, &record);
        job->mark.dirty = false;
    }
    for (struct assay_catalog_honey *honey = catalog->honeys; honey != NULL && honey->mark.dirty;
         honey = honey->before) {
        struct assay_record record = {.type = ASSAY_RECORD_HONEY};
        record.honey = honey->value;
        put_record_row(writer, KIND_HONEY, honey->mark, &record);
        honey->mark.dirty = false;
    }
    while (catalog->alerts_saved < catalog->alert_count) {
        const struct assay_catalog_alert *alert = catalog->alerts[catalog->alerts_saved++];
        struct assay_record record = {.type = ASSAY_RECORD_ALERT};
        record.alert = alert->value;
        put_record_row(writer, KIND_ALERT, alert->mark, &record);
    }
}

static void take_alert_states(struct assay_catalog *catalog, struct row_writer *writer)
{
    for (uint32_t i = 0; catalog->alert_states_dirty && i < catalog->alert_count; i++) {
        struct assay_catalog_alert_state *state = catalog->alerts[i]->state;
        if (state != NULL && state->mark.dirty) {
            struct assay_record record = {.type = ASSAY_RECORD_ALERT_STATE};
            record.alert_state = state->value;
            put_record_row(writer, KIND_ALERT_STATE, state->mark, &record);
            state->mark.dirty = false;
        }
    }
    catalog->alert_states_dirty = false;
}

static void take_rules(struct assay_catalog *catalog, struct row_writer *writer)
{
    for (uint32_t i = 0; i < catalog->rule_count; i++) {
        struct assay_catalog_rule *rule = &catalog->rules[i];
        if (rule->mark.dirty) {
            struct assay_record record = {.type = ASSAY_RECORD_RULES, .rule = rule->value};
            put_record_row(writer, KIND_RULE, rule->mark, &record);
            rule->mark.dirty = false;
        }
    }
    for (uint32_t i = 0; i < catalog->webhook_count; i++) {
        struct assay_catalog_webhook *webhook = &catalog->webhooks[i];
        if (webhook->mark.dirty) {
            struct assay_record record = {.type = ASSAY_RECORD_WEBHOOK, .webhook = webhook->value};
            put_record_row(writer, KIND_WEBHOOK, webhook->mark, &record);
            webhook->mark.dirty = false;
        }
    }
}

static void take_files(struct assay_catalog *catalog, struct row_writer *writer)
{
    for (uint32_t i = 0; i < catalog->file_count; i++) {
        struct assay_catalog_file *file = &catalog->files[i];
        if (file->mark.dirty) {
            struct assay_record record = {.type = ASSAY_RECORD_HISTORY, .history = file->value};
            put_record_row(writer, KIND_FILE, file->mark, &record);
            file->mark.dirty = false;
        }
    }
    for (uint32_t i = catalog->import_count; i > 0 && catalog->imports[i - 1].mark.dirty; i--) {
        struct assay_catalog_import *import = &catalog->imports[i - 1];
        struct assay_record record = {.type = ASSAY_RECORD_IMPORT, .import = import->value};
        put_record_row(writer, KIND_IMPORT, import->mark, &record);
        import->mark.dirty = false;
    }
}

enum assay_error assay_catalog_take_dirty(struct assay_catalog *catalog,
                                          void (*put)(void *context, struct assay_span key,
                                                      struct assay_span value),
                                          void *context)
{
    struct row_writer writer = {.put = put, .context = context, .row = malloc(ROW_MAX)};
    if (writer.row == NULL) {
        return ASSAY_E_MEMORY;
    }
    take_single_ones(catalog, &writer);
    take_products(catalog, &writer);
    take_batches(catalog, &writer);
    take_places(catalog, &writer);
    take_tokens_and_sites(catalog, &writer);
    take_jobs(catalog, &writer);
    take_alert_states(catalog, &writer);
    take_rules(catalog, &writer);
    take_files(catalog, &writer);
    free(writer.row);
    return ASSAY_OK;
}

/* -- loading -- */

static enum assay_error load_batch_tail(struct assay_batch *batch, struct assay_wire *wire)
{
    uint8_t version = assay_wire_get_u8(wire);
    uint8_t flags = assay_wire_get_u8(wire);
    if (wire->failed || version == 0 || flags > BATCH_TAIL_UNREPORTED) {
        return ASSAY_E_CORRUPT;
    }
    if (version > BATCH_TAIL_VERSION) {
        return ASSAY_E_VERSION;
    }
    batch->unreported = (flags & BATCH_TAIL_UNREPORTED) != 0;
    enum assay_error error = get_set(wire, &batch->spoiled);
    return error == ASSAY_OK ? get_set(wire, &batch->reserved) : error;
}

static enum assay_error load_batch(struct assay_catalog *catalog, const struct assay_record *record,
                                   struct assay_catalog_mark mark, struct assay_wire *wire)
{
    struct assay_catalog_batch *entry = NULL;
    enum assay_error error = assay_catalog_add_batch(catalog, &record->batch, mark, &entry);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_batch *batch = &entry->batch;
    batch->closed = assay_wire_get_u8(wire) != 0;
    batch->good_count = assay_wire_get_u32(wire);
    assay_wire_get_text(wire, batch->void_reason, sizeof batch->void_reason);
    assay_wire_get_text(wire, batch->recall_reason, sizeof batch->recall_reason);
    struct assay_range_set *sets[] = {&batch->active, &batch->shipped, &batch->voided,
                                      &batch->recalled, &batch->printed};
    for (size_t i = 0; i < ASSAY_COUNT_OF(sets); i++) {
        error = get_set(wire, sets[i]);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    error = wire->failed || wire->at == wire->len_bytes ? ASSAY_OK : load_batch_tail(batch, wire);
    if (error != ASSAY_OK) {
        return error;
    }
    return wire->failed || wire->at != wire->len_bytes ? ASSAY_E_CORRUPT : ASSAY_OK;
}

static enum assay_error load_record(struct assay_catalog *catalog, char kind,
                                    const struct assay_record *record,
                                    struct assay_catalog_mark mark)
{
    enum assay_error error = ASSAY_OK;
    switch (kind) {
    case KIND_BRAND:
        return record->type != ASSAY_RECORD_BRAND
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_set_brand(catalog, &record->brand, mark);
    case KIND_PRODUCT:
        return record->type != ASSAY_RECORD_PRODUCT
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_set_product(catalog, &record->product, mark);
    case KIND_PLACE:
        error = record->type != ASSAY_RECORD_PLACE
                    ? ASSAY_E_CORRUPT
                    : assay_catalog_set_place(catalog, &record->place);
        catalog->places_saved = catalog->place_count;
        return error;
    case KIND_TOKEN:
        return record->type != ASSAY_RECORD_TOKEN
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_set_token(catalog, &record->token, mark);
    case KIND_SITE:
        return record->type != ASSAY_RECORD_SITE
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_set_site(catalog, &record->site, mark);
    case KIND_JOB:
        return record->type != ASSAY_RECORD_JOB
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_add_job(catalog, &record->job, mark);
    case KIND_HONEY:
        return record->type != ASSAY_RECORD_HONEY
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_add_honey(catalog, &record->honey, mark);
    case KIND_ALERT:
        error = record->type != ASSAY_RECORD_ALERT
                    ? ASSAY_E_CORRUPT
                    : assay_catalog_add_alert(catalog, &record->alert, mark);
        catalog->alerts_saved = catalog->alert_count;
        return error;
    case KIND_ALERT_STATE:
        return record->type != ASSAY_RECORD_ALERT_STATE || record->alert_state.alert != mark.created
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_set_alert_state(catalog, &record->alert_state, mark);
    case KIND_RULE:
        return record->type != ASSAY_RECORD_RULES
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_set_rule(catalog, &record->rule, mark);
    case KIND_WEBHOOK:
        return record->type != ASSAY_RECORD_WEBHOOK
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_set_webhook(catalog, &record->webhook, mark);
    case KIND_FILE:
        return record->type != ASSAY_RECORD_HISTORY
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_set_file(catalog, &record->history, mark);
    case KIND_IMPORT:
        return record->type != ASSAY_RECORD_IMPORT
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_set_import(catalog, &record->import, mark);
    case KIND_CALIBRATION:
        return record->type != ASSAY_RECORD_CALIBRATION
                   ? ASSAY_E_CORRUPT
                   : assay_catalog_set_calibration(catalog, &record->calibration, mark);
    default:
        return ASSAY_E_CORRUPT;
    }
}

enum assay_error assay_catalog_load(struct assay_catalog *catalog, struct assay_span key,
                                    struct assay_span value)
{
    if (key.len_bytes != KEY_LEN) {
        return ASSAY_E_CORRUPT;
    }
    struct assay_catalog_mark mark = {0};
    for (int i = 0; i < 8; i++) {
        mark.created = mark.created << 8 | key.data[1 + i];
    }
    struct assay_wire wire = assay_wire_reader(value.data, value.len_bytes);
    mark.position = assay_wire_get_u64(&wire);
    if (wire.failed) {
        return ASSAY_E_CORRUPT;
    }
    struct assay_record record;
    const uint8_t *data = value.data + wire.at;
    enum assay_error error = assay_record_decode(data, value.len_bytes - wire.at, &record);
    if (error != ASSAY_OK) {
        return error;
    }
    wire.at += assay_record_len(data, value.len_bytes - wire.at);
    if (key.data[0] != KIND_BATCH) {
        return load_record(catalog, (char)key.data[0], &record, mark);
    }
    return record.type != ASSAY_RECORD_BATCH ? ASSAY_E_CORRUPT
                                             : load_batch(catalog, &record, mark, &wire);
}
