// SPDX-License-Identifier: Apache-2.0
#include "core/key_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/signed.h"
#include "tests/support/key_support.h"

#define NOW_UNIX_MS 1790000000123 /* 2026-09-21T14:13:20Z */
#define LAST_DAY 20717            /* 2026-09-21 */

static const struct assay_signed_kind kind = {"assay-keys", 1, ASSAY_KEY_LIST_BYTES_MAX};
static struct key_support keys;
static uint8_t office_key[ASSAY_ED25519_KEY_LEN];

static struct assay_listed_key listed(uint32_t handle, uint32_t count)
{
    struct assay_listed_key key = {.handle = handle,
                                   .count = count,
                                   .valid_to = ASSAY_DAY_NONE,
                                   .from_unix_ms = NOW_UNIX_MS - 1000,
                                   .sku = "YB-10400"};
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    struct assay_offline_signer *signer = NULL;
    assay_keyring_offline_seed(keys.keyring, 1, handle, seed);
    assert_int_equal(assay_offline_signer_create(seed, &signer), ASSAY_OK);
    memcpy(key.key, assay_offline_signer_key(signer), sizeof key.key);
    assay_offline_key_id(key.key, key.id);
    assay_offline_signer_destroy(signer);
    return key;
}

static void revoke(struct assay_listed_key *key, uint32_t first, uint32_t last)
{
    assert_int_equal(assay_range_set_add(&key->revoked, (struct assay_range){first, last}),
                     ASSAY_OK);
}

/* Batches 900 (whole), 7 (part revoked), 8 (revoked), 9 (its last day is LAST_DAY). */
static struct assay_key_list sample(void)
{
    struct assay_key_list list = {.published_at_unix_ms = NOW_UNIX_MS,
                                  .utc_offset_minutes = 480,
                                  .brand = "元宝",
                                  .host = "https://v.brand.cn",
                                  .count = 4};
    list.keys = calloc(list.count, sizeof *list.keys);
    assert_non_null(list.keys);
    list.keys[0] = listed(900, 1000);
    list.keys[1] = listed(7, 1000);
    list.keys[2] = listed(8, 10);
    list.keys[3] = listed(9, 10);
    revoke(&list.keys[1], 0, 9);
    revoke(&list.keys[1], 20, 29);
    revoke(&list.keys[2], 0, 9);
    list.keys[3].valid_to = LAST_DAY;
    return list;
}

static char *sample_text(void)
{
    struct assay_key_list list = sample();
    struct assay_reason reason = {""};
    char *text = NULL;
    if (assay_key_list_write(&list, keys.keyring, &text, &reason) != ASSAY_OK) {
        fail_msg("%s", reason.text);
    }
    assay_key_list_deinit(&list);
    return text;
}

static json_t *sample_object(void)
{
    json_t *object = NULL;
    char *text = sample_text();
    assert_int_equal(assay_signed_parse(&kind, text, strlen(text), &object, NULL), ASSAY_OK);
    free(text);
    return object;
}

/* Sign a changed object; it is refused with a reason that begins so. */
static void is_refused(json_t *object, const char *begins)
{
    char *text = NULL;
    struct assay_key_list list = {.count = 77};
    struct assay_reason reason = {""};
    assert_int_equal(assay_signed_write(&kind, object, keys.keyring, ASSAY_KEY_OFFICE, &text),
                     ASSAY_OK);
    assert_int_equal(assay_key_list_read(text, strlen(text), office_key, &list, &reason),
                     ASSAY_E_FIELD);
    if (strncmp(reason.text, begins, strlen(begins)) != 0) {
        fail_msg("wanted %s, got %s", begins, reason.text);
    }
    assert_int_equal(list.count, 77);
    free(text);
    json_decref(object);
}

static void wrong_fields_are_named_even_if_signed(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"brand", "\"\"", "brand:"},
        {"host", "\"v.brand.cn\"", "host:"},
        {"published_at", "\"now\"", "published_at:"},
        {"office_key", "\"AAAA\"", "office_key:"},
        {"office_key", "7", "office_key:"},
        {"utc_offset_minutes", "841", "utc_offset_minutes:"},
        {"keys", "{}", "keys:"},
        {"keys", "[7]", "keys[0].must be an object"},
        {"keys", "[{}]", "keys[0].id: is missing"},
        {"more", "1", "more: unknown"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        json_t *object = sample_object();
        json_t *value = json_loads(cases[i][1], JSON_DECODE_ANY, NULL);
        assert_int_equal(json_object_set_new(object, cases[i][0], value), 0);
        is_refused(object, cases[i][2]);
    }
}

