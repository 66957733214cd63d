// SPDX-License-Identifier: Apache-2.0
/* One pass over the ledger in its order; what a scan belongs to (product, place, the brand's zone)
 * is what the ledger had said by then. Nothing is read from the state. A pass before it looks for
 * the newest table of risk, by which all scans are weighed alike. */
#include "core/audit.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit_known.h"
#include "core/audit_learn.h"
#include "core/audit_rows.h"
#include "core/catalog.h"
#include "core/ledger.h"
#include "core/merkle.h"
#include "core/rollup.h"

const struct assay_audit_cut_row assay_audit_cuts[] = {
    {"product", ASSAY_CUT_PRODUCT}, {"batch", ASSAY_CUT_BATCH}, {"region", ASSAY_CUT_REGION},
    {"day", ASSAY_CUT_DAY},         {"week", ASSAY_CUT_WEEK},   {NULL, 0},
};

struct tally {
    const struct assay_audit_options *options;
    struct assay_catalog *catalog;
    struct assay_audit_rows rows;
    struct assay_audit_codes codes;
    struct assay_merkle merkle;
    struct assay_risk_table table;
    struct assay_evidence_reader *reader;
    struct assay_evidence evidence;
    int64_t last_at_unix_ms;
};

/* One count to add: a scan, or a row of a summary. */
struct sighting {
    uint64_t item; /* 0 = never issued */
    int32_t day;   /* in the brand's zone */
    uint32_t place;
    enum assay_verdict verdict;
    uint32_t count;
    uint32_t distinct;                    /* of forged ones: by device or address bucket, and day */
    const struct assay_scan_record *scan; /* NULL: a row of a summary */
};

static void key_fill(const struct tally *tally, const struct sighting *sighting,
                     const struct assay_batch_facts *facts, struct assay_audit_row *key)
{
    unsigned by = tally->options->by;
    *key = (struct assay_audit_row){
        .day = ASSAY_DAY_NONE, .first_day = ASSAY_DAY_NONE, .last_day = ASSAY_DAY_NONE};
    if (facts != NULL && (by & (ASSAY_CUT_PRODUCT | ASSAY_CUT_BATCH)) != 0) {
        memcpy(key->sku, facts->sku, sizeof key->sku);
    }
    if (facts != NULL && (by & ASSAY_CUT_BATCH) != 0) {
        key->handle = facts->handle;
    }
    if ((by & ASSAY_CUT_REGION) != 0) {
        const struct assay_place *place = assay_catalog_place(tally->catalog, sighting->place);
        memcpy(key->country, place->country, sizeof key->country);
        memcpy(key->region, place->region, sizeof key->region);
    }
    if ((by & ASSAY_CUT_WEEK) != 0) {
        key->day = assay_rollup_monday(sighting->day);
    } else if ((by & ASSAY_CUT_DAY) != 0) {
        key->day = sighting->day;
    }
}

static bool keeps_product(const struct assay_audit_options *options,
                          const struct assay_batch_facts *facts)
{
    return options->sku == NULL || (facts != NULL && strcmp(options->sku, facts->sku) == 0);
}

/* Does the report want it? facts: of its batch; NULL for what was never issued. */
static bool wants(const struct assay_audit_options *options, const struct sighting *sighting,
                  const struct assay_batch_facts *facts)
{
    bool in_days = (options->from_day == ASSAY_DAY_NONE || sighting->day >= options->from_day) &&
                   (options->to_day == ASSAY_DAY_NONE || sighting->day <= options->to_day);
    return in_days && keeps_product(options, facts);
}

static void count_scan(const struct assay_scan_record *scan, struct assay_audit_row *row)
{
    row->first_scans += (scan->flags & ASSAY_SCAN_FIRST) != 0;
    row->confirmed += (scan->flags & ASSAY_SCAN_CONFIRMATION) != 0;
    if (scan->left_out != ASSAY_COUNTED) {
        row->left_out[scan->left_out]++;
    } else {
        row->before_sale += (scan->flags & ASSAY_SCAN_ON_SALE) == 0;
    }
}

static void count_sighting(const struct sighting *sighting, struct assay_audit_row *row)
{
    row->verdicts[sighting->verdict] += sighting->count;
    row->scans += sighting->count;
    bool earlier = row->first_day == ASSAY_DAY_NONE || sighting->day < row->first_day;
    bool later = row->last_day == ASSAY_DAY_NONE || sighting->day > row->last_day;
    row->first_day = earlier ? sighting->day : row->first_day;
    row->last_day = later ? sighting->day : row->last_day;
    row->rates.forged.raw.n += sighting->count;
    if (sighting->scan != NULL) {
        count_scan(sighting->scan, row);
    } else if (sighting->item != 0) {
        row->repeats += sighting->count;
    } else {
        row->rates.forged.raw.x += sighting->count;
        row->rates.forged.distinct.x += sighting->distinct;
        row->rates.forged.distinct.n += sighting->distinct;
    }
}

