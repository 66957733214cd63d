// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/ledger.h"
#include "core/ledger_walk.h"

struct assay_ledger_reader {
    char *dir;
    struct assay_ledger_walk walk;
    uint64_t end;
    struct assay_ledger_walk_group group; /* payload NULL: none is held */
    size_t at;                            /* next record in its payload */
    uint32_t left;                        /* records of it not read yet */
    uint64_t count;
    uint32_t crc;
    bool ended;
};

static uint64_t payload_position(const struct assay_ledger_reader *reader)
{
    return reader->group.header.position + ASSAY_GROUP_HEADER_LEN;
}

/* Hold the next group; none at the end. */
static enum assay_error next_group(struct assay_ledger_reader *reader, struct assay_reason *reason)
{
    reader->group.payload = NULL;
    if (assay_ledger_walk_position(&reader->walk) >= reader->end) {
        reader->ended = true;
        return ASSAY_OK;
    }
    enum assay_error error = assay_ledger_walk_next(&reader->walk, &reader->group, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (reader->group.payload == NULL) {
        bool dirty;
        uint64_t known = reader->end == UINT64_MAX ? 0 : reader->end;
        reader->ended = true;
        return assay_ledger_walk_judge(&reader->walk, known, &dirty, reason);
    }
    if (reader->group.header.position >= reader->end) {
        reader->group.payload = NULL;
        reader->ended = true;
        return ASSAY_OK;
    }
    reader->at = 0;
    reader->left = reader->group.header.records;
    return ASSAY_OK;
}

/* Length of the record that comes next in the held group, or 0 if it is none. */
static size_t next_len(const struct assay_ledger_reader *reader)
{
    size_t rest = reader->group.header.payload_len_bytes - reader->at;
    size_t len = assay_record_len(reader->group.payload + reader->at, rest);
    bool last = reader->left == 1;
    return last == (len == rest) ? len : 0;
}

static enum assay_error bad_record(const struct assay_ledger_reader *reader,
                                   struct assay_reason *reason)
{
    return assay_ledger_walk_damaged(&reader->walk, payload_position(reader) + reader->at,
                                     "no record stands here, though its group is sealed", reason);
}

static enum assay_error nothing_at(const struct assay_ledger_reader *reader, uint64_t from,
                                   struct assay_reason *reason)
{
    return assay_fail(reason, ASSAY_E_NOT_FOUND, "%s: no record begins at position %" PRIu64,
                      reader->dir, from);
}

static enum assay_error ends_before(const struct assay_ledger_reader *reader, uint64_t from,
                                    struct assay_reason *reason)
{
    return assay_fail(reason, ASSAY_E_AHEAD,
                      "%s: the ledger ends at position %" PRIu64 ", before %" PRIu64, reader->dir,
                      assay_ledger_walk_position(&reader->walk), from);
}

/* Within the held group, which ends behind `from`. */
static enum assay_error skip_records(struct assay_ledger_reader *reader, uint64_t from,
                                     struct assay_reason *reason)
{
    while (payload_position(reader) + reader->at < from) {
        size_t len = reader->left == 0 ? 0 : next_len(reader);
        if (len == 0) {
            return reader->left == 0 ? nothing_at(reader, from, reason)
                                     : bad_record(reader, reason);
        }
        reader->at += len;
        reader->left--;
    }
    uint64_t here = payload_position(reader) + reader->at;
    bool exact = here == from || reader->at == 0;
    return exact ? ASSAY_OK : nothing_at(reader, from, reason);
}

static enum assay_error go_to(struct assay_ledger_reader *reader, uint64_t from,
                              struct assay_reason *reason)
{
    enum assay_error error;
    uint64_t group_end;
    do {
        error = next_group(reader, reason);
        group_end = assay_ledger_walk_position(&reader->walk);
        if (error == ASSAY_OK && reader->group.payload != NULL) {
            reader->crc = reader->group.header.crc;
        }
    } while (error == ASSAY_OK && !reader->ended && group_end <= from);
    if (error != ASSAY_OK) {
        return error;
    }
    if (reader->ended) {
        return from <= group_end ? ASSAY_OK : ends_before(reader, from, reason);
    }
    return from == 0 ? ASSAY_OK : skip_records(reader, from, reason);
}

enum assay_error assay_ledger_reader_open(const char *dir, uint64_t from, uint64_t end,
                                          struct assay_ledger_reader **reader,
                                          struct assay_reason *reason)
{
    struct assay_ledger_reader *value = calloc(1, sizeof *value);
    char *own_dir = strdup(dir);
    if (value == NULL || own_dir == NULL) {
        free(value);
        free(own_dir);
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    value->dir = own_dir;
    value->end = end;
    enum assay_error error = assay_ledger_walk_open(own_dir, from, &value->walk, reason);
    if (error != ASSAY_OK) {
        free(own_dir);
        free(value);
        return error;
    }
    error = go_to(value, from, reason);
    if (error != ASSAY_OK) {
        assay_ledger_reader_close(value);
        return error;
    }
    *reader = value;
    return ASSAY_OK;
}

enum assay_error assay_ledger_reader_next(struct assay_ledger_reader *reader,
                                          struct assay_span *record, uint64_t *position,
                                          struct assay_reason *reason)
{
    while (!reader->ended && reader->left == 0) {
        enum assay_error error = next_group(reader, reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    uint64_t here = reader->ended ? 0 : payload_position(reader) + reader->at;
    if (reader->ended || here >= reader->end) {
        reader->ended = true;
        *record = (struct assay_span){NULL, 0};
        return ASSAY_OK;
    }
    size_t len = next_len(reader);
    if (len == 0) {
        return bad_record(reader, reason);
    }
    *record = (struct assay_span){reader->group.payload + reader->at, len};
    *position = here;
    reader->crc = reader->group.header.crc;
    reader->at += len;
    reader->left--;
    reader->count++;
    return ASSAY_OK;
}

const uint8_t *assay_ledger_reader_id(const struct assay_ledger_reader *reader)
{
    return reader->walk.folder.ledger_id;
}

uint64_t assay_ledger_reader_count(const struct assay_ledger_reader *reader)
{
    return reader->count;
}

uint32_t assay_ledger_reader_crc(const struct assay_ledger_reader *reader)
{
    return reader->crc;
}

void assay_ledger_reader_close(struct assay_ledger_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    assay_ledger_walk_close(&reader->walk);
    free(reader->dir);
    free(reader);
}
