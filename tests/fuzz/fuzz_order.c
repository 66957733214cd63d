// SPDX-License-Identifier: Apache-2.0
/* Orders as given, and signed anew so that their fields are reached: what is believed is written and
 * read back as it was. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/order.h"
#include "core/signed.h"
#include "tests/support/key_support.h"

static const struct assay_signed_kind kind = {"assay-order", 1, 16384};
static struct key_support keys;
static uint8_t office_key[ASSAY_ED25519_KEY_LEN];

static void remove_keys(void)
{
    key_support_deinit(&keys);
}

static void make_keys(void)
{
    struct assay_reason reason;
    if (keys.keyring != NULL) {
        return;
    }
    key_support_init(&keys);
    atexit(remove_keys);
    enum assay_error error =
        assay_public_key_read(keys.keys, ASSAY_KEY_OFFICE, office_key, &reason);
    assay_assert(error == ASSAY_OK);
}

static void read_signed(const char *text, size_t len)
{
    struct assay_order order = {0};
    struct assay_order back = {0};
    struct assay_reason reason = {""};
    if (assay_order_read(text, len, office_key, &order, &reason) != ASSAY_OK) {
        assay_assert(reason.text[0] != '\0');
        return;
    }
    char *written = NULL;
    enum assay_error error = assay_order_write(&order, keys.keyring, &written);
    assay_assert(error == ASSAY_OK);
    error = assay_order_read(written, strlen(written), office_key, &back, &reason);
    assay_assert(error == ASSAY_OK);
    assay_assert(memcmp(&order, &back, sizeof order) == 0);
    free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_keys();
    read_signed((const char *)data, size);
    json_t *object = NULL;
    char *text = NULL;
    if (assay_signed_parse(&kind, (const char *)data, size, &object, NULL) != ASSAY_OK) {
        return 0;
    }
    enum assay_error error =
        assay_signed_write(&kind, object, keys.keyring, ASSAY_KEY_OFFICE, &text);
    assay_assert(error == ASSAY_OK);
    read_signed(text, strlen(text));
    free(text);
    json_decref(object);
    return 0;
}
