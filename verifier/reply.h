// SPDX-License-Identifier: Apache-2.0
/* Answers: a JSON writer over one piece of the request's pool, and problem details (RFC 9457).
 * threads: the request's loop. Every answer is no-store and nosniff unless said otherwise. */
#ifndef ASSAY_VERIFIER_REPLY_H
#define ASSAY_VERIFIER_REPLY_H

#include <h2o.h>
#include <jansson.h>

#include "core/error.h"

/** Text that is being written: begin..at of begin..end. Too little room is a programmer's error:
 *  sizes are bounds that the writer of the text has worked out. */
struct assay_text {
    char *begin;
    char *at;
    char *end;
};

/** Room for an answer from the request's pool. */
void assay_text_init(struct assay_text *text, h2o_req_t *request, size_t size_bytes);

/** Bytes as they are. Inline, so that literals become plain stores. */
static inline void assay_text_put(struct assay_text *text, const void *data, size_t len)
{
    assay_assert(len <= (size_t)(text->end - text->at));
    memcpy(text->at, data, len);
    text->at += len;
}

/** A string literal. */
#define ASSAY_TEXT_LITERAL(text, literal) assay_text_put(text, literal, sizeof(literal) - 1)

/** A JSON string with its quotes; at most 6 * len + 2 bytes. `string` is UTF-8. */
void assay_text_json(struct assay_text *text, const char *string, size_t len);

/** A decimal number; at most 20 bytes. */
void assay_text_number(struct assay_text *text, uint64_t number);

/** A JSON string of the time in RFC 3339; 26 bytes; null (4) for 0. */
void assay_text_time(struct assay_text *text, int64_t unix_ms);

/** Answer with a body from the request's pool (or static); HEAD gets its length only.
 *  type: static. Other headers are set before. */
void assay_reply_send(h2o_req_t *request, int status, h2o_iovec_t type, h2o_iovec_t body);

/** Answer with what was written, as JSON. */
void assay_reply_text(h2o_req_t *request, int status, const struct assay_text *text);

/** Answer with a JSON value, which stays the caller's. */
void assay_reply_json(h2o_req_t *request, int status, const json_t *value);

/** Answer with a problem: status, `code` as a stable word for programs ("field"), and a detail for
 *  a person (borrowed for the call; UTF-8; may be NULL). */
void assay_reply_problem(h2o_req_t *request, int status, const char *code, const char *detail);

/** Answer with the problem of an error and its reason (may be NULL). */
void assay_reply_error(h2o_req_t *request, enum assay_error error,
                       const struct assay_reason *reason);

/** As reply_problem, with Retry-After in whole seconds, at least 1. */
void assay_reply_wait(h2o_req_t *request, int status, const char *code, const char *detail,
                      uint32_t retry_after_ms);

/** HTTP status of an error: by its class; 413 for E_TOO_LARGE, 401 for E_TOKEN, 429 for
 *  E_THROTTLED. */
int assay_reply_status(enum assay_error error);

/** Reason phrase of a status that this server sends; static. */
const char *assay_reply_phrase(int status);

#endif
