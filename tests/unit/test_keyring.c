// SPDX-License-Identifier: Apache-2.0
#include "core/keyring.h"

#include "core/keyfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ALL = (1 << ASSAY_KEY_NAMES) - 1 };

static const char *const files[] = {"label.key", "pin.key",  "office.key", "office.pub",
                                    "site.key",  "site.pub", "service.key"};
static char top[] = "/tmp/assay-keyring-XXXXXX";
static char dir[64];

static void path_of(const char *file, char path[128])
{
    snprintf(path, 128, "%s/%s", dir, file);
}

static void write_file(const char *file, const void *data, size_t len)
{
    char path[128];
    path_of(file, path);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, len, stream), len);
    assert_int_equal(fclose(stream), 0);
}

static size_t read_file(const char *file, void *data, size_t size)
{
    char path[128];
    path_of(file, path);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    size_t len = fread(data, 1, size, stream);
    assert_int_equal(fclose(stream), 0);
    return len;
}

static int make_keys(void **state)
{
    (void)state;
    struct assay_reason reason;
    assert_non_null(mkdtemp(top));
    snprintf(dir, sizeof dir, "%s/keys", top);
    assert_int_equal(assay_keyring_init(dir, "right", &reason), ASSAY_OK);
    return 0;
}

static int remove_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < ASSAY_COUNT_OF(files); i++) {
        char path[128];
        path_of(files[i], path);
        unlink(path);
    }
    return rmdir(dir) == 0 && rmdir(top) == 0 ? 0 : -1;
}

static struct assay_keyring *opened(unsigned wanted)
{
    struct assay_keyring *keyring = NULL;
    struct assay_reason reason;
    assert_int_equal(assay_keyring_open(dir, "right", wanted, &keyring, &reason), ASSAY_OK);
    return keyring;
}

static void fails_to_open(const char *passphrase, enum assay_error error, const char *named)
{
    struct assay_keyring *keyring = NULL;
    struct assay_reason reason;
    assert_int_equal(assay_keyring_open(dir, passphrase, 1 << ASSAY_KEY_PIN, &keyring, &reason),
                     error);
    assert_null(keyring);
    assert_non_null(strstr(reason.text, named));
}

static void damaged_files_are_named(void **state)
{
    (void)state;
    uint8_t good[ASSAY_KEY_FILE_LEN + 1];
    uint8_t bad[1000] = {0};
    char path[128];
    path_of("pin.key", path);
    assert_int_equal(read_file("pin.key", good, sizeof good), ASSAY_KEY_FILE_LEN);
    fails_to_open("wrong", ASSAY_E_PASSPHRASE, "pin.key");
    memcpy(bad, good, ASSAY_KEY_FILE_LEN);
    bad[60] ^= 1;
    write_file("pin.key", bad, ASSAY_KEY_FILE_LEN);
    fails_to_open("right", ASSAY_E_CORRUPT, "pin.key");
    write_file("pin.key", bad, 0);
    fails_to_open("right", ASSAY_E_CORRUPT, "pin.key");
    write_file("pin.key", good, ASSAY_KEY_FILE_LEN - 1);
    fails_to_open("right", ASSAY_E_CORRUPT, "pin.key");
    write_file("pin.key", bad, sizeof bad);
    fails_to_open("right", ASSAY_E_CORRUPT, "pin.key");
    bad[8] = 2;
    write_file("pin.key", bad, 150);
    fails_to_open("right", ASSAY_E_VERSION, "pin.key");
    assert_int_equal(read_file("label.key", bad, sizeof bad), ASSAY_KEY_FILE_LEN);
    write_file("pin.key", bad, ASSAY_KEY_FILE_LEN); /* another file's secret under this name */
    fails_to_open("right", ASSAY_E_CORRUPT, "pin.key");
    assert_int_equal(unlink(path), 0);
    fails_to_open("right", ASSAY_E_NOT_FOUND, "pin.key");
    assert_int_equal(mkdir(path, 0700), 0);
    fails_to_open("right", ASSAY_E_CORRUPT, "pin.key");
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    fails_to_open("right", ASSAY_E_CORRUPT, "pin.key");
    assert_int_equal(unlink(path), 0);
    write_file("pin.key", good, ASSAY_KEY_FILE_LEN);
    assay_keyring_close(opened(1 << ASSAY_KEY_PIN));
}

