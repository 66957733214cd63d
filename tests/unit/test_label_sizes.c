// SPDX-License-Identifier: Apache-2.0
/* docs/LABELS.md says which QR code each form of URL gives; here it is computed. */
#include "codegen/qr.h"
#include "codegen/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MODULE_MM 0.33

static const char *const names[ASSAY_URL_FORMS] = {"short", "gs1", "gs1-lot", "o1", "o1-gs1"};

static struct assay_order order_for(enum assay_url_form form)
{
    struct assay_order order = {
        .host = "https://v.brand.cn", .gtin = "09506000134352", .lot = "L2026-11"};
    bool offline = form == ASSAY_URL_O1 || form == ASSAY_URL_O1_GS1;
    order.flags = offline ? ASSAY_BATCH_IS_OFFLINE : 0;
    return order;
}

/* "| `short` | 39 | 3, 12.2 | ..." : length, then version and side in mm at each level. */
static void row_of(enum assay_url_form form, char *row, size_t size)
{
    struct assay_url_prefix prefix;
    char url[ASSAY_URL_MAX + 1];
    struct assay_order order = order_for(form);
    assert_int_equal(assay_url_prefix_make(form, &order, &prefix, NULL), ASSAY_OK);
    size_t len = assay_url_sample(&prefix, url);
    int at = snprintf(row, size, "| `%s` | %zu |", names[form], len);
    for (enum assay_ecc level = ASSAY_ECC_L; level <= ASSAY_ECC_H; level++) {
        struct assay_qr *qr = NULL;
        assert_int_equal(assay_qr_create(level, url, &qr), ASSAY_OK);
        unsigned modules = assay_qr_size(qr);
        at += snprintf(row + at, size - (size_t)at, " %u, %.1f |", (modules - 17) / 4,
                       (modules + 2 * ASSAY_QUIET_MODULES) * MODULE_MM);
        assay_qr_destroy(qr);
    }
}

static bool has_line(const char *line)
{
    char found[512];
    bool has = false;
    FILE *file = fopen(ASSAY_SOURCE_DIR "/docs/LABELS.md", "re");
    assert_non_null(file);
    while (fgets(found, sizeof found, file) != NULL) {
        found[strcspn(found, "\n")] = '\0';
        has = has || strcmp(found, line) == 0;
    }
    fclose(file);
    return has;
}

static void the_documentation_has_the_versions(void **state)
{
    (void)state;
    unsigned missing = 0;
    for (enum assay_url_form form = ASSAY_URL_SHORT; form < ASSAY_URL_FORMS; form++) {
        char row[256];
        row_of(form, row, sizeof row);
        if (!has_line(row)) {
            print_message("missing in docs/LABELS.md: %s\n", row);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_documentation_has_the_versions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
