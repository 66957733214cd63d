// SPDX-License-Identifier: Apache-2.0
#include "core/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "core/runs.h"

/* Rows of one kind as they came, each with the number of its import. */
struct pile {
    uint8_t *rows;
    size_t size; /* of one */
    size_t count;
    size_t room;
};

/* An import, known from its first row on. */
struct batch_of_rows {
    uint8_t id[ASSAY_IMPORT_ID_LEN];
    uint32_t order; /* of its IMPORT, from 1; 0: there is none yet */
    bool holds;
    struct assay_import_record import;
};

struct reference_row {
    uint32_t import;
    uint64_t item;
};

struct sale_row {
    uint32_t import;
    struct assay_sale value;
};

struct purchase_row {
    uint32_t import;
    size_t number;
    struct assay_purchase value;
};

struct plan_row {
    uint32_t import;
    uint64_t seed;
    uint32_t wanted;
    enum assay_plan_basis basis;
    struct assay_plan_row value;
};

struct assay_evidence_reader {
    struct pile imports;
    struct pile references;
    struct pile sales;
    struct pile purchases;
    struct pile plans;
    uint32_t orders;
};

/* -- piles -- */

static enum assay_error put(struct pile *pile, const void *row)
{
    if (pile->count == pile->room) {
        size_t room = pile->room * 2 + 64;
        uint8_t *rows = reallocarray(pile->rows, room, pile->size);
        if (rows == NULL) {
            return ASSAY_E_MEMORY;
        }
        pile->rows = rows;
        pile->room = room;
    }
    memcpy(pile->rows + pile->count++ * pile->size, row, pile->size);
    return ASSAY_OK;
}

enum assay_error assay_evidence_reader_create(struct assay_evidence_reader **reader)
{
    struct assay_evidence_reader *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    made->imports.size = sizeof(struct batch_of_rows);
    made->references.size = sizeof(struct reference_row);
    made->sales.size = sizeof(struct sale_row);
    made->purchases.size = sizeof(struct purchase_row);
    made->plans.size = sizeof(struct plan_row);
    *reader = made;
    return ASSAY_OK;
}

void assay_evidence_reader_destroy(struct assay_evidence_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    free(reader->imports.rows);
    free(reader->references.rows);
    free(reader->sales.rows);
    free(reader->purchases.rows);
    free(reader->plans.rows);
    free(reader);
}

static struct batch_of_rows *import_at(const struct assay_evidence_reader *reader, uint32_t number)
{
    return (struct batch_of_rows *)reader->imports.rows + number;
}

/* Number of the import of an id that has none yet; rows of one stand together. */
static enum assay_error import_of(struct assay_evidence_reader *reader,
                                  const uint8_t id[ASSAY_IMPORT_ID_LEN], uint32_t *number)
{
    for (size_t i = reader->imports.count; i > 0; i--) {
        if (memcmp(import_at(reader, (uint32_t)i - 1)->id, id, ASSAY_IMPORT_ID_LEN) == 0) {
            *number = (uint32_t)i - 1;
            return ASSAY_OK;
        }
    }
    struct batch_of_rows fresh = {.order = 0};
    memcpy(fresh.id, id, sizeof fresh.id);
    *number = (uint32_t)reader->imports.count;
    return put(&reader->imports, &fresh);
}

/* -- records -- */

static enum assay_error take_reference(struct assay_evidence_reader *reader,
                                       const struct assay_reference_record *reference)
{
    struct reference_row row;
    struct assay_runs runs = {0};
    struct assay_run run;
    enum assay_error error = import_of(reader, reference->id, &row.import);
    while (error == ASSAY_OK &&
           assay_runs_take(&runs, reference->runs, reference->runs_len, &run)) {
        for (uint32_t index = run.first; index <= run.last && error == ASSAY_OK; index++) {
            row.item = assay_item_key_of(reference->handle, index);
            error = put(&reader->references, &row);
        }
    }
    return error;
}

static enum assay_error take_sales(struct assay_evidence_reader *reader,
                                   const struct assay_sales_record *sales)
{
    struct sale_row row;
    enum assay_error error = import_of(reader, sales->id, &row.import);
    for (uint32_t i = 0; i < sales->rows && error == ASSAY_OK; i++) {
        row.value = sales->row[i];
        error = put(&reader->sales, &row);
    }
    return error;
}

static enum assay_error take_purchases(struct assay_evidence_reader *reader,
                                       const struct assay_purchase_record *purchases)
{
    struct purchase_row row;
    enum assay_error error = import_of(reader, purchases->id, &row.import);
    for (uint32_t i = 0; i < purchases->rows && error == ASSAY_OK; i++) {
        row.value = purchases->row[i];
        row.number = reader->purchases.count;
        error = put(&reader->purchases, &row);
    }
    return error;
}

