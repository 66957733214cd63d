// SPDX-License-Identifier: Apache-2.0
/* One command of assay-batch, as a row of a table, and one call of it. */
#ifndef ASSAY_BATCH_TOOLS_TOOL_H
#define ASSAY_BATCH_TOOLS_TOOL_H

#include <jansson.h>

#include "core/keyring.h"

enum assay_tool_kind {
    ASSAY_TOOL_TEXT,
    ASSAY_TOOL_NUMBER, /* 0..2^52 */
    ASSAY_TOOL_FLAG,
};

/** One option of a command. */
struct assay_tool_option {
    const char *name;  /* without "--"; NULL ends a list */
    const char *value; /* its value's name in the help; NULL for a flag */
    const char *param; /* field of the office command's params; NULL: for the command itself */
    enum assay_tool_kind kind;
    bool required;
    const char *help;
    char letter; /* short form, or 0 */
};

/** One column of a printed list. */
struct assay_tool_column {
    const char *title; /* NULL ends a list */
    const char *path;  /* "at", "place.city" */
    bool right;        /* numbers */
};

struct assay_tool_call;

/** One command. */
struct assay_tool_command {
    const char *words;         /* "batch create" */
    const char *operand;       /* name of its operand in the help; NULL = none */
    const char *operand_param; /* as param of an option */
    const char *help;
    const char *office; /* the office command it runs */
    unsigned keys;      /* 1 << enum assay_key_name: what it needs without a verifier */
    bool needs_data;    /* --data is required */
    const struct assay_tool_option *options;
    const char *list; /* field of the result that is a list */
    bool only_list;   /* nothing else of the result is shown */
    const struct assay_tool_column *columns;
    enum assay_error (*run)(struct assay_tool_call *call); /* NULL: run `office`, print */
};

/** A command with what was given on the command line. */
struct assay_tool_call {
    const struct assay_tool_command *command;
    const char *data;            /* --data; NULL if not given */
    const char *passphrase_file; /* or NULL */
    const char *operand;         /* or NULL */
    bool json;
    json_t *params;                /* for the office command */
    json_t *own;                   /* for the command itself, by option name */
    struct assay_keyring *keyring; /* opened once, when first needed; NULL until then */
    unsigned keys_open;
    struct assay_reason reason;
};

/** All commands; the last row's words are NULL. */
extern const struct assay_tool_command assay_tool_commands[];

/** An own option's text or NULL; true if an own flag was given. */
const char *assay_tool_text(const struct assay_tool_call *call, const char *name);
bool assay_tool_flag(const struct assay_tool_call *call, const char *name);

/** Open DIR/keys with these keys, asking for the passphrase as needed; kept in the call.
 *  ASSAY_OK or the refusal with its reason. */
ASSAY_MUST_CHECK enum assay_error assay_tool_keys(struct assay_tool_call *call, unsigned keys);

/* Commands with a function of their own. */

/** init DIR. */
enum assay_error assay_tool_init(struct assay_tool_call *call);
/** batch create, batch order: the order is signed here if the verifier could not. */
enum assay_error assay_tool_order(struct assay_tool_call *call);
/** batch list: asks page after page. */
enum assay_error assay_tool_batch_list(struct assay_tool_call *call);
/** batch keys HANDLE: writes the batch's own keys. */
enum assay_error assay_tool_batch_keys(struct assay_tool_call *call);
/** batch honey HANDLE: writes the decoys' rows. */
enum assay_error assay_tool_honey(struct assay_tool_call *call);
/** rule set, rule dryrun: numbers with decimals, and flags. */
enum assay_error assay_tool_rule(struct assay_tool_call *call);
/** webhook add NAME. */
enum assay_error assay_tool_webhook_add(struct assay_tool_call *call);
/** manifest import FILE. */
enum assay_error assay_tool_manifest(struct assay_tool_call *call);
/** keys publish: writes the list to a file. */
enum assay_error assay_tool_keys_publish(struct assay_tool_call *call);
/** product add, product set: splits "zh|en". */
enum assay_error assay_tool_product(struct assay_tool_call *call);
/** site add NAME. */
enum assay_error assay_tool_site_add(struct assay_tool_call *call);
/** token create NAME. */
enum assay_error assay_tool_token_create(struct assay_tool_call *call);
/** audit. */
enum assay_error assay_tool_audit(struct assay_tool_call *call);
/** replay FILE. */
enum assay_error assay_tool_replay(struct assay_tool_call *call);
/** export. */
enum assay_error assay_tool_export(struct assay_tool_call *call);
/** backup, restore, check, rebuild. */
enum assay_error assay_tool_backup(struct assay_tool_call *call);
enum assay_error assay_tool_restore(struct assay_tool_call *call);
enum assay_error assay_tool_check(struct assay_tool_call *call);
enum assay_error assay_tool_rebuild(struct assay_tool_call *call);

#endif
