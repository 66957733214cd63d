// SPDX-License-Identifier: Apache-2.0
#include "core/ledger_segment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/wire.h"

#define SEGMENT_MAGIC "ASSAYSEG"
#define SEGMENT_VERSION 1
#define SEGMENT_CRC_AT (ASSAY_SEGMENT_HEADER_LEN - 4)
#define GROUP_CRC_AT 60
#define NAME_DIGITS 16
#define TEMPORARY_SUFFIX ".seg.tmp"
/* Zeros go out in pieces of this size, each waited for, so that the disk's queue stays short for
 * the groups that are synced meanwhile. */
#define PREPARE_CHUNK_BYTES (512u << 10)

void assay_segment_name(uint64_t number, char name[ASSAY_SEGMENT_NAME_SIZE])
{
    snprintf(name, ASSAY_SEGMENT_NAME_SIZE, "%0*" PRIx64 ".seg", NAME_DIGITS, number);
}

/* -- headers -- */

void assay_segment_header_encode(const struct assay_segment_header *header,
                                 uint8_t data[ASSAY_SEGMENT_HEADER_LEN])
{
    memset(data, 0, ASSAY_SEGMENT_HEADER_LEN);
    struct assay_wire wire = assay_wire_writer(data, ASSAY_SEGMENT_HEADER_LEN);
    assay_wire_put_bytes(&wire, SEGMENT_MAGIC, 8);
    assay_wire_put_u32(&wire, SEGMENT_VERSION);
    assay_wire_put_u32(&wire, ASSAY_SEGMENT_HEADER_LEN);
    assay_wire_put_bytes(&wire, header->ledger_id, ASSAY_LEDGER_ID_LEN);
    assay_wire_put_u64(&wire, header->number);
    assay_wire_put_u64(&wire, header->segment_bytes);
    assay_wire_put_u64(&wire, (uint64_t)header->created_at_unix_ms);
    wire.at = SEGMENT_CRC_AT;
    assay_wire_put_u32(&wire, assay_crc32c(0, data, SEGMENT_CRC_AT));
    assay_assert(!wire.failed);
}

static bool segment_bytes_fit(uint64_t segment_bytes)
{
    return segment_bytes >= ASSAY_LEDGER_SEGMENT_BYTES_MIN &&
           segment_bytes <= ASSAY_SEGMENT_BYTES_MAX &&
           segment_bytes % ASSAY_SEGMENT_HEADER_LEN == 0;
}

enum assay_error assay_segment_header_decode(const uint8_t data[ASSAY_SEGMENT_HEADER_LEN],
                                             struct assay_segment_header *header)
{
    struct assay_wire wire = assay_wire_reader(data, ASSAY_SEGMENT_HEADER_LEN);
    uint8_t magic[8];
    assay_wire_get_bytes(&wire, magic, sizeof magic);
    uint32_t version = assay_wire_get_u32(&wire);
    uint32_t header_len = assay_wire_get_u32(&wire);
    struct assay_segment_header value;
    assay_wire_get_bytes(&wire, value.ledger_id, ASSAY_LEDGER_ID_LEN);
    value.number = assay_wire_get_u64(&wire);
    value.segment_bytes = assay_wire_get_u64(&wire);
    value.created_at_unix_ms = (int64_t)assay_wire_get_u64(&wire);
    wire.at = SEGMENT_CRC_AT;
    uint32_t crc = assay_wire_get_u32(&wire);
    if (memcmp(magic, SEGMENT_MAGIC, 8) != 0 || crc != assay_crc32c(0, data, SEGMENT_CRC_AT)) {
        return ASSAY_E_CORRUPT;
    }
    if (version > SEGMENT_VERSION) {
        return ASSAY_E_VERSION;
    }
    if (version == 0 || header_len != ASSAY_SEGMENT_HEADER_LEN ||
        !segment_bytes_fit(value.segment_bytes)) {
        return ASSAY_E_CORRUPT;
    }
    *header = value;
    return ASSAY_OK;
}

