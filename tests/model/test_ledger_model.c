// SPDX-License-Identifier: Apache-2.0
/* Random appends, syncs, reopenings and crashes against a plain list of records in memory.
 * The seed is printed; ASSAY_SEED sets it. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/ledger_support.h"
#include "tests/support/random_record.h"

#define STEPS 3000
#define RECORDS_MAX 400000u
#define GROUPS_MAX 4000u
#define BYTES_MAX (128u << 20)

struct model_record {
    uint64_t position;
    size_t at; /* in bytes[] */
    size_t len;
};

struct model_group {
    uint64_t position;
    uint64_t end;
    uint32_t first; /* its first record's index */
};

static struct {
    struct support_folder folder;
    uint64_t random;
    struct assay_ledger *ledger;
    struct model_record *records;
    uint32_t record_count;
    struct model_group *groups;
    uint32_t group_count;
    uint8_t *bytes;
    size_t used;
    unsigned crashes;
    unsigned lost_groups;
} model;

static uint64_t below(uint64_t limit)
{
    return support_random(&model.random) % limit;
}

static void open_ledger(uint64_t known_synced, uint64_t end)
{
    struct assay_ledger_options options = support_options(&model.folder);
    options.known_synced = known_synced;
    struct assay_ledger_tail tail;
    struct assay_reason reason;
    enum assay_error error = assay_ledger_open(&options, &model.ledger, &tail, &reason);
    if (error != ASSAY_OK) {
        print_error("%s: %s\n", assay_error_name(error), reason.text);
    }
    assert_int_equal(error, ASSAY_OK);
    assert_int_equal(tail.end, end);
    assert_int_equal(assay_ledger_record_count(model.ledger), model.record_count);
    assert_int_equal(assay_ledger_synced(model.ledger), end);
}

static uint64_t model_end(void)
{
    return model.group_count == 0 ? 4096 : model.groups[model.group_count - 1].end;
}

/* Records of any type, or many scans at once. returns how many. */
static uint32_t make_records(uint8_t *data, size_t *len, size_t *lens)
{
    uint32_t count = below(8) == 0 ? 1024 : 1 + (uint32_t)below(20);
    *len = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct assay_record record;
        do {
            support_random_record(&model.random, &record);
        } while (count == 1024 && record.type != ASSAY_RECORD_SCAN);
        lens[i] = assay_record_encode(&record, data + *len, 4096);
        assert_int_not_equal(lens[i], 0);
        *len += lens[i];
    }
    return count;
}

static void append(void)
{
    static uint8_t data[256u << 10];
    size_t lens[1024];
    size_t len;
    uint32_t count = make_records(data, &len, lens);
    if (model.record_count + count > RECORDS_MAX || model.used + len > BYTES_MAX) {
        return;
    }
    uint64_t expected;
    uint64_t first;
    assert_int_equal(assay_ledger_next(model.ledger, len, &expected), ASSAY_OK);
    assert_int_equal(assay_ledger_append(model.ledger, data, len, count, &first), ASSAY_OK);
    assert_int_equal(first, expected);
    assert_true(first - 64 >= model_end());
    struct model_group group = {first - 64, assay_ledger_end(model.ledger), model.record_count};
    assert_int_equal(group.end % 64, 0);
    model.groups[model.group_count++] = group;
    memcpy(model.bytes + model.used, data, len);
    for (uint32_t i = 0; i < count; i++) {
        model.records[model.record_count++] = (struct model_record){first, model.used, lens[i]};
        first += lens[i];
        model.used += lens[i];
    }
}

static void sync_some(void)
{
    uint64_t end = assay_ledger_end(model.ledger);
    assert_int_equal(assay_ledger_sync(model.ledger, end - below(200)), ASSAY_OK);
    assert_true(assay_ledger_synced(model.ledger) <= end);
}

static void read_one(void)
{
    if (model.record_count == 0) {
        return;
    }
    static uint8_t data[ASSAY_RECORD_BYTES_MAX];
    const struct model_record *record = &model.records[below(model.record_count)];
    assert_int_equal(assay_ledger_read(model.ledger, record->position, data, record->len),
                     ASSAY_OK);
    assert_memory_equal(data, model.bytes + record->at, record->len);
    assert_int_equal(assay_ledger_read(model.ledger, record->position, data, record->len - 8),
                     ASSAY_E_CORRUPT);
    assert_int_equal(
        assay_ledger_read(model.ledger, assay_ledger_end(model.ledger) + 64, data, sizeof data),
        ASSAY_E_CORRUPT);
}

