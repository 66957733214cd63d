// SPDX-License-Identifier: Apache-2.0
/* Worlds with scans drawn from two known distributions: the classes, the counts and the sums. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/estimate_mixture.h"
#include "core/limits.h"

#define CODES 4000
#define SCANS_MAX 60

/* Four kinds of scans: how often the same item's are of a kind, and another item's. */
static const double old_share[4] = {0.70, 0.22, 0.06, 0.02};
static const double new_share[4] = {0.02, 0.10, 0.28, 0.60};

struct world {
    struct assay_estimate_scan scans[CODES][SCANS_MAX];
    uint32_t counts[CODES];
    double truth; /* further items */
};

static struct world world;
static uint64_t seed;

static double uniform(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(seed >> 11) * 0x1p-53;
}

static int16_t draw_llr(const double share[4])
{
    double at = uniform();
    size_t kind = 0;
    while (kind < 3 && at > share[kind]) {
        at -= share[kind++];
    }
    return (int16_t)lrint(1024.0 * log(new_share[kind] / old_share[kind]));
}

/* Codes of which some are copied; each further item brings a scan of its own and `again` others. */
static void make_world(double copied, uint32_t items, double again)
{
    seed = 20240301;
    world.truth = 0.0;
    for (size_t c = 0; c < CODES; c++) {
        uint32_t further = uniform() < copied ? items : 0;
        uint32_t n = 0;
        for (uint32_t item = 0; item <= further; item++) {
            world.scans[c][n++] = (struct assay_estimate_scan){
                .llr = draw_llr(new_share), .flags = item == 0 ? ASSAY_ESTIMATE_FIRST : 0};
            while (uniform() < again && n < SCANS_MAX - 1 - (further - item)) {
                world.scans[c][n++] = (struct assay_estimate_scan){.llr = draw_llr(old_share)};
            }
        }
        world.counts[c] = n;
        world.truth += further;
    }
}

static struct assay_estimate_code code_of(size_t c)
{
    return (struct assay_estimate_code){.scan_count = world.counts[c], .scans = world.scans[c]};
}

static struct assay_estimate_mixture *settle(bool backwards)
{
    struct assay_estimate_mixture *mixture;
    assert_int_equal(assay_estimate_mixture_create(1, &mixture), ASSAY_OK);
    for (size_t i = 0; i < CODES; i++) {
        struct assay_estimate_code code = code_of(backwards ? CODES - 1 - i : i);
        assert_int_equal(assay_estimate_mixture_learn(mixture, &code), ASSAY_OK);
    }
    assert_int_equal(assay_estimate_mixture_settle(mixture), ASSAY_OK);
    return mixture;
}

static struct assay_estimate_tally tally_of(const struct assay_estimate_mixture *mixture)
{
    struct assay_estimate_tally tally = {0};
    for (size_t c = 0; c < CODES; c++) {
        struct assay_estimate_code code = code_of(c);
        assay_estimate_mixture_tally(mixture, &code, &tally);
    }
    return tally;
}

static double found(double copied, uint32_t items)
{
    make_world(copied, items, 0.5);
    struct assay_estimate_mixture *mixture = settle(false);
    struct assay_estimate_tally tally = tally_of(mixture);
    assay_estimate_mixture_destroy(mixture);
    assert_int_equal(tally.firsts, CODES);
    double further = (double)tally.further / (double)ASSAY_ESTIMATE_ONE;
    print_message("copied %.2f on %u: truth %.0f, found %.0f\n", copied, items, world.truth,
                  further);
    return further;
}

static void none_is_none(void **state)
{
    (void)state;
    assert_true(found(0.0, 0) < 0.005 * CODES);
}

static void worlds_of_known_answer(void **state)
{
    (void)state;
    static const struct {
        double copied;
        uint32_t items;
        double off;
    } worlds[] = {{0.01, 20, 0.15}, {0.15, 2, 0.20}, {0.30, 3, 0.15}, {0.20, 1, 0.25}};
    for (size_t i = 0; i < ASSAY_COUNT_OF(worlds); i++) {
        double further = found(worlds[i].copied, worlds[i].items);
        assert_true(fabs(further - world.truth) < worlds[i].off * world.truth);
    }
}

