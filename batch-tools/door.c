// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/door.h"

#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch-tools/socket.h"
#include "core/clock.h"
#include "core/passphrase.h"

bool assay_door_has_passphrase(const struct assay_tool_call *call)
{
    const char *given = getenv("ASSAY_PASSPHRASE");
    return call->passphrase_file != NULL || (given != NULL && given[0] != '\0') ||
           isatty(STDIN_FILENO) != 0;
}

enum assay_error assay_tool_keys(struct assay_tool_call *call, unsigned keys)
{
    if (keys == 0 || (call->keys_open & keys) == keys) {
        return ASSAY_OK;
    }
    char passphrase[ASSAY_PASSPHRASE_SIZE];
    enum assay_error error = assay_passphrase_get(call->passphrase_file, isatty(STDIN_FILENO) != 0,
                                                  passphrase, sizeof passphrase, &call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s/keys", call->data);
    struct assay_keyring *keyring = NULL;
    error = assay_keyring_open(dir, passphrase, keys | call->keys_open, &keyring, &call->reason);
    assay_bytes_wipe(passphrase, sizeof passphrase);
    if (error == ASSAY_OK) {
        assay_keyring_close(call->keyring);
        call->keyring = keyring;
        call->keys_open |= keys;
    }
    return error;
}

void assay_door_actor(struct assay_actor *actor)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char room[4096];
    actor->scopes = ASSAY_SCOPE_READ | ASSAY_SCOPE_WRITE | ASSAY_SCOPE_ADMIN;
    if (getpwuid_r(getuid(), &entry, room, sizeof room, &found) == 0 && found != NULL) {
        snprintf(actor->name, sizeof actor->name, "uid %u (%s)", getuid(), entry.pw_name);
    } else {
        snprintf(actor->name, sizeof actor->name, "uid %u", getuid());
    }
}

/* With the data directory open: what the verifier would have done. */
static enum assay_error run_inside(struct assay_tool_call *call, struct assay_store *store,
                                   const struct assay_office_request *asked, json_t **result)
{
    struct assay_actor actor = {0};
    assay_door_actor(&actor);
    struct assay_office_request request = *asked;
    request.actor = &actor;
    request.now_unix_ms = assay_clock_unix_ms();
    struct assay_office office = {.dir = call->data, .store = store, .keyring = call->keyring};
    enum assay_error error = assay_store_session_open(store, &office.session);
    if (error != ASSAY_OK) {
        return assay_fail(&call->reason, error, NULL);
    }
    error = assay_office_run(&office, &request, result, &call->reason);
    assay_store_session_close(office.session);
    return error;
}

static enum assay_error run_directly(struct assay_tool_call *call,
                                     const struct assay_office_request *request, json_t **result)
{
    enum assay_error error = assay_tool_keys(call, call->command->keys);
    if (error != ASSAY_OK) {
        return error;
    }
    const struct assay_store_options options = {.dir = call->data, .no_checkpointer = true};
    struct assay_store *store = NULL;
    error = assay_store_open(&options, &store, &call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = run_inside(call, store, request, result);
    assay_store_close(store);
    return error;
}

enum assay_error assay_door_run(struct assay_tool_call *call, const char *command,
                                const json_t *params, json_t **result)
{
    struct assay_socket_call socket_call = {
        .dir = call->data, .command = command, .params = params};
    enum assay_error error = assay_socket_post(&socket_call, result, &call->reason);
    if (error == ASSAY_OK || socket_call.answered || access(call->data, F_OK) != 0) {
        return error;
    }
    const struct assay_office_request request = {.command = command, .params = params};
    return run_directly(call, &request, result);
}
