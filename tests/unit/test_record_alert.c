// SPDX-License-Identifier: Apache-2.0
/* Records about alerts: golden bytes of both versions, and bytes that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/record.h"
#include "tests/support/golden.h"
#include "tests/support/ledger_support.h"
#include "tests/support/random_record.h"

#define AT 1793000000123ll
#define HANDLE 0x2A5F00D1u

static const struct assay_record goldens[] = {
    {.type = ASSAY_RECORD_ALERT,
     .alert = {.at_unix_ms = AT,
               .kind = ASSAY_ALERT_DIVERSION,
               .handle = HANDLE,
               .day = 20700,
               .country = "DE",
               .sku = "YB-10400",
               .rule = "diversion",
               .measure = 300,
               .threshold = 205}},
    {.type = ASSAY_RECORD_ALERT_STATE,
     .alert_state = {AT, 0x4040, ASSAY_ALERT_DISMISSED, "token ci", "自查"}},
    {.type = ASSAY_RECORD_RULES,
     .rule = {.at_unix_ms = AT,
              .actor = "uid 0 (root)",
              .rule = {.name = "pin-attack-country",
                       .sku = "YB-10400",
                       .kind = ASSAY_ALERT_PIN_ATTACK,
                       .by = ASSAY_ALERT_BY_COUNTRY,
                       .enabled = true,
                       .window = 1,
                       .min_count = 50,
                       .threshold = 250000,
                       .base = 1,
                       .floor = 2,
                       .factor = 3}}},
    {.type = ASSAY_RECORD_WEBHOOK,
     .webhook = {.at_unix_ms = AT,
                 .actor = "i",
                 .name = "ops",
                 .url = "https://hooks.brand.cn/a",
                 .kinds = 0xfe,
                 .salt = {0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b,
                          0x3c, 0x3d, 0x3e, 0x3f}}},
    {.type = ASSAY_RECORD_WEBHOOK,
     .webhook = {.at_unix_ms = AT,
                 .actor = "i",
                 .name = "ops",
                 .url = "https://hooks.brand.cn/a",
                 .kinds = 0xfe,
                 .salt = {0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x5b,
                          0x5c, 0x5d, 0x5e, 0x5f},
                 .endpoint = 0x4040,
                 .former_salt = {0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a,
                                 0x3b, 0x3c, 0x3d, 0x3e, 0x3f},
                 .former_until_unix_ms = AT + 86400000}},
};
static const char *const names[] = {"alert_2", "alert_state", "rules", "webhook",
                                    "webhook_rotated"};

static void golden_bytes_are_written_and_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ASSAY_COUNT_OF(goldens); i++) {
        uint8_t golden[1024];
        uint8_t data[1024];
        struct assay_record back;
        size_t len = golden_read("records.txt", names[i], golden, sizeof golden);
        assert_int_equal(assay_record_encode(&goldens[i], data, sizeof data), len);
        assert_memory_equal(data, golden, len);
        assert_int_equal(assay_record_decode(golden, len, &back), ASSAY_OK);
        assert_true(support_same_record(&back, &goldens[i]));
    }
}

struct bad_byte {
    size_t golden;
    size_t offset;
    uint8_t value;
    enum assay_error wanted;
};

static const struct bad_byte bad_bytes[] = {
    {0, 1, 3, ASSAY_E_VERSION},  /* an alert of version 3 */
    {0, 1, 1, ASSAY_E_CORRUPT},  /* said to be of version 1 */
    {0, 16, 1, ASSAY_E_CORRUPT}, /* an item where there is none */
    {0, 24, 0, ASSAY_E_CORRUPT}, /* kinds that are none */
    {0, 24, 8, ASSAY_E_CORRUPT},    {0, 25, 1, ASSAY_E_CORRUPT},
    {0, 26, 0, ASSAY_E_CORRUPT},    /* a letter behind a NUL */
    {0, 31, 0x6a, ASSAY_E_CORRUPT}, /* a handle above 30 bits */
    {0, 33, 'x', ASSAY_E_CORRUPT},  /* a region that begins with NUL */
    {0, 38, 1, ASSAY_E_CORRUPT},    /* zeros */
    {0, 44, 1, ASSAY_E_CORRUPT},    {1, 1, 2, ASSAY_E_VERSION},
    {1, 16, 0x44, ASSAY_E_CORRUPT}, /* no position of a record */
    {1, 24, 3, ASSAY_E_CORRUPT},    /* state */
    {2, 16, 2, ASSAY_E_CORRUPT},    /* neither reset nor not */
    {2, 17, 8, ASSAY_E_CORRUPT},    /* kind */
    {2, 18, 2, ASSAY_E_CORRUPT},    /* by what */
    {2, 19, 2, ASSAY_E_CORRUPT},    /* neither on nor off */
    {2, 28, 1, ASSAY_E_CORRUPT},    /* zero */
    {3, 32, 0xff, ASSAY_E_CORRUPT}, /* kinds that there are not */
    {3, 32, 0, ASSAY_E_CORRUPT},    /* no kind */
    {3, 36, 3, ASSAY_E_CORRUPT},    /* neither removed nor rotated nor added */
    {3, 36, 2, ASSAY_E_CORRUPT},    /* rotated, of no endpoint */
};