static void wrong_fields_of_a_key_are_named(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"id", "\"000\"", "keys[1].id: is not that of the key"},
        {"id", "\"0000\"", "keys[1].id:"},
        {"key", "\"AAAA\"", "keys[1].key: must be 32 bytes"},
        {"key", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"", "keys[1].key:"},
        {"handle", "\"00000\"", "keys[1].handle:"},
        {"handle", "\"000000\"", "keys[1].handle:"},
        {"handle", "\"00000o\"", "keys[1].handle:"},
        {"handle", "\"0000W4\"", "keys: a handle is there twice"},
        {"sku", "\"a b\"", "keys[1].sku:"},
        {"count", "0", "keys[1].count:"},
        {"count", "16777217", "keys[1].count:"},
        {"valid_from", "\"2026\"", "keys[1].valid_from:"},
        {"valid_to", "\"2026-02-30\"", "keys[1].valid_to:"},
        {"revoked", "7", "keys[1].revoked:"},
        {"revoked", "[7]", "keys[1].revoked[0]:"},
        {"revoked", "[[1]]", "keys[1].revoked[0]:"},
        {"revoked", "[[1,2,3]]", "keys[1].revoked[0]:"},
        {"revoked", "[[2,1]]", "keys[1].revoked[0]:"},
        {"revoked", "[[-1,1]]", "keys[1].revoked[0]:"},
        {"revoked", "[[0,1000]]", "keys[1].revoked[0]:"},
        {"revoked", "[[0,1],[2,3]]", "keys[1].revoked[1]:"},
        {"revoked", "[[5,6],[0,1]]", "keys[1].revoked[1]:"},
        {"revoked", "[[0,1.5]]", "keys[1].revoked[0]:"},
        {"secret", "1", "keys[1].secret: unknown"},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(cases); i++) {
        json_t *object = sample_object();
        json_t *value = json_loads(cases[i][1], JSON_DECODE_ANY, NULL);
        json_t *key = json_array_get(json_object_get(object, "keys"), 1);
        assert_int_equal(json_object_set_new(key, cases[i][0], value), 0);
        is_refused(object, cases[i][2]);
    }
}

/* A stranger's list is well signed, by the stranger: only the key that is known tells. */
static void changed_and_foreign_lists_are_refused(void **state)
{
    (void)state;
    struct assay_key_list list;
    struct assay_reason reason;
    char *text = sample_text();
    uint8_t other[ASSAY_ED25519_KEY_LEN];
    memcpy(other, office_key, sizeof other);
    other[0] ^= 1;
    assert_int_equal(assay_key_list_read(text, strlen(text), other, &list, &reason),
                     ASSAY_E_SIGNATURE);
    assert_non_null(strstr(reason.text, "another office"));
    char *at = strstr(text, "YB-10400");
    assert_non_null(at);
    at[0] = 'X';
    assert_int_equal(assay_key_list_read(text, strlen(text), office_key, &list, &reason),
                     ASSAY_E_SIGNATURE);
    assert_int_equal(assay_key_list_read(text, strlen(text), NULL, &list, &reason),
                     ASSAY_E_SIGNATURE);
    assert_int_equal(assay_key_list_read(text, strlen(text) - 2, NULL, &list, &reason),
                     ASSAY_E_SYNTAX);
    free(text);
}

static void a_bad_list_is_not_signed(void **state)
{
    (void)state;
    struct assay_key_list list = sample();
    struct assay_reason reason;
    char *text = NULL;
    list.keys[2].id[0] ^= 1;
    assert_int_equal(assay_key_list_write(&list, keys.keyring, &text, &reason), ASSAY_E_FIELD);
    assert_memory_equal(reason.text, "keys[2].id", 10);
    list.keys[2].id[0] ^= 1;
    list.keys[2].count = 5;
    assert_int_equal(assay_key_list_write(&list, keys.keyring, &text, &reason), ASSAY_E_FIELD);
    uint32_t count = list.count;
    list.count = ASSAY_KEY_LIST_KEYS_MAX + 1;
    assert_int_equal(assay_key_list_write(&list, keys.keyring, &text, &reason), ASSAY_E_FULL);
    assert_null(text);
    list.count = count;
    assay_key_list_deinit(&list);
}

