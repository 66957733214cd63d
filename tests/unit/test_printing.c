// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/printing.h"
#include "tests/support/ledger_support.h"

static struct assay_reason reason;

static enum assay_error print(struct assay_batch *batch, uint32_t first, uint32_t last)
{
    struct assay_range range = {first, last};
    return assay_batch_print(batch, ASSAY_PRINT_FIRST, (struct assay_ranges){&range, 1}, &reason);
}

static enum assay_error reprint(struct assay_batch *batch, uint32_t first, uint32_t last)
{
    struct assay_range range = {first, last};
    return assay_batch_print(batch, ASSAY_PRINT_REPRINT, (struct assay_ranges){&range, 1}, &reason);
}

static enum assay_error spoil(struct assay_batch *batch, uint32_t first, uint32_t last)
{
    return assay_batch_spoil(batch, (struct assay_range){first, last}, &reason);
}

static enum assay_error reserve(struct assay_batch *batch, uint32_t first, uint32_t last)
{
    return assay_batch_reserve(batch, (struct assay_range){first, last}, &reason);
}

static enum assay_error may_activate(const struct assay_batch *batch, uint32_t first, uint32_t last)
{
    return assay_batch_check_activation(batch, ASSAY_MOVE_ACTIVATE,
                                        (struct assay_range){first, last}, &reason);
}

static enum assay_error activate(struct assay_batch *batch, uint32_t first, uint32_t last)
{
    enum assay_error error = may_activate(batch, first, last);
    struct assay_range range = {first, last};
    return error == ASSAY_OK ? assay_batch_move(batch, ASSAY_MOVE_ACTIVATE, range, "", &reason)
                             : error;
}

static void nothing_is_printed_twice(void **state)
{
    (void)state;
    struct assay_batch batch = {.count = 100};
    assert_int_equal(print(&batch, 0, 100), ASSAY_E_FIELD);
    assert_int_equal(reprint(&batch, 0, 9), ASSAY_E_TRANSITION);
    assert_int_equal(print(&batch, 0, 49), ASSAY_OK);
    assert_int_equal(print(&batch, 49, 60), ASSAY_E_EXISTS);
    assert_non_null(strstr(reason.text, "49-49"));
    assert_int_equal(reprint(&batch, 0, 9), ASSAY_E_TRANSITION);
    assert_int_equal(spoil(&batch, 5, 9), ASSAY_OK);
    assert_int_equal(reprint(&batch, 4, 9), ASSAY_E_TRANSITION);
    assert_int_equal(reprint(&batch, 5, 8), ASSAY_OK);
    assert_int_equal(reprint(&batch, 5, 8), ASSAY_E_TRANSITION);
    assert_true(assay_range_set_has(&batch.spoiled, 9));
    assert_int_equal(assay_range_set_total(&batch.spoiled), 1);
    assay_batch_deinit(&batch);
}

static void only_printed_labels_spoil_and_only_once(void **state)
{
    (void)state;
    struct assay_batch batch = {.count = 100};
    assert_int_equal(spoil(&batch, 0, 0), ASSAY_E_TRANSITION);
    assert_int_equal(print(&batch, 10, 19), ASSAY_OK);
    assert_int_equal(spoil(&batch, 9, 10), ASSAY_E_TRANSITION);
    assert_int_equal(spoil(&batch, 10, 100), ASSAY_E_FIELD);
    assert_int_equal(spoil(&batch, 12, 11), ASSAY_E_FIELD);
    assert_int_equal(spoil(&batch, 12, 13), ASSAY_OK);
    assert_int_equal(spoil(&batch, 13, 14), ASSAY_E_TRANSITION);
    assert_int_equal(activate(&batch, 15, 19), ASSAY_OK);
    assert_int_equal(spoil(&batch, 14, 15), ASSAY_E_TRANSITION);
    assert_non_null(strstr(reason.text, "15-15 are active"));
    assay_batch_deinit(&batch);
}

