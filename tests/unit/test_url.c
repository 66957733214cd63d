// SPDX-License-Identifier: Apache-2.0
#include "codegen/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char code[] = "1ABCDEF0123456789XYZ";

#define TEN "0123456XYZ"
#define SIG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "ABCDEF"

static struct assay_order order_of(const char *host, const char *gtin, const char *lot)
{
    struct assay_order order = {0};
    memcpy(order.host, host, strlen(host) + 1);
    memcpy(order.gtin, gtin, strlen(gtin) + 1);
    memcpy(order.lot, lot, strlen(lot) + 1);
    return order;
}

static void hosts_that_are_no_origin_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "v.brand.cn",
                                      "ftp://v.brand.cn",
                                      "https://",
                                      "https:///",
                                      "https://v.brand.cn/path",
                                      "https://v.brand.cn?x",
                                      "https://user@v.brand.cn",
                                      "https://v brand.cn",
                                      "https://v.brand.cn\"",
                                      "https://\xe5\x93\x81.cn"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        struct assay_order order = order_of(bad[i], "", "");
        struct assay_url_prefix prefix;
        struct assay_reason reason = {""};
        assert_int_equal(assay_url_prefix_make(ASSAY_URL_SHORT, &order, &prefix, &reason),
                         ASSAY_E_FIELD);
        assert_non_null(strstr(reason.text, "host"));
    }
}

static void forms_that_need_more_than_the_order_has_are_refused(void **state)
{
    (void)state;
    struct assay_url_prefix prefix;
    struct assay_order none = order_of("https://v.brand.cn", "", "L1");
    assert_int_equal(assay_url_prefix_make(ASSAY_URL_GS1, &none, &prefix, NULL), ASSAY_E_REFUSED);
    struct assay_order no_lot = order_of("https://v.brand.cn", "09506000134352", "");
    assert_int_equal(assay_url_prefix_make(ASSAY_URL_GS1_LOT, &no_lot, &prefix, NULL),
                     ASSAY_E_REFUSED);
    struct assay_order plain = order_of("https://v.brand.cn", "09506000134352", "");
    assert_int_equal(assay_url_prefix_make(ASSAY_URL_O1, &plain, &prefix, NULL), ASSAY_E_REFUSED);
    struct assay_order offline = plain;
    offline.flags = ASSAY_BATCH_IS_OFFLINE;
    assert_int_equal(assay_url_prefix_make(ASSAY_URL_SHORT, &offline, &prefix, NULL),
                     ASSAY_E_REFUSED);
    assert_int_equal(assay_url_prefix_make(ASSAY_URL_GS1, &offline, &prefix, NULL),
                     ASSAY_E_REFUSED);
    offline.gtin[0] = '\0';
    assert_int_equal(assay_url_prefix_make(ASSAY_URL_O1_GS1, &offline, &prefix, NULL),
                     ASSAY_E_REFUSED);
    struct assay_order wrong = order_of("https://v.brand.cn", "09506000134353", "");
    assert_int_equal(assay_url_prefix_make(ASSAY_URL_GS1, &wrong, &prefix, NULL), ASSAY_E_FIELD);
    enum assay_url_form form;
    assert_int_equal(assay_url_form_parse("GS1", &form, NULL), ASSAY_E_USAGE);
}

static void check(enum assay_url_form form, const struct assay_order *order, const char *expected,
                  const char *tail)
{
    struct assay_url_prefix prefix;
    assert_int_equal(assay_url_prefix_make(form, order, &prefix, NULL), ASSAY_OK);
    char url[ASSAY_URL_MAX + 1];
    size_t len = assay_url_make(&prefix, code, prefix.joint != NULL ? SIG : NULL, url);
    assert_string_equal(url, expected);
    assert_int_equal(len, strlen(expected));
    assert_string_equal(url + assay_url_alphanumeric_tail(url, len), tail);
    char sample[ASSAY_URL_MAX + 1];
    assert_int_equal(assay_url_sample(&prefix, sample), len);
    assert_int_equal(assay_url_alphanumeric_tail(sample, len),
                     assay_url_alphanumeric_tail(url, len));
}

static void urls_are_written_as_designed(void **state)
{
    (void)state;
    struct assay_order order = order_of("HTTPS://V.Brand.CN/", "09506000134352", "a+/B");
    check(ASSAY_URL_SHORT, &order, "https://v.brand.cn/1ABCDEF0123456789XYZ",
          "/1ABCDEF0123456789XYZ");
    check(ASSAY_URL_GS1, &order, "https://v.brand.cn/01/09506000134352/21/1ABCDEF0123456789XYZ",
          "/01/09506000134352/21/1ABCDEF0123456789XYZ");
    check(ASSAY_URL_GS1_LOT, &order,
          "https://v.brand.cn/01/09506000134352/10/a%2B%2FB/21/1ABCDEF0123456789XYZ",
          "%2B%2FB/21/1ABCDEF0123456789XYZ");
    struct assay_order local = order_of("http://127.0.0.1:8080", "", "");
    check(ASSAY_URL_SHORT, &local, "http://127.0.0.1:8080/1ABCDEF0123456789XYZ",
          "://127.0.0.1:8080/1ABCDEF0123456789XYZ");
    check(ASSAY_URL_BY_ORDER, &local, "http://127.0.0.1:8080/1ABCDEF0123456789XYZ",
          "://127.0.0.1:8080/1ABCDEF0123456789XYZ");
    order.flags = ASSAY_BATCH_IS_OFFLINE;
    check(ASSAY_URL_BY_ORDER, &order, "https://v.brand.cn/1ABCDEF0123456789XYZ/" SIG,
          "/1ABCDEF0123456789XYZ/" SIG);
    check(ASSAY_URL_O1_GS1, &order,
          "https://v.brand.cn/01/09506000134352/21/1ABCDEF0123456789XYZ?sig=" SIG, SIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_that_are_no_origin_are_refused),
        cmocka_unit_test(forms_that_need_more_than_the_order_has_are_refused),
        cmocka_unit_test(urls_are_written_as_designed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
