// SPDX-License-Identifier: Apache-2.0
/* Damage before the end of a ledger: open and readers refuse it, name the place, change nothing. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/ledger_segment.h"
#include "tests/support/ledger_support.h"

#define GROUPS 5 /* in segment 1 */

static struct support_folder folder;
static struct assay_reason reason;
static uint64_t full_end;      /* of segment 0 */
static uint64_t last_of_first; /* the last group in segment 0 */
static uint64_t group[GROUPS]; /* positions of the groups in segment 1 */
static uint64_t end;

static struct assay_ledger *open_ledger(uint64_t known_synced)
{
    struct assay_ledger_options options = support_options(&folder);
    options.known_synced = known_synced;
    struct assay_ledger *ledger = NULL;
    struct assay_ledger_tail tail;
    assert_int_equal(assay_ledger_open(&options, &ledger, &tail, &reason), ASSAY_OK);
    assert_int_equal(tail.torn_bytes, 0);
    return ledger;
}

static void append_synced(struct assay_ledger *ledger, uint64_t number, uint32_t count,
                          uint64_t *at)
{
    *at = support_append(ledger, number, count) - ASSAY_GROUP_HEADER_LEN;
    assert_int_equal(assay_ledger_sync(ledger, assay_ledger_end(ledger)), ASSAY_OK);
}

/* Segment 0 full but for some slack, five small groups in segment 1, each synced. */
static int set_up(void **state)
{
    (void)state;
    support_folder_make(&folder);
    support_create(&folder);
    struct assay_ledger *ledger = open_ledger(0);
    for (uint64_t i = 0; i < 10; i++) {
        append_synced(ledger, 1 + i * 1080, 1080, &last_of_first);
        full_end = assay_ledger_end(ledger);
    }
    assert_true(full_end < SUPPORT_SEGMENT_BYTES);
    assert_true(full_end + 1080 * 96 > SUPPORT_SEGMENT_BYTES);
    append_synced(ledger, 10801, 1080, &group[0]);
    assert_int_equal(group[0], SUPPORT_SEGMENT_BYTES + 4096);
    for (unsigned i = 1; i < GROUPS; i++) {
        append_synced(ledger, 11880 + i, 1, &group[i]);
    }
    end = assay_ledger_end(ledger);
    assay_ledger_close(ledger);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_folder_remove(&folder);
    return 0;
}

static void path_of(uint64_t position, char path[256])
{
    support_segment_path(&folder, position / SUPPORT_SEGMENT_BYTES, path);
}

static void flip(uint64_t position, unsigned bit)
{
    char path[256];
    path_of(position, path);
    support_flip(path, position % SUPPORT_SEGMENT_BYTES, bit);
}

static void expect_place(uint64_t position)
{
    char place[128];
    snprintf(place, sizeof place, "/%016" PRIx64 ".seg, offset %" PRIu64 " (position %" PRIu64 ")",
             position / SUPPORT_SEGMENT_BYTES, position % SUPPORT_SEGMENT_BYTES, position);
    if (strstr(reason.text, place) == NULL) {
        print_error("expected \"%s\" in \"%s\"\n", place, reason.text);
    }
    assert_non_null(strstr(reason.text, place));
}

static void expect_open_refused(uint64_t known_synced, uint64_t place)
{
    struct assay_ledger_options options = support_options(&folder);
    options.known_synced = known_synced;
    struct assay_ledger *ledger = NULL;
    struct assay_ledger_tail tail;
    reason.text[0] = 0;
    assert_int_equal(assay_ledger_open(&options, &ledger, &tail, &reason), ASSAY_E_CORRUPT);
    assert_null(ledger);
    expect_place(place);
    assert_int_equal(support_count_files(folder.ledger, "torn-", ".bin"), 0);
}

/* A reader gives every record before the place, and none after. */
static void expect_reader_refused(uint64_t until, uint64_t place)
{
    struct assay_ledger_reader *reader = NULL;
    reason.text[0] = 0;
    enum assay_error error = assay_ledger_reader_open(folder.ledger, 0, until, &reader, &reason);
    uint64_t position = 0;
    while (error == ASSAY_OK) {
        struct assay_span record = {NULL, 0};
        error = assay_ledger_reader_next(reader, &record, &position, &reason);
        assert_true(position < place);
        assert_true(error != ASSAY_OK || record.len_bytes > 0);
    }
    assay_ledger_reader_close(reader);
    assert_int_equal(error, ASSAY_E_CORRUPT);
    expect_place(place);
}

