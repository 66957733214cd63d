// SPDX-License-Identifier: Apache-2.0
/* Alerts out of what the store knows: the rules in force, asked of the roll-ups and of suspicious
 * items; each alert once for its subject and period. */
#ifndef ASSAY_CORE_ALERT_WATCH_H
#define ASSAY_CORE_ALERT_WATCH_H

#include "core/alert_rules.h"
#include "core/store.h"

/* Alerts that one pass raises; the next goes on. */
#define ASSAY_ALERTS_A_PASS_MAX 500
/* Findings older than so many days before the newest scan raise no alert: a rule that is changed
 * says what it would have said (rule.dryrun), and does not say it. */
#define ASSAY_ALERT_RECENT_DAYS 35

/** A rule as it is in force. */
struct assay_alert_rule_now {
    struct assay_alert_rule rule;
    bool shipped; /* the program has one of this name */
    bool changed; /* by a record, of this time and actor */
    int64_t at_unix_ms;
    char actor[ASSAY_ACTOR_MAX + 1];
};

/** Visit the rules: the shipped ones in their order, then others in the order of their creation;
 *  until visit returns false. threads: any. */
void assay_alert_each_rule(struct assay_store *store,
                           bool (*visit)(void *context, const struct assay_alert_rule_now *rule),
                           void *context);

/** Visit what one rule finds in the state's roll-ups.
 *
 *  session   of the calling thread; holds no snapshot.
 *  from_day  findings of this day and later; INT32_MIN = all.
 *  visit     an error of it ends the visits; ASSAY_E_BUSY means enough, and is returned as OK.
 *  returns   ASSAY_OK; what reading the state says; ASSAY_E_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_error
assay_alert_find(struct assay_store_session *session, const struct assay_alert_rule *rule,
                 int32_t from_day,
                 enum assay_error (*visit)(void *context, const struct assay_alert_record *found),
                 void *context);

/** Raise what the rules in force find and nobody has raised yet.
 *  raised: out, how many. ASSAY_OK; ASSAY_E_IO and the like: end the process. blocks: for syncs. */
ASSAY_MUST_CHECK enum assay_error assay_alert_pass(struct assay_store_session *session,
                                                   uint32_t *raised, struct assay_reason *reason);

/** Visit the items of `cloned` alerts that somebody has judged: what calibration learns from.
 *  until visit returns false. threads: any. */
void assay_alert_each_outcome(struct assay_store *store,
                              bool (*visit)(void *context, uint64_t item, bool confirmed),
                              void *context);

#endif
