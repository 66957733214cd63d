// SPDX-License-Identifier: Apache-2.0
#include "codegen/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What the callbacks share; only `written` changes, on the caller's thread. */
struct run {
    uint32_t written;
    uint32_t fail_render_at; /* UINT32_MAX: never */
    uint32_t fail_write_at;
    bool fail_begin;
    uint32_t pages_at_once; /* 0: one */
};

static enum assay_error worker_begin(void *context, void **worker, struct assay_reason *reason)
{
    struct run *run = context;
    if (run->fail_begin) {
        return assay_fail(reason, ASSAY_E_CRYPTO, "no worker");
    }
    *worker = run;
    return ASSAY_OK;
}

static void worker_end(void *worker)
{
    (void)worker;
}

static enum assay_error render(void *worker, uint32_t page, struct assay_buffer *out,
                               struct assay_reason *reason)
{
    const struct run *run = worker;
    if (page == run->fail_render_at) {
        return assay_fail(reason, ASSAY_E_MEMORY, "page %u", page);
    }
    assert_int_equal(out->len_bytes, 0);
    return assay_buffer_print(out, "page %u%*s", page, (int)(page * 7919 % 3000), "");
}

static enum assay_error write_page(void *context, uint32_t page,
                                   const struct assay_buffer *rendered, struct assay_reason *reason)
{
    struct run *run = context;
    assert_int_equal(page, run->written);
    char expected[32];
    int len = snprintf(expected, sizeof expected, "page %u", page);
    assert_memory_equal(rendered->data, expected, (size_t)len);
    assert_int_equal(rendered->len_bytes, (size_t)len + page * 7919 % 3000);
    if (page == run->fail_write_at) {
        return assay_fail(reason, ASSAY_E_NO_SPACE, "full at %u", page);
    }
    run->written++;
    return ASSAY_OK;
}

static enum assay_error run_it(struct run *run, uint32_t threads, uint32_t pages,
                               struct assay_reason *reason)
{
    struct assay_pipeline pipeline = {
        .threads = threads,
        .pages = pages,
        .pages_at_once = run->pages_at_once == 0 ? 1 : run->pages_at_once,
        .context = run,
        .worker_begin = worker_begin,
        .worker_end = worker_end,
        .render = render,
        .write = write_page,
    };
    return assay_pipeline_run(&pipeline, reason);
}

static void errors_end_the_run_and_keep_their_reason(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 8; threads++) {
        struct assay_reason reason = {""};
        struct run run = {.fail_render_at = 77, .fail_write_at = UINT32_MAX};
        assert_int_equal(run_it(&run, threads, 1000, &reason), ASSAY_E_MEMORY);
        assert_string_equal(reason.text, "page 77");
        assert_true(run.written <= 77);
        run = (struct run){.fail_render_at = UINT32_MAX, .fail_write_at = 77};
        assert_int_equal(run_it(&run, threads, 1000, &reason), ASSAY_E_NO_SPACE);
        assert_string_equal(reason.text, "full at 77");
        assert_int_equal(run.written, 77);
        run = (struct run){
            .fail_render_at = UINT32_MAX, .fail_write_at = 77, .pages_at_once = 1 + threads};
        assert_int_equal(run_it(&run, threads, 1000, &reason), ASSAY_E_NO_SPACE);
        assert_int_equal(run.written, 77);
        run = (struct run){.fail_begin = true};
        assert_int_equal(run_it(&run, threads, 1000, &reason), ASSAY_E_CRYPTO);
        assert_int_equal(run.written, 0);
    }
}

static void pages_are_written_in_order_by_any_number_of_threads(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= ASSAY_PIPELINE_THREADS_MAX; threads *= 4) {
        for (uint32_t pages = 1; pages <= 1000; pages *= 10) {
            for (uint32_t at_once = 1; at_once <= 49; at_once += 6) {
                struct run run = {.fail_render_at = UINT32_MAX,
                                  .fail_write_at = UINT32_MAX,
                                  .pages_at_once = at_once};
                assert_int_equal(run_it(&run, threads, pages, NULL), ASSAY_OK);
                assert_int_equal(run.written, pages);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_end_the_run_and_keep_their_reason),
        cmocka_unit_test(pages_are_written_in_order_by_any_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
