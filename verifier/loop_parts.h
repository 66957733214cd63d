// SPDX-License-Identifier: Apache-2.0
/* A loop's own members, opened and closed on its thread, and what happens around each pass. The
 * hooks that a server of scans needs; routes are the program's. */
#ifndef ASSAY_VERIFIER_LOOP_PARTS_H
#define ASSAY_VERIFIER_LOOP_PARTS_H

#include "verifier/service.h"

/** Session, ciphers, group, places, answers, metrics, log, and the workers' receiver if there are
 *  workers. returns ASSAY_OK or what could not be opened. */
ASSAY_MUST_CHECK enum assay_error assay_loop_open(struct assay_loop *loop);

/** Close them again; the loop has no request left, or the process is about to end. */
void assay_loop_close(struct assay_loop *loop);

/** Before a pass: keys that were replaced are taken, scans that were left over are flushed. */
void assay_loop_pass_begin(struct assay_loop *loop);

/** After a pass: its time is counted, log lines that are due are handed over. */
void assay_loop_pass_end(struct assay_loop *loop);

/** True while a scan or a worker's answer is outstanding. */
bool assay_loop_is_busy(struct assay_loop *loop);

#endif
