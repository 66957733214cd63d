// SPDX-License-Identifier: Apache-2.0
#include "core/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/ledger_cache.h"
#include "core/ledger_mend.h"
#include "core/ledger_prepare.h"
#include "core/ledger_recent.h"
#include "core/ledger_walk.h"
#include "core/log.h"

/* A record's length is not known before it is read; scans and most others fit the first try. */
#define READ_FIRST_BYTES 512
#define RECORD_HEADER_LEN 8

struct assay_ledger {
    char *dir;
    struct assay_segment_folder folder;
    struct assay_ledger_io io;
    struct assay_preparer *preparer;
    struct assay_segment_cache *cache;

    /* The appending thread's own. */
    uint64_t number; /* of the segment that is appended to */
    uint64_t offset; /* in it, where the next group goes */
    uint64_t sequence;
    uint32_t crc;
    uint8_t *group; /* ASSAY_LEDGER_GROUP_BYTES_MAX */
    struct assay_ledger_recent recent;

    /* Read by any thread; end and synced change under the lock. */
    atomic_bool failed; /* sticky */
    _Atomic uint64_t end;
    _Atomic uint64_t synced;
    _Atomic uint64_t records;
    _Atomic uint64_t sync_calls;
    _Atomic uint64_t sync_total_ns;
    _Atomic uint64_t sync_max_ns;

    pthread_mutex_t lock; /* guards what follows; held for no I/O */
    pthread_cond_t sync_ended;
    int fd; /* of segment `number` */
    bool syncing;
};

/* -- open -- */

/* To the last group; dirty: something stands behind it. */
static enum assay_error walk_to_end(struct assay_ledger_walk *walk, uint64_t known_synced,
                                    bool *dirty, struct assay_reason *reason)
{
    struct assay_ledger_walk_group group;
    enum assay_error error;
    do {
        error = assay_ledger_walk_next(walk, &group, reason);
    } while (error == ASSAY_OK && group.payload != NULL);
    return error != ASSAY_OK ? error : assay_ledger_walk_judge(walk, known_synced, dirty, reason);
}