uint32_t assay_group_seal(const struct assay_group_header *header, uint32_t seed, uint8_t *group)
{
    struct assay_wire wire = assay_wire_writer(group, ASSAY_GROUP_HEADER_LEN);
    assay_wire_put_u32(&wire, ASSAY_GROUP_MAGIC);
    assay_wire_put_u32(&wire, header->payload_len_bytes);
    assay_wire_put_u32(&wire, header->records);
    assay_wire_put_u32(&wire, header->previous_crc);
    assay_wire_put_u64(&wire, header->sequence);
    assay_wire_put_u64(&wire, header->ordinal);
    assay_wire_put_u64(&wire, header->synced);
    assay_wire_put_u64(&wire, header->position);
    assay_wire_put_u64(&wire, 0);
    assay_wire_put_u32(&wire, 0);
    uint32_t crc = assay_crc32c(seed, group, GROUP_CRC_AT);
    crc = assay_crc32c(crc, group + ASSAY_GROUP_HEADER_LEN, header->payload_len_bytes);
    assay_wire_put_u32(&wire, crc);
    assay_assert(!wire.failed);
    assay_assert(wire.at == ASSAY_GROUP_HEADER_LEN);
    return crc;
}

/* Returns the sum that stands in the header. */
static uint32_t read_group_header(const uint8_t *data, struct assay_group_header *header)
{
    struct assay_wire wire = assay_wire_reader(data, ASSAY_GROUP_HEADER_LEN);
    wire.at = 4;
    header->payload_len_bytes = assay_wire_get_u32(&wire);
    header->records = assay_wire_get_u32(&wire);
    header->previous_crc = assay_wire_get_u32(&wire);
    header->sequence = assay_wire_get_u64(&wire);
    header->ordinal = assay_wire_get_u64(&wire);
    header->synced = assay_wire_get_u64(&wire);
    header->position = assay_wire_get_u64(&wire);
    wire.at = GROUP_CRC_AT;
    header->crc = assay_wire_get_u32(&wire);
    return header->crc;
}

size_t assay_group_claimed_span(const uint8_t data[ASSAY_GROUP_HEADER_LEN])
{
    struct assay_wire wire = assay_wire_reader(data, ASSAY_GROUP_HEADER_LEN);
    uint32_t magic = assay_wire_get_u32(&wire);
    uint32_t payload = assay_wire_get_u32(&wire);
    bool possible = magic == ASSAY_GROUP_MAGIC && payload % 8 == 0 &&
                    payload >= ASSAY_GROUP_PAYLOAD_MIN &&
                    payload <= ASSAY_LEDGER_GROUP_BYTES_MAX - ASSAY_GROUP_HEADER_LEN;
    return possible ? (size_t)assay_group_span(payload) : 0;
}

bool assay_bytes_are_zero(const uint8_t *data, size_t len_bytes)
{
    return len_bytes == 0 || (data[0] == 0 && memcmp(data, data + 1, len_bytes - 1) == 0);
}

bool assay_group_check(struct assay_span data, uint64_t position, uint32_t seed,
                       struct assay_group_header *header)
{
    if (data.len_bytes < ASSAY_GROUP_HEADER_LEN) {
        return false;
    }
    size_t span = assay_group_claimed_span(data.data);
    if (span == 0 || span > data.len_bytes) {
        return false;
    }
    struct assay_group_header value;
    uint32_t stated = read_group_header(data.data, &value);
    uint32_t crc = assay_crc32c(seed, data.data, GROUP_CRC_AT);
    crc = assay_crc32c(crc, data.data + ASSAY_GROUP_HEADER_LEN, value.payload_len_bytes);
    size_t len = ASSAY_GROUP_HEADER_LEN + value.payload_len_bytes;
    bool records_fit =
        value.records >= 1 && value.records <= value.payload_len_bytes / ASSAY_GROUP_PAYLOAD_MIN;
    if (crc != stated || !records_fit || value.position != position || value.synced > position ||
        !assay_bytes_are_zero(data.data + len, span - len)) {
        return false;
    }
    *header = value;
    return true;
}

/* -- folder -- */

