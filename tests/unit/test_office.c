// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/office_support.h"

static void unknown_commands_and_params_are_refused(void **state)
{
    (void)state;
    refused("batch.eat", "{}", ASSAY_E_NOT_FOUND, "batch.eat");
    refused("", "{}", ASSAY_E_NOT_FOUND, "");
    refused("brand.show", "{\"x\":1}", ASSAY_E_FIELD, "x");
    refused("brand.show", "[]", ASSAY_E_FIELD, "brand.show takes a JSON object");
    refused("product.show", "{}", ASSAY_E_FIELD, "sku");
    refused("product.show", "{\"sku\":7}", ASSAY_E_FIELD, "sku");
}

static void scopes_hold(void **state)
{
    (void)state;
    actor.scopes = ASSAY_SCOPE_READ;
    done_quietly("product.list", "{}");
    refused("product.add", "{}", ASSAY_E_SCOPE, "product.add needs a token with scope write");
    refused("token.list", "{}", ASSAY_E_SCOPE, "token.list needs a token with scope admin");
    actor.scopes = ASSAY_SCOPE_WRITE;
    done_quietly("product.list", "{}");
    refused("site.add", "{}", ASSAY_E_SCOPE, "site.add needs a token with scope admin");
    actor.scopes = 0;
    refused("stats.show", "{}", ASSAY_E_SCOPE, "stats.show needs a token with scope read");
}

static void visit_command(void *context, const char *name, uint32_t scope, const char *help)
{
    size_t *count = context;
    assert_non_null(strchr(name, '.'));
    assert_true(scope == ASSAY_SCOPE_READ || scope == ASSAY_SCOPE_WRITE ||
                scope == ASSAY_SCOPE_ADMIN);
    assert_true(strlen(help) > 0);
    (*count)++;
}

static void the_table_can_be_walked(void **state)
{
    (void)state;
    size_t count = 0;
    assay_office_each_command(visit_command, &count);
    assert_true(count > 40);
}

static void brand_fields_are_checked(void **state)
{
    (void)state;
    refused("brand.set", "{}", ASSAY_E_FIELD, "name, name_zh, host, time_zone or gs1_prefix");
    refused("brand.set", "{\"host\":\"https://x.cn/path\"}", ASSAY_E_FIELD, "host");
    refused("brand.set", "{\"host\":\"ftp://x.cn\"}", ASSAY_E_FIELD, "host");
    refused("brand.set", "{\"name\":\"\"}", ASSAY_E_FIELD, "name");
    static const char *const zones[] = {"", "8", "+8:00", "+08:60", "+15:00", "-12:01", "+08:0x"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(zones); i++) {
        char params[64];
        snprintf(params, sizeof params, "{\"time_zone\":\"%s\"}", zones[i]);
        refused("brand.set", params, ASSAY_E_FIELD, "time_zone");
    }
    done_quietly("brand.set", "{\"host\":\"https://v.x.cn:8443\",\"time_zone\":\"-03:30\"}");
    json_t *brand = done("brand.show", "{}");
    assert_string_equal(text_of(brand, "host"), "https://v.x.cn:8443");
    assert_string_equal(text_of(brand, "time_zone"), "-03:30");
    assert_string_equal(text_of(brand, "name"), "Test");
    json_decref(brand);
}

static void product_fields_are_checked(void **state)
{
    (void)state;
    refused("product.add", "{\"name_zh\":\"a\",\"name_en\":\"b\"}", ASSAY_E_FIELD, "sku");
    refused("product.add", "{\"sku\":\"a b\",\"name_zh\":\"a\",\"name_en\":\"b\"}", ASSAY_E_FIELD,
            "sku");
    refused("product.add", "{\"sku\":\"a\",\"name_zh\":\"a\",\"name_en\":\"\"}", ASSAY_E_FIELD,
            "name_");
    refused("product.add",
            "{\"sku\":\"a\",\"name_zh\":\"a\",\"name_en\":\"b\",\"gtin\":\"6901234567893\"}",
            ASSAY_E_FIELD, "gtin");
    refused("product.add",
            "{\"sku\":\"a\",\"name_zh\":\"a\",\"name_en\":\"b\",\"warranty_months\":601}",
            ASSAY_E_FIELD, "warranty_months");
    refused("product.add",
            "{\"sku\":\"a\",\"name_zh\":\"a\",\"name_en\":\"b\",\"registration_bonus_months\":1}",
            ASSAY_E_FIELD, "registration_bonus_months");
    refused("product.add", "{\"sku\":\"a\",\"name_zh\":\"a\",\"name_en\":\"b\",\"scan_on\":\"no\"}",
            ASSAY_E_FIELD, "scan_on");
    refused("product.add",
            "{\"sku\":\"a\",\"name_zh\":\"a\",\"name_en\":\"b\",\"picture\":\"http://x\"}",
            ASSAY_E_FIELD, "picture");
}

