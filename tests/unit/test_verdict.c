// SPDX-License-Identifier: Apache-2.0
#include "core/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The rules once more, slowly: every verdict says by itself when it applies, and the first of the
 * table that does is the answer. */
static bool applies(enum assay_verdict verdict, const struct assay_decision *d)
{
    switch (verdict) {
    case ASSAY_VERDICT_NOT_ISSUED:
        return d->foreign_gtin;
    case ASSAY_VERDICT_VOID:
        return d->sale == ASSAY_SALE_VOID;
    case ASSAY_VERDICT_RECALLED:
        return d->sale == ASSAY_SALE_RECALLED;
    case ASSAY_VERDICT_EXPIRED:
        return d->expired;
    case ASSAY_VERDICT_NOT_ON_SALE:
        return d->sale == ASSAY_SALE_NOT_YET;
    case ASSAY_VERDICT_PIN_WRONG:
        return d->pin == ASSAY_PIN_WRONG;
    case ASSAY_VERDICT_SUSPECT:
        return d->risk == ASSAY_RISK_SUSPECT || d->risk == ASSAY_RISK_CLONED || d->foreign_lot ||
               (d->pin == ASSAY_PIN_RIGHT && d->confirmed_before && !d->confirmed_by_this_device);
    case ASSAY_VERDICT_CONFIRMED:
        return d->pin == ASSAY_PIN_RIGHT && (!d->confirmed_before || d->confirmed_by_this_device);
    case ASSAY_VERDICT_GENUINE:
        return d->pin == ASSAY_PIN_NONE && !d->seen_on_sale;
    case ASSAY_VERDICT_GENUINE_SEEN:
        return d->pin == ASSAY_PIN_NONE && d->seen_on_sale;
    default:
        return false;
    }
}

static enum assay_verdict decide_slowly(const struct assay_decision *decision)
{
    int verdict = 0;
    while (!applies((enum assay_verdict)verdict, decision)) {
        verdict++;
        assert_true(verdict < ASSAY_VERDICT_COUNT);
    }
    return (enum assay_verdict)verdict;
}

/* Every combination: 4 states of sale, 3 of the PIN, 4 levels, 6 flags. */
static void decide_agrees_with_the_rules_everywhere(void **state)
{
    (void)state;
    unsigned seen[ASSAY_VERDICT_COUNT] = {0};
    for (unsigned i = 0; i < 4 * 3 * 4 * 64; i++) {
        unsigned flags = i % 64;
        struct assay_decision decision = {
            .sale = (enum assay_item_sale)(i / 64 % 4),
            .risk = (enum assay_risk_level)(i / 256 % 4),
            .pin = (enum assay_pin_outcome)(i / 1024),
            .expired = flags & 1,
            .foreign_gtin = flags & 2,
            .foreign_lot = flags & 4,
            .seen_on_sale = flags & 8,
            .confirmed_before = flags & 16,
            .confirmed_by_this_device = flags & 32,
        };
        enum assay_verdict verdict = assay_decide(&decision);
        assert_int_equal(verdict, decide_slowly(&decision));
        seen[verdict]++;
    }
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        assert_int_equal(seen[i] > 0, i != ASSAY_VERDICT_MALFORMED);
    }
}

static void a_second_reveal_elsewhere_is_suspect(void **state)
{
    (void)state;
    struct assay_decision decision = {
        .sale = ASSAY_SALE_ON, .pin = ASSAY_PIN_RIGHT, .confirmed_before = true};
    assert_int_equal(assay_decide(&decision), ASSAY_VERDICT_SUSPECT);
    decision.confirmed_by_this_device = true;
    assert_int_equal(assay_decide(&decision), ASSAY_VERDICT_CONFIRMED);
}

static void the_table_is_in_order_of_precedence(void **state)
{
    (void)state;
    static const char *const names[] = {"malformed", "not_issued",  "void",        "recalled",
                                        "expired",   "not_on_sale", "pin_wrong",   "suspect",
                                        "confirmed", "genuine",     "genuine_seen"};
    assert_int_equal(ASSAY_COUNT_OF(names), ASSAY_VERDICT_COUNT);
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        enum assay_verdict verdict = ASSAY_VERDICT_COUNT;
        const struct assay_verdict_row *row = assay_verdict_row((enum assay_verdict)i);
        assert_string_equal(row->name, names[i]);
        assert_int_equal(assay_verdict_parse(names[i], &verdict), ASSAY_OK);
        assert_int_equal(verdict, i);
        assert_int_equal(row->class == ASSAY_VERDICT_GOOD, row->gs1[0] == '\0');
        assert_true(row->text_zh[0] != '\0');
        assert_true(row->text_en[0] != '\0');
    }
    enum assay_verdict untouched = ASSAY_VERDICT_VOID;
    assert_int_equal(assay_verdict_parse("Genuine", &untouched), ASSAY_E_FIELD);
    assert_int_equal(assay_verdict_parse("", &untouched), ASSAY_E_FIELD);
    assert_int_equal(untouched, ASSAY_VERDICT_VOID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decide_agrees_with_the_rules_everywhere),
        cmocka_unit_test(a_second_reveal_elsewhere_is_suspect),
        cmocka_unit_test(the_table_is_in_order_of_precedence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
