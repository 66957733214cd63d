// SPDX-License-Identifier: Apache-2.0
#include "core/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/signed.h"
#include "tests/support/key_support.h"

static struct key_support keys;
static uint8_t office_key[ASSAY_ED25519_KEY_LEN];

static const struct assay_signed_kind kind = {"assay-order", 1, 16384};

static struct assay_order sample(void)
{
    return (struct assay_order){
        .handle = 0x2345678,
        .epoch = 3,
        .count = 1000,
        .flags = ASSAY_BATCH_HAS_PIN,
        .expires_on = 21000,
        .created_at_unix_ms = 1790000000123,
        .brand = "Yuanbao",
        .brand_zh = "元宝",
        .host = "https://v.brand.cn",
        .sku = "YB-10400",
        .gtin = "06901234567892",
        .name_zh = "充电宝 \"10400\"",
        .name_en = "Power bank \\ 10400",
        .lot = "L/2026-11",
        .market = "CN",
    };
}

static enum assay_error read(const char *text, struct assay_order *order,
                             struct assay_reason *reason)
{
    return assay_order_read(text, strlen(text), office_key, order, reason);
}

static json_t *sample_object(void)
{
    struct assay_order order = sample();
    struct assay_reason reason;
    char *text = NULL;
    json_t *object = NULL;
    assert_int_equal(assay_order_write(&order, keys.keyring, &text), ASSAY_OK);
    assert_int_equal(assay_signed_parse(&kind, text, strlen(text), &object, &reason), ASSAY_OK);
    free(text);
    return object;
}

static void check_same(const struct assay_order *a, const struct assay_order *b)
{
    assert_int_equal(a->handle, b->handle);
    assert_int_equal(a->epoch, b->epoch);
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->flags, b->flags);
    assert_int_equal(a->expires_on, b->expires_on);
    assert_int_equal(a->created_at_unix_ms, b->created_at_unix_ms);
    assert_string_equal(a->brand, b->brand);
    assert_string_equal(a->brand_zh, b->brand_zh);
    assert_string_equal(a->host, b->host);
    assert_string_equal(a->sku, b->sku);
    assert_string_equal(a->gtin, b->gtin);
    assert_string_equal(a->name_zh, b->name_zh);
    assert_string_equal(a->name_en, b->name_en);
    assert_string_equal(a->lot, b->lot);
    assert_string_equal(a->market, b->market);
}

/* A field set to a value, signed rightly: the field itself must be refused. */
static void wrong_fields_are_named_even_if_signed(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        /* field, value, what the reason begins with; no value: the field is left out */
        {"handle", NULL, "handle: is missing"},
        {"handle", "\"000000\"", "handle:"},
        {"handle", "\"abc123\"", "handle:"},
        {"handle", "\"ABC12\"", "handle:"},
        {"handle", "\"ABC1234\"", "handle:"},
        {"handle", "\"ABCIL!\"", "handle:"},
        {"epoch", "-1", "epoch:"},
        {"epoch", "4294967296", "epoch:"},
        {"count", "0", "count:"},
        {"count", "16777217", "count:"},
        {"count", "1.5", "count:"},
        {"pin", "1", "pin:"},
        {"offline", "\"no\"", "offline:"},
        {"expires_on", "\"2026-02-30\"", "expires_on:"},
        {"expires_on", "7", "expires_on:"},
        {"created_at", "\"yesterday\"", "created_at:"},
        {"created_at", NULL, "created_at:"},
        {"brand", "\"\"", "brand:"},
        {"brand", "\"a\\nb\"", "brand:"},
        {"brand_zh", "7", "brand_zh:"},
        {"host", "\"v.brand.cn\"", "host:"},
        {"host", "\"https://v.brand.cn/\"", "host:"},
        {"sku", "\"\"", "sku:"},
        {"sku", "\"a b\"", "sku:"},
        {"sku", "\"12345678901234567890123456789012345678901\"", "sku:"},
        {"gtin", "\"6901234567892\"", "gtin:"},
        {"gtin", "\"06901234567893\"", "gtin:"},
        {"name_zh", "null", "name_zh:"},
        {"lot", "\"a b\"", "lot:"},
        {"lot", "\"123456789012345678901\"", "lot:"},
        {"market", "\"cn\"", "market:"},
        {"market", "\"C\"", "market:"},
        {"key", "\"00\"", "key: unknown"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        json_t *object = sample_object();
        json_object_del(object, cases[i][0]);
        if (cases[i][1] != NULL) {
            json_t *value = json_loads(cases[i][1], JSON_DECODE_ANY, NULL);
            assert_int_equal(json_object_set_new(object, cases[i][0], value), 0);
        }
        char *text = NULL;
        assert_int_equal(assay_signed_write(&kind, object, keys.keyring, ASSAY_KEY_OFFICE, &text),
                         ASSAY_OK);
        struct assay_order order = {.handle = 99};
        struct assay_reason reason;
        assert_int_equal(read(text, &order, &reason), ASSAY_E_FIELD);
        if (strncmp(reason.text, cases[i][2], strlen(cases[i][2])) != 0) {
            fail_msg("%s = %s: %s", cases[i][0], cases[i][1], reason.text);
        }
        assert_int_equal(order.handle, 99);
        free(text);
        json_decref(object);
    }
}

static void both_names_may_not_be_empty(void **state)
{
    (void)state;
    struct assay_order order = sample();
    char *text = NULL;
    order.name_zh[0] = '\0';
    assert_int_equal(assay_order_write(&order, keys.keyring, &text), ASSAY_OK);
    free(text);
    text = NULL;
    order.name_en[0] = '\0';
    assert_int_equal(assay_order_write(&order, keys.keyring, &text), ASSAY_E_FIELD);
    assert_null(text);
}

