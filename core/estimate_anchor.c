// SPDX-License-Identifier: Apache-2.0
#include "core/estimate_anchor.h"

#include "core/real.h"

/* Grid of log rho: from -1.44 to 1.44, that is rho from .24 to 4.2. */
#define RHOS 25
#define RHO_STEP 0.12
#define RHO_PRIOR_SD 0.7 /* of log rho, before any purchase */
/* Scans never say less. */
#define SHARE_MIN 0.002
#define SHARE_MAX 0.98
/* Items are sold here and scanned there: a standard deviation of this part of the mean of all strata's
 * shares; beside what no stratum is known better than. */
#define ELSEWHERE 0.12
#define ELSEWHERE_SD_MOST 0.02
/* Of E2's standard deviation; strata err together, and the scatter that purchases tell holds that. */
#define OWN_ERROR 0.5
#define SHARE_SD_MIN 0.003
/* How probable it is that none are sold in a stratum, whatever is scanned there; and the share of
 * scanned ones by which that is e times less probable. */
#define NONE_SOLD 0.08
#define NONE_SOLD_SHARE 0.12
#define BAND 2.0
#define CHANCE_SD 0.5 /* of a region's log p_r around the brand's */

static const double scatters[ASSAY_ESTIMATE_SCATTERS] = {0.10, 0.20, 0.30, 0.40,
                                                         0.55, 0.75, 1.00, 1.40};
/* How probable each is before purchases: as found over markets of the simulator. */
static const double scatter_prior[ASSAY_ESTIMATE_SCATTERS] = {0.03, 0.10, 0.18, 0.21,
                                                              0.21, 0.15, 0.08, 0.04};

/* Fakes that no scan shows, of what is sold; how far that differs from stratum to stratum. */
static const double hidden[ASSAY_ESTIMATE_HIDDEN] = {0.0, 0.01, 0.02, 0.04, 0.08, 0.14, 0.25};
/* How probable each is before purchases. */
static const double hidden_prior[ASSAY_ESTIMATE_HIDDEN] = {0.50, 0.14, 0.10, 0.09,
                                                           0.07, 0.06, 0.04};
#define HIDDEN_SD 0.6

static double within(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

double assay_estimate_by_rho(double share, double rho)
{
    return share / (share + (1.0 - share) * rho);
}

double assay_estimate_region_chance(double scanned, double sold, double brand_chance)
{
    if (sold <= 0.0 || scanned <= 0.0 || brand_chance <= 0.0) {
        return brand_chance;
    }
    double precision = 1.0 / (CHANCE_SD * CHANCE_SD);
    double weight = scanned / (scanned + precision);
    double apart = assay_real_log(scanned / sold / brand_chance);
    return within(brand_chance * assay_real_exp(weight * apart), 0.0, 1.0);
}

struct beta {
    double a, b;
};

/* What a stratum's E3 is derived with. */
struct guess {
    double log_rho, log_rho_sd; /* sd: 0 where rho is given */
    double scatter;
    double hidden;
    double mean; /* share in all strata */
};

/* The Beta of a stratum's E3 before its own purchases. */
static struct beta beta_of(const struct assay_estimate_sold *stratum, const struct guess *guess)
{
    double e2 = within(stratum->e2.point, SHARE_MIN, SHARE_MAX);
    double mean = assay_estimate_by_rho(e2, assay_real_exp(guess->log_rho));
    double own_sd = OWN_ERROR * mean * (1.0 - mean) / (e2 * (1.0 - e2)) * stratum->e2_sd;
    double misplaced = within(ELSEWHERE * guess->mean, 0.0, ELSEWHERE_SD_MOST);
    double per_odds = mean * (1.0 - mean);
    double unseen = HIDDEN_SD * guess->hidden;
    double variance =
        per_odds * per_odds *
            (guess->scatter * guess->scatter + guess->log_rho_sd * guess->log_rho_sd) +
        own_sd * own_sd + SHARE_SD_MIN * SHARE_SD_MIN + misplaced * misplaced + unseen * unseen;
    mean += guess->hidden * (1.0 - mean);
    double worth = mean * (1.0 - mean) / variance - 1.0;
    worth = worth < 1.0 ? 1.0 : worth; /* no narrower than knowing one purchase */
    return (struct beta){worth * mean, worth * (1.0 - mean)};
}

/* log P(x of n) under a beta-binomial, but for the factor that does not depend on the beta. */
static double log_chance(struct beta beta, struct assay_estimate_count count)
{
    double x = (double)count.x;
    double n = (double)count.n;
    return assay_real_log_gamma(beta.a + x) + assay_real_log_gamma(beta.b + n - x) -
           assay_real_log_gamma(beta.a + beta.b + n) + assay_real_log_gamma(beta.a + beta.b) -
           assay_real_log_gamma(beta.a) - assay_real_log_gamma(beta.b);
}

static double log_rho_at(size_t i)
{
    return ((double)i - (double)(RHOS / 2)) * RHO_STEP;
}

typedef double grid_type[ASSAY_ESTIMATE_HIDDEN][RHOS][ASSAY_ESTIMATE_SCATTERS];

/* log of prior and likelihood at one point of the grid. */
static double log_weight(const struct assay_estimate_sold *strata, size_t count,
                         const struct guess *guess)
{
    double sum = -0.5 * guess->log_rho * guess->log_rho / (RHO_PRIOR_SD * RHO_PRIOR_SD);
    for (size_t k = 0; k < count; k++) {
        if (strata[k].purchases.n > 0) {
            sum += log_chance(beta_of(&strata[k], guess), strata[k].purchases);
        }
    }
    return sum;
}

/* The grid of what is hidden, rho and scatter, as probabilities. */
static void fill_grid(const struct assay_estimate_sold *strata, size_t count, double mean,
                      grid_type grid)
{
    double most = -assay_real_infinity();
    for (size_t h = 0; h < ASSAY_ESTIMATE_HIDDEN; h++) {
        for (size_t i = 0; i < RHOS; i++) {
            for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
                const struct guess guess = {.log_rho = log_rho_at(i),
                                            .scatter = scatters[j],
                                            .hidden = hidden[h],
                                            .mean = mean};
                grid[h][i][j] = log_weight(strata, count, &guess) +
                                assay_real_log(scatter_prior[j] * hidden_prior[h]);
                most = grid[h][i][j] > most ? grid[h][i][j] : most;
            }
        }
    }
    double total = 0.0;
    for (size_t k = 0; k < ASSAY_ESTIMATE_HIDDEN * RHOS * ASSAY_ESTIMATE_SCATTERS; k++) {
        double *at = &grid[0][0][0] + k;
        *at = assay_real_exp(*at - most);
        total += *at;
    }
    for (size_t k = 0; k < ASSAY_ESTIMATE_HIDDEN * RHOS * ASSAY_ESTIMATE_SCATTERS; k++) {
        *(&grid[0][0][0] + k) /= total;
    }
}