/* The same, plainly: long doubles, no rows, no floats, no integers. */
static void plain_mix(double mix[ASSAY_ESTIMATE_CLASSES])
{
    static const double grid[ASSAY_ESTIMATE_SHARES] = {0,   .05, .12, .22, .33,
                                                       .42, .50, .58, .70, .85};
    static long double likelihood[CODES][ASSAY_ESTIMATE_CLASSES];
    static const long double begin[ASSAY_ESTIMATE_CLASSES] = {
        .93L, .01L, .01L, .01L, .01L, .005L, .005L, .005L, .005L, .005L, .005L};
    long double own[ASSAY_ESTIMATE_CLASSES];
    long double brand[ASSAY_ESTIMATE_CLASSES];
    memcpy(own, begin, sizeof begin);
    memcpy(brand, begin, sizeof begin);
    for (size_t c = 0; c < CODES; c++) {
        for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
            likelihood[c][k] = 1.0L;
            for (uint32_t i = 0; i < world.counts[c]; i++) {
                const struct assay_estimate_scan *scan = &world.scans[c][i];
                long double ratio = expl((long double)scan->llr / 1024.0L);
                long double w = k < ASSAY_ESTIMATE_SHARES ? (long double)grid[k] : 0.0L;
                if (!(scan->flags & ASSAY_ESTIMATE_FIRST)) {
                    likelihood[c][k] *=
                        k < ASSAY_ESTIMATE_SHARES ? 1.0L - w + w * ratio : 0.3L + 0.07L * ratio;
                }
            }
        }
    }
    for (int step = 0; step < 400; step++) {
        long double sums[ASSAY_ESTIMATE_CLASSES] = {0};
        long double codes = 0.0L;
        for (size_t c = 0; c < CODES; c++) {
            long double total = 0.0L;
            for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
                total += own[k] * likelihood[c][k];
            }
            for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES && world.counts[c] > 1; k++) {
                sums[k] += own[k] * likelihood[c][k] / total;
            }
            codes += world.counts[c] > 1;
        }
        for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
            brand[k] = (sums[k] + 20.0L * begin[k]) / (codes + 20.0L);
        }
        for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
            own[k] = (sums[k] + 8.0L * brand[k]) / (codes + 8.0L);
        }
    }
    for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
        mix[k] = (double)own[k];
    }
}

static void as_the_plain_one(void **state)
{
    (void)state;
    make_world(0.15, 2, 0.5);
    struct assay_estimate_mixture *mixture = settle(false);
    double mix[ASSAY_ESTIMATE_CLASSES];
    double plain[ASSAY_ESTIMATE_CLASSES];
    assay_estimate_mixture_show(mixture, 0, mix);
    plain_mix(plain);
    double total = 0.0;
    for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
        assert_true(fabs(mix[k] - plain[k]) < 1e-3);
        total += mix[k];
    }
    assert_true(fabs(total - 1.0) < 1e-12);
    assay_estimate_mixture_destroy(mixture);
}

static void order_does_not_matter(void **state)
{
    (void)state;
    make_world(0.15, 3, 0.5);
    struct assay_estimate_mixture *forwards = settle(false);
    struct assay_estimate_mixture *backwards = settle(true);
    double mix[2][ASSAY_ESTIMATE_CLASSES];
    assay_estimate_mixture_show(forwards, 0, mix[0]);
    assay_estimate_mixture_show(backwards, 0, mix[1]);
    assert_memory_equal(mix[0], mix[1], sizeof mix[0]);
    struct assay_estimate_tally one = tally_of(forwards);
    struct assay_estimate_tally other = tally_of(backwards);
    assert_memory_equal(&one, &other, sizeof one);
    assay_estimate_mixture_destroy(forwards);
    assay_estimate_mixture_destroy(backwards);
}

