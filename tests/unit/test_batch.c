// SPDX-License-Identifier: Apache-2.0
#include "core/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ITEMS = 64 };

static struct assay_batch make_batch(uint32_t count)
{
    return (struct assay_batch){.handle = 7, .count = count, .expires_on = ASSAY_DAY_NONE};
}

static struct assay_range range_of(uint32_t first, uint32_t last)
{
    return (struct assay_range){first, last};
}

static enum assay_error move(struct assay_batch *batch, enum assay_batch_move what, uint32_t first,
                             uint32_t last)
{
    struct assay_reason reason = {0};
    enum assay_error error = assay_batch_move(batch, what, range_of(first, last), "why", &reason);
    assert_int_equal(error == ASSAY_OK, reason.text[0] == '\0');
    return error;
}

static void ranges_outside_the_batch_are_refused(void **state)
{
    (void)state;
    struct assay_batch batch = make_batch(10);
    for (int what = 0; what < ASSAY_MOVES; what++) {
        assert_int_equal(move(&batch, (enum assay_batch_move)what, 0, 10), ASSAY_E_FIELD);
        assert_int_equal(move(&batch, (enum assay_batch_move)what, 5, 4), ASSAY_E_FIELD);
        assert_int_equal(move(&batch, (enum assay_batch_move)what, UINT32_MAX, UINT32_MAX),
                         ASSAY_E_FIELD);
    }
    assert_string_equal(assay_batch_state_name(&batch), "created");
}

static void void_and_recall_need_a_clean_reason(void **state)
{
    (void)state;
    struct assay_batch batch = make_batch(10);
    char longest[ASSAY_REASON_MAX + 2];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const bad[] = {NULL, "", "  ", "a\nb", "\xFF", longest};
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        struct assay_reason reason;
        assert_int_equal(assay_batch_move(&batch, ASSAY_MOVE_VOID, range_of(0, 9), bad[i], &reason),
                         ASSAY_E_FIELD);
        assert_non_null(strstr(reason.text, "reason:"));
        assert_int_equal(
            assay_batch_move(&batch, ASSAY_MOVE_RECALL, range_of(0, 9), bad[i], &reason),
            ASSAY_E_FIELD);
    }
    longest[ASSAY_REASON_MAX] = '\0';
    struct assay_reason reason;
    assert_int_equal(assay_batch_move(&batch, ASSAY_MOVE_VOID, range_of(0, 1), longest, &reason),
                     ASSAY_OK);
    assert_string_equal(batch.void_reason, longest);
    assert_int_equal(assay_batch_move(&batch, ASSAY_MOVE_VOID, range_of(0, 1), "short", &reason),
                     ASSAY_OK);
    assert_string_equal(batch.void_reason, "short");
    assert_int_equal(assay_batch_move(&batch, ASSAY_MOVE_ACTIVATE, range_of(0, 9), NULL, &reason),
                     ASSAY_OK);
    assay_batch_deinit(&batch);
}

static void illegal_moves_are_refused(void **state)
{
    (void)state;
    struct assay_batch batch = make_batch(10);
    assert_int_equal(move(&batch, ASSAY_MOVE_CLOSE, 0, 9), ASSAY_E_TRANSITION);
    assert_int_equal(move(&batch, ASSAY_MOVE_ACTIVATE, 0, 4), ASSAY_OK);
    assert_int_equal(move(&batch, ASSAY_MOVE_ACTIVATE, 1, 3), ASSAY_E_TRANSITION);
    assert_int_equal(move(&batch, ASSAY_MOVE_CLOSE, 0, 4), ASSAY_E_FIELD);
    assert_int_equal(move(&batch, ASSAY_MOVE_CLOSE, 0, 9), ASSAY_OK);
    assert_int_equal(move(&batch, ASSAY_MOVE_CLOSE, 0, 9), ASSAY_E_TRANSITION);
    assert_int_equal(move(&batch, ASSAY_MOVE_ACTIVATE, 5, 9), ASSAY_E_TRANSITION);
    assert_int_equal(assay_batch_item_sale(&batch, 4), ASSAY_SALE_ON);
    assert_int_equal(assay_batch_item_sale(&batch, 5), ASSAY_SALE_NOT_YET);
    assert_int_equal(move(&batch, ASSAY_MOVE_SHIP, 0, 9), ASSAY_OK);
    assert_int_equal(move(&batch, ASSAY_MOVE_SHIP, 0, 9), ASSAY_E_TRANSITION);
    assert_int_equal(move(&batch, ASSAY_MOVE_RECALL, 0, 9), ASSAY_OK);
    assert_int_equal(move(&batch, ASSAY_MOVE_VOID, 0, 9), ASSAY_OK);
    assay_batch_deinit(&batch);
}

static void void_wins_and_stays(void **state)
{
    (void)state;
    struct assay_batch batch = make_batch(10);
    assert_int_equal(move(&batch, ASSAY_MOVE_VOID, 2, 5), ASSAY_OK);
    assert_int_equal(move(&batch, ASSAY_MOVE_ACTIVATE, 2, 5), ASSAY_E_TRANSITION);
    assert_int_equal(move(&batch, ASSAY_MOVE_ACTIVATE, 0, 9), ASSAY_OK);
    assert_int_equal(move(&batch, ASSAY_MOVE_RECALL, 5, 6), ASSAY_OK);
    assert_int_equal(assay_batch_item_sale(&batch, 1), ASSAY_SALE_ON);
    assert_int_equal(assay_batch_item_sale(&batch, 2), ASSAY_SALE_VOID);
    assert_int_equal(assay_batch_item_sale(&batch, 5), ASSAY_SALE_VOID);
    assert_int_equal(assay_batch_item_sale(&batch, 6), ASSAY_SALE_RECALLED);
    assert_int_equal(assay_batch_item_sale(&batch, 7), ASSAY_SALE_ON);
    assay_batch_deinit(&batch);
}

