// SPDX-License-Identifier: Apache-2.0
/* Progress of a job, on a terminal only: labels done, labels/s, time left. */
#ifndef ASSAY_CODEGEN_PROGRESS_H
#define ASSAY_CODEGEN_PROGRESS_H

#include "core/base.h"

struct assay_progress {
    uint32_t total;
    bool shown; /* stderr is a terminal */
    uint64_t began_at_ns;
    uint64_t drawn_at_ns;
};

/** Begin, of so many labels. */
void assay_progress_begin(struct assay_progress *progress, uint32_t total);

/** So many are done; draws at most five times a second. */
void assay_progress_update(struct assay_progress *progress, uint32_t done);

/** Clear the line. returns seconds since the beginning. */
double assay_progress_end(struct assay_progress *progress);

/** The line's text. line: out. For so many done of a total after so many seconds. */
void assay_progress_line(uint32_t done, uint32_t total, double seconds, char *line,
                         size_t size_bytes);

#endif
