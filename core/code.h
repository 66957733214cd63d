// SPDX-License-Identifier: Apache-2.0
/* Code format C1 (docs/FORMAT.md, section 1): 20 Crockford characters that name one item and
 * prove that the brand issued it.
 *
 *   V 0     version, 1            B 1..6   batch handle, 30 bits, never 0
 *   X 7..18 tag (34) masked (26)  C 19     check character over GF(32), x^5+x^2+1
 *
 * Both MACs run over exactly one AES block (docs/FORMAT.md gives the bytes), so that many codes
 * can be made in one call of the cipher; the PIN's runs over the 20 characters of the code.
 */
#ifndef ASSAY_CORE_CODE_H
#define ASSAY_CORE_CODE_H

#include "core/bytes.h"

#define ASSAY_CODE_LEN 20
#define ASSAY_CODE_SIZE 21         /* with NUL */
#define ASSAY_CODE_GROUPED_SIZE 25 /* XXXX-XXXX-XXXX-XXXX-XXXX and NUL */
#define ASSAY_PIN_LEN 8
#define ASSAY_PIN_SIZE 9
#define ASSAY_HANDLE_LEN 6
#define ASSAY_HANDLE_SIZE 7
#define ASSAY_CODE_VERSION_C1 1
#define ASSAY_CODE_VERSION_O1 2
#define ASSAY_CMAC_KEY_LEN 16

/** Raw keys of one batch. Secret: wipe after use. */
struct assay_batch_keys {
    uint8_t tag[ASSAY_CMAC_KEY_LEN];  /* Kt */
    uint8_t mask[ASSAY_CMAC_KEY_LEN]; /* Km */
};

/** A code split into its fields; nothing is proven yet. */
struct assay_code_parts {
    uint8_t version;
    uint32_t handle;
    uint64_t tag;               /* 34 bits */
    uint32_t masked;            /* 26 bits */
    char text[ASSAY_CODE_SIZE]; /* canonical */
};

/** Why a typed code fails, for the hint shown; tells a guesser nothing. */
enum assay_code_hint {
    ASSAY_HINT_NONE,
    ASSAY_HINT_TOO_SHORT, /* by how many: `hint_count` */
    ASSAY_HINT_TOO_LONG,  /* by how many, or 0 if that was not looked at */
    ASSAY_HINT_CHARACTER, /* at position `hint_count`, from 1: not of the alphabet */
    ASSAY_HINT_TYPING,    /* the check character does not match */
};

/** Canonical form of what was scanned or typed, and its fields: drops spaces and '-', folds case,
 *  O to 0, I and L to 1; checks length, alphabet, check character, version, in this order.
 *
 *  text, len   as typed; borrowed; at most 64 bytes are looked at.
 *  parts       out; written only on ASSAY_OK.
 *  hint, hint_count  out, may both be NULL.
 *  returns     ASSAY_OK; ASSAY_E_CODE_FORM; ASSAY_E_CODE_CHECK; ASSAY_E_CODE_VERSION.
 *  threads     any. blocks: no. allocates: no.
 */
ASSAY_MUST_CHECK enum assay_error assay_code_parse(const char *text, size_t len,
                                                   struct assay_code_parts *parts,
                                                   enum assay_code_hint *hint,
                                                   unsigned *hint_count);

/** Check character for 19 canonical characters (GF(32), sum of a^(i+1) * d_i). */
char assay_code_check_character(const char text[ASSAY_CODE_LEN - 1]);

/** Groups of four joined by '-'. text: canonical. grouped: out. */
void assay_code_group(const char text[ASSAY_CODE_LEN], char grouped[ASSAY_CODE_GROUPED_SIZE]);

/** Handle as its six characters. text: out with NUL. */
void assay_handle_format(uint32_t handle, char text[ASSAY_HANDLE_SIZE]);

/** Six characters, as typed, to a handle that is not 0. ASSAY_OK or ASSAY_E_CODE_FORM. */
ASSAY_MUST_CHECK enum assay_error assay_handle_parse(const char *text, uint32_t *handle);

/** A cipher ready with one batch's keys. Not shared by threads: each has its own. */
struct assay_code_cipher;

/** Create a cipher. keys: copied; pin_key: ASSAY_CMAC_KEY_LEN bytes or NULL.
 *  returns ASSAY_OK, ASSAY_E_MEMORY, ASSAY_E_CRYPTO; *cipher is the caller's to destroy. */
ASSAY_MUST_CHECK enum assay_error assay_code_cipher_create(const struct assay_batch_keys *keys,
                                                           const uint8_t *pin_key,
                                                           struct assay_code_cipher **cipher);

/** Wipe and free; NULL is allowed. */
void assay_code_cipher_destroy(struct assay_code_cipher *cipher);

/** Consecutive items of one batch. */
struct assay_code_range {
    uint32_t handle; /* 30 bits, not 0 */
    uint32_t first;  /* index of the first */
    uint32_t count;  /* first + count <= ASSAY_BATCH_ITEMS_MAX */
    uint8_t version; /* ASSAY_CODE_VERSION_C1 or _O1 */
};

/** Make the codes of a range, canonical text with NUL each.
 *
 *  codes     out, range->count rows.
 *  threads   one at a time per cipher. allocates: no.
 */
void assay_code_make(struct assay_code_cipher *cipher, const struct assay_code_range *range,
                     char (*codes)[ASSAY_CODE_SIZE]);

/** Index of a parsed code if its tag is right, compared in constant time.
 *  The check `index < issued count` is the caller's, so that it can answer alike.
 *  returns ASSAY_OK or ASSAY_E_CODE_UNKNOWN; always two CMACs. index: out, only on ASSAY_OK. */
ASSAY_MUST_CHECK enum assay_error assay_code_open(struct assay_code_cipher *cipher,
                                                  const struct assay_code_parts *parts,
                                                  uint32_t *index);

/** PINs of `count` codes; the cipher has a PIN key. pins: out, canonical text with NUL each. */
void assay_pin_make(struct assay_code_cipher *cipher, const char (*codes)[ASSAY_CODE_SIZE],
                    uint32_t count, char (*pins)[ASSAY_PIN_SIZE]);

/** True if a PIN as typed (separators, case and look-alikes folded) is this code's; constant time
 *  over well-formed PINs. */
bool assay_pin_matches(struct assay_code_cipher *cipher, const char code[ASSAY_CODE_LEN],
                       const char *typed, size_t typed_len);

/** CMACs run by this thread so far; for the test that counts them. */
uint64_t assay_code_cmac_count(void);

#endif
