// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/order.h"
#include "tests/support/office_support.h"

static void batch_fields_are_checked(void **state)
{
    (void)state;
    product();
    refused("batch.create", "{\"sku\":\"S\",\"lot\":\"L\",\"count\":0}", ASSAY_E_FIELD, "count");
    refused("batch.create", "{\"sku\":\"S\",\"lot\":\"L\",\"count\":16777217}", ASSAY_E_FIELD,
            "count: at most 16777216");
    refused("batch.create", "{\"sku\":\"S\",\"lot\":\"\",\"count\":1}", ASSAY_E_FIELD, "lot");
    refused("batch.create", "{\"sku\":\"S\",\"lot\":\"L 1\",\"count\":1}", ASSAY_E_FIELD, "lot");
    refused("batch.create", "{\"sku\":\"S\",\"lot\":\"L\",\"count\":1,\"market\":\"c\"}",
            ASSAY_E_FIELD, "market");
    refused("batch.create", "{\"sku\":\"S\",\"lot\":\"L\",\"count\":1,\"market\":\"cn\"}",
            ASSAY_E_FIELD, "market");
    refused("batch.create",
            "{\"sku\":\"S\",\"lot\":\"L\",\"count\":1,\"expires_on\":\"2027-02-29\"}",
            ASSAY_E_FIELD, "expires_on");
    refused("batch.create", "{\"sku\":\"X\",\"lot\":\"L\",\"count\":1}", ASSAY_E_NOT_FOUND, "sku");
    refused("batch.show", "{\"handle\":\"0\"}", ASSAY_E_FIELD, "handle");
    refused("batch.show", "{\"handle\":\"000000\"}", ASSAY_E_FIELD, "handle");
    refused("batch.show", "{\"handle\":\"ABCDEF\"}", ASSAY_E_NOT_FOUND, "handle");
}

static void an_order_is_signed_and_can_be_had_again(void **state)
{
    (void)state;
    product();
    json_t *made = done("batch.create", "{\"sku\":\"S\",\"lot\":\"L1\",\"count\":1000,"
                                        "\"expires_on\":\"2028-12-31\",\"market\":\"CN\"}");
    assert_int_equal(number_of(made, "guess_chance_log2"), -50);
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    assert_int_equal(assay_public_key_read(keys.keys, ASSAY_KEY_OFFICE, key, &reason), ASSAY_OK);
    const char *text = text_of(made, "order");
    struct assay_order order;
    assert_int_equal(assay_order_read(text, strlen(text), key, &order, &reason), ASSAY_OK);
    assert_int_equal(order.count, 1000);
    assert_string_equal(order.gtin, "06901234567892");
    assert_string_equal(order.market, "CN");
    char params[64];
    snprintf(params, sizeof params, "{\"handle\":\"%s\"}",
             text_of(json_object_get(made, "batch"), "handle"));
    json_t *again = done("batch.order", params);
    assert_string_equal(text_of(again, "order"), text);
    json_decref(again);
    json_decref(made);
}

static void without_the_office_key_an_order_is_facts_only(void **state)
{
    (void)state;
    product();
    struct assay_keyring *kept = keys.keyring;
    keys.keyring = NULL;
    json_t *made = done("batch.create", "{\"sku\":\"S\",\"lot\":\"L1\",\"count\":1}");
    refused("item.show", "{\"code\":\"10000000000000000000\"}", ASSAY_E_CODE_CHECK, "code");
    keys.keyring = kept;
    assert_true(json_is_null(json_object_get(made, "order")));
    assert_int_equal(number_of(json_object_get(made, "order_facts"), "count"), 1);
    json_decref(made);
}

static void move(const char *command, const char *handle, const char *rest, enum assay_error wanted)
{
    char params[300];
    json_t *result = NULL;
    snprintf(params, sizeof params, "{\"handle\":\"%s\"%s}", handle, rest);
    enum assay_error error = run(command, params, &result);
    if (error != wanted) {
        fail_msg("%s %s: %s \"%s\"", command, params, assay_error_name(error), reason.text);
    }
    json_decref(result);
}

