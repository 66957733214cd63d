// SPDX-License-Identifier: Apache-2.0
/* The C code against the vectors of a second implementation (make_golden.mjs). */
#include "core/key_list.h"
#include "core/receipt.h"

#include <jansson.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ALL = (1 << ASSAY_KEY_NAMES) - 1 };

static const char *const names[ASSAY_KEY_NAMES] = {"label", "pin", "office", "site", "service"};
static char folder[] = "/tmp/assay-golden-XXXXXX";
static struct assay_keyring *keyring;

static json_t *load(const char *name)
{
    char path[1024];
    json_error_t error;
    snprintf(path, sizeof path, "%s/%s", ASSAY_GOLDEN_DIR, name);
    json_t *value = json_load_file(path, 0, &error);
    assert_non_null(value);
    assert_true(json_array_size(value) > 0 || json_object_size(value) > 0);
    return value;
}

static const char *text_of(const json_t *object, const char *field)
{
    const char *text = json_string_value(json_object_get(object, field));
    assert_non_null(text);
    return text;
}

static uint32_t number_of(const json_t *object, const char *field)
{
    const json_t *value = json_object_get(object, field);
    assert_true(json_is_integer(value));
    return (uint32_t)json_integer_value(value);
}

/* The field's hex is these bytes. */
static void is_hex(const json_t *object, const char *field, const void *data, size_t len)
{
    char text[512];
    assert_true(2 * len < sizeof text);
    assay_hex_encode(data, len, text);
    assert_string_equal(text, text_of(object, field));
}

static void from_hex(const json_t *object, const char *field, void *data, size_t len)
{
    const char *text = text_of(object, field);
    assert_int_equal(assay_hex_decode(text, strlen(text), data, len), ASSAY_OK);
}

static void put_file(const char *name, const char *suffix, const void *data, size_t len)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(data, 1, len, stream), len);
    assert_int_equal(fclose(stream), 0);
}

/* Open the key files that the script has sealed. */
static int open_keys(void **state)
{
    (void)state;
    struct assay_reason reason = {.text = ""};
    json_t *keys = load("keys.json");
    json_t *row = NULL;
    size_t i = 0;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(json_array_size(json_object_get(keys, "files")), ASSAY_KEY_NAMES);
    json_array_foreach(json_object_get(keys, "files"), i, row)
    {
        uint8_t file[100];
        from_hex(row, "file", file, sizeof file);
        assert_string_equal(text_of(row, "kind"), names[i]);
        put_file(names[i], ".key", file, sizeof file);
    }
    json_array_foreach(json_object_get(keys, "signers"), i, row)
    {
        const char *pem = text_of(row, "pem");
        put_file(text_of(row, "kind"), ".pub", pem, strlen(pem));
    }
    assert_int_equal(
        assay_keyring_open(folder, text_of(keys, "passphrase"), ALL, &keyring, &reason), ASSAY_OK);
    json_decref(keys);
    return 0;
}

static int remove_keys(void **state)
{
    (void)state;
    assay_keyring_close(keyring);
    for (int name = 0; name < ASSAY_KEY_NAMES; name++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s.key", folder, names[name]);
        unlink(path);
        snprintf(path, sizeof path, "%s/%s.pub", folder, names[name]);
        unlink(path);
    }
    return rmdir(folder);
}

static void check_item(struct assay_code_cipher *cipher, const json_t *batch, const json_t *item)
{
    char code[1][ASSAY_CODE_SIZE];
    char pin[1][ASSAY_PIN_SIZE];
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    struct assay_code_range range = {
        .handle = number_of(batch, "handle"),
        .first = number_of(item, "index"),
        .count = 1,
        .version = (uint8_t)number_of(batch, "version"),
    };
    assay_code_make(cipher, &range, code);
    assert_string_equal(code[0], text_of(item, "code"));
    assay_pin_make(cipher, (const char(*)[ASSAY_CODE_SIZE])code, 1, pin);
    assert_string_equal(pin[0], text_of(item, "pin"));
    assay_code_group(code[0], grouped);
    assert_string_equal(grouped, text_of(item, "grouped"));

    struct assay_code_parts parts;
    uint32_t index = UINT32_MAX;
    assert_int_equal(assay_code_parse(grouped, strlen(grouped), &parts, NULL, NULL), ASSAY_OK);
    assert_int_equal(assay_code_open(cipher, &parts, &index), ASSAY_OK);
    assert_int_equal(index, range.first);
}

