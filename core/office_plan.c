// SPDX-License-Identifier: Apache-2.0
/* test-purchase.plan: which items to buy, drawn at random in proportion to what is sold. */
#include <stdlib.h>
#include <string.h>

#include "core/office_evidence.h"
#include "core/sample_plan.h"
#include "core/state_rollup.h"

#define COUNT_DEFAULT 40
#define SEED_MAX ((1ll << 53) - 1) /* what every reader of JSON takes for a whole number */

enum cut { BY_PRODUCT = 1, BY_REGION = 2 };

/* A plan that is being made: rows of what was sold, each product and region once. */
struct plan {
    const struct assay_office_call *call;
    int64_t count;
    int64_t seed;
    bool has_seed;
    unsigned by;
    char sku[ASSAY_SKU_MAX + 1];
    enum assay_plan_basis basis;
    struct assay_plan_row *rows;
    size_t row_count;
    size_t room;
};

static enum assay_error read_plan(const struct assay_office_call *call, struct plan *plan)
{
    char by[32] = "product,region";
    *plan = (struct plan){.call = call, .count = COUNT_DEFAULT};
    const struct assay_json_field fields[] = {
        ASSAY_JSON_WHOLE_ROW("count", false, plan->count, 1, ASSAY_PLAN_ITEMS_MAX),
        {.name = "seed",
         .kind = ASSAY_JSON_INTEGER,
         .out = &plan->seed,
         .min = 0,
         .max = SEED_MAX,
         .present = &plan->has_seed},
        ASSAY_JSON_TEXT_ROW("by", false, by),
        ASSAY_JSON_TEXT_ROW("sku", false, plan->sku),
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error != ASSAY_OK) {
        return error;
    }
    bool both = strcmp(by, "product,region") == 0 || strcmp(by, "region,product") == 0;
    plan->by = both                         ? BY_PRODUCT | BY_REGION
               : strcmp(by, "product") == 0 ? BY_PRODUCT
               : strcmp(by, "region") == 0  ? BY_REGION
                                            : 0;
    if (plan->by == 0) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "by: product, region or product,region is wanted");
    }
    if (plan->sku[0] != '\0' && assay_store_product(call->office->store, plan->sku) == NULL) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND, "sku: there is no product %s",
                          plan->sku);
    }
    if (!plan->has_seed) {
        uint64_t drawn = 0;
        assay_bytes_random(&drawn, sizeof drawn);
        plan->seed = (int64_t)(drawn & SEED_MAX);
    }
    return ASSAY_OK;
}

static enum assay_error add(struct plan *plan, const struct assay_plan_row *row)
{
    if ((plan->sku[0] != '\0' && strcmp(plan->sku, row->sku) != 0) || row->units == 0) {
        return ASSAY_OK;
    }
    if (plan->row_count == plan->room) {
        size_t room = plan->room * 2 + 64;
        struct assay_plan_row *rows = reallocarray(plan->rows, room, sizeof *rows);
        if (rows == NULL) {
            return ASSAY_E_MEMORY;
        }
        plan->rows = rows;
        plan->room = room;
    }
    struct assay_plan_row *added = &plan->rows[plan->row_count++];
    *added = *row;
    if ((plan->by & BY_PRODUCT) == 0) {
        memset(added->sku, 0, sizeof added->sku);
    }
    if ((plan->by & BY_REGION) == 0) {
        added->where = (struct assay_market_place){"", ""};
    }
    return ASSAY_OK;
}

/* -- from sales, or from first scans -- */

static enum assay_error add_sales(struct plan *plan, const struct assay_evidence *evidence)
{
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; i < evidence->sale_count && error == ASSAY_OK; i++) {
        const struct assay_sale *sale = &evidence->sales[i];
        struct assay_plan_row row = {.where = sale->where, .units = sale->units};
        memcpy(row.sku, sale->sku, sizeof row.sku);
        error = add(plan, &row);
    }
    return error;
}

static enum assay_error add_week(void *context, const struct assay_rollup_row *week)
{
    struct plan *plan = context;
    const struct assay_batch_facts *facts =
        assay_store_batch_facts(plan->call->office->store, week->key.handle);
    if (facts == NULL || week->key.country[0] == '\0') {
        return ASSAY_OK; /* never issued, or nobody knows where */
    }
    struct assay_plan_row row = {.units = week->count[ASSAY_ROLLUP_FIRST]};
    memcpy(row.sku, facts->sku, sizeof row.sku);
    memcpy(row.where.country, week->key.country, sizeof row.where.country);
    memcpy(row.where.region, week->key.region, sizeof row.where.region);
    return add(plan, &row);
}

static enum assay_error add_first_scans(struct plan *plan)
{
    struct assay_store_session *session = plan->call->office->session;
    struct assay_rollup_meta meta;
    const struct assay_rollup_walk walk = {.kind = ASSAY_ROLLUP_WEEK,
                                           .from_day = INT32_MIN,
                                           .to_day = INT32_MAX,
                                           .visit = add_week,
                                           .context = plan};
    enum assay_error error = assay_store_rollup_begin(session, &meta);
    if (error == ASSAY_OK) {
        error = assay_store_each_rollup(session, &walk);
        assay_store_rollup_end(session);
    }
    return error;
}