static void moves_follow_the_rules(void **state)
{
    (void)state;
    char handle[ASSAY_HANDLE_SIZE];
    product();
    batch("100", handle);
    static const char *const ranges[] = {"",      "x",   "5-",  "-5",    "9-5",
                                         "0-100", "100", "1 2", "1-2-3", "99999999999"};
    for (size_t i = 1; i < ASSAY_COUNT_OF(ranges); i++) {
        char rest[64];
        snprintf(rest, sizeof rest, ",\"range\":\"%s\"", ranges[i]);
        move("batch.activate", handle, rest, ASSAY_E_FIELD);
        assert_memory_equal(reason.text, "range", 5);
    }
    move("batch.activate", handle, ",\"range\":\"0-49\"", ASSAY_E_TRANSITION);
    move("batch.ship", handle, ",\"without_manifest\":true", ASSAY_E_FIELD);
    move("batch.activate", handle, ",\"range\":\"0-49\",\"without_manifest\":true", ASSAY_OK);
    move("batch.ship", handle, ",\"range\":\"7\"", ASSAY_OK);
    move("batch.recall", handle, "", ASSAY_E_FIELD);
    move("batch.recall", handle, ",\"range\":\"10-19\",\"reason\":\"hot\"", ASSAY_OK);
    move("batch.void", handle, ",\"range\":\"99\",\"reason\":\"lost\"", ASSAY_OK);
    move("batch.close", handle, ",\"range\":\"0-1\"", ASSAY_E_FIELD);
    move("batch.close", handle, "", ASSAY_OK);
    move("batch.activate", handle, "", ASSAY_E_TRANSITION);
    char params[64];
    snprintf(params, sizeof params, "{\"handle\":\"%s\"}", handle);
    json_t *show = done("batch.show", params);
    const json_t *sets = json_object_get(show, "ranges");
    assert_int_equal(number_of(show, "active"), 50);
    assert_int_equal(number_of(show, "recalled"), 10);
    assert_string_equal(text_of(show, "recall_reason"), "hot");
    assert_string_equal(json_string_value(json_array_get(json_object_get(sets, "recalled"), 0)),
                        "10-19");
    assert_true(json_is_true(json_object_get(show, "closed")));
    json_decref(show);
}

static void batches_are_listed_page_by_page(void **state)
{
    (void)state;
    product();
    char handles[3][ASSAY_HANDLE_SIZE];
    for (size_t i = 0; i < 3; i++) {
        batch("1", handles[i]);
    }
    json_t *page = done("batch.list", "{\"limit\":2}");
    const json_t *list = json_object_get(page, "batches");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(text_of(json_array_get(list, 1), "handle"), handles[1]);
    assert_int_equal(number_of(page, "next_offset"), 2);
    json_decref(page);
    page = done("batch.list", "{\"limit\":2,\"offset\":2}");
    assert_int_equal(json_array_size(json_object_get(page, "batches")), 1);
    assert_true(json_is_null(json_object_get(page, "next_offset")));
    json_decref(page);
    page = done("batch.list", "{\"sku\":\"P\"}");
    assert_int_equal(json_array_size(json_object_get(page, "batches")), 0);
    json_decref(page);
}

/* Code number `index` of a batch. */
static void code_of(const struct assay_batch_facts *facts, uint32_t index,
                    char code[1][ASSAY_CODE_SIZE])
{
    struct assay_batch_keys batch_keys;
    struct assay_code_cipher *cipher = NULL;
    assay_keyring_batch_keys(keys.keyring, facts->epoch, facts->handle, &batch_keys);
    assert_int_equal(assay_code_cipher_create(&batch_keys, NULL, &cipher), ASSAY_OK);
    const struct assay_code_range range = {facts->handle, index, 1, ASSAY_CODE_VERSION_C1};
    assay_code_make(cipher, &range, code);
    assay_code_cipher_destroy(cipher);
}

