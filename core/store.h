// SPDX-License-Identifier: Apache-2.0
/* The embedded store: ledger (truth), LMDB state (what we know from it), overlay (what changed
 * since the last checkpoint) and catalog (brand, products, batches, tokens, sites) under one lock.
 * The only module that scan, claim and office stand on; another engine can take its place here.
 *
 * Invariants are numbered in store.c. Threads: see each call; the store's one lock is a leaf:
 * nothing else is locked or synced while it is held, but for the page-cache write of a group.
 */
#ifndef ASSAY_CORE_STORE_H
#define ASSAY_CORE_STORE_H

#include "core/catalog.h"
#include "core/item.h"
#include "core/ledger.h"

struct assay_store;
struct assay_store_session;

struct assay_store_options {
    const char *dir;        /* the data directory */
    uint32_t overlay_items; /* 0 = ASSAY_OVERLAY_ITEMS */
    uint32_t
        checkpoint_interval_ms; /* 0 = ASSAY_CHECKPOINT_INTERVAL_MS; also at half of the overlay */
    uint64_t reserve_bytes;     /* 0 = ASSAY_DISK_RESERVE_BYTES */
    uint64_t segment_bytes;     /* of a new ledger; 0 = ASSAY_LEDGER_SEGMENT_BYTES */
    bool no_checkpointer;       /* tests: fold only by assay_store_checkpoint */
    struct assay_ledger_io io;
};

/** Make DIR with an empty ledger and state; writes `brand` as its first record.
 *  returns ASSAY_OK; ASSAY_E_EXISTS; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_store_create(const struct assay_store_options *options,
                                                     const struct assay_brand_record *brand,
                                                     struct assay_reason *reason);

/** Take the lock file, open state and ledger, replay what the state does not hold yet.
 *  returns ASSAY_OK; ASSAY_E_LOCKED (names the process); ASSAY_E_NOT_FOUND; ASSAY_E_CORRUPT;
 *  ASSAY_E_AHEAD; ASSAY_E_VERSION; ASSAY_E_IO; ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_store_open(const struct assay_store_options *options,
                                                   struct assay_store **store,
                                                   struct assay_reason *reason);

/** Checkpoint, sync and close. No session is open. */
void assay_store_close(struct assay_store *store);

/** A reader of the state for one thread. returns ASSAY_OK, ASSAY_E_STORE, ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_store_session_open(struct assay_store *store,
                                                           struct assay_store_session **session);
void assay_store_session_close(struct assay_store_session *session);
/** The store that a session is of. */
struct assay_store *assay_store_of(const struct assay_store_session *session);

/* -- catalog: lock-free reads of published, immutable facts -- */

/** Facts of a handle, or NULL if there is no such batch. threads: any. blocks: no. */
const struct assay_batch_facts *assay_store_batch_facts(const struct assay_store *store,
                                                        uint32_t handle);

/** The brand as of now. threads: any. Valid until close. */
const struct assay_brand_record *assay_store_brand(const struct assay_store *store);

/** The current version of a product, or NULL. threads: any. */
const struct assay_product *assay_store_product(const struct assay_store *store, const char *sku);

/** The calibration in force, or NULL: then the built-in table is; and the table in force. threads:
 *  any. Valid until close. */
const struct assay_calibration *assay_store_calibration(const struct assay_store *store);
const struct assay_risk_table *assay_store_risk_table(const struct assay_store *store);

/** The ledger's 16-byte name. threads: any. Valid until close. */
const uint8_t *assay_store_ledger_id(const struct assay_store *store);

/** A place by its number; static empty place for 0 or an unknown one. threads: any. */
const struct assay_place *assay_store_place(const struct assay_store *store, uint32_t place);

/* -- scans -- */

/** One scan to decide. Filled by the caller; borrowed until the group is complete. */
struct assay_scan_request {
    const struct assay_batch_facts *batch; /* NULL, in the past alone: the code was never issued */
    const struct assay_batch *past;        /* the batch as it was then; NULL = as it is now */
    uint32_t index;
    int64_t at_unix_ms;
    uint8_t scan_id[ASSAY_SCAN_ID_LEN];
    uint64_t device; /* 0 = none */
    struct assay_place place;
    struct assay_position position;
    enum assay_pin_outcome pin;
    enum assay_channel channel;
    bool scan_id_given; /* by the client; else scan_id is fresh and cannot be a retry */
    enum assay_net net; /* of the address */
    bool own_position;
    bool by_form;
    bool foreign_gtin;
    bool foreign_lot;
};

