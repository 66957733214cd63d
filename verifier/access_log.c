// SPDX-License-Identifier: Apache-2.0
#include "verifier/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"

struct log_buffer {
    size_t len;
    char text[ASSAY_ACCESS_LOG_BUFFER_BYTES];
};

/* Of one loop. The loop fills `filling`; `waiting`, guarded by the writer's lock, is the writer's
 * from when it is handed over until the writer has taken it back to NULL. */
struct assay_access_log {
    struct assay_log_writer *writer;
    struct log_buffer *filling;
    struct log_buffer *spare; /* guarded by the lock: free to be filled next */
    struct log_buffer *waiting;
    int64_t begun_unix_ms; /* of the oldest line in filling */
    int64_t second;        /* whose text `time` is, less its milliseconds */
    char time[ASSAY_TIME_TEXT_SIZE];
    struct log_buffer buffers[2];
};

struct assay_log_writer {
    const char *path;
    pthread_mutex_t lock; /* guards fd, ending and each loop's spare and waiting */
    pthread_cond_t changed;
    int fd;
    bool ending;
    pthread_t thread;
    unsigned loops;
    struct assay_access_log *logs;
};

static int open_path(const char *path)
{
    if (strcmp(path, "stderr") == 0) {
        return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    }
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

static void write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, text, len);
        if (written == -1 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return; /* a log that cannot be written is no reason to stop verifying */
        }
        text += written;
        len -= (size_t)written;
    }
}

/* A buffer that waits, or NULL. The lock is held. */
static struct assay_access_log *next_waiting(struct assay_log_writer *writer)
{
    for (unsigned i = 0; i < writer->loops; i++) {
        if (writer->logs[i].waiting != NULL) {
            return &writer->logs[i];
        }
    }
    return NULL;
}

