// SPDX-License-Identifier: Apache-2.0
/* What the store's own files share; nobody else includes it. */
#ifndef ASSAY_CORE_STORE_PRIVATE_H
#define ASSAY_CORE_STORE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/overlay.h"
#include "core/risk_cells.h"
#include "core/state.h"
#include "core/store.h"

/* A scan, the place that it may have to intern, and the alert that it may raise. */
#define ASSAY_SCAN_WITH_REST_MAX (ASSAY_SCAN_RECORD_LEN + 96 + 336)
#define ASSAY_STORE_GROUP_BYTES (ASSAY_GROUP_SCANS_MAX * ASSAY_SCAN_WITH_REST_MAX)

/* Shared with readers in other processes through DIR/synced. */
struct assay_published {
    uint64_t magic;
    _Atomic uint64_t synced;
};

/* What changes no item but is counted; ledgered once a second. */
struct assay_tally_row {
    enum assay_verdict verdict;
    struct assay_place place;
    uint64_t item;
    uint32_t count;
    uint32_t distinct;
};

/* Who tried codes that were never issued, today: a bit for each hash (linear counting, Whang and
 * others 1990). 2^17 in a day are counted 6% short; what a restart forgets is counted again. */
#define ASSAY_TRIERS_BITS (1u << 20)

struct assay_tally {
    pthread_mutex_t lock; /* a leaf */
    int64_t triers_day;   /* of `triers`, UTC */
    uint8_t triers[ASSAY_TRIERS_BITS / 8];
    uint32_t rows;
    struct assay_tally_row row[ASSAY_SUMMARY_ROWS_MAX];
};

struct assay_store {
    struct assay_store_options options;
    char dir[512];
    int lock_fd;
    struct assay_state *state;
    struct assay_ledger *ledger;
    struct assay_published *published;
    uint8_t ledger_id[16];

    pthread_mutex_t lock; /* the store's: catalog, overlays, order of the ledger */
    struct assay_catalog *catalog;
    struct assay_risk_cells *cells; /* under the lock too */
    uint64_t catalog_position; /* of the last record of the catalog: a decision read up to it */
    struct assay_overlay overlays[2];
    struct assay_overlay *active;
    struct assay_overlay *frozen; /* being folded; NULL if none */
    struct assay_overlay *spare;  /* clean; NULL while one is frozen */
    _Atomic uint64_t generation;  /* grows, under the lock, when a frozen overlay is dropped */

    pthread_mutex_t checkpoint_lock; /* one checkpoint at a time; taken before the store's lock */
    _Atomic uint64_t checkpoint_position;
    _Atomic uint64_t checkpoints;
    _Atomic uint64_t checkpoint_last_ms;
    _Atomic bool low_space;

    pthread_mutex_t carton_lock; /* one change of cartons at a time; taken before the store's */
    uint64_t carton_pending; /* under the store's lock: record of cartons that the state lacks */

    pthread_t keeper; /* the thread of checkpoints, tallies and watch over space */
    bool keeper_runs;
    pthread_mutex_t wake_lock;
    pthread_cond_t wake;
    bool stopping;
    bool fold_asked;

    struct assay_tally tally;
};

struct assay_store_session {
    struct assay_store *store;
    struct assay_state_reader *reader;
    uint8_t *buffer;         /* ASSAY_STORE_GROUP_BYTES */
    struct assay_item *base; /* one an entry of a group: what the state says */
    uint32_t past_groups;
};

/* One group on its way. */
struct assay_store_pass {
    struct assay_store *store;
    struct assay_store_session *session;
    struct assay_store_past *past; /* of a group of the past; else NULL */
    uint64_t first;                /* position of the first record that this group appends */
    size_t at;                     /* bytes of records so far, in session->buffer */
    uint32_t records;
    uint64_t needed;        /* what must be synced before any answer leaves */
    enum assay_error error; /* sticky; ends the process */
};

/* What a group of the past counts, each by its own minute. */
struct assay_store_past_row {
    int64_t minute;
    struct assay_tally_row row;
};

struct assay_store_past {
    struct assay_history_record *mark;
    uint32_t rows;
    struct assay_store_past_row row[ASSAY_HISTORY_SCANS_MAX];
};

/* Its mark, and a summary for each scan at worst. */
#define ASSAY_STORE_PAST_BYTES (4096 + ASSAY_HISTORY_SCANS_MAX * (64 + 96))

/** Answers of this group wait until `position` is on disk. */
static inline void assay_store_need(struct assay_store_pass *pass, uint64_t position)
{
    if (position > pass->needed) {
        pass->needed = position;
    }
}

/* -- store_scan.c, under the store's lock -- */

/** Decide one scan of a group; what it records goes to the session's buffer.
 *  base: what the state says of its item. Errors that end the process: pass->error. */
void assay_store_decide_one(struct assay_store_pass *pass, const struct assay_scan_request *request,
                            struct assay_scan_answer *answer, const struct assay_item *base);

/* -- store_group.c -- */

/** Read, lock, decide each of the group, append all; not synced. As assay_store_scan. */
ASSAY_MUST_CHECK enum assay_error assay_store_decide(struct assay_store_pass *pass,
                                                     struct assay_scan_group *group);

/* -- store_pass.c, under the store's lock -- */

/** Put a record of the catalog, or a SUMMARY, behind what the pass holds, and apply it; an
 *  error stays in the pass. */
void assay_store_pass_put(struct assay_store_pass *pass, const struct assay_record *record);

/** Number of a place, interned by a record of the pass if need be. */
uint32_t assay_store_pass_place(struct assay_store_pass *pass, const struct assay_place *place);