static void bytes_out_of_range_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad_bytes); i++) {
        const struct bad_byte *bad = &bad_bytes[i];
        uint8_t data[1024];
        struct assay_record back;
        size_t len = assay_record_encode(&goldens[bad->golden], data, sizeof data);
        assert_int_not_equal(data[bad->offset], bad->value);
        data[bad->offset] = bad->value;
        if (assay_record_decode(data, len, &back) != bad->wanted) {
            print_error("row %zu\n", i);
        }
        assert_int_equal(assay_record_decode(data, len, &back), bad->wanted);
    }
}

static void what_is_out_of_range_is_not_written(void **state)
{
    (void)state;
    uint8_t data[1024];
    struct assay_record record = goldens[0];
    record.alert.kind = ASSAY_ALERT_CLONED; /* of no item */
    assert_int_equal(assay_record_encode(&record, data, sizeof data), 0);
    record = goldens[3];
    record.webhook.url[0] = '\0';
    assert_int_equal(assay_record_encode(&record, data, sizeof data), 0);
    record.webhook.removed = true; /* then it needs none */
    assert_int_not_equal(assay_record_encode(&record, data, sizeof data), 0);
    record = goldens[2];
    record.rule.rule.name[0] = '\0';
    assert_int_equal(assay_record_encode(&record, data, sizeof data), 0);
}

/* What version 1 could say is still said in version 1, so that old ledgers' rows stay as they are. */
static void an_old_alert_stays_one(void **state)
{
    (void)state;
    uint8_t data[1024];
    struct assay_record record = {.type = ASSAY_RECORD_ALERT};
    record.alert.item = assay_item_key_of(HANDLE, 1);
    record.alert.kind = ASSAY_ALERT_HONEY;
    assert_true(assay_record_encode(&record, data, sizeof data) > 0);
    assert_int_equal(data[1], 1);
    record.alert.country[0] = 'C';
    record.alert.country[1] = 'N';
    assert_true(assay_record_encode(&record, data, sizeof data) > 0);
    assert_int_equal(data[1], 2);
}

static void names_are_those_of_their_numbers(void **state)
{
    (void)state;
    for (unsigned kind = 1; kind < ASSAY_ALERT_KINDS; kind++) {
        const char *name = assay_alert_kind_name((enum assay_alert_kind)kind);
        assert_int_equal(assay_alert_kind_of(name), kind);
    }
    assert_null(assay_alert_kind_name(0));
    assert_null(assay_alert_kind_name(ASSAY_ALERT_KINDS));
    assert_int_equal(assay_alert_kind_of("clone"), 0);
    assert_int_equal(assay_alert_state_of("dismissed"), ASSAY_ALERT_DISMISSED);
    assert_int_equal(assay_alert_state_of("gone"), ASSAY_ALERT_STATES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_bytes_are_written_and_read),
        cmocka_unit_test(bytes_out_of_range_are_refused),
        cmocka_unit_test(what_is_out_of_range_is_not_written),
        cmocka_unit_test(an_old_alert_stays_one),
        cmocka_unit_test(names_are_those_of_their_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
