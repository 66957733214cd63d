// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/batch_key.h"
#include "core/clock.h"
#include "core/envelope.h"
#include "tests/support/certificate_support.h"
#include "tests/support/key_support.h"

#define USAGE "critical,keyEncipherment"

static char folder[] = "/tmp/assay-envelope-XXXXXX";
static struct assay_reason reason;

static const char *path_of(const char *name, const char *ending)
{
    static char path[2][256];
    static unsigned turn;
    turn ^= 1;
    snprintf(path[turn], sizeof path[turn], "%s/%s%s", folder, name, ending);
    return path[turn];
}

static enum assay_error read_certificate(const char *name, struct assay_certificate **certificate)
{
    return assay_certificate_read(path_of(name, ".crt"), assay_clock_unix_ms(), certificate,
                                  &reason);
}

static void certificates_for_something_else_are_refused(void **state)
{
    (void)state;
    const struct {
        struct certificate_wish wish;
        const char *says;
    } rows[] = {
        {{2048, -9, -1, USAGE, NULL, false, NULL}, "has expired"},
        {{2048, 1, 9, USAGE, NULL, false, NULL}, "not valid yet"},
        {{1024, -1, 9, USAGE, NULL, false, NULL}, "fewer than 2048"},
        {{2048, -1, 9, "digitalSignature", NULL, false, NULL}, "keyEncipherment"},
        {{0, -1, 9, "digitalSignature", NULL, false, NULL}, "keyAgreement"},
        {{2048, -1, 9, NULL, "serverAuth", false, NULL}, "another use"},
        {{2048, -1, 9, NULL, NULL, true, NULL}, "an authority's"},
    };
    struct assay_certificate *none = NULL;
    for (size_t i = 0; i < ASSAY_COUNT_OF(rows); i++) {
        certificate_support_make(folder, "bad", &rows[i].wish);
        assert_int_equal(read_certificate("bad", &none), ASSAY_E_REFUSED);
        if (strstr(reason.text, rows[i].says) == NULL) {
            fail_msg("row %zu: %s", i, reason.text);
        }
    }
    assert_int_equal(read_certificate("nowhere", &none), ASSAY_E_NOT_FOUND);
    assert_int_equal(assay_certificate_read(path_of("bad", ".key"), 0, &none, &reason),
                     ASSAY_E_SYNTAX);
    assert_null(none);
}

static void make_pair(const char *name, int rsa_bits)
{
    const struct certificate_wish wish = {.rsa_bits = rsa_bits,
                                          .from_days = -1,
                                          .to_days = 9,
                                          .usage = rsa_bits == 0 ? "keyAgreement" : USAGE,
                                          .extended = "emailProtection"};
    certificate_support_make(folder, name, &wish);
}

static struct assay_identity *identity_of(const char *name)
{
    struct assay_identity *identity = NULL;
    assert_int_equal(assay_identity_read(path_of(name, ".key"), NULL, &identity, &reason),
                     ASSAY_OK);
    return identity;
}

static void a_private_key_may_have_a_passphrase(void **state)
{
    (void)state;
    const struct certificate_wish wish = {2048, -1, 9, USAGE, NULL, false, "secret"};
    struct assay_identity *identity = NULL;
    certificate_support_make(folder, "locked", &wish);
    const char *path = path_of("locked", ".key");
    assert_int_equal(assay_identity_read(path, NULL, &identity, &reason), ASSAY_E_PASSPHRASE);
    assert_int_equal(assay_identity_read(path, "wrong", &identity, &reason), ASSAY_E_PASSPHRASE);
    assert_null(identity);
    assert_int_equal(assay_identity_read(path, "secret", &identity, &reason), ASSAY_OK);
    assay_identity_free(identity);
    assert_int_equal(assay_identity_read(path_of("none", ".key"), NULL, &identity, &reason),
                     ASSAY_E_NOT_FOUND);
}

/* -- batch keys -- */

static struct assay_batch_key sample(enum assay_key_name name)
{
    struct assay_batch_key key = {.name = name, .handle = 0x1234567, .epoch = 3, .offline = true};
    for (size_t i = 0; i < sizeof key.secret; i++) {
        key.secret[i] = (uint8_t)(i + 1);
    }
    return key;
}

