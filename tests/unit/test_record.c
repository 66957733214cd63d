// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/record.h"
#include "tests/support/golden.h"
#include "tests/support/ledger_support.h"
#include "tests/support/random_record.h"

#define AT 1793000000123
#define HANDLE 0x2a5f00d1u
#define ITEM ((uint64_t)HANDLE << 26 | 0x123456)
#define ROUNDS 4000
#define UNKNOWN_TYPE 200
#define LAST_TYPE ASSAY_RECORD_CALIBRATION

static void count_up(uint8_t *data, uint8_t first, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        data[i] = (uint8_t)(first + i);
    }
}

/* -- the golden records, as tests/golden/make_records.py has them -- */

static void golden_scan(struct assay_scan_record *scan)
{
    scan->item = ITEM;
    scan->at_unix_ms = AT;
    count_up(scan->scan_id, 0x10, sizeof scan->scan_id);
    scan->device = 0x0102030405060708;
    scan->previous = 0x4040;
    scan->number = 7;
    scan->place = 9;
    scan->flags = ASSAY_SCAN_ON_SALE | ASSAY_SCAN_OWN_POSITION;
    scan->position = (struct assay_position){-334, 1512, 25};
    scan->verdict = ASSAY_VERDICT_GENUINE_SEEN;
    scan->risk = (struct assay_risk){.level = ASSAY_RISK_CHECK,
                                     .reasons = 3,
                                     .score = -5000,
                                     .mass = 40000,
                                     .mass_capped = 30000};
    scan->channel = ASSAY_CHANNEL_WECHAT;
    scan->net = ASSAY_NET_MOBILE;
    scan->left_out = ASSAY_LEFT_OUT_BOT;
}

static void golden_office(struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_BRAND:
        record->brand = (struct assay_brand_record){AT,     "uid 0 (root)",       "Brand",
                                                    "品牌", "https://v.brand.cn", -210};
        break;
    case ASSAY_RECORD_PRODUCT:
        record->product = (struct assay_product_record){AT,
                                                        "token ci",
                                                        "YB-10400",
                                                        "06901234567892",
                                                        "移动电源",
                                                        "Power bank",
                                                        "https://v.brand.cn/p.png",
                                                        {3, 2},
                                                        true};
        break;
    case ASSAY_RECORD_BATCH:
        record->batch.at_unix_ms = AT;
        record->batch.actor[0] = 'a';
        record->batch.batch = (struct assay_batch){.handle = HANDLE,
                                                   .epoch = 2,
                                                   .count = ASSAY_BATCH_ITEMS_MAX,
                                                   .flags = 3,
                                                   .expires_on = ASSAY_DAY_NONE,
                                                   .created_at_unix_ms = AT - 1,
                                                   .sku = "YB-10400",
                                                   .lot = "L-2026/11",
                                                   .market = "CN"};
        break;
    case ASSAY_RECORD_MOVE:
        record->move = (struct assay_move_record){
            AT, "uid 1000 (anna)", HANDLE, ASSAY_MOVE_RECALL, {5, 1000}, "电池过热"};
        break;
    case ASSAY_RECORD_MANIFEST:
        record->manifest = (struct assay_manifest_record){AT, "b", HANDLE, {0, 999}, 998, {0}};
        count_up(record->manifest.sha256, 0x80, 32);
        break;
    case ASSAY_RECORD_SITE:
        record->site = (struct assay_site_record){AT, "c", "press-1", {0}, true};
        count_up(record->site.key, 1, 32);
        break;
    default:
        record->token = (struct assay_token_record){AT, "", "erp", {0}, 5, false};
        count_up(record->token.sha256, 2, 32);
        break;
    }
}

