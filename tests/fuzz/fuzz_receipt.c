// SPDX-License-Identifier: Apache-2.0
/* Receipts as given, and as fields with a MAC that fits: what opens is signed to the same text. */
#include "fuzz.h"

#include <string.h>

#include "core/receipt.h"

enum { FIELDS_LEN = 42, PURPOSE_LEN = 16, MAC_LEN = 32 };

static struct assay_receipt_key key;

static void open_text(const char *text, size_t len)
{
    struct assay_receipt receipt;
    char again[ASSAY_RECEIPT_TEXT_SIZE];
    if (assay_receipt_open(&key, text, len, 0, &receipt) == ASSAY_OK) {
        assay_assert(receipt.expires_at_unix_ms > 0);
        assay_receipt_sign(&key, &receipt, again);
        assay_assert(strlen(again) == len);
        assay_assert(memcmp(again, text, len) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The key of tests/golden/receipts.json, so that its receipts open. */
    enum assay_error error =
        assay_hex_decode("04e2dd11ad61a22e88cc35da06ac692ca90c95bf25b927feb25ecc735cc1495d", 64,
                         key.key, sizeof key.key);
    assay_assert(error == ASSAY_OK);
    open_text((const char *)data, size);
    if (size < FIELDS_LEN) {
        return 0;
    }
    uint8_t message[PURPOSE_LEN + FIELDS_LEN];
    uint8_t bytes[FIELDS_LEN + MAC_LEN];
    char text[ASSAY_RECEIPT_TEXT_SIZE];
    memcpy(message, "assay receipt v1", PURPOSE_LEN);
    memcpy(message + PURPOSE_LEN, data, FIELDS_LEN);
    memcpy(bytes, data, FIELDS_LEN);
    assay_hmac_sha256(key.key, message, sizeof message, bytes + FIELDS_LEN);
    assay_base64url_encode(bytes, sizeof bytes, text);
    open_text(text, strlen(text));
    return 0;
}
