// SPDX-License-Identifier: Apache-2.0
/* Imports of evidence: the file is read and checked, its rows go to the ledger a group at a time, and
 * last the IMPORT that makes them hold. */
#include "core/office_evidence.h"

#include <stdlib.h>
#include <string.h>

#include "core/evidence_lines.h"
#include "core/opener.h"
#include "core/runs.h"

#define GROUP_BYTES (ASSAY_LEDGER_GROUP_BYTES_MAX - 64)

/* -- rows on their way -- */

enum assay_error assay_office_rows_begin(const struct assay_office_call *call,
                                         enum assay_import_kind kind,
                                         struct assay_office_rows *rows)
{
    *rows = (struct assay_office_rows){.call = call, .group = malloc(GROUP_BYTES)};
    if (rows->group == NULL) {
        return assay_fail(call->reason, ASSAY_E_MEMORY, NULL);
    }
    rows->import.type = ASSAY_RECORD_IMPORT;
    struct assay_import_record *import = &rows->import.import;
    import->at_unix_ms = call->now_unix_ms;
    import->kind = kind;
    assay_bytes_random(import->id, sizeof import->id);
    memcpy(import->actor, call->actor->name, sizeof import->actor);
    return ASSAY_OK;
}

static enum assay_error flush(struct assay_office_rows *rows)
{
    uint64_t position = 0;
    if (rows->len == 0) {
        return ASSAY_OK;
    }
    enum assay_error error =
        assay_store_put_rows(rows->call->office->session,
                             (struct assay_span){rows->group, rows->len}, rows->records, &position);
    if (error != ASSAY_OK) {
        return assay_fail(rows->call->reason, error, NULL);
    }
    if (rows->import.import.began_at == 0) {
        rows->import.import.began_at = position;
    }
    rows->len = 0;
    rows->records = 0;
    return ASSAY_OK;
}

enum assay_error assay_office_rows_add(struct assay_office_rows *rows,
                                       const struct assay_record *record)
{
    size_t len = assay_record_encode(record, rows->group + rows->len, GROUP_BYTES - rows->len);
    if (len == 0) {
        enum assay_error error = flush(rows);
        if (error != ASSAY_OK) {
            return error;
        }
        len = assay_record_encode(record, rows->group, GROUP_BYTES);
        assay_assert(len > 0);
    }
    rows->len += len;
    rows->records++;
    return ASSAY_OK;
}

enum assay_error assay_office_rows_commit(struct assay_office_rows *rows)
{
    enum assay_error error = flush(rows);
    return error != ASSAY_OK ? error : assay_office_put(rows->call, &rows->import);
}

void assay_office_rows_end(struct assay_office_rows *rows)
{
    free(rows->group);
}

/* -- from lines to records -- */

/* Items of one batch in a record, as many as fit. Returns how many of them. */
static size_t fill_reference(struct assay_reference_record *reference, const uint64_t *items,
                             size_t count)
{
    struct assay_runs runs = {0};
    size_t taken = 0;
    reference->handle = assay_item_key_handle(items[0]);
    while (taken < count && assay_item_key_handle(items[taken]) == reference->handle) {
        size_t last = taken;
        while (last + 1 < count && items[last + 1] == items[last] + 1) {
            last++;
        }
        struct assay_run run = {assay_item_key_index(items[taken]),
                                assay_item_key_index(items[last])};
        if (!assay_runs_put(&runs, reference->runs, sizeof reference->runs, run)) {
            break;
        }
        taken = last + 1;
    }
    reference->runs_len = (uint32_t)runs.at;
    reference->items = (uint32_t)taken;
    return taken;
}

static enum assay_error add_references(struct assay_office_rows *rows,
                                       const struct assay_evidence_lines *lines)
{
    enum assay_error error = ASSAY_OK;
    for (size_t at = 0; at < lines->item_count && error == ASSAY_OK;) {
        struct assay_record record = {.type = ASSAY_RECORD_REFERENCE};
        memcpy(record.reference.id, rows->import.import.id, ASSAY_IMPORT_ID_LEN);
        at += fill_reference(&record.reference, lines->items + at, lines->item_count - at);
        error = assay_office_rows_add(rows, &record);
    }
    return error;
}

static enum assay_error add_sales(struct assay_office_rows *rows,
                                  const struct assay_evidence_lines *lines)
{
    enum assay_error error = ASSAY_OK;
    for (size_t at = 0; at < lines->count && error == ASSAY_OK;) {
        struct assay_record record = {.type = ASSAY_RECORD_SALES};
        struct assay_sales_record *sales = &record.sales;
        memcpy(sales->id, rows->import.import.id, ASSAY_IMPORT_ID_LEN);
        sales->rows = 0;
        while (at < lines->count && sales->rows < ASSAY_EVIDENCE_ROWS_MAX) {
            sales->row[sales->rows++] = lines->sales[at++];
        }
        error = assay_office_rows_add(rows, &record);
    }
    return error;
}

