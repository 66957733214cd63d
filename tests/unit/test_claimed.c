// SPDX-License-Identifier: Apache-2.0
#include "codegen/claimed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEN "0123456XYZ"
#define SIG TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "ABCDEF"

static char code[ASSAY_CODE_SIZE] = "20ABCDEF0123456789X";

static int make_code(void **state)
{
    (void)state;
    code[ASSAY_CODE_LEN - 1] = assay_code_check_character(code);
    return 0;
}

static enum assay_error read_with(const char *format, struct assay_claimed *claimed,
                                  struct assay_reason *reason)
{
    char text[600];
    const char *at = strstr(format, "CODE");
    size_t head = at == NULL ? strlen(format) : (size_t)(at - format);
    snprintf(text, sizeof text, "%.*s%s%s", (int)head, format, at == NULL ? "" : code,
             at == NULL ? "" : at + 4);
    return assay_claimed_read(text, claimed, reason);
}

static void what_is_no_offline_label_is_said(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "no signature"},
        {"/", "code:"},
        {"http://", "code:"},
        {"https://", "code:"},
        {"https://a", "code:"},
        {"https://a/", "code:"},
        {"https://a/CODE", "code:"},
        {"https://a/CODE/", "signature: has 0"},
        {"https://a/CODE/X", "signature: has 1 characters"},
        {"https://a/CODE/" SIG "A", "signature: has 107"},
        {"https://a/CODE?sig=" SIG, "code:"},
        {"https://a/XX/" SIG, "code:"},
        {"CODE", "no signature"},
        {"CODE " SIG, "no signature"},
        {"https://a/01/09506000134352", "(21)"},
        {"https://a/01/09506000134352/21/CODE", "signature: has 0"},
        {"https://a/01/09506000134352/21/CODE?sig=", "signature: has 0"},
        {"https://a/01/09506000134352/21/CODE?xsig=" SIG, "signature: has 0"},
        {"https://a/01/09506000134352/21/CODE#sig=" SIG, "signature: has 0"},
        {"https://a/01/09506000134352/21/CODE?a=b#&sig=" SIG, "signature: has 0"},
        {"https://a/01/09506000134352/21/CODE/" SIG, "primary key"},
        {"https://a/01/09506000134353/21/CODE?sig=" SIG, "check digit"},
        {"https://a/01/09506000134352/21/XX?sig=" SIG, "code:"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        struct assay_claimed claimed = {.origin = "untouched"};
        struct assay_reason reason = {""};
        assert_int_not_equal(read_with(cases[i][0], &claimed, &reason), ASSAY_OK);
        if (strstr(reason.text, cases[i][1]) == NULL) {
            fail_msg("%s: %s", cases[i][0], reason.text);
        }
        assert_string_equal(claimed.origin, "untouched");
    }
}

static void labels_are_read(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"https://v.brand.cn/CODE/" SIG, "https://v.brand.cn"},
        {"HTTPS://V.Brand.CN:8443/CODE/" SIG "?x#y", "https://v.brand.cn:8443"},
        {"https://v.brand.cn/01/09506000134352/21/CODE?sig=" SIG, "https://v.brand.cn"},
        {"https://v.brand.cn/01/09506000134352/10/L/21/CODE?a=b&sig=" SIG "&c=d#e",
         "https://v.brand.cn"},
        {"https://v.brand.cn/01/09506000134352/21/CODE/?sig=" SIG, "https://v.brand.cn"},
        {"CODE/" SIG, ""},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        struct assay_claimed claimed;
        struct assay_reason reason = {""};
        if (read_with(cases[i][0], &claimed, &reason) != ASSAY_OK) {
            fail_msg("%s: %s", cases[i][0], reason.text);
        }
        assert_string_equal(claimed.code.text, code);
        assert_string_equal(claimed.sig, SIG);
        assert_string_equal(claimed.origin, cases[i][1]);
    }
}

/* An origin beyond its room is cut, and so like none of ours. */
static void a_long_host_is_cut(void **state)
{
    (void)state;
    char text[400];
    struct assay_claimed claimed;
    int len = snprintf(text, sizeof text, "https://%0200d/%s/" SIG, 0, code);
    assert_true(len > 0 && (size_t)len < sizeof text);
    assert_int_equal(assay_claimed_read(text, &claimed, NULL), ASSAY_OK);
    assert_int_equal(strlen(claimed.origin), ASSAY_HOST_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_offline_label_is_said),
        cmocka_unit_test(labels_are_read),
        cmocka_unit_test(a_long_host_is_cut),
    };
    return cmocka_run_group_tests(tests, make_code, NULL);
}
