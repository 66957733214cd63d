// SPDX-License-Identifier: Apache-2.0
/* Figures of one row of counts, as docs/AUDIT-API.md names them. */
#include "core/estimate_anchor.h"
#include "core/estimate_interval.h"
#include "core/estimate_trend.h"
#include "core/office_audit.h"

#define MASS_ONE 65535.0
#define CLEAN_SHARE 0.006 /* b0: mass per item that a clean market shows */
/* delta: of further items found, 1.96 times what core/estimate_interval.c has. */
#define RELATIVE_ERROR 0.392
#define RHO_LOW 0.5
#define RHO_HIGH 2.0

json_t *assay_audit_number(double value)
{
    double scaled = value * 1e6;
    double rounded = (double)(int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    return json_real(rounded / 1e6);
}

static double at_least_0(double value)
{
    return value > 0 ? value : 0;
}

static double mass_of(const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    return (double)count[ASSAY_ROLLUP_MASS] / MASS_ONE;
}

double assay_audit_excess(const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    return at_least_0(mass_of(count) - CLEAN_SHARE * (double)count[ASSAY_ROLLUP_FIRST]);
}

/* -- E2: what the estimators say of sums -- */

static uint64_t fixed(double value)
{
    return (uint64_t)(at_least_0(value) * (double)ASSAY_ESTIMATE_ONE + 0.5);
}

/* What a report counts code by code (core/audit_rates.h), as far as sums tell. Codes with many further
 * items have BIG_MEAN of them, so that the masses and the masses capped at one for each code tell what
 * lies on them; few have few. A scan's mass is what could be told when it was made: later scans
 * tell more, so that of further items on codes with few it shows a fifth. The shares are those of the
 * simulator's markets (bench/market), which tests/e2e/audit.sh holds against reports. */
#define BIG_MEAN 25.0
#define BIG_SHOWN 0.9
#define FEW_SHOWN 0.2
static const double few_with[ASSAY_ESTIMATE_FURTHER - 1] = {0.7, 0.21, 0.09};
#define FEW_MEAN 1.39 /* of these */

static struct assay_estimate_sums sums_of(const struct assay_audit_ground *ground,
                                          const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    double firsts = (double)count[ASSAY_ROLLUP_FIRST];
    double mass = mass_of(count);
    double capped = (double)count[ASSAY_ROLLUP_MASS_CAPPED] / MASS_ONE;
    double few = at_least_0((capped - mass / BIG_MEAN) / (1 - 1 / BIG_MEAN));
    few = few < mass ? few : mass;
    double big = (mass - few) / BIG_SHOWN;
    struct assay_estimate_sums sums = {.units_sold =
                                           (uint64_t)(ground->units_per_item * firsts + 0.5),
                                       .tally = {.scans = count[ASSAY_ROLLUP_SCANS],
                                                 .firsts = count[ASSAY_ROLLUP_FIRST],
                                                 .further = fixed(few) + fixed(big),
                                                 .variance = fixed(few),
                                                 .big = fixed(big),
                                                 .clean = fixed(firsts),
                                                 .mistaken = fixed(CLEAN_SHARE * firsts)}};
    for (int i = 0; i < ASSAY_ESTIMATE_FURTHER - 1; i++) {
        sums.tally.codes_with[i] = fixed(few_with[i] * few / FEW_MEAN);
    }
    sums.tally.codes_with[ASSAY_ESTIMATE_FURTHER - 1] = fixed(big / BIG_MEAN);
    return sums;
}

bool assay_audit_share(const struct assay_audit_ground *ground,
                       const uint64_t count[ASSAY_ROLLUP_COUNT], struct assay_estimate_e2 *e2)
{
    const struct assay_estimate_sums sums = sums_of(ground, count);
    struct assay_estimate_market market;
    if (count[ASSAY_ROLLUP_FIRST] == 0 && count[ASSAY_ROLLUP_MASS] == 0) {
        return false;
    }
    assay_estimate_market_learn(&sums, &sums, &market);
    market.scale = 1 / FEW_SHOWN;
    assay_estimate_e2(&market, &sums.tally, e2);
    return e2->items > 0;
}

json_t *assay_audit_e2(const struct assay_audit_ground *ground,
                       const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    struct assay_estimate_e2 e2;
    if (!assay_audit_share(ground, count, &e2)) {
        return json_null();
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "point", assay_audit_number(e2.share.point), "low",
                     assay_audit_number(e2.share.low), "high", assay_audit_number(e2.share.high),
                     "lower_bound", assay_audit_number(e2.lower_bound));
}

json_t *assay_audit_e3(const struct assay_audit_ground *ground,
                       const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    struct assay_estimate_e2 e2;
    struct assay_estimate e3;
    if (!assay_audit_share(ground, count, &e2)) {
        return json_null();
    }
    const struct assay_estimate_sold sold = {e2.share, e2.sd, ground->own};
    if (assay_estimate_e3(&ground->anchor, &sold, &e3) != ASSAY_OK) {
        return json_null();
    }
    bool anchored = ground->anchor.anchored;
    return json_pack("{s:o, s:o, s:o, s:b}", "point",
                     anchored ? assay_audit_number(e3.point) : json_null(), "low",
                     assay_audit_number(e3.low), "high", assay_audit_number(e3.high), "anchored",
                     anchored);
}

json_t *assay_audit_e0(const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    struct assay_estimate share;
    double raw = 0;
    const struct assay_estimate_forged forged = {
        .raw = {count[ASSAY_ROLLUP_FORGED], count[ASSAY_ROLLUP_FORGED] + count[ASSAY_ROLLUP_SCANS]},
        .distinct = {count[ASSAY_ROLLUP_FORGED_DISTINCT],
                     count[ASSAY_ROLLUP_FORGED_DISTINCT] + count[ASSAY_ROLLUP_SCANS]},
    };
    if (forged.distinct.n == 0 || assay_estimate_e0(&forged, &share, &raw) != ASSAY_OK) {
        return json_null();
    }
    return json_pack("{s:o, s:o, s:o}", "share", assay_audit_number(share.point), "low",
                     assay_audit_number(share.low), "high", assay_audit_number(share.high));
}

json_t *assay_audit_odds_ratio(const struct assay_audit_ground *ground,
                               const uint64_t now[ASSAY_ROLLUP_COUNT],
                               const uint64_t then[ASSAY_ROLLUP_COUNT])
{
    struct assay_estimate_e2 e2[2];
    struct assay_estimate_trend trend;
    if (!assay_audit_share(ground, then, &e2[0]) || !assay_audit_share(ground, now, &e2[1])) {
        return json_null();
    }
    const struct assay_estimate_period before = {e2[0].share.point, e2[0].sd, e2[0].items};
    const struct assay_estimate_period after = {e2[1].share.point, e2[1].sd, e2[1].items};
    if (assay_estimate_trend(&before, &after, &trend) != ASSAY_OK) {
        return json_null();
    }
    return json_pack("{s:o, s:o, s:o}", "point", assay_audit_number(trend.odds_ratio.point), "low",
                     assay_audit_number(trend.odds_ratio.low), "high",
                     assay_audit_number(trend.odds_ratio.high));
}

json_t *assay_audit_forged(const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    return json_pack("{s:I, s:I}", "requests", (json_int_t)count[ASSAY_ROLLUP_FORGED], "sources",
                     (json_int_t)count[ASSAY_ROLLUP_FORGED_DISTINCT]);
}

void assay_audit_set_figures(json_t *object, const struct assay_audit_ground *ground,
                             const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    json_object_set_new(object, "scans", json_integer((json_int_t)count[ASSAY_ROLLUP_SCANS]));
    json_object_set_new(object, "items", json_integer((json_int_t)count[ASSAY_ROLLUP_FIRST]));
    json_object_set_new(object, "mass", assay_audit_number(mass_of(count)));
    json_object_set_new(object, "excess", assay_audit_number(assay_audit_excess(count)));
    json_object_set_new(object, "e2", assay_audit_e2(ground, count));
}

json_t *assay_audit_flagged(const uint64_t count[ASSAY_RISK_LEVELS])
{
    return json_pack("{s:I, s:I, s:I}", "check", (json_int_t)count[ASSAY_RISK_CHECK], "suspect",
                     (json_int_t)count[ASSAY_RISK_SUSPECT], "cloned",
                     (json_int_t)count[ASSAY_RISK_CLONED]);
}

json_t *assay_audit_product_name(const struct assay_product *product)
{
    if (product == NULL) {
        return json_null();
    }
    return json_pack("{s:s, s:s}", "zh", product->value.name_zh, "en", product->value.name_en);
}

json_t *assay_audit_place(const char *country, const char *region)
{
    return json_pack("{s:o, s:o}", "country",
                     country[0] == '\0' ? json_null() : json_string(country), "region",
                     region[0] == '\0' ? json_null() : json_string(region));
}

/* What E3 takes rho to be: with its interval where purchases tell it, else the band alone. */
static json_t *rho_json(const struct assay_estimate_anchor *anchor)
{
    const struct assay_estimate band = {1, RHO_LOW, RHO_HIGH};
    const struct assay_estimate *rho = anchor->anchored ? &anchor->rho : &band;
    return json_pack("{s:o, s:o, s:o}", "low", assay_audit_number(rho->low), "high",
                     assay_audit_number(rho->high), "point",
                     anchor->anchored ? assay_audit_number(rho->point) : json_null());
}

json_t *assay_audit_basis(const struct assay_audit_view *view)
{
    struct assay_store *store = view->call->office->store;
    const struct assay_calibration *calibration = assay_store_calibration(store);
    bool own = calibration != NULL && !calibration->table.is_default;
    return json_pack("{s:s, s:o, s:I, s:f, s:f, s:o, s:b, s:I, s:b}", "table",
                     own ? "calibrated" : "default", "calibrated_at",
                     assay_office_time(own ? calibration->at_unix_ms : 0), "reference_items",
                     (json_int_t)(own ? calibration->table.learnt_items : 0), "b0", CLEAN_SHARE,
                     "delta", RELATIVE_ERROR, "rho", rho_json(&view->ground.anchor), "anchored",
                     view->ground.anchor.anchored, "purchases", (json_int_t)view->ground.purchases,
                     "sales", view->ground.units_per_item > 0);
}