/* -- store_past.c, under the store's lock -- */

/** Count one that is not recorded by itself. */
void assay_store_past_count(struct assay_store_past *past, const struct assay_tally_row *row,
                            int64_t at_unix_ms);

/** What was counted and the mark go behind the group's scans. */
void assay_store_past_seal(struct assay_store_pass *pass, const struct assay_scan_group *group);

/* -- store_files.c -- */

/** DIR/name. path: out. */
void assay_store_path(const char *dir, const char *name, char path[600]);

/** Take DIR/lock. *lock_fd: the caller's to close. ASSAY_OK; E_LOCKED (says who); E_NOT_FOUND; E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_store_lock(const char *dir, int *lock_fd,
                                                   struct assay_reason *reason);

/** Map DIR/synced; the ledger is open. ASSAY_OK or ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_store_publish(struct assay_store *store,
                                                      struct assay_reason *reason);

/** Wait until `position` is on disk and tell the readers outside. */
ASSAY_MUST_CHECK enum assay_error assay_store_sync(struct assay_store *store, uint64_t position);

/* -- store_items.c, under the store's lock -- */

/** The item in the overlays, or NULL; a frozen one is not to be changed. */
const struct assay_item *assay_store_peek(struct assay_store *store, uint64_t key);

/** The item to change, in the active overlay; `base` is copied in if no overlay has it.
 *  NULL if the overlay is full. */
struct assay_item *assay_store_touch(struct assay_store *store, uint64_t key,
                                     const struct assay_item *base);

/** Read the item from the overlays or, through the session, from the state; a lock is held.
 *  The state's snapshot is taken anew, so it is never stale. */
ASSAY_MUST_CHECK enum assay_error assay_store_item_locked(struct assay_store_session *session,
                                                          uint64_t key, struct assay_item *item);

/* -- store_risk.c, under the store's lock -- */

/** Have a scan's item and surroundings at hand soon: asked twice, some scans ahead. */
void assay_store_prefetch(const struct assay_store *store, const struct assay_scan_request *request,
                          bool again);

/** What a scan's risk needs to know: market, surroundings and table as they are now.
 *  place: as the ledger knows it; borrowed by the scene. */
struct assay_item_scene assay_store_scene(const struct assay_store *store,
                                          const struct assay_batch_facts *facts,
                                          const struct assay_place *place);

/** How an item looks now, without a further scan. */
void assay_store_weigh(const struct assay_store *store, const struct assay_batch_facts *facts,
                       const struct assay_item *item, struct assay_risk *risk);

/** Take a scan's record into the cells of its batch and product. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_store_take_cells(struct assay_store *store,
                                                         const struct assay_batch_facts *facts,
                                                         const struct assay_scan_record *scan,
                                                         uint64_t position);

/* -- store_put.c, under the store's lock -- */

/** Apply any record that is on the ledger, or about to be. `base` as in assay_store_touch.
 *  E_FULL if the overlay is full. */
ASSAY_MUST_CHECK enum assay_error assay_store_apply(struct assay_store *store,
                                                    const struct assay_record *record,
                                                    const struct assay_item *base,
                                                    uint64_t position);

/** Item that a record is about, or 0. */
uint64_t assay_record_item(const struct assay_record *record);

/** Append one record and apply it. *position: out. Refusals as assay_store_put's. */
ASSAY_MUST_CHECK enum assay_error assay_store_append(struct assay_store *store,
                                                     const struct assay_record *record,
                                                     const struct assay_item *base,
                                                     uint64_t *position);

/* -- store_checkpoint.c -- */

/** Start the keeper's thread. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_store_keeper_start(struct assay_store *store);

/** Stop and join it; fine if it never started. */
void assay_store_keeper_stop(struct assay_store *store);
/** Checkpoint of what was applied below `position`: during replay the ledger goes on behind it. */
ASSAY_MUST_CHECK enum assay_error assay_store_checkpoint_at(struct assay_store *store,
                                                            uint64_t position);
/** Ask for a checkpoint soon. threads: any. */
void assay_store_ask_fold(struct assay_store *store);
/** True if nobody of this hash tried a code that was never issued before on that day; remembers it.
 *  threads: any; takes only the tally's lock. */
bool assay_store_is_new_trier(struct assay_store *store, uint64_t trier, int64_t at_unix_ms);
/** Ledger what was counted since the last time. */
ASSAY_MUST_CHECK enum assay_error assay_store_flush_tally(struct assay_store *store);
/** See to the free space now: sets low_space. */
void assay_store_watch_space(struct assay_store *store);
/** Count one that is not ledgered by itself. threads: any; takes only the tally's lock. */
void assay_store_count(struct assay_store *store, const struct assay_tally_row *row);

/* -- store_rollup.c -- */

struct assay_rollup;
/** Add up the ledger's records from where the state's roll-ups end to `position`, which is on disk.
 *  rollup: out, sorted; the caller deinits it, on an error too. ASSAY_OK or what ends the process. */
ASSAY_MUST_CHECK enum assay_error assay_store_roll_up(struct assay_store *store, uint64_t position,
                                                      struct assay_rollup *rollup);

/* -- store_carton.c -- */
/** How far the cartons' table got. */
ASSAY_MUST_CHECK enum assay_error assay_store_cartons_position(struct assay_store *store,
                                                               uint64_t *position);

/* -- store_recover.c -- */
/** Replay the ledger from the state's position on. Folds when the overlay is full. */
ASSAY_MUST_CHECK enum assay_error assay_store_replay(struct assay_store *store,
                                                     struct assay_reason *reason);

#endif
