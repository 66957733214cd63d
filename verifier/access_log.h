// SPDX-License-Identifier: Apache-2.0
/* Access log: one logfmt line a request, off the loops' way.
 *
 * Invariants
 *  1. A loop appends to a buffer of its own; a thread of the log writes it out. A loop never
 *     waits for the disk or a pipe: when both of its buffers are full, lines are dropped and
 *     counted.
 *  2. No line holds a PIN, a phone number, a whole code (only its batch handle) or a whole
 *     address (IPv4 /24, IPv6 /48). Nothing of the request's own text is copied but its method,
 *     and that only if it is a known one.
 */
#ifndef ASSAY_VERIFIER_ACCESS_LOG_H
#define ASSAY_VERIFIER_ACCESS_LOG_H

#include "verifier/address.h"

/* One of a loop's two buffers. */
#define ASSAY_ACCESS_LOG_BUFFER_BYTES (256u * 1024u)
/* Written out at least this often. */
#define ASSAY_ACCESS_LOG_FLUSH_MS 1000
#define ASSAY_ACCESS_LOG_LINE_MAX 320

struct assay_access_log;
struct assay_log_writer;

/** One request, answered or broken off. Texts are static. */
struct assay_log_line {
    int64_t at_unix_ms;
    struct assay_address client;
    const char *method;
    const char *route;
    const char *verdict; /* or NULL */
    const char *handle;  /* six characters, or empty */
    int status;          /* 0: the client left before the answer */
    uint64_t body_bytes;
    uint64_t took_ms;
};

/** Open the log and start its thread. path: a file (appended to), or "stderr"; borrowed.
 *  returns ASSAY_OK; ASSAY_E_IO with the path; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_log_writer_open(const char *path, unsigned loops,
                                                        struct assay_log_writer **writer,
                                                        struct assay_reason *reason);

/** Open the file again, after it was moved away. On an error the old one stays. */
ASSAY_MUST_CHECK enum assay_error assay_log_writer_reopen(struct assay_log_writer *writer,
                                                          struct assay_reason *reason);

/** Write what is left, end the thread, close; the loops have ended. NULL is allowed. */
void assay_log_writer_close(struct assay_log_writer *writer);

/** A loop's own log. */
struct assay_access_log *assay_log_writer_of_loop(struct assay_log_writer *writer, unsigned number);

/** Add a line; false if it had to be dropped. threads: the loop's. blocks: no. */
bool assay_access_log_add(struct assay_access_log *log, const struct assay_log_line *line);

/** After each pass, and once more when the loop ends (with `all`): hand over what is due. */
void assay_access_log_end_pass(struct assay_access_log *log, int64_t now_unix_ms, bool all);

#endif
