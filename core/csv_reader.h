// SPDX-License-Identifier: Apache-2.0
/* CSV from outside (RFC 4180), read as it comes: bounded memory, line numbers, no guessing.
 *
 * Lines end with LF or CRLF; the last one may lack its end. A byte order mark at the start is passed
 * over, and so are lines of no characters. Refused: a quote inside a bare field, anything but a
 * comma or a line's end after a closing quote, a field that is not closed, a CR without its LF,
 * control characters but for line ends inside quotes, too many or too long fields. */
#ifndef ASSAY_CORE_CSV_READER_H
#define ASSAY_CORE_CSV_READER_H

#include "core/error.h"

/* Fields of one record, and bytes of all of them with a NUL each. Met: E_TOO_LARGE with the line. */
#define ASSAY_CSV_FIELDS_MAX 16
#define ASSAY_CSV_RECORD_BYTES_MAX 4096
/* Value of `mark` for what does not begin a file: no byte order mark is looked for. */
#define ASSAY_CSV_MARK_PASSED 3

/** One record; borrowed for the call of `take`. Fields end with a NUL. */
struct assay_csv_record {
    uint32_t line;   /* on which it begins, from 1 */
    uint64_t offset; /* of its first byte in what was fed */
    uint64_t end;    /* of what follows it */
    unsigned count;
    const char *field[ASSAY_CSV_FIELDS_MAX];
    size_t len[ASSAY_CSV_FIELDS_MAX];
};

/** What reads one file; the fields are the reader's own. */
struct assay_csv_reader {
    enum assay_error (*take)(void *context, const struct assay_csv_record *record,
                             struct assay_reason *reason);
    void *context;
    uint32_t line; /* that is being read */
    uint32_t began;
    uint64_t at; /* offset of the byte that is being read */
    uint64_t began_at;
    unsigned state;
    unsigned mark; /* bytes of a byte order mark so far */
    unsigned count;
    size_t used;
    size_t start[ASSAY_CSV_FIELDS_MAX + 1];
    char text[ASSAY_CSV_RECORD_BYTES_MAX];
};

/** Begin. take: called for each record; its error ends the reading and is returned. */
void assay_csv_reader_init(struct assay_csv_reader *reader,
                           enum assay_error (*take)(void *context,
                                                    const struct assay_csv_record *record,
                                                    struct assay_reason *reason),
                           void *context);

/** Read the next bytes. returns ASSAY_OK; ASSAY_E_SYNTAX or E_TOO_LARGE with "line N: what";
 *  what `take` returned. After an error the reader is not fed again. */
ASSAY_MUST_CHECK enum assay_error assay_csv_reader_feed(struct assay_csv_reader *reader,
                                                        const char *data, size_t len_bytes,
                                                        struct assay_reason *reason);

/** The end of the file. Errors as above. */
ASSAY_MUST_CHECK enum assay_error assay_csv_reader_end(struct assay_csv_reader *reader,
                                                       struct assay_reason *reason);

#endif
