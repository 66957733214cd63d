// SPDX-License-Identifier: Apache-2.0
#include "core/passphrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pty.h>

#include <cmocka.h>

static char path[] = "/tmp/assay-passphrase-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    return close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static enum assay_error from_file(const char *text, size_t len, char *passphrase, size_t size)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(text, 1, len, stream), len);
    assert_int_equal(fclose(stream), 0);
    struct assay_reason reason = {.text = ""};
    enum assay_error error = assay_passphrase_get(path, false, passphrase, size, &reason);
    assert_int_equal(strstr(reason.text, path) != NULL, error != ASSAY_OK);
    return error;
}

static void bad_files_are_named(void **state)
{
    (void)state;
    char passphrase[8] = "before";
    assert_int_equal(from_file("", 0, passphrase, 8), ASSAY_E_PASSPHRASE);
    assert_int_equal(from_file("\nsecond", 7, passphrase, 8), ASSAY_E_PASSPHRASE);
    assert_int_equal(from_file("\r\n", 2, passphrase, 8), ASSAY_E_PASSPHRASE);
    assert_int_equal(from_file("12345678", 8, passphrase, 8), ASSAY_E_PASSPHRASE);
    assert_int_equal(from_file("12\0004", 4, passphrase, 8), ASSAY_E_PASSPHRASE);
    assert_int_equal(from_file("12\t4", 4, passphrase, 8), ASSAY_E_PASSPHRASE);
    assert_string_equal(passphrase, "before");
    struct assay_reason reason;
    assert_int_equal(assay_passphrase_get("/nonexistent/p", false, passphrase, 8, &reason),
                     ASSAY_E_IO);
    assert_non_null(strstr(reason.text, "/nonexistent/p"));
    assert_int_equal(assay_passphrase_get("/", false, passphrase, 8, &reason), ASSAY_E_IO);
    char *large = calloc(1, 100000);
    assert_non_null(large);
    memset(large, 'x', 100000);
    char room[ASSAY_PASSPHRASE_SIZE];
    assert_int_equal(from_file(large, 100000, room, sizeof room), ASSAY_E_PASSPHRASE);
    assert_int_equal(from_file(large, sizeof room - 1, room, sizeof room), ASSAY_OK);
    free(large);
}

static void the_first_line_of_a_file_is_taken(void **state)
{
    (void)state;
    char passphrase[32];
    static const char *const texts[] = {"open sesame", "open sesame\n", "open sesame\r\nmore\n"};
    assert_int_equal(setenv("ASSAY_PASSPHRASE", "not this", 1), 0);
    for (size_t i = 0; i < ASSAY_COUNT_OF(texts); i++) {
        assert_int_equal(from_file(texts[i], strlen(texts[i]), passphrase, 32), ASSAY_OK);
        assert_string_equal(passphrase, "open sesame");
    }
}

static void without_any_the_ways_are_told(void **state)
{
    (void)state;
    char passphrase[32];
    struct assay_reason reason;
    assert_int_equal(unsetenv("ASSAY_PASSPHRASE"), 0);
    assert_int_equal(assay_passphrase_get(NULL, false, passphrase, 32, &reason),
                     ASSAY_E_PASSPHRASE);
    assert_non_null(strstr(reason.text, "--passphrase-file"));
    assert_int_equal(setenv("ASSAY_PASSPHRASE", "", 1), 0);
    assert_int_equal(assay_passphrase_get(NULL, false, passphrase, 32, &reason),
                     ASSAY_E_PASSPHRASE);
}

static void the_environment_is_taken_whole(void **state)
{
    (void)state;
    char passphrase[8];
    struct assay_reason reason;
    static const char *const bad[] = {"12345678", "a\nb", "a\x01"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        assert_int_equal(setenv("ASSAY_PASSPHRASE", bad[i], 1), 0);
        assert_int_equal(assay_passphrase_get(NULL, true, passphrase, 8, &reason),
                         ASSAY_E_PASSPHRASE);
        assert_null(strstr(reason.text, bad[i]));
    }
    assert_int_equal(setenv("ASSAY_PASSPHRASE", "密码 1", 1), 0);
    char room[32];
    assert_int_equal(assay_passphrase_get(NULL, true, room, sizeof room, &reason), ASSAY_OK);
    assert_string_equal(room, "密码 1");
}

/* In the child: ask, and tell by the exit code what came of it. */
static _Noreturn void child_asks(void)
{
    char passphrase[32];
    struct assay_reason reason;
    unsetenv("ASSAY_PASSPHRASE");
    enum assay_error error = assay_passphrase_get(NULL, true, passphrase, 32, &reason);
    if (error != ASSAY_OK) {
        _exit(error == ASSAY_E_PASSPHRASE ? 2 : 3);
    }
    _exit(strcmp(passphrase, "open sesame") == 0 ? 0 : 4);
}

/* Type at a terminal once it has asked. shown: out, all that the terminal showed. */
static int typed_at_a_terminal(const char *keys, char *shown, size_t size)
{
    int terminal = -1;
    pid_t child = forkpty(&terminal, NULL, NULL, NULL);
    assert_true(child >= 0);
    if (child == 0) {
        child_asks();
    }
    size_t len = 0;
    bool typed = false;
    for (;;) {
        ssize_t got = read(terminal, shown + len, size - 1 - len);
        if (got <= 0) {
            break;
        }
        len += (size_t)got;
        shown[len] = '\0';
        if (!typed && strstr(shown, ": ") != NULL) {
            assert_int_equal(write(terminal, keys, strlen(keys)), strlen(keys));
            typed = true;
        }
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(close(terminal), 0);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void the_prompt_does_not_echo(void **state)
{
    (void)state;
    char shown[512] = "";
    assert_int_equal(typed_at_a_terminal("open sesame\n", shown, sizeof shown), 0);
    assert_non_null(strstr(shown, "Passphrase"));
    assert_null(strstr(shown, "sesame"));
}

static void giving_up_at_the_prompt_is_a_refusal(void **state)
{
    (void)state;
    char shown[512] = "";
    assert_int_equal(typed_at_a_terminal("\n", shown, sizeof shown), 2);
    assert_int_equal(typed_at_a_terminal("open\x03\n", shown, sizeof shown), 2);
    assert_int_equal(typed_at_a_terminal("\x04", shown, sizeof shown), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_files_are_named),
        cmocka_unit_test(the_first_line_of_a_file_is_taken),
        cmocka_unit_test(without_any_the_ways_are_told),
        cmocka_unit_test(the_environment_is_taken_whole),
        cmocka_unit_test(the_prompt_does_not_echo),
        cmocka_unit_test(giving_up_at_the_prompt_is_a_refusal),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
