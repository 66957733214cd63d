// SPDX-License-Identifier: Apache-2.0
/* Figures of one row of counts, as docs/AUDIT-API.md names them. */
#include "core/office_audit.h"
#include "core/real.h"

#define MASS_ONE 65535.0
#define Z_95 1.959963984540054
#define CLEAN_SHARE 0.006   /* b0: mass per item that a clean market shows */
#define RELATIVE_ERROR 0.25 /* delta: of the mass */
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

/* Fakes among the items scanned, from sums alone: every repeat that another item made is one. */
struct share {
    double point;
    double low;
    double high;
    double lower_bound;
};

static bool share_of(const uint64_t count[ASSAY_ROLLUP_COUNT], struct share *share)
{
    double items = (double)count[ASSAY_ROLLUP_FIRST];
    double mass = mass_of(count);
    double total = items + mass;
    if (total <= 0) {
        return false;
    }
    double spread = Z_95 * assay_real_sqrt(mass);
    double clean = CLEAN_SHARE * items;
    *share = (struct share){
        .point = at_least_0(mass - clean) / total,
        .low = at_least_0(mass * (1 - RELATIVE_ERROR) - clean - spread) / total,
        .high = (mass * (1 + RELATIVE_ERROR) + clean + spread) / total,
        .lower_bound = at_least_0(mass * (1 - RELATIVE_ERROR) - clean - spread) / total,
    };
    share->high = share->high > 1 ? 1 : share->high;
    return true;
}

json_t *assay_audit_e2(const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    struct share share;
    if (!share_of(count, &share)) {
        return json_null();
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "point", assay_audit_number(share.point), "low",
                     assay_audit_number(share.low), "high", assay_audit_number(share.high),
                     "lower_bound", assay_audit_number(share.lower_bound));
}

/* odds(E3) = odds(E2) / rho */
static double by_rho(double share, double rho)
{
    return share >= 1 ? 1 : share / (share + rho * (1 - share));
}

json_t *assay_audit_e3(const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    struct share share;
    if (!share_of(count, &share)) {
        return json_null();
    }
    return json_pack("{s:n, s:o, s:o, s:b}", "point", "low",
                     assay_audit_number(by_rho(share.low, RHO_HIGH)), "high",
                     assay_audit_number(by_rho(share.high, RHO_LOW)), "anchored", false);
}

json_t *assay_audit_e0(const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    double forged = (double)count[ASSAY_ROLLUP_FORGED_DISTINCT];
    double tried = forged + (double)count[ASSAY_ROLLUP_FIRST];
    if (tried <= 0) {
        return json_null();
    }
    return json_pack("{s:o}", "share", assay_audit_number(forged / tried));
}

json_t *assay_audit_odds_ratio(const uint64_t now[ASSAY_ROLLUP_COUNT],
                               const uint64_t then[ASSAY_ROLLUP_COUNT])
{
    double items[2] = {(double)now[ASSAY_ROLLUP_FIRST], (double)then[ASSAY_ROLLUP_FIRST]};
    double mass[2] = {assay_audit_excess(now), assay_audit_excess(then)};
    if (items[0] < 1 || items[1] < 1 || mass[0] <= 0 || mass[1] <= 0) {
        return json_null();
    }
    double ratio = mass[0] / items[0] / (mass[1] / items[1]);
    /* Variance of the logarithm of a ratio of odds; what both periods misjudge alike cancels. */
    double sd = assay_real_sqrt(1 / mass[0] + 1 / mass[1] + 1 / items[0] + 1 / items[1]);
    double factor = assay_real_exp(Z_95 * sd);
    return json_pack("{s:o, s:o, s:o}", "point", assay_audit_number(ratio), "low",
                     assay_audit_number(ratio / factor), "high",
                     assay_audit_number(ratio * factor));
}

json_t *assay_audit_forged(const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    return json_pack("{s:I, s:I}", "requests", (json_int_t)count[ASSAY_ROLLUP_FORGED], "sources",
                     (json_int_t)count[ASSAY_ROLLUP_FORGED_DISTINCT]);
}

void assay_audit_set_figures(json_t *object, const uint64_t count[ASSAY_ROLLUP_COUNT])
{
    json_object_set_new(object, "scans", json_integer((json_int_t)count[ASSAY_ROLLUP_SCANS]));
    json_object_set_new(object, "items", json_integer((json_int_t)count[ASSAY_ROLLUP_FIRST]));
    json_object_set_new(object, "mass", assay_audit_number(mass_of(count)));
    json_object_set_new(object, "excess", assay_audit_number(assay_audit_excess(count)));
    json_object_set_new(object, "e2", assay_audit_e2(count));
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

json_t *assay_audit_basis(const struct assay_audit_view *view)
{
    (void)view;
    return json_pack("{s:s, s:n, s:i, s:f, s:f, s:{s:f, s:f, s:n}, s:i, s:b}", "table", "default",
                     "calibrated_at", "reference_items", 0, "b0", CLEAN_SHARE, "delta",
                     RELATIVE_ERROR, "rho", "low", RHO_LOW, "high", RHO_HIGH, "point", "purchases",
                     0, "sales", false);
}