/* Strata get what is theirs: the parts of a code add up, whatever the strata are. */
static void strata_add_up(void **state)
{
    (void)state;
    make_world(0.15, 3, 0.5);
    struct assay_estimate_mixture *mixture = settle(false);
    struct assay_estimate_tally whole = tally_of(mixture);
    struct assay_estimate_tally parts[3] = {{0}};
    double chances[SCANS_MAX];
    double sum = 0.0;
    for (size_t c = 0; c < CODES; c++) {
        struct assay_estimate_code code = code_of(c);
        assert_true(assay_estimate_mixture_weigh(mixture, &code, chances) < 0.9);
        assert_true(chances[0] == 0.0);
        for (uint32_t i = 0; i < world.counts[c]; i++) {
            sum += chances[i];
            world.scans[c][i].stratum = i * 3 / world.counts[c];
        }
        assay_estimate_mixture_tally(mixture, &code, parts);
    }
    uint64_t further = parts[0].further + parts[1].further + parts[2].further;
    assert_int_equal(parts[0].firsts, CODES);
    assert_int_equal(parts[0].scans + parts[1].scans + parts[2].scans, whole.scans);
    double one = (double)ASSAY_ESTIMATE_ONE;
    assert_true(fabs((double)further - (double)whole.further) < 2.0 * CODES);
    assert_true(fabs((double)whole.further / one - sum) < 0.01);
    assert_true(whole.big <= whole.further);
    assert_true(whole.mistaken <= whole.further);
    assert_memory_equal(parts[0].codes_with, whole.codes_with, sizeof whole.codes_with);
    assay_estimate_mixture_destroy(mixture);
}

/* A photo that thousands scan within days is one item. */
static void bursts_are_noise(void **state)
{
    (void)state;
    make_world(0.01, 20, 0.5);
    for (size_t c = 0; c < 5; c++) {
        world.counts[c] = SCANS_MAX;
        for (uint32_t i = 0; i < SCANS_MAX; i++) {
            world.scans[c][i] = (struct assay_estimate_scan){
                .llr = draw_llr(new_share),
                .flags = i == 0 ? ASSAY_ESTIMATE_FIRST : ASSAY_ESTIMATE_BURST};
        }
    }
    struct assay_estimate_mixture *mixture = settle(false);
    double chances[SCANS_MAX];
    for (size_t c = 0; c < 5; c++) {
        struct assay_estimate_code code = code_of(c);
        assert_true(assay_estimate_mixture_weigh(mixture, &code, chances) > 0.99);
    }
    assay_estimate_mixture_destroy(mixture);
}

static void edges(void **state)
{
    (void)state;
    struct assay_estimate_mixture *mixture;
    assert_int_equal(assay_estimate_mixture_create(ASSAY_ESTIMATE_GROUPS_MAX + 1, &mixture),
                     ASSAY_E_FULL);
    assay_estimate_mixture_destroy(NULL);
    assert_int_equal(assay_estimate_mixture_create(2, &mixture), ASSAY_OK);
    struct assay_estimate_scan scans[2] = {{.flags = ASSAY_ESTIMATE_FIRST, .llr = INT16_MAX},
                                           {.llr = INT16_MIN}};
    struct assay_estimate_code code = {.group = 1, .scan_count = 1, .scans = scans};
    assert_int_equal(assay_estimate_mixture_learn(mixture, &code), ASSAY_OK);
    code.scan_count = 2;
    assert_int_equal(assay_estimate_mixture_learn(mixture, &code), ASSAY_OK);
    scans[1].llr = INT16_MAX;
    assert_int_equal(assay_estimate_mixture_learn(mixture, &code), ASSAY_OK);
    assert_int_equal(assay_estimate_mixture_settle(mixture), ASSAY_OK);
    double shares[ASSAY_ESTIMATE_CLASSES];
    for (uint32_t g = 0; g < 2; g++) {
        assay_estimate_mixture_show(mixture, g, shares);
        for (size_t k = 0; k < ASSAY_ESTIMATE_CLASSES; k++) {
            assert_true(shares[k] >= 0.0);
            assert_true(shares[k] <= 1.0);
        }
    }
    struct assay_estimate_tally tally = {0};
    assay_estimate_mixture_tally(mixture, &code, &tally);
    assert_int_equal(tally.scans, 2);
    assert_true(tally.further > 0);
    assay_estimate_mixture_destroy(mixture);
    assert_int_equal(assay_estimate_mixture_create(0, &mixture), ASSAY_OK);
    assert_int_equal(assay_estimate_mixture_settle(mixture), ASSAY_OK);
    assay_estimate_mixture_destroy(mixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_is_none),
        cmocka_unit_test(worlds_of_known_answer),
        cmocka_unit_test(as_the_plain_one),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(strata_add_up),
        cmocka_unit_test(bursts_are_noise),
        cmocka_unit_test(edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