static enum assay_error take_plan(struct assay_evidence_reader *reader,
                                  const struct assay_plan_record *plan)
{
    struct plan_row row = {.seed = plan->seed, .wanted = plan->wanted, .basis = plan->basis};
    enum assay_error error = import_of(reader, plan->id, &row.import);
    for (uint32_t i = 0; i < plan->rows && error == ASSAY_OK; i++) {
        row.value = plan->row[i];
        error = put(&reader->plans, &row);
    }
    return error;
}

static enum assay_error take_import(struct assay_evidence_reader *reader,
                                    const struct assay_import_record *import)
{
    uint32_t number = 0;
    enum assay_error error = import_of(reader, import->id, &number);
    if (error != ASSAY_OK) {
        return error;
    }
    for (uint32_t i = 0; i < reader->imports.count && import->replaces; i++) {
        struct batch_of_rows *before = import_at(reader, i);
        before->holds = before->holds && before->import.kind != import->kind;
    }
    struct batch_of_rows *known = import_at(reader, number);
    known->order = ++reader->orders;
    known->holds = true;
    known->import = *import;
    return ASSAY_OK;
}

enum assay_error assay_evidence_take(struct assay_evidence_reader *reader,
                                     const struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_REFERENCE:
        return take_reference(reader, &record->reference);
    case ASSAY_RECORD_SALES:
        return take_sales(reader, &record->sales);
    case ASSAY_RECORD_PURCHASE:
        return take_purchases(reader, &record->purchase);
    case ASSAY_RECORD_PLAN:
        return take_plan(reader, &record->plan);
    case ASSAY_RECORD_IMPORT:
        return take_import(reader, &record->import);
    default:
        return ASSAY_OK;
    }
}

/* -- the sum -- */

/* Room for count rows; never NULL for none, so that NULL says that there is no memory. */
static void *room_for(size_t count, size_t size)
{
    return calloc(count + 1, size);
}

static int by_key(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static enum assay_error sum_references(const struct assay_evidence_reader *reader,
                                       struct assay_evidence *evidence)
{
    const struct reference_row *rows = (const struct reference_row *)reader->references.rows;
    uint64_t *items = room_for(reader->references.count, sizeof *items);
    if (items == NULL) {
        return ASSAY_E_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < reader->references.count; i++) {
        if (import_at(reader, rows[i].import)->holds) {
            items[count++] = rows[i].item;
        }
    }
    qsort(items, count, sizeof *items, by_key);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || items[i] != items[kept - 1]) {
            items[kept++] = items[i];
        }
    }
    evidence->references = items;
    evidence->reference_count = kept;
    return ASSAY_OK;
}

int assay_sale_compare(const void *a, const void *b)
{
    const struct assay_sale *left = a;
    const struct assay_sale *right = b;
    int order = strcmp(left->sku, right->sku);
    order = order != 0 ? order : strcmp(left->where.country, right->where.country);
    order = order != 0 ? order : strcmp(left->where.region, right->where.region);
    return order != 0 ? order : (left->week > right->week) - (left->week < right->week);
}

/* Rows of the same product, place and week: the last import's comes first. `import` is its order by
 * now. */
static int by_sale(const void *a, const void *b)
{
    const struct sale_row *left = a;
    const struct sale_row *right = b;
    int order = assay_sale_compare(&left->value, &right->value);
    return order != 0 ? order : (left->import < right->import) - (left->import > right->import);
}

static enum assay_error sum_sales(struct assay_evidence_reader *reader,
                                  struct assay_evidence *evidence)
{
    struct sale_row *rows = (struct sale_row *)reader->sales.rows;
    size_t count = 0;
    for (size_t i = 0; i < reader->sales.count; i++) {
        const struct batch_of_rows *import = import_at(reader, rows[i].import);
        if (import->holds) {
            rows[count] = rows[i];
            rows[count++].import = import->order;
        }
    }
    struct assay_sale *sales = room_for(count, sizeof *sales);
    if (sales == NULL) {
        return ASSAY_E_MEMORY;
    }
    if (count > 0) {
        qsort(rows, count, sizeof *rows, by_sale);
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || assay_sale_compare(&rows[i].value, &sales[kept - 1]) != 0) {
            sales[kept++] = rows[i].value;
        }
    }
    evidence->sales = sales;
    evidence->sale_count = kept;
    return ASSAY_OK;
}

static int by_time(const void *a, const void *b)
{
    const struct purchase_row *left = a;
    const struct purchase_row *right = b;
    if (left->value.at_unix_ms != right->value.at_unix_ms) {
        return left->value.at_unix_ms < right->value.at_unix_ms ? -1 : 1;
    }
    return (left->number > right->number) - (left->number < right->number);
}

