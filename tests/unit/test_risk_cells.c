// SPDX-License-Identifier: Apache-2.0
#include "core/risk_cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/ledger_support.h"

static struct assay_risk_cells *cells;

static int create(void **state)
{
    (void)state;
    assert_int_equal(assay_risk_cells_create(&cells), ASSAY_OK);
    return 0;
}

static int destroy(void **state)
{
    (void)state;
    assay_risk_cells_destroy(cells);
    return 0;
}

static struct assay_risk_where where_of(uint32_t batch, uint32_t product, const char *country)
{
    struct assay_risk_where where = {.batch = batch, .product = product};
    memcpy(where.country, country, country[0] != '\0' ? 2 : 0);
    return where;
}

static void take(const struct assay_risk_where *where, bool first, uint16_t mass, uint64_t position)
{
    struct assay_scan_record scan = {.flags = ASSAY_SCAN_ON_SALE | (first ? ASSAY_SCAN_FIRST : 0)};
    scan.risk.mass_capped = mass;
    scan.position.lat_decidegrees = ASSAY_POSITION_NONE;
    assert_int_equal(assay_risk_cells_take(cells, where, &scan, position), ASSAY_OK);
}

static void assert_around(const struct assay_risk_where *where, uint32_t batch_items,
                          uint64_t batch_mass, uint32_t product_items, uint64_t product_mass)
{
    const struct assay_risk_state item = {0};
    struct assay_risk_around around;
    assay_risk_cells_around(cells, where, &item, &around);
    assert_int_equal(around.batch.items, batch_items);
    assert_int_equal(around.batch.mass, batch_mass);
    assert_int_equal(around.product.items, product_items);
    assert_int_equal(around.product.mass, product_mass);
}

static void what_does_not_count_changes_no_cell(void **state)
{
    (void)state;
    struct assay_risk_where where = where_of(1, 2, "CN");
    struct assay_scan_record scan = {.flags = ASSAY_SCAN_FIRST};
    scan.risk.mass_capped = 9;
    assert_int_equal(assay_risk_cells_take(cells, &where, &scan, 10), ASSAY_OK);
    scan.flags = ASSAY_SCAN_ON_SALE;
    scan.left_out = ASSAY_LEFT_OUT_HOSTING;
    assert_int_equal(assay_risk_cells_take(cells, &where, &scan, 20), ASSAY_OK);
    assert_around(&where, 0, 0, 0, 0);
    assert_int_equal(assay_risk_cells_count(cells), 0);
}

static void batch_and_product_are_counted_by_country(void **state)
{
    (void)state;
    struct assay_risk_where one = where_of(0, 0, "CN");
    struct assay_risk_where other = where_of(1, 0, "CN");
    struct assay_risk_where abroad = where_of(0, 0, "SG");
    struct assay_risk_where nowhere = where_of(0, 0, "");
    take(&one, true, 0, 8);
    take(&other, true, 0, 16);
    take(&other, false, 700, 24);
    take(&abroad, false, 65535, 32);
    take(&nowhere, true, 1, 40);
    assert_around(&one, 1, 0, 2, 700);
    assert_around(&other, 1, 700, 2, 700);
    assert_around(&abroad, 0, 65535, 0, 65535);
    assert_around(&nowhere, 1, 1, 1, 1);
    assert_int_equal(assay_risk_cells_count(cells), 3 + 1 + 2 + 1);
}

static void a_record_is_counted_once(void **state)
{
    (void)state;
    struct assay_risk_where one = where_of(0, 0, "CN");
    struct assay_risk_where other = where_of(1, 0, "CN");
    take(&one, true, 5, 100);
    take(&one, true, 5, 100);
    take(&one, true, 5, 99);
    assert_around(&one, 1, 5, 1, 5);
    take(&other, true, 5, 99); /* new to its batch, not to its product */
    assert_around(&other, 1, 5, 1, 5);
}

/* Shenzhen's tile and Shanghai's. */
static const struct assay_position here = {225, 1141, 20};
static const struct assay_position there = {312, 1215, 20};

static void take_at(const struct assay_risk_where *where, const struct assay_position *position,
                    bool first, uint64_t at)
{
    struct assay_scan_record scan = {.flags = ASSAY_SCAN_ON_SALE | (first ? ASSAY_SCAN_FIRST : 0),
                                     .position = *position};
    scan.risk.mass_capped = first ? 0 : 1000;
    assert_int_equal(assay_risk_cells_take(cells, where, &scan, at), ASSAY_OK);
}

