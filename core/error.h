// SPDX-License-Identifier: Apache-2.0
/* The one error type. A verdict is a value, never an error: a forged code is a success. */
#ifndef ASSAY_CORE_ERROR_H
#define ASSAY_CORE_ERROR_H

#include "core/base.h"

/** What the caller can do about an error; each HTTP status and exit code is chosen from it. */
enum assay_error_class {
    ASSAY_CLASS_NONE,
    ASSAY_CLASS_INPUT,   /* the input is not well formed: mend it; HTTP 400 */
    ASSAY_CLASS_DENIED,  /* not allowed: HTTP 401, 403 */
    ASSAY_CLASS_MISSING, /* no such thing: HTTP 404 */
    ASSAY_CLASS_STATE,   /* well formed, but the state forbids it: HTTP 409 */
    ASSAY_CLASS_BUSY,    /* a bound was met: try later; HTTP 429, 503 */
    ASSAY_CLASS_CORRUPT, /* stored data is not what was written: stop */
    ASSAY_CLASS_SYSTEM,  /* the operating system or a library said no: stop or 500 */
};

/* code, class, text */
#define ASSAY_ERROR_TABLE(X)                                                                       \
    X(OK, NONE, "done")                                                                            \
    X(E_CODE_FORM, INPUT, "not 20 characters of the code alphabet")                                \
    X(E_CODE_CHECK, INPUT, "the check character does not match")                                   \
    X(E_CODE_VERSION, INPUT, "unknown code version")                                               \
    X(E_CODE_UNKNOWN, MISSING, "no such code was issued")                                          \
    X(E_FIELD, INPUT, "a field is missing, unknown or out of range")                               \
    X(E_SYNTAX, INPUT, "the text is not well formed")                                              \
    X(E_TOO_LARGE, INPUT, "the input is larger than the limit")                                    \
    X(E_USAGE, INPUT, "the arguments do not fit together")                                         \
    X(E_VERSION, INPUT, "written by a newer version of this program")                              \
    X(E_SIGNATURE, DENIED, "the signature does not match")                                         \
    X(E_PASSPHRASE, DENIED, "the passphrase or key does not open this file")                       \
    X(E_TOKEN, DENIED, "the token is unknown or revoked")                                          \
    X(E_SCOPE, DENIED, "the token does not allow this")                                            \
    X(E_RECEIPT, DENIED, "the receipt is invalid or too old")                                      \
    X(E_NOT_FOUND, MISSING, "there is no such thing")                                              \
    X(E_EXISTS, STATE, "it exists already")                                                        \
    X(E_TRANSITION, STATE, "the batch's state does not allow this")                                \
    X(E_LOCKED, STATE, "another process holds this data directory")                                \
    X(E_TAKEN, STATE, "someone else has registered this item")                                     \
    X(E_REFUSED, STATE, "this is not possible for this item now")                                  \
    X(E_BUSY, BUSY, "too much at once, try again")                                                 \
    X(E_THROTTLED, BUSY, "too many tries, wait")                                                   \
    X(E_FULL, BUSY, "a bound was reached")                                                         \
    X(E_NO_SPACE, BUSY, "the disk is nearly full")                                                 \
    X(E_CORRUPT, CORRUPT, "stored data is damaged")                                                \
    X(E_AHEAD, CORRUPT, "the state is ahead of the ledger")                                        \
    X(E_IO, SYSTEM, "input or output failed")                                                      \
    X(E_MEMORY, SYSTEM, "out of memory")                                                           \
    X(E_CRYPTO, SYSTEM, "the crypto library failed")                                               \
    X(E_STORE, SYSTEM, "the state store failed")

enum assay_error {
#define ASSAY_ERROR_ENUM(code, class, text) ASSAY_##code,
    ASSAY_ERROR_TABLE(ASSAY_ERROR_ENUM)
#undef ASSAY_ERROR_ENUM
        ASSAY_ERROR_COUNT
};

/** One line for a person: which field or file, what was found, what to do. Caller's memory. */
struct assay_reason {
    char text[400];
};

/** Name of an error as in the table, for example "E_FIELD"; static. threads: any. */
const char *assay_error_name(enum assay_error error);

/** Text of an error as in the table; static. threads: any. */
const char *assay_error_text(enum assay_error error);

/** Class of an error. threads: any. */
enum assay_error_class assay_error_class(enum assay_error error);

/** Write a reason and hand the error on, so that a refusal is one statement.
 *
 *  reason    out; may be NULL; text longer than its room is cut at the end.
 *  error     returned as it is; never ASSAY_OK.
 *  format    printf format; NULL takes the error's own text.
 *  threads   any. blocks: no. allocates: no.
 */
enum assay_error assay_fail(struct assay_reason *reason, enum assay_error error, const char *format,
                            ...) ASSAY_PRINTF(3, 4);

#endif
