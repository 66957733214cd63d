// SPDX-License-Identifier: Apache-2.0
/* Layouts of one's own, in YAML: one mapping of names to numbers, lengths in mm with up to three
 * decimals.
 *
 *   name: shelf-12        # optional
 *   page_width: 100       # required
 *   page_height: 60       # required
 *   columns: 2            # default 1
 *   rows: 3               # default 1
 *   left: 1               # of the first label; default 0
 *   top: 1                # default 0
 *   label_width: 48       # required
 *   label_height: 18      # required
 *   column_gap: 2         # default 0
 *   row_gap: 1            # default 0
 *   roll_gap: 3           # between pages of a roll; makes the layout a roll
 */
#ifndef ASSAY_CODEGEN_LAYOUT_FILE_H
#define ASSAY_CODEGEN_LAYOUT_FILE_H

#include "codegen/buffer.h"
#include "codegen/layout.h"

#define ASSAY_LAYOUT_FILE_BYTES_MAX (16u * 1024)

/** Where problems go: one call each, `FILE:LINE: name: what is wrong`. */
struct assay_layout_sink {
    void (*problem)(void *context, const char *line);
    void *context;
};

/** Read and check a layout file; names every problem, not only the first.
 *
 *  layout   out; written only on ASSAY_OK.
 *  returns  ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_IO; ASSAY_E_TOO_LARGE; ASSAY_E_SYNTAX (not YAML);
 *           ASSAY_E_FIELD. The sink was called at least once unless ASSAY_OK.
 */
ASSAY_MUST_CHECK enum assay_error assay_layout_load(const char *path, struct assay_layout *layout,
                                                    const struct assay_layout_sink *sink);

/** As load, from memory; `name` stands for the file in the problems. */
ASSAY_MUST_CHECK enum assay_error assay_layout_parse(const char *name,
                                                     const struct assay_buffer *text,
                                                     struct assay_layout *layout,
                                                     const struct assay_layout_sink *sink);

#endif
