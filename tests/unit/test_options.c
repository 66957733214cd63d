// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verifier/options.h"

static char told[4096];

static void remember(void *context, const char *line)
{
    (void)context;
    strncat(told, line, sizeof told - strlen(told) - 1);
}

static const struct assay_config_sink sink = {.problem = remember};

/* Exit status of parsing in a child, and what it wrote to both outputs. */
static int run(char **argv, char *text, size_t size_bytes)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        int argc = 0;
        while (argv[argc] != NULL) {
            argc++;
        }
        struct assay_options options;
        assay_options_parse(argc, argv, &options);
        _exit(77);
    }
    close(ends[1]);
    size_t len = 0;
    ssize_t got;
    while ((got = read(ends[0], text + len, size_bytes - 1 - len)) > 0) {
        len += (size_t)got;
    }
    text[len] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#define RUN(text, ...) run((char *[]){"assay-verifier", __VA_ARGS__, NULL}, text, sizeof text)

static void wrong_lines(void **state)
{
    (void)state;
    char text[8192];
    assert_int_equal(RUN(text, "--listen", "127.0.0.1:1"), 2);
    assert_non_null(strstr(text, "--data DIR is needed"));
    assert_int_equal(RUN(text, "--data"), 2);
    assert_int_equal(RUN(text, "--data", "d", "more"), 2);
    assert_non_null(strstr(text, "`more'"));
    assert_int_equal(RUN(text, "--data", "d", "--wrong"), 2);
    assert_int_equal(RUN(text, "--data="), 2);
    assert_non_null(strstr(text, "empty"));
}

static void help_and_version(void **state)
{
    (void)state;
    char text[8192];
    assert_int_equal(RUN(text, "--help"), 0);
    static const char *const names[] = {"--data",        "--listen", "--ops-listen",
                                        "--threads",     "--config", "--passphrase-file",
                                        "--print-config"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(names); i++) {
        assert_non_null(strstr(text, names[i]));
    }
    assert_int_equal(RUN(text, "--version"), 0);
    assert_string_equal(text, "assay-verifier " ASSAY_VERSION "\n");
}

static void good_lines(void **state)
{
    (void)state;
    char *argv[] = {"assay-verifier",
                    "--data",
                    "d",
                    "--listen=127.0.0.1:1",
                    "--ops-listen",
                    "127.0.0.1:2",
                    "--threads",
                    "3",
                    "--config",
                    "c",
                    "--passphrase-file",
                    "p",
                    NULL};
    struct assay_options options;
    assay_options_parse(ASSAY_COUNT_OF(argv) - 1, argv, &options);
    assert_string_equal(options.data, "d");
    assert_string_equal(options.listen, "127.0.0.1:1");
    assert_string_equal(options.ops_listen, "127.0.0.1:2");
    assert_string_equal(options.threads, "3");
    assert_string_equal(options.config, "c");
    assert_string_equal(options.passphrase_file, "p");
    assert_false(options.print_config);
}

static void the_line_wins_over_the_file(void **state)
{
    (void)state;
    char path[] = "/tmp/assay-options-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    const char *file = "threads: 2\nlisten: 127.0.0.1:1111\n";
    assert_int_equal(write(fd, file, strlen(file)), strlen(file));
    close(fd);
    struct assay_config config;
    struct assay_options options = {.config = path, .listen = "127.0.0.1:2222"};
    assert_int_equal(assay_options_config(&options, &config, &sink), ASSAY_OK);
    assert_string_equal(config.listen.text, "127.0.0.1:2222");
    assert_int_equal(config.threads, 2);

    options.threads = "1000";
    options.ops_listen = "x";
    told[0] = '\0';
    assert_int_equal(assay_options_config(&options, &config, &sink), ASSAY_E_FIELD);
    assert_non_null(strstr(told, "command line: threads: "));
    assert_non_null(strstr(told, "command line: ops_listen: "));
    unlink(path);
    assert_int_equal(assay_options_config(&options, &config, &sink), ASSAY_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_lines),
        cmocka_unit_test(help_and_version),
        cmocka_unit_test(good_lines),
        cmocka_unit_test(the_line_wins_over_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
