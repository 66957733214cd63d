// SPDX-License-Identifier: Apache-2.0
/* Where a passphrase of key files comes from. */
#ifndef ASSAY_CORE_PASSPHRASE_H
#define ASSAY_CORE_PASSPHRASE_H

#include "core/error.h"

/* Room for a passphrase with its NUL. Met: E_PASSPHRASE. */
#define ASSAY_PASSPHRASE_SIZE 1024

/** The passphrase from the first of these that is there: `file` (its first line), the environment's
 *  ASSAY_PASSPHRASE, a prompt on the terminal if `may_prompt`.
 *
 *  file        `--passphrase-file`, or NULL.
 *  passphrase  out, NUL-terminated, not empty; wiped by the caller; untouched on error.
 *  returns     ASSAY_OK; ASSAY_E_PASSPHRASE with how to give one; ASSAY_E_IO naming the file.
 *  threads     one, at start. blocks: at the prompt.
 */
ASSAY_MUST_CHECK enum assay_error assay_passphrase_get(const char *file, bool may_prompt,
                                                       char *passphrase, size_t size_bytes,
                                                       struct assay_reason *reason);

#endif
