// SPDX-License-Identifier: Apache-2.0
/* Catalog: brand, products, batches, places, tokens and print sites, whole in memory.
 *
 * Invariants
 *  1. Changed only by assay_catalog_apply, from a record, under the store's lock; the live path and
 *     replay are the same code.
 *  2. Brand, product versions, batch facts and places are immutable once published and live until
 *     destroy, so any thread may read them without a lock. Ranges and tokens need the lock.
 *  3. Each row knows the position of its last record; a record at or below it is skipped.
 */
#ifndef ASSAY_CORE_CATALOG_H
#define ASSAY_CORE_CATALOG_H

#include <stdatomic.h>

#include "core/record.h"

/** Where in the ledger a row comes from, and whether the state store has it so. */
struct assay_catalog_mark {
    uint64_t created;  /* position of its first record: the order of creation */
    uint64_t position; /* of its last */
    bool dirty;
};

/** A product as published: immutable, valid until the store is closed. */
struct assay_product {
    struct assay_product_record value;
    uint64_t position; /* of the record that says so */
};

/** The facts of a batch that never change after creation; valid until close. */
struct assay_batch_facts {
    uint32_t handle;
    uint32_t epoch;
    uint32_t count;
    uint32_t flags;
    uint32_t slot;    /* 0..ASSAY_BATCHES_MAX-1, dense: for per-thread caches */
    uint32_t product; /* number of its product in order of creation; UINT32_MAX = none */
    int32_t expires_on;
    char sku[ASSAY_SKU_MAX + 1];
    char lot[ASSAY_LOT_MAX + 1];
    char market[3];
};

/** A calibration as published; immutable, valid until the store is closed. */
struct assay_calibration {
    struct assay_risk_table table;
    int64_t at_unix_ms;
    uint64_t position; /* of the record that says so */
    char actor[ASSAY_ACTOR_MAX + 1];
};

/** A print job as imported; immutable, valid until the catalog is destroyed. */
struct assay_catalog_job {
    struct assay_job_record value;
    struct assay_catalog_mark mark;
    const struct assay_catalog_job *of_batch; /* the batch's one before it, or NULL */
    struct assay_catalog_job *before;         /* of all jobs */
};

/** Decoys of one file; all but alert_at_unix_ms is immutable. */
struct assay_catalog_honey {
    struct assay_honey_record value;
    struct assay_catalog_mark mark;
    int64_t alert_at_unix_ms; /* of the last alert; 0 = none */
    struct assay_catalog_honey *of_batch;
    struct assay_catalog_honey *before;
};

/** A batch with all that changes; read and changed under the store's lock. */
struct assay_catalog_batch {
    struct assay_batch_facts facts;
    struct assay_batch batch;
    const struct assay_catalog_job *jobs; /* newest first */
    struct assay_catalog_honey *honeys;   /* newest first */
    int64_t leak_alert_at_unix_ms;        /* of the last leak's alert; 0 = none */
    char actor[ASSAY_ACTOR_MAX + 1];      /* who created it */
    struct assay_catalog_mark mark;
};

/** A file that was handed in, and how far it got. */
struct assay_catalog_file {
    struct assay_history_record value; /* of its last part; without outcomes */
    struct assay_catalog_mark mark;
};

/** An alert as raised, immutable and valid until the catalog is destroyed; and what became of it. */
struct assay_catalog_alert {
    struct assay_alert_record value;
    struct assay_catalog_mark mark;
    _Atomic(struct assay_catalog_alert_state *)
        state; /* the newest; NULL: open since it was raised */
};

/** One state of an alert; immutable. */
struct assay_catalog_alert_state {
    struct assay_alert_state_record value;
    struct assay_catalog_mark mark;
};

/** An endpoint that is told of alerts, or was. */
struct assay_catalog_webhook {
    struct assay_webhook_record value;
    struct assay_catalog_mark mark;
};

/** What names an endpoint in messages: the position of the record that added it, which a rotation of its
 *  secret carries on. Pure. */
uint64_t assay_catalog_webhook_endpoint(const struct assay_catalog_webhook *webhook);

/** An import of evidence. */
struct assay_catalog_import {
    struct assay_import_record value;
    struct assay_catalog_mark mark;
    bool replaced; /* by a later one: its rows hold no longer */
};

struct assay_catalog;

/** An empty catalog, the caller's to destroy. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_create(struct assay_catalog **catalog);
/** Free all of it; NULL is allowed. */
void assay_catalog_destroy(struct assay_catalog *catalog);

/* -- lock-free -- */

/** Facts of a handle, or NULL. */
const struct assay_batch_facts *assay_catalog_facts(const struct assay_catalog *catalog,
                                                    uint32_t handle);
/** The brand as of now; NULL before its first record. */
const struct assay_brand_record *assay_catalog_brand(const struct assay_catalog *catalog);
/** The current version of a product, or NULL. */
const struct assay_product *assay_catalog_product(const struct assay_catalog *catalog,
                                                  const char *sku);
/** The calibration in force, or NULL: then the built-in table is. And the table in force. */
const struct assay_calibration *assay_catalog_calibration(const struct assay_catalog *catalog);
const struct assay_risk_table *assay_catalog_risk_table(const struct assay_catalog *catalog);
/** A place by its number; an empty one for 0 and for numbers that were never given. */
const struct assay_place *assay_catalog_place(const struct assay_catalog *catalog, uint32_t place);
/** How many there are, by slot or number: 0..count-1; places 1..count. */
uint32_t assay_catalog_batch_count(const struct assay_catalog *catalog);
uint32_t assay_catalog_product_count(const struct assay_catalog *catalog);
uint32_t assay_catalog_place_count(const struct assay_catalog *catalog);
/** The current version of the n-th product in order of creation. */
const struct assay_product *assay_catalog_product_at(const struct assay_catalog *catalog,
                                                     uint32_t number);

