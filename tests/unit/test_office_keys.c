// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/key_list.h"
#include "tests/support/office_support.h"

/* handle: room for ASSAY_HANDLE_SIZE. */
static void offline_batch(const char *rest, char *handle)
{
    char params[200];
    snprintf(params, sizeof params, "{\"sku\":\"S\",\"lot\":\"L1\",\"count\":100%s}", rest);
    json_t *result = done("batch.create", params);
    const json_t *made = json_object_get(result, "batch");
    snprintf(handle, ASSAY_HANDLE_SIZE, "%s", text_of(made, "handle"));
    assert_true(json_is_boolean(json_object_get(made, "offline")));
    json_decref(result);
}

static void move(const char *command, const char *handle, const char *range)
{
    char params[200];
    snprintf(params, sizeof params, "{\"handle\":\"%s\",\"range\":\"%s\",\"reason\":\"leak\"}",
             handle, range);
    done_quietly(command, params);
}

static void the_list_needs_its_keys_and_a_known_sku(void **state)
{
    (void)state;
    struct assay_keyring *kept = keys.keyring;
    product();
    refused("keys.list", "{\"sku\":\"T\"}", ASSAY_E_NOT_FOUND, "sku");
    refused("keys.list", "{\"sku\":7}", ASSAY_E_FIELD, "sku");
    refused("keys.list", "{\"handle\":\"ABCDEF\"}", ASSAY_E_FIELD, "handle");
    keys.keyring = NULL;
    refused("keys.list", "{}", ASSAY_E_REFUSED, "the list needs office.key");
    keys.keyring = kept;
    actor.scopes = 0;
    refused("keys.list", "{}", ASSAY_E_SCOPE, "keys.list");
}

static void offline_is_yes_or_no(void **state)
{
    (void)state;
    product();
    refused("batch.create", "{\"sku\":\"S\",\"lot\":\"L\",\"count\":1,\"offline\":\"yes\"}",
            ASSAY_E_FIELD, "offline");
}

static void offline_batches_are_listed_with_what_was_revoked(void **state)
{
    (void)state;
    char plain[ASSAY_HANDLE_SIZE];
    char handle[ASSAY_HANDLE_SIZE];
    struct assay_key_list list;
    product();
    offline_batch("", plain);
    json_t *none = done("keys.list", "{}");
    assert_int_equal(number_of(none, "count"), 0);
    json_decref(none);
    offline_batch(",\"offline\":true,\"expires_on\":\"2028-12-31\"", handle);
    move("batch.recall", handle, "0-9");
    move("batch.void", handle, "10-19");
    move("batch.void", handle, "50-50");
    json_t *result = done("keys.list", "{\"sku\":\"S\"}");
    const char *text = text_of(result, "list");
    uint8_t office[ASSAY_ED25519_KEY_LEN];
    assert_int_equal(assay_public_key_read(keys.keys, ASSAY_KEY_OFFICE, office, &reason), ASSAY_OK);
    assert_int_equal(assay_key_list_read(text, strlen(text), office, &list, &reason), ASSAY_OK);
    json_decref(result);
    assert_int_equal(list.count, 1);
    char listed[ASSAY_HANDLE_SIZE];
    assay_handle_format(list.keys[0].handle, listed);
    assert_string_equal(listed, handle);
    assert_int_equal(list.keys[0].count, 100);
    assert_int_equal(list.keys[0].revoked.count, 2);
    assert_int_equal(list.keys[0].revoked.ranges[0].last, 19);
    char date[ASSAY_DATE_TEXT_SIZE];
    assay_date_format(list.keys[0].valid_to, date);
    assert_string_equal(date, "2028-12-31");
    /* The key is the one that a signer of this batch has. */
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    struct assay_offline_signer *signer = NULL;
    assay_keyring_offline_seed(keys.keyring, 1, list.keys[0].handle, seed);
    assert_int_equal(assay_offline_signer_create(seed, &signer), ASSAY_OK);
    assert_memory_equal(assay_offline_signer_key(signer), list.keys[0].key, sizeof seed);
    assay_offline_signer_destroy(signer);
    assay_key_list_deinit(&list);
}

static int begin(void **state)
{
    (void)state;
    key_support_init(&keys);
    return 0;
}

static int end(void **state)
{
    (void)state;
    key_support_deinit(&keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_list_needs_its_keys_and_a_known_sku, set_up, tear_down),
        cmocka_unit_test_setup_teardown(offline_is_yes_or_no, set_up, tear_down),
        cmocka_unit_test_setup_teardown(offline_batches_are_listed_with_what_was_revoked, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
