// SPDX-License-Identifier: Apache-2.0
/* Webhooks by the Standard Webhooks scheme (standardwebhooks.com, specification 1.0): secrets,
 * signatures, and which addresses may be told.
 *
 * A secret is HMAC-SHA256 of the endpoint's salt and name under a key of service.key: it is nowhere
 * kept, and nobody who reads the ledger can make it. */
#ifndef ASSAY_CORE_WEBHOOK_H
#define ASSAY_CORE_WEBHOOK_H

#include "core/keyring.h"
#include "core/record_alert.h"

#define ASSAY_WEBHOOK_KEY_LEN 32
/* "whsec_" and base64 of the key, with the final NUL. */
#define ASSAY_WEBHOOK_SECRET_SIZE (6 + 44 + 1)
/* "v1," and base64 of the MAC, with the final NUL. */
#define ASSAY_WEBHOOK_SIGNATURE_SIZE (3 + 44 + 1)
/* Two of them with a space between, of the secret and of the one before. */
#define ASSAY_WEBHOOK_SIGNATURES_SIZE (2 * ASSAY_WEBHOOK_SIGNATURE_SIZE)
/* The longest time for which a rotated secret goes on signing, and what it is without a word. */
#define ASSAY_WEBHOOK_OVERLAP_HOURS_MAX 720
#define ASSAY_WEBHOOK_OVERLAP_HOURS 24

/** What is signed. Borrowed. */
struct assay_webhook_content {
    const char *id;
    int64_t at_unix_s;
    const char *body;
    size_t body_len;
};

/** The key of an endpoint. keyring: with service.key. key: out; the caller wipes it. */
void assay_webhook_key(const struct assay_keyring *keyring,
                       const struct assay_webhook_record *webhook,
                       uint8_t key[ASSAY_WEBHOOK_KEY_LEN]);

/** The key as the receiver is given it. text: out; the caller wipes it. */
void assay_webhook_secret(const uint8_t key[ASSAY_WEBHOOK_KEY_LEN],
                          char text[ASSAY_WEBHOOK_SECRET_SIZE]);

/** One signature. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_webhook_sign(const uint8_t key[ASSAY_WEBHOOK_KEY_LEN],
                                                     const struct assay_webhook_content *content,
                                                     char text[ASSAY_WEBHOOK_SIGNATURE_SIZE]);

/** The value of the header webhook-signature: by the endpoint's secret, and while a rotation's overlap
 *  lasts at content->at_unix_s by the one before it. keyring: with service.key. ASSAY_OK or
 *  ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_webhook_sign_all(
    const struct assay_keyring *keyring, const struct assay_webhook_record *webhook,
    const struct assay_webhook_content *content, char text[ASSAY_WEBHOOK_SIGNATURES_SIZE]);

/** May an endpoint have this URL? https, or http to a loopback address; a host, no user, no fragment,
 *  ASCII alone. ASSAY_OK or ASSAY_E_FIELD. */
ASSAY_MUST_CHECK enum assay_error assay_webhook_url_check(const char *url,
                                                          struct assay_reason *reason);

/** How long to wait after so many failed tries, in ms: base, doubled each time up to an hour, plus up
 *  to a quarter by the message's id, so that many messages do not come at once. tries >= 1. */
uint64_t assay_webhook_wait_ms(uint32_t base_ms, uint32_t tries, const char *id);

/** How long an endpoint that answered `status` with a Retry-After of so many seconds (0: none) is to
 *  be left alone, in ms: of 429 and 503 alone, at most a day; 0: it did not ask for it. */
uint64_t assay_webhook_pause_ms(int32_t status, int64_t retry_after_s);

#endif