static void nothing_is_overwritten(void **state)
{
    (void)state;
    struct assay_reason reason;
    uint8_t before[2][ASSAY_KEY_FILE_LEN];
    assert_int_equal(read_file("label.key", before[0], sizeof before[0]), ASSAY_KEY_FILE_LEN);
    assert_int_equal(assay_keyring_init(dir, "other", &reason), ASSAY_E_EXISTS);
    assert_non_null(strstr(reason.text, "label.key"));
    assert_int_equal(read_file("label.key", before[1], sizeof before[1]), ASSAY_KEY_FILE_LEN);
    assert_memory_equal(before[0], before[1], ASSAY_KEY_FILE_LEN);
}

/* One public file alone is enough to refuse, and the refusal makes nothing. */
static void a_refusal_makes_nothing(void **state)
{
    (void)state;
    struct assay_reason reason;
    char held[sizeof dir];
    memcpy(held, dir, sizeof dir);
    snprintf(dir, sizeof dir, "%s/other", top);
    assert_int_equal(mkdir(dir, 0700), 0);
    write_file("site.pub", "x", 1);
    assert_int_equal(assay_keyring_init(dir, "right", &reason), ASSAY_E_EXISTS);
    assert_non_null(strstr(reason.text, "site.pub"));
    char path[128];
    path_of("site.pub", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(assay_keyring_init(dir, "", &reason), ASSAY_E_PASSPHRASE);
    assert_int_equal(rmdir(dir), 0);
    memcpy(dir, held, sizeof dir);
    assert_int_equal(assay_keyring_init("/nonexistent/a/b", "right", &reason), ASSAY_E_IO);
    assert_non_null(strstr(reason.text, "/nonexistent/a/b"));
}

static void only_the_files_are_there_and_only_for_us(void **state)
{
    (void)state;
    struct stat status;
    assert_int_equal(stat(dir, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    for (size_t i = 0; i < ASSAY_COUNT_OF(files); i++) {
        char path[128];
        path_of(files[i], path);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 07777, 0600);
    }
    size_t entries = 0;
    DIR *stream = opendir(dir);
    assert_non_null(stream);
    while (readdir(stream) != NULL) {
        entries++;
    }
    assert_int_equal(closedir(stream), 0);
    assert_int_equal(entries, ASSAY_COUNT_OF(files) + 2); /* . and .. */
}

static void only_wanted_keys_are_open(void **state)
{
    (void)state;
    static const unsigned sets[] = {0, 1 << ASSAY_KEY_PIN, ALL - 1, ALL};
    for (size_t i = 0; i < ASSAY_COUNT_OF(sets); i++) {
        struct assay_keyring *keyring = opened(sets[i]);
        for (int name = 0; name < ASSAY_KEY_NAMES; name++) {
            assert_int_equal(assay_keyring_has(keyring, (enum assay_key_name)name),
                             (sets[i] & 1u << name) != 0);
        }
        assay_keyring_close(keyring);
    }
    assay_keyring_close(NULL);
}

static void every_purpose_has_its_own_key(void **state)
{
    (void)state;
    struct assay_keyring *keyring = opened(ALL);
    struct {
        uint8_t key[ASSAY_CMAC_KEY_LEN];
    } found[64];
    size_t count = 0;
    for (uint32_t epoch = 0; epoch < 3; epoch++) {
        for (uint32_t handle = 1; handle < 4; handle++) {
            struct assay_batch_keys keys;
            assay_keyring_batch_keys(keyring, epoch, handle, &keys);
            memcpy(found[count++].key, keys.tag, ASSAY_CMAC_KEY_LEN);
            memcpy(found[count++].key, keys.mask, ASSAY_CMAC_KEY_LEN);
            assay_keyring_pin_key(keyring, epoch, handle, found[count++].key);
        }
    }
    for (int purpose = 0; purpose <= ASSAY_PURPOSE_PHONE; purpose++) {
        uint8_t key[ASSAY_ROOT_KEY_LEN];
        assay_keyring_service_key(keyring, (enum assay_service_purpose)purpose, key);
        memcpy(found[count++].key, key, ASSAY_CMAC_KEY_LEN);
        memcpy(found[count++].key, key + ASSAY_CMAC_KEY_LEN, ASSAY_CMAC_KEY_LEN);
    }
    for (size_t a = 0; a < count; a++) {
        for (size_t b = a + 1; b < count; b++) {
            assert_memory_not_equal(found[a].key, found[b].key, ASSAY_CMAC_KEY_LEN);
        }
    }
    assay_keyring_close(keyring);
}

static void keys_are_the_same_when_opened_again(void **state)
{
    (void)state;
    struct assay_batch_keys keys[2];
    for (int i = 0; i < 2; i++) {
        struct assay_keyring *keyring = opened(1 << ASSAY_KEY_LABEL);
        assay_keyring_batch_keys(keyring, 7, 9, &keys[i]);
        assay_keyring_close(keyring);
    }
    assert_memory_equal(&keys[0], &keys[1], sizeof keys[0]);
}

static void changed_texts_and_signatures_do_not_verify(void **state)
{
    (void)state;
    uint8_t key[2][ASSAY_ED25519_KEY_LEN];
    uint8_t sig[ASSAY_ED25519_SIG_LEN];
    struct assay_reason reason;
    struct assay_keyring *keyring = opened(1 << ASSAY_KEY_OFFICE);
    assert_int_equal(assay_public_key_read(dir, ASSAY_KEY_OFFICE, key[0], &reason), ASSAY_OK);
    assert_int_equal(assay_public_key_read(dir, ASSAY_KEY_SITE, key[1], &reason), ASSAY_OK);
    assay_keyring_sign(keyring, ASSAY_KEY_OFFICE, "an order", 8, sig);
    assay_keyring_close(keyring);
    assert_int_equal(assay_signature_check(key[0], "an order", 8, sig), ASSAY_OK);
    assert_int_equal(assay_signature_check(key[1], "an order", 8, sig), ASSAY_E_SIGNATURE);
    assert_int_equal(assay_signature_check(key[0], "an ordes", 8, sig), ASSAY_E_SIGNATURE);
    assert_int_equal(assay_signature_check(key[0], "an order", 7, sig), ASSAY_E_SIGNATURE);
    assert_int_equal(assay_signature_check(key[0], NULL, 0, sig), ASSAY_E_SIGNATURE);
    for (size_t bit = 0; bit < 8 * sizeof sig; bit++) {
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(assay_signature_check(key[0], "an order", 8, sig), ASSAY_E_SIGNATURE);
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void bad_public_files_are_named(void **state)
{
    (void)state;
    /* A public key of another kind: EC P-256, and an encrypted PEM that would ask. */
    static const char other_kind[] =
        "-----BEGIN PUBLIC KEY-----\n"
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n"
        "6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n"
        "-----END PUBLIC KEY-----\n";
    static const char encrypted[] = "-----BEGIN PUBLIC KEY-----\n"
                                    "Proc-Type: 4,ENCRYPTED\n"
                                    "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
                                    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                                    "-----END PUBLIC KEY-----\n";
    static const char *const bad[] = {"", "x", other_kind, encrypted};
    char good[4096];
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    struct assay_reason reason;
    size_t len = read_file("site.pub", good, sizeof good);
    for (size_t i = 0; i < ASSAY_COUNT_OF(bad); i++) {
        write_file("site.pub", bad[i], strlen(bad[i]));
        assert_int_equal(assay_public_key_read(dir, ASSAY_KEY_SITE, key, &reason), ASSAY_E_CORRUPT);
        assert_non_null(strstr(reason.text, "site.pub"));
    }
    char path[128];
    path_of("site.pub", path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(assay_public_key_read(dir, ASSAY_KEY_SITE, key, &reason), ASSAY_E_NOT_FOUND);
    write_file("site.pub", good, len);
    assert_int_equal(assay_public_key_read(dir, ASSAY_KEY_SITE, key, &reason), ASSAY_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_files_are_there_and_only_for_us), /* before the others write */
        cmocka_unit_test(damaged_files_are_named),
        cmocka_unit_test(nothing_is_overwritten),
        cmocka_unit_test(a_refusal_makes_nothing),
        cmocka_unit_test(only_wanted_keys_are_open),
        cmocka_unit_test(every_purpose_has_its_own_key),
        cmocka_unit_test(keys_are_the_same_when_opened_again),
        cmocka_unit_test(changed_texts_and_signatures_do_not_verify),
        cmocka_unit_test(bad_public_files_are_named),
    };
    return cmocka_run_group_tests(tests, make_keys, remove_keys);
}
