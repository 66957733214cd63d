// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/csv_reader.h"

/* What was read, as one text: "LINE:[field][field]" a record. */
struct taken {
    char text[4096];
    unsigned records;
};

static enum assay_error take(void *context, const struct assay_csv_record *record,
                             struct assay_reason *reason)
{
    struct taken *taken = context;
    (void)reason;
    size_t at = strlen(taken->text);
    at += (size_t)snprintf(taken->text + at, sizeof taken->text - at, "%u:", record->line);
    for (unsigned i = 0; i < record->count; i++) {
        assert_int_equal(strlen(record->field[i]), record->len[i]);
        at += (size_t)snprintf(taken->text + at, sizeof taken->text - at, "[%s]", record->field[i]);
    }
    taken->records++;
    return ASSAY_OK;
}

/* In pieces of `step` bytes: where a piece ends must not matter. */
static enum assay_error read_in(const char *csv, size_t len, size_t step, struct taken *taken,
                                struct assay_reason *reason)
{
    struct assay_csv_reader reader;
    *taken = (struct taken){{0}, 0};
    assay_csv_reader_init(&reader, take, taken);
    for (size_t at = 0; at < len; at += step) {
        size_t piece = len - at < step ? len - at : step;
        enum assay_error error = assay_csv_reader_feed(&reader, csv + at, piece, reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return assay_csv_reader_end(&reader, reason);
}

static void refused(const char *csv, size_t len, enum assay_error wanted, const char *begins)
{
    for (size_t step = 1; step <= len; step++) {
        struct taken taken;
        struct assay_reason reason = {""};
        assert_int_equal(read_in(csv, len, step, &taken, &reason), wanted);
        assert_memory_equal(reason.text, begins, strlen(begins));
    }
}

static void broken_files_are_refused_with_their_line(void **state)
{
    (void)state;
#define REFUSED(csv, begins) refused(csv, sizeof(csv) - 1, ASSAY_E_SYNTAX, begins)
    REFUSED("a,b\nc,d\"e\n", "line 2: a quote inside");
    REFUSED("a,\"b\"c\n", "line 1: after a closing quote");
    REFUSED("a,\"b\n\nc", "line 1: a quoted field is not closed");
    REFUSED("a\rb\n", "line 1: a carriage return");
    REFUSED("a\n\rb", "line 2: a carriage return");
    REFUSED("a\r", "line 1: a carriage return");
    REFUSED("\"a\"\r", "line 1: a carriage return");
    REFUSED("a,b\nc\0d\n", "line 2: a control character");
    REFUSED("a,\"\x7f\"\n", "line 1: a control character");
    REFUSED("a\tb\n", "line 1: a control character");
    REFUSED("\xEF\xBB", "line 1: the file ends inside");
}

static void bounds_are_held(void **state)
{
    (void)state;
    char *line = malloc(2 * ASSAY_CSV_RECORD_BYTES_MAX);
    struct taken taken;
    struct assay_reason reason;
    assert_non_null(line);
    memset(line, 'x', 2 * ASSAY_CSV_RECORD_BYTES_MAX);
    assert_int_equal(read_in(line, ASSAY_CSV_RECORD_BYTES_MAX - 1, 4096, &taken, &reason),
                     ASSAY_OK);
    assert_int_equal(read_in(line, ASSAY_CSV_RECORD_BYTES_MAX, 4096, &taken, &reason),
                     ASSAY_E_TOO_LARGE);
    assert_string_equal(reason.text, "line 1: more than 4096 bytes");
    memset(line, ',', 2 * ASSAY_CSV_RECORD_BYTES_MAX);
    assert_int_equal(read_in(line, ASSAY_CSV_FIELDS_MAX - 1, 4096, &taken, &reason), ASSAY_OK);
    assert_int_equal(read_in(line, ASSAY_CSV_FIELDS_MAX, 4096, &taken, &reason), ASSAY_E_TOO_LARGE);
    free(line);
}

static void reads(const char *csv, const char *wanted)
{
    for (size_t step = 1; step <= strlen(csv) + 1; step++) {
        struct taken taken;
        struct assay_reason reason = {""};
        assert_int_equal(read_in(csv, strlen(csv), step, &taken, &reason), ASSAY_OK);
        assert_string_equal(taken.text, wanted);
    }
}

static void good_files_are_read(void **state)
{
    (void)state;
    reads("", "");
    reads("\n\r\n\n", "");
    reads("a,b\r\nc,d", "1:[a][b]2:[c][d]");
    reads("a,b\n\nc,d\n\n", "1:[a][b]3:[c][d]");
    reads("\xEF\xBB\xBF"
          "a,b\n",
          "1:[a][b]");
    reads("\xEF\xBB"
          "a\n",
          "1:[\xEF\xBB"
          "a]");
    reads(",\n", "1:[][]");
    reads("\"\"\n", "1:[]");
    reads("\"\"\r\n", "1:[]");
    reads("a,\n,b\n", "1:[a][]2:[][b]");
    reads("\"a\"\"b\",\"c,d\"\n", "1:[a\"b][c,d]");
    reads("\"a\nb\",c\nd\n", "1:[a\nb][c]3:[d]");
    reads("\"a\r\nb\"\r\nd", "1:[a\r\nb]3:[d]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_files_are_refused_with_their_line),
        cmocka_unit_test(bounds_are_held),
        cmocka_unit_test(good_files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