static void golden_rest(struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_PLACE:
        record->place = (struct assay_place_record){9, {"CN", "CN-GD", "深圳"}};
        break;
    case ASSAY_RECORD_CLAIM:
        record->claim = (struct assay_claim_record){AT, ITEM, {0}, {0}, 20700, 20850};
        count_up(record->claim.reference, 3, 16);
        count_up(record->claim.commitment, 4, 32);
        break;
    case ASSAY_RECORD_FIND:
        record->find = (struct assay_find_record){AT, ITEM};
        break;
    case ASSAY_RECORD_REPORT:
        record->report = (struct assay_report_record){AT, 0, {0}, {0}, 77};
        count_up(record->report.reference, 5, 16);
        count_up(record->report.commitment, 6, 32);
        break;
    default:
        record->summary.at_unix_ms = AT;
        record->summary.rows = 2;
        record->summary.row[0].verdict = ASSAY_VERDICT_NOT_ISSUED;
        record->summary.row[0].place = 9;
        record->summary.row[0].count = 1000000;
        record->summary.row[1].verdict = ASSAY_VERDICT_GENUINE_SEEN;
        record->summary.row[1].item = ITEM;
        record->summary.row[1].count = 3;
        break;
    }
}

static void golden_job(struct assay_record *record)
{
    switch (record->type) {
    case ASSAY_RECORD_JOB:
        record->job = (struct assay_job_record){.at_unix_ms = AT,
                                                .actor = "uid 0 (root)",
                                                .handle = HANDLE,
                                                .kind = ASSAY_PRINT_REPRINT,
                                                .site = "plant",
                                                .printer = "HP Indigo 2",
                                                .reason_text = "墨水不足",
                                                .ranges = 2,
                                                .range = {{3, 5}, {900, 900}}};
        count_up(record->job.job, 7, 16);
        count_up(record->job.sha256, 8, 32);
        break;
    case ASSAY_RECORD_SPOIL:
        record->spoil = (struct assay_spoil_record){AT, "d", HANDLE, {3, 5}, "smeared"};
        break;
    case ASSAY_RECORD_HONEY:
        record->honey =
            (struct assay_honey_record){AT, "e", HANDLE, {16777000, 16777215}, "press-copy.csv"};
        break;
    default:
        record->alert = (struct assay_alert_record){.at_unix_ms = AT,
                                                    .item = ITEM,
                                                    .kind = ASSAY_ALERT_LEAK,
                                                    .site = "plant",
                                                    .printer = "HP Indigo 2"};
        break;
    }
}

static void golden_carton(struct assay_record *record)
{
    static const uint8_t runs[] = {5 << 1 | 1, 1, 10 << 1, 0xD8, 0x04};
    switch (record->type) {
    case ASSAY_RECORD_CARTON:
        record->carton = (struct assay_carton_record){AT,  69012340000000009, 3,
                                                      500, ASSAY_UNIT_PALLET, "uid 0 (root)"};
        break;
    case ASSAY_RECORD_PACK:
        record->pack =
            (struct assay_pack_record){69012340000000009, 3, HANDLE, 5, sizeof runs, {0}};
        memcpy(record->pack.runs, runs, sizeof runs);
        break;
    case ASSAY_RECORD_PACKED:
        record->packed =
            (struct assay_packed_record){AT, 7, 140, 2, {0x4040, 0x8080}, {6, 1}, "uid 0 (root)"};
        break;
    case ASSAY_RECORD_CARTON_MOVE:
        record->carton_move =
            (struct assay_carton_move_record){AT, 3, ASSAY_CARTON_SHIP, "f", "深圳 12 店"};
        break;
    default:
        record->prefix = (struct assay_prefix_record){AT, "g", "6901234"};
        break;
    }
}

static void golden_calibration(struct assay_calibration_record *calibration)
{
    static uint8_t table[24];
    count_up(table, 9, sizeof table);
    calibration->at_unix_ms = AT;
    calibration->actor[0] = 'h';
    calibration->table = (struct assay_span){table, sizeof table};
}

static void golden_record(unsigned type, struct assay_record *record)
{
    memset(record, 0, sizeof *record);
    record->type = type;
    if (type == ASSAY_RECORD_SCAN) {
        golden_scan(&record->scan);
    } else if (type >= ASSAY_RECORD_BRAND && type <= ASSAY_RECORD_TOKEN) {
        golden_office(record);
    } else if (type == ASSAY_RECORD_CALIBRATION) {
        golden_calibration(&record->calibration);
    } else if (type >= ASSAY_RECORD_CARTON) {
        golden_carton(record);
    } else if (type >= ASSAY_RECORD_JOB) {
        golden_job(record);
    } else {
        golden_rest(record);
    }
}

/* Types have gaps. */
static unsigned next_type(unsigned type)
{
    do {
        type++;
    } while (type <= LAST_TYPE && assay_record_type_name(type) == NULL);
    return type;
}