/* -- under the store's lock -- */

/** The batch of a slot, slot < count. */
struct assay_catalog_batch *assay_catalog_batch(struct assay_catalog *catalog, uint32_t slot);
/** Deep copy, the caller's to deinit. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_batch_copy(const struct assay_batch *batch,
                                                           struct assay_batch *copy);
/** Number of an interned place, 0 if it is not. */
uint32_t assay_catalog_place_find(const struct assay_catalog *catalog,
                                  const struct assay_place *place);

/** Make a place coarser until it is known or there is room for it. place: in and out; left empty if
 *  neither is so. returns its number; 0: new, to be interned unless it is empty. */
uint32_t assay_catalog_place_fit(const struct assay_catalog *catalog, struct assay_place *place);
/** The n-th token or site in order of creation; NULL past the end. */
const struct assay_token_record *assay_catalog_token_at(const struct assay_catalog *catalog,
                                                        uint32_t number);
const struct assay_site_record *assay_catalog_site_at(const struct assay_catalog *catalog,
                                                      uint32_t number);

/** The newest job that printed an item, or NULL. */
const struct assay_catalog_job *assay_catalog_job_of(const struct assay_catalog_batch *batch,
                                                     uint32_t index);
/** The n-th alert in order of raising; NULL past the end. */
const struct assay_catalog_alert *assay_catalog_alert_at(const struct assay_catalog *catalog,
                                                         uint32_t number);
/** How many alerts there are. */
uint32_t assay_catalog_alert_count(const struct assay_catalog *catalog);
/** The alert whose record stands at a position, or NULL. */
struct assay_catalog_alert *assay_catalog_alert_find(const struct assay_catalog *catalog,
                                                     uint64_t position);
/** Do two alerts tell of the same: by one rule, of one subject and period? */
bool assay_catalog_alert_same(const struct assay_alert_record *a,
                              const struct assay_alert_record *b);
/** The n-th rule that was ever changed, and endpoint that ever was; NULL past the end. */
const struct assay_rule_record *assay_catalog_rule_at(const struct assay_catalog *catalog,
                                                      uint32_t number);
const struct assay_catalog_webhook *assay_catalog_webhook_at(const struct assay_catalog *catalog,
                                                             uint32_t number);
/** Was a rule that the program ships switched off? */
bool assay_catalog_rule_is_off(const struct assay_catalog *catalog, const char *name);

/** What became of an alert; NULL: nothing yet, it is open. threads: any; no lock is needed. */
static inline const struct assay_alert_state_record *
assay_catalog_alert_state(const struct assay_catalog_alert *alert)
{
    const struct assay_catalog_alert_state *state =
        atomic_load_explicit(&alert->state, memory_order_acquire);
    return state == NULL ? NULL : &state->value;
}
/** Does a scan before the sale call for an alert? One a day and batch, decoys one a day and file.
 *  item: its key. place: of the scan. alert: out, on true. */
bool assay_catalog_alert_due(const struct assay_catalog *catalog, uint64_t item,
                             const struct assay_place *place, int64_t at_unix_ms,
                             struct assay_alert_record *alert);

/** The file of this SHA-256, or NULL. */
const struct assay_catalog_file *assay_catalog_file_find(const struct assay_catalog *catalog,
                                                         const uint8_t sha256[ASSAY_SHA256_LEN]);

/** The import of this kind and file that holds, or NULL; the n-th in order, NULL past the end. */
const struct assay_catalog_import *
assay_catalog_import_find(const struct assay_catalog *catalog, enum assay_import_kind kind,
                          const uint8_t sha256[ASSAY_SHA256_LEN]);
const struct assay_catalog_import *assay_catalog_import_at(const struct assay_catalog *catalog,
                                                           uint32_t number);

/** May this record be appended? BRAND, PRODUCT, BATCH, MOVE, MANIFEST, JOB, SPOIL, HONEY, SITE,
 *  TOKEN, CALIBRATION, IMPORT, ALERT, ALERT_STATE, RULES, WEBHOOK; a reason that says what to do. Nothing is changed. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_check(struct assay_catalog *catalog,
                                                      const struct assay_record *record,
                                                      struct assay_reason *reason);

/** Apply a record, PLACE too. returns ASSAY_OK (also when skipped); ASSAY_E_CORRUPT: the record
 *  does not fit what came before it; ASSAY_E_MEMORY; ASSAY_E_FULL. */
ASSAY_MUST_CHECK enum assay_error assay_catalog_apply(struct assay_catalog *catalog,
                                                      const struct assay_record *record,
                                                      uint64_t position);

/* -- rows of the state store (docs/FORMAT.md, section 8) -- */

/** Encode each row that changed since the last call and mark it clean. key and value are borrowed
 *  for the call of `put`. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error
assay_catalog_take_dirty(struct assay_catalog *catalog,
                         void (*put)(void *context, struct assay_span key, struct assay_span value),
                         void *context);

/** Take one row in. */
ASSAY_MUST_CHECK enum assay_error
assay_catalog_load(struct assay_catalog *catalog, struct assay_span key, struct assay_span value);

#endif
