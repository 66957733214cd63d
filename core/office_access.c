// SPDX-License-Identifier: Apache-2.0
/* Who may do what: tokens of the office's callers, keys of the print sites. */
#include <stdio.h>
#include <string.h>

#include "core/office_command.h"

#define TOKEN_BYTES 32
#define TOKEN_PREFIX "assay_"
#define TOKEN_TEXT_SIZE (sizeof TOKEN_PREFIX + (TOKEN_BYTES * 4 + 2) / 3)

/* -- tokens -- */

static const struct {
    uint32_t scope;
    const char *name;
} scope_rows[] = {
    {ASSAY_SCOPE_READ, "read"},
    {ASSAY_SCOPE_WRITE, "write"},
    {ASSAY_SCOPE_ADMIN, "admin"},
};

static json_t *scopes_json(uint32_t scopes)
{
    json_t *list = json_array();
    for (size_t i = 0; i < ASSAY_COUNT_OF(scope_rows); i++) {
        if ((scopes & scope_rows[i].scope) != 0) {
            json_array_append_new(list, json_string(scope_rows[i].name));
        }
    }
    return list;
}

static uint32_t scope_of(const json_t *name)
{
    for (size_t i = 0; json_is_string(name) && i < ASSAY_COUNT_OF(scope_rows); i++) {
        if (strcmp(scope_rows[i].name, json_string_value(name)) == 0) {
            return scope_rows[i].scope;
        }
    }
    return 0;
}

static enum assay_error scopes_read(const json_t *list, uint32_t *scopes,
                                    struct assay_reason *reason)
{
    uint32_t found = 0;
    bool good = json_array_size(list) > 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        uint32_t scope = scope_of(json_array_get(list, i));
        good = good && scope != 0;
        found |= scope;
    }
    if (!good) {
        return assay_fail(reason, ASSAY_E_FIELD, "scopes: one or more of read, write, admin");
    }
    *scopes = found;
    return ASSAY_OK;
}

/* The token that bears a name and is not revoked. */
struct token_search {
    const char *name;      /* or NULL: by digest */
    const uint8_t *sha256; /* or NULL: by name */
    struct assay_token_record found;
    bool any;
};

static bool match_token(void *context, const struct assay_token_record *token)
{
    struct token_search *search = context;
    if (token->revoked) {
        return true;
    }
    bool same = search->name != NULL
                    ? strcmp(token->name, search->name) == 0
                    : assay_bytes_equal(token->sha256, search->sha256, ASSAY_SHA256_LEN);
    if (same) {
        search->found = *token;
        search->any = true;
    }
    return true; /* to the end always: how long it takes says nothing about where it was found */
}

enum assay_error assay_office_actor_of_token(struct assay_store *store, const char *token,
                                             size_t len, struct assay_actor *actor)
{
    uint8_t digest[ASSAY_SHA256_LEN];
    assay_sha256(token, len, digest);
    return len == 0 ? ASSAY_E_TOKEN : assay_office_actor_of_token_sha256(store, digest, actor);
}

enum assay_error assay_office_actor_of_token_sha256(struct assay_store *store,
                                                    const uint8_t sha256[ASSAY_SHA256_LEN],
                                                    struct assay_actor *actor)
{
    struct token_search search = {.sha256 = sha256};
    assay_store_each_token(store, match_token, &search);
    if (!search.any) {
        return ASSAY_E_TOKEN;
    }
    snprintf(actor->name, sizeof actor->name, "token %s", search.found.name);
    actor->scopes = search.found.scopes;
    return ASSAY_OK;
}

static enum assay_error token_put(const struct assay_office_call *call,
                                  struct assay_token_record *token)
{
    struct assay_record record = {.type = ASSAY_RECORD_TOKEN};
    token->at_unix_ms = call->now_unix_ms;
    memcpy(token->actor, call->actor->name, sizeof token->actor);
    record.token = *token;
    return assay_office_put(call, &record);
}

enum assay_error assay_office_token_create(const struct assay_office_call *call, json_t **result)
{
    struct assay_token_record token = {0};
    const json_t *scopes = NULL;
    const struct assay_json_field fields[] = {
        {"name", ASSAY_JSON_TEXT, true, token.name, sizeof token.name, 0, 0, NULL},
        {"scopes", ASSAY_JSON_ARRAY, true, &scopes, 0, 0, 0, NULL},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error == ASSAY_OK) {
        error = assay_office_name_check("name", token.name, call->reason);
    }
    if (error == ASSAY_OK) {
        error = scopes_read(scopes, &token.scopes, call->reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    struct token_search search = {.name = token.name};
    assay_store_each_token(call->office->store, match_token, &search);
    if (search.any) {
        return assay_fail(call->reason, ASSAY_E_EXISTS,
                          "name: there is a token %s already; revoke it first", token.name);
    }
    uint8_t secret[TOKEN_BYTES];
    char text[TOKEN_TEXT_SIZE] = TOKEN_PREFIX;
    assay_bytes_random(secret, sizeof secret);
    assay_base64url_encode(secret, sizeof secret, text + strlen(TOKEN_PREFIX));
    assay_bytes_wipe(secret, sizeof secret);
    assay_sha256(text, strlen(text), token.sha256);
    error = token_put(call, &token);
    if (error == ASSAY_OK) {
        error = assay_office_give(json_pack("{s:s, s:o, s:s}", "name", token.name, "scopes",
                                            scopes_json(token.scopes), "token", text),
                                  result, call->reason);
    }
    assay_bytes_wipe(text, sizeof text);
    return error;
}

static bool list_token(void *context, const struct assay_token_record *token)
{
    json_t *list = context;
    json_t *row = json_pack("{s:s, s:o, s:b, s:o, s:s}", "name", token->name, "scopes",
                            scopes_json(token->scopes), "revoked", token->revoked, "at",
                            assay_office_time(token->at_unix_ms), "by", token->actor);
    return json_array_append_new(list, row) == 0;
}

enum assay_error assay_office_token_list(const struct assay_office_call *call, json_t **result)
{
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *list = json_array();
    assay_store_each_token(call->office->store, list_token, list);
    return assay_office_give(json_pack("{s:o}", "tokens", list), result, call->reason);
}

/* Read {name} alone. */
static enum assay_error name_read(const struct assay_office_call *call, char *name, size_t size)
{
    const struct assay_json_field fields[] = {
        {"name", ASSAY_JSON_TEXT, true, name, size, 0, 0, NULL},
    };
    return ASSAY_OFFICE_READ(call, fields);
}

enum assay_error assay_office_token_revoke(const struct assay_office_call *call, json_t **result)
{
    char name[ASSAY_SKU_MAX + 1] = "";
    enum assay_error error = name_read(call, name, sizeof name);
    if (error != ASSAY_OK) {
        return error;
    }
    struct token_search search = {.name = name};
    assay_store_each_token(call->office->store, match_token, &search);
    if (!search.any) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                          "name: there is no valid token %.40s; see token list", name);
    }
    search.found.revoked = true;
    error = token_put(call, &search.found);
    if (error != ASSAY_OK) {
        return error;
    }
    return assay_office_give(json_pack("{s:s, s:b}", "name", name, "revoked", true), result,
                             call->reason);
}