static void codes_and_pins_are_the_scripts(void **state)
{
    (void)state;
    json_t *batches = load("codes.json");
    json_t *batch = NULL;
    json_t *item = NULL;
    size_t i = 0;
    size_t j = 0;
    json_array_foreach(batches, i, batch)
    {
        struct assay_batch_keys keys;
        uint8_t pin_key[ASSAY_CMAC_KEY_LEN];
        struct assay_code_cipher *cipher = NULL;
        uint32_t epoch = number_of(batch, "epoch");
        uint32_t handle = number_of(batch, "handle");
        assay_keyring_batch_keys(keyring, epoch, handle, &keys);
        assay_keyring_pin_key(keyring, epoch, handle, pin_key);
        is_hex(batch, "kt", keys.tag, sizeof keys.tag);
        is_hex(batch, "km", keys.mask, sizeof keys.mask);
        is_hex(batch, "kpin", pin_key, sizeof pin_key);
        assert_int_equal(assay_code_cipher_create(&keys, pin_key, &cipher), ASSAY_OK);
        assert_true(json_array_size(json_object_get(batch, "items")) > 0);
        json_array_foreach(json_object_get(batch, "items"), j, item)
        {
            check_item(cipher, batch, item);
        }
        assay_code_cipher_destroy(cipher);
    }
    json_decref(batches);
}

static void purposes_have_the_scripts_keys(void **state)
{
    (void)state;
    static const char *const purposes[] = {"personal", "receipt", "device", "phone"};
    json_t *keys = load("keys.json");
    json_t *row = NULL;
    size_t i = 0;
    assert_int_equal(json_array_size(json_object_get(keys, "purposes")), ASSAY_COUNT_OF(purposes));
    json_array_foreach(json_object_get(keys, "purposes"), i, row)
    {
        uint8_t key[ASSAY_ROOT_KEY_LEN];
        assert_string_equal(text_of(row, "purpose"), purposes[i]);
        assay_keyring_service_key(keyring, (enum assay_service_purpose)i, key);
        is_hex(row, "key", key, sizeof key);
    }
    json_decref(keys);
}

static void signatures_are_the_scripts(void **state)
{
    (void)state;
    static const enum assay_key_name signers[] = {ASSAY_KEY_OFFICE, ASSAY_KEY_SITE};
    json_t *keys = load("keys.json");
    json_t *row = NULL;
    size_t i = 0;
    assert_int_equal(json_array_size(json_object_get(keys, "signers")), ASSAY_COUNT_OF(signers));
    json_array_foreach(json_object_get(keys, "signers"), i, row)
    {
        uint8_t sig[ASSAY_ED25519_SIG_LEN];
        uint8_t key[ASSAY_ED25519_KEY_LEN];
        struct assay_reason reason;
        const char *message = text_of(row, "message");
        assay_keyring_sign(keyring, signers[i], message, strlen(message), sig);
        is_hex(row, "sig", sig, sizeof sig);
        assert_int_equal(assay_public_key_read(folder, signers[i], key, &reason), ASSAY_OK);
        is_hex(row, "public", key, sizeof key);
        assert_int_equal(assay_signature_check(key, message, strlen(message), sig), ASSAY_OK);
    }
    json_decref(keys);
}

/* The script opened what C wrote, and found the halves that C published. */
static void the_script_opens_our_files(void **state)
{
    (void)state;
    static const char *const pairs[] = {"office", "site"};
    json_t *keys = load("keys.json");
    json_t *row = NULL;
    size_t i = 0;
    size_t signers = 0;
    assert_int_equal(json_array_size(json_object_get(keys, "made_by_c")), ASSAY_KEY_NAMES);
    json_array_foreach(json_object_get(keys, "made_by_c"), i, row)
    {
        char pem[1024] = "";
        char path[1024];
        if (json_is_null(json_object_get(row, "pem"))) {
            continue;
        }
        snprintf(path, sizeof path, "%s/made_by_c/%s.pub", ASSAY_GOLDEN_DIR, text_of(row, "kind"));
        assert_string_equal(text_of(row, "kind"), pairs[signers++]);
        FILE *stream = fopen(path, "r");
        assert_non_null(stream);
        assert_true(fread(pem, 1, sizeof pem - 1, stream) > 0);
        assert_int_equal(fclose(stream), 0);
        assert_string_equal(pem, text_of(row, "pem"));
    }
    assert_int_equal(signers, ASSAY_COUNT_OF(pairs));
    json_decref(keys);
}

