// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/carton.h"

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

const struct assay_tool_option assay_carton_create_options[] = {
    {"count", "N", "count", ASSAY_TOOL_NUMBER, false, "how many, at most 10000 (default 1)", 0},
    {"pallet", NULL, "pallet", ASSAY_TOOL_FLAG, false, "pallets, not cartons", 0},
    EXTENSION,
    {0},
};

const struct assay_tool_option assay_carton_import_options[] = {
    {"per-carton", "N", "per_carton", ASSAY_TOOL_NUMBER, false,
     "items that close a carton whose column is empty", 0},
    EXTENSION,
    {0},
};

const struct assay_tool_option assay_carton_ship_options[] = {
    {"to", "TEXT", "to", ASSAY_TOOL_TEXT, false, "where to", 0},
    {0},
};

const struct assay_tool_option assay_carton_void_options[] = {
    {"reason", "TEXT", "reason", ASSAY_TOOL_TEXT, true, "reason; it is shown to buyers", 0},
    {0},
};

const struct assay_tool_option assay_carton_unpack_options[] = {
    {"reason", "TEXT", "reason", ASSAY_TOOL_TEXT, false, "reason", 0},
    {0},
};

const struct assay_tool_option assay_carton_show_options[] = {
    {"limit", "N", "limit", ASSAY_TOOL_NUMBER, false,
     "how many of the things in it are listed (default 1000)", 0},
    {"offset", "N", "offset", ASSAY_TOOL_NUMBER, false, "after how many (default 0)", 0},
    {0},
};

const struct assay_tool_option assay_carton_list_options[] = {STATE, KIND, {0}};

const struct assay_tool_option assay_carton_labels_options[] = {
    {"out", "FILE", NULL, ASSAY_TOOL_TEXT, true, "where the CSV goes; must not exist", 0},
    STATE,
    KIND,
    {0},
};

const struct assay_tool_column assay_carton_columns[] = {
    {"SSCC", "sscc", false},  {"KIND", "kind", false},     {"STATE", "state", false},
    {"COUNT", "count", true}, {"ITEMS", "items", true},    {"SKU", "sku", false},
    {"LOT", "lot", false},    {"PALLET", "pallet", false}, {0},
};

const struct assay_tool_column assay_carton_import_columns[] = {
    {"SSCC", "sscc", false},
    {"KIND", "kind", false},
    {"COUNT", "count", true},
    {"LINE", "line", true},
    {0},
};

const struct assay_tool_column assay_carton_holds_columns[] = {
    {"SSCC", "sscc", false},
    {"STATE", "state", false},
    {"COUNT", "count", true},
    {"BATCH", "handle", false},
    {"ITEM", "index", true},
    {"CODE", "code", false},
    {0},
};

const struct assay_tool_column assay_carton_content_columns[] = {
    {"BATCH", "handle", false},
    {"SKU", "sku", false},
    {"GTIN", "gtin", false},
    {"LOT", "lot", false},
    {"EXPIRES", "expires_on", false},
    {"ITEMS", "items", true},
    {0},
};
