// SPDX-License-Identifier: Apache-2.0
#include "core/history_recall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_ID_LEN 8

struct assay_history_recall {
    struct assay_ledger_reader *reader;
    uint8_t sha256[ASSAY_SHA256_LEN];
    uint32_t scans; /* records of the part that is being collected, or told */
    struct assay_history_outcome scan[ASSAY_HISTORY_SCANS_MAX];
    struct assay_history_record part;
    uint32_t told; /* of the part's rows, */
    uint32_t told_scans;
    uint32_t told_outcomes;
};

void assay_history_scan_id(const uint8_t sha256[ASSAY_SHA256_LEN], uint64_t number,
                           uint8_t scan_id[ASSAY_SCAN_ID_LEN])
{
    struct assay_wire wire = assay_wire_writer(scan_id, ASSAY_SCAN_ID_LEN);
    assay_wire_put_bytes(&wire, sha256, FILE_ID_LEN);
    assay_wire_put_u64(&wire, number);
}

enum assay_error assay_history_recall_open(const char *dir, const struct assay_history_record *file,
                                           uint64_t ledger_end,
                                           struct assay_history_recall **recall,
                                           struct assay_reason *reason)
{
    char path[600];
    snprintf(path, sizeof path, "%s/ledger", dir);
    struct assay_history_recall *opened = calloc(1, sizeof *opened);
    enum assay_error error =
        opened == NULL
            ? assay_fail(reason, ASSAY_E_MEMORY, NULL)
            : assay_ledger_reader_open(path, file->began_at, ledger_end, &opened->reader, reason);
    if (error != ASSAY_OK) {
        free(opened);
        return error;
    }
    memcpy(opened->sha256, file->sha256, sizeof opened->sha256);
    *recall = opened;
    return ASSAY_OK;
}

void assay_history_recall_close(struct assay_history_recall *recall)
{
    if (recall != NULL) {
        assay_ledger_reader_close(recall->reader);
        free(recall);
    }
}

static enum assay_error broken(struct assay_reason *reason, uint64_t position)
{
    return assay_fail(reason, ASSAY_E_CORRUPT,
                      "ledger position %llu: what it says of this file does not fit together; run "
                      "check",
                      (unsigned long long)position);
}

static enum assay_error take_scan(struct assay_history_recall *recall, struct assay_span bytes,
                                  uint64_t position, struct assay_reason *reason)
{
    struct assay_scan_record scan;
    if (assay_scan_record_decode(bytes.data, &scan) != ASSAY_OK) {
        return broken(reason, position);
    }
    if (memcmp(scan.scan_id, recall->sha256, FILE_ID_LEN) != 0) {
        return ASSAY_OK; /* of another file, or of a buyer */
    }
    if (recall->scans == ASSAY_HISTORY_SCANS_MAX) {
        return broken(reason, position);
    }
    recall->scan[recall->scans++] = (struct assay_history_outcome){
        .verdict = (uint8_t)scan.verdict,
        .level = (uint8_t)scan.risk.level,
        .score = scan.risk.score,
    };
    return ASSAY_OK;
}

static enum assay_error take_history(struct assay_history_recall *recall, struct assay_span bytes,
                                     uint64_t position, bool *found, struct assay_reason *reason)
{
    struct assay_record record;
    if (assay_record_decode(bytes.data, bytes.len_bytes, &record) != ASSAY_OK) {
        return broken(reason, position);
    }
    if (memcmp(record.history.sha256, recall->sha256, sizeof recall->sha256) != 0) {
        recall->scans = 0;
        return ASSAY_OK;
    }
    if (recall->scans + record.history.outcomes != record.history.scans) {
        return broken(reason, position);
    }
    recall->part = record.history;
    recall->told = 0;
    recall->told_scans = 0;
    recall->told_outcomes = 0;
    *found = true;
    return ASSAY_OK;
}

/* Collects the next part of the file. */
static enum assay_error next_part(struct assay_history_recall *recall, struct assay_reason *reason)
{
    bool found = false;
    recall->scans = 0;
    while (!found) {
        struct assay_span bytes;
        uint64_t position = 0;
        enum assay_error error =
            assay_ledger_reader_next(recall->reader, &bytes, &position, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        if (bytes.len_bytes == 0) {
            return broken(reason, position);
        }
        if (bytes.data[0] == ASSAY_RECORD_SCAN) {
            error = take_scan(recall, bytes, position, reason);
        } else if (bytes.data[0] == ASSAY_RECORD_HISTORY) {
            error = take_history(recall, bytes, position, &found, reason);
        }
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_history_recall_next(struct assay_history_recall *recall,
                                           struct assay_history_outcome *outcome,
                                           struct assay_reason *reason)
{
    while (recall->told == recall->part.scans) {
        enum assay_error error = next_part(recall, reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    uint32_t number = recall->told++;
    if (recall->told_outcomes < recall->part.outcomes &&
        recall->part.outcome[recall->told_outcomes].number == number) {
        *outcome = recall->part.outcome[recall->told_outcomes++];
        return ASSAY_OK;
    }
    assay_assert(recall->told_scans < recall->scans);
    *outcome = recall->scan[recall->told_scans++];
    return ASSAY_OK;
}
