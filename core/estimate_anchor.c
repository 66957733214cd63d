// SPDX-License-Identifier: Apache-2.0
#include "core/estimate_anchor.h"

#include "core/real.h"

/* Grid of log rho: from -1.44 to 1.44, that is rho from .24 to 4.2. */
#define RHOS 49
#define RHO_STEP 0.06
#define RHO_PRIOR_SD 0.7 /* of log rho, before any purchase */
/* Scans never say less: some fakes cannot be seen. */
#define SHARE_MIN 0.002
#define SHARE_MAX 0.98
/* Items are sold here and scanned there: this part of a stratum's share is that of all strata, and
 * its standard deviation is as much again; beside what no stratum is known better than. */
#define ELSEWHERE 0.12
#define ELSEWHERE_SD_MOST 0.02
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
    double mean; /* share in all strata */
};

/* The Beta of a stratum's E3 before its own purchases. */
static struct beta beta_of(const struct assay_estimate_sold *stratum, const struct guess *guess)
{
    double e2 = within(stratum->e2.point, SHARE_MIN, SHARE_MAX);
    double mean = assay_estimate_by_rho(e2, assay_real_exp(guess->log_rho));
    mean += ELSEWHERE * (guess->mean - mean);
    double odds_sd = mean * (1.0 - mean) / (e2 * (1.0 - e2)) * stratum->e2_sd;
    double misplaced = within(ELSEWHERE * guess->mean, 0.0, ELSEWHERE_SD_MOST);
    double per_odds = mean * (1.0 - mean);
    double variance =
        per_odds * per_odds *
            (guess->scatter * guess->scatter + guess->log_rho_sd * guess->log_rho_sd) +
        odds_sd * odds_sd + SHARE_SD_MIN * SHARE_SD_MIN + misplaced * misplaced;
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

/* log of prior and likelihood over the grid of rho and scatter. */
static void fill_grid(const struct assay_estimate_sold *strata, size_t count, double mean,
                      double grid[RHOS][ASSAY_ESTIMATE_SCATTERS])
{
    for (size_t i = 0; i < RHOS; i++) {
        double log_rho = log_rho_at(i);
        double prior = -0.5 * log_rho * log_rho / (RHO_PRIOR_SD * RHO_PRIOR_SD);
        for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
            struct guess guess = {.log_rho = log_rho, .scatter = scatters[j], .mean = mean};
            grid[i][j] = prior + assay_real_log(scatter_prior[j]);
            for (size_t k = 0; k < count; k++) {
                if (strata[k].purchases.n > 0) {
                    grid[i][j] += log_chance(beta_of(&strata[k], &guess), strata[k].purchases);
                }
            }
        }
    }
}

/* The grid as probabilities, added up by rho and by scatter. */
static void add_up(double grid[RHOS][ASSAY_ESTIMATE_SCATTERS], double rhos[RHOS],
                   double weights[ASSAY_ESTIMATE_SCATTERS])
{
    double most = grid[0][0];
    for (size_t i = 0; i < RHOS; i++) {
        for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
            most = grid[i][j] > most ? grid[i][j] : most;
        }
    }
    double total = 0.0;
    for (size_t i = 0; i < RHOS; i++) {
        for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
            double chance = assay_real_exp(grid[i][j] - most);
            rhos[i] += chance;
            weights[j] += chance;
            total += chance;
        }
    }
    for (size_t i = 0; i < RHOS; i++) {
        rhos[i] /= total;
    }
    for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
        weights[j] /= total;
    }
}

/* Mean and 95% interval of log rho. */
static void conclude(const double rhos[RHOS], struct assay_estimate_anchor *anchor)
{
    double mean = 0.0;
    double square = 0.0;
    for (size_t i = 0; i < RHOS; i++) {
        double log_rho = log_rho_at(i);
        mean += rhos[i] * log_rho;
        square += rhos[i] * log_rho * log_rho;
    }
    double variance = square - mean * mean;
    anchor->rho_sd = assay_real_sqrt(variance > 0.0 ? variance : 0.0);
    double half = ASSAY_ESTIMATE_Z95 * anchor->rho_sd;
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
        double grid[RHOS][ASSAY_ESTIMATE_SCATTERS];
        double rhos[RHOS] = {0};
        fill_grid(strata, count, found.mean, grid);
        add_up(grid, rhos, found.weights);
        conclude(rhos, &found);
        found.anchored = true;
    }
    *anchor = found;
    return ASSAY_OK;
}

/* The Betas of a stratum with its purchases, one for each scatter, and how probable each is. */
struct posterior {
    struct beta betas[ASSAY_ESTIMATE_SCATTERS];
    double weights[ASSAY_ESTIMATE_SCATTERS];
    double none; /* that there are no fakes; with the weights it adds up to 1 */
};

static void update(const struct assay_estimate_anchor *anchor,
                   const struct assay_estimate_sold *stratum, struct posterior *posterior)
{
    double log_rho = assay_real_log(anchor->rho.point);
    double x = (double)stratum->purchases.x;
    double misses = (double)(stratum->purchases.n - stratum->purchases.x);
    double most = -assay_real_infinity();
    double logs[ASSAY_ESTIMATE_SCATTERS];
    for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
        struct guess guess = {log_rho, anchor->rho_sd, scatters[j], anchor->mean};
        struct beta beta = beta_of(stratum, &guess);
        posterior->betas[j] = (struct beta){beta.a + x, beta.b + misses};
        logs[j] = log_chance(beta, stratum->purchases);
        most = logs[j] > most ? logs[j] : most;
    }
    double none = NONE_SOLD * assay_real_exp(-stratum->e2.point / NONE_SOLD_SHARE);
    posterior->none = x > 0.0 ? 0.0 : none * assay_real_exp(-most);
    double total = posterior->none;
    for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
        posterior->weights[j] = (1.0 - none) * anchor->weights[j] * assay_real_exp(logs[j] - most);
        total += posterior->weights[j];
    }
    posterior->none /= total;
    for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
        posterior->weights[j] /= total;
    }
}

/* The share below which the posterior lies with this chance: bisection to 2^-40. */
static double quantile(const struct posterior *posterior, double chance)
{
    double low = 0.0;
    double high = 1.0;
    for (int i = 0; i < 40; i++) {
        double middle = 0.5 * (low + high);
        double below = posterior->none;
        for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
            if (posterior->weights[j] > 1e-6) {
                below += posterior->weights[j] *
                         assay_real_beta_cdf(posterior->betas[j].a, posterior->betas[j].b, middle);
            }
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
    for (size_t j = 0; j < ASSAY_ESTIMATE_SCATTERS; j++) {
        const struct beta *beta = &posterior.betas[j];
        mean += posterior.weights[j] * beta->a / (beta->a + beta->b);
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