/* -- print sites -- */

struct site_search {
    const char *name;
    const uint8_t *key; /* or NULL */
    struct assay_site_record found;
    bool any;
};

static bool match_site(void *context, const struct assay_site_record *site)
{
    struct site_search *search = context;
    bool same_key = search->key != NULL && memcmp(site->key, search->key, sizeof site->key) == 0;
    if (!site->revoked && (same_key || strcmp(site->name, search->name) == 0)) {
        search->found = *site;
        search->any = true;
    }
    return !search->any;
}

static enum assay_error site_put(const struct assay_office_call *call,
                                 struct assay_site_record *site, json_t **result)
{
    struct assay_record record = {.type = ASSAY_RECORD_SITE};
    site->at_unix_ms = call->now_unix_ms;
    memcpy(site->actor, call->actor->name, sizeof site->actor);
    record.site = *site;
    enum assay_error error = assay_office_put(call, &record);
    if (error != ASSAY_OK) {
        return error;
    }
    char key[2 * sizeof site->key + 1];
    assay_hex_encode(site->key, sizeof site->key, key);
    return assay_office_give(
        json_pack("{s:s, s:s, s:b}", "name", site->name, "key", key, "revoked", site->revoked),
        result, call->reason);
}

enum assay_error assay_office_site_add(const struct assay_office_call *call, json_t **result)
{
    struct assay_site_record site = {0};
    char key[2 * sizeof site.key + 1] = "";
    const struct assay_json_field fields[] = {
        {"name", ASSAY_JSON_TEXT, true, site.name, sizeof site.name, 0, 0, NULL},
        {"key", ASSAY_JSON_TEXT, true, key, sizeof key, 0, 0, NULL},
    };
    enum assay_error error = ASSAY_OFFICE_READ(call, fields);
    if (error == ASSAY_OK) {
        error = assay_office_name_check("name", site.name, call->reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    if (assay_hex_decode(key, strlen(key), site.key, sizeof site.key) != ASSAY_OK) {
        return assay_fail(call->reason, ASSAY_E_FIELD,
                          "key: the 64 hex digits of an Ed25519 public key are wanted");
    }
    struct site_search search = {.name = site.name, .key = site.key};
    assay_store_each_site(call->office->store, match_site, &search);
    if (search.any) {
        return assay_fail(call->reason, ASSAY_E_EXISTS,
                          "site %s has this name or key already; revoke it first",
                          search.found.name);
    }
    return site_put(call, &site, result);
}

static bool list_site(void *context, const struct assay_site_record *site)
{
    json_t *list = context;
    char key[2 * sizeof site->key + 1];
    assay_hex_encode(site->key, sizeof site->key, key);
    json_t *row =
        json_pack("{s:s, s:s, s:b, s:o, s:s}", "name", site->name, "key", key, "revoked",
                  site->revoked, "at", assay_office_time(site->at_unix_ms), "by", site->actor);
    return json_array_append_new(list, row) == 0;
}

enum assay_error assay_office_site_list(const struct assay_office_call *call, json_t **result)
{
    enum assay_error error = assay_json_read(call->params, NULL, 0, call->reason);
    if (error != ASSAY_OK) {
        return error;
    }
    json_t *list = json_array();
    assay_store_each_site(call->office->store, list_site, list);
    return assay_office_give(json_pack("{s:o}", "sites", list), result, call->reason);
}

enum assay_error assay_office_site_revoke(const struct assay_office_call *call, json_t **result)
{
    char name[ASSAY_SKU_MAX + 1] = "";
    enum assay_error error = name_read(call, name, sizeof name);
    if (error != ASSAY_OK) {
        return error;
    }
    struct site_search search = {.name = name};
    assay_store_each_site(call->office->store, match_site, &search);
    if (!search.any) {
        return assay_fail(call->reason, ASSAY_E_NOT_FOUND,
                          "name: there is no valid site %.40s; see site list", name);
    }
    search.found.revoked = true;
    return site_put(call, &search.found, result);
}