static enum assay_issued check_at(const struct assay_key_list *list, uint32_t handle,
                                  const char *change, int64_t now_unix_ms)
{
    char code[ASSAY_CODE_SIZE] = "2";
    char sig[ASSAY_OFFLINE_TEXT_SIZE];
    uint8_t seed[ASSAY_ED25519_KEY_LEN];
    struct assay_offline_signer *signer = NULL;
    const struct assay_listed_key *key = NULL;
    assay_handle_format(handle, code + 1);
    memcpy(code + 7, "0123456789ABC", 14);
    assay_keyring_offline_seed(keys.keyring, 1, handle, seed);
    assert_int_equal(assay_offline_signer_create(seed, &signer), ASSAY_OK);
    assay_offline_sign(signer, code, sig);
    assay_offline_signer_destroy(signer);
    code[0] = change[0];
    sig[10] = change[1] == '?' ? sig[10] : sig[10] == 'A' ? 'B' : 'A';
    struct assay_span span = {(const uint8_t *)sig, strlen(sig)};
    enum assay_issued issued = assay_key_list_check(list, code, span, now_unix_ms, &key);
    assert_true((key == NULL) == (issued == ASSAY_ISSUED_NOT));
    assert_true(key == NULL || key->handle == handle);
    return issued;
}

static void labels_are_judged_by_the_list_alone(void **state)
{
    (void)state;
    struct assay_key_list list;
    struct assay_key_list empty = {.count = 0};
    struct assay_reason reason = {""};
    char *text = sample_text();
    assert_int_equal(assay_key_list_read(text, strlen(text), NULL, &list, &reason), ASSAY_OK);
    assert_int_equal(check_at(&empty, 900, "2?", NOW_UNIX_MS), ASSAY_ISSUED_NOT);
    assert_int_equal(check_at(&list, 901, "2?", NOW_UNIX_MS), ASSAY_ISSUED_NOT);
    assert_int_equal(check_at(&list, 900, "2x", NOW_UNIX_MS), ASSAY_ISSUED_NOT);
    assert_int_equal(check_at(&list, 900, "1?", NOW_UNIX_MS), ASSAY_ISSUED_NOT);
    assert_int_equal(check_at(&list, 8, "2?", NOW_UNIX_MS), ASSAY_ISSUED_REVOKED);
    assert_int_equal(check_at(&list, 7, "2?", NOW_UNIX_MS), ASSAY_ISSUED_PART);
    assert_int_equal(check_at(&list, 900, "2?", NOW_UNIX_MS), ASSAY_ISSUED);
    /* The day ends at 16:00 UTC where the brand is. */
    const int64_t end = 1790006400000;
    assert_int_equal(check_at(&list, 9, "2?", end - 1), ASSAY_ISSUED);
    assert_int_equal(check_at(&list, 9, "2?", end), ASSAY_ISSUED_EXPIRED);
    assay_key_list_deinit(&list);
    free(text);
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct assay_key_list list;
    struct assay_reason reason = {""};
    char *text = sample_text();
    char *again = NULL;
    assert_int_equal(assay_key_list_read(text, strlen(text), office_key, &list, &reason), ASSAY_OK);
    assert_int_equal(list.count, 4);
    assert_int_equal(list.keys[0].handle, 7);
    assert_int_equal(list.keys[3].handle, 900);
    assert_int_equal(list.keys[0].revoked.count, 2);
    assert_int_equal(list.keys[2].valid_to, LAST_DAY);
    assert_string_equal(list.brand, "元宝");
    assert_int_equal(list.utc_offset_minutes, 480);
    assert_memory_equal(list.office_key, office_key, sizeof office_key);
    assert_int_equal(assay_key_list_write(&list, keys.keyring, &again, &reason), ASSAY_OK);
    assert_int_equal(strlen(again), strlen(text));
    free(again);
    free(text);
    assay_key_list_deinit(&list);
}

static int set_up(void **state)
{
    (void)state;
    key_support_init(&keys);
    return assay_public_key_read(keys.keys, ASSAY_KEY_OFFICE, office_key, NULL) == ASSAY_OK ? 0
                                                                                            : -1;
}

static int tear_down(void **state)
{
    (void)state;
    key_support_deinit(&keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_fields_are_named_even_if_signed),
        cmocka_unit_test(wrong_fields_of_a_key_are_named),
        cmocka_unit_test(changed_and_foreign_lists_are_refused),
        cmocka_unit_test(a_bad_list_is_not_signed),
        cmocka_unit_test(labels_are_judged_by_the_list_alone),
        cmocka_unit_test(what_is_written_is_read),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
