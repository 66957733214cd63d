// SPDX-License-Identifier: Apache-2.0
#include "core/passphrase.h"

#include "core/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const char how_to_give_one[] =
    "give one by --passphrase-file FILE, by ASSAY_PASSPHRASE, or on a terminal";

/* Read until the end, a full buffer or, on a terminal, the end of a line. -1 on error. */
static ssize_t read_some(int fd, char *text, size_t size, bool one_line)
{
    size_t len = 0;
    while (len < size && !(one_line && len > 0 && text[len - 1] == '\n')) {
        ssize_t got = read(fd, text + len, size - len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        len += (size_t)got;
    }
    return (ssize_t)len;
}

/* Hand over the first line of text if it is a passphrase. */
static enum assay_error take_line(const char *text, size_t len, char *passphrase, size_t size_bytes)
{
    const char *end = memchr(text, '\n', len);
    size_t line_len = end == NULL ? len : (size_t)(end - text);
    if (line_len > 0 && text[line_len - 1] == '\r') {
        line_len--;
    }
    if (line_len == 0 || line_len >= size_bytes) {
        return ASSAY_E_PASSPHRASE;
    }
    for (size_t i = 0; i < line_len; i++) {
        if ((unsigned char)text[i] < 0x20) {
            return ASSAY_E_PASSPHRASE; /* also Ctrl-C at the prompt, which gives up */
        }
    }
    memcpy(passphrase, text, line_len);
    passphrase[line_len] = '\0';
    return ASSAY_OK;
}

static enum assay_error from_file(const char *file, char *passphrase, size_t size_bytes,
                                  struct assay_reason *reason)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return assay_fail(reason, ASSAY_E_IO, "passphrase file %s: %s", file, strerror(errno));
    }
    char text[ASSAY_PASSPHRASE_SIZE + 2];
    ssize_t len = read_some(fd, text, sizeof text, false);
    int read_errno = errno;
    close(fd);
    if (len < 0) {
        return assay_fail(reason, ASSAY_E_IO, "passphrase file %s: %s", file, strerror(read_errno));
    }
    enum assay_error error = take_line(text, (size_t)len, passphrase, size_bytes);
    assay_bytes_wipe(text, sizeof text);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error,
                          "passphrase file %s: its first line must be 1 to %zu printable bytes",
                          file, size_bytes - 1);
    }
    return ASSAY_OK;
}

static enum assay_error from_environment(const char *value, char *passphrase, size_t size_bytes,
                                         struct assay_reason *reason)
{
    if (strchr(value, '\n') != NULL ||
        take_line(value, strlen(value), passphrase, size_bytes) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_PASSPHRASE,
                          "ASSAY_PASSPHRASE must be 1 to %zu printable bytes", size_bytes - 1);
    }
    return ASSAY_OK;
}

/* Ask without an echo; signals from the keyboard are off so that the echo surely comes back. */
static ssize_t ask(int terminal, char *text, size_t size)
{
    static const char question[] = "Passphrase of the key files: ";
    struct termios before;
    if (tcgetattr(terminal, &before) != 0) {
        return -1;
    }
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    silent.c_lflag |= ICANON;
    if (tcsetattr(terminal, TCSAFLUSH, &silent) != 0) {
        return -1;
    }
    ssize_t len = -1;
    if (write(terminal, question, sizeof question - 1) == (ssize_t)sizeof question - 1) {
        len = read_some(terminal, text, size, true);
    }
    ssize_t written = write(terminal, "\n", 1);
    (void)written; /* the answer is there already */
    return tcsetattr(terminal, TCSAFLUSH, &before) == 0 ? len : -1;
}

static enum assay_error from_terminal(char *passphrase, size_t size_bytes,
                                      struct assay_reason *reason)
{
    int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) {
        return assay_fail(reason, ASSAY_E_PASSPHRASE, "no passphrase: %s", how_to_give_one);
    }
    char text[ASSAY_PASSPHRASE_SIZE + 2];
    ssize_t len = ask(terminal, text, sizeof text);
    close(terminal);
    enum assay_error error = ASSAY_E_PASSPHRASE;
    if (len > 0) {
        error = take_line(text, (size_t)len, passphrase, size_bytes);
    }
    assay_bytes_wipe(text, sizeof text);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "no passphrase was typed: %s", how_to_give_one);
    }
    return ASSAY_OK;
}

enum assay_error assay_passphrase_get(const char *file, bool may_prompt, char *passphrase,
                                      size_t size_bytes, struct assay_reason *reason)
{
    assay_assert(size_bytes > 1);
    if (file != NULL) {
        return from_file(file, passphrase, size_bytes, reason);
    }
    const char *value = getenv("ASSAY_PASSPHRASE");
    if (value != NULL && value[0] != '\0') {
        return from_environment(value, passphrase, size_bytes, reason);
    }
    if (may_prompt) {
        return from_terminal(passphrase, size_bytes, reason);
    }
    return assay_fail(reason, ASSAY_E_PASSPHRASE, "no passphrase: %s", how_to_give_one);
}
