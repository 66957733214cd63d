// SPDX-License-Identifier: Apache-2.0
#include "core/ledger_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Zeros are passed over in steps of this many bytes. */
#define SURVEY_STRIDE 4096
/* Holds the largest group, wherever it begins. */
#define WINDOW_BYTES (ASSAY_LEDGER_GROUP_BYTES_MAX + (256u << 10))
_Static_assert(WINDOW_BYTES >= ASSAY_LEDGER_GROUP_BYTES_MAX, "a group fits the window");

uint64_t assay_ledger_walk_segment_of(const struct assay_segment_folder *folder, uint64_t position)
{
    /* A group may end with its segment: that end still belongs to it, not to the next one. */
    return position == 0 ? 0 : (position - 1) / folder->segment_bytes;
}

uint64_t assay_ledger_walk_position(const struct assay_ledger_walk *walk)
{
    return walk->number * walk->folder.segment_bytes + walk->offset;
}

enum assay_error assay_ledger_walk_damaged(const struct assay_ledger_walk *walk, uint64_t position,
                                           const char *what, struct assay_reason *reason)
{
    uint64_t number = assay_ledger_walk_segment_of(&walk->folder, position);
    char name[ASSAY_SEGMENT_NAME_SIZE];
    assay_segment_name(number, name);
    return assay_fail(reason, ASSAY_E_CORRUPT,
                      "%s/%s, offset %" PRIu64 " (position %" PRIu64 "): %s", walk->folder.path,
                      name, position - number * walk->folder.segment_bytes, position, what);
}

static enum assay_error cannot_read(const struct assay_ledger_walk *walk,
                                    struct assay_reason *reason)
{
    char name[ASSAY_SEGMENT_NAME_SIZE];
    assay_segment_name(walk->number, name);
    return assay_fail(reason, ASSAY_E_IO, "%s/%s: cannot be read: %s", walk->folder.path, name,
                      strerror(errno));
}

/* -- the window -- */

static void enter_segment(struct assay_ledger_walk *walk, uint64_t number, int fd)
{
    if (walk->fd >= 0) {
        close(walk->fd);
    }
    walk->fd = fd;
    walk->number = number;
    walk->offset = ASSAY_SEGMENT_HEADER_LEN;
    walk->window_len = 0;
}

/* Bytes of the segment from `offset` on, at least `want` of them unless the segment ends. */
static enum assay_error look(struct assay_ledger_walk *walk, uint64_t offset, size_t want,
                             struct assay_span *seen, struct assay_reason *reason)
{
    uint64_t rest = walk->folder.segment_bytes - offset;
    want = rest < want ? (size_t)rest : want;
    bool inside = offset >= walk->window_at && offset + want <= walk->window_at + walk->window_len;
    if (!inside) {
        size_t len = rest < WINDOW_BYTES ? (size_t)rest : WINDOW_BYTES;
        walk->window_at = offset;
        walk->window_len = 0;
        if (assay_ledger_io_read(walk->fd, walk->window, len, offset, &walk->window_len) !=
            ASSAY_OK) {
            return cannot_read(walk, reason);
        }
    }
    uint64_t skip = offset - walk->window_at;
    size_t held = skip < walk->window_len ? walk->window_len - (size_t)skip : 0;
    *seen = (struct assay_span){walk->window + skip, held};
    return ASSAY_OK;
}