static enum assay_error mend_tail(struct assay_ledger_walk *walk,
                                  const struct assay_ledger_options *options,
                                  struct assay_ledger_tail *tail, struct assay_reason *reason)
{
    struct assay_ledger_torn torn = {0};
    enum assay_error error = assay_ledger_mend(walk, &options->io, &torn, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    tail->torn_bytes = torn.bytes;
    memcpy(tail->torn_file, torn.file, sizeof tail->torn_file);
    char quoted[600];
    assay_log_quote(torn.file, strlen(torn.file), quoted, sizeof quoted);
    assay_log(ASSAY_LOG_WARNING, "ledger_torn_tail",
              "position=%" PRIu64 " bytes=%" PRIu64 " saved=%s", tail->end, torn.bytes, quoted);
    return ASSAY_OK;
}

/* Find the end, mend what stands behind it, and leave everything before it on disk. */
static enum assay_error recover(struct assay_ledger_walk *walk,
                                const struct assay_ledger_options *options,
                                struct assay_ledger_tail *tail, struct assay_reason *reason)
{
    bool dirty = false;
    enum assay_error error = walk_to_end(walk, options->known_synced, &dirty, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    tail->end = assay_ledger_walk_position(walk);
    error = assay_segment_sweep(&walk->folder, reason);
    if (error == ASSAY_OK && dirty) {
        error = mend_tail(walk, options, tail, reason);
    }
    int fd = -1;
    if (error == ASSAY_OK) {
        error = assay_segment_open(&walk->folder, walk->number, O_RDWR, &fd, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    uint64_t known = options->known_synced;
    error = assay_ledger_settle(walk, &options->io, fd, walk->synced > known ? walk->synced : known,
                                reason);
    close(fd);
    if (error == ASSAY_OK && fsync(walk->folder.fd) != 0) {
        error = assay_fail(reason, ASSAY_E_IO, "%s: %s", options->dir, strerror(errno));
    }
    return error;
}

static void destroy(struct assay_ledger *ledger)
{
    assay_preparer_stop(ledger->preparer);
    assay_segment_cache_destroy(ledger->cache);
    if (ledger->fd >= 0) {
        close(ledger->fd);
    }
    if (ledger->folder.fd >= 0) {
        assay_segment_folder_close(&ledger->folder);
    }
    pthread_cond_destroy(&ledger->sync_ended);
    pthread_mutex_destroy(&ledger->lock);
    assay_ledger_recent_deinit(&ledger->recent);
    free(ledger->group);
    free(ledger->dir);
    free(ledger);
}

/* Takes what the walk found out. */
static struct assay_ledger *build(const struct assay_ledger_options *options,
                                  const struct assay_ledger_walk *walk)
{
    struct assay_ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger == NULL) {
        return NULL;
    }
    pthread_mutex_init(&ledger->lock, NULL);
    pthread_cond_init(&ledger->sync_ended, NULL);
    ledger->fd = -1;
    ledger->io = options->io;
    ledger->dir = strdup(options->dir);
    ledger->group = malloc(ASSAY_LEDGER_GROUP_BYTES_MAX);
    ledger->folder = walk->folder;
    ledger->folder.path = ledger->dir;
    ledger->folder.fd = fcntl(walk->folder.fd, F_DUPFD_CLOEXEC, 0);
    ledger->number = walk->number;
    ledger->offset = walk->offset;
    ledger->sequence = walk->sequence;
    ledger->crc = walk->crc;
    atomic_init(&ledger->records, walk->ordinal);
    atomic_init(&ledger->end, assay_ledger_walk_position(walk));
    atomic_init(&ledger->synced, assay_ledger_walk_position(walk));
    if (ledger->dir == NULL || ledger->group == NULL || ledger->folder.fd < 0 ||
        assay_ledger_recent_init(&ledger->recent, assay_ledger_walk_position(walk)) != ASSAY_OK) {
        destroy(ledger);
        return NULL;
    }
    return ledger;
}

static enum assay_error start(struct assay_ledger *ledger, struct assay_reason *reason)
{
    enum assay_error error =
        assay_segment_open(&ledger->folder, ledger->number, O_RDWR, &ledger->fd, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_segment_cache_create(&ledger->folder, &ledger->cache);
    if (error == ASSAY_OK) {
        error = assay_preparer_start(&ledger->folder, &ledger->io, ledger->folder.count - 1,
                                     &ledger->preparer);
    }
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    assay_preparer_want(ledger->preparer, ledger->number + 1);
    return ASSAY_OK;
}

enum assay_error assay_ledger_open(const struct assay_ledger_options *options,
                                   struct assay_ledger **ledger, struct assay_ledger_tail *tail,
                                   struct assay_reason *reason)
{
    struct assay_ledger_walk walk;
    enum assay_error error =
        assay_ledger_walk_open(options->dir, options->known_synced, &walk, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_ledger_tail found = {0};
    struct assay_ledger *value = NULL;
    error = recover(&walk, options, &found, reason);
    if (error == ASSAY_OK) {
        value = build(options, &walk);
        error = value == NULL ? assay_fail(reason, ASSAY_E_MEMORY, NULL) : start(value, reason);
    }
    assay_ledger_walk_close(&walk);
    if (error != ASSAY_OK) {
        if (value != NULL) {
            destroy(value);
        }
        return error;
    }
    *ledger = value;
    *tail = found;
    return ASSAY_OK;
}

void assay_ledger_close(struct assay_ledger *ledger)
{
    if (ledger == NULL) {
        return;
    }
    if (assay_ledger_sync(ledger, assay_ledger_end(ledger)) != ASSAY_OK) {
        assay_log(ASSAY_LOG_ERROR, "ledger_close_unsynced", "end=%" PRIu64 " synced=%" PRIu64,
                  assay_ledger_end(ledger), assay_ledger_synced(ledger));
    }
    destroy(ledger);
}

/* -- append -- */

/* In the current segment, with as many zeros as fill the boundary. */
static bool group_fits(const struct assay_ledger *ledger, size_t len_bytes)
{
    uint64_t span = assay_group_span(len_bytes);
    /* What would not fit a fresh segment either would leave segments without a group behind. */
    assay_assert(span <= ASSAY_LEDGER_GROUP_BYTES_MAX);
    assay_assert(ASSAY_SEGMENT_HEADER_LEN + span <= ledger->folder.segment_bytes);
    return ledger->offset + span <= ledger->folder.segment_bytes;
}

static enum assay_error fail_for_good(struct assay_ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    atomic_store(&ledger->failed, true);
    pthread_cond_broadcast(&ledger->sync_ended);
    pthread_mutex_unlock(&ledger->lock);
    return ASSAY_E_IO;
}

static enum assay_error await_next_segment(struct assay_ledger *ledger)
{
    enum assay_error error = assay_preparer_wait(ledger->preparer, ledger->number + 1);
    return error == ASSAY_E_IO ? fail_for_good(ledger) : error;
}

/* The old segment is on disk before the first byte goes to the new one. */
static enum assay_error change_segment(struct assay_ledger *ledger)
{
    enum assay_error error = await_next_segment(ledger);
    if (error == ASSAY_OK) {
        error = assay_ledger_sync(ledger, assay_ledger_end(ledger));
    }
    if (error != ASSAY_OK) {
        return error;
    }
    int fd = -1;
    struct assay_reason reason;
    if (assay_segment_open(&ledger->folder, ledger->number + 1, O_RDWR, &fd, &reason) != ASSAY_OK) {
        return fail_for_good(ledger);
    }
    pthread_mutex_lock(&ledger->lock);
    while (ledger->syncing) { /* with nothing left to sync, but with the old file */
        pthread_cond_wait(&ledger->sync_ended, &ledger->lock);
    }
    close(ledger->fd);
    ledger->fd = fd;
    pthread_mutex_unlock(&ledger->lock);
    ledger->number++;
    ledger->offset = ASSAY_SEGMENT_HEADER_LEN;
    assay_preparer_want(ledger->preparer, ledger->number + 1);
    return ASSAY_OK;
}

enum assay_error assay_ledger_next(struct assay_ledger *ledger, size_t len_bytes, uint64_t *first)
{
    if (atomic_load(&ledger->failed)) {
        return ASSAY_E_IO;
    }
    if (!group_fits(ledger, len_bytes)) {
        enum assay_error error = change_segment(ledger);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    *first =
        ledger->number * ledger->folder.segment_bytes + ledger->offset + ASSAY_GROUP_HEADER_LEN;
    return ASSAY_OK;
}

/* As many whole records as the caller says, and nothing else. */
static bool records_are_whole(struct assay_span data, uint32_t records)
{
    uint32_t count = 0;
    for (size_t at = 0; at < data.len_bytes; count++) {
        size_t len = assay_record_len(data.data + at, data.len_bytes - at);
        if (len == 0) {
            return false;
        }
        at += len;
    }
    return count == records && count > 0;
}

static enum assay_error write_group(struct assay_ledger *ledger, struct assay_span data,
                                    uint32_t records, uint64_t position)
{
    struct assay_group_header header = {.payload_len_bytes = (uint32_t)data.len_bytes,
                                        .records = records,
                                        .previous_crc = ledger->crc,
                                        .sequence = ledger->sequence + 1,
                                        .ordinal = atomic_load(&ledger->records),
                                        .synced = atomic_load(&ledger->synced),
                                        .position = position};
    memcpy(ledger->group + ASSAY_GROUP_HEADER_LEN, data.data, data.len_bytes);
    uint32_t crc = assay_group_seal(&header, ledger->folder.seed, ledger->group);
    struct assay_span whole = {ledger->group, ASSAY_GROUP_HEADER_LEN + data.len_bytes};
    if (assay_ledger_io_write(&ledger->io, ledger->fd, whole, ledger->offset) != ASSAY_OK) {
        return fail_for_good(ledger);
    }
    ledger->crc = crc;
    ledger->sequence++;
    ledger->offset += assay_group_span(data.len_bytes);
    pthread_mutex_lock(&ledger->lock);
    atomic_store(&ledger->records, header.ordinal + records);
    atomic_store(&ledger->end, position + assay_group_span(data.len_bytes));
    pthread_mutex_unlock(&ledger->lock);
    return ASSAY_OK;
}

enum assay_error assay_ledger_append(struct assay_ledger *ledger, const void *data,
                                     size_t len_bytes, uint32_t records, uint64_t *first)
{
    struct assay_span span = {data, len_bytes};
    assay_assert(records_are_whole(span, records));
    if (atomic_load(&ledger->failed)) {
        return ASSAY_E_IO;
    }
    if (!group_fits(ledger, len_bytes)) {
        enum assay_error error = change_segment(ledger);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    uint64_t position = ledger->number * ledger->folder.segment_bytes + ledger->offset;
    enum assay_error error = write_group(ledger, span, records, position);
    if (error == ASSAY_OK) {
        *first = position + ASSAY_GROUP_HEADER_LEN;
        assay_ledger_recent_put(&ledger->recent, *first, span);
    }
    return error;
}

/* -- sync -- */

static void count_sync(struct assay_ledger *ledger, uint64_t took_ns)
{
    atomic_fetch_add(&ledger->sync_calls, 1);
    atomic_fetch_add(&ledger->sync_total_ns, took_ns);
    if (took_ns > atomic_load(&ledger->sync_max_ns)) {
        atomic_store(&ledger->sync_max_ns, took_ns); /* one leader at a time */
    }
}

/* With the lock held on entry and on return, but not meanwhile. */
static void lead(struct assay_ledger *ledger)
{
    ledger->syncing = true;
    uint64_t end = atomic_load(&ledger->end);
    int fd = ledger->fd;
    pthread_mutex_unlock(&ledger->lock);
    uint64_t began_ns = assay_clock_monotonic_ns();
    enum assay_error error = assay_ledger_io_sync(&ledger->io, fd);
    count_sync(ledger, assay_clock_monotonic_ns() - began_ns);
    pthread_mutex_lock(&ledger->lock);
    ledger->syncing = false;
    if (error == ASSAY_OK) {
        atomic_store(&ledger->synced, end);
    } else {
        atomic_store(&ledger->failed, true);
    }
    pthread_cond_broadcast(&ledger->sync_ended);
}

enum assay_error assay_ledger_sync(struct assay_ledger *ledger, uint64_t position)
{
    assay_assert(position <= atomic_load(&ledger->end));
    if (!atomic_load(&ledger->failed) && atomic_load(&ledger->synced) >= position) {
        return ASSAY_OK;
    }
    pthread_mutex_lock(&ledger->lock);
    while (!atomic_load(&ledger->failed) && atomic_load(&ledger->synced) < position) {
        if (ledger->syncing) {
            pthread_cond_wait(&ledger->sync_ended, &ledger->lock);
        } else {
            lead(ledger);
        }
    }
    pthread_mutex_unlock(&ledger->lock);
    return atomic_load(&ledger->failed) ? ASSAY_E_IO : ASSAY_OK;
}

/* -- figures -- */

const uint8_t *assay_ledger_id(const struct assay_ledger *ledger)
{
    return ledger->folder.ledger_id;
}

uint64_t assay_ledger_end(const struct assay_ledger *ledger)
{
    return atomic_load(&ledger->end);
}

uint64_t assay_ledger_synced(const struct assay_ledger *ledger)
{
    return atomic_load(&ledger->synced);
}

uint64_t assay_ledger_record_count(const struct assay_ledger *ledger)
{
    return atomic_load(&ledger->records);
}

void assay_ledger_sync_stats(const struct assay_ledger *ledger, uint64_t *calls, uint64_t *total_ns,
                             uint64_t *max_ns)
{
    *calls = atomic_load(&ledger->sync_calls);
    *total_ns = atomic_load(&ledger->sync_total_ns);
    *max_ns = atomic_load(&ledger->sync_max_ns);
}

/* -- read -- */

/* A record can begin here: behind a group's header, on 8 bytes, before the end. */
static bool position_is_possible(const struct assay_ledger *ledger, uint64_t position)
{
    uint64_t offset = position % ledger->folder.segment_bytes;
    return position % 8 == 0 && offset >= ASSAY_SEGMENT_HEADER_LEN + ASSAY_GROUP_HEADER_LEN &&
           position < atomic_load(&ledger->end);
}

bool assay_ledger_read_recent(const struct assay_ledger *ledger, uint64_t position, void *data,
                              size_t len_bytes)
{
    return assay_ledger_recent_get(&ledger->recent, position, data, len_bytes);
}

enum assay_error assay_ledger_read(struct assay_ledger *ledger, uint64_t position, void *data,
                                   size_t size_bytes)
{
    if (!position_is_possible(ledger, position)) {
        return ASSAY_E_CORRUPT;
    }
    size_t got = 0;
    size_t want = size_bytes < READ_FIRST_BYTES ? size_bytes : READ_FIRST_BYTES;
    enum assay_error error = assay_segment_cache_read(ledger->cache, position, data, want, &got);
    if (error != ASSAY_OK) {
        return error;
    }
    uint8_t *bytes = data;
    size_t len = got < RECORD_HEADER_LEN ? 0 : assay_record_len(data, ASSAY_RECORD_BYTES_MAX);
    if (len == 0 || len > size_bytes) {
        return ASSAY_E_CORRUPT;
    }
    if (len > got) {
        size_t more = 0;
        error =
            assay_segment_cache_read(ledger->cache, position + got, bytes + got, len - got, &more);
        if (error == ASSAY_OK && more != len - got) {
            error = ASSAY_E_CORRUPT;
        }
    }
    return error;
}
