// SPDX-License-Identifier: Apache-2.0
#include "core/estimate_interval.h"

#include "core/estimate_unseen.h"
#include "core/real.h"

#define LENT_ITEMS 300.0    /* first scans that the brand lends a market */
#define LENT_MISTAKES 8.0   /* mistakes as expected, added to those of the reference items */
#define SCALE_WORTH 100.0   /* further items by which the scale is held back where there are few */
#define FURTHER_OFF 0.20    /* standard deviation of the strata's detection, relative */
#define MISTAKEN_OFF 0.20   /* of the strata's mistakes, relative */
#define MISTAKEN_MIN 0.0005 /* and at least, for each scan */
#define MISPLACED 0.08      /* of fakes in all strata, shown in others than where they are */
/* What the lower bound gives away beside its error: detection in a stratum, relative. */
#define BOUND_OFF 0.2
#define SPREAD_MIN 0.001 /* of the strata's true shares */
#define COPIES_MORE 2.0  /* the lower limit takes codes to be on so many fakes more */
#define CHANCE 0.35      /* of a genuine item to be scanned, where sales are not known */
#define CHANCE_LOW 0.60  /* (fewer are unseen) */
#define CHANCE_HIGH 0.15

static double real(uint64_t fixed)
{
    return (double)fixed / (double)ASSAY_ESTIMATE_ONE;
}

