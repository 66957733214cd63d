// SPDX-License-Identifier: Apache-2.0
#include "core/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void quotes_to(const char *text, size_t len, const char *wanted)
{
    char quoted[200];
    assay_log_quote(text, len, quoted, sizeof quoted);
    assert_string_equal(quoted, wanted);
}

static void hostile_texts_stay_inside_their_quotes(void **state)
{
    (void)state;
    quotes_to("a\" b=\"c", 7, "\"a\\\" b=\\\"c\"");
    quotes_to("\\", 1, "\"\\\\\"");
    quotes_to("a\nlevel=error", 13, "\"a\\x0alevel=error\"");
    quotes_to("\0\x1b[31m\x7f", 7, "\"\\x00\\x1b[31m\\x7f\"");
    quotes_to("\xff\xc0\x80", 3, "\"\\xff\\xc0\\x80\"");
    quotes_to("\xed\xa0\x80", 3, "\"\\xed\\xa0\\x80\"");
    quotes_to("\xf4\x90\x80\x80", 4, "\"\\xf4\\x90\\x80\\x80\"");
    quotes_to("\xe0\x80\x80", 3, "\"\\xe0\\x80\\x80\"");
    quotes_to("\xe4\xb8", 2, "\"\\xe4\\xb8\"");
    quotes_to("\xc2\x85", 2, "\"\\xc2\\x85\"");
    quotes_to("\xe2\x80\xae", 3, "\"\\xe2\\x80\\xae\"");
    quotes_to("", 0, "\"\"");
    quotes_to("深圳 😀 é", strlen("深圳 😀 é"), "\"深圳 😀 é\"");
}

static void quoted_texts_are_cut_whole(void **state)
{
    (void)state;
    char quoted[16];
    for (size_t size = 3; size <= sizeof quoted; size++) {
        memset(quoted, '#', sizeof quoted);
        assay_log_quote("深\n\"深圳", strlen("深\n\"深圳"), quoted, size);
        size_t len = strlen(quoted);
        assert_true(len < size);
        assert_int_equal(quoted[0], '"');
        assert_int_equal(quoted[len - 1], '"');
        for (size_t i = size; i < sizeof quoted; i++) {
            assert_int_equal(quoted[i], '#');
        }
    }
}

/* What one call writes. line: out with NUL. */
static void logged(enum assay_log_level level, const char *text, char *line, size_t size_bytes)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assay_log_set(ends[1], ASSAY_LOG_INFO);
    assay_log(level, "test", "%s", text);
    assay_log_set(STDERR_FILENO, ASSAY_LOG_INFO);
    assert_int_equal(close(ends[1]), 0);
    ssize_t len = read(ends[0], line, size_bytes - 1);
    assert_true(len >= 0);
    line[len] = '\0';
    assert_int_equal(close(ends[0]), 0);
}

static void a_line_is_one_line(void **state)
{
    (void)state;
    char line[4096];
    char text[4000];
    logged(ASSAY_LOG_WARNING, "a=1\nlevel=error", line, sizeof line);
    assert_non_null(strstr(line, " level=warning event=test a=1?level=error\n"));
    assert_int_equal(strncmp(line, "time=20", 7), 0);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    logged(ASSAY_LOG_ERROR, text, line, sizeof line);
    assert_int_equal(strlen(line), 2048 - 1);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void levels_below_are_not_written(void **state)
{
    (void)state;
    char line[4096];
    logged(ASSAY_LOG_DEBUG, "a=1", line, sizeof line);
    assert_string_equal(line, "");
    logged(ASSAY_LOG_INFO, "a=1", line, sizeof line);
    assert_non_null(strstr(line, " level=info event=test a=1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_texts_stay_inside_their_quotes),
        cmocka_unit_test(quoted_texts_are_cut_whole),
        cmocka_unit_test(a_line_is_one_line),
        cmocka_unit_test(levels_below_are_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
