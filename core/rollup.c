// SPDX-License-Identifier: Apache-2.0
#include "core/rollup.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 256 /* a power of two */

void assay_rollup_init(struct assay_rollup *rollup, const struct assay_catalog *catalog,
                       int32_t utc_offset_minutes)
{
    *rollup = (struct assay_rollup){.catalog = catalog, .utc_offset_minutes = utc_offset_minutes};
}

void assay_rollup_deinit(struct assay_rollup *rollup)
{
    free(rollup->rows);
    free(rollup->slots);
    free(rollup->suspects);
    *rollup = (struct assay_rollup){0};
}

/* Day number 0, 1970-01-01, was a Thursday: three days after its week's Monday. */
int32_t assay_rollup_monday(int32_t day)
{
    int32_t since_monday = ((day + 3) % 7 + 7) % 7;
    return day - since_monday;
}

/* -- the table of rows: linear probing, at most half full -- */

static bool same_key(const struct assay_rollup_key *a, const struct assay_rollup_key *b)
{
    return a->kind == b->kind && a->day == b->day && a->handle == b->handle &&
           memcmp(a->country, b->country, sizeof a->country) == 0 &&
           memcmp(a->region, b->region, sizeof a->region) == 0;
}

/* Multiplied up and the best bits taken (Fibonacci hashing): no order goes by it. */
static size_t hash_of(const struct assay_rollup_key *key)
{
    const uint64_t factor = 0x9E3779B97F4A7C15ull;
    uint64_t place = 0;
    memcpy(&place, key->region, sizeof key->region - 1);
    place = place << 16 ^ (uint64_t)(uint8_t)key->country[0] << 8 ^ (uint8_t)key->country[1];
    uint64_t rest = (uint64_t)key->kind << 56 ^ (uint64_t)(uint32_t)key->day << 32 ^ key->handle;
    return (size_t)((rest * factor ^ place) * factor >> 24);
}

static size_t slot_of(const struct assay_rollup *rollup, const struct assay_rollup_key *key)
{
    size_t slot = hash_of(key) & (rollup->slot_count - 1);
    while (rollup->slots[slot] != 0 && !same_key(&rollup->rows[rollup->slots[slot] - 1].key, key)) {
        slot = (slot + 1) & (rollup->slot_count - 1);
    }
    return slot;
}

static enum assay_error grow(struct assay_rollup *rollup)
{
    size_t wider = rollup->slot_count == 0 ? SLOTS_FIRST : 2 * rollup->slot_count;
    struct assay_rollup_row *rows = realloc(rollup->rows, wider / 2 * sizeof *rows);
    if (rows == NULL) {
        return ASSAY_E_MEMORY;
    }
    rollup->rows = rows;
    uint32_t *slots = calloc(wider, sizeof *slots);
    if (slots == NULL) {
        return ASSAY_E_MEMORY;
    }
    free(rollup->slots);
    rollup->slots = slots;
    rollup->slot_count = wider;
    for (size_t i = 0; i < rollup->count; i++) {
        rollup->slots[slot_of(rollup, &rollup->rows[i].key)] = (uint32_t)i + 1;
    }
    return ASSAY_OK;
}

enum assay_error assay_rollup_merge(struct assay_rollup *rollup, const struct assay_rollup_key *key,
                                    const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    if (2 * (rollup->count + 1) > rollup->slot_count && grow(rollup) != ASSAY_OK) {
        return ASSAY_E_MEMORY;
    }
    size_t slot = slot_of(rollup, key);
    if (rollup->slots[slot] == 0) {
        rollup->rows[rollup->count] = (struct assay_rollup_row){.key = *key};
        rollup->slots[slot] = (uint32_t)++rollup->count;
    }
    uint64_t *sum = rollup->rows[rollup->slots[slot] - 1].count;
    for (size_t i = 0; i < ASSAY_ROLLUP_COUNT; i++) {
        sum[i] += count[i];
    }
    return ASSAY_OK;
}

/* -- what one record adds -- */

/* Where and when something belongs. */
struct spot {
    int64_t at_unix_ms;
    uint32_t handle;
    uint32_t place;
};

/* The same sums to the row of the day and to the row of the week. */
static enum assay_error add_counts(struct assay_rollup *rollup, const struct spot *spot,
                                   const uint64_t add[ASSAY_ROLLUP_COUNT])
{
    const struct assay_place *place = assay_catalog_place(rollup->catalog, spot->place);
    rollup->at_unix_ms =
        spot->at_unix_ms > rollup->at_unix_ms ? spot->at_unix_ms : rollup->at_unix_ms;
    int32_t day = assay_day_of(spot->at_unix_ms, rollup->utc_offset_minutes);
    struct assay_rollup_key key[2] = {
        {.kind = ASSAY_ROLLUP_DAY, .day = day, .handle = spot->handle},
        {.kind = ASSAY_ROLLUP_WEEK, .day = assay_rollup_monday(day), .handle = spot->handle},
    };
    memcpy(key[0].country, place->country, sizeof key[0].country);
    memcpy(key[1].country, place->country, sizeof key[1].country);
    memcpy(key[1].region, place->region, sizeof key[1].region);
    enum assay_error error = assay_rollup_merge(rollup, &key[0], add);
    return error != ASSAY_OK ? error : assay_rollup_merge(rollup, &key[1], add);
}

