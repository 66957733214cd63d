// SPDX-License-Identifier: Apache-2.0
#include "codegen/deflate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

/* End the stream and hold what zlib makes of it against what was put in. */
static void check_stream(struct assay_deflate *deflate)
{
    struct assay_buffer out = {0};
    assert_int_equal(assay_deflate_end(deflate, &out), ASSAY_OK);
    uLongf len = deflate->raw.len_bytes + 1;
    uint8_t *back = malloc(len);
    assert_int_equal(uncompress(back, &len, out.data, out.len_bytes), Z_OK);
    assert_int_equal(len, deflate->raw.len_bytes);
    if (len > 0) {
        assert_memory_equal(back, deflate->raw.data, len);
    }
    free(back);
    assay_buffer_deinit(&out);
}

static void an_empty_stream_is_one(void **state)
{
    (void)state;
    struct assay_deflate deflate = {0};
    check_stream(&deflate);
    assay_deflate_put(&deflate, "x", 1);
    check_stream(&deflate);
    assay_deflate_deinit(&deflate);
}

static void copies_of_every_length_and_distance_come_back(void **state)
{
    (void)state;
    struct assay_deflate deflate = {0};
    for (size_t len = 1; len <= 600; len++) {
        assay_deflate_reset(&deflate);
        assay_deflate_put(&deflate, "abcdefg", 7);
        assay_deflate_copy(&deflate, len % 7, len);
        check_stream(&deflate);
    }
    for (size_t distance = 1; distance <= 40000; distance += 1 + distance / 5) {
        assay_deflate_reset(&deflate);
        for (size_t i = 0; i < distance; i++) {
            uint8_t byte = (uint8_t)(i * i >> 3);
            assay_deflate_put(&deflate, &byte, 1);
        }
        assay_deflate_copy(&deflate, 0, 100);
        check_stream(&deflate);
    }
    assay_deflate_deinit(&deflate);
}

/* Frequencies like Fibonacci's numbers ask for codes longer than deflate's 15 bits. */
static void codes_longer_than_allowed_are_flattened(void **state)
{
    (void)state;
    struct assay_deflate deflate = {0};
    size_t count = 1, before = 1;
    for (uint8_t symbol = 0; symbol < 24; symbol++) {
        for (size_t i = 0; i < count; i++) {
            assay_deflate_put(&deflate, &symbol, 1);
        }
        size_t next = count + before;
        before = count;
        count = next;
    }
    check_stream(&deflate);
    assay_deflate_deinit(&deflate);
}

static void random_streams_come_back(void **state)
{
    (void)state;
    struct assay_deflate deflate = {0};
    uint64_t seed = 20261121;
    for (int round = 0; round < 200; round++) {
        assay_deflate_reset(&deflate);
        for (int step = 0; step < 300; step++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint32_t dice = (uint32_t)(seed >> 33);
            if (dice % 3 == 0 && deflate.raw.len_bytes > 0) {
                assay_deflate_copy(&deflate, dice / 3 % deflate.raw.len_bytes, dice % 700);
            } else {
                assay_deflate_put(&deflate, &dice, 1 + dice % 4);
            }
        }
        check_stream(&deflate);
    }
    assay_deflate_deinit(&deflate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_stream_is_one),
        cmocka_unit_test(copies_of_every_length_and_distance_come_back),
        cmocka_unit_test(codes_longer_than_allowed_are_flattened),
        cmocka_unit_test(random_streams_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