static void scan(const struct assay_batch_facts *facts, uint32_t index, uint64_t device,
                 int64_t at_unix_ms)
{
    struct assay_scan_request request = world_request(facts, index, device, at_unix_ms);
    struct assay_scan_answer answer;
    assay_place_set(&request.place, "CN", "CN-GD", "Shenzhen");
    assert_int_equal(world_scan(&world, &request, &answer), ASSAY_OK);
}

static json_t *show_item(const char *code)
{
    char params[80];
    snprintf(params, sizeof params, "{\"code\":\"%s\"}", code);
    return done("item.show", params);
}

static void an_item_shows_its_history_newest_first(void **state)
{
    (void)state;
    char handle[ASSAY_HANDLE_SIZE];
    uint32_t number = 0;
    char code[1][ASSAY_CODE_SIZE];
    product();
    batch("10", handle);
    move("batch.activate", handle, ",\"without_manifest\":true", ASSAY_OK);
    assert_int_equal(assay_handle_parse(handle, &number), ASSAY_OK);
    const struct assay_batch_facts *facts = assay_store_batch_facts(world.store, number);
    code_of(facts, 3, code);
    json_t *item = show_item(code[0]);
    assert_int_equal(number_of(item, "scans"), 0);
    assert_int_equal(json_array_size(json_object_get(item, "history")), 0);
    assert_string_equal(text_of(item, "sale"), "on_sale");
    json_decref(item);
    scan(facts, 3, 1, WORLD_EPOCH_MS + 1000);
    scan(facts, 4, 1, WORLD_EPOCH_MS + 2000);
    scan(facts, 3, 2, WORLD_EPOCH_MS + 3000);
    item = show_item(code[0]);
    const json_t *history = json_object_get(item, "history");
    assert_int_equal(json_array_size(history), 2);
    assert_int_equal(number_of(json_array_get(history, 0), "number"), 2);
    assert_string_equal(text_of(json_array_get(history, 1), "verdict"), "genuine");
    assert_string_equal(text_of(json_object_get(json_array_get(history, 1), "place"), "city"),
                        "Shenzhen");
    assert_true(json_is_false(json_object_get(json_object_get(item, "warranty"), "registered")));
    assert_string_equal(text_of(json_object_get(item, "risk"), "level"), "low");
    assert_true(json_is_real(json_object_get(item, "mass")));
    assert_string_equal(text_of(json_array_get(history, 0), "channel"), "web");
    assert_true(json_is_null(json_object_get(json_array_get(history, 0), "net")));
    assert_true(json_is_null(json_object_get(json_array_get(history, 0), "left_out")));
    json_decref(item);
    code_of(facts, 10, code); /* beyond the count: rightly made, never issued */
    char params[80];
    snprintf(params, sizeof params, "{\"code\":\"%s\"}", code[0]);
    refused("item.show", params, ASSAY_E_CODE_UNKNOWN, "code: no such code was issued");
    refused("item.show", "{\"code\":\"1234\"}", ASSAY_E_CODE_FORM, "code");
}