static bool is_outside(const struct assay_rollup *rollup, const struct assay_scan_record *scan,
                       const struct assay_batch_facts *facts)
{
    const struct assay_place *place = assay_catalog_place(rollup->catalog, scan->place);
    return facts->market[0] != '\0' && place->country[0] != '\0' &&
           strcmp(facts->market, place->country) != 0;
}

static enum assay_error add_suspect(struct assay_rollup *rollup,
                                    const struct assay_scan_record *scan)
{
    if (rollup->suspect_count == rollup->suspect_room) {
        size_t room = rollup->suspect_room == 0 ? 64 : 2 * rollup->suspect_room;
        struct assay_rollup_suspect *wider =
            realloc(rollup->suspects, room * sizeof *rollup->suspects);
        if (wider == NULL) {
            return ASSAY_E_MEMORY;
        }
        rollup->suspects = wider;
        rollup->suspect_room = room;
    }
    rollup->suspects[rollup->suspect_count++] = (struct assay_rollup_suspect){
        scan->item, scan->at_unix_ms, scan->risk.score, scan->risk.level};
    return ASSAY_OK;
}

static void count_left_out(const struct assay_scan_record *scan, uint64_t add[ASSAY_ROLLUP_COUNT])
{
    add[ASSAY_ROLLUP_PREVIEW] = scan->left_out == ASSAY_LEFT_OUT_PREVIEW;
    add[ASSAY_ROLLUP_BOT] = scan->left_out == ASSAY_LEFT_OUT_BOT;
    add[ASSAY_ROLLUP_HOSTING] = scan->left_out == ASSAY_LEFT_OUT_HOSTING;
}

static void count_sale(const struct assay_rollup *rollup, const struct assay_scan_record *scan,
                       const struct assay_batch_facts *facts, uint64_t add[ASSAY_ROLLUP_COUNT])
{
    add[ASSAY_ROLLUP_SCANS] = 1;
    add[ASSAY_ROLLUP_FIRST] = (scan->flags & ASSAY_SCAN_FIRST) != 0;
    add[ASSAY_ROLLUP_MASS] = scan->risk.mass;
    add[ASSAY_ROLLUP_MASS_CAPPED] = scan->risk.mass_capped;
    add[ASSAY_ROLLUP_OUTSIDE] = is_outside(rollup, scan, facts);
    add[ASSAY_ROLLUP_NO_DEVICE] = scan->device == 0;
    add[ASSAY_ROLLUP_CHECK] = scan->risk.level == ASSAY_RISK_CHECK;
    add[ASSAY_ROLLUP_SUSPECT] = scan->risk.level == ASSAY_RISK_SUSPECT;
    add[ASSAY_ROLLUP_CLONED] = scan->risk.level == ASSAY_RISK_CLONED;
}

static enum assay_error add_scan(struct assay_rollup *rollup, const struct assay_scan_record *scan)
{
    uint64_t add[ASSAY_ROLLUP_COUNT] = {0};
    const struct spot spot = {scan->at_unix_ms, assay_item_key_handle(scan->item), scan->place};
    const struct assay_batch_facts *facts = assay_catalog_facts(rollup->catalog, spot.handle);
    if (facts == NULL) {
        return ASSAY_E_CORRUPT;
    }
    add[ASSAY_ROLLUP_VERDICTS + scan->verdict] = 1;
    add[ASSAY_ROLLUP_PIN_RIGHT] = (scan->flags & ASSAY_SCAN_PIN_RIGHT) != 0;
    add[ASSAY_ROLLUP_PIN_WRONG] = (scan->flags & ASSAY_SCAN_PIN_WRONG) != 0;
    add[ASSAY_ROLLUP_CONFIRMED] = (scan->flags & ASSAY_SCAN_CONFIRMATION) != 0;
    if (scan->left_out != ASSAY_COUNTED) {
        count_left_out(scan, add);
    } else if ((scan->flags & ASSAY_SCAN_ON_SALE) == 0) {
        add[ASSAY_ROLLUP_BEFORE_SALE] = 1;
    } else {
        count_sale(rollup, scan, facts, add);
    }
    enum assay_error error = add_counts(rollup, &spot, add);
    bool suspect = scan->risk.level != ASSAY_RISK_LOW;
    return error == ASSAY_OK && suspect ? add_suspect(rollup, scan) : error;
}

