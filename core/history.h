// SPDX-License-Identifier: Apache-2.0
/* Replaying a file of past scans (core/history_row.h): through the rules that scans go through as
 * they come, at their own times.
 *
 * Invariants
 *  1. Nothing is written before the whole file was read and found good.
 *  2. Rows are decided in order of time, those of one time in the file's order; ledger order is
 *     decision order.
 *  3. A part of at most ASSAY_HISTORY_SCANS_MAX scans is one group of the ledger, and says how far
 *     the file got: a file that was cut short goes on there, one that was finished adds nothing.
 *  4. Each batch is as it was at the time of the scan: activated, void, recalled by then.
 */
#ifndef ASSAY_CORE_HISTORY_H
#define ASSAY_CORE_HISTORY_H

#include "core/history_file.h"
#include "core/keyring.h"
#include "core/store.h"

/** What came of one row. */
struct assay_history_result {
    uint64_t number; /* of the row, from 1 */
    bool waits;      /* a PIN too soon after wrong ones: not decided; the rest says nothing */
    enum assay_verdict verdict;
    bool has_risk; /* malformed and not_issued have none */
    enum assay_risk_level level;
    int32_t score; /* 1/1024 */
};

/** Where and how. All borrowed until close. */
struct assay_history_options {
    const char *path;
    const char *dir; /* the data directory */
    struct assay_store *store;
    struct assay_store_session *session;
    const char *actor;
    int64_t now_unix_ms;
    /** Each row, in order of number; may be NULL. */
    enum assay_error (*tell)(void *context, const struct assay_history_result *result);
    /** Now and then: how many rows were decided; may be NULL. */
    void (*progress)(void *context, uint64_t rows, uint64_t of);
    void *context;
};

/** Keys that the file needs. */
struct assay_history_keys {
    const struct assay_keyring *keyring;    /* its label key is open if the file has codes */
    uint8_t device_key[ASSAY_ROOT_KEY_LEN]; /* of device tags; if it has devices */
};

/** What there was, and what came of it. */
struct assay_history_report {
    uint64_t rows;
    uint64_t before;                        /* replayed by an earlier run */
    uint64_t verdicts[ASSAY_VERDICT_COUNT]; /* of all rows */
    uint64_t waits;
    uint64_t recorded; /* rows that this run put into the ledger */
};

struct assay_history;

/** Read and check the whole file. *history: the caller's to close.
 *  returns ASSAY_OK; the refusals of assay_history_file_open; ASSAY_E_CODE_UNKNOWN: none of its codes
 *  is of a batch here. */
ASSAY_MUST_CHECK enum assay_error assay_history_open(const struct assay_history_options *options,
                                                     struct assay_history **history,
                                                     struct assay_reason *reason);

/** NULL is allowed. */
void assay_history_close(struct assay_history *history);

/** The file, with what it needs: has_codes, has_devices. */
const struct assay_history_file *assay_history_file_of(const struct assay_history *history);

/** Replay what is left of the file; all of it is on disk when this returns ASSAY_OK.
 *  returns ASSAY_OK; ASSAY_E_NO_SPACE, ASSAY_E_NOT_FOUND (a key); what `tell` returned; any other:
 *  end the process. */
ASSAY_MUST_CHECK enum assay_error assay_history_run(struct assay_history *history,
                                                    const struct assay_history_keys *keys,
                                                    struct assay_history_report *report,
                                                    struct assay_reason *reason);

/** Each item of the file that was issued, in order of first appearance: its code as the file has it
 *  there, and how the item looks now. After assay_history_run.
 *  returns ASSAY_OK; what `visit` returned; ASSAY_E_MEMORY; what the store says. */
ASSAY_MUST_CHECK enum assay_error assay_history_items(
    struct assay_history *history,
    enum assay_error (*visit)(void *context, const char *code, const struct assay_risk *risk),
    void *context, struct assay_reason *reason);

#endif