static void check_offline_batch(const json_t *batch)
{
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    char id[ASSAY_KEY_ID_SIZE];
    struct assay_offline_signer *signer = NULL;
    json_t *item = NULL;
    size_t i = 0;
    assay_keyring_offline_seed(keyring, number_of(batch, "epoch"), number_of(batch, "handle"),
                               seed);
    is_hex(batch, "seed", seed, sizeof seed);
    assert_int_equal(assay_offline_signer_create(seed, &signer), ASSAY_OK);
    const uint8_t *key = assay_offline_signer_key(signer);
    is_hex(batch, "key", key, ASSAY_ED25519_KEY_LEN);
    assay_offline_key_id(key, id);
    assert_string_equal(id, text_of(batch, "id"));
    assert_true(json_array_size(json_object_get(batch, "items")) > 0);
    json_array_foreach(json_object_get(batch, "items"), i, item)
    {
        char text[ASSAY_OFFLINE_TEXT_SIZE];
        const char *code = text_of(item, "code");
        assay_offline_sign(signer, code, text);
        assert_string_equal(text, text_of(item, "text"));
        assert_int_equal(assay_offline_check(key, code, text, strlen(text)), ASSAY_OK);
    }
    assay_offline_signer_destroy(signer);
}

static void offline_signatures_are_the_scripts(void **state)
{
    (void)state;
    json_t *vectors = load("offline.json");
    json_t *batch = NULL;
    size_t i = 0;
    assert_true(json_array_size(json_object_get(vectors, "batches")) > 0);
    json_array_foreach(json_object_get(vectors, "batches"), i, batch)
    {
        check_offline_batch(batch);
    }
    json_decref(vectors);
}

/* The script's list, under the script's signature, tells the script's labels. */
static void the_scripts_list_of_keys_is_believed(void **state)
{
    (void)state;
    json_t *vectors = load("offline.json");
    char *text = json_dumps(json_object_get(vectors, "list"), JSON_INDENT(1));
    struct assay_key_list list;
    struct assay_reason reason = {""};
    static const enum assay_issued wanted[] = {ASSAY_ISSUED_NOT, ASSAY_ISSUED, ASSAY_ISSUED_PART,
                                               ASSAY_ISSUED};
    assert_non_null(text);
    if (assay_key_list_read(text, strlen(text), NULL, &list, &reason) != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
    assert_int_equal(list.count, 3);
    for (size_t i = 0; i < ASSAY_COUNT_OF(wanted); i++) {
        const json_t *batch = json_array_get(json_object_get(vectors, "batches"), i);
        const json_t *item = json_array_get(json_object_get(batch, "items"), 1);
        const struct assay_listed_key *key = NULL;
        const char *sig = text_of(item, "text");
        struct assay_span span = {(const uint8_t *)sig, strlen(sig)};
        assert_int_equal(assay_key_list_check(&list, text_of(item, "code"), span,
                                              list.published_at_unix_ms, &key),
                         wanted[i]);
    }
    assay_key_list_deinit(&list);
    free(text);
    json_decref(vectors);
}

static void check_receipt(const json_t *row)
{
    char text[ASSAY_RECEIPT_TEXT_SIZE];
    struct assay_receipt_key key;
    struct assay_receipt opened;
    struct assay_receipt receipt = {
        .item = strtoull(text_of(row, "item"), NULL, 16),
        .device = strtoull(text_of(row, "device"), NULL, 16),
        .verdict = (enum assay_verdict)number_of(row, "verdict"),
        .expires_at_unix_ms =
            (int64_t)json_integer_value(json_object_get(row, "expires_at_unix_ms")),
    };
    from_hex(row, "key", key.key, sizeof key.key);
    from_hex(row, "scan_id", receipt.scan_id, sizeof receipt.scan_id);
    assay_receipt_sign(&key, &receipt, text);
    assert_string_equal(text, text_of(row, "text"));
    assert_int_equal(assay_receipt_open(&key, text, strlen(text), 0, &opened), ASSAY_OK);
    assert_true(opened.item == receipt.item);
}

static void receipts_are_the_scripts(void **state)
{
    (void)state;
    json_t *receipts = load("receipts.json");
    json_t *row = NULL;
    size_t i = 0;
    json_array_foreach(receipts, i, row)
    {
        check_receipt(row);
    }
    json_decref(receipts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_and_pins_are_the_scripts),
        cmocka_unit_test(purposes_have_the_scripts_keys),
        cmocka_unit_test(signatures_are_the_scripts),
        cmocka_unit_test(the_script_opens_our_files),
        cmocka_unit_test(offline_signatures_are_the_scripts),
        cmocka_unit_test(the_scripts_list_of_keys_is_believed),
        cmocka_unit_test(receipts_are_the_scripts),
    };
    return cmocka_run_group_tests(tests, open_keys, remove_keys);
}