/** What was decided. Filled by the store. */
struct assay_scan_answer {
    enum assay_error error; /* ASSAY_OK, or ASSAY_E_THROTTLED / _FULL / _NO_SPACE: 503 or wait */
    enum assay_verdict verdict;
    bool repetition;              /* the same scan as one recorded before */
    bool recorded;                /* by a record of its own */
    enum assay_left_out left_out; /* why it does not count, if it does not */
    uint32_t number;
    uint8_t scan_id[ASSAY_SCAN_ID_LEN]; /* the recorded one's, for a repetition */
    int64_t at_unix_ms;
    uint32_t place;
    int64_t first_at_unix_ms; /* 0 = none */
    uint32_t first_place;
    bool first_by_this_device;
    int64_t confirmed_at_unix_ms; /* 0 = none */
    uint32_t confirmed_place;
    bool confirmed_by_this_device;
    struct assay_risk risk;
    int32_t warranty_ends_on;               /* ASSAY_DAY_NONE = not registered */
    uint32_t retry_after_ms;                /* of a throttled PIN */
    const struct assay_product *product;    /* NULL only if it never had one */
    char reason_text[ASSAY_REASON_MAX + 1]; /* of a void or recall; else empty */
};

/** The scans of one pass of one loop. */
struct assay_scan_group {
    uint32_t count;
    const struct assay_scan_request *requests[ASSAY_GROUP_SCANS_MAX];
    struct assay_scan_answer *answers[ASSAY_GROUP_SCANS_MAX];
};

/** Decide, record and sync a group; answers may be sent when it returns ASSAY_OK.
 *
 *  session   of the calling thread.
 *  returns   ASSAY_OK (each answer has its own error); any other: end the process.
 *  blocks    for the sync. threads: one per session.
 */
ASSAY_MUST_CHECK enum assay_error assay_store_scan(struct assay_store_session *session,
                                                   struct assay_scan_group *group);

/** A group of scans of the past, and how far in its file it goes (core/history.h): decided by the
 *  same rules, at the times of the scans. In the same group of the ledger, `mark` follows them, so
 *  that a file is gone on with exactly where it ended; what is not recorded by itself is counted by
 *  place and minute. Not synced: assay_store_settle does that.
 *
 *  group     at most ASSAY_HISTORY_SCANS_MAX, in order of time as far as there is one.
 *  mark      in: all but outcomes and scans; began_at 0 for the file's first group. Out: all.
 *  returns   ASSAY_OK; ASSAY_E_NO_SPACE (nothing was recorded); any other: end the process.
 *  threads   one per session; nobody else scans meanwhile.
 */
ASSAY_MUST_CHECK enum assay_error assay_store_scan_past(struct assay_store_session *session,
                                                        struct assay_scan_group *group,
                                                        struct assay_history_record *mark);

/** How far a file got, by its SHA-256. ASSAY_OK or ASSAY_E_NOT_FOUND. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_store_file(struct assay_store *store,
                                                   const uint8_t sha256[ASSAY_SHA256_LEN],
                                                   struct assay_catalog_file *file);

/** Append records of evidence in one group, not synced; they hold once an IMPORT that is put after
 *  them bears their id.
 *  data      whole records, at most ASSAY_LEDGER_GROUP_BYTES_MAX - 64 bytes.
 *  position  out: of the first.
 *  returns   ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO (end the process). threads: any session's. */
ASSAY_MUST_CHECK enum assay_error assay_store_put_rows(struct assay_store_session *session,
                                                       struct assay_span data, uint32_t records,
                                                       uint64_t *position);

/** The import of this kind and file that holds. ASSAY_OK or ASSAY_E_NOT_FOUND. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_store_import(struct assay_store *store,
                                                     enum assay_import_kind kind,
                                                     const uint8_t sha256[ASSAY_SHA256_LEN],
                                                     struct assay_catalog_import *import);

/** The n-th import of evidence in order. ASSAY_OK or ASSAY_E_NOT_FOUND past the end. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_store_import_at(struct assay_store *store, uint32_t number,
                                                        struct assay_catalog_import *import);

/** Count a code that was never issued, by place; ledgered once a second. trier: hash of the device,
 *  or of the address's bucket without one: each counts as one trier a day. threads: any. */
