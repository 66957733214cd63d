// SPDX-License-Identifier: Apache-2.0
/* Everything that one verifier process stands on, opened in order and closed in reverse. */
#ifndef ASSAY_VERIFIER_PROCESS_H
#define ASSAY_VERIFIER_PROCESS_H

#include "verifier/options.h"
#include "verifier/service.h"

struct assay_process;

/** Open keys, store, places, log, workers and the rest.
 *
 *  options, config  borrowed until close.
 *  returns  ASSAY_OK; or what failed, with a reason that says what to do. What was opened before
 *           is left to the end of the process.
 */
ASSAY_MUST_CHECK enum assay_error assay_process_open(const struct assay_options *options,
                                                     const struct assay_config *config,
                                                     struct assay_process **process,
                                                     struct assay_reason *reason);

/** Serve until SIGTERM or SIGINT, then drain.
 *  returns ASSAY_OK: everything was answered; ASSAY_E_BUSY: cut off at the drain deadline; or why
 *  it could not listen. */
ASSAY_MUST_CHECK enum assay_error assay_process_serve(struct assay_process *process,
                                                      struct assay_reason *reason);

/** Checkpoint and close. NULL is allowed. */
void assay_process_close(struct assay_process *process);

#endif
