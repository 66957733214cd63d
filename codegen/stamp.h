// SPDX-License-Identifier: Apache-2.0
/* A label's texts as pictures: what stays the same is drawn once for a job, what changes is put
 * together from characters drawn once. For every format of dots. */
#ifndef ASSAY_CODEGEN_STAMP_H
#define ASSAY_CODEGEN_STAMP_H

#include "codegen/bitmap.h"
#include "codegen/format.h"

#define ASSAY_STAMP_CHARACTERS 33u /* the code's alphabet and '-' */

/** Characters of one size, each in a picture as wide as its advance and a dot. */
struct assay_cells {
    int32_t em;
    int32_t top, bottom; /* dark dots of all of them lie in rows top..bottom - 1 */
    struct assay_bitmap cell[ASSAY_STAMP_CHARACTERS];
};

/** A line, or the PIN's frame with its caption. */
struct assay_patch {
    bool fixed;                    /* nothing in it changes */
    int32_t x, y;                  /* of its corner, from the label's */
    struct assay_bitmap base;      /* what stays the same */
    const struct assay_line *line; /* what changes; NULL if fixed */
    const struct assay_cells *cells;
};

/** Read only once it is made; shared by all threads. */
struct assay_stamp {
    unsigned patches;
    struct assay_patch patch[ASSAY_LINES_MAX + 1];
    struct assay_cells cells[2]; /* of the code, of what is in the frame */
    size_t patch_bytes_max;      /* with what lies behind a picture */
};

/** Draw what a sheet's labels share.
 *  returns ASSAY_OK or ASSAY_E_MEMORY. *stamp: the caller's to destroy, before the sheet. */
ASSAY_MUST_CHECK enum assay_error assay_stamp_create(const struct assay_sheet *sheet,
                                                     struct assay_stamp **stamp);

/** Free; NULL is allowed. */
void assay_stamp_destroy(struct assay_stamp *stamp);

/** A patch as it is on a label. bits: patch_bytes_max bytes, written over.
 *  picture: out, in bits or the patch's own. */
void assay_stamp_ink(const struct assay_patch *patch, const struct assay_label *label,
                     uint8_t *bits, struct assay_bitmap *picture);

/** prepare of a format whose painters need a stamp and nothing else. */
ASSAY_MUST_CHECK enum assay_error assay_stamp_prepare(const struct assay_sheet *sheet,
                                                      void **shared, struct assay_reason *reason);

/** Its release. */
void assay_stamp_release(void *shared);

#endif
