// SPDX-License-Identifier: Apache-2.0
/* Bytes: spans, hex, base64url, constant-time comparison, wiping, randomness, CRC-32C, SHA-256
 * and HMAC. */
#ifndef ASSAY_CORE_BYTES_H
#define ASSAY_CORE_BYTES_H

#include "core/error.h"

#define ASSAY_SHA256_LEN 32

/** Borrowed bytes. */
struct assay_span {
    const uint8_t *data;
    size_t len_bytes;
};

/** Lower-case hex of bytes. text: out, 2 * len_bytes + 1. */
void assay_hex_encode(const void *data, size_t len_bytes, char *text);

/** Bytes of exactly 2 * len_bytes hex digits, either case. ASSAY_OK or ASSAY_E_SYNTAX. */
ASSAY_MUST_CHECK enum assay_error assay_hex_decode(const char *text, size_t text_len, void *data,
                                                   size_t len_bytes);

/** base64url without padding (RFC 4648, section 5). text: out, (len * 4 + 2) / 3 + 1 bytes. */
void assay_base64url_encode(const void *data, size_t len_bytes, char *text);

/** Decode unpadded base64url strictly; spare bits must be zero.
 *  len_bytes: in the room of data, out what was written. ASSAY_OK or ASSAY_E_SYNTAX. */
ASSAY_MUST_CHECK enum assay_error assay_base64url_decode(const char *text, size_t text_len,
                                                         void *data, size_t *len_bytes);

/** Equal, in time that depends on len_bytes alone. */
bool assay_bytes_equal(const void *a, const void *b, size_t len_bytes);

/** Overwrite secrets so that the compiler may not drop it. */
void assay_bytes_wipe(void *data, size_t len_bytes);

/** Bytes from the system's generator; ends the process if there are none (getrandom(2)). */
void assay_bytes_random(void *data, size_t len_bytes);

/** CRC-32C (Castagnoli; RFC 3720, B.4) of data, continued from `crc` (0 to begin). */
uint32_t assay_crc32c(uint32_t crc, const void *data, size_t len_bytes);

/** SHA-256 (FIPS 180-4). digest: out. Ends the process if the library fails. */
void assay_sha256(const void *data, size_t len_bytes, uint8_t digest[ASSAY_SHA256_LEN]);

/** SHA-256 of one byte and what follows it (the prefixes of RFC 6962). digest: out; may be data. */
void assay_sha256_prefixed(uint8_t prefix, const void *data, size_t len_bytes,
                           uint8_t digest[ASSAY_SHA256_LEN]);

/** HMAC-SHA256 (RFC 2104) under a key of 32 bytes. mac: out. Ends the process if the library fails.
 *  threads: any. allocates: inside the library. */
void assay_hmac_sha256(const uint8_t key[ASSAY_SHA256_LEN], const void *data, size_t len_bytes,
                       uint8_t mac[ASSAY_SHA256_LEN]);

#endif