static void expect_refused(uint64_t place)
{
    expect_open_refused(0, place);
    expect_reader_refused(UINT64_MAX, place);
    expect_reader_refused(end, place);
}

static void expect_whole(void)
{
    struct assay_ledger *ledger = open_ledger(0);
    assert_int_equal(assay_ledger_end(ledger), end);
    assay_ledger_close(ledger);
    assert_int_equal(support_check_scans(folder.ledger, 0, end, 1), 11884);
}

static void a_flipped_bit_in_a_group_is_named(void **state)
{
    (void)state;
    for (uint64_t at = group[2]; at < group[3]; at++) {
        flip(at, at % 8);
        expect_refused(group[2]);
        flip(at, at % 8);
    }
    for (unsigned bit = 0; bit < 8; bit++) { /* the sequence, the sum, the padding */
        static const uint64_t offsets[] = {16, 60, 190};
        for (size_t i = 0; i < ASSAY_COUNT_OF(offsets); i++) {
            flip(group[2] + offsets[i], bit);
            expect_open_refused(end, group[2]);
            flip(group[2] + offsets[i], bit);
        }
    }
    expect_whole();
}

static void a_flipped_bit_around_a_change_of_segment_is_named(void **state)
{
    (void)state;
    const struct {
        uint64_t at;
        uint64_t place;
    } rows[] = {
        {last_of_first, last_of_first},
        {last_of_first + 70000, last_of_first},
        {full_end - 1, last_of_first},
        {full_end, full_end},
        {full_end + 1000, full_end + 1000},
        {SUPPORT_SEGMENT_BYTES - 1, SUPPORT_SEGMENT_BYTES - 1},
        {group[0], group[0]},
        {group[0] + 63, group[0]},
        {group[0] + 1080 * 96, group[0]},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        flip(rows[i].at, 3);
        expect_refused(rows[i].place);
        flip(rows[i].at, 3);
    }
    expect_whole();
}

static void a_flipped_bit_in_a_header_is_named(void **state)
{
    (void)state;
    for (uint64_t segment = 0; segment < 2; segment++) {
        for (uint64_t at = 0; at < 4096; at += at < 64 ? 1 : 251) {
            flip(segment * SUPPORT_SEGMENT_BYTES + at, at % 8);
            struct assay_ledger_options options = support_options(&folder);
            struct assay_ledger *ledger;
            struct assay_ledger_tail tail;
            assert_int_equal(assay_ledger_open(&options, &ledger, &tail, &reason), ASSAY_E_CORRUPT);
            char name[64];
            snprintf(name, sizeof name, "/%016" PRIx64 ".seg, offset 0", segment);
            assert_non_null(strstr(reason.text, name));
            flip(segment * SUPPORT_SEGMENT_BYTES + at, at % 8);
        }
    }
    expect_whole();
}

static void what_the_state_knows_is_not_taken_for_a_torn_tail(void **state)
{
    (void)state;
    flip(group[GROUPS - 1] + 100, 5);
    expect_open_refused(end, group[GROUPS - 1]);
    expect_open_refused(group[GROUPS - 1] + 64, group[GROUPS - 1]);
    expect_reader_refused(end, group[GROUPS - 1]);
    flip(group[GROUPS - 1] + 100, 5);
    expect_whole();
}

static void zeros_where_groups_were_are_named(void **state)
{
    (void)state;
    static uint8_t zeros[104000];
    char path[256];
    path_of(group[1], path);
    support_poke(path, group[1] % SUPPORT_SEGMENT_BYTES, zeros, 64);
    expect_refused(group[1]);
    support_poke(path, group[1] % SUPPORT_SEGMENT_BYTES, zeros, 192 * 2);
    expect_refused(group[1]);
    path_of(last_of_first, path);
    support_poke(path, last_of_first, zeros, (size_t)(full_end - last_of_first));
    expect_refused(last_of_first);
}

static void the_first_group_of_the_last_segment_is_named_as_such(void **state)
{
    (void)state;
    static uint8_t zeros[1000];
    char path[256];
    path_of(group[1], path);
    support_poke(path, group[1] % SUPPORT_SEGMENT_BYTES, zeros, (size_t)(end - group[1]));
    flip(group[0] + 500, 1);
    expect_open_refused(group[1], group[0]);
}