static int by_place(const void *a, const void *b)
{
    const struct assay_plan_row *left = a;
    const struct assay_plan_row *right = b;
    int order = strcmp(left->sku, right->sku);
    order = order != 0 ? order : strcmp(left->where.country, right->where.country);
    return order != 0 ? order : strcmp(left->where.region, right->where.region);
}

/* Each product and region once, in the order of their names: what is drawn depends on it. */
static void add_up(struct plan *plan)
{
    size_t kept = 0;
    if (plan->row_count > 0) {
        qsort(plan->rows, plan->row_count, sizeof *plan->rows, by_place);
    }
    for (size_t i = 0; i < plan->row_count; i++) {
        if (kept > 0 && by_place(&plan->rows[kept - 1], &plan->rows[i]) == 0) {
            plan->rows[kept - 1].units += plan->rows[i].units;
        } else {
            plan->rows[kept++] = plan->rows[i];
        }
    }
    plan->row_count = kept;
}

static enum assay_error gather(struct plan *plan)
{
    const struct assay_office_call *call = plan->call;
    struct assay_evidence evidence;
    enum assay_error error = assay_office_evidence(call, &evidence);
    if (error != ASSAY_OK) {
        return error;
    }
    error = add_sales(plan, &evidence);
    assay_evidence_deinit(&evidence);
    plan->basis = ASSAY_PLAN_SALES;
    if (error == ASSAY_OK && plan->row_count == 0) {
        plan->basis = ASSAY_PLAN_SCANS;
        error = add_first_scans(plan);
    }
    if (error != ASSAY_OK) {
        return assay_fail(call->reason, error, NULL);
    }
    add_up(plan);
    if (plan->row_count > ASSAY_PLAN_ROWS_MAX) {
        return assay_fail(call->reason, ASSAY_E_FULL,
                          "at most %u products and regions: draw by product or by region alone, or "
                          "for one sku",
                          ASSAY_PLAN_ROWS_MAX);
    }
    return ASSAY_OK;
}

/* -- recording -- */

static enum assay_error record(struct plan *plan, struct assay_office_rows *rows)
{
    struct assay_import_record *import = &rows->import.import;
    enum assay_error error = ASSAY_OK;
    for (size_t at = 0; at < plan->row_count && error == ASSAY_OK;) {
        struct assay_record part = {.type = ASSAY_RECORD_PLAN};
        memcpy(part.plan.id, import->id, sizeof part.plan.id);
        part.plan.seed = (uint64_t)plan->seed;
        part.plan.wanted = (uint32_t)plan->count;
        part.plan.basis = plan->basis;
        part.plan.rows = 0;
        while (at < plan->row_count && part.plan.rows < ASSAY_EVIDENCE_ROWS_MAX) {
            part.plan.row[part.plan.rows++] = plan->rows[at++];
        }
        error = assay_office_rows_add(rows, &part);
    }
    import->rows = plan->row_count;
    return error != ASSAY_OK ? error : assay_office_rows_commit(rows);
}

static json_t *row_json(const struct assay_plan_row *row)
{
    const char *region = row->where.region[0] != '\0' ? row->where.region : row->where.country;
    return json_pack("{s:o, s:o, s:I, s:I}", "sku",
                     row->sku[0] == '\0' ? json_null() : json_string(row->sku), "region",
                     region[0] == '\0' ? json_null() : json_string(region), "units",
                     (json_int_t)row->units, "count", (json_int_t)row->count);
}

static json_t *answer(const struct plan *plan, const struct assay_import_record *import)
{
    char id[2 * ASSAY_IMPORT_ID_LEN + 1];
    json_t *rows = json_array();
    uint64_t units = 0;
    assay_hex_encode(import->id, sizeof import->id, id);
    for (size_t i = 0; i < plan->row_count; i++) {
        units += plan->rows[i].units;
        if (plan->rows[i].count > 0) {
            json_array_append_new(rows, row_json(&plan->rows[i]));
        }
    }
    return json_pack("{s:s, s:I, s:I, s:s, s:I, s:I, s:o}", "id", id, "seed",
                     (json_int_t)plan->seed, "count", (json_int_t)plan->count, "basis",
                     plan->basis == ASSAY_PLAN_SALES ? "sales" : "first_scans", "units",
                     (json_int_t)units, "strata", (json_int_t)plan->row_count, "rows", rows);
}

enum assay_error assay_office_plan_draw(const struct assay_office_call *call, json_t **result)
{
    struct plan plan;
    struct assay_office_rows rows = {.group = NULL};
    enum assay_error error = read_plan(call, &plan);
    error = error != ASSAY_OK ? error : gather(&plan);
    if (error == ASSAY_OK && !assay_sample_plan_draw(plan.rows, plan.row_count, (uint64_t)plan.seed,
                                                     (uint32_t)plan.count)) {
        error =
            assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                       "nothing was sold yet, as far as sales and first scans say: import sales");
    }
    error = error != ASSAY_OK ? error : assay_office_rows_begin(call, ASSAY_IMPORT_PLAN, &rows);
    error = error != ASSAY_OK ? error : record(&plan, &rows);
    if (error == ASSAY_OK) {
        error = assay_office_give(answer(&plan, &rows.import.import), result, call->reason);
    }
    assay_office_rows_end(&rows);
    free(plan.rows);
    return error;
}
