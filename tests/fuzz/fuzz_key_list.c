// SPDX-License-Identifier: Apache-2.0
/* Lists of keys as given, and signed anew so that their fields are reached: what is believed is
 * written and read back as it was. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/key_list.h"
#include "core/signed.h"
#include "tests/support/key_support.h"

static const struct assay_signed_kind kind = {"assay-keys", 1, ASSAY_KEY_LIST_BYTES_MAX};
static struct key_support keys;

static void remove_keys(void)
{
    key_support_deinit(&keys);
}

static void make_keys(void)
{
    if (keys.keyring != NULL) {
        return;
    }
    key_support_init(&keys);
    atexit(remove_keys);
}

static void write_again(const struct assay_key_list *list)
{
    struct assay_key_list back;
    struct assay_reason reason = {""};
    char *written = NULL;
    enum assay_error error = assay_key_list_write(list, keys.keyring, &written, &reason);
    assay_assert(error == ASSAY_OK);
    error = assay_key_list_read(written, strlen(written), NULL, &back, &reason);
    assay_assert(error == ASSAY_OK);
    assay_assert(back.count == list->count);
    for (uint32_t i = 0; i < back.count; i++) {
        assay_assert(back.keys[i].handle == list->keys[i].handle);
        assay_assert(back.keys[i].revoked.count == list->keys[i].revoked.count);
    }
    assay_key_list_deinit(&back);
    free(written);
}

static void read_list(const char *text, size_t len)
{
    struct assay_key_list list;
    struct assay_reason reason = {""};
    if (assay_key_list_read(text, len, NULL, &list, &reason) != ASSAY_OK) {
        assay_assert(reason.text[0] != '\0');
        return;
    }
    write_again(&list);
    assay_key_list_deinit(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t office[ASSAY_ED25519_KEY_LEN];
    char encoded[64];
    make_keys();
    read_list((const char *)data, size);
    json_t *object = NULL;
    char *text = NULL;
    if (assay_signed_parse(&kind, (const char *)data, size, &object, NULL) != ASSAY_OK) {
        return 0;
    }
    assay_keyring_public_key(keys.keyring, ASSAY_KEY_OFFICE, office);
    assay_base64url_encode(office, sizeof office, encoded);
    json_object_set_new(object, "office_key", json_string(encoded));
    enum assay_error error =
        assay_signed_write(&kind, object, keys.keyring, ASSAY_KEY_OFFICE, &text);
    assay_assert(error == ASSAY_OK);
    read_list(text, strlen(text));
    free(text);
    json_decref(object);
    return 0;
}