static enum assay_error add_purchases(struct assay_office_rows *rows,
                                      const struct assay_evidence_lines *lines)
{
    enum assay_error error = ASSAY_OK;
    for (size_t at = 0; at < lines->count && error == ASSAY_OK;) {
        struct assay_record record = {.type = ASSAY_RECORD_PURCHASE};
        struct assay_purchase_record *purchases = &record.purchase;
        memcpy(purchases->id, rows->import.import.id, ASSAY_IMPORT_ID_LEN);
        purchases->rows = 0;
        while (at < lines->count && purchases->rows < ASSAY_EVIDENCE_ROWS_MAX) {
            purchases->row[purchases->rows++] = lines->purchases[at++];
        }
        error = assay_office_rows_add(rows, &record);
    }
    return error;
}

static enum assay_error add_lines(struct assay_office_rows *rows,
                                  const struct assay_evidence_lines *lines)
{
    switch (rows->import.import.kind) {
    case ASSAY_IMPORT_REFERENCE:
        return add_references(rows, lines);
    case ASSAY_IMPORT_SALES:
        return add_sales(rows, lines);
    default:
        return add_purchases(rows, lines);
    }
}

/* -- codes and products -- */

struct source {
    const struct assay_office_call *call;
    struct assay_opener opener;
};

static enum assay_error open_code(void *context, const struct assay_history_row *code,
                                  uint64_t *item, const char **sku)
{
    struct source *source = context;
    const struct assay_batch_facts *facts = NULL;
    uint32_t index = code->index;
    enum assay_error error = ASSAY_OK;
    if (code->kind == ASSAY_HISTORY_ITEM) {
        error = assay_opener_item(&source->opener, code->handle, index, &facts);
    } else if (assay_opener_has_keys(&source->opener)) {
        error = assay_opener_code(&source->opener, &code->parts, &facts, &index);
    } else {
        error = ASSAY_E_SCOPE;
    }
    if (error == ASSAY_OK) {
        *item = assay_item_key_of(facts->handle, index);
        *sku = facts->sku;
    }
    return error;
}

static bool has_product(void *context, const char *sku)
{
    const struct source *source = context;
    return assay_store_product(source->call->office->store, sku) != NULL;
}

/* -- the command -- */

struct ask {
    const json_t *csv;
    bool replace;
    char plan[2 * ASSAY_IMPORT_ID_LEN + 2];
};

static enum assay_error read_ask(const struct assay_office_call *call, enum assay_import_kind kind,
                                 struct ask *ask)
{
    const struct assay_json_field fields[] = {
        ASSAY_JSON_BOOLEAN_ROW("replace", false, ask->replace),
        ASSAY_JSON_TEXT_ROW("plan", false, ask->plan),
    };
    ask->csv = json_object_get(call->params, "csv");
    /* The file is far longer than a text field, and has lines. */
    json_t *rest = json_copy((json_t *)(uintptr_t)call->params);
    json_object_del(rest, "csv");
    size_t count = ASSAY_COUNT_OF(fields) - (kind == ASSAY_IMPORT_PURCHASE ? 0 : 1);
    enum assay_error error = rest == NULL ? assay_fail(call->reason, ASSAY_E_MEMORY, NULL)
                                          : assay_json_read(rest, fields, count, call->reason);
    json_decref(rest);
    if (error == ASSAY_OK && !json_is_string(ask->csv)) {
        error = assay_fail(call->reason, ASSAY_E_FIELD, "csv: the file's text is wanted");
    }
    return error;
}

static enum assay_error read_plan(const struct assay_office_call *call, const char *text,
                                  uint8_t plan[ASSAY_IMPORT_ID_LEN])
{
    struct assay_catalog_import import;
    if (text[0] == '\0') {
        return ASSAY_OK;
    }
    if (assay_hex_decode(text, strlen(text), plan, ASSAY_IMPORT_ID_LEN) != ASSAY_OK) {
        return assay_fail(
            call->reason, ASSAY_E_FIELD,
            "plan: 32 hexadecimal digits are wanted, as test-purchase plan says them");
    }
    for (uint32_t i = 0; assay_store_import_at(call->office->store, i, &import) == ASSAY_OK; i++) {
        if (import.value.kind == ASSAY_IMPORT_PLAN &&
            memcmp(import.value.id, plan, ASSAY_IMPORT_ID_LEN) == 0) {
            return ASSAY_OK;
        }
    }
    return assay_fail(call->reason, ASSAY_E_NOT_FOUND, "plan: there is no plan %s", text);
}