static void scans_are_listed_by_cursor(void **state)
{
    (void)state;
    char handle[ASSAY_HANDLE_SIZE];
    uint32_t number = 0;
    product();
    batch("50", handle);
    move("batch.activate", handle, ",\"without_manifest\":true", ASSAY_OK);
    assert_int_equal(assay_handle_parse(handle, &number), ASSAY_OK);
    const struct assay_batch_facts *facts = assay_store_batch_facts(world.store, number);
    for (uint32_t i = 0; i < 25; i++) {
        scan(facts, i, 1, WORLD_EPOCH_MS + 1000 * i);
    }
    json_int_t after = 0;
    uint32_t seen = 0;
    for (int page = 0; page < 4; page++) {
        char params[80];
        snprintf(params, sizeof params, "{\"limit\":10,\"after\":%lld}", (long long)after);
        json_t *result = done("scans.list", params);
        const json_t *scans = json_object_get(result, "scans");
        for (size_t i = 0; i < json_array_size(scans); i++) {
            assert_int_equal(number_of(json_array_get(scans, i), "index"), seen++);
        }
        assert_true(number_of(result, "next_after") >= after);
        after = number_of(result, "next_after");
        json_decref(result);
    }
    assert_int_equal(seen, 25);
    json_t *none = done("scans.list", "{\"sku\":\"P\"}");
    assert_int_equal(json_array_size(json_object_get(none, "scans")), 0);
    json_decref(none);
    refused("scans.list", "{\"limit\":0}", ASSAY_E_FIELD, "limit");
    refused("scans.list", "{\"handle\":\"ABCDEF\"}", ASSAY_E_NOT_FOUND, "handle");
    refused("scans.list", "{\"after\":4000000000}", ASSAY_E_FIELD, "after");
    refused("scans.list", "{\"after\":4161}", ASSAY_E_FIELD, "after");
}

static enum assay_error import_manifest(const char *handle, struct assay_range range, uint32_t good)
{
    struct assay_manifest_file file = {.name = "labels.pdf", .bytes = 7};
    struct assay_manifest manifest = {.range = range,
                                      .good = good,
                                      .guess_chance_log2 = -50,
                                      .printed_at_unix_ms = WORLD_EPOCH_MS,
                                      .format = "pdf",
                                      .files = 1,
                                      .file = &file};
    char *text = NULL;
    assert_int_equal(assay_handle_parse(handle, &manifest.handle), ASSAY_OK);
    assert_int_equal(assay_manifest_write(&manifest, keys.keyring, &text), ASSAY_OK);
    json_t *params = json_pack("{s:o}", "manifest", json_loads(text, 0, NULL));
    json_t *result = NULL;
    enum assay_error error = run_json("manifest.import", params, &result);
    json_decref(params);
    json_decref(result);
    free(text);
    return error;
}

static void manifests_count_once_and_only_from_registered_sites(void **state)
{
    (void)state;
    char handle[ASSAY_HANDLE_SIZE];
    product();
    batch("100", handle);
    refused("manifest.import", "{}", ASSAY_E_FIELD, "manifest");
    assert_int_equal(import_manifest(handle, (struct assay_range){0, 49}, 50), ASSAY_E_SIGNATURE);
    register_site();
    refused("manifest.import", "{\"manifest\":{}}", ASSAY_E_FIELD, "manifest");
    assert_int_equal(import_manifest("ABCDEF", (struct assay_range){0, 49}, 50), ASSAY_E_NOT_FOUND);
    assert_int_equal(import_manifest(handle, (struct assay_range){0, 100}, 50), ASSAY_E_FIELD);
    assert_int_equal(import_manifest(handle, (struct assay_range){0, 49}, 50), ASSAY_OK);
    assert_int_not_equal(import_manifest(handle, (struct assay_range){0, 49}, 50), ASSAY_OK);
    assert_int_equal(import_manifest(handle, (struct assay_range){50, 99}, 50), ASSAY_OK);
    char params[64];
    snprintf(params, sizeof params, "{\"handle\":\"%s\"}", handle);
    json_t *show = done("batch.show", params);
    assert_int_equal(number_of(show, "printed"), 100);
    json_decref(show);
    done_quietly("site.revoke", "{\"name\":\"plant\"}");
    assert_int_equal(import_manifest(handle, (struct assay_range){0, 49}, 50), ASSAY_E_SIGNATURE);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(batch_fields_are_checked),
        CASE(an_order_is_signed_and_can_be_had_again),
        CASE(without_the_office_key_an_order_is_facts_only),
        CASE(moves_follow_the_rules),
        CASE(batches_are_listed_page_by_page),
        CASE(an_item_shows_its_history_newest_first),
        CASE(scans_are_listed_by_cursor),
        CASE(manifests_count_once_and_only_from_registered_sites),
    };
    key_support_init(&keys);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    key_support_deinit(&keys);
    return failed;
}