static double within(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

void assay_estimate_sums_add(struct assay_estimate_sums *sums,
                             const struct assay_estimate_sums *more)
{
    sums->tally.scans += more->tally.scans;
    sums->tally.firsts += more->tally.firsts;
    sums->tally.further += more->tally.further;
    sums->tally.variance += more->tally.variance;
    sums->tally.big += more->tally.big;
    sums->tally.clean += more->tally.clean;
    sums->tally.mistaken += more->tally.mistaken;
    for (size_t j = 0; j < ASSAY_ESTIMATE_FURTHER; j++) {
        sums->tally.codes_with[j] += more->tally.codes_with[j];
    }
    sums->units_sold += more->units_sold;
    sums->reference_scans += more->reference_scans;
    sums->reference_further += more->reference_further;
}

/* Sums as reals, with what is lent. */
struct market_sums {
    double firsts, small, big, clean, mistaken, units_sold;
    double codes_with[ASSAY_ESTIMATE_FURTHER];
};

/* Further items on codes that have few of them: here mistakes matter, and unseen fakes. */
static double small_of(const struct assay_estimate_tally *tally)
{
    return real(tally->further) - real(tally->big);
}

static struct market_sums lend(const struct assay_estimate_sums *own,
                               const struct assay_estimate_sums *brand)
{
    double brand_firsts = (double)brand->tally.firsts;
    double lent = brand_firsts > 0.0 ? LENT_ITEMS / brand_firsts : 0.0;
    lent = lent > 1.0 ? 1.0 : lent;
    struct market_sums sums = {
        .firsts = (double)own->tally.firsts + lent * brand_firsts,
        .small = small_of(&own->tally) + lent * small_of(&brand->tally),
        .big = real(own->tally.big) + lent * real(brand->tally.big),
        .clean = real(own->tally.clean) + lent * real(brand->tally.clean),
        .mistaken = real(own->tally.mistaken) + lent * real(brand->tally.mistaken),
    };
    if (own->units_sold > 0) {
        sums.units_sold = (double)own->units_sold + lent * (double)brand->units_sold;
    }
    for (size_t j = 0; j < ASSAY_ESTIMATE_FURTHER; j++) {
        sums.codes_with[j] =
            real(own->tally.codes_with[j]) + lent * real(brand->tally.codes_with[j]);
    }
    return sums;
}

/* Mistakes: what the model expects, times how far the brand's reference items differ from it. */
static void learn_mistakes(const struct market_sums *sums, const struct assay_estimate_sums *brand,
                           struct assay_estimate_market *market)
{
    double expected = sums->clean > 0.0 ? sums->mistaken / sums->clean : 0.0;
    double brand_clean = real(brand->tally.clean);
    double brand_expected = brand_clean > 0.0 ? real(brand->tally.mistaken) / brand_clean : 0.0;
    double on_reference = brand_expected * (double)brand->reference_scans;
    double found = real(brand->reference_further) + LENT_MISTAKES;
    double ratio = found / (on_reference + LENT_MISTAKES);
    market->mistaken = expected * ratio;
    market->mistaken_sd = market->mistaken / assay_real_sqrt(found);
    double rest = sums->small - sums->mistaken;
    market->scale = 1.0 + sums->mistaken / ((rest > 0.0 ? rest : 0.0) + SCALE_WORTH);
}

void assay_estimate_market_learn(const struct assay_estimate_sums *own,
                                 const struct assay_estimate_sums *brand,
                                 struct assay_estimate_market *market)
{
    struct market_sums sums = lend(own, brand);
    *market = (struct assay_estimate_market){.sales_known = own->units_sold > 0,
                                             .spread = assay_real_infinity()};
    learn_mistakes(&sums, brand, market);
    double further = market->scale * (sums.small - market->mistaken * sums.clean);
    double kept = sums.small > 0.0 ? within(further / sums.small, 0.0, 1.0) : 0.0;
    struct assay_estimate_seen seen = {
        .twos = kept * sums.codes_with[0],
        .threes = kept * sums.codes_with[1],
        .fours = kept * sums.codes_with[2],
        .firsts = sums.firsts,
        .units_sold = sums.units_sold,
    };
    struct assay_estimate_unseen point = assay_estimate_unseen(&seen, 0.0, CHANCE);
    struct assay_estimate_unseen low =
        assay_estimate_unseen(&seen, point.copies + COPIES_MORE, CHANCE_LOW);
    struct assay_estimate_unseen high = assay_estimate_unseen(&seen, 1.0, CHANCE_HIGH);
    market->scan_chance = point.scan_chance;
    market->copies = point.copies;
    market->sales_short = point.sales_short;
    if (sums.big > 0.0) {
        market->unseen_big = (1.0 - point.scan_chance) * sums.codes_with[3] / sums.big;
    }
    if (kept > 0.0) {
        double all = kept * sums.small;
        market->unseen[0] = point.fakes / all;
        market->unseen[1] = within(low.fakes / all, 0.0, market->unseen[0]);
        market->unseen[2] = within(high.fakes / all, market->unseen[0], 1e9);
    }
}

/* What a stratum's own counts say: further items, which may be below 0, and their variance. */
struct signal {
    double items, further, variance;
    double big; /* part of `further`: on codes with many */
};

static struct signal signal_of(const struct assay_estimate_market *market,
                               const struct assay_estimate_tally *tally)
{
    double firsts = (double)tally->firsts;
    double clean = real(tally->clean);
    double small = market->scale * (small_of(tally) - market->mistaken * clean);
    double off = MISTAKEN_OFF * market->mistaken;
    off = market->scale * (off > MISTAKEN_MIN ? off : MISTAKEN_MIN) * clean;
    struct signal signal = {.big = real(tally->big)};
    signal.further = small + signal.big;
    signal.items = firsts + (signal.further > 0.0 ? signal.further : 0.0);
    signal.variance = market->scale * market->scale * real(tally->variance) + off * off;
    return signal;
}

void assay_estimate_spread_add(struct assay_estimate_spread *spread,
                               const struct assay_estimate_market *market,
                               const struct assay_estimate_tally *tally)
{
    struct signal signal = signal_of(market, tally);
    if (signal.items > 0.0) {
        spread->items += signal.items;
        spread->fakes += signal.further;
        spread->squares += signal.further * signal.further / signal.items;
        spread->noise += signal.variance / signal.items;
    }
}

void assay_estimate_spread_close(const struct assay_estimate_spread *spread,
                                 struct assay_estimate_market *market)
{
    if (spread->items <= 0.0) {
        return;
    }
    double mean = spread->fakes / spread->items;
    double variance = (spread->squares - spread->noise) / spread->items - mean * mean;
    market->mean = mean > 0.0 ? mean : 0.0;
    market->spread =
        assay_real_sqrt(variance > SPREAD_MIN * SPREAD_MIN ? variance : SPREAD_MIN * SPREAD_MIN);
}

/* The signal drawn towards the market's mean, by how much it leaves open. */
static void draw_in(const struct assay_estimate_market *market, struct signal *signal)
{
    if (!assay_real_is_finite(market->spread)) {
        return;
    }
    double prior = market->spread * signal->items;
    double open = signal->variance / (signal->variance + prior * prior);
    double mean = market->mean * signal->items;
    signal->further += open * (mean - signal->further);
    signal->variance *= 1.0 - open;
}

void assay_estimate_e2(const struct assay_estimate_market *market,
                       const struct assay_estimate_tally *tally, struct assay_estimate_e2 *e2)
{
    double firsts = (double)tally->firsts;
    *e2 = (struct assay_estimate_e2){.share = {0.0, 0.0, 1.0}};
    struct signal signal = signal_of(market, tally);
    if (signal.items <= 0.0) {
        return;
    }
    draw_in(market, &signal);
    double further = signal.further > 0.0 ? signal.further : 0.0;
    double common = market->scale * market->mistaken_sd * real(tally->clean);
    double detection = FURTHER_OFF * further;
    double misplaced = MISPLACED * market->mean * signal.items;
    double chance = signal.variance + common * common + misplaced * misplaced;
    double variance = chance + detection * detection;
    double big = signal.big < further ? signal.big : further;
    double small = further - big;
    double unseen_big = market->unseen_big * big;
    double unseen = within(market->unseen[0] * small + unseen_big, 0.0, firsts);
    double more = 1.0 + unseen / (further > 1.0 ? further : 1.0);
    double margin = ASSAY_ESTIMATE_Z95 * assay_real_sqrt(more * more * variance + unseen);
    double items = firsts + further;
    double low = further + market->unseen[1] * small - margin;
    double high = further + unseen_big + market->unseen[2] * small + margin;
    e2->items = items;
    e2->unseen = unseen;
    e2->fakes = further + unseen;
    e2->sd = assay_real_sqrt(more * more * chance + unseen) / items;
    e2->share.point = within(e2->fakes / items, 0.0, 1.0);
    e2->share.low = within(low / items, 0.0, e2->share.point);
    e2->share.high = within(high / items, e2->share.point, 1.0);
    double bound =
        further * (1.0 - BOUND_OFF) - ASSAY_ESTIMATE_Z95 * assay_real_sqrt(variance + further);
    e2->lower_bound = within(bound / items, 0.0, e2->share.low);
}