/* Number of a segment's file name; false if it is none. */
static bool parse_name(const char *name, uint64_t *number)
{
    uint64_t value = 0;
    for (int i = 0; i < NAME_DIGITS; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = name[i] == 0 ? NULL : strchr(digits, name[i]);
        if (digit == NULL) {
            return false;
        }
        value = value << 4 | (uint64_t)(digit - digits);
    }
    *number = value;
    return strcmp(name + NAME_DIGITS, ".seg") == 0;
}

/* Visit the folder's names; stops when visit returns false. */
static enum assay_error each_name(int folder_fd, bool (*visit)(void *context, const char *name),
                                  void *context)
{
    int fd = openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return ASSAY_E_IO;
    }
    bool going = true;
    struct dirent *entry;
    errno = 0;
    while (going && (entry = readdir(dir)) != NULL) {
        going = visit(context, entry->d_name);
    }
    enum assay_error error = going && errno != 0 ? ASSAY_E_IO : ASSAY_OK;
    closedir(dir);
    return error;
}

struct listing {
    uint64_t count;
    uint64_t highest;
};

static bool count_segment(void *context, const char *name)
{
    struct listing *listing = context;
    uint64_t number;
    if (parse_name(name, &number)) {
        listing->count++;
        listing->highest = number > listing->highest ? number : listing->highest;
    }
    return true;
}

static enum assay_error name_the_gap(const struct assay_segment_folder *folder, uint64_t count,
                                     struct assay_reason *reason)
{
    for (uint64_t number = 0; number <= count; number++) {
        char name[ASSAY_SEGMENT_NAME_SIZE];
        assay_segment_name(number, name);
        if (faccessat(folder->fd, name, F_OK, 0) != 0) {
            return assay_fail(reason, ASSAY_E_CORRUPT,
                              "%s/%s is missing, though later segments are there", folder->path,
                              name);
        }
    }
    return assay_fail(reason, ASSAY_E_CORRUPT, "%s: a segment is missing", folder->path);
}

static enum assay_error list_segments(struct assay_segment_folder *folder,
                                      struct assay_reason *reason)
{
    struct listing listing = {0};
    if (each_name(folder->fd, count_segment, &listing) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_IO, "%s: cannot be listed: %s", folder->path,
                          strerror(errno));
    }
    if (listing.count == 0) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND, "%s: there is no ledger here", folder->path);
    }
    if (listing.highest != listing.count - 1) {
        return name_the_gap(folder, listing.count, reason);
    }
    folder->count = listing.count;
    return ASSAY_OK;
}

/* Header of an open segment, with the reason if it is not a good one. */
static enum assay_error read_header(const struct assay_segment_folder *folder, uint64_t number,
                                    int fd, struct assay_segment_header *header,
                                    struct assay_reason *reason)
{
    uint8_t data[ASSAY_SEGMENT_HEADER_LEN];
    char name[ASSAY_SEGMENT_NAME_SIZE];
    size_t got = 0;
    assay_segment_name(number, name);
    if (assay_ledger_io_read(fd, data, sizeof data, 0, &got) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_IO, "%s/%s: %s", folder->path, name, strerror(errno));
    }
    enum assay_error error = ASSAY_E_CORRUPT;
    if (got == sizeof data) {
        error = assay_segment_header_decode(data, header);
    }
    if (error == ASSAY_E_VERSION) {
        return assay_fail(reason, error, "%s/%s: written by a newer version of this program",
                          folder->path, name);
    }
    if (error != ASSAY_OK || header->number != number) {
        return assay_fail(reason, ASSAY_E_CORRUPT,
                          "%s/%s, offset 0 (position %" PRIu64 "): the header is damaged",
                          folder->path, name, number * folder->segment_bytes);
    }
    return ASSAY_OK;
}