/* The estimators take every scan, those outside the report too. */
static enum assay_error add_code(struct tally *tally, const struct sighting *sighting,
                                 const struct assay_batch_facts *facts, uint32_t row)
{
    const struct assay_audit_sight sight = {
        .row = row,
        .product = facts->product,
        .day = sighting->day,
        .kept = keeps_product(tally->options, facts),
        .scene = {.place = assay_catalog_place(tally->catalog, sighting->place),
                  .market = facts->market,
                  .table = &tally->table},
    };
    bool anew = false;
    enum assay_error error = assay_audit_codes_add(&tally->codes, sighting->scan, &sight, &anew);
    if (error == ASSAY_OK && anew && row != ASSAY_AUDIT_NO_ROW) {
        tally->rows.row[row].rates.forged.distinct.n++;
    }
    return error;
}

static enum assay_error count_in_row(struct tally *tally, const struct sighting *sighting,
                                     const struct assay_batch_facts *facts, uint32_t *number)
{
    struct assay_audit_row key;
    struct assay_audit_row *row = NULL;
    key_fill(tally, sighting, facts, &key);
    if (assay_audit_rows_find(&tally->rows, &key, &row) != ASSAY_OK) {
        return ASSAY_E_MEMORY;
    }
    count_sighting(sighting, row);
    *number = (uint32_t)(row - tally->rows.row);
    return ASSAY_OK;
}

static enum assay_error tally_add(struct tally *tally, const struct sighting *sighting)
{
    const struct assay_batch_facts *facts = NULL;
    if (sighting->item != 0) {
        facts = assay_catalog_facts(tally->catalog, assay_item_key_handle(sighting->item));
        if (facts == NULL) {
            return ASSAY_E_CORRUPT;
        }
    }
    uint32_t row = ASSAY_AUDIT_NO_ROW;
    enum assay_error error = ASSAY_OK;
    if (wants(tally->options, sighting, facts)) {
        error = count_in_row(tally, sighting, facts, &row);
    }
    bool is_scan = error == ASSAY_OK && sighting->scan != NULL && facts != NULL;
    return is_scan ? add_code(tally, sighting, facts, row) : error;
}

/* The day in the zone that the brand had when the record was written. */
static int32_t day_of(struct tally *tally, int64_t at_unix_ms)
{
    tally->last_at_unix_ms =
        at_unix_ms > tally->last_at_unix_ms ? at_unix_ms : tally->last_at_unix_ms;
    const struct assay_brand_record *brand = assay_catalog_brand(tally->catalog);
    return assay_day_of(at_unix_ms, brand->utc_offset_minutes);
}

