// SPDX-License-Identifier: Apache-2.0
/* Log lines: logfmt on a file descriptor, one write(2) a line. Callers never pass a PIN, a phone
 * number or a full address; texts from outside are escaped and bounded. */
#ifndef ASSAY_CORE_LOG_H
#define ASSAY_CORE_LOG_H

#include "core/error.h"

enum assay_log_level { ASSAY_LOG_ERROR, ASSAY_LOG_WARNING, ASSAY_LOG_INFO, ASSAY_LOG_DEBUG };

/** Lowest level that is written, and where to; stderr and INFO to begin with. At start only. */
void assay_log_set(int fd, enum assay_log_level level);

/** One line: time, level, then `event` and what format gives (already `key=value` pairs; use
 *  assay_log_quote for texts from outside). threads: any. */
void assay_log(enum assay_log_level level, const char *event, const char *format, ...)
    ASSAY_PRINTF(3, 4);

/** Quote and escape a text for a logfmt value; cut at a whole character where it does not fit.
 *  quoted: out, size_bytes (at least 3), always with both quotes and NUL. */
void assay_log_quote(const char *text, size_t len, char *quoted, size_t size_bytes);

#endif