json_t *assay_office_import_json(const struct assay_catalog_import *import)
{
    char id[2 * ASSAY_IMPORT_ID_LEN + 1];
    char sha256[2 * ASSAY_SHA256_LEN + 1];
    assay_hex_encode(import->value.id, sizeof import->value.id, id);
    assay_hex_encode(import->value.sha256, sizeof import->value.sha256, sha256);
    return json_pack("{s:s, s:o, s:s, s:I, s:b, s:b, s:s}", "id", id, "at",
                     assay_office_time(import->value.at_unix_ms), "actor", import->value.actor,
                     "rows", (json_int_t)import->value.rows, "replaces", import->value.replaces,
                     "replaced", import->replaced, "sha256", sha256);
}

static enum assay_error give_import(const struct assay_office_call *call,
                                    const struct assay_catalog_import *import, bool already,
                                    json_t **result)
{
    json_t *json = assay_office_import_json(import);
    if (json != NULL && json_object_set_new(json, "already", json_boolean(already)) != 0) {
        json_decref(json);
        json = NULL;
    }
    return assay_office_give(json, result, call->reason);
}

static enum assay_error write(struct assay_office_rows *rows,
                              const struct assay_evidence_lines *lines, json_t **result)
{
    const struct assay_office_call *call = rows->call;
    struct assay_catalog_import import = {0};
    rows->import.import.rows = lines->count;
    enum assay_error error = add_lines(rows, lines);
    error = error != ASSAY_OK ? error : assay_office_rows_commit(rows);
    import.value = rows->import.import;
    if (error == ASSAY_E_EXISTS) { /* another call was faster with the same file */
        error = assay_store_import(call->office->store, import.value.kind, import.value.sha256,
                                   &import);
        return error != ASSAY_OK ? error : give_import(call, &import, true, result);
    }
    return error != ASSAY_OK ? error : give_import(call, &import, false, result);
}

static enum assay_error read_lines(const struct assay_office_call *call, struct assay_span csv,
                                   enum assay_import_kind kind, struct assay_evidence_lines *lines)
{
    struct source source = {
        .call = call,
        .opener = {.store = call->office->store, .keyring = call->office->keyring},
    };
    const struct assay_evidence_reading how = {.kind = kind,
                                               .latest = call->now_unix_ms,
                                               .open = open_code,
                                               .has_product = has_product,
                                               .context = &source};
    enum assay_error error = assay_evidence_lines_read(csv, &how, lines, call->reason);
    assay_opener_deinit(&source.opener);
    return error == ASSAY_E_SCOPE
               ? assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                            "label.key is not open here: codes cannot be checked; name items as "
                            "HANDLE:INDEX")
               : error;
}

static enum assay_error run(const struct assay_office_call *call, enum assay_import_kind kind,
                            json_t **result)
{
    struct ask ask = {.plan = ""};
    struct assay_office_rows rows = {.group = NULL};
    enum assay_error error = read_ask(call, kind, &ask);
    error = error != ASSAY_OK ? error : assay_office_rows_begin(call, kind, &rows);
    struct assay_import_record *import = &rows.import.import;
    error = error != ASSAY_OK ? error : read_plan(call, ask.plan, import->plan);
    if (error != ASSAY_OK) {
        assay_office_rows_end(&rows);
        return error;
    }
    import->replaces = ask.replace;
    const struct assay_span csv = {(const uint8_t *)json_string_value(ask.csv),
                                   json_string_length(ask.csv)};
    assay_sha256(csv.data, csv.len_bytes, import->sha256);
    struct assay_catalog_import known;
    struct assay_evidence_lines lines;
    if (assay_store_import(call->office->store, kind, import->sha256, &known) == ASSAY_OK) {
        error = give_import(call, &known, true, result);
    } else {
        error = read_lines(call, csv, kind, &lines);
        if (error == ASSAY_OK) {
            error = write(&rows, &lines, result);
            assay_evidence_lines_deinit(&lines);
        }
    }
    assay_office_rows_end(&rows);
    return error;
}

enum assay_error assay_office_reference_import(const struct assay_office_call *call,
                                               json_t **result)
{
    return run(call, ASSAY_IMPORT_REFERENCE, result);
}

enum assay_error assay_office_sales_import(const struct assay_office_call *call, json_t **result)
{
    return run(call, ASSAY_IMPORT_SALES, result);
}

enum assay_error assay_office_purchase_import(const struct assay_office_call *call, json_t **result)
{
    return run(call, ASSAY_IMPORT_PURCHASE, result);
}
