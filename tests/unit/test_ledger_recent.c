// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/ledger_recent.h"
#include "core/limits.h"

#define PIECE 100000 /* does not divide the room: pieces lie around its end */
#define GAP 48       /* a group's header, or what is left of a segment */

static struct assay_ledger_recent recent;

static void fill(uint8_t data[PIECE], unsigned number)
{
    for (size_t i = 0; i < PIECE; i++) {
        data[i] = (uint8_t)(number * 31 + i * 7);
    }
}

static void what_is_not_there_is_not_given(void **state)
{
    (void)state;
    uint8_t data[PIECE];
    uint8_t got[PIECE];
    assert_int_equal(assay_ledger_recent_init(&recent, 5000), ASSAY_OK);
    assert_false(assay_ledger_recent_get(&recent, 5000, got, 1));
    fill(data, 0);
    assay_ledger_recent_put(&recent, 6000, (struct assay_span){data, sizeof data});
    assert_false(assay_ledger_recent_get(&recent, 4999, got, 1));
    assert_false(assay_ledger_recent_get(&recent, 6000, got, PIECE + 1));
    assert_false(assay_ledger_recent_get(&recent, 6000 + PIECE - 95, got, 96));
    assert_false(assay_ledger_recent_get(&recent, 6000 + PIECE, got, 1));
    assert_false(assay_ledger_recent_get(&recent, UINT64_MAX, got, 1));
    assert_true(assay_ledger_recent_get(&recent, 6000 + PIECE - 96, got, 96));
    assert_memory_equal(got, data + PIECE - 96, 96);
    assay_ledger_recent_deinit(&recent);
}

static void the_last_bytes_are_there_and_older_ones_are_not(void **state)
{
    (void)state;
    uint8_t data[PIECE];
    uint8_t got[PIECE];
    uint64_t from = 3 * (uint64_t)ASSAY_LEDGER_RECENT_BYTES - 1000;
    assert_int_equal(assay_ledger_recent_init(&recent, from), ASSAY_OK);
    for (unsigned number = 0; number < 200; number++) {
        fill(data, number);
        assay_ledger_recent_put(&recent, from + number * (uint64_t)(PIECE + GAP),
                                (struct assay_span){data, sizeof data});
        for (unsigned back = 0; back <= number; back++) {
            uint64_t position = from + (number - back) * (uint64_t)(PIECE + GAP);
            uint64_t behind = recent.end - position;
            bool there = assay_ledger_recent_get(&recent, position, got, PIECE);
            assert_int_equal(there, behind <= ASSAY_LEDGER_RECENT_BYTES);
            if (there) {
                fill(data, number - back);
                assert_memory_equal(got, data, PIECE);
            }
        }
    }
    assay_ledger_recent_deinit(&recent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there_is_not_given),
        cmocka_unit_test(the_last_bytes_are_there_and_older_ones_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