static void *writer_main(void *argument)
{
    struct assay_log_writer *writer = argument;
    pthread_mutex_lock(&writer->lock);
    for (;;) {
        struct assay_access_log *log = next_waiting(writer);
        if (log == NULL && writer->ending) {
            break;
        }
        if (log == NULL) {
            pthread_cond_wait(&writer->changed, &writer->lock);
            continue;
        }
        struct log_buffer *buffer = log->waiting;
        int fd = writer->fd;
        pthread_mutex_unlock(&writer->lock);
        write_all(fd, buffer->text, buffer->len);
        buffer->len = 0;
        pthread_mutex_lock(&writer->lock);
        log->waiting = NULL;
        log->spare = buffer;
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

static void init_logs(struct assay_log_writer *writer)
{
    for (unsigned i = 0; i < writer->loops; i++) {
        struct assay_access_log *log = &writer->logs[i];
        log->writer = writer;
        log->filling = &log->buffers[0];
        log->spare = &log->buffers[1];
        log->second = -1;
    }
}

enum assay_error assay_log_writer_open(const char *path, unsigned loops,
                                       struct assay_log_writer **writer,
                                       struct assay_reason *reason)
{
    struct assay_log_writer *self = calloc(1, sizeof *self);
    struct assay_access_log *logs = calloc(loops, sizeof *logs);
    if (self == NULL || logs == NULL) {
        free(self);
        free(logs);
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    *self = (struct assay_log_writer){.path = path, .loops = loops, .logs = logs};
    init_logs(self);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    self->fd = open_path(path);
    int failed = self->fd == -1 ? errno : pthread_create(&self->thread, NULL, writer_main, self);
    if (failed != 0) {
        if (self->fd != -1) {
            close(self->fd);
        }
        free(logs);
        free(self);
        return assay_fail(reason, ASSAY_E_IO, "%s: %s", path, strerror(failed));
    }
    *writer = self;
    return ASSAY_OK;
}

enum assay_error assay_log_writer_reopen(struct assay_log_writer *writer,
                                         struct assay_reason *reason)
{
    int fd = open_path(writer->path);
    if (fd == -1) {
        return assay_fail(reason, ASSAY_E_IO, "%s: %s", writer->path, strerror(errno));
    }
    /* Put in the old one's place, so that a write under way keeps a valid descriptor. */
    int moved = dup3(fd, writer->fd, O_CLOEXEC);
    close(fd);
    return moved == -1 ? assay_fail(reason, ASSAY_E_IO, "%s: %s", writer->path, strerror(errno))
                       : ASSAY_OK;
}

void assay_log_writer_close(struct assay_log_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    pthread_mutex_lock(&writer->lock);
    writer->ending = true;
    pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    for (unsigned i = 0; i < writer->loops; i++) {
        write_all(writer->fd, writer->logs[i].filling->text, writer->logs[i].filling->len);
    }
    close(writer->fd);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->lock);
    free(writer->logs);
    free(writer);
}

struct assay_access_log *assay_log_writer_of_loop(struct assay_log_writer *writer, unsigned number)
{
    assay_assert(number < writer->loops);
    return &writer->logs[number];
}

/* Swap buffers if the other one is free. */
static bool hand_over(struct assay_access_log *log)
{
    struct assay_log_writer *writer = log->writer;
    pthread_mutex_lock(&writer->lock);
    bool free_one = log->spare != NULL;
    if (free_one) {
        log->waiting = log->filling;
        log->filling = log->spare;
        log->spare = NULL;
        pthread_cond_signal(&writer->changed);
    }
    pthread_mutex_unlock(&writer->lock);
    return free_one;
}

/* "2026-11-21T21:02:03.456Z": a second's text is made once. */
static const char *time_of(struct assay_access_log *log, int64_t unix_ms)
{
    if (unix_ms / 1000 != log->second) {
        assay_time_format(unix_ms, log->time);
        log->second = unix_ms / 1000;
    }
    unsigned ms = (unsigned)(unix_ms % 1000);
    log->time[20] = (char)('0' + ms / 100);
    log->time[21] = (char)('0' + ms / 10 % 10);
    log->time[22] = (char)('0' + ms % 10);
    return log->time;
}

bool assay_access_log_add(struct assay_access_log *log, const struct assay_log_line *line)
{
    struct log_buffer *buffer = log->filling;
    if (sizeof buffer->text - buffer->len < ASSAY_ACCESS_LOG_LINE_MAX) {
        if (!hand_over(log)) {
            return false;
        }
        buffer = log->filling;
    }
    if (buffer->len == 0) {
        log->begun_unix_ms = line->at_unix_ms;
    }
    char from[ASSAY_ADDRESS_TEXT_SIZE];
    assay_address_format_coarse(&line->client, from);
    int len = snprintf(
        buffer->text + buffer->len, ASSAY_ACCESS_LOG_LINE_MAX,
        "time=%s event=request from=%s method=%s route=%s status=%d bytes=%" PRIu64 " ms=%" PRIu64
        "%s%s%s%s\n",
        time_of(log, line->at_unix_ms), from, line->method, line->route, line->status,
        line->body_bytes, line->took_ms, line->handle[0] == '\0' ? "" : " handle=", line->handle,
        line->verdict == NULL ? "" : " verdict=", line->verdict == NULL ? "" : line->verdict);
    assay_assert(len > 0);
    assay_assert(len < ASSAY_ACCESS_LOG_LINE_MAX);
    buffer->len += (size_t)len;
    return true;
}

void assay_access_log_end_pass(struct assay_access_log *log, int64_t now_unix_ms, bool all)
{
    size_t len = log->filling->len;
    bool due = len > ASSAY_ACCESS_LOG_BUFFER_BYTES / 2 ||
               now_unix_ms - log->begun_unix_ms >= ASSAY_ACCESS_LOG_FLUSH_MS;
    if (len > 0 && (all || due)) {
        (void)hand_over(log);
    }
}
