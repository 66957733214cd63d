// SPDX-License-Identifier: Apache-2.0
#include "tests/support/office_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct world world;
struct key_support keys;
struct assay_reason reason;
struct assay_actor actor;

int set_up(void **state)
{
    (void)state;
    world_create(&world, 256, false);
    actor = (struct assay_actor){"uid 7 (test)", ASSAY_SCOPE_ADMIN};
    return 0;
}

int tear_down(void **state)
{
    (void)state;
    world_remove(&world);
    return 0;
}

enum assay_error run_json(const char *command, const json_t *params, json_t **result)
{
    struct assay_office office = {
        .dir = world.dir, .store = world.store, .session = world.session, .keyring = keys.keyring};
    const struct assay_office_request request = {command, params, &actor, WORLD_EPOCH_MS};
    reason.text[0] = '\0';
    return assay_office_run(&office, &request, result, &reason);
}

enum assay_error run(const char *command, const char *params, json_t **result)
{
    json_t *json = json_loads(params, 0, NULL);
    assert_non_null(json);
    enum assay_error error = run_json(command, json, result);
    json_decref(json);
    return error;
}

/* Run what must be refused, with a reason that begins so. */
void refused(const char *command, const char *params, enum assay_error wanted, const char *begins)
{
    json_t *result = NULL;
    enum assay_error error = run(command, params, &result);
    if (error != wanted || strncmp(reason.text, begins, strlen(begins)) != 0) {
        fail_msg("%s %s: %s \"%s\"", command, params, assay_error_name(error), reason.text);
    }
    assert_null(result);
}

json_t *done(const char *command, const char *params)
{
    json_t *result = NULL;
    enum assay_error error = run(command, params, &result);
    if (error != ASSAY_OK) {
        fail_msg("%s %s: %s \"%s\"", command, params, assay_error_name(error), reason.text);
    }
    return result;
}

void done_quietly(const char *command, const char *params)
{
    json_decref(done(command, params));
}

const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

json_int_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

void product(void)
{
    done_quietly("product.add", "{\"sku\":\"S\",\"name_zh\":\"\\u5145\\u7535\\u5b9d\","
                                "\"name_en\":\"Bank\",\"gtin\":\"6901234567892\","
                                "\"warranty_months\":3,\"registration_bonus_months\":2}");
}

/* Create a batch of product S; handle: room for ASSAY_HANDLE_SIZE. */
void batch(const char *count, char *handle)
{
    char params[200];
    snprintf(params, sizeof params, "{\"sku\":\"S\",\"lot\":\"L1\",\"pin\":true,\"count\":%s}",
             count);
    json_t *result = done("batch.create", params);
    snprintf(handle, ASSAY_HANDLE_SIZE, "%s", text_of(json_object_get(result, "batch"), "handle"));
    json_decref(result);
}

void register_site(void)
{
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    char hex[2 * sizeof key + 1];
    char params[200];
    assert_int_equal(assay_public_key_read(keys.keys, ASSAY_KEY_SITE, key, &reason), ASSAY_OK);
    assay_hex_encode(key, sizeof key, hex);
    snprintf(params, sizeof params, "{\"name\":\"plant\",\"key\":\"%s\"}", hex);
    done_quietly("site.add", params);
}