void assay_store_count_forged(struct assay_store *store, const struct assay_place *place,
                              uint64_t trier, int64_t at_unix_ms);

/* -- everything else that changes state -- */

/** Check a record against the state, append it, apply it, sync it.
 *
 *  record    BRAND, PRODUCT, BATCH, MOVE, MANIFEST, JOB, SPOIL, HONEY, SITE, TOKEN, CALIBRATION,
 *            ALERT, ALERT_STATE, RULES, WEBHOOK,
 *            IMPORT, CLAIM, FIND or REPORT.
 *            CLAIM: refused with ASSAY_E_TAKEN if the item has one, ASSAY_E_REFUSED if the item
 *            is not on sale. FIND: counts a failed look-up.
 *  position  out: where it stands.
 *  returns   ASSAY_OK (on disk); or the refusal, with reason; ASSAY_E_IO: end the process.
 *  threads   any session's. blocks: for the sync.
 */
ASSAY_MUST_CHECK enum assay_error assay_store_put(struct assay_store_session *session,
                                                  const struct assay_record *record,
                                                  uint64_t *position, struct assay_reason *reason);

/** The same, but on disk only once assay_store_settle returned: for many at once, of which nobody is
 *  told before. blocks: for the page cache. */
ASSAY_MUST_CHECK enum assay_error assay_store_put_soon(struct assay_store_session *session,
                                                       const struct assay_record *record,
                                                       uint64_t *position,
                                                       struct assay_reason *reason);

/** A place's number, interned if need be (appended with a later sync). 0 = none left. */
uint32_t assay_store_place_number(struct assay_store *store, const struct assay_place *place);

/** Item as of now, after waiting that what was read is synced. An item never touched is all zero. */
ASSAY_MUST_CHECK enum assay_error assay_store_item(struct assay_store_session *session,
                                                   uint64_t item, struct assay_item *value);

/** How an item looks now, without a further scan: risk of its state and surroundings.
 *  item: as of assay_store_item. ASSAY_OK; ASSAY_E_NOT_FOUND (no such batch). threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_store_item_risk(struct assay_store *store, uint64_t key,
                                                        const struct assay_item *item,
                                                        struct assay_risk *risk);

/** The same by another table than the one in force; NULL: by that. */
ASSAY_MUST_CHECK enum assay_error assay_store_item_risk_by(struct assay_store *store, uint64_t key,
                                                           const struct assay_item *item,
                                                           const struct assay_risk_table *table,
                                                           struct assay_risk *risk);

/** Wait until all that was applied so far is on disk: an answer that tells of it may leave then.
 *  returns ASSAY_OK or ASSAY_E_IO (end the process). threads: any. blocks: for the sync. */
ASSAY_MUST_CHECK enum assay_error assay_store_settle(struct assay_store *store);

/** Copy of a batch with its ranges as of now; the caller deinits it. ASSAY_OK, E_NOT_FOUND. */
ASSAY_MUST_CHECK enum assay_error assay_store_batch(struct assay_store_session *session,
                                                    uint32_t handle, struct assay_batch *batch);

/** Visit products, batches, tokens or sites in order of creation; stop when visit returns false.
 *  What is visited is borrowed for the call; the store's lock is not held meanwhile for products;
 *  batches are visited one copy at a time. */
void assay_store_each_product(struct assay_store *store,
                              bool (*visit)(void *context, const struct assay_product *product),
                              void *context);
ASSAY_MUST_CHECK enum assay_error
assay_store_each_batch(struct assay_store_session *session,
                       bool (*visit)(void *context, const struct assay_batch *batch),
                       void *context);
void assay_store_each_token(struct assay_store *store,
                            bool (*visit)(void *context, const struct assay_token_record *token),
                            void *context);
void assay_store_each_site(struct assay_store *store,
                           bool (*visit)(void *context, const struct assay_site_record *site),
                           void *context);

/** Visit the print jobs of a batch, or its decoys, newest first; alerts newest first, the n-th
 *  before the newest to begin with; those are valid until close. threads: any. */
