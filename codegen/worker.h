// SPDX-License-Identifier: Apache-2.0
/* One thread of a job that makes codes and draws their labels. */
#ifndef ASSAY_CODEGEN_WORKER_H
#define ASSAY_CODEGEN_WORKER_H

#include "codegen/job.h"

struct assay_worker;

/** Create one; job: borrowed. ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_worker_create(const struct assay_job *job,
                                                      struct assay_worker **worker,
                                                      struct assay_reason *reason);

/** Wipe and free; NULL is allowed. */
void assay_worker_destroy(struct assay_worker *worker);

/** Render one page of the job's plan into an empty buffer. */
ASSAY_MUST_CHECK enum assay_error assay_worker_render(struct assay_worker *worker, uint32_t page,
                                                      struct assay_buffer *out,
                                                      struct assay_reason *reason);

#endif