/* -- refusals -- */

static enum assay_error decode(const void *data, size_t len)
{
    /* On the heap and exactly as long, so that ASan sees a step beyond. */
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    assert_non_null(copy);
    memcpy(copy, data, len);
    struct assay_record record;
    enum assay_error error = assay_record_decode(copy, len, &record);
    free(copy);
    return error;
}

static void no_part_of_a_record_is_one(void **state)
{
    (void)state;
    for (unsigned type = ASSAY_RECORD_SCAN; type <= LAST_TYPE; type = next_type(type)) {
        struct assay_record record;
        uint8_t data[4096];
        golden_record(type, &record);
        size_t len = assay_record_encode(&record, data, sizeof data);
        for (size_t cut = 0; cut < len; cut++) {
            uint8_t room[4096];
            assert_int_equal(decode(data, cut), ASSAY_E_CORRUPT);
            assert_int_equal(assay_record_len(data, cut), 0);
            assert_int_equal(assay_record_encode(&record, room, cut), 0);
        }
        /* Shorter by its own word: texts and rows may not pass the end. */
        for (size_t cut = 0; cut < len; cut += 8) {
            uint8_t shorter[4096];
            memcpy(shorter, data, len);
            shorter[2] = (uint8_t)cut;
            shorter[3] = (uint8_t)(cut >> 8);
            assert_int_equal(decode(shorter, len), ASSAY_E_CORRUPT);
        }
    }
}

static void a_record_of_another_kind_is_told_from_damage(void **state)
{
    (void)state;
    struct assay_record record;
    uint8_t data[ASSAY_SCAN_RECORD_LEN];
    struct assay_scan_record scan;
    golden_record(ASSAY_RECORD_SCAN, &record);
    assert_int_equal(assay_record_encode(&record, data, sizeof data), sizeof data);
    data[1] = 2;
    assert_int_equal(decode(data, sizeof data), ASSAY_E_VERSION);
    assert_int_equal(assay_scan_record_decode(data, &scan), ASSAY_E_VERSION);
    data[1] = 0;
    assert_int_equal(decode(data, sizeof data), ASSAY_E_CORRUPT);
    data[1] = 1;
    data[0] = UNKNOWN_TYPE;
    assert_int_equal(decode(data, sizeof data), ASSAY_E_VERSION);
    assert_int_equal(assay_record_len(data, sizeof data), sizeof data);
    assert_null(assay_record_type_name(UNKNOWN_TYPE));
    data[0] = 0;
    assert_int_equal(decode(data, sizeof data), ASSAY_E_CORRUPT);
    data[0] = ASSAY_RECORD_FIND;
    assert_int_equal(decode(data, sizeof data), ASSAY_E_CORRUPT);
    assert_int_equal(assay_scan_record_decode(data, &scan), ASSAY_E_CORRUPT);
    assert_null(assay_record_type_name(0));
}

struct bad_byte {
    unsigned type;
    size_t offset;
    uint8_t value;
};

