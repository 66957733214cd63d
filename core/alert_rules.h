// SPDX-License-Identifier: Apache-2.0
/* Rules of alerts: what the program ships, and what a rule finds in the roll-ups' rows by day.
 *
 * Pure functions of the rows: the same rows give the same findings on every machine. What a rule's
 * numbers mean, by kind (in millionths; a window in days):
 *
 *   leak, honey   nothing: they are raised by the scan itself; a rule only switches them off
 *   cloned        threshold: risk level of the item, 2 suspect or 3 cloned; min_count: its scans
 *   outbreak      Poisson CUSUM over weeks of a product's new-item mass in a country. Of R scans
 *                 that were not the first of their item, base x R + floor are expected; the sum of log
 *                 likelihood ratios of `factor` times as many against that, never below 0, raises at
 *                 threshold; then it is quiet for the window (7: it is not) and begins anew. The
 *                 mass counts at most three times for each code that it is of, so that one photo seen
 *                 by thousands is no outbreak. min_count: the week's scans
 *   diversion     share of a batch's scans outside its market within a window, at least threshold;
 *                 min_count: scans outside
 *   pin_attack    share of wrong PINs of a batch or country in a day, at least threshold;
 *                 min_count: wrong ones
 *   forgery       requests of a day and country for codes never issued, at least threshold times
 *                 the mean of the window before plus floor; once in a week. min_count: requests
 */
#ifndef ASSAY_CORE_ALERT_RULES_H
#define ASSAY_CORE_ALERT_RULES_H

#include "core/rollup.h"

/** A million: one, in the numbers of rules. */
#define ASSAY_RULE_ONE 1000000u

/** The n-th rule that the program ships; NULL past the end. static. */
const struct assay_alert_rule *assay_alert_rule_shipped(uint32_t number);

/** The shipped rule of a name, or NULL. */
const struct assay_alert_rule *assay_alert_rule_shipped_of(const char *name);

/** Are a rule's numbers such that it can be asked? ASSAY_OK or ASSAY_E_FIELD with the field. */
ASSAY_MUST_CHECK enum assay_error assay_alert_rule_check(const struct assay_alert_rule *rule,
                                                         struct assay_reason *reason);

/** What is known of batches and products. threads: those of the caller. */
struct assay_alert_facts {
    const struct assay_batch_facts *(*batch)(void *context, uint32_t handle); /* or NULL */
    const char *(*sku)(void *context, uint32_t product);
    void *context;
};

/** One rule over rows. The caller sets the first group; the rest is the run's. */
struct assay_alert_run {
    const struct assay_alert_rule *rule;
    const struct assay_alert_facts *facts;
    int64_t newest_unix_ms; /* of what the rows hold: no alert is younger */
    int32_t utc_offset_minutes;

    struct assay_rollup sums;
};

/** First day of the rows that are needed so that findings of `day` and later are what all rows
 *  would give; INT32_MIN = all. */
int32_t assay_alert_rule_from(const struct assay_alert_rule *rule, int32_t day);

/** Begin; add rows by day (ASSAY_ROLLUP_DAY) in any order. ASSAY_OK or ASSAY_E_MEMORY. */
void assay_alert_run_begin(struct assay_alert_run *run);
ASSAY_MUST_CHECK enum assay_error assay_alert_run_add(struct assay_alert_run *run,
                                                      const struct assay_rollup_row *row);

/** Visit the findings, by subject, then by day; an error of it ends the visits and is returned.
 *  found: of kinds outbreak to forgery; borrowed for the call. */
ASSAY_MUST_CHECK enum assay_error assay_alert_run_each(
    struct assay_alert_run *run,
    enum assay_error (*visit)(void *context, const struct assay_alert_record *found),
    void *context);

/** Free; after begin, always. */
void assay_alert_run_end(struct assay_alert_run *run);

#endif
