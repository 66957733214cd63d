// SPDX-License-Identifier: Apache-2.0
/* The note of a job under way, ".job.json" in its folder (docs/FORMAT.md, section 5): what a job that
 * goes on must have in common with the one that stopped. */
#ifndef ASSAY_CODEGEN_NOTE_H
#define ASSAY_CODEGEN_NOTE_H

#include "codegen/job.h"
#include "codegen/output.h"

struct assay_note {
    uint8_t job[ASSAY_JOB_ID_LEN];
    int64_t started_at_unix_ms;
    char manifest[64]; /* its name in the folder */
    char reason_text[ASSAY_REASON_MAX + 1];
    char printer[ASSAY_PRINTER_MAX + 1];
    char what[ASSAY_JOB_TEXT_SIZE]; /* assay_job_describe */
};

/** Read a folder's note. ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_SYNTAX, ASSAY_E_FIELD, ASSAY_E_VERSION:
 *  it is none of ours; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_note_read(const struct assay_folder *folder,
                                                  struct assay_note *note,
                                                  struct assay_reason *reason);

/** Write it, whole and synced. ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_note_write(const struct assay_folder *folder,
                                                   const struct assay_note *note,
                                                   struct assay_reason *reason);

/** Remove it; fine if there is none. */
void assay_note_remove(const struct assay_folder *folder);

#endif