/* A group at an offset of the current segment; payload NULL if there is none. */
static enum assay_error group_at(struct assay_ledger_walk *walk, uint64_t offset,
                                 struct assay_ledger_walk_group *group, struct assay_reason *reason)
{
    group->payload = NULL;
    if (offset + ASSAY_GROUP_HEADER_LEN > walk->folder.segment_bytes) {
        return ASSAY_OK;
    }
    struct assay_span seen;
    enum assay_error error = look(walk, offset, ASSAY_GROUP_HEADER_LEN, &seen, reason);
    if (error != ASSAY_OK || seen.len_bytes < ASSAY_GROUP_HEADER_LEN) {
        return error;
    }
    size_t claimed = assay_group_claimed_span(seen.data);
    if (claimed == 0) {
        return ASSAY_OK;
    }
    error = look(walk, offset, claimed, &seen, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    uint64_t position = walk->number * walk->folder.segment_bytes + offset;
    if (assay_group_check(seen, position, walk->folder.seed, &group->header)) {
        group->payload = seen.data + ASSAY_GROUP_HEADER_LEN;
    }
    return ASSAY_OK;
}

/* -- opening -- */

static enum assay_error begin_at(struct assay_ledger_walk *walk, uint64_t position,
                                 struct assay_reason *reason)
{
    uint64_t number = assay_ledger_walk_segment_of(&walk->folder, position);
    int fd = -1;
    enum assay_error error = assay_segment_open(&walk->folder, number, O_RDONLY, &fd, reason);
    if (error == ASSAY_E_NOT_FOUND) {
        return assay_fail(reason, ASSAY_E_AHEAD,
                          "%s: position %" PRIu64 " lies beyond the last of %" PRIu64 " segments",
                          walk->folder.path, position, walk->folder.count);
    }
    if (error == ASSAY_OK) {
        enter_segment(walk, number, fd);
        walk->chained = number == 0;
    }
    return error;
}

enum assay_error assay_ledger_walk_open(const char *dir, uint64_t position,
                                        struct assay_ledger_walk *walk, struct assay_reason *reason)
{
    struct assay_ledger_walk value = {.fd = -1};
    enum assay_error error = assay_segment_folder_open(dir, &value.folder, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    value.window = malloc(WINDOW_BYTES);
    if (value.window == NULL) {
        error = assay_fail(reason, ASSAY_E_MEMORY, NULL);
    } else {
        error = begin_at(&value, position, reason);
    }
    if (error != ASSAY_OK) {
        assay_ledger_walk_close(&value);
        return error;
    }
    *walk = value;
    return ASSAY_OK;
}

void assay_ledger_walk_close(struct assay_ledger_walk *walk)
{
    if (walk->fd >= 0) {
        close(walk->fd);
        walk->fd = -1;
    }
    free(walk->window);
    walk->window = NULL;
    assay_segment_folder_close(&walk->folder);
}

/* -- stepping -- */

static bool continues(const struct assay_ledger_walk *walk, const struct assay_group_header *header)
{
    return header->sequence == walk->sequence + 1 && header->ordinal == walk->ordinal &&
           header->previous_crc == walk->crc && header->synced >= walk->synced;
}

static void advance(struct assay_ledger_walk *walk, const struct assay_group_header *header)
{
    walk->chained = true;
    walk->sequence = header->sequence;
    walk->ordinal = header->ordinal + header->records;
    walk->crc = header->crc;
    walk->synced = header->synced;
    walk->offset += assay_group_span(header->payload_len_bytes);
}

/* Behind a segment's last group there is nothing. The file is the old segment's. */
static enum assay_error check_slack(const struct assay_ledger_walk *walk, uint64_t number,
                                    uint64_t offset, int fd, struct assay_reason *reason)
{
    uint8_t chunk[16384];
    while (offset < walk->folder.segment_bytes) {
        uint64_t rest = walk->folder.segment_bytes - offset;
        size_t len = rest < sizeof chunk ? (size_t)rest : sizeof chunk;
        size_t got = 0;
        if (assay_ledger_io_read(fd, chunk, len, offset, &got) != ASSAY_OK) {
            return cannot_read(walk, reason);
        }
        size_t zeros = 0;
        while (zeros < got && chunk[zeros] == 0) {
            zeros++;
        }
        if (zeros != len) {
            return assay_ledger_walk_damaged(
                walk, number * walk->folder.segment_bytes + offset + zeros,
                "nothing may stand behind the last group of a full segment", reason);
        }
        offset += len;
    }
    return ASSAY_OK;
}

/* The next segment, if its first group continues the chain; else everything stays as it is. */
static enum assay_error try_next_segment(struct assay_ledger_walk *walk,
                                         struct assay_ledger_walk_group *group,
                                         struct assay_reason *reason)
{
    int fd = -1;
    enum assay_error error =
        assay_segment_open(&walk->folder, walk->number + 1, O_RDONLY, &fd, reason);
    if (error != ASSAY_OK) {
        return error == ASSAY_E_NOT_FOUND ? ASSAY_OK : error;
    }
    struct assay_ledger_walk before = *walk;
    walk->fd = -1;
    enter_segment(walk, before.number + 1, fd);
    error = group_at(walk, walk->offset, group, reason);
    if (error == ASSAY_OK && group->payload != NULL && continues(walk, &group->header)) {
        error = check_slack(walk, before.number, before.offset, before.fd, reason);
        close(before.fd);
        return error;
    }
    group->payload = NULL;
    close(fd);
    walk->fd = before.fd;
    walk->number = before.number;
    walk->offset = before.offset;
    walk->window_len = 0;
    return error;
}

enum assay_error assay_ledger_walk_next(struct assay_ledger_walk *walk,
                                        struct assay_ledger_walk_group *group,
                                        struct assay_reason *reason)
{
    enum assay_error error = group_at(walk, walk->offset, group, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (group->payload != NULL && walk->chained && !continues(walk, &group->header)) {
        return assay_ledger_walk_damaged(walk, assay_ledger_walk_position(walk),
                                         "this group does not continue the one before it", reason);
    }
    if (group->payload == NULL && walk->offset > ASSAY_SEGMENT_HEADER_LEN) {
        error = try_next_segment(walk, group, reason);
    }
    if (error == ASSAY_OK && group->payload != NULL) {
        advance(walk, &group->header);
    }
    return error;
}

/* -- judging the end -- */

struct survey {
    uint64_t end;     /* where the walk ended */
    uint64_t dirty;   /* position of the first byte that is not zero behind it; 0 = none */
    uint64_t witness; /* position of a valid group that was written after `end` was synced */
};

/* One block of the current segment that is not zero: is it a witness? */
static enum assay_error survey_block(struct assay_ledger_walk *walk, uint64_t offset,
                                     struct survey *survey, struct assay_reason *reason)
{
    uint64_t position = walk->number * walk->folder.segment_bytes + offset;
    survey->dirty = survey->dirty == 0 ? position : survey->dirty;
    struct assay_ledger_walk_group group;
    enum assay_error error = group_at(walk, offset, &group, reason);
    if (error == ASSAY_OK && group.payload != NULL && group.header.synced > survey->end) {
        survey->witness = position;
    }
    return error;
}

/* How many whole blocks of zeros these bytes begin with, in bytes. */
static size_t zeros_before(struct assay_span seen)
{
    size_t at = 0;
    while (at + SURVEY_STRIDE <= seen.len_bytes &&
           assay_bytes_are_zero(seen.data + at, SURVEY_STRIDE)) {
        at += SURVEY_STRIDE;
    }
    while (at + ASSAY_GROUP_ALIGNMENT <= seen.len_bytes &&
           assay_bytes_are_zero(seen.data + at, ASSAY_GROUP_ALIGNMENT)) {
        at += ASSAY_GROUP_ALIGNMENT;
    }
    return at;
}

static enum assay_error survey_segment(struct assay_ledger_walk *walk, uint64_t offset,
                                       struct survey *survey, struct assay_reason *reason)
{
    enum assay_error error = ASSAY_OK;
    while (offset < walk->folder.segment_bytes && survey->witness == 0 && error == ASSAY_OK) {
        struct assay_span seen;
        error = look(walk, offset, ASSAY_GROUP_ALIGNMENT, &seen, reason);
        if (error != ASSAY_OK || seen.len_bytes < ASSAY_GROUP_ALIGNMENT) {
            break;
        }
        size_t at = zeros_before(seen);
        offset += at;
        if (at + ASSAY_GROUP_ALIGNMENT <= seen.len_bytes) {
            error = survey_block(walk, offset, survey, reason);
            offset += ASSAY_GROUP_ALIGNMENT;
        }
    }
    return error;
}

/* From the end through every later segment, until a witness is found. Leaves the walk as it was. */
static enum assay_error survey_rest(struct assay_ledger_walk *walk, struct survey *survey,
                                    struct assay_reason *reason)
{
    enum assay_error error = survey_segment(walk, walk->offset, survey, reason);
    uint64_t home_number = walk->number;
    uint64_t home_offset = walk->offset;
    int home = walk->fd;
    walk->fd = -1;
    for (uint64_t number = home_number + 1; error == ASSAY_OK && survey->witness == 0; number++) {
        int fd = -1;
        error = assay_segment_open(&walk->folder, number, O_RDONLY, &fd, reason);
        if (error != ASSAY_OK) {
            error = error == ASSAY_E_NOT_FOUND ? ASSAY_OK : error;
            break;
        }
        enter_segment(walk, number, fd);
        error = survey_segment(walk, walk->offset, survey, reason);
    }
    enter_segment(walk, home_number, home);
    walk->offset = home_offset;
    return error;
}

/* The bad group's place: the end itself, or, if nothing stands there, the next segment's first. */
static uint64_t bad_place(const struct assay_ledger_walk *walk, const struct survey *survey)
{
    uint64_t next = (walk->number + 1) * walk->folder.segment_bytes;
    uint64_t first = next + ASSAY_SEGMENT_HEADER_LEN;
    return survey->dirty >= next && survey->witness != first ? first : survey->end;
}

enum assay_error assay_ledger_walk_judge(struct assay_ledger_walk *walk, uint64_t known_synced,
                                         bool *dirty, struct assay_reason *reason)
{
    struct survey survey = {.end = assay_ledger_walk_position(walk)};
    enum assay_error error = survey_rest(walk, &survey, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    char what[200];
    if (survey.witness != 0) {
        snprintf(what, sizeof what,
                 "no valid group stands here, though the group at position %" PRIu64
                 " was written after this one was on disk",
                 survey.witness);
        return assay_ledger_walk_damaged(walk, bad_place(walk, &survey), what, reason);
    }
    if (survey.end < known_synced && survey.dirty != 0) {
        snprintf(what, sizeof what,
                 "no valid group stands here, though the ledger was on disk up to %" PRIu64,
                 known_synced);
        return assay_ledger_walk_damaged(walk, bad_place(walk, &survey), what, reason);
    }
    if (survey.end < known_synced) {
        return assay_fail(reason, ASSAY_E_AHEAD,
                          "%s: the ledger ends at position %" PRIu64
                          ", though it was on disk up to %" PRIu64,
                          walk->folder.path, survey.end, known_synced);
    }
    *dirty = survey.dirty != 0;
    return ASSAY_OK;
}
