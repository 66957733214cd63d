// SPDX-License-Identifier: Apache-2.0
/* One pass over the ledger in its order; what a scan belongs to (product, place, the brand's zone)
 * is what the ledger had said by then. Nothing is read from the state. */
#include "core/audit.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog.h"
#include "core/ledger.h"

#define SLOTS_FIRST 64 /* a power of two */

/* Rows in the order they were met; slots hold row number + 1, linear probing, half full at most. */
struct tally {
    const struct assay_audit_options *options;
    struct assay_catalog *catalog;
    struct assay_audit_row *rows;
    size_t count;
    uint32_t *slots;
    size_t slot_count;
};

/* One count to add: a scan, or a row of a summary. */
struct sighting {
    uint64_t item; /* 0 = never issued */
    int32_t day;   /* in the brand's zone */
    uint32_t place;
    enum assay_verdict verdict;
    uint32_t count;
    uint32_t flags; /* ASSAY_SCAN_* */
};

static uint32_t key_hash(const struct assay_audit_row *row)
{
    uint32_t hash = assay_crc32c(0, row->sku, strlen(row->sku));
    hash = assay_crc32c(hash, &row->handle, sizeof row->handle);
    hash = assay_crc32c(hash, row->country, sizeof row->country);
    hash = assay_crc32c(hash, row->region, sizeof row->region);
    return assay_crc32c(hash, &row->day, sizeof row->day);
}

/* Order of the report: by every column of the cut. */
static int key_compare(const void *left, const void *right)
{
    const struct assay_audit_row *a = left;
    const struct assay_audit_row *b = right;
    int order = strcmp(a->sku, b->sku);
    if (order == 0) {
        order = (a->handle > b->handle) - (a->handle < b->handle);
    }
    if (order == 0) {
        order = strcmp(a->country, b->country);
    }
    if (order == 0) {
        order = strcmp(a->region, b->region);
    }
    return order != 0 ? order : (a->day > b->day) - (a->day < b->day);
}

static size_t slot_of(const struct tally *tally, const struct assay_audit_row *key)
{
    size_t slot = key_hash(key) & (tally->slot_count - 1);
    while (tally->slots[slot] != 0 && key_compare(&tally->rows[tally->slots[slot] - 1], key) != 0) {
        slot = (slot + 1) & (tally->slot_count - 1);
    }
    return slot;
}

static enum assay_error tally_grow(struct tally *tally)
{
    size_t wider = tally->slot_count == 0 ? SLOTS_FIRST : 2 * tally->slot_count;
    struct assay_audit_row *rows = realloc(tally->rows, wider / 2 * sizeof *rows);
    if (rows == NULL) {
        return ASSAY_E_MEMORY;
    }
    tally->rows = rows;
    uint32_t *slots = calloc(wider, sizeof *slots);
    if (slots == NULL) {
        return ASSAY_E_MEMORY;
    }
    free(tally->slots);
    tally->slots = slots;
    tally->slot_count = wider;
    for (size_t i = 0; i < tally->count; i++) {
        tally->slots[slot_of(tally, &tally->rows[i])] = (uint32_t)i + 1;
    }
    return ASSAY_OK;
}

/* The row of a key, new if need be; *row is valid until the next call. */
static enum assay_error tally_row(struct tally *tally, const struct assay_audit_row *key,
                                  struct assay_audit_row **row)
{
    if (2 * (tally->count + 1) > tally->slot_count && tally_grow(tally) != ASSAY_OK) {
        return ASSAY_E_MEMORY;
    }
    size_t slot = slot_of(tally, key);
    if (tally->slots[slot] == 0) {
        tally->rows[tally->count] = *key;
        tally->slots[slot] = (uint32_t)++tally->count;
    }
    *row = &tally->rows[tally->slots[slot] - 1];
    return ASSAY_OK;
}

/* Day number 0, 1970-01-01, was a Thursday: three days after its week's Monday. */
static int32_t week_monday(int32_t day)
{
    int32_t since_monday = ((day + 3) % 7 + 7) % 7;
    return day - since_monday;
}

static void key_fill(const struct tally *tally, const struct sighting *sighting,
                     const struct assay_batch_facts *facts, struct assay_audit_row *key)
{
    unsigned by = tally->options->by;
    *key = (struct assay_audit_row){.day = ASSAY_DAY_NONE};
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
        key->day = week_monday(sighting->day);
    } else if ((by & ASSAY_CUT_DAY) != 0) {
        key->day = sighting->day;
    }
}

/* Does the report want it? facts: of its batch; NULL for what was never issued. */
static bool wants(const struct assay_audit_options *options, const struct sighting *sighting,
                  const struct assay_batch_facts *facts)
{
    bool in_days = (options->from_day == ASSAY_DAY_NONE || sighting->day >= options->from_day) &&
                   (options->to_day == ASSAY_DAY_NONE || sighting->day <= options->to_day);
    return in_days &&
           (options->sku == NULL || (facts != NULL && strcmp(options->sku, facts->sku) == 0));
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
    if (!wants(tally->options, sighting, facts)) {
        return ASSAY_OK;
    }
    struct assay_audit_row key;
    key_fill(tally, sighting, facts, &key);
    struct assay_audit_row *row = NULL;
    if (tally_row(tally, &key, &row) != ASSAY_OK) {
        return ASSAY_E_MEMORY;
    }
    row->verdicts[sighting->verdict] += sighting->count;
    row->scans += sighting->count;
    row->first_scans += (sighting->flags & ASSAY_SCAN_FIRST) != 0;
    row->confirmed += (sighting->flags & ASSAY_SCAN_CONFIRMATION) != 0;
    return ASSAY_OK;
}

/* The day in the zone that the brand had when the record was written. */
static int32_t day_of(const struct tally *tally, int64_t at_unix_ms)
{
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
    enum assay_error error = assay_record_decode(bytes.data, bytes.len_bytes, &record);
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
            .flags = record.scan.flags,
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
        return assay_catalog_apply(tally->catalog, &record, position);
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
            return ASSAY_OK;
        }
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
    const struct assay_audit_row whole = {.day = ASSAY_DAY_NONE};
    struct assay_audit_row *row = NULL;
    return tally->options->by == 0 ? tally_row(tally, &whole, &row) : ASSAY_OK;
}

static enum assay_error audit_read(struct tally *tally, struct assay_audit *audit,
                                   struct assay_reason *reason)
{
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s/ledger", tally->options->dir);
    struct assay_ledger_reader *reader = NULL;
    enum assay_error error =
        assay_ledger_reader_open(dir, 0, tally->options->ledger_end, &reader, reason);
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

enum assay_error assay_audit_run(const struct assay_audit_options *options,
                                 struct assay_audit *audit, struct assay_reason *reason)
{
    struct tally tally = {.options = options};
    struct assay_audit made = {0};
    if (assay_catalog_create(&tally.catalog) != ASSAY_OK || tally_whole(&tally) != ASSAY_OK) {
        assay_catalog_destroy(tally.catalog);
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = audit_read(&tally, &made, reason);
    assay_catalog_destroy(tally.catalog);
    free(tally.slots);
    if (error != ASSAY_OK) {
        free(tally.rows);
        return error;
    }
    made.rows = tally.count;
    made.row = tally.rows;
    if (made.rows > 1) {
        qsort(made.row, made.rows, sizeof *made.row, key_compare);
    }
    *audit = made;
    return ASSAY_OK;
}

void assay_audit_deinit(struct assay_audit *audit)
{
    free(audit->row);
    *audit = (struct assay_audit){0};
}
