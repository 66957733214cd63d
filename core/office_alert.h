// SPDX-License-Identifier: Apache-2.0
/* The office's view of alerts: rows, filters, states (docs/AUDIT-API.md, docs/CLI.md). */
#ifndef ASSAY_CORE_OFFICE_ALERT_H
#define ASSAY_CORE_OFFICE_ALERT_H

#include "core/office_audit.h"

/** alert.list: newest first, by offset. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_alert_list(const struct assay_office_call *call,
                                                          json_t **result);
/** alert.state: confirm, dismiss, open again. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_alert_state(const struct assay_office_call *call,
                                                           json_t **result);
/** audit.alerts: newest first, by cursor. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_audit_alerts(const struct assay_office_call *call,
                                                            json_t **result);

/** rule.list: the rules in force. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_rule_list(const struct assay_office_call *call,
                                                         json_t **result);
/** rule.set: change a rule, or make one. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_rule_set(const struct assay_office_call *call,
                                                        json_t **result);
/** rule.reset: back to what is shipped, or away. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_rule_reset(const struct assay_office_call *call,
                                                          json_t **result);
/** rule.dryrun: alerts that a rule, or all, would have raised. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_rule_dryrun(const struct assay_office_call *call,
                                                           json_t **result);

/** webhook.add: an endpoint that is told of alerts; its secret is shown once. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_webhook_add(const struct assay_office_call *call,
                                                           json_t **result);
/** webhook.list: endpoints, without their secrets. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_webhook_list(const struct assay_office_call *call,
                                                            json_t **result);
/** webhook.remove: tell an endpoint no more. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_webhook_remove(const struct assay_office_call *call,
                                                              json_t **result);
/** webhook.rotate: a new secret, shown once; the former one signs beside it for a while. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_webhook_rotate(const struct assay_office_call *call,
                                                              json_t **result);
/** webhook.test: send an endpoint a test. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_webhook_test(const struct assay_office_call *call,
                                                            json_t **result);
/** webhook.dead: messages that were tried too often. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_webhook_dead(const struct assay_office_call *call,
                                                            json_t **result);
/** webhook.replay: try dead messages again. As the commands in office_command.h. */
ASSAY_MUST_CHECK enum assay_error assay_office_webhook_replay(const struct assay_office_call *call,
                                                              json_t **result);

/** What a list keeps beside the filter of all views. */
struct assay_alert_choice {
    enum assay_alert_state state; /* ASSAY_ALERT_STATES = all */
    enum assay_alert_kind kind;   /* 0 = all */
};

/** Read the two from their texts; empty = all. ASSAY_OK or ASSAY_E_FIELD. */
ASSAY_MUST_CHECK enum assay_error assay_alert_choice_read(const char *state, const char *kind,
                                                          struct assay_alert_choice *choice,
                                                          struct assay_reason *reason);

/** The batch that an alert is about, an item's too; 0 = none. */
uint32_t assay_alert_handle(const struct assay_alert_record *alert);
/** The product that an alert is about, a batch's too; empty = none. Valid until close. */
const char *assay_alert_sku(const struct assay_store *store,
                            const struct assay_alert_record *alert);
/** The state of an alert as of now. threads: any. */
enum assay_alert_state assay_alert_state_now(const struct assay_catalog_alert *alert);

/** Does the view's filter keep an alert? */
bool assay_audit_keeps_alert(const struct assay_audit_view *view,
                             const struct assay_catalog_alert *alert);

/** An alert as docs/AUDIT-API.md has it. New reference, or NULL. */
json_t *assay_alert_json(const struct assay_office_call *call,
                         const struct assay_catalog_alert *alert);

/** How many alerts the filter keeps by the cut of a view: rows' count 0, as assay_audit_view_sum
 *  puts them together. groups: out, the caller deinits it, on an error too. */
ASSAY_MUST_CHECK enum assay_error assay_audit_count_alerts(const struct assay_audit_view *view,
                                                           unsigned by,
                                                           struct assay_rollup *groups);
/** Count of the row of a key; 0 if there is none. */
uint64_t assay_audit_alerts_of(const struct assay_rollup *groups,
                               const struct assay_rollup_key *key);
/** How many the filter keeps by state. */
void assay_audit_alert_states(const struct assay_audit_view *view,
                              uint64_t count[ASSAY_ALERT_STATES]);
/** {"open","confirmed","dismissed"}. New reference. */
json_t *assay_alert_counts_json(const uint64_t count[ASSAY_ALERT_STATES]);

#endif
