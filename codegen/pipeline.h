// SPDX-License-Identifier: Apache-2.0
/* Pages rendered by many threads and written by one, in order, with bounded memory.
 *
 * Threads meet in one place: the ring of slots, under its mutex. Workers take the next
 * pages' numbers if their slot is free, render without the lock, hand the slot over; the caller's
 * thread writes slots in order. Slots keep their buffers, so memory is slots x the largest pages.
 */
#ifndef ASSAY_CODEGEN_PIPELINE_H
#define ASSAY_CODEGEN_PIPELINE_H

#include "codegen/buffer.h"

#define ASSAY_PIPELINE_THREADS_MAX 64u

struct assay_pipeline {
    uint32_t threads;       /* 1..ASSAY_PIPELINE_THREADS_MAX */
    uint32_t first;         /* pages first..first + pages - 1 are made */
    uint32_t pages_at_once; /* that a worker takes, and a slot holds; 1 or more */
    uint32_t pages;
    void *context;

    /** What one worker keeps for itself; called on its thread. */
    enum assay_error (*worker_begin)(void *context, void **worker, struct assay_reason *reason);
    void (*worker_end)(void *worker); /* NULL is allowed */
    /** Render a page into an empty buffer, on a worker's thread. */
    enum assay_error (*render)(void *worker, uint32_t page, struct assay_buffer *out,
                               struct assay_reason *reason);
    /** Take a page, in order, on the caller's thread. */
    enum assay_error (*write)(void *context, uint32_t page, const struct assay_buffer *rendered,
                              struct assay_reason *reason);
};

/** Run to the end or to the first error, whichever thread has it.
 *  returns ASSAY_OK; ASSAY_E_MEMORY; what a callback returned, with its reason. */
ASSAY_MUST_CHECK enum assay_error assay_pipeline_run(const struct assay_pipeline *pipeline,
                                                     struct assay_reason *reason);

#endif
