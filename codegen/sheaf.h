// SPDX-License-Identifier: Apache-2.0
/* Rendered pages on their way into files of a format: what goes before and after the pages is the
 * format's, the bytes go to codegen/output. */
#ifndef ASSAY_CODEGEN_SHEAF_H
#define ASSAY_CODEGEN_SHEAF_H

#include "codegen/format.h"
#include "codegen/output.h"

/** The file that is being written; begins with folder, format and sheet alone. */
struct assay_sheaf {
    const struct assay_folder *folder;
    const struct assay_format *format;
    const struct assay_sheet *sheet;
    struct assay_output *output; /* NULL: none */
    void *file;                  /* its format's own part */
    struct assay_buffer frame;   /* what goes before and after pages */
};

/** Begin a file of so many pages. ASSAY_OK; errors as of codegen/output.h; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_sheaf_begin(struct assay_sheaf *sheaf, const char *name,
                                                    uint32_t pages, struct assay_reason *reason);

/** Write its next page. Errors as above. */
ASSAY_MUST_CHECK enum assay_error assay_sheaf_page(struct assay_sheaf *sheaf,
                                                   const struct assay_buffer *rendered,
                                                   struct assay_reason *reason);

/** Write what follows the last page; then assay_sheaf_commit. Errors as above. */
ASSAY_MUST_CHECK enum assay_error assay_sheaf_end(struct assay_sheaf *sheaf,
                                                  struct assay_reason *reason);

/** Give the file its name. written: out. Errors as of assay_output_commit. */
ASSAY_MUST_CHECK enum assay_error assay_sheaf_commit(struct assay_sheaf *sheaf,
                                                     struct assay_manifest_file *written,
                                                     struct assay_reason *reason);

/** Remove a file that was not committed, and free all. */
void assay_sheaf_close(struct assay_sheaf *sheaf);

#endif
