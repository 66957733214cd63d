// SPDX-License-Identifier: Apache-2.0
#include "core/signed.h"

#include <stdlib.h>
#include <string.h>

/* What is signed: the type, a line feed, and the object without "signature" in canonical form.
 * NULL if there is no memory; the caller frees. */
static char *signed_bytes(const struct assay_signed_kind *kind, const json_t *object, size_t *len)
{
    char *dump = json_dumps(object, JSON_SORT_KEYS | JSON_COMPACT);
    if (dump == NULL) {
        return NULL;
    }
    char *bytes = NULL;
    int written = asprintf(&bytes, "%s\n%s", kind->type, dump);
    free(dump);
    if (written < 0) {
        return NULL;
    }
    *len = (size_t)written;
    return bytes;
}

enum assay_error assay_signed_write(const struct assay_signed_kind *kind, json_t *object,
                                    const struct assay_keyring *keyring, enum assay_key_name name,
                                    char **text)
{
    json_object_del(object, "signature");
    size_t len = 0;
    char *bytes = NULL;
    if (json_object_set_new(object, "type", json_string(kind->type)) == 0 &&
        json_object_set_new(object, "version", json_integer(kind->version)) == 0) {
        bytes = signed_bytes(kind, object, &len);
    }
    if (bytes == NULL) {
        return ASSAY_E_MEMORY;
    }
    uint8_t signature[ASSAY_ED25519_SIG_LEN];
    char encoded[ASSAY_ED25519_SIG_LEN * 2];
    assay_keyring_sign(keyring, name, bytes, len, signature);
    free(bytes);
    assay_base64url_encode(signature, sizeof signature, encoded);
    if (json_object_set_new(object, "signature", json_string(encoded)) != 0) {
        return ASSAY_E_MEMORY;
    }
    char *dump = json_dumps(object, JSON_SORT_KEYS | JSON_INDENT(2));
    if (dump == NULL) {
        return ASSAY_E_MEMORY;
    }
    *text = dump;
    return ASSAY_OK;
}

static enum assay_error check_kind(const struct assay_signed_kind *kind, const json_t *object,
                                   struct assay_reason *reason)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    if (type == NULL || strcmp(type, kind->type) != 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "type: must be \"%s\"", kind->type);
    }
    const json_t *version = json_object_get(object, "version");
    if (!json_is_integer(version) || json_integer_value(version) < 1) {
        return assay_fail(reason, ASSAY_E_FIELD, "version: must be a whole number from 1");
    }
    if (json_integer_value(version) > kind->version) {
        return assay_fail(reason, ASSAY_E_VERSION,
                          "version: this program reads %s up to %d, this is %lld; update it",
                          kind->type, kind->version, (long long)json_integer_value(version));
    }
    return ASSAY_OK;
}

enum assay_error assay_signed_parse(const struct assay_signed_kind *kind, const char *text,
                                    size_t len, json_t **object, struct assay_reason *reason)
{
    json_t *parsed = NULL;
    enum assay_error error = assay_json_parse(text, len, kind->max_bytes, &parsed, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = check_kind(kind, parsed, reason);
    if (error != ASSAY_OK) {
        json_decref(parsed);
        return error;
    }
    *object = parsed;
    return ASSAY_OK;
}

enum assay_error assay_signed_check(const struct assay_signed_kind *kind, json_t *object,
                                    const uint8_t key[ASSAY_ED25519_KEY_LEN],
                                    struct assay_reason *reason)
{
    const char *encoded = json_string_value(json_object_get(object, "signature"));
    uint8_t signature[ASSAY_ED25519_SIG_LEN];
    size_t signature_len = sizeof signature;
    if (encoded == NULL ||
        assay_base64url_decode(encoded, strlen(encoded), signature, &signature_len) != ASSAY_OK ||
        signature_len != sizeof signature) {
        return assay_fail(reason, ASSAY_E_FIELD, "signature: must be 64 bytes in base64url");
    }
    json_object_del(object, "signature");
    size_t len = 0;
    char *bytes = signed_bytes(kind, object, &len);
    if (bytes == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    enum assay_error error = assay_signature_check(key, bytes, len, signature);
    free(bytes);
    return error == ASSAY_OK
               ? ASSAY_OK
               : assay_fail(
                     reason, error,
                     "signature: does not match; the %s was changed or signed by another key",
                     kind->type);
}