static enum assay_error add_summary(struct tally *tally, const struct assay_summary_record *summary)
{
    for (uint32_t i = 0; i < summary->rows; i++) {
        const struct sighting sighting = {
            .item = summary->row[i].item,
            .day = day_of(tally, summary->at_unix_ms),
            .place = summary->row[i].place,
            .verdict = summary->row[i].verdict,
            .count = summary->row[i].count,
            .distinct = summary->row[i].item == 0 ? summary->row[i].distinct : 0,
        };
        enum assay_error error = tally_add(tally, &sighting);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

static enum assay_error add_record(struct tally *tally, struct assay_span bytes, uint64_t position)
{
    struct assay_record record;
    enum assay_error error = assay_record_decode_next(bytes.data, bytes.len_bytes, &record);
    if (error != ASSAY_OK) {
        return error;
    }
    if (record.type != ASSAY_RECORD_BRAND && assay_catalog_brand(tally->catalog) == NULL) {
        return ASSAY_E_CORRUPT; /* the brand is the first record */
    }
    if (assay_record_is_of_cartons(&record)) {
        return ASSAY_OK;
    }
    switch (record.type) {
    case ASSAY_RECORD_SCAN: {
        const struct sighting sighting = {
            .item = record.scan.item,
            .day = day_of(tally, record.scan.at_unix_ms),
            .place = record.scan.place,
            .verdict = record.scan.verdict,
            .count = 1,
            .scan = &record.scan,
        };
        return tally_add(tally, &sighting);
    }
    case ASSAY_RECORD_SUMMARY:
        return add_summary(tally, &record.summary);
    case ASSAY_RECORD_CLAIM:
    case ASSAY_RECORD_FIND:
    case ASSAY_RECORD_REPORT:
        return ASSAY_OK;
    default:
        error = assay_evidence_take(tally->reader, &record);
        return error != ASSAY_OK ? error : assay_catalog_apply(tally->catalog, &record, position);
    }
}

static enum assay_error read_all(struct tally *tally, struct assay_ledger_reader *reader,
                                 struct assay_audit *audit, struct assay_reason *reason)
{
    for (;;) {
        struct assay_span bytes;
        uint64_t position = 0;
        enum assay_error error = assay_ledger_reader_next(reader, &bytes, &position, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        if (bytes.len_bytes == 0) {
            audit->entries = assay_ledger_reader_count(reader);
            audit->last_crc = assay_ledger_reader_crc(reader);
            assay_merkle_root(&tally->merkle, audit->root);
            return ASSAY_OK;
        }
        assay_merkle_add(&tally->merkle, bytes.data, bytes.len_bytes);
        error = add_record(tally, bytes, position);
        if (error != ASSAY_OK) {
            return assay_fail(reason, error,
                              "ledger: the record at %llu does not fit what came before it (%s); "
                              "run check",
                              (unsigned long long)position, assay_error_text(error));
        }
        audit->ledger_end = position + bytes.len_bytes;
    }
}

/* Without a cut there is always one row, be it of zeros. */
static enum assay_error tally_whole(struct tally *tally)
{
    const struct assay_audit_row whole = {
        .day = ASSAY_DAY_NONE, .first_day = ASSAY_DAY_NONE, .last_day = ASSAY_DAY_NONE};
    struct assay_audit_row *row = NULL;
    return tally->options->by == 0 ? assay_audit_rows_find(&tally->rows, &whole, &row) : ASSAY_OK;
}

/* The newest table of the ledger, or the built-in one. */
static enum assay_error find_table(struct tally *tally, struct assay_ledger_reader *reader,
                                   struct assay_reason *reason)
{
    tally->table = *assay_risk_table_default();
    for (;;) {
        struct assay_span bytes;
        struct assay_record record;
        uint64_t position = 0;
        enum assay_error error = assay_ledger_reader_next(reader, &bytes, &position, reason);
        if (error != ASSAY_OK || bytes.len_bytes == 0) {
            return error;
        }
        if (bytes.data[0] != ASSAY_RECORD_CALIBRATION) {
            continue;
        }
        error = assay_record_decode(bytes.data, bytes.len_bytes, &record);
        if (error == ASSAY_OK) {
            const struct assay_span *table = &record.calibration.table;
            error = assay_risk_table_decode(table->data, table->len_bytes, &tally->table);
        }
        if (error != ASSAY_OK) {
            return assay_fail(reason, error, "ledger: the table of risk at %llu cannot be read",
                              (unsigned long long)position);
        }
    }
}

static enum assay_error open_ledger(const struct tally *tally, struct assay_ledger_reader **reader,
                                    struct assay_reason *reason)
{
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s/ledger", tally->options->dir);
    return assay_ledger_reader_open(dir, 0, tally->options->ledger_end, reader, reason);
}

static enum assay_error audit_read(struct tally *tally, struct assay_audit *audit,
                                   struct assay_reason *reason)
{
    struct assay_ledger_reader *reader = NULL;
    enum assay_error error = open_ledger(tally, &reader, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = find_table(tally, reader, reason);
    assay_ledger_reader_close(reader);
    error = error != ASSAY_OK ? error : open_ledger(tally, &reader, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = read_all(tally, reader, audit, reason);
    assay_ledger_reader_close(reader);
    const char *sku = tally->options->sku;
    if (error == ASSAY_OK && sku != NULL && assay_catalog_product(tally->catalog, sku) == NULL) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND,
                          "sku: there is no product %.40s; see product list", sku);
    }
    return error;
}

/* -- rates -- */

/* Test purchases count where, when and of what they were made. */
static enum assay_error add_purchases(struct tally *tally)
{
    const struct assay_audit_options *options = tally->options;
    int16_t offset = assay_catalog_brand(tally->catalog)->utc_offset_minutes;
    for (size_t i = 0; i < tally->evidence.purchase_count; i++) {
        const struct assay_purchase *purchase = &tally->evidence.purchases[i].value;
        int32_t day = assay_day_of(purchase->at_unix_ms, offset);
        bool in_days = (options->from_day == ASSAY_DAY_NONE || day >= options->from_day) &&
                       (options->to_day == ASSAY_DAY_NONE || day <= options->to_day);
        bool kept = options->sku == NULL || strcmp(options->sku, purchase->sku) == 0;
        struct assay_audit_row key;
        struct assay_audit_row *row = NULL;
        if (!in_days || !kept || !assay_audit_purchase_key(purchase, options->by, day, &key)) {
            continue;
        }
        if (assay_audit_rows_find(&tally->rows, &key, &row) != ASSAY_OK) {
            return ASSAY_E_MEMORY;
        }
        row->rates.purchases.n++;
        row->rates.purchases.x += purchase->is_fake;
    }
    return ASSAY_OK;
}

static int32_t or_else(int32_t day, int32_t other)
{
    return day == ASSAY_DAY_NONE ? other : day;
}

/* After: the report's own days. Before: as asked; or as many days just before; or, with no days asked
 * for, the first half of the history against the second. */
static void choose_periods(const struct tally *tally, struct assay_audit_trend *trend)
{
    const struct assay_audit_options *options = tally->options;
    int32_t first = ASSAY_DAY_NONE;
    int32_t last = ASSAY_DAY_NONE;
    for (size_t i = 0; i < tally->codes.scan_count; i++) {
        int32_t day = tally->codes.scans[i].day;
        first = first == ASSAY_DAY_NONE || day < first ? day : first;
        last = last == ASSAY_DAY_NONE || day > last ? day : last;
    }
    first = or_else(first, 0);
    last = or_else(last, 0);
    int32_t from = or_else(options->from_day, first);
    int32_t to = or_else(options->to_day, last);
    bool whole = options->from_day == ASSAY_DAY_NONE && options->against_from_day == ASSAY_DAY_NONE;
    from = whole ? from + (to - from + 1) / 2 : from;
    int32_t before_from = whole ? first : from - (to - from + 1);
    trend->from_day[0] = or_else(options->against_from_day, before_from);
    trend->to_day[0] = or_else(options->against_to_day, from - 1);
    trend->from_day[1] = from;
    trend->to_day[1] = to;
}

/* What the ledger's evidence adds up to. */
static enum assay_error learn(struct tally *tally)
{
    enum assay_error error = assay_evidence_finish(tally->reader, &tally->evidence);
    tally->reader = NULL;
    return error != ASSAY_OK ? error : add_purchases(tally);
}

static enum assay_error rate(struct tally *tally, struct assay_audit *audit)
{
    struct assay_audit_rates *rates = calloc(tally->rows.count + 1, sizeof *rates);
    const struct assay_audit_source source = {&tally->evidence, tally->catalog};
    struct assay_audit_known known;
    assay_audit_known_fill(&source, &known);
    struct assay_audit_results results = {.rates = rates,
                                          .rows = (uint32_t)tally->rows.count,
                                          .trend = &audit->trend,
                                          .anchor = &audit->anchor};
    if (rates == NULL) {
        return ASSAY_E_MEMORY;
    }
    for (size_t i = 0; i < tally->rows.count; i++) {
        rates[i] = tally->rows.row[i].rates;
    }
    enum assay_error error = assay_audit_codes_sort(&tally->codes);
    error = error != ASSAY_OK ? error : assay_audit_learn(&tally->codes, &known);
    if (error == ASSAY_OK) {
        choose_periods(tally, &audit->trend);
        error = assay_audit_rates_run(&tally->codes, &known, &results);
    }
    for (size_t i = 0; i < tally->rows.count; i++) {
        tally->rows.row[i].rates = rates[i];
    }
    free(rates);
    return error;
}

static void tally_deinit(struct tally *tally)
{
    assay_evidence_reader_destroy(tally->reader);
    assay_evidence_deinit(&tally->evidence);
    assay_catalog_destroy(tally->catalog);
    assay_audit_codes_deinit(&tally->codes);
    assay_audit_rows_deinit(&tally->rows);
}

enum assay_error assay_audit_run(const struct assay_audit_options *options,
                                 struct assay_audit *audit, struct assay_reason *reason)
{
    struct tally tally = {.options = options};
    struct assay_audit made = {0};
    assay_audit_codes_init(&tally.codes);
    assay_merkle_init(&tally.merkle);
    enum assay_error error = assay_catalog_create(&tally.catalog);
    error = error != ASSAY_OK ? error : assay_evidence_reader_create(&tally.reader);
    error = error != ASSAY_OK ? error : tally_whole(&tally);
    error = error != ASSAY_OK ? assay_fail(reason, error, NULL) : audit_read(&tally, &made, reason);
    if (error == ASSAY_OK) {
        error = learn(&tally);
        error = error != ASSAY_OK ? error : rate(&tally, &made);
        error = error != ASSAY_OK ? assay_fail(reason, error, NULL) : ASSAY_OK;
    }
    if (error == ASSAY_OK) {
        made.references = tally.evidence.reference_count;
        made.table = tally.table;
        made.last_at_unix_ms = tally.last_at_unix_ms;
        memcpy(made.brand, assay_catalog_brand(tally.catalog)->name, sizeof made.brand);
        made.rows = tally.rows.count;
        made.row = assay_audit_rows_take(&tally.rows);
    }
    tally_deinit(&tally);
    if (error != ASSAY_OK) {
        return error;
    }
    *audit = made;
    return ASSAY_OK;
}

void assay_audit_deinit(struct assay_audit *audit)
{
    free(audit->row);
    *audit = (struct assay_audit){0};
}