static void tiles_of_batch_and_product_are_counted(void **state)
{
    (void)state;
    struct assay_risk_where one = where_of(0, 0, "CN");
    struct assay_risk_where other = where_of(1, 0, "CN");
    take_at(&one, &here, true, 8);
    take_at(&one, &there, false, 16);
    take_at(&other, &here, true, 24);
    const struct assay_position vague = {225, 1141, 301};
    take_at(&one, &vague, true, 32);
    struct assay_risk_place place = {
        .tile = assay_risk_tile(here.lat_decidegrees, here.lon_decidegrees)};
    assay_risk_cells_at(cells, &one, &place);
    assert_int_equal(place.batch.items, 1);
    assert_int_equal(place.product.items, 2);
    assert_int_equal(place.product.mass, 0);
    place.tile = assay_risk_tile(there.lat_decidegrees, there.lon_decidegrees);
    assay_risk_cells_at(cells, &one, &place);
    assert_int_equal(place.batch.mass, 1000);
    assert_int_equal(place.batch.items, 0);
    const struct assay_risk_state item = {.anchor_count = 1,
                                          .anchors = {{.lat_decidegrees = there.lat_decidegrees,
                                                       .lon_decidegrees = there.lon_decidegrees}}};
    struct assay_risk_around around;
    assay_risk_cells_around(cells, &other, &item, &around);
    assert_int_equal(around.places[0].tile, place.tile);
    assert_int_equal(around.places[0].batch.mass, 0);
    assert_int_equal(around.places[0].product.mass, 1000);
    assert_int_equal(around.places[1].tile, ASSAY_RISK_TILE_NONE);
}

/* A thousand scans of one day weigh as two, those of a thousand days as a thousand. */
static void a_day_adds_only_so_much(void **state)
{
    (void)state;
    struct assay_risk_where where = where_of(0, 0, "CN");
    struct assay_scan_record scan = {.flags = ASSAY_SCAN_ON_SALE, .at_unix_ms = 86400000ll * 9};
    scan.position.lat_decidegrees = ASSAY_POSITION_NONE;
    scan.risk.mass_capped = UINT16_MAX;
    for (uint64_t i = 1; i <= 1000; i++) {
        assert_int_equal(assay_risk_cells_take(cells, &where, &scan, 8 * i), ASSAY_OK);
    }
    assert_around(&where, 0, 2 * UINT16_MAX, 0, 2 * UINT16_MAX);
    for (uint64_t i = 1; i <= 1000; i++) {
        scan.at_unix_ms += 86400000;
        assert_int_equal(assay_risk_cells_take(cells, &where, &scan, 8000 + 8 * i), ASSAY_OK);
    }
    assert_around(&where, 0, 1002ull * UINT16_MAX, 0, 1002ull * UINT16_MAX);
}

/* -- rows -- */

struct row {
    uint8_t key[16];
    size_t key_len;
    uint8_t value[32];
    size_t value_len;
};

struct rows {
    struct row *row;
    size_t count;
};

static void keep(void *context, struct assay_span key, struct assay_span value)
{
    struct rows *rows = context;
    struct row *row = &rows->row[rows->count++];
    memcpy(row->key, key.data, key.len_bytes);
    memcpy(row->value, value.data, value.len_bytes);
    row->key_len = key.len_bytes;
    row->value_len = value.len_bytes;
}

static enum assay_error load(struct assay_risk_cells *into, const struct row *row)
{
    return assay_risk_cells_load(into, (struct assay_span){row->key, row->key_len},
                                 (struct assay_span){row->value, row->value_len});
}

static void rows_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct row made[2];
    struct rows rows = {made, 0};
    struct assay_risk_where where = where_of(70000, 3, "CN");
    take(&where, true, 7, 8);
    assay_risk_cells_take_dirty(cells, keep, &rows);
    assert_int_equal(rows.count, 2);
    struct assay_risk_cells *other = NULL;
    assert_int_equal(assay_risk_cells_create(&other), ASSAY_OK);
    struct row bad = made[0];
    bad.key_len--;
    assert_int_equal(load(other, &bad), ASSAY_E_CORRUPT);
    bad = made[0];
    bad.value_len--;
    assert_int_equal(load(other, &bad), ASSAY_E_CORRUPT);
    bad = made[0];
    bad.key[0] = 'A';
    assert_int_equal(load(other, &bad), ASSAY_E_CORRUPT);
    bad = made[0];
    bad.key[1] = 5;
    assert_int_equal(load(other, &bad), ASSAY_E_CORRUPT);
    assert_int_equal(load(other, &made[0]), ASSAY_OK);
    assert_int_equal(load(other, &made[0]), ASSAY_E_CORRUPT);
    assay_risk_cells_destroy(other);
}