/* Sums over rho: weight, mean and square of its log. */
struct moments {
    double weight, first, second;
};

static double spread_of(const struct moments *moments)
{
    double mean = moments->first / moments->weight;
    double variance = moments->second / moments->weight - mean * mean;
    return assay_real_sqrt(variance > 0.0 ? variance : 0.0);
}

static void conclude(grid_type grid, struct assay_estimate_anchor *anchor)
{
    struct moments all = {0.0, 0.0, 0.0};
    for (size_t h = 0; h < ASSAY_ESTIMATE_HIDDEN; h++) {
        struct moments here = {0.0, 0.0, 0.0};
        for (size_t i = 0; i < RHOS; i++) {
            for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
                double log_rho = log_rho_at(i);
                anchor->hidden[h].weights[j] += grid[h][i][j];
                here.weight += grid[h][i][j];
                here.first += grid[h][i][j] * log_rho;
                here.second += grid[h][i][j] * log_rho * log_rho;
            }
        }
        if (here.weight > 0.0) {
            anchor->hidden[h].log_rho = here.first / here.weight;
            anchor->hidden[h].log_rho_sd = spread_of(&here);
        }
        anchor->hidden_mean += here.weight * hidden[h];
        all.weight += here.weight;
        all.first += here.first;
        all.second += here.second;
    }
    double mean = all.first / all.weight;
    double half = ASSAY_ESTIMATE_Z95 * spread_of(&all);
    anchor->rho = (struct assay_estimate){assay_real_exp(mean), assay_real_exp(mean - half),
                                          assay_real_exp(mean + half)};
}

enum assay_error assay_estimate_anchor_learn(const struct assay_estimate_sold *strata, size_t count,
                                             struct assay_estimate_anchor *anchor)
{
    uint64_t purchases = 0;
    double shares = 0.0;
    for (size_t k = 0; k < count; k++) {
        if (strata[k].purchases.x > strata[k].purchases.n) {
            return ASSAY_E_FIELD;
        }
        purchases += strata[k].purchases.n;
        shares += strata[k].e2.point * (double)strata[k].purchases.n;
    }
    struct assay_estimate_anchor found = {.rho = {1.0, 1.0 / BAND, BAND}};
    found.mean = purchases > 0 ? shares / (double)purchases : 0.0;
    if (purchases >= ASSAY_ESTIMATE_PURCHASES_MIN) {
        grid_type grid;
        fill_grid(strata, count, found.mean, grid);
        conclude(grid, &found);
        found.anchored = true;
    }
    *anchor = found;
    return ASSAY_OK;
}

