// SPDX-License-Identifier: Apache-2.0
/* The table of commands: help, options, where each value goes, what is printed. */
#include "batch-tools/columns.h"

#define OPENERS                                                                                    \
    TEXT("to", "CERT.pem", NULL, false, "certificate that the keys are encrypted to"),             \
        TEXT("site-passphrase-file", "FILE", NULL, false, "or passphrase that opens the keys")
#define KEY(name) (1u << ASSAY_KEY_##name)
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

static const struct assay_tool_option init_options[] = {
    TEXT("brand", "NAME", "name", true, "name of the brand"),
    TEXT("brand-zh", "NAME", "name_zh", false, "its Chinese name"),
    TEXT("host", "ORIGIN", "host", false,
         "origin of the labels' addresses (default https://localhost)"),
    TEXT("time-zone", "+HH:MM", "time_zone", false,
         "fixed offset from UTC in which days are counted (default +08:00)"),
    {0},
};

static const struct assay_tool_option brand_options[] = {
    TEXT("name", "NAME", "name", false, "name of the brand"),
    TEXT("name-zh", "NAME", "name_zh", false, "its Chinese name"),
    TEXT("host", "ORIGIN", "host", false, "origin of the labels' addresses"),
    TEXT("time-zone", "+HH:MM", "time_zone", false, "fixed offset from UTC"),
    TEXT("gs1-prefix", "DIGITS", "gs1_prefix", false,
         "the company prefix that GS1 gave, for SSCCs of cartons"),
    {0},
};

static const struct assay_tool_option product_options[] = {
    TEXT("sku", "S", "sku", true, "the product's own number: A-Z a-z 0-9 . _ -"),
    TEXT("gtin", "G", "gtin", false, "its GTIN of 8, 12, 13 or 14 digits"),
    TEXT("name", "ZH|EN", NULL, false, "its names, Chinese and English"),
    TEXT("picture", "URL", "picture", false, "https address of its picture"),
    NUMBER("warranty-months", "N", "warranty_months", false, "months of warranty (default 0)"),
    NUMBER("registration-bonus-months", "N", "registration_bonus_months", false,
           "more months for registering (default 0)"),
    TEXT("scan-on", "load|tap", "scan_on", false,
         "does opening the page scan, or a tap (default load)"),
    {0},
};

static const struct assay_tool_option sku_option[] = {
    TEXT("sku", "S", "sku", true, "the product"),
    {0},
};

static const struct assay_tool_option batch_create_options[] = {
    TEXT("sku", "S", "sku", true, "the product"),
    NUMBER("count", "N", "count", true, "how many items, at most 16777216"),
    TEXT("lot", "L", "lot", true, "the lot, as GS1 AI (10)"),
    TEXT("expires", "DATE", "expires_on", false, "last day of use, such as 2028-12-31"),
    TEXT("market", "CC", "market", false, "country it is meant for, such as CN"),
    FLAG("pin", "pin", "items have a covered PIN"),
    FLAG("offline", "offline", "labels carry a signature that is checked without a network"),
    NUMBER("epoch", "N", "epoch", false, "epoch of its keys (default 1)"),
    TEXT("out", "FILE", NULL, true, "where the signed order goes; must not exist"),
    TEXT("keys-out", "FILE", NULL, false, "the batch's label keys alone, for a print site"),
    TEXT("pin-keys-out", "FILE", NULL, false, "its PIN key alone, perhaps for another"),
    OPENERS,
    {0},
};

static const struct assay_tool_option batch_keys_options[] = {
    TEXT("out", "FILE", NULL, false, "the batch's label keys; must not exist"),
    TEXT("pin-out", "FILE", NULL, false, "its PIN key; must not exist"),
    OPENERS,
    {0},
};

static const struct assay_tool_option batch_order_options[] = {
    TEXT("out", "FILE", NULL, true, "where the signed order goes; must not exist"),
    {0},
};

static const struct assay_tool_option move_options[] = {
    TEXT("range", "A-B", "range", false, "items A to B, counted from 0; default: the whole batch"),
    TEXT("reason", "TEXT", "reason", false, "reason; of a void or recall it is shown to buyers"),
    {0},
};

