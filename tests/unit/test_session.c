// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/limits.h"
#include "verifier/session.h"

#define TEXT_LEN (ASSAY_SESSION_TEXT_SIZE - 1)
#define START_MS 1000000ull

static struct assay_sessions *sessions;

static int set_up(void **state)
{
    (void)state;
    return assay_sessions_create(&sessions) == ASSAY_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    assay_sessions_destroy(sessions);
    return 0;
}

static void begin(uint8_t token, uint64_t now_ms, char text[ASSAY_SESSION_TEXT_SIZE])
{
    uint8_t digest[ASSAY_SHA256_LEN];
    memset(digest, token, sizeof digest);
    assay_sessions_begin(sessions, digest, now_ms, text);
}

/* The token of a session by its first byte; -1 if there is none. */
static int find(const char *text, uint64_t now_ms)
{
    uint8_t digest[ASSAY_SHA256_LEN] = {0};
    if (!assay_sessions_find(sessions, text, strlen(text), now_ms, digest)) {
        assert_int_equal(digest[0], 0);
        return -1;
    }
    assert_int_equal(digest[0], digest[31]);
    return digest[0];
}

static void what_is_no_session(void **state)
{
    (void)state;
    char text[ASSAY_SESSION_TEXT_SIZE];
    char changed[ASSAY_SESSION_TEXT_SIZE + 1];
    uint8_t digest[ASSAY_SHA256_LEN];
    assert_int_equal(find("", START_MS), -1);
    assert_int_equal(find("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", START_MS), -1);
    begin(7, START_MS, text);
    assert_int_equal(strlen(text), TEXT_LEN);
    for (size_t i = 0; i < TEXT_LEN; i++) {
        memcpy(changed, text, sizeof text);
        changed[i] = (char)(changed[i] ^ 1);
        assert_int_equal(find(changed, START_MS), -1);
    }
    assert_false(assay_sessions_find(sessions, text, TEXT_LEN - 1, START_MS, digest));
    memcpy(changed, text, sizeof text);
    memcpy(changed + TEXT_LEN, "A", 2);
    assert_int_equal(find(changed, START_MS), -1);
    assert_int_equal(find(text, START_MS), 7);
}

static void it_ends_when_idle_and_when_old(void **state)
{
    (void)state;
    char text[ASSAY_SESSION_TEXT_SIZE];
    uint64_t now = START_MS;
    begin(1, now, text);
    assert_int_equal(find(text, now + ASSAY_SESSION_IDLE_MS), -1);
    begin(1, now, text);
    uint64_t steps = 0;
    while (find(text, now) == 1) {
        now += ASSAY_SESSION_IDLE_MS - 1;
        steps++;
    }
    assert_true(now >= START_MS + ASSAY_SESSION_LIFETIME_MS);
    assert_in_range(steps, 2, 1 + ASSAY_SESSION_LIFETIME_MS / (ASSAY_SESSION_IDLE_MS - 1));
    /* A clock of another thread, a little behind, is no end. */
    begin(1, now, text);
    assert_int_equal(find(text, now - 5), 1);
}

static void logout_ends_one_alone(void **state)
{
    (void)state;
    char one[ASSAY_SESSION_TEXT_SIZE];
    char other[ASSAY_SESSION_TEXT_SIZE];
    begin(1, START_MS, one);
    begin(1, START_MS, other);
    assert_string_not_equal(one, other);
    assay_sessions_end(sessions, "nonsense", 8);
    assay_sessions_end(sessions, one, TEXT_LEN);
    assay_sessions_end(sessions, one, TEXT_LEN);
    assert_int_equal(find(one, START_MS), -1);
    assert_int_equal(find(other, START_MS), 1);
}

/* One token cannot push the sessions of others out. */
static void a_token_has_its_share(void **state)
{
    (void)state;
    char others[ASSAY_SESSION_TEXT_SIZE];
    char mine[ASSAY_SESSIONS_PER_TOKEN_MAX + 1][ASSAY_SESSION_TEXT_SIZE];
    begin(1, START_MS, others);
    for (unsigned i = 0; i <= ASSAY_SESSIONS_PER_TOKEN_MAX; i++) {
        begin(2, START_MS + 1 + i, mine[i]);
    }
    assert_int_equal(find(others, START_MS + 100), 1);
    assert_int_equal(find(mine[0], START_MS + 100), -1);
    for (unsigned i = 1; i <= ASSAY_SESSIONS_PER_TOKEN_MAX; i++) {
        assert_int_equal(find(mine[i], START_MS + 100), 2);
    }
}

static void a_full_table_lets_the_idlest_go(void **state)
{
    (void)state;
    static char texts[ASSAY_SESSIONS_MAX][ASSAY_SESSION_TEXT_SIZE];
    char more[ASSAY_SESSION_TEXT_SIZE];
    for (unsigned i = 0; i < ASSAY_SESSIONS_MAX; i++) {
        begin((uint8_t)(1 + i / ASSAY_SESSIONS_PER_TOKEN_MAX), START_MS + i, texts[i]);
    }
    assert_int_equal(find(texts[0], START_MS + 5000), 1); /* used: row 1 is the idlest now */
    begin(200, START_MS + 6000, more);
    assert_int_equal(find(more, START_MS + 6000), 200);
    assert_int_equal(find(texts[0], START_MS + 6000), 1);
    assert_int_equal(find(texts[1], START_MS + 6000), -1);
    assert_int_equal(find(texts[2], START_MS + 6000), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_no_session, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_ends_when_idle_and_when_old, set_up, tear_down),
        cmocka_unit_test_setup_teardown(logout_ends_one_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_token_has_its_share, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_table_lets_the_idlest_go, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
