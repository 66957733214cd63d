// SPDX-License-Identifier: Apache-2.0
#include "core/claim_sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ledger.h"
#include "core/log.h"

struct mark {
    uint8_t reference[ASSAY_REFERENCE_LEN];
    bool found;
};

/* The marks that a process left; as many as it had registrations under way. */
struct marks {
    struct mark *mark;
    size_t count;
    size_t room;
    uint64_t since; /* the earliest */
    bool failed;
};

static void free_marks(struct marks *marks)
{
    free(marks->mark);
}

static bool collect(void *context, const uint8_t reference[ASSAY_REFERENCE_LEN], uint64_t since)
{
    struct marks *marks = context;
    if (marks->count == marks->room) {
        size_t room = marks->room == 0 ? 16 : marks->room * 2;
        struct mark *mark = realloc(marks->mark, room * sizeof *mark);
        if (mark == NULL) {
            marks->failed = true;
            return false;
        }
        marks->mark = mark;
        marks->room = room;
    }
    struct mark *mark = &marks->mark[marks->count++];
    *mark = (struct mark){.found = false};
    memcpy(mark->reference, reference, sizeof mark->reference);
    marks->since = since < marks->since ? since : marks->since;
    return true;
}

static void note(struct marks *marks, const uint8_t reference[ASSAY_REFERENCE_LEN])
{
    for (size_t i = 0; i < marks->count; i++) {
        struct mark *mark = &marks->mark[i];
        mark->found |= memcmp(mark->reference, reference, sizeof mark->reference) == 0;
    }
}

static enum assay_error note_record(struct marks *marks, struct assay_span bytes)
{
    struct assay_record record;
    enum assay_error error = assay_record_decode(bytes.data, bytes.len_bytes, &record);
    if (error == ASSAY_OK && record.type == ASSAY_RECORD_CLAIM) {
        note(marks, record.claim.reference);
    }
    if (error == ASSAY_OK && record.type == ASSAY_RECORD_REPORT) {
        note(marks, record.report.reference);
    }
    return error;
}

static enum assay_error open_reader(const char *dir, uint64_t since, uint64_t synced,
                                    struct assay_ledger_reader **reader,
                                    struct assay_reason *reason)
{
    char path[1024];
    int len = snprintf(path, sizeof path, "%s/ledger", dir);
    if (len < 0 || (size_t)len >= sizeof path) {
        return assay_fail(reason, ASSAY_E_IO, "%.200s: the path is too long", dir);
    }
    enum assay_error error = assay_ledger_reader_open(path, since, synced, reader, reason);
    /* No record begins there: another ledger was restored beneath. All of it decides then. */
    return error == ASSAY_E_NOT_FOUND && since != 0
               ? assay_ledger_reader_open(path, 0, synced, reader, reason)
               : error;
}

static enum assay_error walk(const char *dir, uint64_t synced, struct marks *marks,
                             struct assay_reason *reason)
{
    struct assay_ledger_reader *reader = NULL;
    enum assay_error error = open_reader(dir, marks->since, synced, &reader, reason);
    if (error == ASSAY_E_AHEAD) {
        return ASSAY_OK; /* the ledger ends before the marks: none of the entries is there */
    }
    struct assay_span bytes = {NULL, 1};
    uint64_t position = 0;
    while (error == ASSAY_OK && bytes.len_bytes > 0) {
        error = assay_ledger_reader_next(reader, &bytes, &position, reason);
        if (error == ASSAY_OK && bytes.len_bytes > 0) {
            error = note_record(marks, bytes);
        }
    }
    assay_ledger_reader_close(reader);
    return error;
}

enum assay_error assay_claim_sweep(struct assay_personal *personal, const char *dir,
                                   uint64_t synced, struct assay_reason *reason)
{
    struct marks marks ASSAY_CLEANUP(free_marks) = {.since = UINT64_MAX};
    enum assay_error error = assay_personal_each(personal, true, collect, &marks);
    if (error != ASSAY_OK || marks.failed) {
        return assay_fail(reason, marks.failed ? ASSAY_E_MEMORY : error, NULL);
    }
    if (marks.count == 0) {
        return ASSAY_OK;
    }
    error = walk(dir, synced, &marks, reason);
    size_t removed = 0;
    for (size_t i = 0; i < marks.count && error == ASSAY_OK; i++) {
        const struct mark *mark = &marks.mark[i];
        removed += !mark->found;
        error = mark->found ? assay_personal_settle(personal, mark->reference)
                            : assay_personal_delete(personal, mark->reference);
    }
    assay_log(ASSAY_LOG_INFO, "personal_swept", "marks=%zu removed=%zu", marks.count, removed);
    return error;
}
