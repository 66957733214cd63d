// SPDX-License-Identifier: Apache-2.0
#include "core/overlay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void what_is_added_is_found_until_cleared(void **state)
{
    (void)state;
    struct assay_overlay overlay;
    assert_int_equal(assay_overlay_init(&overlay, 1000), ASSAY_OK);
    for (int round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < 1000; i++) {
            struct assay_item item = {.last_position = i + 1};
            /* Neighbours in an index, and the same index in many batches. */
            uint64_t key = i % 2 == 0 ? i + 1 : i << 26;
            assert_null(assay_overlay_find(&overlay, key));
            assert_non_null(assay_overlay_add(&overlay, key, &item));
        }
        struct assay_item more = {0};
        assert_null(assay_overlay_add(&overlay, UINT64_MAX, &more));
        for (uint64_t i = 0; i < 1000; i++) {
            struct assay_item *item = assay_overlay_find(&overlay, i % 2 == 0 ? i + 1 : i << 26);
            assert_non_null(item);
            assert_int_equal(item->last_position, i + 1);
        }
        assay_overlay_clear(&overlay);
        assert_int_equal(overlay.count, 0);
    }
    assay_overlay_deinit(&overlay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added_is_found_until_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
