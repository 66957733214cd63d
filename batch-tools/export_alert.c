// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/export_alert.h"

#include "core/clock.h"

static void set(json_t *line, const char *column, json_t *value)
{
    json_object_set_new(line, column, value);
}

static void set_text(json_t *line, const char *column, const char *text)
{
    if (text[0] != '\0') {
        set(line, column, json_string(text));
    }
}

static void set_time(json_t *line, int64_t at_unix_ms)
{
    char text[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(at_unix_ms, text);
    set(line, "at", json_string(text));
}

static void fill_alert(json_t *line, const struct assay_alert_record *alert)
{
    char day[ASSAY_DATE_TEXT_SIZE] = "";
    if (alert->day != 0) {
        assay_date_format(alert->day, day);
    }
    set_time(line, alert->at_unix_ms);
    if (alert->item == 0 && alert->handle == 0) {
        set_text(line, "sku", alert->sku);
    }
    set_text(line, "country", alert->country);
    set_text(line, "region", alert->region);
    set(line, "detail",
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "kind",
                  assay_alert_kind_name(alert->kind), "site", alert->site, "printer",
                  alert->printer, "file", alert->file, "rule", alert->rule, "day", day,
                  "measure_1024", (json_int_t)alert->measure, "threshold_1024",
                  (json_int_t)alert->threshold));
}

static void fill_state(json_t *line, const struct assay_alert_state_record *state)
{
    set_time(line, state->at_unix_ms);
    set_text(line, "actor", state->actor);
    set(line, "detail",
        json_pack("{s:I, s:s, s:s}", "alert", (json_int_t)state->alert, "state",
                  assay_alert_state_name(state->state), "reason", state->reason_text));
}

static void fill_rule(json_t *line, const struct assay_rule_record *record)
{
    const struct assay_alert_rule *rule = &record->rule;
    const char *kind = assay_alert_kind_name(rule->kind);
    set_time(line, record->at_unix_ms);
    set_text(line, "actor", record->actor);
    set_text(line, "sku", rule->sku);
    set(line, "detail",
        json_pack("{s:s, s:b, s:s, s:b, s:i, s:I, s:I, s:I, s:I, s:I, s:I}", "name", rule->name,
                  "reset", record->reset, "kind", kind == NULL ? "" : kind, "enabled",
                  rule->enabled, "by", (int)rule->by, "window_days", (json_int_t)rule->window,
                  "min_count", (json_int_t)rule->min_count, "threshold_millionths",
                  (json_int_t)rule->threshold, "base_millionths", (json_int_t)rule->base,
                  "floor_millionths", (json_int_t)rule->floor, "factor_millionths",
                  (json_int_t)rule->factor));
}

static void fill_webhook(json_t *line, const struct assay_webhook_record *webhook)
{
    json_t *kinds = json_array();
    for (unsigned kind = 1; kind < ASSAY_ALERT_KINDS; kind++) {
        if ((webhook->kinds >> kind & 1) != 0) {
            json_array_append_new(kinds,
                                  json_string(assay_alert_kind_name((enum assay_alert_kind)kind)));
        }
    }
    set_time(line, webhook->at_unix_ms);
    set_text(line, "actor", webhook->actor);
    set(line, "detail",
        json_pack("{s:s, s:s, s:b, s:o}", "name", webhook->name, "url", webhook->url, "removed",
                  webhook->removed, "kinds", kinds));
}

void assay_export_alert(json_t *line, const struct assay_record *record)
{
    if (record->type == ASSAY_RECORD_ALERT) {
        fill_alert(line, &record->alert);
    } else if (record->type == ASSAY_RECORD_ALERT_STATE) {
        fill_state(line, &record->alert_state);
    } else if (record->type == ASSAY_RECORD_RULES) {
        fill_rule(line, &record->rule);
    } else {
        fill_webhook(line, &record->webhook);
    }
}