/* A stretch of the ledger, read beside the open writer. */
static void read_stretch(void)
{
    uint32_t from = (uint32_t)below((uint64_t)model.record_count + 1);
    uint32_t to = from + (uint32_t)below((uint64_t)model.record_count - from + 1);
    uint64_t start = from == model.record_count ? model_end() : model.records[from].position;
    uint64_t stop = to == model.record_count ? model_end() : model.records[to].position;
    struct assay_ledger_reader *reader;
    struct assay_reason reason;
    struct assay_span span;
    uint64_t position;
    assert_int_equal(assay_ledger_reader_open(model.folder.ledger, start, stop, &reader, &reason),
                     ASSAY_OK);
    for (uint32_t i = from; i < to; i++) {
        assert_int_equal(assay_ledger_reader_next(reader, &span, &position, &reason), ASSAY_OK);
        assert_int_equal(span.len_bytes, model.records[i].len);
        assert_int_equal(position, model.records[i].position);
        assert_memory_equal(span.data, model.bytes + model.records[i].at, span.len_bytes);
    }
    assert_int_equal(assay_ledger_reader_next(reader, &span, &position, &reason), ASSAY_OK);
    assert_int_equal(span.len_bytes, 0);
    assert_int_equal(assay_ledger_reader_count(reader), to - from);
    assay_ledger_reader_close(reader);
}

static void reopen(void)
{
    uint64_t end = assay_ledger_end(model.ledger);
    assay_ledger_close(model.ledger);
    uint64_t known = 0;
    if (model.group_count > 0) {
        known = below(4) == 0 ? 0 : model.groups[below(model.group_count)].end;
    }
    open_ledger(known, end);
}

/* The power goes: of what was not synced, all from some byte on is lost or garbage. */
static void crash(void)
{
    uint64_t synced = assay_ledger_synced(model.ledger);
    uint32_t first = model.group_count;
    while (first > 0 && model.groups[first - 1].end > synced) {
        first--;
    }
    uint64_t end = assay_ledger_end(model.ledger);
    assay_ledger_close(model.ledger);
    if (first < model.group_count) {
        uint32_t torn = first + (uint32_t)below(model.group_count - first);
        const struct model_group *group = &model.groups[torn];
        uint64_t from = group->position + below(group->end - group->position);
        char path[256];
        static uint8_t data[2u << 20];
        size_t len = (size_t)(end - from);
        uint64_t offset = from % SUPPORT_SEGMENT_BYTES;
        assert_int_equal(from / SUPPORT_SEGMENT_BYTES, (end - 1) / SUPPORT_SEGMENT_BYTES);
        support_segment_path(&model.folder, from / SUPPORT_SEGMENT_BYTES, path);
        support_peek(path, offset, data, len);
        data[0] ^= (uint8_t)(1 + below(255));
        for (size_t i = 1; i < len; i++) {
            data[i] = from % 2 == 0 ? 0 : (uint8_t)support_random(&model.random);
        }
        support_poke(path, offset, data, len);
        model.lost_groups += model.group_count - torn;
        model.group_count = torn;
        model.record_count = group->first;
        model.used = model.records[group->first].at;
    }
    model.crashes++;
    open_ledger(below(2) == 0 ? synced : 0, model_end());
}

static void step(void)
{
    uint64_t choice = below(100);
    if (choice < 70 && model.group_count < GROUPS_MAX) {
        append();
    } else if (choice < 80) {
        sync_some();
    } else if (choice < 92) {
        read_one();
    } else if (choice < 95) {
        read_stretch();
    } else if (choice < 97) {
        reopen();
    } else {
        crash();
    }
}

static void the_ledger_behaves_like_a_list(void **state)
{
    (void)state;
    model.random = support_seed();
    support_folder_make(&model.folder);
    support_create(&model.folder);
    model.records = calloc(RECORDS_MAX, sizeof *model.records);
    model.groups = calloc(GROUPS_MAX, sizeof *model.groups);
    model.bytes = malloc(BYTES_MAX);
    assert_non_null(model.records);
    assert_non_null(model.groups);
    assert_non_null(model.bytes);
    open_ledger(0, 4096);
    for (unsigned i = 0; i < STEPS; i++) {
        step();
    }
    uint64_t segments = assay_ledger_end(model.ledger) / SUPPORT_SEGMENT_BYTES + 1;
    printf("%u records in %u groups and %" PRIu64 " segments, %u crashes, %u groups lost\n",
           model.record_count, model.group_count, segments, model.crashes, model.lost_groups);
    assert_true(segments > 3);
    assert_true(model.lost_groups > 0);
    assay_ledger_close(model.ledger);
    support_folder_remove(&model.folder);
    free(model.records);
    free(model.groups);
    free(model.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ledger_behaves_like_a_list),
    };
    return cmocka_run_group_tests_name("ledger_model", tests, NULL, NULL);
}
