// SPDX-License-Identifier: Apache-2.0
#include "core/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_SIZE 128
#define WAIT_MS_MAX 3600000u
#define PAUSE_S_MAX 86400

/* base64 with padding (RFC 4648, section 4) of 32 bytes. text: 44 characters and NUL. */
static void base64_of_32(const uint8_t data[32], char text[45])
{
    assay_base64url_encode(data, 32, text);
    for (size_t i = 0; i < 43; i++) {
        text[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
    }
    text[43] = '=';
    text[44] = '\0';
}

void assay_webhook_key(const struct assay_keyring *keyring,
                       const struct assay_webhook_record *webhook,
                       uint8_t key[ASSAY_WEBHOOK_KEY_LEN])
{
    uint8_t root[ASSAY_ROOT_KEY_LEN];
    uint8_t data[ASSAY_WEBHOOK_SALT_LEN + ASSAY_SKU_MAX];
    size_t name_len = strlen(webhook->name);
    memcpy(data, webhook->salt, ASSAY_WEBHOOK_SALT_LEN);
    memcpy(data + ASSAY_WEBHOOK_SALT_LEN, webhook->name, name_len);
    assay_keyring_service_key(keyring, ASSAY_PURPOSE_WEBHOOK, root);
    assay_hmac_sha256(root, data, ASSAY_WEBHOOK_SALT_LEN + name_len, key);
    assay_bytes_wipe(root, sizeof root);
}

void assay_webhook_secret(const uint8_t key[ASSAY_WEBHOOK_KEY_LEN],
                          char text[ASSAY_WEBHOOK_SECRET_SIZE])
{
    memcpy(text, "whsec_", 6);
    base64_of_32(key, text + 6);
}

enum assay_error assay_webhook_sign(const uint8_t key[ASSAY_WEBHOOK_KEY_LEN],
                                    const struct assay_webhook_content *content,
                                    char text[ASSAY_WEBHOOK_SIGNATURE_SIZE])
{
    char head[HEAD_SIZE];
    uint8_t mac[ASSAY_SHA256_LEN];
    int head_len =
        snprintf(head, sizeof head, "%s.%lld.", content->id, (long long)content->at_unix_s);
    assay_assert(head_len > 0 && (size_t)head_len < sizeof head);
    char *all = malloc((size_t)head_len + content->body_len);
    if (all == NULL) {
        return ASSAY_E_MEMORY;
    }
    memcpy(all, head, (size_t)head_len);
    memcpy(all + head_len, content->body, content->body_len);
    assay_hmac_sha256(key, all, (size_t)head_len + content->body_len, mac);
    free(all);
    memcpy(text, "v1,", 3);
    base64_of_32(mac, text + 3);
    return ASSAY_OK;
}

enum assay_error assay_webhook_sign_all(const struct assay_keyring *keyring,
                                        const struct assay_webhook_record *webhook,
                                        const struct assay_webhook_content *content,
                                        char text[ASSAY_WEBHOOK_SIGNATURES_SIZE])
{
    struct assay_webhook_record former = *webhook;
    /* The whole second lies before the end, so that an overlap of 0 is none. */
    bool both =
        webhook->endpoint != 0 && (content->at_unix_s + 1) * 1000 <= webhook->former_until_unix_ms;
    uint8_t key[ASSAY_WEBHOOK_KEY_LEN];
    assay_webhook_key(keyring, webhook, key);
    enum assay_error error = assay_webhook_sign(key, content, text);
    if (error == ASSAY_OK && both) {
        memcpy(former.salt, webhook->former_salt, sizeof former.salt);
        assay_webhook_key(keyring, &former, key);
        text[ASSAY_WEBHOOK_SIGNATURE_SIZE - 1] = ' ';
        error = assay_webhook_sign(key, content, text + ASSAY_WEBHOOK_SIGNATURE_SIZE);
    }
    assay_bytes_wipe(key, sizeof key);
    return error;
}

/* Does "host[:port]" at the beginning of `rest` name this very host? */
static bool is_loopback(const char *rest)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < ASSAY_COUNT_OF(hosts); i++) {
        size_t len = strlen(hosts[i]);
        if (strncmp(rest, hosts[i], len) == 0 && strchr(":/?", rest[len]) != NULL) {
            return true; /* the final NUL counts */
        }
    }
    return false;
}

enum assay_error assay_webhook_url_check(const char *url, struct assay_reason *reason)
{
    bool secure = strncmp(url, "https://", 8) == 0;
    bool plain = strncmp(url, "http://", 7) == 0;
    const char *rest = url + (secure ? 8 : plain ? 7 : 0);
    size_t host = strcspn(rest, ":/?");
    if (!secure && !(plain && is_loopback(rest))) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "url: https, or http to 127.0.0.1, [::1], localhost");
    }
    for (const char *at = url; *at != '\0'; at++) {
        if (*at <= ' ' || *at >= 0x7f || strchr("@#\\\"<>", *at) != NULL) {
            return assay_fail(reason, ASSAY_E_FIELD,
                              "url: printable ASCII without user, fragment or quotes");
        }
    }
    if (host == 0 && rest[0] != '[') {
        return assay_fail(reason, ASSAY_E_FIELD, "url: a host is wanted");
    }
    return ASSAY_OK;
}

uint64_t assay_webhook_wait_ms(uint32_t base_ms, uint32_t tries, const char *id)
{
    uint8_t sha256[ASSAY_SHA256_LEN];
    char text[HEAD_SIZE];
    uint32_t doubled = tries > 20 ? 20 : tries - 1;
    uint64_t wait = (uint64_t)base_ms << doubled;
    wait = wait > WAIT_MS_MAX ? WAIT_MS_MAX : wait;
    int len = snprintf(text, sizeof text, "%s %u", id, tries);
    assay_sha256(text, (size_t)len, sha256);
    return wait + wait * sha256[0] / 1024;
}

uint64_t assay_webhook_pause_ms(int32_t status, int64_t retry_after_s)
{
    if ((status != 429 && status != 503) || retry_after_s <= 0) {
        return 0;
    }
    return 1000 * (uint64_t)(retry_after_s < PAUSE_S_MAX ? retry_after_s : PAUSE_S_MAX);
}
