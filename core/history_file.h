// SPDX-License-Identifier: Apache-2.0
/* A file of past scans: checked as a whole, then read again in its own order or in that of time.
 *
 * The file is mapped, so it is a regular one, and nobody cuts it off meanwhile. Rows that stand in
 * order of time need no memory; else an index of 24 bytes a row is held, at most
 * ASSAY_HISTORY_UNSORTED_ROWS_MAX. Rows of the same time keep their order. */
#ifndef ASSAY_CORE_HISTORY_FILE_H
#define ASSAY_CORE_HISTORY_FILE_H

#include "core/history_row.h"

struct assay_history_index;

struct assay_history_file {
    const char *data; /* the whole file */
    size_t len;
    uint8_t sha256[ASSAY_SHA256_LEN];
    uint64_t rows;
    bool is_sorted;
    bool has_codes; /* some are to be checked against their tags */
    bool has_devices;
    int64_t first_at_unix_ms;
    int64_t last_at_unix_ms;
    struct assay_history_index *index; /* in order of time; NULL if sorted */
};

/** What looks at rows. An error ends the reading and is returned. */
struct assay_history_reading {
    /** number: of the row, from 1; record, row: borrowed for the call. */
    enum assay_error (*take)(void *context, uint64_t number, const struct assay_csv_record *record,
                             const struct assay_history_row *row, struct assay_reason *reason);
    void *context;
    int64_t latest; /* as assay_history_row_read's */
    bool code_only; /* of a row, only its code is read */
};

/** Open a file and check all of it. `reading->take` may be NULL.
 *  returns ASSAY_OK, the caller closes it; ASSAY_E_NOT_FOUND, _IO, _USAGE (no regular file);
 *  ASSAY_E_SYNTAX, _FIELD, _TOO_LARGE with "line N: ..."; ASSAY_E_FULL (unsorted, and too many
 *  rows); ASSAY_E_MEMORY; what `take` returned. */
ASSAY_MUST_CHECK enum assay_error
assay_history_file_open(const char *path, const struct assay_history_reading *reading,
                        struct assay_history_file *file, struct assay_reason *reason);

/** Unmap and free; the struct is the caller's. */
void assay_history_file_close(struct assay_history_file *file);

/** All rows once more, in order of time, or as they stand. Errors as above. */
ASSAY_MUST_CHECK enum assay_error
assay_history_file_by_time(const struct assay_history_file *file,
                           const struct assay_history_reading *reading,
                           struct assay_reason *reason);
ASSAY_MUST_CHECK enum assay_error
assay_history_file_as_it_stands(const struct assay_history_file *file,
                                const struct assay_history_reading *reading,
                                struct assay_reason *reason);

#endif