static void bad_orders_are_not_signed(void **state)
{
    (void)state;
    struct assay_order bad[8];
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        bad[i] = sample();
    }
    bad[0].handle = 0;
    bad[1].handle = 1u << 30;
    bad[2].count = 0;
    bad[3].count = ASSAY_BATCH_ITEMS_MAX + 1;
    snprintf(bad[4].host, sizeof bad[4].host, "%s", "v.brand.cn");
    snprintf(bad[5].name_zh, sizeof bad[5].name_zh, "%s", "\xFF");
    snprintf(bad[6].brand_zh, sizeof bad[6].brand_zh, "%s", "a\nb");
    snprintf(bad[7].gtin, sizeof bad[7].gtin, "%s", "96385074");
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        char *text = NULL;
        assert_int_equal(assay_order_write(&bad[i], keys.keyring, &text), ASSAY_E_FIELD);
        assert_null(text);
    }
}

static void another_type_or_a_newer_version_is_refused(void **state)
{
    (void)state;
    struct assay_order order;
    struct assay_reason reason;
    assert_int_equal(read("{}", &order, &reason), ASSAY_E_FIELD);
    assert_int_equal(read("{\"type\":\"assay-manifest\",\"version\":1}", &order, &reason),
                     ASSAY_E_FIELD);
    assert_int_equal(read("{\"type\":\"assay-order\",\"version\":0}", &order, &reason),
                     ASSAY_E_FIELD);
    assert_int_equal(read("{\"type\":\"assay-order\",\"version\":\"1\"}", &order, &reason),
                     ASSAY_E_FIELD);
    assert_int_equal(read("{\"type\":\"assay-order\",\"version\":2,\"x\":1}", &order, &reason),
                     ASSAY_E_VERSION);
    assert_int_equal(read("{\"type\":", &order, &reason), ASSAY_E_SYNTAX);
    char *large = calloc(1, 16386);
    memset(large, ' ', 16385);
    assert_int_equal(read(large, &order, &reason), ASSAY_E_TOO_LARGE);
    free(large);
}

/* Each byte of the text, changed: never believed, or the very same order (white space). */
static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    struct assay_order order = sample();
    char *text = NULL;
    assert_int_equal(assay_order_write(&order, keys.keyring, &text), ASSAY_OK);
    size_t believed = 0;
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++) {
        char kept = text[i];
        text[i] = (char)(kept ^ 1);
        struct assay_order changed = {0};
        struct assay_reason reason;
        if (read(text, &changed, &reason) == ASSAY_OK) {
            check_same(&changed, &order);
            believed++;
        }
        text[i] = kept;
    }
    assert_int_equal(believed, 0);
    free(text);
}

static void another_key_or_a_bad_signature_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "AAAA", "!", "=="};
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        json_t *object = sample_object();
        assert_int_equal(json_object_set_new(object, "signature", json_string(bad[i])), 0);
        char *text = json_dumps(object, 0);
        struct assay_order order;
        struct assay_reason reason;
        assert_int_equal(read(text, &order, &reason), ASSAY_E_FIELD);
        assert_memory_equal(reason.text, "signature:", 10);
        free(text);
        json_decref(object);
    }
    struct assay_order order = sample();
    struct assay_reason reason;
    char *text = NULL;
    assert_int_equal(assay_order_write(&order, keys.keyring, &text), ASSAY_OK);
    uint8_t site_key[ASSAY_ED25519_KEY_LEN];
    assert_int_equal(assay_public_key_read(keys.keys, ASSAY_KEY_SITE, site_key, &reason), ASSAY_OK);
    assert_int_equal(assay_order_read(text, strlen(text), site_key, &order, &reason),
                     ASSAY_E_SIGNATURE);
    free(text);
}

static void orders_are_read_back_as_written(void **state)
{
    (void)state;
    struct assay_order order = sample();
    for (int i = 0; i < 4; i++) {
        order.expires_on = i == 1 ? ASSAY_DAY_NONE : order.expires_on;
        order.flags = (uint32_t)i;
        order.count = i == 2 ? ASSAY_BATCH_ITEMS_MAX : 1;
        order.epoch = i == 3 ? UINT32_MAX : 0;
        char *text = NULL;
        struct assay_order back;
        struct assay_reason reason;
        assert_int_equal(assay_order_write(&order, keys.keyring, &text), ASSAY_OK);
        assert_int_equal(read(text, &back, &reason), ASSAY_OK);
        check_same(&back, &order);
        free(text);
    }
}

static void layout_of_the_text_does_not_matter(void **state)
{
    (void)state;
    json_t *object = sample_object();
    char *text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
    struct assay_order order;
    struct assay_order expected = sample();
    struct assay_reason reason;
    assert_int_equal(read(text, &order, &reason), ASSAY_OK);
    check_same(&order, &expected);
    free(text);
    json_decref(object);
}

static int set_up(void **state)
{
    (void)state;
    struct assay_reason reason;
    key_support_init(&keys);
    return assay_public_key_read(keys.keys, ASSAY_KEY_OFFICE, office_key, &reason) == ASSAY_OK ? 0
                                                                                               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    key_support_deinit(&keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_fields_are_named_even_if_signed),
        cmocka_unit_test(both_names_may_not_be_empty),
        cmocka_unit_test(bad_orders_are_not_signed),
        cmocka_unit_test(another_type_or_a_newer_version_is_refused),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(another_key_or_a_bad_signature_is_refused),
        cmocka_unit_test(orders_are_read_back_as_written),
        cmocka_unit_test(layout_of_the_text_does_not_matter),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
