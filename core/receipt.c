// SPDX-License-Identifier: Apache-2.0
#include "core/receipt.h"

#include "core/wire.h"

#include <string.h>

enum {
    VERSION = 1,
    PURPOSE_LEN = 16, /* what the MAC covers first: no other use of the key begins so */
    FIELDS_LEN = 42,
    RECEIPT_LEN = FIELDS_LEN + ASSAY_SHA256_LEN,
    TEXT_LEN = (RECEIPT_LEN * 4 + 2) / 3,
};

_Static_assert(TEXT_LEN < ASSAY_RECEIPT_TEXT_SIZE, "the text and its NUL fit");

static const char purpose[PURPOSE_LEN + 1] = "assay receipt v1";

static void mac_of(const struct assay_receipt_key *key, const uint8_t fields[FIELDS_LEN],
                   uint8_t mac[ASSAY_SHA256_LEN])
{
    uint8_t message[PURPOSE_LEN + FIELDS_LEN];
    memcpy(message, purpose, PURPOSE_LEN);
    memcpy(message + PURPOSE_LEN, fields, FIELDS_LEN);
    assay_hmac_sha256(key->key, message, sizeof message, mac);
}

void assay_receipt_sign(const struct assay_receipt_key *key, const struct assay_receipt *receipt,
                        char text[ASSAY_RECEIPT_TEXT_SIZE])
{
    assay_assert(receipt->verdict < ASSAY_VERDICT_COUNT);
    uint8_t bytes[RECEIPT_LEN];
    struct assay_wire wire = assay_wire_writer(bytes, FIELDS_LEN);
    assay_wire_put_u8(&wire, VERSION);
    assay_wire_put_u8(&wire, (uint8_t)receipt->verdict);
    assay_wire_put_u64(&wire, receipt->item);
    assay_wire_put_bytes(&wire, receipt->scan_id, sizeof receipt->scan_id);
    assay_wire_put_u64(&wire, receipt->device);
    assay_wire_put_u64(&wire, (uint64_t)receipt->expires_at_unix_ms);
    assay_assert(!wire.failed);
    assay_assert(wire.at == FIELDS_LEN);
    mac_of(key, bytes, bytes + FIELDS_LEN);
    assay_base64url_encode(bytes, sizeof bytes, text);
}

/* False if the fields are none that we sign; their MAC was right. */
static bool take_fields(const uint8_t fields[FIELDS_LEN], struct assay_receipt *receipt)
{
    struct assay_wire wire = assay_wire_reader(fields, FIELDS_LEN);
    uint8_t version = assay_wire_get_u8(&wire);
    uint8_t verdict = assay_wire_get_u8(&wire);
    receipt->item = assay_wire_get_u64(&wire);
    assay_wire_get_bytes(&wire, receipt->scan_id, sizeof receipt->scan_id);
    receipt->device = assay_wire_get_u64(&wire);
    receipt->expires_at_unix_ms = (int64_t)assay_wire_get_u64(&wire);
    receipt->verdict = (enum assay_verdict)verdict;
    return !wire.failed && version == VERSION && verdict < ASSAY_VERDICT_COUNT;
}

enum assay_error assay_receipt_open(const struct assay_receipt_key *key, const char *text,
                                    size_t len, int64_t now_unix_ms, struct assay_receipt *receipt)
{
    uint8_t bytes[RECEIPT_LEN];
    uint8_t mac[ASSAY_SHA256_LEN];
    size_t bytes_len = sizeof bytes;
    if (len != TEXT_LEN || assay_base64url_decode(text, len, bytes, &bytes_len) != ASSAY_OK) {
        return ASSAY_E_RECEIPT;
    }
    assay_assert(bytes_len == sizeof bytes);
    mac_of(key, bytes, mac);
    struct assay_receipt opened;
    if (!assay_bytes_equal(mac, bytes + FIELDS_LEN, sizeof mac) || !take_fields(bytes, &opened) ||
        opened.expires_at_unix_ms <= now_unix_ms) {
        return ASSAY_E_RECEIPT;
    }
    *receipt = opened;
    return ASSAY_OK;
}