static void changed_rows_alone_are_written_and_all_are_read_back(void **state)
{
    (void)state;
    enum { CELLS = 20000 };
    uint64_t random = support_seed();
    struct rows rows = {calloc(CELLS, sizeof(struct row)), 0};
    struct assay_risk_cells *other = NULL;
    assert_int_equal(assay_risk_cells_create(&other), ASSAY_OK);
    for (uint64_t position = 8; position < 8 * 5000; position += 8) {
        const char country[] = {(char)('A' + support_random(&random) % 26), 'A', '\0'};
        struct assay_risk_where where = where_of((uint32_t)(support_random(&random) % 900),
                                                 (uint32_t)(support_random(&random) % 30), country);
        take(&where, position % 3 == 0, (uint16_t)position, position);
    }
    assay_risk_cells_take_dirty(cells, keep, &rows);
    assert_int_equal(rows.count, assay_risk_cells_count(cells));
    for (size_t i = 0; i < rows.count; i++) {
        assert_int_equal(load(other, &rows.row[i]), ASSAY_OK);
    }
    assert_int_equal(assay_risk_cells_count(other), rows.count);
    rows.count = 0;
    assay_risk_cells_take_dirty(cells, keep, &rows);
    assert_int_equal(rows.count, 0);
    struct assay_risk_where where = where_of(5, 6, "QQ");
    take(&where, true, 1, 1 << 20);
    take(&where, true, 1, 1 << 21);
    assay_risk_cells_take_dirty(cells, keep, &rows);
    assert_int_equal(rows.count, 2);
    assay_risk_cells_destroy(other);
    free(rows.row);
}

/* Filled to the bound, countries new to a batch are counted together, and what is loaded goes on
 * in the same way. */
static void beyond_the_bound_new_countries_share_a_cell(void **state)
{
    (void)state;
    const uint32_t room = ASSAY_RISK_CELLS_MAX - ASSAY_RISK_TILES_MAX - ASSAY_RISK_CELLS_OTHER;
    const struct assay_risk_state item = {0};
    uint64_t position = 8;
    for (uint32_t i = 0; assay_risk_cells_count(cells) < room; i++) {
        const char country[] = {(char)('A' + i / 26 % 26), (char)('A' + i % 26), '\0'};
        struct assay_risk_where where = where_of(i / 676, 5, country);
        take(&where, true, 0, position += 8);
    }
    struct assay_risk_where known = where_of(0, 5, "AB");
    struct assay_risk_where new_one = where_of(0, 5, "11");
    struct assay_risk_where new_other = where_of(0, 5, "22");
    take(&known, false, 10, position += 8);
    take(&new_one, false, 20, position += 8);
    take(&new_other, true, 30, position += 8);
    struct assay_risk_around around;
    assay_risk_cells_around(cells, &known, &item, &around);
    assert_int_equal(around.batch.mass, 10);
    struct assay_risk_where shared = where_of(0, 5, "ZZ");
    struct assay_risk_around together;
    assay_risk_cells_around(cells, &shared, &item, &together);
    assay_risk_cells_around(cells, &new_one, &item, &around);
    assert_int_equal(around.batch.mass, together.batch.mass);
    assay_risk_cells_around(cells, &new_other, &item, &around);
    assert_int_equal(around.batch.mass, together.batch.mass);
    assert_int_equal(around.product.mass, together.product.mass);
    assert_true(together.batch.mass >= 50);
    /* A new batch finds room, too. */
    struct assay_risk_where late = where_of(ASSAY_BATCHES_MAX - 1, 6, "CN");
    take(&late, true, 3, position += 8);
    assert_around(&late, 1, 3, 1, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_does_not_count_changes_no_cell, create, destroy),
        cmocka_unit_test_setup_teardown(batch_and_product_are_counted_by_country, create, destroy),
        cmocka_unit_test_setup_teardown(a_record_is_counted_once, create, destroy),
        cmocka_unit_test_setup_teardown(tiles_of_batch_and_product_are_counted, create, destroy),
        cmocka_unit_test_setup_teardown(a_day_adds_only_so_much, create, destroy),
        cmocka_unit_test_setup_teardown(rows_that_cannot_be_are_refused, create, destroy),
        cmocka_unit_test_setup_teardown(changed_rows_alone_are_written_and_all_are_read_back,
                                        create, destroy),
        cmocka_unit_test_setup_teardown(beyond_the_bound_new_countries_share_a_cell, create,
                                        destroy),
    };
    return cmocka_run_group_tests_name("risk_cells", tests, NULL, NULL);
}