static void a_sealed_group_out_of_order_is_named(void **state)
{
    (void)state;
    char path[256];
    uint8_t data[192];
    path_of(group[3], path);
    support_peek(path, group[3] % SUPPORT_SEGMENT_BYTES, data, sizeof data);
    uint64_t offset = group[3] % SUPPORT_SEGMENT_BYTES;
    uint32_t previous;
    memcpy(&previous, data + 12, 4);
    struct assay_group_header header = {.payload_len_bytes = 96,
                                        .records = 1,
                                        .previous_crc = previous,
                                        .sequence = 15,
                                        .ordinal = 11882,
                                        .synced = group[3],
                                        .position = group[3]};
    const uint8_t id[16] = "support-ledger-1";
    const struct assay_group_header good = header;
    for (int i = 0; i < 4; i++) {
        header = good;
        header.previous_crc += i == 0;
        header.sequence += i == 1;
        header.ordinal += i == 2;
        header.synced -= i == 3 ? 64 * 6 : 0;
        assay_group_seal(&header, assay_crc32c(0, id, 16), data);
        support_poke(path, offset, data, sizeof data);
        expect_refused(group[3]);
    }
    header = good;
    header.sequence = 14;
    assay_group_seal(&header, assay_crc32c(0, id, 16), data);
    support_poke(path, offset, data, sizeof data);
    expect_whole();
}

static void files_that_do_not_belong_are_refused(void **state)
{
    (void)state;
    struct assay_ledger_options options = support_options(&folder);
    struct assay_ledger *ledger;
    struct assay_ledger_tail tail;
    char path[256];
    char aside[300];
    path_of(0, path);
    snprintf(aside, sizeof aside, "%s/aside", folder.ledger);
    assert_int_equal(rename(path, aside), 0);
    assert_int_equal(assay_ledger_open(&options, &ledger, &tail, &reason), ASSAY_E_CORRUPT);
    assert_non_null(strstr(reason.text, "0000000000000000.seg is missing"));
    assert_int_equal(rename(aside, path), 0);

    path_of(group[0], path);
    assert_int_equal(truncate(path, SUPPORT_SEGMENT_BYTES - 1), 0);
    assert_int_equal(assay_ledger_open(&options, &ledger, &tail, &reason), ASSAY_E_CORRUPT);
    assert_non_null(strstr(reason.text, "has 1048575 bytes instead of 1048576"));
    assert_int_equal(truncate(path, SUPPORT_SEGMENT_BYTES), 0);
    expect_whole();

    uint8_t header[ASSAY_SEGMENT_HEADER_LEN];
    struct assay_segment_header other = {.number = 1, .segment_bytes = SUPPORT_SEGMENT_BYTES};
    assay_segment_header_encode(&other, header);
    support_poke(path, 0, header, sizeof header);
    assert_int_equal(assay_ledger_open(&options, &ledger, &tail, &reason), ASSAY_E_CORRUPT);
    assert_non_null(strstr(reason.text, "belongs to another ledger"));
}

static void a_newer_version_is_refused_as_such(void **state)
{
    (void)state;
    uint8_t header[ASSAY_SEGMENT_HEADER_LEN];
    char path[256];
    path_of(0, path);
    support_peek(path, 0, header, sizeof header);
    header[8] = 2;
    uint32_t crc = assay_crc32c(0, header, sizeof header - 4);
    memcpy(header + sizeof header - 4, &crc, 4);
    support_poke(path, 0, header, sizeof header);
    struct assay_ledger_options options = support_options(&folder);
    struct assay_ledger *ledger;
    struct assay_ledger_tail tail;
    struct assay_ledger_reader *reader;
    assert_int_equal(assay_ledger_open(&options, &ledger, &tail, &reason), ASSAY_E_VERSION);
    assert_int_equal(assay_ledger_reader_open(folder.ledger, 0, UINT64_MAX, &reader, &reason),
                     ASSAY_E_VERSION);
}

#define DAMAGE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DAMAGE_TEST(a_flipped_bit_in_a_group_is_named),
        DAMAGE_TEST(a_flipped_bit_around_a_change_of_segment_is_named),
        DAMAGE_TEST(a_flipped_bit_in_a_header_is_named),
        DAMAGE_TEST(what_the_state_knows_is_not_taken_for_a_torn_tail),
        DAMAGE_TEST(zeros_where_groups_were_are_named),
        DAMAGE_TEST(the_first_group_of_the_last_segment_is_named_as_such),
        DAMAGE_TEST(a_sealed_group_out_of_order_is_named),
        DAMAGE_TEST(files_that_do_not_belong_are_refused),
        DAMAGE_TEST(a_newer_version_is_refused_as_such),
    };
    return cmocka_run_group_tests_name("ledger_damage", tests, NULL, NULL);
}
