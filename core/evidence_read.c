// SPDX-License-Identifier: Apache-2.0
/* Reading evidence from a ledger's files. */
#include <stdio.h>
#include <stdlib.h>

#include "core/evidence.h"

static enum assay_error read_span(struct assay_evidence_reader *reader, const char *dir,
                                  struct assay_evidence_span span, struct assay_reason *reason)
{
    char path[600];
    snprintf(path, sizeof path, "%s/ledger", dir);
    struct assay_ledger_reader *ledger = NULL;
    bool whole = span.began_at == 0;
    enum assay_error error = assay_ledger_reader_open(
        path, span.began_at, whole ? span.position : UINT64_MAX, &ledger, reason);
    bool more = error == ASSAY_OK;
    while (more) {
        struct assay_span bytes;
        struct assay_record record;
        uint64_t position = 0;
        error = assay_ledger_reader_next(ledger, &bytes, &position, reason);
        more = error == ASSAY_OK && bytes.len_bytes > 0 && (whole || position <= span.position);
        if (!more) {
            break;
        }
        if (bytes.data[0] != ASSAY_RECORD_SCAN) { /* most are scans, and no evidence */
            error = assay_record_decode(bytes.data, bytes.len_bytes, &record);
            error = error != ASSAY_OK ? error : assay_evidence_take(reader, &record);
        }
        more = error == ASSAY_OK && (whole || position < span.position);
        if (error != ASSAY_OK) {
            (void)assay_fail(reason, error, "ledger position %llu: %s",
                             (unsigned long long)position, assay_error_text(error));
        }
    }
    assay_ledger_reader_close(ledger);
    return error;
}

static int by_beginning(const void *a, const void *b)
{
    const struct assay_evidence_span *left = a;
    const struct assay_evidence_span *right = b;
    return (left->began_at > right->began_at) - (left->began_at < right->began_at);
}

enum assay_error assay_evidence_read_spans(const char *dir, struct assay_evidence_span *spans,
                                           size_t count, struct assay_evidence *evidence,
                                           struct assay_reason *reason)
{
    struct assay_evidence_reader *reader = NULL;
    enum assay_error error = assay_evidence_reader_create(&reader);
    if (count > 0) {
        qsort(spans, count, sizeof *spans, by_beginning);
    }
    for (size_t i = 0; i < count && error == ASSAY_OK;) {
        /* Imports that ran beside each other lie in one another: each record is read once. */
        struct assay_evidence_span span = spans[i++];
        for (; i < count && spans[i].began_at <= span.position; i++) {
            span.position = spans[i].position > span.position ? spans[i].position : span.position;
        }
        error = read_span(reader, dir, span, reason);
    }
    if (error != ASSAY_OK) {
        assay_evidence_reader_destroy(reader);
        return error;
    }
    error = assay_evidence_finish(reader, evidence);
    return error != ASSAY_OK ? assay_fail(reason, error, NULL) : ASSAY_OK;
}

enum assay_error assay_evidence_read(const char *dir, uint64_t ledger_end,
                                     struct assay_evidence *evidence, struct assay_reason *reason)
{
    struct assay_evidence_span all = {0, ledger_end};
    return assay_evidence_read_spans(dir, &all, 1, evidence, reason);
}
