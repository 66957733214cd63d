// SPDX-License-Identifier: Apache-2.0
/* Commands about alerts: lists, states, rules. */
#include "batch-tools/alert.h"

#include "batch-tools/columns.h"

#define TEXT(name, value, param, required, help)                                                   \
    {                                                                                              \
        name, value, param, ASSAY_TOOL_TEXT, required, help, 0                                     \
    }
#define NUMBER(name, value, param, required, help)                                                 \
    {                                                                                              \
        name, value, param, ASSAY_TOOL_NUMBER, required, help, 0                                   \
    }
#define FLAG(name, param, help)                                                                    \
    {                                                                                              \
        name, NULL, param, ASSAY_TOOL_FLAG, false, help, 0                                         \
    }

static const struct assay_tool_option no_options[] = {{0}};

static const struct assay_tool_option alert_options[] = {
    TEXT("batch", "HANDLE", "handle", false, "only this batch's"),
    TEXT("sku", "S", "sku", false, "only this product's"),
    TEXT("country", "CC", "country", false, "only of this country; -- is not known"),
    TEXT("from", "D", "from", false, "raised on this day or later"),
    TEXT("to", "D", "to", false, "raised on this day or earlier"),
    TEXT("state", "STATE", "state", false, "open, confirmed or dismissed"),
    TEXT("kind", "KIND", "kind", false,
         "leak, honey, cloned, outbreak, diversion, pin_attack or forgery"),
    NUMBER("offset", "N", "offset", false, "leave out the N newest (a former next_offset)"),
    NUMBER("limit", "N", "limit", false, "how many at most (default 1000)"),
    {0},
};

static const struct assay_tool_option alert_state_options[] = {
    TEXT("state", "STATE", "state", true, "open, confirmed or dismissed"),
    TEXT("reason", "TEXT", "reason", false, "why; wanted to dismiss it"),
    {0},
};

#define RULE_OPTIONS                                                                               \
    TEXT("kind", "KIND", "kind", false,                                                            \
         "of a new rule: cloned, outbreak, diversion, pin_attack or forgery"),                     \
        TEXT("sku", "S", "sku", false, "only of this product"),                                    \
        TEXT("by", "WHAT", "by", false, "pin_attack: batch or country"),                           \
        NUMBER("window-days", "N", "window_days", false,                                           \
               "days that are put together; outbreak: quiet after an alert"),                      \
        NUMBER("min-count", "N", "min_count", false, "fewer raise nothing"),                       \
        TEXT("threshold", "X", NULL, false, "what raises an alert"),                               \
        TEXT("base", "X", NULL, false, "outbreak: mass expected of a scan after an item's first"), \
        TEXT("floor", "X", NULL, false, "outbreak, forgery: what is always expected"),             \
        TEXT("factor", "X", NULL, false, "outbreak: how many times as much is one"),               \
        FLAG("on", NULL, "switch it on"), FLAG("off", NULL, "switch it off")

static const struct assay_tool_option rule_options[] = {RULE_OPTIONS, {0}};

static const struct assay_tool_option rule_dryrun_options[] = {
    TEXT("name", "NAME", "name", false, "this rule alone, with what else is given"),
    RULE_OPTIONS,
    {0},
};

static const struct assay_tool_option webhook_options[] = {
    TEXT("url", "URL", "url", true, "https, or http to this host"),
    TEXT("kinds", "KIND,...", NULL, false, "kinds of alerts that it is told of (default all)"),
    {0},
};

static const struct assay_tool_option webhook_rotate_options[] = {
    NUMBER("overlap-hours", "N", "overlap_hours", false,
           "the former signs for so long (default 24; 0: at once no more)"),
    {0},
};

static const struct assay_tool_option webhook_replay_options[] = {
    TEXT("name", "NAME", "name", false, "of this endpoint, or of \"mail\", alone"),
    {0},
};

const struct assay_tool_command assay_alert_commands[] = {
    {.words = "alert list",
     .help = "List alerts, the newest first.",
     .office = "alert.list",
     .needs_data = true,
     .options = alert_options,
     .list = "alerts",
     .only_list = true,
     .columns = assay_tool_alert_columns},
    {.words = "alert state",
     .operand = "ID",
     .operand_param = "id",
     .help = "Say what became of an alert: confirm or dismiss it, or open it again.",
     .office = "alert.state",
     .needs_data = true,
     .options = alert_state_options},
    {.words = "rule list",
     .help = "List the rules that raise alerts.",
     .office = "rule.list",
     .needs_data = true,
     .options = no_options,
     .list = "rules",
     .only_list = true,
     .columns = assay_tool_rule_columns},
    {.words = "rule set",
     .operand = "NAME",
     .operand_param = "name",
     .help = "Change a rule of alerts, or make one; what is not named stays.",
     .office = "rule.set",
     .needs_data = true,
     .options = rule_options,
     .run = assay_tool_rule},
    {.words = "rule reset",
     .operand = "NAME",
     .operand_param = "name",
     .help = "A rule as it is shipped; away with one of your own.",
     .office = "rule.reset",
     .needs_data = true,
     .options = no_options},
    {.words = "rule dryrun",
     .help = "Say which alerts the rules, or one with changes, would have raised so far.",
     .office = "rule.dryrun",
     .needs_data = true,
     .options = rule_dryrun_options,
     .list = "alerts",
     .columns = assay_tool_dryrun_columns,
     .run = assay_tool_rule},
    {.words = "webhook add",
     .operand = "NAME",
     .operand_param = "name",
     .help = "Tell an endpoint of alerts; the secret that it checks them by is shown this once.",
     .office = "webhook.add",
     .keys = 1u << ASSAY_KEY_SERVICE,
     .needs_data = true,
     .options = webhook_options,
     .run = assay_tool_webhook_add},
    {.words = "webhook rotate",
     .operand = "NAME",
     .operand_param = "name",
     .help = "Give an endpoint a new secret, shown this once; the former one signs beside it for a "
             "while.",
     .office = "webhook.rotate",
     .keys = 1u << ASSAY_KEY_SERVICE,
     .needs_data = true,
     .options = webhook_rotate_options},
    {.words = "webhook list",
     .help = "List the endpoints that are told of alerts.",
     .office = "webhook.list",
     .needs_data = true,
     .options = no_options,
     .list = "webhooks",
     .only_list = true,
     .columns = assay_tool_webhook_columns},
    {.words = "webhook remove",
     .operand = "NAME",
     .operand_param = "name",
     .help = "Tell an endpoint no more.",
     .office = "webhook.remove",
     .needs_data = true,
     .options = no_options},
    {.words = "webhook test",
     .operand = "NAME",
     .operand_param = "name",
     .help = "Send an endpoint a test; a verifier runs.",
     .office = "webhook.test",
     .needs_data = true,
     .options = no_options},
    {.words = "webhook dead",
     .help = "List messages that were tried too often; a verifier runs.",
     .office = "webhook.dead",
     .needs_data = true,
     .options = no_options,
     .list = "dead",
     .only_list = true,
     .columns = assay_tool_dead_columns},
    {.words = "webhook replay",
     .help = "Try dead messages again; a verifier runs.",
     .office = "webhook.replay",
     .needs_data = true,
     .options = webhook_replay_options},
    {0},
};
