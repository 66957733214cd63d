// SPDX-License-Identifier: Apache-2.0
/* The JSON of a scan's answer, written from pieces that are made once: the head of each verdict,
 * and product and batch of each batch. One per loop; written into the loop's own scratch room. */
#ifndef ASSAY_VERIFIER_ANSWER_H
#define ASSAY_VERIFIER_ANSWER_H

#include "core/store.h"
#include "verifier/reply.h"

/* Bound of one answer: pieces and texts at their limits, every byte escaped. */
#define ASSAY_ANSWER_BYTES_MAX (16 * 1024)
/* Batches whose pieces are ready; others are written again when they collide. */
#define ASSAY_ANSWER_BATCHES 1024u

struct assay_answers;

/** What an answer is about. */
struct assay_answer_subject {
    const struct assay_store *store;
    const struct assay_batch_facts *batch;
    const struct assay_scan_answer *answer;
    const char *code;    /* canonical */
    const char *receipt; /* or NULL */
};

/** Make the pieces that do not change. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_answers_create(struct assay_answers **answers);

/** Free; NULL is allowed. */
void assay_answers_destroy(struct assay_answers *answers);

/** The answer of a recorded scan; not_issued says no more than for an unknown code.
 *  returns borrowed bytes, valid until the next call. threads: the loop's. */
h2o_iovec_t assay_answers_issued(struct assay_answers *answers,
                                 const struct assay_answer_subject *subject);

/** The answer to a code that was never issued. As above. */
h2o_iovec_t assay_answers_not_issued(struct assay_answers *answers, const char *code);

/** The answer to what is no code, with its hint. As above. */
h2o_iovec_t assay_answers_malformed(struct assay_answers *answers, enum assay_code_hint hint,
                                    unsigned hint_count);

#endif