static void only_good_labels_are_activated(void **state)
{
    (void)state;
    struct assay_batch batch = {.count = 100};
    assert_int_equal(reserve(&batch, 90, 99), ASSAY_OK);
    assert_int_equal(assay_batch_reserved_tail(&batch), 10);
    assert_int_equal(may_activate(&batch, 0, 89), ASSAY_OK); /* nothing is reported yet */
    assert_int_equal(may_activate(&batch, 0, 90), ASSAY_E_TRANSITION);
    assert_non_null(strstr(reason.text, "decoys"));
    assert_int_equal(print(&batch, 80, 95), ASSAY_E_TRANSITION);
    assert_int_equal(print(&batch, 0, 49), ASSAY_OK);
    assert_int_equal(spoil(&batch, 20, 20), ASSAY_OK);
    assert_int_equal(may_activate(&batch, 0, 60), ASSAY_E_TRANSITION);
    assert_non_null(strstr(reason.text, "50-60"));
    assert_int_equal(may_activate(&batch, 60, 61), ASSAY_E_TRANSITION);
    assert_int_equal(may_activate(&batch, 0, 20), ASSAY_E_TRANSITION);
    assert_non_null(strstr(reason.text, "20-20 are spoiled"));
    assert_int_equal(assay_batch_check_activation(&batch, ASSAY_MOVE_ACTIVATE_UNREPORTED,
                                                  (struct assay_range){0, 5}, &reason),
                     ASSAY_E_TRANSITION);
    assert_int_equal(activate(&batch, 0, 5), ASSAY_OK);
    struct assay_range run;
    assert_true(assay_batch_next_good(&batch, 0, &run));
    assert_int_equal(run.first, 6);
    assert_int_equal(run.last, 19);
    assert_true(assay_batch_next_good(&batch, 20, &run));
    assert_int_equal(run.first, 21);
    assert_int_equal(run.last, 49);
    assert_false(assay_batch_next_good(&batch, 50, &run));
    assay_batch_deinit(&batch);
}

static void decoys_are_reserved_in_time(void **state)
{
    (void)state;
    struct assay_batch batch = {.count = 100};
    assert_int_equal(print(&batch, 0, 9), ASSAY_OK);
    assert_int_equal(reserve(&batch, 9, 12), ASSAY_E_TRANSITION);
    assert_int_equal(reserve(&batch, 95, 99), ASSAY_OK);
    assert_int_equal(reserve(&batch, 99, 99), ASSAY_E_TRANSITION);
    assert_int_equal(reserve(&batch, 99, 100), ASSAY_E_FIELD);
    assert_int_equal(reserve(&batch, 50, 50), ASSAY_OK);
    assert_int_equal(assay_batch_reserved_tail(&batch), 5);
    assay_batch_deinit(&batch);
}

/* -- against a plain array -- */

#define ITEMS 300

struct model {
    struct assay_batch batch;
    struct {
        bool printed;
        bool spoiled;
        bool voided;
        bool active;
        bool reserved;
    } item[ITEMS];
};

