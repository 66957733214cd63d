// SPDX-License-Identifier: Apache-2.0
#include "codegen/qr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codegen/url.h"

static void unknown_levels_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "m", "LM", "X"};
    enum assay_ecc level;
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        assert_int_equal(assay_ecc_parse(bad[i], &level, NULL), ASSAY_E_USAGE);
    }
    assert_int_equal(assay_ecc_parse("Q", &level, NULL), ASSAY_OK);
    assert_int_equal(level, ASSAY_ECC_Q);
}

/* The runs of a row say the same as its modules, one by one. */
static void check_runs(const struct assay_matrix *matrix)
{
    for (unsigned row = 0; row < matrix->size; row++) {
        uint8_t drawn[177] = {0};
        uint8_t runs[96][2];
        unsigned count = assay_matrix_runs(matrix, row, runs);
        unsigned end = 0;
        for (unsigned i = 0; i < count; i++) {
            assert_true(runs[i][1] > 0);
            assert_true(i == 0 || runs[i][0] > end);
            end = runs[i][0] + runs[i][1];
            assert_true(end <= matrix->size);
            memset(drawn + runs[i][0], 1, runs[i][1]);
        }
        for (unsigned x = 0; x < matrix->size; x++) {
            assert_int_equal(drawn[x], matrix->modules[row * matrix->size + x] & 1);
        }
    }
}

static void runs_are_the_modules(void **state)
{
    (void)state;
    uint8_t modules[177 * 177];
    uint64_t seed = 4;
    static const unsigned sizes[] = {21, 25, 29, 63, 64, 65, 128, 129, 177};
    for (unsigned density = 0; density <= 8; density++) {
        for (size_t i = 0; i < sizeof modules; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            modules[i] = (uint8_t)((seed >> 40 & 0xfe) | ((seed >> 33) % 8 < density));
        }
        for (size_t i = 0; i < ASSAY_COUNT_OF(sizes); i++) {
            check_runs(&(struct assay_matrix){.size = sizes[i], .modules = modules});
        }
    }
}

static void all_urls_of_a_job_have_one_size(void **state)
{
    (void)state;
    struct assay_qr *qr;
    assert_int_equal(assay_qr_create(ASSAY_ECC_M, "https://v.brand.cn/00000000000000000000", &qr),
                     ASSAY_OK);
    assert_int_equal(assay_qr_size(qr), 29);
    struct assay_matrix matrix;
    assert_int_equal(assay_qr_encode(qr, "https://v.brand.cn/ZZZZZZZZZZZZZZZZZZZZ", &matrix),
                     ASSAY_OK);
    assert_int_equal(matrix.size, 29);
    check_runs(&matrix);
    assay_qr_destroy(qr);
}

/* GS1 with a lot is the longest form; any text up to the URL's bound has a QR code. */
static void the_longest_url_has_a_code(void **state)
{
    (void)state;
    char url[ASSAY_URL_MAX + 1];
    memset(url, 'a', ASSAY_URL_MAX);
    memset(url + ASSAY_URL_MAX - ASSAY_CODE_LEN, '0', ASSAY_CODE_LEN);
    url[ASSAY_URL_MAX] = '\0';
    struct assay_qr *qr;
    assert_int_equal(assay_qr_create(ASSAY_ECC_H, url, &qr), ASSAY_OK);
    assert_true(assay_qr_size(qr) <= 177);
    assay_qr_destroy(qr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_levels_are_refused),
        cmocka_unit_test(runs_are_the_modules),
        cmocka_unit_test(all_urls_of_a_job_have_one_size),
        cmocka_unit_test(the_longest_url_has_a_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
