// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/columns.h"

const struct assay_tool_column assay_tool_product_columns[] = {
    {"SKU", "sku", false},
    {"GTIN", "gtin", false},
    {"NAME", "name_zh", false},
    {"NAME (EN)", "name_en", false},
    {"MONTHS", "warranty_months", true},
    {"BONUS", "registration_bonus_months", true},
    {0},
};

const struct assay_tool_column assay_tool_batch_columns[] = {
    {"BATCH", "handle", false},
    {"SKU", "sku", false},
    {"LOT", "lot", false},
    {"STATE", "state", false},
    {"COUNT", "count", true},
    {"PRINTED", "printed", true},
    {"ACTIVE", "active", true},
    {"SHIPPED", "shipped", true},
    {"RECALLED", "recalled", true},
    {"VOID", "voided", true},
    {"EXPIRES", "expires_on", false},
    {"PIN", "pin", false},
    {0},
};

const struct assay_tool_column assay_tool_reconcile_columns[] = {
    {"BATCH", "handle", false},
    {"SKU", "sku", false},
    {"LOT", "lot", false},
    {"STATE", "state", false},
    {"ISSUED", "reconciliation.issued", true},
    {"GOOD", "reconciliation.good", true},
    {"SPOILED", "reconciliation.spoiled", true},
    {"VOID", "reconciliation.void", true},
    {"UNACCOUNTED", "reconciliation.unaccounted", true},
    {"ACTIVE", "active", true},
    {"NO MANIFEST", "without_manifest", false},
    {0},
};

const struct assay_tool_column assay_tool_job_columns[] = {
    {"JOB", "job", false},
    {"KIND", "kind", false},
    {"LABELS", "labels", true},
    {"RANGES", "ranges", false},
    {"SITE", "site", false},
    {"PRINTER", "printer", false},
    {"REASON", "reason", false},
    {"IMPORTED", "imported_at", false},
    {0},
};

const struct assay_tool_column assay_tool_alert_columns[] = {
    {"ID", "id", true},
    {"AT", "at", false},
    {"KIND", "kind", false},
    {"STATE", "state", false},
    {"BATCH", "handle", false},
    {"ITEM", "index", true},
    {"SKU", "sku", false},
    {"LOT", "lot", false},
    {"COUNTRY", "subject.place.country", false},
    {"DAY", "subject.day", false},
    {"MEASURE", "measure", true},
    {"SITE", "site", false},
    {"PRINTER", "printer", false},
    {"FILE", "file", false},
    {0},
};

const struct assay_tool_column assay_tool_rule_columns[] = {
    {"NAME", "name", false},
    {"KIND", "kind", false},
    {"ON", "enabled", false},
    {"BY", "by", false},
    {"SKU", "sku", false},
    {"DAYS", "window_days", true},
    {"MIN", "min_count", true},
    {"THRESHOLD", "threshold", true},
    {"BASE", "base", true},
    {"FLOOR", "floor", true},
    {"FACTOR", "factor", true},
    {"CHANGED", "changed_at", false},
    {"BY WHOM", "changed_by", false},
    {0},
};

const struct assay_tool_column assay_tool_dryrun_columns[] = {
    {"AT", "at", false},
    {"RULE", "rule", false},
    {"SKU", "sku", false},
    {"BATCH", "handle", false},
    {"COUNTRY", "place.country", false},
    {"DAY", "day", false},
    {"MEASURE", "measure", true},
    {"THRESHOLD", "threshold", true},
    {0},
};

const struct assay_tool_column assay_tool_webhook_columns[] = {
    {"NAME", "name", false},
    {"URL", "url", false},
    {"WAITING", "waiting", true},
    {"DEAD", "dead", true},
    {"SINCE", "at", false},
    {"BY", "by", false},
    {0},
};

const struct assay_tool_column assay_tool_dead_columns[] = {
    {"NAME", "name", false},    {"ALERT", "alert", true},   {"TRIES", "tries", true},
    {"STATUS", "status", true}, {"LAST", "last_at", false}, {0},
};

const struct assay_tool_column assay_tool_history_columns[] = {
    {"AT", "at", false},
    {"SCAN", "number", true},
    {"VERDICT", "verdict", false},
    {"COUNTRY", "place.country", false},
    {"REGION", "place.region", false},
    {"CITY", "place.city", false},
    {"RISK", "risk.level", false},
    {"LEFT OUT", "left_out", false},
    {0},
};

const struct assay_tool_column assay_tool_scan_columns[] = {
    {"POSITION", "position", true},
    {"AT", "at", false},
    {"BATCH", "handle", false},
    {"ITEM", "index", true},
    {"SKU", "sku", false},
    {"SCAN", "number", true},
    {"VERDICT", "verdict", false},
    {"REGION", "place.region", false},
    {"CITY", "place.city", false},
    {"RISK", "risk.level", false},
    {0},
};

const struct assay_tool_column assay_tool_site_columns[] = {
    {"SITE", "name", false}, {"KEY", "key", false}, {"REVOKED", "revoked", false},
    {"AT", "at", false},     {"BY", "by", false},   {0},
};

const struct assay_tool_column assay_tool_token_columns[] = {
    {"TOKEN", "name", false}, {"SCOPES", "scopes", false}, {"REVOKED", "revoked", false},
    {"AT", "at", false},      {"BY", "by", false},         {0},
};