void assay_store_each_job(struct assay_store *store, uint32_t handle,
                          bool (*visit)(void *context, const struct assay_job_record *job),
                          void *context);
void assay_store_each_honey(struct assay_store *store, uint32_t handle,
                            bool (*visit)(void *context, const struct assay_honey_record *honey),
                            void *context);
void assay_store_each_alert(struct assay_store *store, uint32_t from,
                            bool (*visit)(void *context, const struct assay_catalog_alert *alert),
                            void *context);
/** Visit the rules that were ever changed, and the endpoints that ever were, in order of creation; copies,
 *  until visit returns false. threads: any. */
void assay_store_each_rule(struct assay_store *store,
                           bool (*visit)(void *context, const struct assay_rule_record *rule),
                           void *context);
void assay_store_each_webhook(struct assay_store *store,
                              bool (*visit)(void *context,
                                            const struct assay_catalog_webhook *webhook),
                              void *context);
/** How many alerts there are; and the alert at a position, or NULL. Valid until close. threads: any. */
uint32_t assay_store_alert_count(struct assay_store *store);
const struct assay_catalog_alert *assay_store_alert(struct assay_store *store, uint64_t position);

/* -- roll-ups, as the last checkpoint left them (core/state_rollup.h) -- */

struct assay_rollup_meta;
struct assay_rollup_walk;
struct assay_rollup_suspect;

/** Hold a snapshot of the roll-ups in the session until end; one at a time.
 *  meta: out, how far in the ledger they got. ASSAY_OK; E_CORRUPT; E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_store_rollup_begin(struct assay_store_session *session,
                                                           struct assay_rollup_meta *meta);
void assay_store_rollup_end(struct assay_store_session *session);

/** Between the two: assay_state_each_rollup, assay_state_each_suspect, assay_state_flagged. */
ASSAY_MUST_CHECK enum assay_error assay_store_each_rollup(struct assay_store_session *session,
                                                          const struct assay_rollup_walk *walk);
ASSAY_MUST_CHECK enum assay_error assay_store_each_suspect(
    struct assay_store_session *session, const struct assay_rollup_suspect *after,
    enum assay_error (*visit)(void *context, const struct assay_rollup_suspect *suspect),
    void *context);
ASSAY_MUST_CHECK enum assay_error assay_store_flagged(struct assay_store_session *session,
                                                      uint32_t handle,
                                                      uint64_t count[ASSAY_RISK_LEVELS]);

/** The n-th product and batch in order of creation; NULL past the end. threads: any. */
const struct assay_product *assay_store_product_at(const struct assay_store *store,
                                                   uint32_t number);
const struct assay_batch_facts *assay_store_batch_at(struct assay_store *store, uint32_t number);

/** Record at a position (claims, scan history of an item). What a record borrows, such as a
 *  calibration's table, is left out. threads: any. */
ASSAY_MUST_CHECK enum assay_error assay_store_record(struct assay_store *store, uint64_t position,
                                                     struct assay_record *record);

/** Fold the overlay into the state now. returns ASSAY_OK or what ends the process. */
ASSAY_MUST_CHECK enum assay_error assay_store_checkpoint(struct assay_store *store);

struct assay_store_stats {
    uint64_t ledger_end;
    uint64_t ledger_synced;
    uint64_t ledger_records;
    uint64_t checkpoint_position; /* the state holds the ledger up to here */
    uint64_t checkpoints;
    uint64_t checkpoint_last_ms;
    uint32_t overlay_items; /* active and frozen */
    uint32_t overlay_room;
    uint64_t sync_calls;
    uint64_t sync_total_ns;
    uint64_t sync_max_ns;
    uint32_t batches;
    uint32_t products;
    uint32_t places;
    bool low_space;
};

/** Figures for /metrics and /readyz. threads: any. */
void assay_store_stats(const struct assay_store *store, struct assay_store_stats *stats);

/** Where readers beside a running verifier may read up to: DIR/synced, kept by the store.
 *  ASSAY_OK; ASSAY_E_NOT_FOUND: read up to the tail. */
ASSAY_MUST_CHECK enum assay_error assay_store_published(const char *dir, uint64_t *synced);

/** Throw the state away and make it anew from the ledger; the directory is not in use. */
ASSAY_MUST_CHECK enum assay_error assay_store_rebuild(const char *dir, struct assay_reason *reason);

#endif
