// SPDX-License-Identifier: Apache-2.0
#include "core/estimate_unseen.h"

#include "core/real.h"

#define ITERATIONS 40 /* the chance moves by half of the last move and less with each */
#define CHANCE_MIN 0.02
#define CHANCE_MAX 0.95
#define COPIES_USUAL 2.5
#define COPIES_WORTH 10.0 /* codes scanned on two items that this is worth */
#define COPIES_MAX 20.0

static double within(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* K, the number of items of a code that are scanned, is binomial (m + 1, p), so that
 * P(K = 3) / P(K = 2) = (m - 1) / 3 * p / (1 - p). */
double assay_estimate_copies(double twos, double threes, double chance)
{
    assay_assert(chance > 0.0);
    assay_assert(chance < 1.0);
    double odds = chance / (1.0 - chance);
    double usual = COPIES_WORTH * (COPIES_USUAL - 1.0) / 3.0 * odds;
    double ratio = (threes + usual) / (twos + COPIES_WORTH);
    return within(1.0 + 3.0 * ratio / odds, 1.0, COPIES_MAX);
}

/* Codes with K >= 2 show themselves; from them follow those with K >= 1, each of which has a first
 * scan; the genuine item, scanned with the chance p, accounts for p of these. */
static double unseen_per_code(double copies, double chance)
{
    double none = assay_real_exp((copies + 1.0) * assay_real_log1p(-chance));
    double one = (copies + 1.0) * chance / (1.0 - chance) * none;
    return (1.0 - none - chance) / (1.0 - none - one);
}

static double unseen_at(const struct assay_estimate_seen *seen, double copies, double chance,
                        double *taken)
{
    *taken = copies > 0.0 ? copies : assay_estimate_copies(seen->twos, seen->threes, chance);
    double small = seen->twos + seen->threes + seen->fours;
    double unseen = small * unseen_per_code(*taken, chance) + (1.0 - chance) * seen->more;
    return within(unseen, 0.0, seen->firsts);
}

struct assay_estimate_unseen assay_estimate_unseen(const struct assay_estimate_seen *seen,
                                                   double copies, double chance)
{
    assay_assert(copies == 0.0 || copies >= 1.0);
    assay_assert(chance > 0.0);
    assay_assert(chance < 1.0);
    struct assay_estimate_unseen found = {.scan_chance = chance};
    if (seen->units_sold <= 0.0) {
        found.fakes = unseen_at(seen, copies, chance, &found.copies);
        return found;
    }
    for (int i = 0; i < ITERATIONS; i++) {
        double genuine = seen->firsts - found.fakes;
        found.sales_short = genuine > seen->units_sold;
        found.scan_chance = within(genuine / seen->units_sold, CHANCE_MIN, CHANCE_MAX);
        double next = unseen_at(seen, copies, found.scan_chance, &found.copies);
        found.fakes = 0.5 * (found.fakes + next);
    }
    return found;
}

double assay_estimate_singles(double twos, double threes)
{
    double pairs = twos > 1.0 ? twos * (twos - 1.0) : 0.0;
    return 2.0 * pairs / (3.0 * (threes + 1.0));
}
