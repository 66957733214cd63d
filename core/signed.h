// SPDX-License-Identifier: Apache-2.0
/* JSON documents with an Ed25519 signature over their own canonical bytes (docs/FORMAT.md,
 * section 5): what orders and manifests have in common. */
#ifndef ASSAY_CORE_SIGNED_H
#define ASSAY_CORE_SIGNED_H

#include "core/json.h"
#include "core/keyring.h"

/** A kind of document. */
struct assay_signed_kind {
    const char *type; /* value of "type"; keeps the signatures of the kinds apart, too */
    int version;      /* the newest value of "version" that is understood */
    size_t max_bytes; /* of the text */
};

/** Add "type", "version" and "signature", and write the document.
 *
 *  object   the other fields; "signature" and the two are set in it.
 *  name     whose private key signs; it is open in the keyring.
 *  text     out: malloc'ed, indented JSON with NUL; the caller frees.
 *  returns  ASSAY_OK, ASSAY_E_MEMORY. threads: any.
 */
ASSAY_MUST_CHECK enum assay_error assay_signed_write(const struct assay_signed_kind *kind,
                                                     json_t *object,
                                                     const struct assay_keyring *keyring,
                                                     enum assay_key_name name, char **text);

/** Parse a document and check its type and version; its fields and signature are not checked yet.
 *  object: out, a new reference. returns ASSAY_OK; ASSAY_E_TOO_LARGE; ASSAY_E_SYNTAX;
 *  ASSAY_E_FIELD; ASSAY_E_VERSION. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_signed_parse(const struct assay_signed_kind *kind,
                                                     const char *text, size_t len, json_t **object,
                                                     struct assay_reason *reason);

/** Check the signature of a parsed document; "signature" is removed from it.
 *  returns ASSAY_OK; ASSAY_E_FIELD; ASSAY_E_SIGNATURE; ASSAY_E_MEMORY. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_signed_check(const struct assay_signed_kind *kind,
                                                     json_t *object,
                                                     const uint8_t key[ASSAY_ED25519_KEY_LEN],
                                                     struct assay_reason *reason);

/** The three fields that every kind has, for its table of fields. */
struct assay_signed_fields {
    char type[32];
    int64_t version;
    char signature[ASSAY_ED25519_SIG_LEN * 2];
};

#define ASSAY_SIGNED_FIELDS(scratch)                                                               \
    ASSAY_JSON_TEXT_ROW("type", true, (scratch)->type),                                            \
        ASSAY_JSON_WHOLE_ROW("version", true, (scratch)->version, 1, INT32_MAX),                   \
        ASSAY_JSON_TEXT_ROW("signature", true, (scratch)->signature)

#endif