static const struct assay_tool_option activate_options[] = {
    TEXT("range", "A-B", "range", false, "items A to B, from 0; default: all good labels"),
    TEXT("reason", "TEXT", "reason", false, "reason"),
    FLAG("without-manifest", "without_manifest",
         "though no manifest says what was printed; recorded"),
    TEXT("at", "TIME", "at", false, "they are on sale since then, such as 2026-03-01T00:00:00Z"),
    {0},
};

static const struct assay_tool_option spoil_options[] = {
    TEXT("range", "A-B", "range", true, "items A to B, counted from 0"),
    TEXT("reason", "TEXT", "reason", true, "what spoiled them"),
    {0},
};

static const struct assay_tool_option honey_options[] = {
    TEXT("name", "FILE-LABEL", "name", true, "which file they go into; an alert will name it"),
    NUMBER("count", "N", "count", false, "how many, at most 1000; none: those of that name again"),
    TEXT("out", "FILE", NULL, true, "where their rows go, as CSV; must not exist"),
    {0},
};

static const struct assay_tool_option close_options[] = {
    TEXT("reason", "TEXT", "reason", false, "reason"),
    {0},
};

static const struct assay_tool_option batch_list_options[] = {
    TEXT("sku", "S", "sku", false, "only this product's"),
    FLAG("reconcile", NULL, "issued = good + spoiled + void + unaccounted, of each batch"),
    {0},
};

static const struct assay_tool_option item_options[] = {
    NUMBER("limit", "N", "limit", false, "how many of its scans, newest first (default 100)"),
    {0},
};

static const struct assay_tool_option keys_options[] = {
    TEXT("sku", "S", "sku", false, "only this product's"),
    TEXT("out", "FILE", NULL, true, "where the signed list goes; replaced if it is there"),
    {0},
};

static const struct assay_tool_option scans_options[] = {
    NUMBER("after", "POS", "after", false, "only scans after this position (a former next_after)"),
    NUMBER("limit", "N", "limit", false, "how many at most (default 200)"),
    TEXT("sku", "S", "sku", false, "only this product's"),
    TEXT("batch", "HANDLE", "handle", false, "only this batch's"),
    {0},
};

static const struct assay_tool_option site_add_options[] = {
    TEXT("keys", "FOLDER", NULL, true, "folder with the site's site.pub"),
    {0},
};

static const struct assay_tool_option token_create_options[] = {
    TEXT("scope", "LIST", NULL, true, "read, write or admin, separated by commas"),
    {0},
};

static const struct assay_tool_option audit_options[] = {
    TEXT("sku", "S", NULL, false, "only this product"),
    TEXT("from", "DATE", NULL, false, "first day, in the brand's time zone"),
    TEXT("to", "DATE", NULL, false, "last day, inclusive"),
    TEXT("against-from", "DATE", NULL, false, "the trend's first period; default: as long, before"),
    TEXT("against-to", "DATE", NULL, false, "its last day"),
    TEXT("by", "LIST", NULL, false, "cuts, by comma: product, batch, region, day or week"),
    TEXT("format", "table|csv|json|xlsx|pdf", NULL, false, "default table"),
    TEXT("out", "FILE", NULL, false, "where xlsx or pdf goes"),
    {0},
};

static const struct assay_tool_option replay_options[] = {
    TEXT("scan-out", "FILE", NULL, false, "what each row came to: row,verdict,score,level"),
    TEXT("item-out", "FILE", NULL, false, "how each item looks at the end: code,score,level"),
    {0},
};

static const struct assay_tool_option export_options[] = {
    TEXT("format", "csv|jsonl", NULL, true, "comma-separated values, or a JSON object a line"),
    NUMBER("from", "POS", NULL, false, "first position (default: the first)"),
    NUMBER("to", "POS", NULL, false, "up to this position, exclusive (default: all)"),
    {"output", "FILE", NULL, ASSAY_TOOL_TEXT, false, "file to write (default: standard output)",
     'o'},
    {0},
};

