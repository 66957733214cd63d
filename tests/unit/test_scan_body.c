// SPDX-License-Identifier: Apache-2.0
#include "verifier/scan_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ID "00112233445566778899aabbccddeeff"
#define DEVICE "FFEEDDCCBBAA99887766554433221100"

static void the_page_s_body_needs_no_tree(void **state)
{
    (void)state;
    const char *const texts[] = {
        "{\"scan_id\":\"" ID "\",\"device\":\"" DEVICE "\"}",
        "{\"device\":\"" DEVICE "\",\"scan_id\":\"" ID "\"}",
        "{\"scan_id\":\"" ID "\"}",
        "{\"device\":\"" DEVICE "\"}",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(texts); i++) {
        struct assay_scan_body flat;
        struct assay_scan_body tree;
        struct assay_reason reason;
        char spaced[128];
        size_t len = strlen(texts[i]);
        memcpy(spaced, texts[i], len);
        spaced[len] = ' ';
        assert_true(assay_scan_body_flat(texts[i], len, &flat));
        assert_false(assay_scan_body_flat(spaced, len + 1, &tree));
        assert_int_equal(assay_scan_body_parse(ASSAY_BODY_JSON, spaced, len + 1, &tree, &reason),
                         ASSAY_OK);
        assert_memory_equal(&flat, &tree, sizeof flat);
    }
}

static void everything_else_goes_to_the_tree(void **state)
{
    (void)state;
    const char *const texts[] = {
        "",
        "{",
        "{}",
        "{,}",
        "{\"scan_id\":\"" ID "\",}",
        "{\"scan_id\":\"" ID "\"}x",
        "{\"scan_id\":\"" ID "\"",
        "{\"scan_id\":\"" ID "0\"}",
        "{\"scan_id\":\"0011\"}",
        "{\"scan_id\":\"zz112233445566778899aabbccddeeff\"}",
        "{\"scan_id\":\"" ID "\",\"scan_id\":\"" ID "\"}",
        "{\"device\":\"" DEVICE "\",\"device\":\"" DEVICE "\"}",
        "{\"scan_id\":\"" ID "\",\"pin\":\"12345678\"}",
        "{\"device\":null}",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(texts); i++) {
        struct assay_scan_body body;
        assert_false(assay_scan_body_flat(texts[i], strlen(texts[i]), &body));
    }
}

static void refusals_name_the_field(void **state)
{
    (void)state;
    struct assay_scan_body body;
    struct assay_reason reason;
    const char *twice = "{\"scan_id\":\"" ID "\",\"scan_id\":\"" ID "\"}";
    assert_int_equal(assay_scan_body_parse(ASSAY_BODY_JSON, twice, strlen(twice), &body, &reason),
                     ASSAY_E_SYNTAX);
    const char *odd = "{\"device\":\"xyz\"}";
    assert_int_equal(assay_scan_body_parse(ASSAY_BODY_JSON, odd, strlen(odd), &body, &reason),
                     ASSAY_E_FIELD);
    assert_non_null(strstr(reason.text, "device"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_s_body_needs_no_tree),
        cmocka_unit_test(everything_else_goes_to_the_tree),
        cmocka_unit_test(refusals_name_the_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