static void a_batch_has_one_word_for_its_state(void **state)
{
    (void)state;
    struct assay_batch batch = make_batch(10);
    assert_string_equal(assay_batch_state_name(&batch), "created");
    assert_int_equal(move(&batch, ASSAY_MOVE_ACTIVATE, 0, 4), ASSAY_OK);
    assert_string_equal(assay_batch_state_name(&batch), "partly_active");
    assert_int_equal(move(&batch, ASSAY_MOVE_ACTIVATE, 5, 9), ASSAY_OK);
    assert_string_equal(assay_batch_state_name(&batch), "active");
    assert_int_equal(move(&batch, ASSAY_MOVE_RECALL, 0, 5), ASSAY_OK);
    assert_string_equal(assay_batch_state_name(&batch), "active");
    assert_int_equal(move(&batch, ASSAY_MOVE_CLOSE, 0, 9), ASSAY_OK);
    assert_string_equal(assay_batch_state_name(&batch), "closed");
    assert_int_equal(move(&batch, ASSAY_MOVE_VOID, 4, 9), ASSAY_OK);
    assert_string_equal(assay_batch_state_name(&batch), "recalled");
    assert_int_equal(move(&batch, ASSAY_MOVE_VOID, 0, 3), ASSAY_OK);
    assert_string_equal(assay_batch_state_name(&batch), "void");
    assay_batch_deinit(&batch);
}

static void the_expiry_day_is_inclusive(void **state)
{
    (void)state;
    struct assay_batch batch = make_batch(1);
    assert_false(assay_batch_expired(&batch, INT32_MAX));
    batch.expires_on = 100;
    assert_false(assay_batch_expired(&batch, 100));
    assert_true(assay_batch_expired(&batch, 101));
}

static void move_names_go_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < ASSAY_MOVES; i++) {
        enum assay_batch_move parsed = ASSAY_MOVES;
        const char *name = assay_batch_move_name((enum assay_batch_move)i);
        assert_int_equal(assay_batch_move_parse(name, &parsed), ASSAY_OK);
        assert_int_equal(parsed, i);
    }
    enum assay_batch_move untouched = ASSAY_MOVES;
    assert_int_equal(assay_batch_move_parse("unvoid", &untouched), ASSAY_E_FIELD);
    assert_int_equal(untouched, ASSAY_MOVES);
}

static void a_full_set_takes_only_what_merges(void **state)
{
    (void)state;
    struct assay_range_set set = {0};
    for (uint32_t i = 0; i < ASSAY_BATCH_RANGES_MAX; i++) {
        assert_int_equal(assay_range_set_add(&set, range_of(4 * i, 4 * i)), ASSAY_OK);
    }
    assert_int_equal(assay_range_set_add(&set, range_of(2, 2)), ASSAY_E_FULL);
    assert_int_equal(set.count, ASSAY_BATCH_RANGES_MAX);
    assert_int_equal(assay_range_set_add(&set, range_of(1, 1)), ASSAY_OK);
    assert_int_equal(assay_range_set_total(&set), ASSAY_BATCH_RANGES_MAX + 1);
    assert_int_equal(assay_range_set_add(&set, range_of(0, UINT32_MAX)), ASSAY_OK);
    assert_int_equal(set.count, 1);
    assert_int_equal(assay_range_set_total(&set), (uint64_t)UINT32_MAX + 1);
    assert_true(assay_range_set_has(&set, UINT32_MAX));
    free(set.ranges);
}

static void check_against_plain(const struct assay_range_set *set, const bool plain[ITEMS])
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < ITEMS; i++) {
        assert_int_equal(assay_range_set_has(set, i), plain[i]);
        total += plain[i];
    }
    assert_int_equal(assay_range_set_total(set), total);
    for (uint32_t i = 0; i < set->count; i++) {
        assert_true(set->ranges[i].first <= set->ranges[i].last);
        assert_true(i == 0 || set->ranges[i - 1].last + 1 < set->ranges[i].first);
    }
}

/* Random ranges into a set and into a plain array of truths. */
static void sets_agree_with_a_plain_array(void **state)
{
    (void)state;
    unsigned seed = 20261121;
    printf("seed %u\n", seed);
    srandom(seed);
    for (int round = 0; round < 2000; round++) {
        struct assay_range_set set = {0};
        bool plain[ITEMS] = {false};
        for (int step = 0; step < 12; step++) {
            uint32_t first = (uint32_t)random() % ITEMS;
            uint32_t last = first + (uint32_t)random() % 6;
            last = last < ITEMS ? last : ITEMS - 1;
            assert_int_equal(assay_range_set_add(&set, range_of(first, last)), ASSAY_OK);
            memset(plain + first, true, last - first + 1);
            check_against_plain(&set, plain);
        }
        free(set.ranges);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_outside_the_batch_are_refused),
        cmocka_unit_test(void_and_recall_need_a_clean_reason),
        cmocka_unit_test(illegal_moves_are_refused),
        cmocka_unit_test(void_wins_and_stays),
        cmocka_unit_test(a_batch_has_one_word_for_its_state),
        cmocka_unit_test(the_expiry_day_is_inclusive),
        cmocka_unit_test(move_names_go_both_ways),
        cmocka_unit_test(a_full_set_takes_only_what_merges),
        cmocka_unit_test(sets_agree_with_a_plain_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
