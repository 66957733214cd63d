// SPDX-License-Identifier: Apache-2.0
/* The office's audit views: what docs/AUDIT-API.md answers, from the roll-ups. */
#ifndef ASSAY_CORE_OFFICE_AUDIT_H
#define ASSAY_CORE_OFFICE_AUDIT_H

#include "core/estimate_interval.h"
#include "core/office_audit_ground.h"
#include "core/office_command.h"
#include "core/state_rollup.h"

/** audit.about: brand, products, batches and days. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_audit_about(const struct assay_office_call *call,
                                                           json_t **result);
/** audit.overview: totals, rates, and their change. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_audit_overview(const struct assay_office_call *call,
                                                              json_t **result);
/** audit.series {bucket}: by week or day. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_audit_series(const struct assay_office_call *call,
                                                            json_t **result);
/** audit.regions {by}: by country or region. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_audit_regions(const struct assay_office_call *call,
                                                             json_t **result);
/** audit.products {limit}: by excess. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_audit_products(const struct assay_office_call *call,
                                                              json_t **result);
/** audit.batches {limit}: by excess. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_audit_batches(const struct assay_office_call *call,
                                                             json_t **result);
/** audit.codes {level, limit, after}: suspicious items. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_audit_codes(const struct assay_office_call *call,
                                                           json_t **result);
/** audit.code {code}: one item and its scans. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_audit_code(const struct assay_office_call *call,
                                                          json_t **result);

/** What a view keeps; texts empty, handle 0 and days ASSAY_DAY_NONE = all. */
struct assay_audit_filter {
    int32_t from_day;
    int32_t to_day;
    uint32_t handle;
    char sku[ASSAY_SKU_MAX + 1];
    char country[3]; /* "--" = not known */
    char region[7];
};

/** A view under way: a snapshot of the roll-ups, the filter as read from the call, and what rates
 *  rest on beside scans. */
struct assay_audit_view {
    const struct assay_office_call *call;
    struct assay_audit_filter filter;
    struct assay_rollup_meta meta;
    struct assay_audit_ground ground;
};

/** Read the filter and the view's own fields, and take the snapshot; assay_audit_view_end gives it
 *  back, on ASSAY_OK only. extra: at most 4 rows. returns ASSAY_OK; ASSAY_E_FIELD; ASSAY_E_STORE;
 *  ASSAY_E_MEMORY; what reading the ledger's evidence says. */
ASSAY_MUST_CHECK enum assay_error assay_audit_view_begin(const struct assay_office_call *call,
                                                         const struct assay_json_field *extra,
                                                         size_t extra_count,
                                                         struct assay_audit_view *view);
void assay_audit_view_end(struct assay_audit_view *view);

/** The head of every answer: ledger, filter, basis. New reference, or NULL. */
json_t *assay_audit_view_head(const struct assay_audit_view *view);

/** What the figures stand on: table, reference items, rho. New reference, or NULL. */
json_t *assay_audit_basis(const struct assay_audit_view *view);

/** Does the filter keep a batch, and a place? */
bool assay_audit_view_keeps_batch(const struct assay_audit_view *view, uint32_t handle);
bool assay_audit_view_keeps_place(const struct assay_audit_filter *filter, const char *country,
                                  const char *region);

/** How rows are put together: each part of the key that is not asked for is left out of it. */
#define ASSAY_AUDIT_BY_DAY 1u
#define ASSAY_AUDIT_BY_WEEK 2u
#define ASSAY_AUDIT_BY_BATCH 4u
#define ASSAY_AUDIT_BY_COUNTRY 8u
#define ASSAY_AUDIT_BY_REGION 16u

/** Sums of the rows that the filter keeps, by the cut, in key order. groups: out, the caller deinits
 *  it, on an error too. Regions and weeks come from the rows by week, all else from those by day. */
ASSAY_MUST_CHECK enum assay_error assay_audit_view_sum(const struct assay_audit_view *view,
                                                       unsigned by, struct assay_rollup *groups);

/** The same over other days. */
ASSAY_MUST_CHECK enum assay_error assay_audit_view_sum_days(const struct assay_audit_view *view,
                                                            int32_t from_day, int32_t to_day,
                                                            unsigned by,
                                                            struct assay_rollup *groups);

/** By excess, largest first; then by place and batch. */
void assay_audit_rank(struct assay_rollup *groups);

/** End the view and hand over head and body; body: taken, NULL is ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_audit_view_give(struct assay_audit_view *view, json_t *body,
                                                        json_t **result);
/** The same of a view that has ended. */
ASSAY_MUST_CHECK enum assay_error assay_audit_view_join(const struct assay_audit_view *view,
                                                        json_t *body, json_t **result);
/** End the view without an answer; returns the error that is given. */
ASSAY_MUST_CHECK enum assay_error assay_audit_view_give_up(struct assay_audit_view *view,
                                                           struct assay_rollup *groups,
                                                           enum assay_error error);

/* -- figures of one row (core/office_audit_figures.c) -- */

/** A number with at most six decimals. New reference. */
json_t *assay_audit_number(double value);
/** Mass above what a clean market shows. */
double assay_audit_excess(const uint64_t count[ASSAY_ROLLUP_COUNT]);
/** Set scans, items, mass, excess and e2 in an object. */
void assay_audit_set_figures(json_t *object, const struct assay_audit_ground *ground,
                             const uint64_t count[ASSAY_ROLLUP_COUNT]);
/** {"requests","sources"}. New reference. */
json_t *assay_audit_forged(const uint64_t count[ASSAY_ROLLUP_COUNT]);
/** {"share"} or null. New reference. */
json_t *assay_audit_e0(const uint64_t count[ASSAY_ROLLUP_COUNT]);
/** E2 of sums; false if they hold no item. */
bool assay_audit_share(const struct assay_audit_ground *ground,
                       const uint64_t count[ASSAY_ROLLUP_COUNT], struct assay_estimate_e2 *e2);
/** {"point","low","high","lower_bound"} or null. New reference. */
json_t *assay_audit_e2(const struct assay_audit_ground *ground,
                       const uint64_t count[ASSAY_ROLLUP_COUNT]);
/** {"point","low","high","anchored"} or null; with the filter's own purchases. New reference. */
json_t *assay_audit_e3(const struct assay_audit_ground *ground,
                       const uint64_t count[ASSAY_ROLLUP_COUNT]);
/** {"point","low","high"} of E2's odds now over those then, or null. New reference. */
json_t *assay_audit_odds_ratio(const struct assay_audit_ground *ground,
                               const uint64_t now[ASSAY_ROLLUP_COUNT],
                               const uint64_t then[ASSAY_ROLLUP_COUNT]);
/** {"check","suspect","cloned"} of counts by level. New reference. */
json_t *assay_audit_flagged(const uint64_t count[ASSAY_RISK_LEVELS]);
/** {"zh","en"} of a product, or null. New reference. */
json_t *assay_audit_product_name(const struct assay_product *product);
/** {"country","region"}, each null if empty. New reference. */
json_t *assay_audit_place(const char *country, const char *region);

#endif
