// SPDX-License-Identifier: Apache-2.0
/* init: the data directory is made under the name DIR.partial and renamed at the end, so that DIR
 * is whole or not there. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "batch-tools/door.h"
#include "batch-tools/show.h"
#include "batch-tools/tool.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/office.h"
#include "core/passphrase.h"

#define PATH_ROOM (PATH_MAX / 2)
#define FIRST_SITE "office" /* prints on the office host itself */
#define FIRST_TOKEN "first"

static enum assay_error begin(struct assay_tool_call *call, char made[PATH_ROOM])
{
    const char *dir = call->operand;
    struct stat facts;
    if (strlen(dir) + sizeof ".partial" > PATH_ROOM) {
        return assay_fail(&call->reason, ASSAY_E_USAGE, "%.60s...: the path is too long", dir);
    }
    if (lstat(dir, &facts) == 0 && rmdir(dir) != 0) {
        return assay_fail(&call->reason, ASSAY_E_EXISTS,
                          "%s: exists already; name a new or empty folder", dir);
    }
    snprintf(made, PATH_ROOM, "%s.partial", dir);
    if (mkdir(made, 0700) != 0) {
        return errno == EEXIST
                   ? assay_fail(&call->reason, ASSAY_E_EXISTS,
                                "%s: left by an earlier run; remove it and try again", made)
                   : assay_file_fail(&call->reason, made);
    }
    return ASSAY_OK;
}

static enum assay_error make_keys(struct assay_tool_call *call, const char *made)
{
    char passphrase[ASSAY_PASSPHRASE_SIZE];
    enum assay_error error = assay_passphrase_get(call->passphrase_file, isatty(STDIN_FILENO) != 0,
                                                  passphrase, sizeof passphrase, &call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    char keys[PATH_MAX];
    snprintf(keys, sizeof keys, "%s/keys", made);
    error = assay_keyring_init(keys, passphrase, &call->reason);
    assay_bytes_wipe(passphrase, sizeof passphrase);
    return error;
}

static enum assay_error make_store(struct assay_tool_call *call, const char *made)
{
    struct assay_brand_record brand = {.host = "https://localhost", .utc_offset_minutes = 8 * 60};
    enum assay_error error = assay_office_brand_read(call->params, &brand, &call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    brand.at_unix_ms = assay_clock_unix_ms();
    snprintf(brand.actor, sizeof brand.actor, "uid %u", getuid());
    const struct assay_store_options options = {.dir = made, .no_checkpointer = true};
    return assay_store_create(&options, &brand, &call->reason);
}

/* The site that prints here, and the token that the first caller over HTTP needs. */
static enum assay_error make_site_and_token(struct assay_tool_call *call, const char *made,
                                            json_t **token)
{
    char keys[PATH_MAX];
    char hex[2 * ASSAY_ED25519_KEY_LEN + 1];
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    snprintf(keys, sizeof keys, "%s/keys", made);
    enum assay_error error = assay_public_key_read(keys, ASSAY_KEY_SITE, key, &call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    assay_hex_encode(key, sizeof key, hex);
    json_t *site = json_pack("{s:s, s:s}", "name", FIRST_SITE, "key", hex);
    json_t *wanted = json_pack("{s:s, s:[s]}", "name", FIRST_TOKEN, "scopes", "admin");
    json_t *registered = NULL;
    call->data = made;
    error = assay_door_run(call, "site.add", site, &registered);
    if (error == ASSAY_OK) {
        error = assay_door_run(call, "token.create", wanted, token);
    }
    call->data = NULL;
    json_decref(registered);
    json_decref(site);
    json_decref(wanted);
    return error;
}

static void show(const struct assay_tool_call *call, const json_t *token)
{
    const char *text = json_string_value(json_object_get(token, "token"));
    if (call->json) {
        json_t *json = json_pack("{s:s, s:s}", "data", call->operand, "token", text);
        assay_show_json(json);
        json_decref(json);
        return;
    }
    printf("%s is made.\n"
           "Keys are in %s/keys, encrypted under your passphrase: keep both safe, and apart.\n"
           "First token (scope admin), shown only this once:\n%s\n",
           call->operand, call->operand, text);
}

enum assay_error assay_tool_init(struct assay_tool_call *call)
{
    char made[PATH_ROOM];
    json_t *token = NULL;
    enum assay_error error = begin(call, made);
    if (error != ASSAY_OK) {
        return error;
    }
    error = make_keys(call, made);
    if (error == ASSAY_OK) {
        error = make_store(call, made);
    }
    if (error == ASSAY_OK) {
        error = make_site_and_token(call, made, &token);
    }
    if (error == ASSAY_OK) {
        error = assay_file_rename(made, call->operand, &call->reason);
    }
    if (error == ASSAY_OK) {
        show(call, token);
    } else {
        assay_file_remove_tree(made);
    }
    json_decref(token);
    return error;
}
