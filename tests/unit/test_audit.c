// SPDX-License-Identifier: Apache-2.0
/* The audit against a slow, plain count of what the test itself did. */
#include "core/audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/world.h"

#define SCANS 3000
#define FORGED 200
#define DAY_MS 86400000ll
#define OFFSET_MINUTES 480

/* What happened, as the test saw it. */
struct event {
    char sku[ASSAY_SKU_MAX + 1];
    uint32_t handle;
    struct assay_place place;
    int32_t day;
    enum assay_verdict verdict;
    bool first;
    bool confirmation;
};

static struct world world;
static struct event events[SCANS + FORGED];
static size_t event_count;
static uint64_t seed = 20261121;

static const char *const regions[][2] = {
    {"CN", "CN-GD"}, {"CN", "CN-BJ"}, {"CN", ""}, {"DE", "DE-BE"}, {"", ""}};

static uint64_t below(uint64_t limit)
{
    return world_random(&seed) % limit;
}

static void put(const struct assay_record *record)
{
    uint64_t position = 0;
    struct assay_reason reason = {""};
    if (assay_store_put(world.session, record, &position, &reason) != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
}

static void set_zone(void)
{
    struct assay_record record = {.type = ASSAY_RECORD_BRAND};
    record.brand = *assay_store_brand(world.store);
    record.brand.utc_offset_minutes = OFFSET_MINUTES;
    put(&record);
}

static void add_product(const char *sku)
{
    struct assay_record record = {.type = ASSAY_RECORD_PRODUCT};
    record.product = (struct assay_product_record){
        .at_unix_ms = WORLD_EPOCH_MS, .name_en = "Other", .name_zh = "Other"};
    snprintf(record.product.sku, sizeof record.product.sku, "%s", sku);
    put(&record);
}

static const struct assay_batch_facts *add_batch(const char *sku, uint32_t handle)
{
    struct assay_record record = {.type = ASSAY_RECORD_BATCH};
    record.batch.at_unix_ms = WORLD_EPOCH_MS;
    record.batch.batch = (struct assay_batch){.handle = handle,
                                              .epoch = 1,
                                              .count = 100,
                                              .flags = ASSAY_BATCH_HAS_PIN,
                                              .expires_on = ASSAY_DAY_NONE,
                                              .created_at_unix_ms = WORLD_EPOCH_MS,
                                              .lot = "L"};
    snprintf(record.batch.batch.sku, sizeof record.batch.batch.sku, "%s", sku);
    put(&record);
    assert_int_equal(world_move(&world, handle, ASSAY_MOVE_ACTIVATE, 0, 79), ASSAY_OK);
    return assay_store_batch_facts(world.store, handle);
}

static void some_scan(const struct assay_batch_facts *facts, int64_t at_unix_ms)
{
    const char *const *region = regions[below(ASSAY_COUNT_OF(regions))];
    struct assay_scan_request request =
        world_request(facts, (uint32_t)below(100), 1 + below(50), at_unix_ms);
    assay_place_set(&request.place, region[0], region[1], "");
    request.pin =
        below(4) == 0 ? (below(2) == 0 ? ASSAY_PIN_RIGHT : ASSAY_PIN_WRONG) : ASSAY_PIN_NONE;
    struct assay_item before;
    struct assay_item after;
    struct assay_scan_answer answer;
    uint64_t key = assay_item_key_of(facts->handle, request.index);
    assert_int_equal(assay_store_item(world.session, key, &before), ASSAY_OK);
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    assert_int_equal(assay_store_item(world.session, key, &after), ASSAY_OK);
    if (answer.error != ASSAY_OK || answer.repetition) {
        return;
    }
    struct event *event = &events[event_count++];
    *event = (struct event){.handle = facts->handle,
                            .place = request.place,
                            .day = assay_day_of(at_unix_ms, OFFSET_MINUTES),
                            .verdict = answer.verdict,
                            .first = answer.number == 1,
                            .confirmation = before.confirmed_at_unix_ms == 0 &&
                                            after.confirmed_at_unix_ms != 0};
    memcpy(event->sku, facts->sku, sizeof event->sku);
}

static void some_forgery(int64_t at_unix_ms)
{
    const char *const *region = regions[below(ASSAY_COUNT_OF(regions))];
    struct event *event = &events[event_count++];
    *event = (struct event){.day = assay_day_of(at_unix_ms, OFFSET_MINUTES),
                            .verdict = ASSAY_VERDICT_NOT_ISSUED};
    assay_place_set(&event->place, region[0], region[1], "");
    assay_store_count_forged(world.store, &event->place, 1, at_unix_ms);
}

/* Forged codes are counted at the second in which the store wrote its summary. */
static void date_forgeries(size_t from)
{
    char dir[128];
    struct assay_ledger_reader *reader = NULL;
    struct assay_span bytes;
    struct assay_record record;
    uint64_t position = 0;
    size_t dated = from;
    snprintf(dir, sizeof dir, "%s/ledger", world.dir);
    assert_int_equal(assay_ledger_reader_open(dir, 0, UINT64_MAX, &reader, NULL), ASSAY_OK);
    for (;;) {
        assert_int_equal(assay_ledger_reader_next(reader, &bytes, &position, NULL), ASSAY_OK);
        if (bytes.len_bytes == 0) {
            break;
        }
        assert_int_equal(assay_record_decode(bytes.data, bytes.len_bytes, &record), ASSAY_OK);
        for (uint32_t i = 0; record.type == ASSAY_RECORD_SUMMARY && i < record.summary.rows; i++) {
            for (uint32_t j = 0; record.summary.row[i].item == 0 && j < record.summary.row[i].count;
                 j++) {
                events[dated++].day = assay_day_of(record.summary.at_unix_ms, OFFSET_MINUTES);
            }
        }
    }
    assay_ledger_reader_close(reader);
    assert_int_equal(dated, event_count);
}

static int set_up(void **state)
{
    (void)state;
    world_create(&world, 4096, false);
    set_zone();
    add_product("Q");
    const struct assay_batch_facts *batches[] = {add_batch("P", 11), add_batch("P", 12),
                                                 add_batch("Q", 13)};
    for (int i = 0; i < SCANS; i++) {
        int64_t at_unix_ms = WORLD_EPOCH_MS + i * 20 * DAY_MS / SCANS;
        some_scan(batches[below(3)], at_unix_ms);
    }
    for (int i = 0; i < FORGED; i++) {
        some_forgery(WORLD_EPOCH_MS + 20 * DAY_MS);
    }
    world_close(&world);
    date_forgeries(event_count - FORGED);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_open(&world);
    world_remove(&world);
    return 0;
}

/* Does the event belong to a row of this cut? */
static bool belongs(const struct event *event, unsigned by, const struct assay_audit_row *row)
{
    bool same = true;
    if ((by & (ASSAY_CUT_PRODUCT | ASSAY_CUT_BATCH)) != 0) {
        same = same && strcmp(event->sku, row->sku) == 0;
    }
    if ((by & ASSAY_CUT_BATCH) != 0) {
        same = same && event->handle == row->handle;
    }
    if ((by & ASSAY_CUT_REGION) != 0) {
        same = same && strcmp(event->place.country, row->country) == 0 &&
               strcmp(event->place.region, row->region) == 0;
    }
    if ((by & ASSAY_CUT_DAY) != 0) {
        same = same && event->day == row->day;
    }
    if ((by & ASSAY_CUT_WEEK) != 0) {
        same = same && event->day >= row->day && event->day < row->day + 7;
    }
    return same;
}

static bool selected(const struct event *event, const struct assay_audit_options *options)
{
    return (options->sku == NULL || strcmp(options->sku, event->sku) == 0) &&
           (options->from_day == ASSAY_DAY_NONE || event->day >= options->from_day) &&
           (options->to_day == ASSAY_DAY_NONE || event->day <= options->to_day);
}

static void compare(const struct assay_audit_options *options)
{
    struct assay_audit audit;
    struct assay_reason reason = {""};
    if (assay_audit_run(options, &audit, &reason) != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
    uint64_t counted = 0;
    for (size_t i = 0; i < audit.rows; i++) {
        const struct assay_audit_row *row = &audit.row[i];
        struct assay_audit_row plain = {0};
        for (size_t j = 0; j < event_count; j++) {
            if (selected(&events[j], options) && belongs(&events[j], options->by, row)) {
                plain.scans++;
                plain.verdicts[events[j].verdict]++;
                plain.first_scans += events[j].first;
                plain.confirmed += events[j].confirmation;
            }
        }
        if (row->scans != plain.scans) {
            fail_msg("cut %u: %llu scans, %llu by the plain count", options->by,
                     (unsigned long long)row->scans, (unsigned long long)plain.scans);
        }
        assert_int_equal(row->first_scans, plain.first_scans);
        assert_int_equal(row->confirmed, plain.confirmed);
        assert_memory_equal(row->verdicts, plain.verdicts, sizeof plain.verdicts);
        counted += row->scans;
    }
    uint64_t wanted = 0;
    for (size_t j = 0; j < event_count; j++) {
        wanted += selected(&events[j], options);
    }
    assert_int_equal(counted, wanted);
    assay_audit_deinit(&audit);
}

static struct assay_audit_options everything(void)
{
    return (struct assay_audit_options){.dir = world.dir,
                                        .from_day = ASSAY_DAY_NONE,
                                        .to_day = ASSAY_DAY_NONE,
                                        .ledger_end = UINT64_MAX};
}

static void every_cut_counts_as_the_plain_way_does(void **state)
{
    (void)state;
    assert_true(event_count > SCANS / 2);
    for (unsigned by = 0; by < 32; by++) {
        if ((by & ASSAY_CUT_DAY) != 0 && (by & ASSAY_CUT_WEEK) != 0) {
            continue; /* a week is a week, cut by day or not */
        }
        struct assay_audit_options options = everything();
        options.by = by;
        compare(&options);
    }
}

static void days_and_products_select(void **state)
{
    (void)state;
    int32_t first = assay_day_of(WORLD_EPOCH_MS, OFFSET_MINUTES);
    for (int32_t day = 0; day < 5; day++) {
        struct assay_audit_options options = everything();
        options.by = ASSAY_CUT_DAY | ASSAY_CUT_BATCH;
        options.from_day = first + day;
        options.to_day = first + 2 * day;
        options.sku = day % 2 == 0 ? NULL : "Q";
        compare(&options);
    }
}

static void rows_are_sorted(void **state)
{
    (void)state;
    struct assay_audit_options options = everything();
    struct assay_audit audit;
    options.by = ASSAY_CUT_PRODUCT | ASSAY_CUT_WEEK;
    assert_int_equal(assay_audit_run(&options, &audit, NULL), ASSAY_OK);
    for (size_t i = 1; i < audit.rows; i++) {
        int order = strcmp(audit.row[i - 1].sku, audit.row[i].sku);
        assert_true(order < 0 || (order == 0 && audit.row[i - 1].day < audit.row[i].day));
    }
    for (size_t i = 0; i < audit.rows; i++) {
        assert_int_equal((audit.row[i].day + 3) % 7, 0); /* Mondays */
    }
    assert_true(audit.ledger_end > 0);
    assert_int_not_equal(audit.last_crc, 0);
    assay_audit_deinit(&audit);
}

static void an_unknown_product_is_refused(void **state)
{
    (void)state;
    struct assay_audit_options options = everything();
    struct assay_audit audit;
    struct assay_reason reason = {""};
    options.sku = "X";
    assert_int_equal(assay_audit_run(&options, &audit, &reason), ASSAY_E_NOT_FOUND);
    assert_memory_equal(reason.text, "sku", 3);
    options.dir = "/nonexistent";
    assert_int_equal(assay_audit_run(&options, &audit, &reason), ASSAY_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cut_counts_as_the_plain_way_does),
        cmocka_unit_test(days_and_products_select),
        cmocka_unit_test(rows_are_sorted),
        cmocka_unit_test(an_unknown_product_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
