// SPDX-License-Identifier: Apache-2.0
#include "core/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void what_does_not_fit_is_not_written_and_stays_failed(void **state)
{
    (void)state;
    uint8_t bytes[4] = {7, 7, 7, 7};
    struct assay_wire wire = assay_wire_writer(bytes, 3);
    assay_wire_put_u16(&wire, 0x0102);
    assay_wire_put_u16(&wire, 0x0304);
    assert_true(wire.failed);
    assert_int_equal(wire.at, 2);
    assay_wire_put_u8(&wire, 9);
    assay_wire_put_bytes(&wire, "x", 1);
    assay_wire_put_padding(&wire, 3);
    assert_true(wire.failed);
    assert_int_equal(wire.at, 2);
    assert_memory_equal(bytes, ((uint8_t[]){2, 1, 7, 7}), 4);
}

static void a_text_that_does_not_fit_leaves_no_half(void **state)
{
    (void)state;
    uint8_t bytes[8] = {0};
    struct assay_wire wire = assay_wire_writer(bytes, 4);
    assay_wire_put_text(&wire, "abc");
    assert_true(wire.failed);
    assert_int_equal(wire.at, 0);
    static char long_text[UINT16_MAX + 2];
    static uint8_t room[UINT16_MAX + 10];
    memset(long_text, 'x', sizeof long_text - 1);
    wire = assay_wire_writer(room, sizeof room);
    assay_wire_put_text(&wire, long_text);
    assert_true(wire.failed);
    wire = assay_wire_writer(room, sizeof room);
    assay_wire_put_text(&wire, long_text + 1);
    assert_false(wire.failed);
    assert_int_equal(wire.at, UINT16_MAX + 2);
}

static void reading_past_the_end_gives_zeros(void **state)
{
    (void)state;
    uint8_t bytes[3] = {1, 2, 3};
    struct assay_wire wire = assay_wire_reader(bytes, sizeof bytes);
    assert_int_equal(assay_wire_get_u32(&wire), 0);
    assert_true(wire.failed);
    assert_int_equal(assay_wire_get_u8(&wire), 0);
    uint8_t out[2] = {9, 9};
    assay_wire_get_bytes(&wire, out, sizeof out);
    assert_memory_equal(out, ((uint8_t[]){0, 0}), 2);
    wire = assay_wire_reader(NULL, 0);
    assert_int_equal(assay_wire_get_u8(&wire), 0);
    assert_true(wire.failed);
}

static void bad_texts_fail(void **state)
{
    (void)state;
    char text[4] = "###";
    struct assay_wire wire = assay_wire_reader("\x04\x00"
                                               "abcd",
                                               6); /* no room for the NUL */
    assay_wire_get_text(&wire, text, sizeof text);
    assert_true(wire.failed);
    assert_string_equal(text, "");
    wire = assay_wire_reader("\x03\x00"
                             "ab",
                             4); /* longer than what is left */
    assay_wire_get_text(&wire, text, sizeof text);
    assert_true(wire.failed);
    wire = assay_wire_reader("\x03\x00"
                             "a\0b",
                             5);
    assay_wire_get_text(&wire, text, sizeof text);
    assert_true(wire.failed);
    assert_string_equal(text, "");
    wire = assay_wire_reader("\x01", 1);
    assay_wire_get_text(&wire, text, sizeof text);
    assert_true(wire.failed);
}

static void every_kind_goes_both_ways(void **state)
{
    (void)state;
    uint8_t bytes[64];
    memset(bytes, 0xee, sizeof bytes);
    struct assay_wire wire = assay_wire_writer(bytes, sizeof bytes);
    assay_wire_put_u8(&wire, 0xa1);
    assay_wire_put_u16(&wire, 0xb1b2);
    assay_wire_put_u32(&wire, 0xc1c2c3c4);
    assay_wire_put_u64(&wire, 0xd1d2d3d4d5d6d7d8);
    assay_wire_put_bytes(&wire, "raw", 3);
    assay_wire_put_text(&wire, "深圳");
    assay_wire_put_text(&wire, "");
    assay_wire_put_padding(&wire, 8);
    assay_wire_put_padding(&wire, 8);
    assert_false(wire.failed);
    assert_int_equal(wire.at, 32);
    assert_memory_equal(bytes, "\xa1\xb2\xb1\xc4\xc3\xc2\xc1\xd8\xd7\xd6", 10);
    assert_int_equal(bytes[31], 0);

    char text[8];
    uint8_t raw[3];
    wire = assay_wire_reader(bytes, wire.at);
    assert_int_equal(assay_wire_get_u8(&wire), 0xa1);
    assert_int_equal(assay_wire_get_u16(&wire), 0xb1b2);
    assert_int_equal(assay_wire_get_u32(&wire), 0xc1c2c3c4);
    assert_true(assay_wire_get_u64(&wire) == 0xd1d2d3d4d5d6d7d8);
    assay_wire_get_bytes(&wire, raw, sizeof raw);
    assert_memory_equal(raw, "raw", 3);
    assay_wire_get_text(&wire, text, sizeof text);
    assert_string_equal(text, "深圳");
    assay_wire_get_text(&wire, text, sizeof text);
    assert_string_equal(text, "");
    assert_false(wire.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_not_written_and_stays_failed),
        cmocka_unit_test(a_text_that_does_not_fit_leaves_no_half),
        cmocka_unit_test(reading_past_the_end_gives_zeros),
        cmocka_unit_test(bad_texts_fail),
        cmocka_unit_test(every_kind_goes_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
