// SPDX-License-Identifier: Apache-2.0
#include "core/log.h"

#include "core/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Room of one line with its newline; below PIPE_BUF, so that lines of threads never mix. */
enum { LINE_SIZE = 2048 };

static int log_fd = STDERR_FILENO;
static enum assay_log_level log_level = ASSAY_LOG_INFO;

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void assay_log_set(int fd, enum assay_log_level level)
{
    assay_assert(level <= ASSAY_LOG_DEBUG);
    log_fd = fd;
    log_level = level;
}

/* A caller that forgot to quote must not be able to write a second line. */
static void flatten(char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)line[i];
        if (byte < 0x20 || byte == 0x7f) {
            line[i] = '?';
        }
    }
}

static size_t bounded(int printed, size_t size)
{
    assay_assert(printed >= 0);
    return (size_t)printed < size ? (size_t)printed : size - 1;
}

void assay_log(enum assay_log_level level, const char *event, const char *format, ...)
{
    if (level > log_level) {
        return;
    }
    char line[LINE_SIZE];
    char time[ASSAY_TIME_TEXT_SIZE];
    assay_time_format(assay_clock_unix_ms(), time);
    size_t size = sizeof line - 1; /* the newline's room */
    size_t len = bounded(snprintf(line, size, "time=%s level=%s event=%s%s", time,
                                  level_names[level], event, format[0] == '\0' ? "" : " "),
                         size);
    va_list arguments;
    va_start(arguments, format);
    len += bounded(vsnprintf(line + len, size - len, format, arguments), size - len);
    va_end(arguments);
    flatten(line, len);
    line[len++] = '\n';
    /* A log that cannot be written has nobody to tell. */
    ssize_t written = write(log_fd, line, len);
    (void)written;
}

/* Length of the well-formed UTF-8 sequence (RFC 3629) of a printable character above ASCII, or 0.
 */
static size_t utf8_len(const unsigned char *at, size_t room)
{
    size_t len = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || len > room) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool control = at[0] == 0xc2 && at[1] < 0xa0;
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xed && at[1] >= 0xa0;
    bool beyond = at[0] == 0xf4 && at[1] >= 0x90;
    /* U+2028 and U+2029 end a line, U+202A..202E turn the reading direction. */
    bool layout = at[0] == 0xe2 && at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae;
    return control || overlong || surrogate || beyond || layout ? 0 : len;
}

/* One character as it is quoted. piece: out, 5 bytes. returns how many bytes of text it took. */
static size_t quote_one(const unsigned char *at, size_t room, char piece[5])
{
    if (*at == '"' || *at == '\\') {
        snprintf(piece, 5, "\\%c", *at);
        return 1;
    }
    if (*at >= 0x20 && *at < 0x7f) {
        snprintf(piece, 5, "%c", *at);
        return 1;
    }
    size_t len = *at < 0x80 ? 0 : utf8_len(at, room);
    if (len == 0) {
        snprintf(piece, 5, "\\x%02x", *at);
        return 1;
    }
    memcpy(piece, at, len);
    piece[len] = '\0';
    return len;
}

void assay_log_quote(const char *text, size_t len, char *quoted, size_t size_bytes)
{
    assay_assert(size_bytes >= 3); /* "" and NUL */
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;
    quoted[at++] = '"';
    for (size_t i = 0; i < len;) {
        char piece[5];
        i += quote_one(bytes + i, len - i, piece);
        size_t piece_len = strlen(piece);
        if (at + piece_len + 2 > size_bytes) {
            break;
        }
        memcpy(quoted + at, piece, piece_len);
        at += piece_len;
    }
    quoted[at++] = '"';
    quoted[at] = '\0';
}
