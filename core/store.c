// SPDX-License-Identifier: Apache-2.0
/* Invariants of the store
 *
 *  1. Items are decided under the store's lock, in the order of the ledger. What the state says of
 *     an item is read before the lock; `generation`, compared under it, tells when a frozen overlay
 *     was folded and dropped in between: then that reading is stale and repeated.
 *  2. Look-up goes active overlay, frozen overlay, state. Only the active one is changed.
 *  3. No answer leaves before everything it has read or written is on disk (assay_store_sync).
 *  4. Only records change anything, by assay_store_apply: live, replayed or rebuilt, it is the same.
 *  5. The state holds the ledger up to checkpoint_position; each row names its last record, so a
 *     replay from there may meet records that a row holds already.
 *  6. One process owns the directory: DIR/lock is held from open to close.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/store_private.h"

/* -- create, open, close -- */

static void ledger_path(const char *dir, char path[600])
{
    assay_store_path(dir, "ledger", path);
}

enum assay_error assay_store_create(const struct assay_store_options *options,
                                    const struct assay_brand_record *brand,
                                    struct assay_reason *reason)
{
    if (mkdir(options->dir, 0700) != 0 && errno != EEXIST) {
        return assay_fail(reason, ASSAY_E_IO, "%s: %s", options->dir, strerror(errno));
    }
    uint8_t ledger_id[16];
    assay_bytes_random(ledger_id, sizeof ledger_id);
    char path[600];
    ledger_path(options->dir, path);
    struct assay_ledger_options ledger = {
        .dir = path, .segment_bytes = options->segment_bytes, .io = options->io};
    enum assay_error error = assay_ledger_create(&ledger, ledger_id, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_store *store = NULL;
    struct assay_store_session *session = NULL;
    error = assay_store_open(options, &store, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_store_session_open(store, &session);
    if (error == ASSAY_OK) {
        struct assay_record record = {.type = ASSAY_RECORD_BRAND, .brand = *brand};
        uint64_t position = 0;
        error = assay_store_put(session, &record, &position, reason);
        assay_store_session_close(session);
    }
    assay_store_close(store);
    return error;
}

static void free_store(struct assay_store *store)
{
    assay_ledger_close(store->ledger);
    assay_state_close(store->state);
    assay_catalog_destroy(store->catalog);
    assay_risk_cells_destroy(store->cells);
    assay_overlay_deinit(&store->overlays[0]);
    assay_overlay_deinit(&store->overlays[1]);
    if (store->published != NULL) {
        munmap(store->published, sizeof *store->published);
    }
    if (store->lock_fd >= 0) {
        close(store->lock_fd);
    }
    pthread_mutex_destroy(&store->lock);
    pthread_mutex_destroy(&store->checkpoint_lock);
    pthread_mutex_destroy(&store->carton_lock);
    pthread_mutex_destroy(&store->wake_lock);
    pthread_mutex_destroy(&store->tally.lock);
    pthread_cond_destroy(&store->wake);
    free(store);
}

static void init_locks(struct assay_store *store)
{
    pthread_mutex_init(&store->lock, NULL);
    pthread_mutex_init(&store->checkpoint_lock, NULL);
    pthread_mutex_init(&store->carton_lock, NULL);
    store->carton_pending = UINT64_MAX;
    pthread_mutex_init(&store->wake_lock, NULL);
    pthread_mutex_init(&store->tally.lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&store->wake, &attributes);
    pthread_condattr_destroy(&attributes);
}

static enum assay_error open_memory(struct assay_store *store)
{
    uint32_t room = store->options.overlay_items;
    enum assay_error error = assay_overlay_init(&store->overlays[0], room);
    if (error == ASSAY_OK) {
        error = assay_overlay_init(&store->overlays[1], room);
    }
    if (error == ASSAY_OK) {
        error = assay_catalog_create(&store->catalog);
    }
    if (error == ASSAY_OK) {
        error = assay_risk_cells_create(&store->cells);
    }
    store->active = &store->overlays[0];
    store->spare = &store->overlays[1];
    return error;
}

static enum assay_error load_row(void *context, struct assay_span key, struct assay_span value)
{
    struct assay_store *store = context;
    return key.len_bytes > 0 && key.data[0] == ASSAY_RISK_CELLS_KIND
               ? assay_risk_cells_load(store->cells, key, value)
               : assay_catalog_load(store->catalog, key, value);
}

/* What the state knows: catalog, position, ledger id. */
static enum assay_error load_state(struct assay_store *store, uint8_t state_ledger_id[16])
{
    struct assay_state_reader *reader = NULL;
    enum assay_error error = assay_state_reader_open(store->state, &reader);
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_state_begin(reader);
    if (error == ASSAY_OK) {
        uint64_t position = 0;
        error = assay_state_position(reader, &position);
        store->checkpoint_position = position;
        error = error != ASSAY_OK ? error : assay_state_ledger_id(reader, state_ledger_id);
        error = error != ASSAY_OK ? error : assay_state_each_catalog(reader, load_row, store);
        assay_state_end(reader);
    }
    assay_state_reader_close(reader);
    return error;
}

static enum assay_error open_ledger(struct assay_store *store, const uint8_t state_ledger_id[16],
                                    struct assay_reason *reason)
{
    char path[600];
    ledger_path(store->dir, path);
    struct assay_ledger_options options = {
        .dir = path, .known_synced = store->checkpoint_position, .io = store->options.io};
    struct assay_ledger_tail tail;
    enum assay_error error = assay_ledger_open(&options, &store->ledger, &tail, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (tail.torn_bytes > 0) {
        assay_log(ASSAY_LOG_WARNING, "ledger_torn_tail", "bytes=%llu kept=%s",
                  (unsigned long long)tail.torn_bytes, tail.torn_file);
    }
    uint64_t cartons = 0;
    error = assay_store_cartons_position(store, &cartons);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "state in %s cannot be read: rebuild it", store->dir);
    }
    uint64_t known = store->checkpoint_position;
    known = cartons > known ? cartons : known;
    if (known > tail.end) {
        return assay_fail(reason, ASSAY_E_AHEAD,
                          "state in %s is ahead of the ledger (%llu > %llu): restore the ledger "
                          "that belongs to it, or rebuild the state",
                          store->dir, (unsigned long long)known, (unsigned long long)tail.end);
    }
    memcpy(store->ledger_id, assay_ledger_id(store->ledger), sizeof store->ledger_id);
    if (store->checkpoint_position > 0 && memcmp(state_ledger_id, store->ledger_id, 16) != 0) {
        return assay_fail(reason, ASSAY_E_CORRUPT,
                          "state in %s belongs to another ledger: rebuild the state", store->dir);
    }
    return ASSAY_OK;
}

static enum assay_error open_files(struct assay_store *store, struct assay_reason *reason)
{
    enum assay_error error = assay_store_lock(store->dir, &store->lock_fd, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    error = open_memory(store);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    char path[600];
    assay_store_path(store->dir, "state", path);
    error = assay_state_open(path, false, &store->state, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    uint8_t state_ledger_id[16];
    error = load_state(store, state_ledger_id);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "state in %s cannot be read: rebuild it", store->dir);
    }
    error = open_ledger(store, state_ledger_id, reason);
    return error != ASSAY_OK ? error : assay_store_publish(store, reason);
}

/* Nothing is made in a folder that is no data directory. */
static enum assay_error check_dir(const char *dir, struct assay_reason *reason)
{
    char path[600];
    if (strlen(dir) >= sizeof((struct assay_store *)NULL)->dir) {
        return assay_fail(reason, ASSAY_E_USAGE, "%.60s...: the path is too long", dir);
    }
    assay_store_path(dir, "ledger", path);
    if (access(path, F_OK) != 0) {
        return assay_fail(reason, ASSAY_E_NOT_FOUND,
                          "%s is no data directory: it has no ledger; assay-batch init makes one",
                          dir);
    }
    return ASSAY_OK;
}

enum assay_error assay_store_open(const struct assay_store_options *options,
                                  struct assay_store **store, struct assay_reason *reason)
{
    enum assay_error error = check_dir(options->dir, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_store *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    opened->options = *options;
    opened->lock_fd = -1;
    snprintf(opened->dir, sizeof opened->dir, "%s", options->dir);
    if (opened->options.overlay_items == 0) {
        opened->options.overlay_items = ASSAY_OVERLAY_ITEMS;
    }
    if (opened->options.checkpoint_interval_ms == 0) {
        opened->options.checkpoint_interval_ms = ASSAY_CHECKPOINT_INTERVAL_MS;
    }
    if (opened->options.reserve_bytes == 0) {
        opened->options.reserve_bytes = ASSAY_DISK_RESERVE_BYTES;
    }
    init_locks(opened);
    error = open_files(opened, reason);
    if (error == ASSAY_OK) {
        error = assay_store_replay(opened, reason);
    }
    if (error == ASSAY_OK && !options->no_checkpointer) {
        error = assay_store_keeper_start(opened);
    }
    if (error != ASSAY_OK) {
        free_store(opened);
        return error;
    }
    *store = opened;
    return ASSAY_OK;
}

void assay_store_close(struct assay_store *store)
{
    if (store == NULL) {
        return;
    }
    assay_store_keeper_stop(store);
    enum assay_error error = assay_store_flush_tally(store);
    if (error == ASSAY_OK) {
        error = assay_store_checkpoint(store);
    }
    if (error != ASSAY_OK) {
        assay_log(ASSAY_LOG_ERROR, "close_failed", "error=%s", assay_error_name(error));
    }
    free_store(store);
}

enum assay_error assay_store_rebuild(const char *dir, struct assay_reason *reason)
{
    int lock_fd = -1;
    enum assay_error error = assay_store_lock(dir, &lock_fd, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    char path[600];
    assay_store_path(dir, "state/data.mdb", path);
    if (unlink(path) != 0 && errno != ENOENT) {
        error = assay_fail(reason, ASSAY_E_IO, "%s: %s", path, strerror(errno));
    }
    assay_store_path(dir, "state/lock.mdb", path);
    if (unlink(path) != 0 && errno != ENOENT) {
        error = assay_fail(reason, ASSAY_E_IO, "%s: %s", path, strerror(errno));
    }
    close(lock_fd);
    if (error != ASSAY_OK) {
        return error;
    }
    /* A missing state is a state that holds nothing yet: opening replays the whole ledger. */
    struct assay_store_options options = {.dir = dir};
    struct assay_store *store = NULL;
    error = assay_store_open(&options, &store, reason);
    assay_store_close(error == ASSAY_OK ? store : NULL);
    return error;
}

/* -- catalog and figures -- */

const struct assay_batch_facts *assay_store_batch_facts(const struct assay_store *store,
                                                        uint32_t handle)
{
    return assay_catalog_facts(store->catalog, handle);
}

const struct assay_brand_record *assay_store_brand(const struct assay_store *store)
{
    return assay_catalog_brand(store->catalog);
}

const struct assay_product *assay_store_product(const struct assay_store *store, const char *sku)
{
    return assay_catalog_product(store->catalog, sku);
}

const struct assay_calibration *assay_store_calibration(const struct assay_store *store)
{
    return assay_catalog_calibration(store->catalog);
}

const struct assay_risk_table *assay_store_risk_table(const struct assay_store *store)
{
    return assay_catalog_risk_table(store->catalog);
}

const uint8_t *assay_store_ledger_id(const struct assay_store *store)
{
    return store->ledger_id;
}

const struct assay_place *assay_store_place(const struct assay_store *store, uint32_t place)
{
    return assay_catalog_place(store->catalog, place);
}

enum assay_error assay_store_record(struct assay_store *store, uint64_t position,
                                    struct assay_record *record)
{
    uint8_t data[ASSAY_RECORD_BYTES_MAX];
    enum assay_error error = assay_ledger_read(store->ledger, position, data, sizeof data);
    error = error != ASSAY_OK ? error : assay_record_decode(data, sizeof data, record);
    if (error == ASSAY_OK && record->type == ASSAY_RECORD_CALIBRATION) {
        record->calibration.table = (struct assay_span){0};
    }
    return error;
}

void assay_store_stats(const struct assay_store *store, struct assay_store_stats *stats)
{
    struct assay_store_stats value = {
        .ledger_end = assay_ledger_end(store->ledger),
        .ledger_synced = assay_ledger_synced(store->ledger),
        .ledger_records = assay_ledger_record_count(store->ledger),
        .checkpoint_position = store->checkpoint_position,
        .checkpoints = store->checkpoints,
        .checkpoint_last_ms = store->checkpoint_last_ms,
        .overlay_room = store->options.overlay_items,
        .batches = assay_catalog_batch_count(store->catalog),
        .products = assay_catalog_product_count(store->catalog),
        .places = assay_catalog_place_count(store->catalog),
        .low_space = store->low_space,
    };
    assay_ledger_sync_stats(store->ledger, &value.sync_calls, &value.sync_total_ns,
                            &value.sync_max_ns);
    pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&store->lock;
    pthread_mutex_lock(lock);
    value.overlay_items = store->active->count + (store->frozen != NULL ? store->frozen->count : 0);
    pthread_mutex_unlock(lock);
    *stats = value;
}