static void a_batch_key_opens_by_its_passphrase_alone(void **state)
{
    (void)state;
    struct assay_batch_key key = sample(ASSAY_KEY_LABEL);
    struct assay_batch_key back;
    uint8_t *file = NULL;
    size_t len = 0;
    assert_int_equal(assay_batch_key_seal(&key, "", &file, &len), ASSAY_E_PASSPHRASE);
    assert_int_equal(assay_batch_key_seal(&key, "site", &file, &len), ASSAY_OK);
    struct assay_span span = {file, len};
    assert_false(assay_batch_key_is_enveloped(span));
    assert_int_equal(assay_batch_key_open(span, ASSAY_KEY_LABEL, NULL, NULL, &back),
                     ASSAY_E_PASSPHRASE);
    assert_int_equal(assay_batch_key_open(span, ASSAY_KEY_LABEL, "Site", NULL, &back),
                     ASSAY_E_PASSPHRASE);
    assert_int_equal(assay_batch_key_open(span, ASSAY_KEY_PIN, "site", NULL, &back),
                     ASSAY_E_CORRUPT);
    assert_int_equal(assay_batch_key_open(span, ASSAY_KEY_LABEL, "site", NULL, &back), ASSAY_OK);
    assert_memory_equal(back.secret, key.secret, sizeof key.secret);
    assert_int_equal(back.handle, key.handle);
    assert_int_equal(back.epoch, key.epoch);
    assert_true(back.offline);
    for (size_t i = 8; i < len; i += 7) {
        file[i] ^= 1;
        assert_int_not_equal(assay_batch_key_open(span, ASSAY_KEY_LABEL, "site", NULL, &back),
                             ASSAY_OK);
        file[i] ^= 1;
    }
    span.len_bytes--;
    assert_int_equal(assay_batch_key_open(span, ASSAY_KEY_LABEL, "site", NULL, &back),
                     ASSAY_E_CORRUPT);
    free(file);
}

static void a_batch_key_opens_by_its_certificates_key_alone(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) {
        make_pair("press", round == 0 ? 2048 : 0);
        make_pair("other", round == 0 ? 2048 : 0);
        struct assay_certificate *to = NULL;
        struct assay_identity *own = identity_of("press");
        struct assay_identity *other = identity_of("other");
        struct assay_batch_key key = sample(ASSAY_KEY_PIN);
        struct assay_batch_key back;
        uint8_t *file = NULL;
        size_t len = 0;
        assert_int_equal(read_certificate("press", &to), ASSAY_OK);
        assert_int_equal(assay_batch_key_seal_to(&key, to, &file, &len), ASSAY_OK);
        struct assay_span span = {file, len};
        assert_true(assay_batch_key_is_enveloped(span));
        assert_int_equal(assay_batch_key_open(span, ASSAY_KEY_PIN, "site", NULL, &back),
                         ASSAY_E_PASSPHRASE);
        assert_int_not_equal(assay_batch_key_open(span, ASSAY_KEY_PIN, NULL, other, &back),
                             ASSAY_OK);
        assert_int_equal(assay_batch_key_open(span, ASSAY_KEY_LABEL, NULL, own, &back),
                         ASSAY_E_CORRUPT);
        assert_int_equal(assay_batch_key_open(span, ASSAY_KEY_PIN, NULL, own, &back), ASSAY_OK);
        assert_memory_equal(back.secret, key.secret, sizeof key.secret);
        file[len - 1] ^= 1; /* within the tag */
        assert_int_equal(assay_batch_key_open(span, ASSAY_KEY_PIN, NULL, own, &back),
                         ASSAY_E_CORRUPT);
        free(file);
        assay_certificate_free(to);
        assay_identity_free(own);
        assay_identity_free(other);
    }
}

static void a_keyring_with_a_batch_key_makes_that_batchs_codes(void **state)
{
    (void)state;
    struct key_support keys;
    key_support_init(&keys);
    struct assay_batch_key label = {
        .name = ASSAY_KEY_LABEL, .handle = 77, .epoch = 2, .offline = true};
    struct assay_batch_key pin = {.name = ASSAY_KEY_PIN, .handle = 77, .epoch = 2};
    assay_keyring_take_batch(keys.keyring, &label);
    assay_keyring_take_batch(keys.keyring, &pin);
    struct assay_keyring *site = NULL;
    assert_int_equal(assay_keyring_open(keys.keys, "test", 1u << ASSAY_KEY_SITE, &site, &reason),
                     ASSAY_OK);
    assert_false(assay_keyring_has(site, ASSAY_KEY_LABEL));
    assay_keyring_add_batch(site, &label);
    assay_keyring_add_batch(site, &pin);
    struct assay_batch_keys a;
    struct assay_batch_keys b;
    uint8_t seeds[2][ASSAY_ED25519_KEY_LEN];
    uint8_t pins[2][ASSAY_CMAC_KEY_LEN];
    assay_keyring_batch_keys(keys.keyring, 2, 77, &a);
    assay_keyring_batch_keys(site, 2, 77, &b);
    assert_memory_equal(&a, &b, sizeof a);
    assay_keyring_offline_seed(keys.keyring, 2, 77, seeds[0]);
    assay_keyring_offline_seed(site, 2, 77, seeds[1]);
    assert_memory_equal(seeds[0], seeds[1], sizeof seeds[0]);
    assay_keyring_pin_key(keys.keyring, 2, 77, pins[0]);
    assay_keyring_pin_key(site, 2, 77, pins[1]);
    assert_memory_equal(pins[0], pins[1], sizeof pins[0]);
    assay_keyring_close(site);
    key_support_deinit(&keys);
}