static enum assay_error read_first_header(struct assay_segment_folder *folder,
                                          struct assay_reason *reason)
{
    char name[ASSAY_SEGMENT_NAME_SIZE];
    assay_segment_name(0, name);
    int fd = openat(folder->fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return assay_fail(reason, ASSAY_E_IO, "%s/%s: %s", folder->path, name, strerror(errno));
    }
    struct assay_segment_header header;
    enum assay_error error = read_header(folder, 0, fd, &header, reason);
    close(fd);
    if (error == ASSAY_OK) {
        folder->segment_bytes = header.segment_bytes;
        memcpy(folder->ledger_id, header.ledger_id, ASSAY_LEDGER_ID_LEN);
        folder->seed = assay_crc32c(0, folder->ledger_id, ASSAY_LEDGER_ID_LEN);
    }
    return error;
}

enum assay_error assay_segment_folder_open(const char *path, struct assay_segment_folder *folder,
                                           struct assay_reason *reason)
{
    struct assay_segment_folder value = {.path = path};
    value.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (value.fd < 0) {
        bool missing = errno == ENOENT || errno == ENOTDIR;
        return assay_fail(reason, missing ? ASSAY_E_NOT_FOUND : ASSAY_E_IO, "%s: %s", path,
                          strerror(errno));
    }
    enum assay_error error = list_segments(&value, reason);
    if (error == ASSAY_OK) {
        error = read_first_header(&value, reason);
    }
    if (error != ASSAY_OK) {
        close(value.fd);
        return error;
    }
    *folder = value;
    return ASSAY_OK;
}

void assay_segment_folder_close(struct assay_segment_folder *folder)
{
    close(folder->fd);
    folder->fd = -1;
}

static enum assay_error check_against_folder(const struct assay_segment_folder *folder,
                                             uint64_t number, int fd, struct assay_reason *reason)
{
    struct assay_segment_header header;
    enum assay_error error = read_header(folder, number, fd, &header, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    char name[ASSAY_SEGMENT_NAME_SIZE];
    assay_segment_name(number, name);
    if (memcmp(header.ledger_id, folder->ledger_id, ASSAY_LEDGER_ID_LEN) != 0 ||
        header.segment_bytes != folder->segment_bytes) {
        return assay_fail(reason, ASSAY_E_CORRUPT, "%s/%s belongs to another ledger", folder->path,
                          name);
    }
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return assay_fail(reason, ASSAY_E_IO, "%s/%s: %s", folder->path, name, strerror(errno));
    }
    if ((uint64_t)status.st_size != folder->segment_bytes) {
        return assay_fail(reason, ASSAY_E_CORRUPT, "%s/%s has %jd bytes instead of %" PRIu64,
                          folder->path, name, (intmax_t)status.st_size, folder->segment_bytes);
    }
    return ASSAY_OK;
}

enum assay_error assay_segment_open(const struct assay_segment_folder *folder, uint64_t number,
                                    int flags, int *fd, struct assay_reason *reason)
{
    char name[ASSAY_SEGMENT_NAME_SIZE];
    assay_segment_name(number, name);
    int opened = openat(folder->fd, name, flags | O_CLOEXEC);
    if (opened < 0) {
        return errno == ENOENT ? ASSAY_E_NOT_FOUND
                               : assay_fail(reason, ASSAY_E_IO, "%s/%s: %s", folder->path, name,
                                            strerror(errno));
    }
    enum assay_error error = check_against_folder(folder, number, opened, reason);
    if (error != ASSAY_OK) {
        close(opened);
        return error;
    }
    *fd = opened;
    return ASSAY_OK;
}

/* -- preparing -- */

