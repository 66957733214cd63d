// SPDX-License-Identifier: Apache-2.0
/* The list of keys that the brand publishes, so that anybody can check labels of form O1 (docs/
 * FORMAT.md, section 5.3): JSON signed by the office key, which it names.
 *
 * A range of items says how much of a batch was revoked; which code is in it cannot be told without
 * the batch's label keys, so a partly revoked batch is said to be that. */
#ifndef ASSAY_CORE_KEY_LIST_H
#define ASSAY_CORE_KEY_LIST_H

#include "core/batch.h"
#include "core/offline.h"

/** One batch's key. */
struct assay_listed_key {
    uint32_t handle;
    uint32_t count;       /* items issued at most */
    int32_t valid_to;     /* day number, inclusive; ASSAY_DAY_NONE */
    int64_t from_unix_ms; /* no label of it is older */
    char id[ASSAY_KEY_ID_SIZE];
    char sku[ASSAY_SKU_MAX + 1];
    uint8_t key[ASSAY_ED25519_KEY_LEN];
    struct assay_range_set revoked; /* void or recalled */
};

struct assay_key_list {
    int64_t published_at_unix_ms;
    int16_t utc_offset_minutes; /* of the brand: where a day begins */
    char brand[ASSAY_BRAND_NAME_MAX + 1];
    char host[ASSAY_HOST_MAX + 1];
    uint8_t office_key[ASSAY_ED25519_KEY_LEN]; /* that signed; filled by reading */
    uint32_t count;
    struct assay_listed_key *keys; /* malloc'ed; read: in order of handle */
};

/** Free keys and ranges; the struct is the caller's. */
void assay_key_list_deinit(struct assay_key_list *list);

/** Sign a list with office.key, which is open. text: out, malloc'ed JSON with NUL.
 *  returns ASSAY_OK; ASSAY_E_FULL; ASSAY_E_FIELD; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_key_list_write(const struct assay_key_list *list,
                                                       const struct assay_keyring *keyring,
                                                       char **text, struct assay_reason *reason);

/** Parse and check a list: form, every field, each key's id, and the signature.
 *
 *  office    whose signature it must bear; NULL: of the key that the list itself names.
 *  list      out; the caller deinits it; written only on ASSAY_OK.
 *  returns   ASSAY_OK; ASSAY_E_SYNTAX; ASSAY_E_FIELD (which); ASSAY_E_SIGNATURE; ASSAY_E_VERSION;
 *            ASSAY_E_TOO_LARGE; ASSAY_E_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_error assay_key_list_read(const char *text, size_t len,
                                                      const uint8_t *office,
                                                      struct assay_key_list *list,
                                                      struct assay_reason *reason);

/** What a list says of a label. None of them says that the label is no copy. */
enum assay_issued {
    ASSAY_ISSUED_NOT,     /* no such batch, or the signature is not of its key */
    ASSAY_ISSUED,         /* the brand issued this code */
    ASSAY_ISSUED_PART,    /* issued; a part of its batch was revoked since */
    ASSAY_ISSUED_REVOKED, /* issued; its whole batch was revoked */
    ASSAY_ISSUED_EXPIRED, /* issued; its last day is over */
};

/** Check a label, with nothing but the list.
 *
 *  code, sig   canonical code; the signature's text as scanned, sig_len bytes.
 *  now_unix_ms for the last day, in the brand's time zone.
 *  key         out: the batch's key, or NULL for ASSAY_ISSUED_NOT.
 *  threads     any. blocks: no.
 */
enum assay_issued assay_key_list_check(const struct assay_key_list *list,
                                       const char code[ASSAY_CODE_LEN], struct assay_span sig,
                                       int64_t now_unix_ms, const struct assay_listed_key **key);

#endif