/* -- streams -- */

struct taken {
    uint8_t *data;
    size_t len;
    size_t room;
    size_t refuse_at;
};

static enum assay_error take(void *context, struct assay_span plain)
{
    struct taken *taken = context;
    if (taken->len + plain.len_bytes > taken->refuse_at) {
        return ASSAY_E_NO_SPACE;
    }
    assert_true(taken->len + plain.len_bytes <= taken->room);
    memcpy(taken->data + taken->len, plain.data, plain.len_bytes);
    taken->len += plain.len_bytes;
    return ASSAY_OK;
}

static enum assay_error read_stream(const char *name, int fd, struct taken *taken)
{
    struct assay_identity *identity = identity_of(name);
    const struct assay_envelope_sink sink = {take, taken};
    taken->len = 0;
    enum assay_error error = assay_envelope_read(identity, fd, &sink);
    assay_identity_free(identity);
    return error;
}

static int write_stream(const uint8_t *data, size_t len, size_t at_once)
{
    struct assay_certificate *to = NULL;
    struct assay_envelope_writer *writer = NULL;
    int fd = memfd_create("envelope", MFD_CLOEXEC);
    assert_int_equal(read_certificate("press", &to), ASSAY_OK);
    assert_int_equal(assay_envelope_begin(to, fd, &writer), ASSAY_OK);
    for (size_t at = 0; at < len; at += at_once) {
        size_t some = len - at < at_once ? len - at : at_once;
        assert_int_equal(assay_envelope_write(writer, (struct assay_span){data + at, some}),
                         ASSAY_OK);
    }
    assert_int_equal(assay_envelope_end(writer), ASSAY_OK);
    assay_envelope_close(writer);
    assay_certificate_free(to);
    return fd;
}

#define STREAM_LEN 300001

static void streams_come_back_and_every_change_is_noticed(void **state)
{
    (void)state;
    static uint8_t data[STREAM_LEN];
    static uint8_t room[STREAM_LEN];
    struct taken taken = {room, 0, sizeof room, SIZE_MAX};
    make_pair("press", 2048);
    make_pair("other", 2048);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    const size_t lens[] = {1, 2, 511, 65536, STREAM_LEN};
    for (size_t i = 0; i < ASSAY_COUNT_OF(lens); i++) {
        int fd = write_stream(data, lens[i], i % 2 == 0 ? 1000 : 70000);
        assert_int_equal(read_stream("press", fd, &taken), ASSAY_OK);
        assert_int_equal(taken.len, lens[i]);
        assert_memory_equal(room, data, lens[i]);
        assert_int_not_equal(read_stream("other", fd, &taken), ASSAY_OK);
        close(fd);
    }
    int fd = write_stream(data, 5000, 700);
    off_t size = lseek(fd, 0, SEEK_END);
    for (off_t at = 0; at < size; at += 1 + at % 13) {
        uint8_t kept = 0;
        assert_int_equal(pread(fd, &kept, 1, at), 1);
        uint8_t changed = kept ^ 4;
        assert_int_equal(pwrite(fd, &changed, 1, at), 1);
        enum assay_error error = read_stream("press", fd, &taken);
        /* Names of recipient and content are not covered by the tag, and not looked at. */
        assert_true(error != ASSAY_OK ||
                    (taken.len == 5000 && memcmp(room, data, 5000) == 0 && at < 400));
        assert_int_equal(pwrite(fd, &kept, 1, at), 1);
    }
    taken.refuse_at = 100;
    assert_int_equal(read_stream("press", fd, &taken), ASSAY_E_NO_SPACE);
    taken.refuse_at = SIZE_MAX;
    for (off_t cut = size - 1; cut > 0; cut -= 97) {
        assert_int_equal(ftruncate(fd, cut), 0);
        assert_int_not_equal(read_stream("press", fd, &taken), ASSAY_OK);
    }
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(read_stream("press", fd, &taken), ASSAY_E_CORRUPT);
    close(fd);
}

static void remove_folder(void)
{
    static const char *const names[] = {"bad", "press", "other", "locked"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(names); i++) {
        unlink(path_of(names[i], ".crt"));
        unlink(path_of(names[i], ".key"));
    }
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificates_for_something_else_are_refused),
        cmocka_unit_test(a_private_key_may_have_a_passphrase),
        cmocka_unit_test(a_batch_key_opens_by_its_passphrase_alone),
        cmocka_unit_test(a_batch_key_opens_by_its_certificates_key_alone),
        cmocka_unit_test(a_keyring_with_a_batch_key_makes_that_batchs_codes),
        cmocka_unit_test(streams_come_back_and_every_change_is_noticed),
    };
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    int failed = cmocka_run_group_tests_name("envelope", tests, NULL, NULL);
    remove_folder();
    return failed;
}