static const struct bad_byte bad_bytes[] = {
    {ASSAY_RECORD_SCAN, 4, 1},     /* header's zero */
    {ASSAY_RECORD_SCAN, 15, 1},    /* item above 56 bits */
    {ASSAY_RECORD_SCAN, 48, 1},    /* previous off its boundary */
    {ASSAY_RECORD_SCAN, 65, 2},    /* unknown flag */
    {ASSAY_RECORD_SCAN, 69, 0x7f}, /* latitude */
    {ASSAY_RECORD_SCAN, 71, 0x7f}, /* longitude */
    {ASSAY_RECORD_SCAN, 74, ASSAY_VERDICT_COUNT},
    {ASSAY_RECORD_SCAN, 75, 4}, /* risk level */
    {ASSAY_RECORD_SCAN, 78, ASSAY_CHANNELS},
    {ASSAY_RECORD_SCAN, 79, ASSAY_NETS},
    {ASSAY_RECORD_SCAN, 86, ASSAY_LEFT_OUTS},
    {ASSAY_RECORD_SCAN, 87, 1}, /* zeros */
    {ASSAY_RECORD_SCAN, 90, 1},
    {ASSAY_RECORD_SCAN, 95, 1},
    {ASSAY_RECORD_CALIBRATION, 16, 0},    /* no table */
    {ASSAY_RECORD_CALIBRATION, 17, 0xff}, /* one beyond the record */
    {ASSAY_RECORD_PLACE, 8, 0},           /* place 0 */
    {ASSAY_RECORD_PLACE, 12, 3},          /* country of three letters */
    {ASSAY_RECORD_PLACE, 14, 0},          /* NUL in a text */
    {ASSAY_RECORD_BRAND, 17, 0x80},       /* offset from UTC */
    {ASSAY_RECORD_PRODUCT, 17, 3},        /* 771 months */
    {ASSAY_RECORD_PRODUCT, 18, 121},
    {ASSAY_RECORD_PRODUCT, 20, 2},  /* neither yes nor no */
    {ASSAY_RECORD_BATCH, 27, 0x40}, /* handle above 30 bits */
    {ASSAY_RECORD_BATCH, 35, 2},    /* count above 2^24 */
    {ASSAY_RECORD_BATCH, 36, 7},    /* unknown flag */
    {ASSAY_RECORD_MOVE, 23, 1},     /* range beyond every batch */
    {ASSAY_RECORD_MOVE, 21, 0xff},  /* range turned round */
    {ASSAY_RECORD_MOVE, 28, ASSAY_MOVES},
    {ASSAY_RECORD_MANIFEST, 19, 0x80},
    {ASSAY_RECORD_SITE, 48, 2},
    {ASSAY_RECORD_TOKEN, 48, 8}, /* unknown scope */
    {ASSAY_RECORD_TOKEN, 52, 2},
    {ASSAY_RECORD_CLAIM, 23, 1},
    {ASSAY_RECORD_FIND, 23, 1},
    {ASSAY_RECORD_REPORT, 16, 1},   /* an item with handle 0 */
    {ASSAY_RECORD_SUMMARY, 16, 65}, /* rows */
    {ASSAY_RECORD_SUMMARY, 20, 1},
    {ASSAY_RECORD_SUMMARY, 24, 1}, /* an item with handle 0 */
    {ASSAY_RECORD_SUMMARY, 40, ASSAY_VERDICT_COUNT},
    {ASSAY_RECORD_SUMMARY, 47, 0xff}, /* more triers than tries */
    {ASSAY_RECORD_JOB, 20, 0},        /* no range */
    {ASSAY_RECORD_JOB, 21, 2},        /* 514 ranges */
    {ASSAY_RECORD_JOB, 22, 2},        /* unknown kind */
    {ASSAY_RECORD_JOB, 23, 1},        /* zero */
    {ASSAY_RECORD_JOB, 73, 0xf},      /* ranges out of order */
    {ASSAY_RECORD_SPOIL, 19, 0x80},
    {ASSAY_RECORD_SPOIL, 23, 1},
    {ASSAY_RECORD_HONEY, 26, 9}, /* range turned round */
    {ASSAY_RECORD_ALERT, 23, 1},
    {ASSAY_RECORD_ALERT, 24, 3}, /* a kind that version 1 does not know */
};

static void fields_out_of_range_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad_bytes); i++) {
        struct assay_record record;
        uint8_t data[4096];
        golden_record(bad_bytes[i].type, &record);
        size_t len = assay_record_encode(&record, data, sizeof data);
        assert_int_equal(decode(data, len), ASSAY_OK);
        assert_int_not_equal(data[bad_bytes[i].offset], bad_bytes[i].value);
        data[bad_bytes[i].offset] = bad_bytes[i].value;
        if (decode(data, len) != ASSAY_E_CORRUPT) {
            print_error("row %zu: byte %zu of %s\n", i, bad_bytes[i].offset,
                        assay_record_type_name(bad_bytes[i].type));
        }
        assert_int_equal(decode(data, len), ASSAY_E_CORRUPT);
    }
}

