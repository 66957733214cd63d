// SPDX-License-Identifier: Apache-2.0
#include "core/check.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/state.h"
#include "tests/support/world.h"

#define HANDLE 77
#define COUNT 200

static struct world world;
static struct assay_reason reason;

static void scan(uint32_t index, uint64_t device, int64_t at_unix_ms)
{
    const struct assay_batch_facts *facts = assay_store_batch_facts(world.store, HANDLE);
    struct assay_scan_request request = world_request(facts, index, device, at_unix_ms);
    struct assay_scan_answer answer;
    assay_place_set(&request.place, "CN", "CN-GD", "Shenzhen");
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
    assert_int_equal(answer.error, ASSAY_OK);
}

static int set_up(void **state)
{
    (void)state;
    world_create(&world, 1024, false);
    (void)world_batch(&world, HANDLE, COUNT, 0);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_ACTIVATE, 0, COUNT - 1), ASSAY_OK);
    for (uint32_t i = 0; i < 300; i++) {
        scan(i % 150, 1 + i, WORLD_EPOCH_MS + i * 1000);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_remove(&world);
    return 0;
}

static enum assay_error check(struct assay_check_report *report, uint32_t items_per_pass)
{
    const struct assay_check_options options = {.dir = world.dir, .items_per_pass = items_per_pass};
    reason.text[0] = '\0';
    return assay_check_run(&options, report, &reason);
}

/* In a process of its own: LMDB allows an environment once in each. */
static void whole_from_outside(void)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct assay_check_report report;
        enum assay_error error = check(&report, 0);
        if (error != ASSAY_OK) {
            fprintf(stderr, "%s\n", reason.text);
        }
        _exit(error == ASSAY_OK ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void whole(void)
{
    struct assay_check_report report;
    if (check(&report, 0) != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
}

static void a_whole_directory_passes(void **state)
{
    (void)state;
    world_close(&world);
    struct assay_check_report report;
    if (check(&report, 0) != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
    assert_int_equal(report.scans, 300);
    assert_int_equal(report.items, 150);
    assert_int_equal(report.rows, 150);
    assert_true(report.catalog_rows >= 4 + 2); /* a cell each of batch and product */
    assert_int_equal(report.passes, 1);
    world_open(&world);
}

static void passes_see_every_item_once(void **state)
{
    (void)state;
    world_close(&world);
    struct assay_check_report report;
    assert_int_equal(check(&report, 20), ASSAY_OK);
    assert_int_equal(report.passes, 8);
    assert_int_equal(report.items, 150);
    assert_int_equal(report.rows, 150);
    assert_int_equal(report.scans, 300);
    world_open(&world);
}

static void it_passes_beside_an_open_store(void **state)
{
    (void)state;
    whole_from_outside(); /* nothing folded yet */
    assert_int_equal(assay_store_checkpoint(world.store), ASSAY_OK);
    whole_from_outside();
    scan(3, 4711, WORLD_EPOCH_MS + 10000000);
    assert_int_equal(world_move(&world, HANDLE, ASSAY_MOVE_SHIP, 0, 9), ASSAY_OK);
    whole_from_outside(); /* the state lags behind */
}

/* -- damage -- */

static void flip(uint64_t position)
{
    char path[128];
    uint8_t byte = 0;
    snprintf(path, sizeof path, "%s/ledger/0000000000000000.seg", world.dir);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, (off_t)position), 1);
    byte ^= 4;
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)position), 1);
    close(fd);
}

static void a_flipped_bit_is_named(void **state)
{
    (void)state;
    world_close(&world);
    struct assay_check_report report;
    assert_int_equal(check(&report, 0), ASSAY_OK);
    uint64_t position = report.ledger_end / 2;
    flip(position);
    assert_int_equal(check(&report, 0), ASSAY_E_CORRUPT);
    assert_non_null(strstr(reason.text, "0000000000000000.seg"));
    flip(position);
    world_open(&world);
}

/* Change the state behind the store's back. */
static void with_state(void (*change)(struct assay_state_writer *writer))
{
    char dir[128];
    struct assay_state *store = NULL;
    snprintf(dir, sizeof dir, "%s/state", world.dir);
    assert_int_equal(assay_state_open(dir, false, &store, &reason), ASSAY_OK);
    struct assay_state_writer *writer = assay_state_write_begin(store);
    change(writer);
    assay_state_commit(writer);
    assay_state_close(store);
}

static struct assay_item item_of(uint32_t index)
{
    char dir[128];
    struct assay_state *store = NULL;
    struct assay_state_reader *reader = NULL;
    struct assay_item item;
    snprintf(dir, sizeof dir, "%s/state", world.dir);
    assert_int_equal(assay_state_open(dir, true, &store, &reason), ASSAY_OK);
    assert_int_equal(assay_state_reader_open(store, &reader), ASSAY_OK);
    assert_int_equal(assay_state_begin(reader), ASSAY_OK);
    assert_int_equal(assay_state_item(reader, assay_item_key_of(HANDLE, index), &item), ASSAY_OK);
    assay_state_end(reader);
    assay_state_reader_close(reader);
    assay_state_close(store);
    return item;
}

