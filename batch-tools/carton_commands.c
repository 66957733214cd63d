// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/carton.h"
#include "batch-tools/upload.h"

#define EXTENSION                                                                                  \
    {                                                                                              \
        "extension", "DIGIT", "extension", ASSAY_TOOL_NUMBER, false,                               \
            "first digit of new SSCCs, 0 to 9 (default 0)", 0                                      \
    }
#define STATE                                                                                      \
    {                                                                                              \
        "state", "S", "state", ASSAY_TOOL_TEXT, false,                                             \
            "only those that are open, packed, shipped, void or unpacked", 0                       \
    }
#define KIND                                                                                       \
    {                                                                                              \
        "kind", "K", "kind", ASSAY_TOOL_TEXT, false, "only those: carton or pallet", 0             \
    }

static const struct assay_tool_option create_options[] = {
    {"count", "N", "count", ASSAY_TOOL_NUMBER, false, "how many, at most 10000 (default 1)", 0},
    {"pallet", NULL, "pallet", ASSAY_TOOL_FLAG, false, "pallets, not cartons", 0},
    EXTENSION,
    {0},
};

static const struct assay_tool_option import_options[] = {
    {"per-carton", "N", "per_carton", ASSAY_TOOL_NUMBER, false,
     "items that close a carton whose column is empty", 0},
    EXTENSION,
    {0},
};

static const struct assay_tool_option ship_options[] = {
    {"to", "TEXT", "to", ASSAY_TOOL_TEXT, false, "where to", 0},
    {0},
};

static const struct assay_tool_option void_options[] = {
    {"reason", "TEXT", "reason", ASSAY_TOOL_TEXT, true, "reason; it is shown to buyers", 0},
    {0},
};

static const struct assay_tool_option unpack_options[] = {
    {"reason", "TEXT", "reason", ASSAY_TOOL_TEXT, false, "reason", 0},
    {0},
};

static const struct assay_tool_option show_options[] = {
    {"limit", "N", "limit", ASSAY_TOOL_NUMBER, false,
     "how many of the things in it are listed (default 1000)", 0},
    {"offset", "N", "offset", ASSAY_TOOL_NUMBER, false, "after how many (default 0)", 0},
    {0},
};

static const struct assay_tool_option list_options[] = {STATE, KIND, {0}};

static const struct assay_tool_option labels_options[] = {
    {"out", "FILE", NULL, ASSAY_TOOL_TEXT, true, "where the CSV goes; must not exist", 0},
    STATE,
    KIND,
    {0},
};

static const struct assay_tool_column list_columns[] = {
    {"SSCC", "sscc", false},  {"KIND", "kind", false},     {"STATE", "state", false},
    {"COUNT", "count", true}, {"ITEMS", "items", true},    {"SKU", "sku", false},
    {"LOT", "lot", false},    {"PALLET", "pallet", false}, {0},
};

static const struct assay_tool_column import_columns[] = {
    {"SSCC", "sscc", false},
    {"KIND", "kind", false},
    {"COUNT", "count", true},
    {"LINE", "line", true},
    {0},
};

static const struct assay_tool_column holds_columns[] = {
    {"SSCC", "sscc", false},
    {"STATE", "state", false},
    {"COUNT", "count", true},
    {"BATCH", "handle", false},
    {"ITEM", "index", true},
    {"CODE", "code", false},
    {0},
};

static const struct assay_tool_column content_columns[] = {
    {"BATCH", "handle", false},
    {"SKU", "sku", false},
    {"GTIN", "gtin", false},
    {"LOT", "lot", false},
    {"EXPIRES", "expires_on", false},
    {"ITEMS", "items", true},
    {0},
};

const struct assay_tool_command assay_carton_commands[] = {
    {.words = "carton create",
     .help = "Make empty cartons or pallets with new SSCCs, to label before they are filled.",
     .office = "carton.create",
     .needs_data = true,
     .options = create_options},
    {.words = "carton import",
     .operand = "FILE",
     .help = "Fill cartons and pallets from a CSV of line scans, the whole file or nothing.",
     .office = "carton.import",
     .keys = 1u << ASSAY_KEY_LABEL,
     .needs_data = true,
     .options = import_options,
     .list = "units",
     .columns = import_columns,
     .run = assay_tool_upload},
    {.words = "carton ship",
     .operand = "SSCC",
     .operand_param = "sscc",
     .help = "Note that a carton or pallet was shipped with all that it holds.",
     .office = "carton.ship",
     .needs_data = true,
     .options = ship_options,
     .list = "content",
     .columns = content_columns},
    {.words = "carton void",
     .operand = "SSCC",
     .operand_param = "sscc",
     .help = "Cancel all items of a carton or pallet for good.",
     .office = "carton.void",
     .needs_data = true,
     .options = void_options,
     .list = "content",
     .columns = content_columns},
    {.words = "carton unpack",
     .operand = "SSCC",
     .operand_param = "sscc",
     .help = "Take a carton or pallet apart; its SSCC is not used again.",
     .office = "carton.unpack",
     .needs_data = true,
     .options = unpack_options,
     .list = "content",
     .columns = content_columns},
    {.words = "carton show",
     .operand = "SSCC",
     .operand_param = "sscc",
     .help = "Show a carton or pallet and what it holds.",
     .office = "carton.show",
     .keys = 1u << ASSAY_KEY_LABEL,
     .needs_data = true,
     .options = show_options,
     .list = "holds",
     .columns = holds_columns},
    {.words = "carton list",
     .help = "List cartons and pallets in order of making.",
     .office = "carton.list",
     .needs_data = true,
     .options = list_options,
     .list = "cartons",
     .only_list = true,
     .columns = list_columns,
     .run = assay_tool_carton_list},
    {.words = "carton labels",
     .help = "Write what the labels of cartons and pallets say, as CSV.",
     .office = "carton.list",
     .needs_data = true,
     .options = labels_options,
     .run = assay_tool_carton_labels},
    {0},
};
