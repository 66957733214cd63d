// SPDX-License-Identifier: Apache-2.0
/* One loop's scans of this pass, committed together before the pass ends.
 *
 * Invariants
 *  1. A scan is answered only after its group is on disk: the answer callback runs after
 *     assay_store_scan has returned ASSAY_OK; anything else ends the process.
 *  2. At most one flush a pass, from an entry on the context's zero timeout, so inside
 *     h2o_evloop_run: reading stops and starts again without a poll between, which costs no
 *     epoll_ctl. Scans that a flush brings in (pipelining) wait for the next pass, or one client
 *     could keep everybody else waiting.
 *  3. A scan in the group has reading stopped and no timer, so its request cannot go away before
 *     the flush: no disposer is needed.
 *  4. Bounded: when it is full the caller answers 503.
 */
#ifndef ASSAY_VERIFIER_GROUP_H
#define ASSAY_VERIFIER_GROUP_H

#include "verifier/scan_body.h"
#include "verifier/service.h"

/** A scan on its way. The handler fills request, scan, code and page_of. */
struct assay_group_scan {
    h2o_req_t *request;
    uint64_t began_ns; /* of the pass that it came in */
    /* The body, in the request's pool, if the answer is a page (a form post that accepts
     * text/html); else NULL. */
    const struct assay_scan_body *page_of;
    char code[ASSAY_CODE_SIZE];
    struct assay_scan_request scan;
    struct assay_scan_answer answer;
};

/** Answers one scan of a committed group; runs inside the flush. */
typedef void assay_group_answer(struct assay_loop *loop, const struct assay_group_scan *scan);

/** An empty group for a loop. returns ASSAY_OK or ASSAY_E_MEMORY; the caller destroys it. */
ASSAY_MUST_CHECK enum assay_error
assay_group_create(struct assay_loop *loop, assay_group_answer *answer, struct assay_group **group);

/** Free; scans that still wait are never answered, nor recorded. NULL is allowed. */
void assay_group_destroy(struct assay_group *group);

/** Before each pass: scans that were left over are flushed in it. */
void assay_group_begin_pass(struct assay_group *group);

/** After each pass: counts how long it took. */
void assay_group_end_pass(struct assay_group *group);

/** Room for one more scan, its request struct all zero but for at_unix_ms; NULL if the group is
 *  full. It is flushed at the end of this pass, or of the next one if this one has flushed. */
struct assay_group_scan *assay_group_add(struct assay_group *group);

/** True if a scan waits. */
bool assay_group_is_waiting(const struct assay_group *group);

/** Monotonic time of this pass, read once. */
uint64_t assay_group_now_ns(struct assay_group *group);

/** Sixteen random bytes from a buffer that is filled from the system now and then. */
void assay_group_random_id(struct assay_group *group, uint8_t id[ASSAY_SCAN_ID_LEN]);

#endif