static const struct assay_tool_option backup_options[] = {
    TEXT("out", "FOLDER", NULL, true, "new folder for the backup"),
    FLAG("without-keys", NULL, "leave the key files out; keep them elsewhere"),
    {0},
};

static const struct assay_tool_option restore_options[] = {
    TEXT("from", "FOLDER", NULL, true, "the backup"),
    {0},
};

static const struct assay_tool_option no_options[] = {{0}};

#define MOVE(verb, help_text, list_options)                                                        \
    {                                                                                              \
        .words = "batch " verb, .operand = "HANDLE", .operand_param = "handle", .help = help_text, \
        .office = "batch." verb, .needs_data = true, .options = list_options,                      \
    }

const struct assay_tool_command assay_tool_commands[] = {
    {.words = "init",
     .operand = "DIR",
     .help = "Make a data directory with keys, an empty ledger and the first token.",
     .options = init_options,
     .run = assay_tool_init},
    {.words = "brand show",
     .help = "Show name, origin and time zone of the brand.",
     .office = "brand.show",
     .needs_data = true,
     .options = no_options},
    {.words = "brand set",
     .help = "Change name, origin or time zone of the brand.",
     .office = "brand.set",
     .needs_data = true,
     .options = brand_options},
    {.words = "product add",
     .help = "Add a product.",
     .office = "product.add",
     .needs_data = true,
     .options = product_options,
     .run = assay_tool_product},
    {.words = "product set",
     .help = "Change a product: what is not named stays.",
     .office = "product.set",
     .needs_data = true,
     .options = product_options,
     .run = assay_tool_product},
    {.words = "product list",
     .help = "List all products.",
     .office = "product.list",
     .needs_data = true,
     .options = no_options,
     .list = "products",
     .only_list = true,
     .columns = assay_tool_product_columns},
    {.words = "product show",
     .help = "Show one product.",
     .office = "product.show",
     .needs_data = true,
     .options = sku_option},
    {.words = "batch create",
     .help = "Create a batch and write its order for the print site.",
     .office = "batch.create",
     .keys = KEY(OFFICE),
     .needs_data = true,
     .options = batch_create_options,
     .run = assay_tool_order},
    {.words = "batch order",
     .operand = "HANDLE",
     .operand_param = "handle",
     .help = "Write the order of a batch once more.",
     .office = "batch.order",
     .keys = KEY(OFFICE),
     .needs_data = true,
     .options = batch_order_options,
     .run = assay_tool_order},
    {.words = "batch keys",
     .operand = "HANDLE",
     .operand_param = "handle",
     .help = "Write the keys of one batch alone, for a print site.",
     .office = "batch.show",
     .needs_data = true,
     .options = batch_keys_options,
     .run = assay_tool_batch_keys},
    MOVE("activate", "Put items on sale: good labels only.", activate_options),
    MOVE("spoil", "Note printed labels that are no good.", spoil_options),
    {.words = "batch honey",
     .operand = "HANDLE",
     .operand_param = "handle",
     .help = "Reserve decoys for a file: codes that are never printed; a scan of one is an alert.",
     .office = "batch.honey",
     .keys = KEY(LABEL) | KEY(PIN),
     .needs_data = true,
     .options = honey_options,
     .run = assay_tool_honey},
    MOVE("ship", "Note that items were shipped.", move_options),
    MOVE("void", "Cancel items for good; wants a reason.", move_options),
    MOVE("recall", "Recall items; wants a reason.", move_options),
    MOVE("close", "End the activation of a batch; what is on sale stays so.", close_options),
    {.words = "batch list",
     .help = "List batches in order of creation.",
     .office = "batch.list",
     .needs_data = true,
     .options = batch_list_options,
     .list = "batches",
     .only_list = true,
     .columns = assay_tool_batch_columns,
     .run = assay_tool_batch_list},
    {.words = "batch show",
     .operand = "HANDLE",
     .operand_param = "handle",
     .help = "Show one batch with its ranges, sums and print jobs.",
     .office = "batch.show",
     .needs_data = true,
     .options = no_options,
     .list = "jobs",
     .columns = assay_tool_job_columns},
    {.words = "manifest import",
     .operand = "FILE",
     .help = "Take in a print site's manifest: checks its signature, notes what was printed.",
     .office = "manifest.import",
     .needs_data = true,
     .options = no_options,
     .run = assay_tool_manifest},
    {.words = "keys publish",
     .help = "Write the signed list of keys by which anybody checks offline labels.",
     .office = "keys.list",
     .keys = KEY(OFFICE) | KEY(LABEL),
     .needs_data = true,
     .options = keys_options,
     .run = assay_tool_keys_publish},
    {.words = "item show",
     .operand = "CODE",
     .operand_param = "code",
     .help = "Show state and scans of the item with this code; never personal data.",
     .office = "item.show",
     .keys = KEY(LABEL),
     .needs_data = true,
     .options = item_options,
     .list = "history",
     .columns = assay_tool_history_columns},
    {.words = "scans list",
     .help = "List recorded scans, page by page.",
     .office = "scans.list",
     .needs_data = true,
     .options = scans_options,
     .list = "scans",
     .columns = assay_tool_scan_columns},
    {.words = "calibrate",
     .help = "Learn risk's levels from items known to be genuine.",
     .office = "risk.calibrate",
     .needs_data = true,
     .options = no_options},
    {.words = "risk show",
     .help = "Show what risk goes by.",
     .office = "risk.show",
     .needs_data = true,
     .options = no_options},
    {.words = "stats show",
     .help = "Show figures of the store.",
     .office = "stats.show",
     .needs_data = true,
     .options = no_options},
    {.words = "site add",
     .operand = "NAME",
     .operand_param = "name",
     .help = "Register a print site's key, so that its manifests are believed.",
     .office = "site.add",
     .needs_data = true,
     .options = site_add_options,
     .run = assay_tool_site_add},
    {.words = "site list",
     .help = "List print sites.",
     .office = "site.list",
     .needs_data = true,
     .options = no_options,
     .list = "sites",
     .only_list = true,
     .columns = assay_tool_site_columns},
    {.words = "site revoke",
     .operand = "NAME",
     .operand_param = "name",
     .help = "Revoke a print site's key.",
     .office = "site.revoke",
     .needs_data = true,
     .options = no_options},
    {.words = "token create",
     .operand = "NAME",
     .operand_param = "name",
     .help = "Make a token for the office calls over HTTP; its text is shown this once.",
     .office = "token.create",
     .needs_data = true,
     .options = token_create_options,
     .run = assay_tool_token_create},
    {.words = "token list",
     .help = "List tokens, without their texts.",
     .office = "token.list",
     .needs_data = true,
     .options = no_options,
     .list = "tokens",
     .only_list = true,
     .columns = assay_tool_token_columns},
    {.words = "token revoke",
     .operand = "NAME",
     .operand_param = "name",
     .help = "Revoke a token.",
     .office = "token.revoke",
     .needs_data = true,
     .options = no_options},
    {.words = "audit",
     .help = "Count scans by verdict, exactly, from the ledger alone.",
     .needs_data = true,
     .options = audit_options,
     .run = assay_tool_audit},
    {.words = "replay",
     .operand = "FILE",
     .help = "Take in past scans from elsewhere, by the rules of scanning; no verifier runs.",
     .needs_data = true,
     .options = replay_options,
     .run = assay_tool_replay},
    {.words = "export",
     .help = "Write the ledger as CSV or JSON lines.",
     .needs_data = true,
     .options = export_options,
     .run = assay_tool_export},
    {.words = "backup",
     .help = "Copy the data directory into a new folder, also beside a running verifier.",
     .needs_data = true,
     .options = backup_options,
     .run = assay_tool_backup},
    {.words = "restore",
     .help = "Check a backup and make a data directory (--data) of it.",
     .needs_data = true,
     .options = restore_options,
     .run = assay_tool_restore},
    {.words = "check",
     .help = "Check every record, every checksum, every reference, and the state's rows.",
     .needs_data = true,
     .options = no_options,
     .run = assay_tool_check},
    {.words = "rebuild",
     .help = "Throw the state away and make it anew from the ledger; no verifier runs.",
     .needs_data = true,
     .options = no_options,
     .run = assay_tool_rebuild},
    {0},
};
