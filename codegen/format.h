// SPDX-License-Identifier: Apache-2.0
/* What every output format offers to a job. A painter renders pages, one after the other, each
 * whole and by itself, on a worker's thread; the file functions put them together on the writer's.
 *
 * A page's bytes depend on its labels and its number in its file alone, so that the output is the
 * same for any number of threads.
 */
#ifndef ASSAY_CODEGEN_FORMAT_H
#define ASSAY_CODEGEN_FORMAT_H

#include "codegen/buffer.h"
#include "codegen/label.h"
#include "codegen/layout.h"
#include "codegen/qr.h"

struct assay_fonts;

/** What stays the same for a whole job; read only and shared by all threads. */
struct assay_sheet {
    const struct assay_facts *facts;
    const struct assay_placement *placement; /* NULL for formats that do not draw */
    const struct assay_fonts *fonts;         /* likewise; for prepare only */
    const void *shared;                      /* what prepare made */
    enum assay_ecc ecc;
    bool native_qr; /* the printer draws the code (ZPL, TSPL) */
    bool mask;      /* codes are image masks (PDF) */
    bool bom;       /* files begin with U+FEFF (CSV) */
};

struct assay_format {
    const char *name;         /* also the file names' extension */
    uint32_t dpi;             /* unless --dpi says another; 0: ASSAY_DPI_DEFAULT */
    bool draws;               /* labels carry a matrix, the sheet a placement */
    uint32_t labels_per_page; /* 0: the layout's */
    uint32_t pages_per_file;

    /** What all painters share, made once a job on the caller's thread; both may be NULL.
     *  ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_REFUSED. */
    enum assay_error (*prepare)(const struct assay_sheet *sheet, void **shared,
                                struct assay_reason *reason);
    void (*release)(void *shared); /* NULL is allowed */

    /** A painter of one thread. ASSAY_OK or ASSAY_E_MEMORY. */
    enum assay_error (*create)(const struct assay_sheet *sheet, void **painter);
    void (*destroy)(void *painter); /* NULL is allowed */

    /** Begin a page; number counts from 0 in its file. */
    enum assay_error (*page_begin)(void *painter, uint32_t number, struct assay_buffer *out);
    /** Draw a label; slot counts from 0 on its page. */
    enum assay_error (*label)(void *painter, uint32_t slot, const struct assay_label *label,
                              struct assay_buffer *out);
    /** End a page; out holds all of it. */
    enum assay_error (*page_end)(void *painter, struct assay_buffer *out);

    /** Of a file, in this order, one file at a time; each may be NULL.
     *  out: empty, for bytes that go before the pages, and after them.
     *  page, at_bytes: a page that is about to be written there. */
    enum assay_error (*file_begin)(const struct assay_sheet *sheet, uint32_t pages, void **file,
                                   struct assay_buffer *out);
    void (*file_page)(void *file, const struct assay_buffer *page, uint64_t at_bytes);
    enum assay_error (*file_end)(void *file, uint64_t at_bytes, struct assay_buffer *out);
    void (*file_close)(void *file); /* NULL is allowed */
};

/** The format of a name. ASSAY_OK or ASSAY_E_USAGE with the names there are; static. */
ASSAY_MUST_CHECK enum assay_error assay_format_find(const char *name,
                                                    const struct assay_format **format,
                                                    struct assay_reason *reason);

#endif