static enum assay_error add_summary(struct assay_rollup *rollup,
                                    const struct assay_summary_record *summary)
{
    for (uint32_t i = 0; i < summary->rows; i++) {
        uint64_t add[ASSAY_ROLLUP_COUNT] = {0};
        bool issued = summary->row[i].item != 0;
        const struct spot spot = {
            .at_unix_ms = summary->at_unix_ms,
            .handle = issued ? assay_item_key_handle(summary->row[i].item) : 0,
            .place = summary->row[i].place,
        };
        add[ASSAY_ROLLUP_VERDICTS + summary->row[i].verdict] = summary->row[i].count;
        add[issued ? ASSAY_ROLLUP_UNRECORDED : ASSAY_ROLLUP_FORGED] = summary->row[i].count;
        add[ASSAY_ROLLUP_FORGED_DISTINCT] = issued ? 0 : summary->row[i].distinct;
        enum assay_error error = add_counts(rollup, &spot, add);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

static enum assay_error add_report(struct assay_rollup *rollup,
                                   const struct assay_report_record *report)
{
    uint64_t add[ASSAY_ROLLUP_COUNT] = {[ASSAY_ROLLUP_REPORTS] = 1};
    const struct spot spot = {report->at_unix_ms, assay_item_key_handle(report->item),
                              report->place};
    return add_counts(rollup, &spot, add);
}

enum assay_error assay_rollup_add(struct assay_rollup *rollup, const struct assay_record *record)
{
    rollup->records++;
    switch (record->type) {
    case ASSAY_RECORD_SCAN:
        return add_scan(rollup, &record->scan);
    case ASSAY_RECORD_SUMMARY:
        return add_summary(rollup, &record->summary);
    case ASSAY_RECORD_REPORT:
        return add_report(rollup, &record->report);
    case ASSAY_RECORD_BRAND:
        rollup->utc_offset_minutes = record->brand.utc_offset_minutes;
        return ASSAY_OK;
    default:
        return ASSAY_OK;
    }
}

/* -- coarser kinds -- */

static enum assay_error merge_without(struct assay_rollup *coarse,
                                      const struct assay_rollup_row *row,
                                      enum assay_rollup_kind kind)
{
    bool daily = kind == ASSAY_ROLLUP_DAY_BATCH || kind == ASSAY_ROLLUP_DAY_COUNTRY;
    bool batches = kind != ASSAY_ROLLUP_DAY_COUNTRY && kind != ASSAY_ROLLUP_WEEK_REGION;
    struct assay_rollup_key key = {.kind = kind,
                                   .day = daily ? row->key.day : assay_rollup_monday(row->key.day),
                                   .handle = batches ? row->key.handle : 0};
    if (kind != ASSAY_ROLLUP_DAY_BATCH && kind != ASSAY_ROLLUP_WEEK_BATCH) {
        memcpy(key.country, row->key.country, sizeof key.country);
    }
    if (kind == ASSAY_ROLLUP_WEEK_REGION) {
        memcpy(key.region, row->key.region, sizeof key.region);
    }
    return assay_rollup_merge(coarse, &key, row->count);
}

enum assay_error assay_rollup_coarsen(const struct assay_rollup *fine, struct assay_rollup *coarse)
{
    static const enum assay_rollup_kind kinds[] = {
        ASSAY_ROLLUP_DAY_BATCH, ASSAY_ROLLUP_DAY_COUNTRY, ASSAY_ROLLUP_WEEK_BATCH,
        ASSAY_ROLLUP_WEEK_COUNTRY, ASSAY_ROLLUP_WEEK_REGION};
    enum assay_error error = ASSAY_OK;
    for (size_t i = 0; i < fine->count && error == ASSAY_OK; i++) {
        bool daily = fine->rows[i].key.kind == ASSAY_ROLLUP_DAY;
        for (size_t j = 0; j < ASSAY_COUNT_OF(kinds) && error == ASSAY_OK; j++) {
            if (daily == (kinds[j] != ASSAY_ROLLUP_WEEK_REGION)) {
                error = merge_without(coarse, &fine->rows[i], kinds[j]);
            }
        }
    }
    assay_rollup_sort(coarse);
    return error;
}

static int by_key(const void *a, const void *b)
{
    uint8_t left[ASSAY_ROLLUP_KEY_LEN];
    uint8_t right[ASSAY_ROLLUP_KEY_LEN];
    assay_rollup_key_encode(&((const struct assay_rollup_row *)a)->key, left);
    assay_rollup_key_encode(&((const struct assay_rollup_row *)b)->key, right);
    return memcmp(left, right, sizeof left);
}

const uint64_t *assay_rollup_find(const struct assay_rollup *rollup,
                                  const struct assay_rollup_key *key)
{
    const struct assay_rollup_row wanted = {.key = *key};
    const struct assay_rollup_row *row =
        rollup->count == 0
            ? NULL
            : bsearch(&wanted, rollup->rows, rollup->count, sizeof *rollup->rows, by_key);
    return row == NULL ? NULL : row->count;
}

void assay_rollup_sort(struct assay_rollup *rollup)
{
    if (rollup->count > 1) {
        qsort(rollup->rows, rollup->count, sizeof *rollup->rows, by_key);
    }
}