static enum assay_error write_zeros(const struct assay_segment_folder *folder, uint64_t number,
                                    int fd, const struct assay_ledger_io *io,
                                    const atomic_bool *stop)
{
    uint8_t *chunk = calloc(1, PREPARE_CHUNK_BYTES);
    if (chunk == NULL) {
        return ASSAY_E_MEMORY;
    }
    struct assay_segment_header header = {.number = number,
                                          .segment_bytes = folder->segment_bytes,
                                          .created_at_unix_ms = assay_clock_unix_ms()};
    memcpy(header.ledger_id, folder->ledger_id, ASSAY_LEDGER_ID_LEN);
    assay_segment_header_encode(&header, chunk);
    enum assay_error error = ASSAY_OK;
    for (uint64_t at = 0; at < folder->segment_bytes && error == ASSAY_OK;) {
        uint64_t rest = folder->segment_bytes - at;
        size_t len = rest < PREPARE_CHUNK_BYTES ? (size_t)rest : PREPARE_CHUNK_BYTES;
        error = assay_ledger_io_write(io, fd, (struct assay_span){chunk, len}, at);
        sync_file_range(fd, (off_t)at, (off_t)len,
                        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                            SYNC_FILE_RANGE_WAIT_AFTER); /* pacing only; the sync comes later */
        if (at == 0) {
            memset(chunk, 0, ASSAY_SEGMENT_HEADER_LEN);
        }
        at += len;
        if (stop != NULL && atomic_load(stop) && error == ASSAY_OK) {
            error = ASSAY_E_BUSY;
        }
    }
    free(chunk);
    return error;
}

/* Space is taken whole before the first byte is written, where the file system can. */
static enum assay_error fill(const struct assay_segment_folder *folder, uint64_t number, int fd,
                             const struct assay_ledger_io *io, const atomic_bool *stop)
{
    if (fallocate(fd, 0, 0, (off_t)folder->segment_bytes) != 0 && errno != EOPNOTSUPP &&
        errno != ENOSYS) {
        return assay_ledger_io_error(errno);
    }
    enum assay_error error = write_zeros(folder, number, fd, io, stop);
    return error != ASSAY_OK ? error : assay_ledger_io_sync(io, fd);
}

enum assay_error assay_segment_prepare(const struct assay_segment_folder *folder, uint64_t number,
                                       const struct assay_ledger_io *io, const atomic_bool *stop,
                                       struct assay_reason *reason)
{
    assay_assert(segment_bytes_fit(folder->segment_bytes));
    char name[ASSAY_SEGMENT_NAME_SIZE];
    char temporary[ASSAY_SEGMENT_NAME_SIZE + 8];
    assay_segment_name(number, name);
    snprintf(temporary, sizeof temporary, "%s.tmp", name);
    int fd = openat(folder->fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        return assay_fail(reason, assay_ledger_io_error(errno), "%s/%s: %s", folder->path,
                          temporary, strerror(errno));
    }
    enum assay_error error = fill(folder, number, fd, io, stop);
    int error_number = errno;
    close(fd);
    if (error == ASSAY_OK &&
        (renameat(folder->fd, temporary, folder->fd, name) != 0 || fsync(folder->fd) != 0)) {
        error_number = errno;
        error = assay_ledger_io_error(errno);
    }
    if (error != ASSAY_OK) {
        unlinkat(folder->fd, temporary, 0);
        return assay_fail(reason, error, "%s/%s: cannot be prepared: %s", folder->path, name,
                          strerror(error_number));
    }
    return ASSAY_OK;
}

struct sweep {
    int folder_fd;
    int error_number;
};

static bool sweep_one(void *context, const char *name)
{
    struct sweep *sweep = context;
    size_t len = strlen(name);
    size_t suffix = sizeof TEMPORARY_SUFFIX - 1;
    bool temporary =
        len == NAME_DIGITS + suffix && strcmp(name + NAME_DIGITS, TEMPORARY_SUFFIX) == 0;
    if (temporary && unlinkat(sweep->folder_fd, name, 0) != 0) {
        sweep->error_number = errno;
    }
    return sweep->error_number == 0;
}

enum assay_error assay_segment_sweep(const struct assay_segment_folder *folder,
                                     struct assay_reason *reason)
{
    struct sweep sweep = {.folder_fd = folder->fd};
    enum assay_error error = each_name(folder->fd, sweep_one, &sweep);
    if (error != ASSAY_OK || sweep.error_number != 0) {
        return assay_fail(reason, ASSAY_E_IO, "%s: leftovers cannot be removed: %s", folder->path,
                          strerror(sweep.error_number != 0 ? sweep.error_number : errno));
    }
    return ASSAY_OK;
}