static void fields_out_of_range_are_not_written(void **state)
{
    (void)state;
    struct assay_record record;
    uint8_t data[4096];
    golden_record(ASSAY_RECORD_MOVE, &record);
    record.move.range.last = ASSAY_BATCH_ITEMS_MAX;
    assert_int_equal(assay_record_encode(&record, data, sizeof data), 0);
    golden_record(ASSAY_RECORD_SUMMARY, &record);
    record.summary.rows = ASSAY_SUMMARY_ROWS_MAX + 1;
    assert_int_equal(assay_record_encode(&record, data, sizeof data), 0);
    golden_record(ASSAY_RECORD_TOKEN, &record);
    record.token.scopes = 8;
    assert_int_equal(assay_record_encode(&record, data, sizeof data), 0);
    golden_record(ASSAY_RECORD_SCAN, &record);
    record.scan.item = 5;
    assert_int_equal(assay_record_encode(&record, data, sizeof data), 0);
}

/* Whatever decodes, encodes to the same bytes: there is one form of every record. */
static void random_bytes_are_refused_or_canonical(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    unsigned accepted = 0;
    for (unsigned round = 0; round < 40000; round++) {
        struct assay_record record;
        uint8_t data[4096];
        golden_record(next_type(round % LAST_TYPE), &record);
        size_t len = assay_record_encode(&record, data, sizeof data);
        uint64_t changes = 1 + support_random(&random) % 4;
        for (uint64_t i = 0; i < changes; i++) {
            data[support_random(&random) % len] = (uint8_t)support_random(&random);
        }
        if (assay_record_decode(data, len, &record) == ASSAY_OK) {
            uint8_t again[4096];
            size_t again_len = assay_record_encode(&record, again, sizeof again);
            assert_int_equal(again_len, assay_record_len(data, len));
            assert_memory_equal(again, data, again_len);
            accepted++;
        }
    }
    assert_true(accepted > 0);
}

/* -- and back -- */

static void golden_bytes_are_written_and_read(void **state)
{
    (void)state;
    for (unsigned type = ASSAY_RECORD_SCAN; type <= LAST_TYPE; type = next_type(type)) {
        struct assay_record record;
        struct assay_record back;
        uint8_t golden[4096];
        uint8_t data[4096];
        golden_record(type, &record);
        size_t len = golden_read("records.txt", assay_record_type_name(type), golden, 4096);
        assert_int_equal(assay_record_encode(&record, data, sizeof data), len);
        assert_memory_equal(data, golden, len);
        memset(&back, 0xa5, sizeof back);
        assert_int_equal(assay_record_decode(golden, len, &back), ASSAY_OK);
        assert_true(support_same_record(&back, &record));
        assert_int_equal(assay_record_len(golden, sizeof golden), len);
    }
}

static void the_scan_path_writes_the_same_bytes(void **state)
{
    (void)state;
    struct assay_scan_record scan;
    struct assay_scan_record back;
    uint8_t golden[ASSAY_SCAN_RECORD_LEN];
    uint8_t data[ASSAY_SCAN_RECORD_LEN];
    memset(&scan, 0, sizeof scan);
    golden_scan(&scan);
    assert_int_equal(golden_read("records.txt", "scan", golden, sizeof golden), sizeof golden);
    assay_scan_record_encode(&scan, data);
    assert_memory_equal(data, golden, sizeof data);
    assert_int_equal(assay_scan_record_decode(data, &back), ASSAY_OK);
    assert_memory_equal(&back, &scan, sizeof scan);
}

static void random_fields_come_back(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    unsigned seen[UNKNOWN_TYPE] = {0};
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct assay_record record;
        struct assay_record back;
        uint8_t data[4096];
        support_random_record(&random, &record);
        size_t len = assay_record_encode(&record, data, sizeof data);
        assert_int_not_equal(len, 0);
        assert_int_equal(len, assay_record_len(data, len));
        assert_int_equal(assay_record_decode(data, len, &back), ASSAY_OK);
        assert_true(support_same_record(&back, &record));
        seen[record.type]++;
    }
    for (unsigned type = ASSAY_RECORD_SCAN; type <= LAST_TYPE; type = next_type(type)) {
        assert_true(seen[type] > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_part_of_a_record_is_one),
        cmocka_unit_test(a_record_of_another_kind_is_told_from_damage),
        cmocka_unit_test(fields_out_of_range_are_refused),
        cmocka_unit_test(fields_out_of_range_are_not_written),
        cmocka_unit_test(random_bytes_are_refused_or_canonical),
        cmocka_unit_test(golden_bytes_are_written_and_read),
        cmocka_unit_test(the_scan_path_writes_the_same_bytes),
        cmocka_unit_test(random_fields_come_back),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
