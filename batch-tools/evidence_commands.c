// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/evidence.h"

#define OPTION(name, value, param, kind, help)                                                     \
    {                                                                                              \
        name, value, param, ASSAY_TOOL_##kind, false, help, 0                                      \
    }
#define REPLACE                                                                                    \
    OPTION("replace", NULL, "replace", FLAG,                                                       \
           "what was imported of this kind before holds no longer")
#define PAGES                                                                                      \
    OPTION("offset", "N", "offset", NUMBER, "leave out the first N (a former next_offset)"),       \
        OPTION("limit", "N", "limit", NUMBER, "how many at most, to 1000 (default 200)")

static const struct assay_tool_option import_options[] = {REPLACE, {0}};

static const struct assay_tool_option purchase_import_options[] = {
    OPTION("plan", "ID", "plan", TEXT, "the plan that these purchases were made by"),
    REPLACE,
    {0},
};

static const struct assay_tool_option list_options[] = {
    OPTION("sku", "S", "sku", TEXT, "only this product"),
    OPTION("region", "R", "region", TEXT, "only this region or country, such as CN-GD or CN"),
    PAGES,
    {0},
};

static const struct assay_tool_option plan_options[] = {
    OPTION("count", "N", "count", NUMBER, "how many items to buy, at most 10000 (default 40)"),
    OPTION("seed", "N", "seed", NUMBER, "what it is drawn from; default: at random, and recorded"),
    OPTION("by", "LIST", "by", TEXT, "product, region, or product,region (default)"),
    OPTION("sku", "S", "sku", TEXT, "of this product alone"),
    OPTION("out", "FILE", NULL, TEXT, "write it as CSV, too; must not exist"),
    {0},
};

static const struct assay_tool_option no_options[] = {{0}};

static const struct assay_tool_column batch_columns[] = {
    {"BATCH", "batch", false},
    {"SKU", "sku", false},
    {"ITEMS", "items", true},
    {0},
};

static const struct assay_tool_column sale_columns[] = {
    {"SKU", "sku", false},
    {"REGION", "region", false},
    {"WEEK", "week", false},
    {"UNITS", "units", true},
    {0},
};

static const struct assay_tool_column purchase_columns[] = {
    {"AT", "at", false},
    {"SKU", "sku", false},
    {"REGION", "region", false},
    {"ITEM", "item", false},
    {"FAKE", "is_fake", false},
    {"PLAN", "plan", false},
    {0},
};

static const struct assay_tool_column plan_columns[] = {
    {"SKU", "sku", false},
    {"REGION", "region", false},
    {"BUY", "count", true},
    {"UNITS", "units", true},
    {0},
};

static const struct assay_tool_column plans_columns[] = {
    {"ID", "id", false},
    {"AT", "at", false},
    {"COUNT", "count", true},
    {"BOUGHT", "bought", true},
    {"BASIS", "basis", false},
    {"SEED", "seed", true},
    {0},
};

const struct assay_tool_command assay_evidence_commands[] = {
    {.words = "reference import",
     .operand = "FILE",
     .help = "Take in items known to be genuine, from a CSV with the header code.",
     .office = "reference.import",
     .needs_data = true,
     .options = import_options,
     .run = assay_tool_evidence_import},
    {.words = "reference list",
     .help = "Count items known to be genuine, by batch.",
     .office = "reference.list",
     .needs_data = true,
     .options = no_options,
     .list = "batches",
     .columns = batch_columns},
    {.words = "sales import",
     .operand = "FILE",
     .help = "Take in units sold, from a CSV with the header sku,region,week,units.",
     .office = "sales.import",
     .needs_data = true,
     .options = import_options,
     .run = assay_tool_evidence_import},
    {.words = "sales list",
     .help = "List units sold, page by page.",
     .office = "sales.list",
     .needs_data = true,
     .options = list_options,
     .list = "sales",
     .columns = sale_columns},
    {.words = "test-purchase import",
     .operand = "FILE",
     .help = "Take in test purchases, from a CSV with the header time_ms,sku,region,code,is_fake.",
     .office = "test-purchase.import",
     .needs_data = true,
     .options = purchase_import_options,
     .run = assay_tool_evidence_import},
    {.words = "test-purchase list",
     .help = "List test purchases, page by page.",
     .office = "test-purchase.list",
     .needs_data = true,
     .options = list_options,
     .list = "purchases",
     .columns = purchase_columns},
    {.words = "test-purchase plan",
     .help = "Draw at random, in proportion to what is sold, which test purchases to make.",
     .office = "test-purchase.plan",
     .needs_data = true,
     .options = plan_options,
     .list = "rows",
     .columns = plan_columns,
     .run = assay_tool_plan},
    {.words = "test-purchase plans",
     .help = "List plans, newest first, and how much of each was bought.",
     .office = "test-purchase.plans",
     .needs_data = true,
     .options = no_options,
     .list = "plans",
     .only_list = true,
     .columns = plans_columns},
    {0},
};
