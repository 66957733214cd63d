// SPDX-License-Identifier: Apache-2.0
#include "batch-tools/arguments.h"
#include "batch-tools/carton.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ARGUMENTS_MAX 16

/* Words of one line, split at blanks. */
struct line {
    char text[256];
    char *words[ARGUMENTS_MAX + 1];
    int count;
};

static void split(const char *text, struct line *line)
{
    *line = (struct line){0};
    snprintf(line->text, sizeof line->text, "assay-batch %s", text);
    char *rest = line->text;
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        assert_true(line->count < ARGUMENTS_MAX);
        line->words[line->count++] = word;
    }
}

/* The exit status of reading a line that must end the program; what it wrote to stderr. */
static int ended(const char *text, char *written, size_t size)
{
    struct line line;
    int channel[2];
    assert_int_equal(pipe(channel), 0);
    split(text, &line);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct assay_tool_call call;
        dup2(channel[1], STDERR_FILENO);
        assert_non_null(freopen("/dev/null", "w", stdout));
        assay_arguments_read(line.count, line.words, &call);
        _exit(99); /* it was read */
    }
    close(channel[1]);
    ssize_t got = read(channel[0], written, size - 1);
    written[got > 0 ? got : 0] = '\0';
    close(channel[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void what_is_not_understood_ends_with_2(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"eat", "there is no command eat"},
        {"batch", "there is no command batch"},
        {"batch eat", "there is no command batch eat"},
        {"init --brand X", "DIR is wanted"},
        {"init D", "--brand NAME is wanted"},
        {"init D E --brand X", "nothing is known to do with E"},
        {"product list", "--data DIR is wanted"},
        {"batch create --data D --sku S --lot L --out O", "--count N is wanted"},
        {"batch create --data D --sku S --lot L --out O --count -1", "wants a whole number"},
        {"batch create --data D --sku S --lot L --out O --count 1x", "wants a whole number"},
        {"batch create --data D --sku S --lot L --out O --count 1234567890123456",
         "wants a whole number"},
        {"product list --data D --colour", "--colour"},
        {"product list --data", "--data"},
        {"backup --data D", "--out FOLDER is wanted"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(lines); i++) {
        char written[512];
        int status = ended(lines[i][0], written, sizeof written);
        if (status != 2 || strstr(written, lines[i][1]) == NULL) {
            fail_msg("\"%s\" ended with %d: %s", lines[i][0], status, written);
        }
    }
}

static void help_and_version_end_with_0(void **state)
{
    (void)state;
    char written[512];
    assert_int_equal(ended("--help", written, sizeof written), 0);
    assert_int_equal(ended("--version", written, sizeof written), 0);
    const struct assay_tool_command *const tables[] = {assay_tool_commands, assay_carton_commands};
    for (size_t i = 0; i < ASSAY_COUNT_OF(tables); i++) {
        for (const struct assay_tool_command *row = tables[i]; row->words != NULL; row++) {
            char line[80];
            snprintf(line, sizeof line, "%s --help", row->words);
            assert_int_equal(ended(line, written, sizeof written), 0);
            assert_string_equal(written, "");
        }
    }
}

static void values_go_where_the_table_says(void **state)
{
    (void)state;
    struct line line;
    struct assay_tool_call call;
    split("batch create --sku S --count=7 --lot L --pin --data D --out O --json", &line);
    assay_arguments_read(line.count, line.words, &call);
    assert_string_equal(call.command->office, "batch.create");
    assert_string_equal(call.data, "D");
    assert_true(call.json);
    assert_int_equal(json_integer_value(json_object_get(call.params, "count")), 7);
    assert_true(json_is_true(json_object_get(call.params, "pin")));
    assert_null(json_object_get(call.params, "out"));
    assert_string_equal(assay_tool_text(&call, "out"), "O");
    assay_arguments_deinit(&call);

    split("batch activate ABCDEF --range 3-9 --data D", &line);
    assay_arguments_read(line.count, line.words, &call);
    assert_string_equal(json_string_value(json_object_get(call.params, "handle")), "ABCDEF");
    assert_string_equal(json_string_value(json_object_get(call.params, "range")), "3-9");
    assert_false(call.json);
    assay_arguments_deinit(&call);

    split("export --data D --format csv -o F --to 9", &line);
    assay_arguments_read(line.count, line.words, &call);
    assert_string_equal(assay_tool_text(&call, "output"), "F");
    assert_true(assay_tool_flag(&call, "to"));
    assert_false(assay_tool_flag(&call, "from"));
    assay_arguments_deinit(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_understood_ends_with_2),
        cmocka_unit_test(help_and_version_end_with_0),
        cmocka_unit_test(values_go_where_the_table_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