#define PARTS_MAX (ASSAY_ESTIMATE_HIDDEN * ASSAY_ESTIMATE_SCATTERS)
#define PART_MIN 5e-4 /* rarer ones are left out */

/* The Betas of a stratum with its purchases, and how probable each is. */
struct posterior {
    struct {
        struct beta beta;
        double weight;
    } parts[PARTS_MAX];
    size_t count;
    double none; /* that there are no fakes; with the weights it adds up to 1 */
};

/* Probabilities of their logarithms, without the rare ones. */
static void norm(struct posterior *posterior, double none, double most)
{
    double total = none;
    for (size_t k = 0; k < posterior->count; k++) {
        posterior->parts[k].weight = assay_real_exp(posterior->parts[k].weight - most);
        total += posterior->parts[k].weight;
    }
    size_t kept = 0;
    double left = none;
    for (size_t k = 0; k < posterior->count; k++) {
        if (posterior->parts[k].weight >= PART_MIN * total) {
            left += posterior->parts[k].weight;
            posterior->parts[kept++] = posterior->parts[k];
        }
    }
    posterior->count = kept;
    posterior->none = none / left;
    for (size_t k = 0; k < kept; k++) {
        posterior->parts[k].weight /= left;
    }
}

static void update(const struct assay_estimate_anchor *anchor,
                   const struct assay_estimate_sold *stratum, struct posterior *posterior)
{
    double x = (double)stratum->purchases.x;
    double misses = (double)(stratum->purchases.n - stratum->purchases.x);
    double most = -assay_real_infinity();
    double none = NONE_SOLD * assay_real_exp(-stratum->e2.point / NONE_SOLD_SHARE);
    double none_hidden = 0.0;
    posterior->count = 0;
    for (size_t h = 0; h < ASSAY_ESTIMATE_HIDDEN; h++) {
        for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
            double weight = anchor->hidden[h].weights[j];
            const struct guess guess = {anchor->hidden[h].log_rho, anchor->hidden[h].log_rho_sd,
                                        scatters[j], hidden[h], anchor->mean};
            none_hidden += h == 0 ? weight : 0.0;
            if (weight <= 1e-6) {
                continue;
            }
            struct beta beta = beta_of(stratum, &guess);
            double log_of = log_chance(beta, stratum->purchases) + assay_real_log(weight);
            posterior->parts[posterior->count].beta = (struct beta){beta.a + x, beta.b + misses};
            posterior->parts[posterior->count++].weight = log_of;
            most = log_of > most ? log_of : most;
        }
    }
    none *= none_hidden; /* where some are hidden, some are sold */
    double odds = none / (1.0 - none);
    norm(posterior, x > 0.0 ? 0.0 : odds * assay_real_exp(-most), most);
}

/* The share below which the posterior lies with this chance: bisection to 2^-40. */
static double quantile(const struct posterior *posterior, double chance)
{
    double low = 0.0;
    double high = 1.0;
    for (int i = 0; i < 40; i++) {
        double middle = 0.5 * (low + high);
        double below = posterior->none;
        for (size_t k = 0; k < posterior->count; k++) {
            const struct beta *beta = &posterior->parts[k].beta;
            below += posterior->parts[k].weight * assay_real_beta_cdf(beta->a, beta->b, middle);
        }
        *(below < chance ? &low : &high) = middle;
    }
    return 0.5 * (low + high);
}

enum assay_error assay_estimate_e3(const struct assay_estimate_anchor *anchor,
                                   const struct assay_estimate_sold *stratum,
                                   struct assay_estimate *e3)
{
    if (stratum->purchases.x > stratum->purchases.n) {
        return ASSAY_E_FIELD;
    }
    if (!anchor->anchored) {
        e3->point = stratum->e2.point;
        e3->low = assay_estimate_by_rho(stratum->e2.low, BAND);
        e3->high = assay_estimate_by_rho(stratum->e2.high, 1.0 / BAND);
        return ASSAY_OK;
    }
    struct posterior posterior;
    update(anchor, stratum, &posterior);
    double mean = 0.0;
    for (size_t k = 0; k < posterior.count; k++) {
        const struct beta *beta = &posterior.parts[k].beta;
        mean += posterior.parts[k].weight * beta->a / (beta->a + beta->b);
    }
    bool maybe_none = stratum->e2.low <= 0.0 && stratum->purchases.x == 0;
    maybe_none = maybe_none || posterior.none >= 0.025;
    double low = maybe_none ? 0.0 : quantile(&posterior, 0.025);
    double high = quantile(&posterior, 0.975);
    e3->low = low;
    e3->high = high;
    e3->point = within(mean, low, high);
    return ASSAY_OK;
}
