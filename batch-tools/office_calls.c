// SPDX-License-Identifier: Apache-2.0
/* Office commands that need more than their options: files, lists, names in two languages. */
#include <stdlib.h>
#include <string.h>

#include "batch-tools/columns.h"
#include "batch-tools/door.h"
#include "batch-tools/show.h"
#include "batch-tools/tool.h"
#include "core/file.h"
#include "core/json.h"

#define MANIFEST_BYTES_MAX (2u << 20)

/* Run the command's office call and print what came. */
static enum assay_error run_and_show(struct assay_tool_call *call)
{
    json_t *result = NULL;
    enum assay_error error = assay_door_run(call, call->command->office, call->params, &result);
    if (error == ASSAY_OK) {
        assay_show_result(call, result);
        json_decref(result);
    }
    return error;
}

static enum assay_error set_param(struct assay_tool_call *call, const char *name, json_t *value)
{
    return json_object_set_new(call->params, name, value) == 0
               ? ASSAY_OK
               : assay_fail(&call->reason, ASSAY_E_MEMORY, NULL);
}

enum assay_error assay_tool_product(struct assay_tool_call *call)
{
    const char *names = assay_tool_text(call, "name");
    if (names != NULL) {
        const char *bar = strchr(names, '|');
        if (bar == NULL || bar == names || bar[1] == '\0' || strchr(bar + 1, '|') != NULL) {
            return assay_fail(&call->reason, ASSAY_E_USAGE,
                              "--name: the Chinese and the English name are wanted, as \"ZH|EN\"");
        }
        enum assay_error error =
            set_param(call, "name_zh", json_stringn(names, (size_t)(bar - names)));
        if (error == ASSAY_OK) {
            error = set_param(call, "name_en", json_string(bar + 1));
        }
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return run_and_show(call);
}

enum assay_error assay_tool_batch_list(struct assay_tool_call *call)
{
    json_t *all = json_array();
    const json_t *next = NULL;
    json_t *result = NULL;
    enum assay_error error;
    do {
        error = assay_door_run(call, call->command->office, call->params, &result);
        if (error == ASSAY_OK) {
            json_array_extend(all, json_object_get(result, "batches"));
            next = json_object_get(result, "next_offset");
            error = json_is_integer(next)
                        ? set_param(call, "offset", json_integer(json_integer_value(next)))
                        : ASSAY_OK;
            bool more = json_is_integer(next);
            json_decref(result);
            result = NULL;
            next = more ? all : NULL;
        }
    } while (error == ASSAY_OK && next != NULL);
    json_t *whole = json_pack("{s:o}", "batches", all);
    if (error == ASSAY_OK) {
        struct assay_tool_command command = *call->command;
        struct assay_tool_call shown = *call;
        shown.command = &command;
        if (assay_tool_flag(call, "reconcile")) {
            command.columns = assay_tool_reconcile_columns;
        }
        assay_show_result(&shown, whole);
    }
    json_decref(whole);
    return error;
}

enum assay_error assay_tool_manifest(struct assay_tool_call *call)
{
    char *text = NULL;
    size_t len = 0;
    json_t *manifest = NULL;
    enum assay_error error =
        assay_file_read(call->operand, MANIFEST_BYTES_MAX, &text, &len, &call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_reason reason;
    error = assay_json_parse(text, len, MANIFEST_BYTES_MAX, &manifest, &reason);
    free(text);
    if (error != ASSAY_OK) {
        return assay_fail(&call->reason, error, "%s: %s", call->operand, reason.text);
    }
    error = set_param(call, "manifest", manifest);
    return error == ASSAY_OK ? run_and_show(call) : error;
}

/* A number with decimals. */
static enum assay_error set_decimal(struct assay_tool_call *call, const char *name)
{
    const char *text = assay_tool_text(call, name);
    if (text == NULL) {
        return ASSAY_OK;
    }
    size_t whole = strspn(text, "0123456789");
    size_t rest = text[whole] == '.' ? 1 + strspn(text + whole + 1, "0123456789") : 0;
    if (whole == 0 || whole > 7 || rest == 1 || rest > 7 || text[whole + rest] != '\0') {
        return assay_fail(&call->reason, ASSAY_E_USAGE,
                          "--%s: a number with at most six decimals is wanted", name);
    }
    return set_param(call, name, json_real(strtod(text, NULL)));
}

enum assay_error assay_tool_rule(struct assay_tool_call *call)
{
    static const char *const decimals[] = {"threshold", "base", "floor", "factor"};
    bool on = assay_tool_flag(call, "on");
    bool off = assay_tool_flag(call, "off");
    enum assay_error error = ASSAY_OK;
    if (on && off) {
        return assay_fail(&call->reason, ASSAY_E_USAGE, "--on, --off: one of the two");
    }
    for (size_t i = 0; i < ASSAY_COUNT_OF(decimals) && error == ASSAY_OK; i++) {
        error = set_decimal(call, decimals[i]);
    }
    if (error == ASSAY_OK && (on || off)) {
        error = set_param(call, "enabled", json_boolean(on));
    }
    return error == ASSAY_OK ? run_and_show(call) : error;
}

enum assay_error assay_tool_site_add(struct assay_tool_call *call)
{
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    char hex[2 * sizeof key + 1];
    enum assay_error error =
        assay_public_key_read(assay_tool_text(call, "keys"), ASSAY_KEY_SITE, key, &call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    assay_hex_encode(key, sizeof key, hex);
    error = set_param(call, "key", json_string(hex));
    return error == ASSAY_OK ? run_and_show(call) : error;
}

/* "a,b" as a list. */
static json_t *words_of(const char *text)
{
    json_t *words = json_array();
    for (const char *at = text; at != NULL;) {
        const char *comma = strchr(at, ',');
        size_t len = comma == NULL ? strlen(at) : (size_t)(comma - at);
        json_array_append_new(words, json_stringn(at, len));
        at = comma == NULL ? NULL : comma + 1;
    }
    return words;
}

enum assay_error assay_tool_token_create(struct assay_tool_call *call)
{
    enum assay_error error = set_param(call, "scopes", words_of(assay_tool_text(call, "scope")));
    return error == ASSAY_OK ? run_and_show(call) : error;
}

enum assay_error assay_tool_webhook_add(struct assay_tool_call *call)
{
    const char *kinds = assay_tool_text(call, "kinds");
    enum assay_error error = kinds == NULL ? ASSAY_OK : set_param(call, "kinds", words_of(kinds));
    return error == ASSAY_OK ? run_and_show(call) : error;
}