static struct assay_item changed_item;
static uint32_t changed_index;

static void change_item(struct assay_state_writer *writer)
{
    assay_state_put_item(writer, assay_item_key_of(HANDLE, changed_index), &changed_item);
}

static void change_catalog(struct assay_state_writer *writer)
{
    static const uint8_t key[] = {'B', 0, 0, 0, 0, 0, 0, 0, 9};
    static const uint8_t value[] = {1, 0, 0, 0, 0, 0, 0, 0, 7};
    assay_state_put_catalog(writer, (struct assay_span){key, sizeof key},
                            (struct assay_span){value, sizeof value});
}

/* The state is wrong: check says so, rebuild mends it. */
static void wrong_until_rebuilt(const char *words)
{
    struct assay_check_report report;
    assert_int_equal(check(&report, 0), ASSAY_E_CORRUPT);
    if (strstr(reason.text, words) == NULL) {
        fail_msg("%s", reason.text);
    }
    assert_int_equal(assay_store_rebuild(world.dir, &reason), ASSAY_OK);
    whole();
    world_open(&world);
}

static void a_changed_row_is_found(void **state)
{
    (void)state;
    world_close(&world);
    changed_index = 8;
    changed_item = item_of(changed_index);
    changed_item.scans++;
    with_state(change_item);
    wrong_until_rebuilt("another row than the state's");
}

static void a_row_of_nothing_is_found(void **state)
{
    (void)state;
    world_close(&world);
    changed_item = item_of(8);
    changed_index = 199; /* never scanned */
    with_state(change_item);
    wrong_until_rebuilt("where no record of this item stands");
}

static void an_old_row_is_found(void **state)
{
    (void)state;
    world_close(&world);
    changed_index = 8;
    changed_item = item_of(changed_index);
    world_open(&world);
    scan(8, 4711, WORLD_EPOCH_MS + 10000000);
    world_close(&world);
    with_state(change_item);
    wrong_until_rebuilt("is not in the state's row");
}

static void a_strange_catalog_row_is_found(void **state)
{
    (void)state;
    world_close(&world);
    with_state(change_catalog);
    wrong_until_rebuilt("is not in the ledger");
}

/* -- cells of risk -- */

static uint8_t cell_key[16];
static uint8_t cell_value[32];
static struct assay_span cell[2] = {{cell_key, 0}, {cell_value, 0}};

static enum assay_error find_cell(void *context, struct assay_span key, struct assay_span value)
{
    (void)context;
    if (key.data[0] == 'R' && cell[0].len_bytes == 0) {
        memcpy(cell_key, key.data, key.len_bytes);
        memcpy(cell_value, value.data, value.len_bytes);
        cell[0].len_bytes = key.len_bytes;
        cell[1].len_bytes = value.len_bytes;
    }
    return ASSAY_OK;
}

static void read_cell(void)
{
    char dir[128];
    struct assay_state *store = NULL;
    struct assay_state_reader *reader = NULL;
    cell[0].len_bytes = 0;
    snprintf(dir, sizeof dir, "%s/state", world.dir);
    assert_int_equal(assay_state_open(dir, true, &store, &reason), ASSAY_OK);
    assert_int_equal(assay_state_reader_open(store, &reader), ASSAY_OK);
    assert_int_equal(assay_state_begin(reader), ASSAY_OK);
    assert_int_equal(assay_state_each_catalog(reader, find_cell, NULL), ASSAY_OK);
    assay_state_end(reader);
    assay_state_reader_close(reader);
    assay_state_close(store);
    assert_int_equal(cell[1].len_bytes, 28);
}

static void put_cell(struct assay_state_writer *writer)
{
    assay_state_put_catalog(writer, cell[0], cell[1]);
}

static void a_changed_cell_is_found(void **state)
{
    (void)state;
    world_close(&world);
    read_cell();
    cell_value[8]++; /* first scans */
    with_state(put_cell);
    wrong_until_rebuilt("is not what the ledger adds up to");
    world_close(&world);
    read_cell();
    cell_value[12]++; /* mass */
    with_state(put_cell);
    wrong_until_rebuilt("is not what the ledger adds up to");
}

static void a_cell_where_nothing_happened_is_found(void **state)
{
    (void)state;
    world_close(&world);
    read_cell();
    cell_key[7] = 'Q';
    with_state(put_cell);
    wrong_until_rebuilt("is not in the ledger");
}

static void a_missing_directory_is_refused(void **state)
{
    (void)state;
    const struct assay_check_options options = {.dir = "/nonexistent"};
    struct assay_check_report report;
    assert_int_equal(assay_check_run(&options, &report, &reason), ASSAY_E_NOT_FOUND);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_whole_directory_passes),
        CASE(passes_see_every_item_once),
        CASE(it_passes_beside_an_open_store),
        CASE(a_flipped_bit_is_named),
        CASE(a_changed_row_is_found),
        CASE(a_row_of_nothing_is_found),
        CASE(an_old_row_is_found),
        CASE(a_strange_catalog_row_is_found),
        CASE(a_changed_cell_is_found),
        CASE(a_cell_where_nothing_happened_is_found),
        CASE(a_missing_directory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
