// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/estimate_unseen.h"

static double choose(int n, int k)
{
    double product = 1.0;
    for (int i = 0; i < k; i++) {
        product *= (double)(n - i) / (double)(i + 1);
    }
    return product;
}

/* What a world of `codes` copied codes, each on m fakes, shows in expectation. */
static struct assay_estimate_seen world(double codes, int m, double chance, double genuine)
{
    double with[64] = {0};
    for (int k = 0; k <= m + 1; k++) {
        with[k] = codes * choose(m + 1, k) * pow(chance, k) * pow(1.0 - chance, m + 1 - k);
    }
    struct assay_estimate_seen seen = {.twos = with[2], .threes = with[3], .fours = with[4]};
    for (int k = 5; k <= m + 1; k++) {
        seen.more += with[k];
    }
    seen.units_sold = genuine + codes;
    seen.firsts = chance * genuine + codes - with[0];
    return seen;
}

/* With counts in full the number of fakes scanned first comes out: of K >= 1 items, less p. */
static void it_comes_out(void **state)
{
    (void)state;
    for (int m = 1; m <= 4; m++) {
        for (double chance = 0.1; chance < 0.75; chance += 0.1) {
            struct assay_estimate_seen seen = world(100000, m, chance, 5e6);
            double truth = 100000 * (1.0 - pow(1.0 - chance, m + 1) - chance);
            struct assay_estimate_unseen found = assay_estimate_unseen(&seen, 0.0, 0.35);
            double more = (1.0 - chance) * seen.more; /* counted apart, nearly the same */
            assert_true(fabs(found.fakes - truth) < 0.03 * truth + 0.1 * more + 1.0);
            assert_true(fabs(found.scan_chance - chance) < 0.01);
            assert_true(fabs(found.copies - (double)m) < 0.05 * m);
            assert_false(found.sales_short);
        }
    }
}

static void the_more_copies_the_fewer_unseen(void **state)
{
    (void)state;
    struct assay_estimate_seen seen = world(1000, 2, 0.3, 100000);
    double last = 1e300;
    for (double copies = 1.0; copies < 12.0; copies += 0.5) {
        struct assay_estimate_unseen found = assay_estimate_unseen(&seen, copies, 0.35);
        assert_true(found.copies == copies);
        assert_true(found.fakes < last);
        last = found.fakes;
    }
}

static void little_is_known(void **state)
{
    (void)state;
    struct assay_estimate_seen nothing = {0};
    struct assay_estimate_unseen found = assay_estimate_unseen(&nothing, 0.0, 0.35);
    assert_true(found.fakes == 0.0);
    assert_true(found.scan_chance == 0.35);
    assert_true(found.copies == 2.5);
    struct assay_estimate_seen unsold = world(1000, 2, 0.3, 100000);
    unsold.units_sold = 0.0;
    found = assay_estimate_unseen(&unsold, 0.0, 0.3);
    assert_true(found.scan_chance == 0.3);
    assert_true(found.fakes > 0.0);
    /* never more than the first scans */
    struct assay_estimate_seen all = {.twos = 100.0, .firsts = 20.0};
    assert_true(assay_estimate_unseen(&all, 1.0, 0.02).fakes <= 20.0);
}

static void more_scanned_than_sold(void **state)
{
    (void)state;
    struct assay_estimate_seen seen = {.twos = 10.0, .firsts = 2000.0, .units_sold = 500.0};
    struct assay_estimate_unseen found = assay_estimate_unseen(&seen, 0.0, 0.35);
    assert_true(found.sales_short);
    assert_true(found.scan_chance <= 0.95);
    assert_true(isfinite(found.fakes));
}

static void bound_of_singles(void **state)
{
    (void)state;
    assert_true(assay_estimate_singles(0.0, 0.0) == 0.0);
    assert_true(assay_estimate_singles(1.0, 0.0) == 0.0);
    /* Poisson with lambda 1.2: f1 = 1000 * .3614, f2 = 216.9, f3 = 86.7 */
    assert_true(fabs(assay_estimate_singles(216.9, 86.7) - 361.4) < 8.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_comes_out),     cmocka_unit_test(the_more_copies_the_fewer_unseen),
        cmocka_unit_test(little_is_known),  cmocka_unit_test(more_scanned_than_sold),
        cmocka_unit_test(bound_of_singles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