static void products_are_added_once_and_changed(void **state)
{
    (void)state;
    product();
    refused("product.add", "{\"sku\":\"S\",\"name_zh\":\"a\",\"name_en\":\"b\"}", ASSAY_E_EXISTS,
            "sku: product S exists");
    refused("product.set", "{\"sku\":\"T\",\"name_en\":\"b\"}", ASSAY_E_NOT_FOUND, "sku");
    refused("product.show", "{\"sku\":\"T\"}", ASSAY_E_NOT_FOUND, "sku");
    done_quietly("product.set", "{\"sku\":\"S\",\"name_en\":\"Power bank\",\"scan_on\":\"tap\"}");
    json_t *show = done("product.show", "{\"sku\":\"S\"}");
    assert_string_equal(text_of(show, "name_en"), "Power bank");
    assert_string_equal(text_of(show, "gtin"), "06901234567892");
    assert_string_equal(text_of(show, "scan_on"), "tap");
    assert_int_equal(number_of(show, "warranty_months"), 3);
    json_decref(show);
    json_t *list = done("product.list", "{}");
    assert_int_equal(json_array_size(json_object_get(list, "products")), 2);
    json_decref(list);
}

static void a_token_is_shown_once_and_known_until_revoked(void **state)
{
    (void)state;
    refused("token.create", "{\"name\":\"ci\",\"scopes\":[]}", ASSAY_E_FIELD, "scopes");
    refused("token.create", "{\"name\":\"ci\",\"scopes\":[\"root\"]}", ASSAY_E_FIELD, "scopes");
    refused("token.create", "{\"name\":\"c i\",\"scopes\":[\"read\"]}", ASSAY_E_FIELD, "name");
    json_t *made = done("token.create", "{\"name\":\"ci\",\"scopes\":[\"read\"]}");
    refused("token.create", "{\"name\":\"ci\",\"scopes\":[\"read\"]}", ASSAY_E_EXISTS, "name");
    const char *text = text_of(made, "token");
    struct assay_actor who = {0};
    assert_int_equal(assay_office_actor_of_token(world.store, text, strlen(text), &who), ASSAY_OK);
    assert_string_equal(who.name, "token ci");
    assert_int_equal(who.scopes, ASSAY_SCOPE_READ);
    assert_int_equal(assay_office_actor_of_token(world.store, text, strlen(text) - 1, &who),
                     ASSAY_E_TOKEN);
    assert_int_equal(assay_office_actor_of_token(world.store, "", 0, &who), ASSAY_E_TOKEN);
    uint8_t digest[ASSAY_SHA256_LEN];
    struct assay_actor by_digest = {0};
    assay_sha256(text, strlen(text), digest);
    assert_int_equal(assay_office_actor_of_token_sha256(world.store, digest, &by_digest), ASSAY_OK);
    assert_string_equal(by_digest.name, "token ci");
    digest[31] ^= 1;
    assert_int_equal(assay_office_actor_of_token_sha256(world.store, digest, &by_digest),
                     ASSAY_E_TOKEN);
    digest[31] ^= 1;
    json_t *list = done("token.list", "{}");
    char *dump = json_dumps(list, 0);
    assert_null(strstr(dump, text));
    free(dump);
    json_decref(list);
    done_quietly("token.revoke", "{\"name\":\"ci\"}");
    assert_int_equal(assay_office_actor_of_token_sha256(world.store, digest, &by_digest),
                     ASSAY_E_TOKEN);
    assert_int_equal(assay_office_actor_of_token(world.store, text, strlen(text), &who),
                     ASSAY_E_TOKEN);
    refused("token.revoke", "{\"name\":\"ci\"}", ASSAY_E_NOT_FOUND, "name");
    /* The name may be given again; the text that was revoked stays so. */
    json_t *again = done("token.create", "{\"name\":\"ci\",\"scopes\":[\"write\"]}");
    assert_int_equal(assay_office_actor_of_token(world.store, text, strlen(text), &who),
                     ASSAY_E_TOKEN);
    text = text_of(again, "token");
    assert_int_equal(assay_office_actor_of_token(world.store, text, strlen(text), &who), ASSAY_OK);
    assert_int_equal(who.scopes, ASSAY_SCOPE_WRITE);
    json_decref(again);
    json_decref(made);
}

static void sites_are_checked(void **state)
{
    (void)state;
    refused("site.add", "{\"name\":\"plant\",\"key\":\"00\"}", ASSAY_E_FIELD, "key");
    register_site();
    refused("site.add",
            "{\"name\":\"plant\",\"key\":"
            "\"0000000000000000000000000000000000000000000000000000000000000000\"}",
            ASSAY_E_EXISTS, "site plant");
    refused("site.revoke", "{\"name\":\"mill\"}", ASSAY_E_NOT_FOUND, "name");
    json_t *list = done("site.list", "{}");
    assert_string_equal(text_of(json_array_get(json_object_get(list, "sites"), 0), "by"),
                        "uid 7 (test)");
    json_decref(list);
}

static void figures_are_shown(void **state)
{
    (void)state;
    json_t *stats = done("stats.show", "{}");
    assert_int_equal(number_of(stats, "products"), 1);
    assert_true(number_of(stats, "ledger_records") >= 2);
    json_decref(stats);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(unknown_commands_and_params_are_refused),
        CASE(scopes_hold),
        CASE(the_table_can_be_walked),
        CASE(brand_fields_are_checked),
        CASE(product_fields_are_checked),
        CASE(products_are_added_once_and_changed),
        CASE(a_token_is_shown_once_and_known_until_revoked),
        CASE(sites_are_checked),
        CASE(figures_are_shown),
    };
    key_support_init(&keys);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    key_support_deinit(&keys);
    return failed;
}
