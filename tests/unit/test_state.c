// SPDX-License-Identifier: Apache-2.0
#include "core/state.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char dir[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/assay-state-XXXXXX");
    return mkdtemp(dir) == NULL;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static enum assay_error add_up(void *context, uint64_t key, const struct assay_item *item)
{
    uint64_t *sum = context;
    *sum += key + item->last_position;
    return ASSAY_OK;
}

static enum assay_error stop_at_once(void *context, uint64_t key, const struct assay_item *item)
{
    (void)key;
    (void)item;
    (*(int *)context)++;
    return ASSAY_E_BUSY;
}

static enum assay_error one_row(void *context, struct assay_span key, struct assay_span value)
{
    assert_int_equal(key.len_bytes, 2);
    assert_memory_equal(key.data, "Ab", 2);
    assert_int_equal(value.len_bytes, 3);
    assert_memory_equal(value.data, "xyz", 3);
    (*(int *)context)++;
    return ASSAY_OK;
}

static void fill(struct assay_state *state)
{
    struct assay_state_writer *writer = assay_state_write_begin(state);
    for (uint64_t key = 1; key <= 100; key++) {
        struct assay_item item = {.last_position = key * 10, .last_scan = key * 10};
        assay_state_put_item(writer, key, &item);
    }
    assay_state_put_catalog(writer, (struct assay_span){(const uint8_t *)"Ab", 2},
                            (struct assay_span){(const uint8_t *)"xyz", 3});
    const uint8_t ledger_id[16] = "a ledger's name";
    assay_state_put_position(writer, 1000, ledger_id);
    assay_state_commit(writer);
}

static void check(struct assay_state *state)
{
    struct assay_state_reader *reader = NULL;
    assert_int_equal(assay_state_reader_open(state, &reader), ASSAY_OK);
    assert_int_equal(assay_state_begin(reader), ASSAY_OK);
    uint64_t position = 0;
    uint8_t ledger_id[16];
    struct assay_item item;
    uint64_t sum = 0;
    int rows = 0;
    int visits = 0;
    assert_int_equal(assay_state_position(reader, &position), ASSAY_OK);
    assert_int_equal(position, 1000);
    assert_int_equal(assay_state_ledger_id(reader, ledger_id), ASSAY_OK);
    assert_memory_equal(ledger_id, "a ledger's name", 16);
    assert_int_equal(assay_state_item(reader, 7, &item), ASSAY_OK);
    assert_int_equal(item.last_position, 70);
    assert_int_equal(assay_state_item(reader, 101, &item), ASSAY_OK);
    assert_int_equal(item.last_position, 0);
    assert_int_equal(assay_state_each_item(reader, add_up, &sum), ASSAY_OK);
    assert_int_equal(sum, 5050 * 11);
    assert_int_equal(assay_state_each_item(reader, stop_at_once, &visits), ASSAY_E_BUSY);
    assert_int_equal(visits, 1);
    assert_int_equal(assay_state_each_catalog(reader, one_row, &rows), ASSAY_OK);
    assert_int_equal(rows, 1);
    struct assay_state_size size;
    assert_int_equal(assay_state_size(reader, &size), ASSAY_OK);
    assert_int_equal(size.items, 100);
    assert_true(size.tree_bytes > 0);
    assert_true(size.file_bytes >= size.tree_bytes);
    assay_state_end(reader);
    assay_state_reader_close(reader);
}

static void what_is_committed_is_read_and_copied(void **unused)
{
    (void)unused;
    char path[96];
    char copy[96];
    struct assay_reason reason;
    struct assay_state *state = NULL;
    snprintf(path, sizeof path, "%s/state", dir);
    snprintf(copy, sizeof copy, "%s/copy", dir);
    assert_int_equal(assay_state_open(path, false, &state, &reason), ASSAY_OK);
    fill(state);
    check(state);
    assay_state_close(state);
    assert_int_equal(mkdir(copy, 0700), 0);
    assert_int_equal(assay_state_copy(path, copy, &reason), ASSAY_OK);
    assert_int_equal(assay_state_open(copy, true, &state, &reason), ASSAY_OK);
    check(state);
    assay_state_close(state);
}

static void a_missing_state_is_not_made_by_a_reader(void **unused)
{
    (void)unused;
    char path[96];
    struct assay_reason reason;
    struct assay_state *state = NULL;
    snprintf(path, sizeof path, "%s/none", dir);
    assert_int_equal(assay_state_open(path, true, &state, &reason), ASSAY_E_NOT_FOUND);
    assert_non_null(strstr(reason.text, path));
    assert_int_equal(assay_state_copy(path, dir, &reason), ASSAY_E_NOT_FOUND);
}

static void a_file_that_is_no_state_is_refused(void **unused)
{
    (void)unused;
    char path[96];
    struct assay_reason reason;
    struct assay_state *state = NULL;
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    FILE *file = fopen(path, "wb");
    for (int i = 0; i < 8192; i++) {
        fputc('x', file);
    }
    fclose(file);
    assert_int_equal(assay_state_open(dir, false, &state, &reason), ASSAY_E_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_committed_is_read_and_copied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_state_is_not_made_by_a_reader, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_state_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
