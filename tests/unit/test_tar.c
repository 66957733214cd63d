// SPDX-License-Identifier: Apache-2.0
#include "codegen/tar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct taken {
    char log[512];
    uint8_t data[4096];
    size_t len;
};

static enum assay_error begin(void *context, const char *name, uint64_t bytes)
{
    struct taken *taken = context;
    size_t at = strlen(taken->log);
    snprintf(taken->log + at, sizeof taken->log - at, "%s %llu(", name, (unsigned long long)bytes);
    return ASSAY_OK;
}

static enum assay_error data(void *context, struct assay_span bytes)
{
    struct taken *taken = context;
    assert_true(taken->len + bytes.len_bytes <= sizeof taken->data);
    memcpy(taken->data + taken->len, bytes.data, bytes.len_bytes);
    taken->len += bytes.len_bytes;
    return ASSAY_OK;
}

static enum assay_error end(void *context)
{
    struct taken *taken = context;
    size_t at = strlen(taken->log);
    snprintf(taken->log + at, sizeof taken->log - at, ")");
    return ASSAY_OK;
}

static size_t put(uint8_t *tar, size_t at, const char *name, size_t bytes)
{
    assert_int_equal(assay_tar_head(name, bytes, 1790000000, tar + at), ASSAY_OK);
    memset(tar + at + ASSAY_TAR_BLOCK, 'x', bytes);
    memset(tar + at + ASSAY_TAR_BLOCK + bytes, 0, assay_tar_padding(bytes));
    return at + ASSAY_TAR_BLOCK + bytes + assay_tar_padding(bytes);
}

/* a (700 bytes), b (none), c (512) */
static size_t sample(uint8_t tar[8192])
{
    size_t len = put(tar, 0, "a", 700);
    len = put(tar, len, "b.csv", 0);
    len = put(tar, len, "c", 512);
    memset(tar + len, 0, 1024);
    return len + 1024;
}

static enum assay_error take(const uint8_t *tar, size_t len, size_t at_once, struct taken *taken,
                             bool *whole)
{
    memset(taken, 0, sizeof *taken);
    struct assay_tar_reader reader = {.begin = begin, .data = data, .end = end, .context = taken};
    enum assay_error error = ASSAY_OK;
    for (size_t at = 0; at < len && error == ASSAY_OK; at += at_once) {
        size_t some = len - at < at_once ? len - at : at_once;
        error = assay_tar_take(&reader, (struct assay_span){tar + at, some});
    }
    *whole = error == ASSAY_OK && assay_tar_is_whole(&reader);
    return error;
}

static void what_is_put_comes_back_in_pieces_of_any_length(void **state)
{
    (void)state;
    uint8_t tar[8192];
    struct taken taken;
    bool whole;
    size_t len = sample(tar);
    static const size_t pieces[] = {1, 7, 511, 512, 513, 8192};
    for (size_t i = 0; i < ASSAY_COUNT_OF(pieces); i++) {
        assert_int_equal(take(tar, len, pieces[i], &taken, &whole), ASSAY_OK);
        assert_true(whole);
        assert_string_equal(taken.log, "a 700()b.csv 0()c 512()");
        assert_int_equal(taken.len, 1212);
    }
    for (size_t cut = 0; cut < len; cut += 100) {
        (void)take(tar, cut, 512, &taken, &whole);
        assert_false(whole);
    }
    assert_int_equal(take(tar, len - 512, 512, &taken, &whole), ASSAY_OK);
    assert_false(whole);
}

static void what_leaves_the_folder_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"../a", "/a", "a/b", ".a", "a\\b", "a\nb", "\xff"};
    struct taken taken;
    bool whole;
    for (size_t i = 0; i < ASSAY_COUNT_OF(names); i++) {
        uint8_t tar[8192];
        size_t len = put(tar, 0, names[i], 5);
        assert_int_equal(take(tar, len, 512, &taken, &whole), ASSAY_E_CORRUPT);
        assert_string_equal(taken.log, "");
    }
}

static void damage_is_noticed(void **state)
{
    (void)state;
    uint8_t tar[8192];
    struct taken taken;
    bool whole;
    size_t len = sample(tar);
    static const size_t places[] = {0, 100, 124, 140, 148, 156, 257, ASSAY_TAR_BLOCK + 700};
    for (size_t i = 0; i < ASSAY_COUNT_OF(places); i++) {
        tar[places[i]] ^= 1;
        assert_int_equal(take(tar, len, 512, &taken, &whole), ASSAY_E_CORRUPT);
        tar[places[i]] ^= 1;
    }
    uint8_t after[8192 + 512] = {0};
    memcpy(after, tar, len);
    assert_int_equal(take(after, len + 512, 512, &taken, &whole), ASSAY_E_CORRUPT);
    memcpy(after + len - 512, tar, 512); /* a file behind one block of zeros */
    assert_int_equal(take(after, len, 512, &taken, &whole), ASSAY_E_CORRUPT);
    uint8_t head[ASSAY_TAR_BLOCK];
    assert_int_equal(assay_tar_head("a", ASSAY_TAR_FILE_BYTES_MAX + 1, 0, head), ASSAY_E_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_comes_back_in_pieces_of_any_length),
        cmocka_unit_test(what_leaves_the_folder_is_refused),
        cmocka_unit_test(damage_is_noticed),
    };
    return cmocka_run_group_tests_name("tar", tests, NULL, NULL);
}
