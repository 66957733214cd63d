// SPDX-License-Identifier: Apache-2.0
/* Runs a job: workers render pages, this side puts them into files and notes the files. */
#ifndef ASSAY_CODEGEN_PRESS_H
#define ASSAY_CODEGEN_PRESS_H

#include "codegen/job.h"
#include "codegen/printed.h"

/** Print all pages of a job into a folder.
 *
 *  printed  opened for this job; on error what was finished before is in its manifest.
 *  seconds  out: how long it took.
 *  returns  ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO; ASSAY_E_MEMORY; ASSAY_E_REFUSED after SIGINT
 *           or SIGTERM (assay_press_stop).
 *  blocks: until it is done.
 */
ASSAY_MUST_CHECK enum assay_error assay_press_run(const struct assay_job *job,
                                                  const struct assay_folder *folder,
                                                  struct assay_printed *printed, double *seconds,
                                                  struct assay_reason *reason);

/** Ask a running press to stop before its next page. Safe in a signal handler. */
void assay_press_stop(void);

/** True once it was asked. threads: any. */
bool assay_press_is_stopped(void);

#endif
