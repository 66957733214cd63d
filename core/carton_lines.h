// SPDX-License-Identifier: Apache-2.0
/* A file of line scans: which item was put into which carton, which carton onto which pallet.
 *
 * CSV (core/csv_reader.h) with the header `carton,code` or `parent,child`. The first column is an
 * SSCC (core/sscc.h), or empty: the item goes into the carton that is open without a number, which
 * is closed when it holds `per_carton` items and gets its SSCC then; what is open at the end of the
 * file is closed with what it holds. The second column is an item's code, with or without separators
 * or as the label's whole URL, or the SSCC of a carton that goes onto a pallet.
 *
 * Refused, each with its line: what CSV refuses, an SSCC or a code that is none, a code that was
 * never issued, a child that stands there twice (both lines are named), a parent that holds items
 * and cartons, more than the limits. Pure but for the caller's `open`. threads: any. */
#ifndef ASSAY_CORE_CARTON_LINES_H
#define ASSAY_CORE_CARTON_LINES_H

#include "core/code.h"
#include "core/record_carton.h"

/** A carton or pallet of the file, in order of first appearance. */
struct assay_carton_parent {
    uint64_t sscc; /* 0: closed on count, not numbered yet */
    uint32_t line; /* where it appears first */
    uint32_t count;
    enum assay_unit_kind kind;
};

/** One line: an item (its key, core/record.h) or a carton (ASSAY_CARTON_CHILD | SSCC). */
struct assay_carton_line {
    uint64_t child;
    uint32_t parent; /* number in `parents` */
    uint32_t line;
};

#define ASSAY_CARTON_CHILD (1ull << 63)

struct assay_carton_lines {
    struct assay_carton_parent *parents;
    uint32_t parent_count;
    struct assay_carton_line *lines; /* sorted by child: items first */
    uint32_t line_count;
    uint32_t item_count; /* the first so many of `lines` are items */
    uint32_t *index;     /* of parents by SSCC; open addressing, number + 1 */
    uint32_t index_mask;
};

/** How a file is read. All borrowed for the call. */
struct assay_carton_reading {
    uint32_t per_carton; /* 1..ASSAY_UNIT_ITEMS_MAX; 0: an empty first column is refused */
    /* The item of a code that is well formed. ASSAY_OK; ASSAY_E_CODE_UNKNOWN; a failure. */
    enum assay_error (*open)(void *context, const struct assay_code_parts *parts, uint64_t *item);
    void *context;
};

/** Read a whole file.
 *  returns ASSAY_OK, *lines is the caller's to deinit; ASSAY_E_SYNTAX, _FIELD, _CODE_UNKNOWN,
 *  _EXISTS, _TOO_LARGE with "line N: ..."; ASSAY_E_MEMORY; what `open` said. */
ASSAY_MUST_CHECK enum assay_error assay_carton_lines_read(const char *csv, size_t len_bytes,
                                                          const struct assay_carton_reading *how,
                                                          struct assay_carton_lines *lines,
                                                          struct assay_reason *reason);

/** Free it; the struct is the caller's. */
void assay_carton_lines_deinit(struct assay_carton_lines *lines);

/** Number of the parent with this SSCC, or UINT32_MAX. */
uint32_t assay_carton_lines_find(const struct assay_carton_lines *lines, uint64_t sscc);

/** Give a parent that was closed on count its SSCC, which no other has. */
void assay_carton_lines_name(struct assay_carton_lines *lines, uint32_t parent, uint64_t sscc);

/** The code or SSCC in what a scanner read: itself, or the part of a URL that says it (/CODE,
 *  /01/GTIN/21/CODE, /00/SSCC; further parts and the query are left out). Points into text. */
struct assay_span assay_carton_lines_token(const char *text, size_t len);

#endif