static enum assay_error sum_purchases(struct assay_evidence_reader *reader,
                                      struct assay_evidence *evidence)
{
    struct purchase_row *rows = (struct purchase_row *)reader->purchases.rows;
    struct assay_evidence_purchase *purchases =
        room_for(reader->purchases.count, sizeof *purchases);
    if (purchases == NULL) {
        return ASSAY_E_MEMORY;
    }
    if (reader->purchases.count > 0) {
        qsort(rows, reader->purchases.count, sizeof *rows, by_time);
    }
    size_t kept = 0;
    for (size_t i = 0; i < reader->purchases.count; i++) {
        const struct batch_of_rows *import = import_at(reader, rows[i].import);
        if (import->holds) {
            purchases[kept].value = rows[i].value;
            memcpy(purchases[kept++].plan, import->import.plan, ASSAY_IMPORT_ID_LEN);
        }
    }
    evidence->purchases = purchases;
    evidence->purchase_count = kept;
    return ASSAY_OK;
}

static void begin_plan(struct assay_evidence *evidence, const struct batch_of_rows *import,
                       const struct plan_row *row)
{
    struct assay_evidence_plan *plan = &evidence->plans[evidence->plan_count++];
    *plan = (struct assay_evidence_plan){
        .at_unix_ms = import->import.at_unix_ms,
        .seed = row->seed,
        .wanted = row->wanted,
        .basis = row->basis,
        .first = evidence->plan_row_count,
    };
    memcpy(plan->id, import->id, sizeof plan->id);
    memcpy(plan->actor, import->import.actor, sizeof plan->actor);
}

static enum assay_error sum_plans(const struct assay_evidence_reader *reader,
                                  struct assay_evidence *evidence)
{
    const struct plan_row *rows = (const struct plan_row *)reader->plans.rows;
    evidence->plans = room_for(reader->imports.count, sizeof *evidence->plans);
    evidence->plan_rows = room_for(reader->plans.count, sizeof *evidence->plan_rows);
    if (evidence->plans == NULL || evidence->plan_rows == NULL) {
        return ASSAY_E_MEMORY;
    }
    for (uint32_t number = 0; number < reader->imports.count; number++) {
        const struct batch_of_rows *import = import_at(reader, number);
        bool begun = false;
        for (size_t i = 0; i < reader->plans.count && import->holds; i++) {
            if (rows[i].import != number) {
                continue;
            }
            if (!begun) {
                begin_plan(evidence, import, &rows[i]);
                begun = true;
            }
            evidence->plan_rows[evidence->plan_row_count++] = rows[i].value;
            evidence->plans[evidence->plan_count - 1].rows++;
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_evidence_finish(struct assay_evidence_reader *reader,
                                       struct assay_evidence *evidence)
{
    struct assay_evidence made = {0};
    enum assay_error error = sum_references(reader, &made);
    error = error != ASSAY_OK ? error : sum_sales(reader, &made);
    error = error != ASSAY_OK ? error : sum_purchases(reader, &made);
    error = error != ASSAY_OK ? error : sum_plans(reader, &made);
    assay_evidence_reader_destroy(reader);
    if (error != ASSAY_OK) {
        assay_evidence_deinit(&made);
        return error;
    }
    *evidence = made;
    return ASSAY_OK;
}

/* -- asking -- */

bool assay_evidence_is_reference(const struct assay_evidence *evidence, uint64_t item)
{
    return evidence->reference_count > 0 &&
           bsearch(&item, evidence->references, evidence->reference_count,
                   sizeof *evidence->references, by_key) != NULL;
}

uint64_t assay_evidence_units(const struct assay_evidence *evidence, const struct assay_sale *what,
                              int32_t from, int32_t to, size_t *known)
{
    uint64_t units = 0;
    *known = 0;
    for (size_t i = 0; i < evidence->sale_count; i++) {
        const struct assay_sale *sale = &evidence->sales[i];
        bool meant =
            (what->sku[0] == '\0' || strcmp(what->sku, sale->sku) == 0) &&
            (what->where.country[0] == '\0' ||
             strcmp(what->where.country, sale->where.country) == 0) &&
            (what->where.region[0] == '\0' || strcmp(what->where.region, sale->where.region) == 0);
        if (meant && sale->week >= from && sale->week <= to) {
            units += sale->units;
            (*known)++;
        }
    }
    return units;
}

void assay_evidence_deinit(struct assay_evidence *evidence)
{
    free(evidence->references);
    free(evidence->sales);
    free(evidence->purchases);
    free(evidence->plans);
    free(evidence->plan_rows);
    *evidence = (struct assay_evidence){0};
}
