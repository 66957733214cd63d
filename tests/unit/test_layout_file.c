// SPDX-License-Identifier: Apache-2.0
#include "codegen/layout_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct problems {
    unsigned count;
    char text[4096];
};

static void note(void *context, const char *line)
{
    struct problems *problems = context;
    size_t len = strlen(problems->text);
    problems->count++;
    snprintf(problems->text + len, sizeof problems->text - len, "%s\n", line);
}

static enum assay_error parse(const char *text, struct assay_layout *layout,
                              struct problems *problems)
{
    struct assay_buffer buffer = {0};
    struct assay_layout_sink sink = {note, problems};
    *problems = (struct problems){0};
    assert_int_equal(assay_buffer_put(&buffer, text, strlen(text)), ASSAY_OK);
    enum assay_error error = assay_layout_parse("own.yaml", &buffer, layout, &sink);
    assay_buffer_deinit(&buffer);
    return error;
}

#define GOOD "page_width: 100\npage_height: 60\nlabel_width: 48\nlabel_height: 18\n"

static void every_problem_is_named_with_its_line(void **state)
{
    (void)state;
    struct assay_layout layout;
    struct problems problems;
    const char *text = "page_width: 100\n"
                       "page_height: 60 mm\n"
                       "label_width: -4\n"
                       "label_width: 48\n"
                       "columns: 0\n"
                       "colour: red\n"
                       "rows: [1]\n"
                       "name: a b\n"
                       "left: 1.2345\n";
    assert_int_equal(parse(text, &layout, &problems), ASSAY_E_FIELD);
    static const char *const expected[] = {
        "own.yaml:2: page_height: must be a length",
        "own.yaml:3: label_width: must be a length",
        "own.yaml:4: label_width: is set twice, first in line 3",
        "own.yaml:5: columns: must be a whole number from 1 to 200",
        "own.yaml:6: colour: a layout has no such entry",
        "own.yaml:7: rows: must be one value",
        "own.yaml:8: name: must be 1 to 40",
        "own.yaml:9: left: must be a length",
        "own.yaml:1: label_height: is missing",
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(expected); i++) {
        if (strstr(problems.text, expected[i]) == NULL) {
            fail_msg("\"%s\" is not in\n%s", expected[i], problems.text);
        }
    }
    assert_int_equal(problems.count, ASSAY_COUNT_OF(expected));
}

static void what_is_no_layout_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
        enum assay_error error;
    } rows[] = {
        {"", "own.yaml:1: must be entries", ASSAY_E_FIELD},
        {"- 1\n", "own.yaml:1: must be entries", ASSAY_E_FIELD},
        {GOOD "left: {\n", "is not YAML", ASSAY_E_SYNTAX},
        {"a: \"\n", "is not YAML", ASSAY_E_SYNTAX},
        {"\xff\xfe\xff", "is not YAML", ASSAY_E_SYNTAX},
        {GOOD "---\n" GOOD, "own.yaml:6: must be one YAML document", ASSAY_E_FIELD},
        {GOOD "columns: 3\n", "3 labels with a label_width of 48.000 mm end at 144.000 mm",
         ASSAY_E_FIELD},
        {GOOD "rows: 4\n", "beyond a page_height of 60.000 mm", ASSAY_E_FIELD},
        {"page_width: 2000.001\npage_height: 60\nlabel_width: 48\nlabel_height: 18\n",
         "own.yaml:1: page_width: must be a length", ASSAY_E_FIELD},
        {"page_width: 100\npage_height: 60\nlabel_width: 9.999\nlabel_height: 18\n",
         "a label has at least 10 mm", ASSAY_E_FIELD},
        {GOOD "left: \"1\\0\"\n", "must not hold a NUL", ASSAY_E_FIELD},
        {GOOD "left: 1.\n", "left: must be a length", ASSAY_E_FIELD},
        {GOOD "left: 00001\n", "left: must be a length", ASSAY_E_FIELD},
        {GOOD "[a]: 1\n", "own.yaml:5: a layout has no such entry", ASSAY_E_FIELD},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        struct assay_layout layout = {.columns = 77};
        struct problems problems;
        assert_int_equal(parse(rows[i].text, &layout, &problems), rows[i].error);
        assert_int_equal(layout.columns, 77);
        if (strstr(problems.text, rows[i].says) == NULL) {
            fail_msg("\"%s\" is not in\n%s", rows[i].says, problems.text);
        }
    }
}

static void problems_beyond_twenty_are_only_mentioned(void **state)
{
    (void)state;
    struct assay_layout layout;
    struct problems problems;
    char text[1024] = GOOD;
    size_t len = strlen(text);
    for (int i = 0; i < 40; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "x%d: 1\n", i);
    }
    assert_int_equal(parse(text, &layout, &problems), ASSAY_E_FIELD);
    assert_int_equal(problems.count, 21);
}

static void good_layouts_are_taken(void **state)
{
    (void)state;
    struct assay_layout layout;
    struct problems problems;
    assert_int_equal(parse(GOOD, &layout, &problems), ASSAY_OK);
    assert_int_equal(layout.columns, 1);
    assert_string_equal(layout.name, "own");
    assert_false(layout.roll);
    assert_int_equal(parse(GOOD "name: shelf-6\ncolumns: 2\nrows: 3\nleft: 1\ntop: 1.5\n"
                                "column_gap: 2.25\nrow_gap: 1.125\nroll_gap: 3\n",
                           &layout, &problems),
                     ASSAY_OK);
    assert_string_equal(layout.name, "shelf-6");
    assert_int_equal(layout.column_gap_um, 2250);
    assert_int_equal(layout.row_gap_um, 1125);
    assert_int_equal(layout.top_um, 1500);
    assert_true(layout.roll);
    assert_int_equal(problems.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_problem_is_named_with_its_line),
        cmocka_unit_test(what_is_no_layout_is_refused),
        cmocka_unit_test(problems_beyond_twenty_are_only_mentioned),
        cmocka_unit_test(good_layouts_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