static void step(struct model *model, uint64_t *random)
{
    uint32_t first = (uint32_t)(support_random(random) % ITEMS);
    uint32_t most = ITEMS - first < 30 ? ITEMS - first : 30;
    struct assay_range range = {first, first + (uint32_t)(support_random(random) % most)};
    uint64_t what = support_random(random) % 6;
    bool allowed = true;
    bool all_void = true;
    bool all_active = true;
    bool any_printed = model->batch.printed.count > 0;
    for (uint32_t i = range.first; i <= range.last; i++) {
        bool printed = model->item[i].printed;
        bool spoiled = model->item[i].spoiled;
        bool reserved = model->item[i].reserved;
        bool voided = model->item[i].voided;
        bool active = model->item[i].active;
        const bool rules[] = {!printed && !reserved,
                              spoiled,
                              printed && !spoiled && !active,
                              !reserved && (!any_printed || (printed && !spoiled)),
                              true,
                              !printed && !active && !voided && !reserved};
        allowed = allowed && rules[what];
        all_void = all_void && voided;
        all_active = all_active && active;
    }
    allowed = allowed && !(what == 3 && (all_void || all_active));
    enum assay_error error = ASSAY_OK;
    switch (what) {
    case 0:
        error = allowed ? print(&model->batch, range.first, range.last) : ASSAY_E_TRANSITION;
        break;
    case 1:
        error = allowed ? reprint(&model->batch, range.first, range.last) : ASSAY_E_TRANSITION;
        break;
    case 2:
        error = spoil(&model->batch, range.first, range.last);
        break;
    case 3:
        error = activate(&model->batch, range.first, range.last);
        break;
    case 4:
        error = assay_batch_move(&model->batch, ASSAY_MOVE_VOID, range, "lost", &reason);
        break;
    default:
        error = reserve(&model->batch, range.first, range.last);
        break;
    }
    assert_int_equal(error == ASSAY_OK, allowed);
    for (uint32_t i = range.first; allowed && i <= range.last; i++) {
        model->item[i].printed = model->item[i].printed || what == 0;
        model->item[i].spoiled = what == 2 || (model->item[i].spoiled && what != 1);
        model->item[i].active = model->item[i].active || what == 3;
        model->item[i].voided = model->item[i].voided || what == 4;
        model->item[i].reserved = model->item[i].reserved || what == 5;
    }
}

static void compare(const struct model *model)
{
    struct assay_reconciliation wanted = {0};
    for (uint32_t i = 0; i < ITEMS; i++) {
        if (model->item[i].reserved) {
            wanted.reserved++;
        } else if (model->item[i].voided) {
            wanted.voided++;
        } else if (model->item[i].spoiled) {
            wanted.spoiled++;
        } else if (model->item[i].printed) {
            wanted.good++;
        } else {
            wanted.unaccounted++;
        }
    }
    wanted.issued = ITEMS - wanted.reserved;
    struct assay_reconciliation sums;
    assay_batch_reconcile(&model->batch, &sums);
    assert_memory_equal(&sums, &wanted, sizeof sums);
    assert_int_equal(sums.issued, sums.good + sums.spoiled + sums.voided + sums.unaccounted);
    uint32_t from = 0;
    struct assay_range run;
    while (assay_batch_next_good(&model->batch, from, &run)) {
        for (uint32_t i = from; i <= run.last; i++) {
            bool good = model->item[i].printed && !model->item[i].spoiled &&
                        !model->item[i].voided && !model->item[i].active &&
                        !model->item[i].reserved;
            assert_int_equal(good, i >= run.first);
        }
        from = run.last + 1;
    }
}

static void sums_agree_with_a_plain_array(void **state)
{
    (void)state;
    uint64_t random = support_seed();
    for (unsigned round = 0; round < 60; round++) {
        struct model model = {.batch = {.count = ITEMS}};
        for (unsigned i = 0; i < 150; i++) {
            step(&model, &random);
            compare(&model);
        }
        assay_batch_deinit(&model.batch);
    }
}

static void kinds_have_names(void **state)
{
    (void)state;
    enum assay_print_kind kind = ASSAY_PRINT_FIRST;
    assert_int_equal(assay_print_kind_parse("reprint", &kind), ASSAY_OK);
    assert_int_equal(kind, ASSAY_PRINT_REPRINT);
    assert_int_equal(assay_print_kind_parse("Reprint", &kind), ASSAY_E_FIELD);
    assert_string_equal(assay_print_kind_name(ASSAY_PRINT_FIRST), "print");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_printed_twice),
        cmocka_unit_test(only_printed_labels_spoil_and_only_once),
        cmocka_unit_test(only_good_labels_are_activated),
        cmocka_unit_test(decoys_are_reserved_in_time),
        cmocka_unit_test(sums_agree_with_a_plain_array),
        cmocka_unit_test(kinds_have_names),
    };
    return cmocka_run_group_tests_name("printing", tests, NULL, NULL);
}
