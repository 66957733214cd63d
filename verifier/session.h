// SPDX-License-Identifier: Apache-2.0
/* Browsers that have logged in with a token: a random id in a cookie stands for the token, for a
 * while.
 *
 * Invariants
 *  1. Neither the token nor the id is kept: of both only the SHA-256.
 *  2. A session ends ASSAY_SESSION_IDLE_MS after its last use and ASSAY_SESSION_LIFETIME_MS after its
 *     beginning, at logout, and with the process. That its token is still good is asked of the
 *     office at every use (verifier/visitor.h).
 *  3. The table is fixed: a token has at most ASSAY_SESSIONS_PER_TOKEN_MAX, all together
 *     ASSAY_SESSIONS_MAX; who was idle longest gives way.
 *
 * threads: any; one lock, held for one pass over the table. */
#ifndef ASSAY_VERIFIER_SESSION_H
#define ASSAY_VERIFIER_SESSION_H

#include "core/bytes.h"

#define ASSAY_SESSION_ID_LEN 32
/* As base64url, with the final NUL. */
#define ASSAY_SESSION_TEXT_SIZE ((ASSAY_SESSION_ID_LEN * 4 + 2) / 3 + 1)

struct assay_sessions;

/** An empty table. ASSAY_OK or ASSAY_E_MEMORY; the caller destroys it. */
ASSAY_MUST_CHECK enum assay_error assay_sessions_create(struct assay_sessions **sessions);

/** Wipe and free; NULL is allowed. */
void assay_sessions_destroy(struct assay_sessions *sessions);

/** Begin a session of a token.
 *
 *  token_sha256  of the token's text, which the caller has checked.
 *  now_ms        monotonic.
 *  text          out: the id, for the cookie alone.
 */
void assay_sessions_begin(struct assay_sessions *sessions,
                          const uint8_t token_sha256[ASSAY_SHA256_LEN], uint64_t now_ms,
                          char text[ASSAY_SESSION_TEXT_SIZE]);

/** The token of a session, which counts as used.
 *
 *  text, len     as the cookie says; any bytes.
 *  token_sha256  out; untouched if there is no such session, or it has ended.
 *  returns       true if there is one.
 */
bool assay_sessions_find(struct assay_sessions *sessions, const char *text, size_t len,
                         uint64_t now_ms, uint8_t token_sha256[ASSAY_SHA256_LEN]);

/** End a session; one that does not exist is none already. */
void assay_sessions_end(struct assay_sessions *sessions, const char *text, size_t len);

#endif
