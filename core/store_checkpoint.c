// SPDX-License-Identifier: Apache-2.0
/* Checkpoints, and the keeper: the one thread that makes them, ledgers the tally and watches over
 * the free space.
 *
 * A checkpoint swaps in an empty overlay under the lock, waits until the frozen one's last entry is
 * on disk, folds it in key order in ordinary synchronous transactions, and drops it. The last
 * transaction stores the catalog's changes, the roll-ups and how far in the ledger it got.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "core/log.h"
#include "core/state_rollup.h"
#include "core/store_private.h"

#define KEEPER_INTERVAL_MS 1000
#define READER_CHECK_INTERVAL_MS 60000
#define DAY_MS 86400000

/* Puts in one transaction: each may dirty a leaf of its own and part of a path to it. */
#define SLICE_ITEMS (ASSAY_STATE_SLICE_PAGES_MAX * 4 / 5)

#define CHUNK_BYTES (256u << 10)

/* Catalog rows, copied under the lock and written without it; many small ones, so in chunks. */
struct row {
    struct row *next;
    size_t key_len;
    size_t value_len;
    uint8_t bytes[];
};

struct chunk {
    struct chunk *next;
    _Alignas(struct row) uint8_t bytes[];
};

struct rows {
    struct row *first;
    struct chunk *chunks; /* the first has the room that is left */
    size_t left;
    bool failed;
};

/* Room for a row; NULL without memory. */
static struct row *row_room(struct rows *rows, size_t len_bytes)
{
    size_t wanted = (sizeof(struct row) + len_bytes + 7) & ~(size_t)7;
    size_t chunk_bytes = wanted > CHUNK_BYTES ? wanted : CHUNK_BYTES;
    if (wanted > rows->left) {
        struct chunk *chunk = malloc(sizeof *chunk + chunk_bytes);
        if (chunk == NULL) {
            return NULL;
        }
        chunk->next = rows->chunks;
        rows->chunks = chunk;
        rows->left = chunk_bytes;
    }
    rows->left -= wanted;
    return (struct row *)(void *)(rows->chunks->bytes + rows->left);
}

static void keep_row(void *context, struct assay_span key, struct assay_span value)
{
    struct rows *rows = context;
    struct row *row = row_room(rows, key.len_bytes + value.len_bytes);
    if (row == NULL) {
        rows->failed = true;
        return;
    }
    *row = (struct row){rows->first, key.len_bytes, value.len_bytes};
    memcpy(row->bytes, key.data, key.len_bytes);
    memcpy(row->bytes + key.len_bytes, value.data, value.len_bytes);
    rows->first = row;
}

static void write_rows(const struct rows *rows, struct assay_state_writer *writer)
{
    for (const struct row *row = rows->first; row != NULL; row = row->next) {
        assay_state_put_catalog(writer, (struct assay_span){row->bytes, row->key_len},
                                (struct assay_span){row->bytes + row->key_len, row->value_len});
    }
}

static void free_rows(struct rows *rows)
{
    while (rows->chunks != NULL) {
        struct chunk *chunk = rows->chunks;
        rows->chunks = chunk->next;
        free(chunk);
    }
}

#define PREFETCH_AHEAD 8

/* A changed item and its key. */
struct changed {
    uint64_t key;
    const struct assay_item *item;
};

/* By one byte of their keys, those alike in the order they have; false if all are alike. */
static bool sort_by_byte(const struct changed *from, struct changed *to, uint32_t count,
                         unsigned shift)
{
    uint32_t ends[256] = {0};
    for (uint32_t i = 0; i < count; i++) {
        ends[from[i].key >> shift & 0xFF]++;
    }
    if (ends[from[0].key >> shift & 0xFF] == count) {
        return false;
    }
    for (unsigned byte = 1; byte < 256; byte++) {
        ends[byte] += ends[byte - 1];
    }
    for (uint32_t i = count; i > 0; i--) {
        to[--ends[from[i - 1].key >> shift & 0xFF]] = from[i - 1];
    }
    return true;
}

/* All that an overlay holds, in the order of keys, lowest byte first (radix sort). changed: twice as
 * many; returns the half where they stand. */
static const struct changed *sort_changed(const struct assay_overlay *overlay,
                                          struct changed *changed)
{
    struct changed *sorted = changed;
    struct changed *spare = changed + overlay->count;
    for (uint32_t i = 0; i < overlay->count; i++) {
        sorted[i] = (struct changed){overlay->entries[i].key, &overlay->entries[i].item};
    }
    for (unsigned shift = 0; overlay->count > 0 && shift < 64; shift += 8) {
        if (sort_by_byte(sorted, spare, overlay->count, shift)) {
            struct changed *swap = sorted;
            sorted = spare;
            spare = swap;
        }
    }
    return sorted;
}

static void write_items(struct assay_store *store, const struct changed *sorted, uint32_t count,
                        struct assay_state_writer **writer)
{
    uint32_t in_slice = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (in_slice == SLICE_ITEMS) {
            assay_state_commit(*writer);
            *writer = assay_state_write_begin(store->state);
            in_slice = 0;
        }
        __builtin_prefetch(sorted[i + PREFETCH_AHEAD < count ? i + PREFETCH_AHEAD : i].item);
        assay_state_put_item(*writer, sorted[i].key, sorted[i].item);
        in_slice++;
    }
}

/* Swaps the overlays and takes what changed in the catalog; false if nothing did.
 * position: in, at most so far; out, how far the frozen overlay goes. */
static bool freeze(struct assay_store *store, struct rows *rows, uint64_t *position)
{
    pthread_mutex_lock(&store->lock);
    uint64_t end = assay_ledger_end(store->ledger);
    *position = end < *position ? end : *position;
    *position = store->carton_pending < *position ? store->carton_pending : *position;
    bool changed = *position > store->checkpoint_position;
    if (changed) {
        enum assay_error error = assay_catalog_take_dirty(store->catalog, keep_row, rows);
        rows->failed = rows->failed || error != ASSAY_OK;
        assay_risk_cells_take_dirty(store->cells, keep_row, rows);
        assay_assert(store->frozen == NULL);
        store->frozen = store->active;
        store->active = store->spare;
        store->spare = NULL;
    }
    pthread_mutex_unlock(&store->lock);
    return changed;
}

static void thaw(struct assay_store *store)
{
    pthread_mutex_lock(&store->lock);
    struct assay_overlay *folded = store->frozen;
    store->frozen = NULL;
    atomic_fetch_add_explicit(&store->generation, 1, memory_order_release);
    pthread_mutex_unlock(&store->lock);
    assay_overlay_clear(folded);
    pthread_mutex_lock(&store->lock);
    store->spare = folded;
    pthread_mutex_unlock(&store->lock);
}

/* The last transaction: catalog, roll-ups, and how far in the ledger all of it got. */
static enum assay_error write_rest(struct assay_store *store, struct rows *rows, uint64_t position)
{
    struct assay_rollup rollup;
    enum assay_error error = assay_store_roll_up(store, position, &rollup);
    if (error == ASSAY_OK) {
        const struct assay_rollup_meta meta = {position, rollup.utc_offset_minutes, rollup.records,
                                               rollup.at_unix_ms};
        struct assay_state_writer *writer = assay_state_write_begin(store->state);
        write_rows(rows, writer);
        error = assay_state_put_rollup(writer, &rollup, &meta);
        if (error == ASSAY_OK) {
            assay_state_put_position(writer, position, store->ledger_id);
            assay_state_commit(writer);
        } else {
            assay_state_abort(writer);
        }
    }
    assay_rollup_deinit(&rollup);
    return error;
}

/* Nothing below may fail and go on: the catalog's rows are marked clean already. */
static enum assay_error fold(struct assay_store *store, struct rows *rows, uint64_t position)
{
    enum assay_error error = assay_store_sync(store, position);
    if (error != ASSAY_OK) {
        return error;
    }
    const struct assay_overlay *frozen = store->frozen;
    struct changed *changed = malloc(sizeof *changed * (2 * (size_t)frozen->count + 1));
    if (changed == NULL || rows->failed) {
        free(changed);
        return ASSAY_E_MEMORY;
    }
    struct assay_state_writer *writer = assay_state_write_begin(store->state);
    write_items(store, sort_changed(frozen, changed), frozen->count, &writer);
    assay_state_commit(writer);
    free(changed);
    return write_rest(store, rows, position);
}

enum assay_error assay_store_checkpoint_at(struct assay_store *store, uint64_t position)
{
    struct rows rows = {0};
    uint64_t began_ns = assay_clock_monotonic_ns();
    pthread_mutex_lock(&store->checkpoint_lock);
    enum assay_error error = ASSAY_OK;
    if (freeze(store, &rows, &position)) {
        error = fold(store, &rows, position);
        free_rows(&rows);
        if (error == ASSAY_OK) {
            thaw(store);
            store->checkpoint_position = position;
            store->checkpoints++;
            store->checkpoint_last_ms = (assay_clock_monotonic_ns() - began_ns) / 1000000;
        }
    }
    pthread_mutex_unlock(&store->checkpoint_lock);
    return error;
}

enum assay_error assay_store_checkpoint(struct assay_store *store)
{
    return assay_store_checkpoint_at(store, UINT64_MAX);
}

/* -- the tally -- */

static bool same_tally(const struct assay_tally_row *a, const struct assay_tally_row *b)
{
    return a->verdict == b->verdict && a->item == b->item &&
           memcmp(&a->place, &b->place, sizeof a->place) == 0;
}

/* Counts in the row that is alike, or in a new one while there are fewer than `room`. */
static bool count_in(struct assay_tally *tally, const struct assay_tally_row *row, uint32_t room)
{
    uint32_t at = 0;
    while (at < tally->rows && !same_tally(&tally->row[at], row)) {
        at++;
    }
    if (at < tally->rows) {
        tally->row[at].count += row->count;
        tally->row[at].distinct += row->distinct;
        return true;
    }
    if (at >= room) {
        return false;
    }
    tally->row[tally->rows++] = *row;
    return true;
}

void assay_store_count(struct assay_store *store, const struct assay_tally_row *row)
{
    struct assay_tally *tally = &store->tally;
    pthread_mutex_lock(&tally->lock);
    if (!count_in(tally, row, ASSAY_SUMMARY_ROWS_MAX - ASSAY_VERDICT_COUNT)) {
        /* No room to tell them apart: the count matters more than place and item. */
        const struct assay_tally_row plain = {
            .verdict = row->verdict, .count = row->count, .distinct = row->distinct};
        bool counted = count_in(tally, &plain, ASSAY_SUMMARY_ROWS_MAX);
        assay_assert(counted);
    }
    pthread_mutex_unlock(&tally->lock);
}

bool assay_store_is_new_trier(struct assay_store *store, uint64_t trier, int64_t at_unix_ms)
{
    struct assay_tally *tally = &store->tally;
    int64_t day = at_unix_ms / DAY_MS;
    uint32_t bit = (uint32_t)((trier * 0x9E3779B97F4A7C15ull) >> 44) % ASSAY_TRIERS_BITS;
    pthread_mutex_lock(&tally->lock);
    if (day != tally->triers_day) {
        memset(tally->triers, 0, sizeof tally->triers);
        tally->triers_day = day;
    }
    bool met = (tally->triers[bit / 8] >> (bit % 8) & 1) != 0;
    tally->triers[bit / 8] |= (uint8_t)(1u << (bit % 8));
    pthread_mutex_unlock(&tally->lock);
    return !met;
}

void assay_store_count_forged(struct assay_store *store, const struct assay_place *place,
                              uint64_t trier, int64_t at_unix_ms)
{
    struct assay_tally_row row = {.verdict = ASSAY_VERDICT_NOT_ISSUED, .count = 1};
    row.distinct = assay_store_is_new_trier(store, trier, at_unix_ms);
    row.place = *place;
    assay_store_count(store, &row);
}

enum assay_error assay_store_flush_tally(struct assay_store *store)
{
    struct assay_record record = {.type = ASSAY_RECORD_SUMMARY};
    struct assay_tally_row taken[ASSAY_SUMMARY_ROWS_MAX];
    pthread_mutex_lock(&store->tally.lock);
    record.summary.rows = store->tally.rows;
    memcpy(taken, store->tally.row, sizeof taken[0] * store->tally.rows);
    store->tally.rows = 0;
    pthread_mutex_unlock(&store->tally.lock);
    if (record.summary.rows == 0) {
        return ASSAY_OK;
    }
    record.summary.at_unix_ms = assay_clock_unix_ms();
    for (uint32_t i = 0; i < record.summary.rows; i++) {
        record.summary.row[i].verdict = taken[i].verdict;
        record.summary.row[i].item = taken[i].item;
        record.summary.row[i].count = taken[i].count;
        record.summary.row[i].distinct = taken[i].distinct;
        record.summary.row[i].place = assay_store_place_number(store, &taken[i].place);
    }
    uint64_t position = 0;
    pthread_mutex_lock(&store->lock);
    enum assay_error error = assay_store_append(store, &record, NULL, &position);
    pthread_mutex_unlock(&store->lock);
    if (error == ASSAY_E_NO_SPACE) {
        return ASSAY_OK; /* these counts alone may be lost */
    }
    return error != ASSAY_OK ? error : assay_store_sync(store, position + 1);
}

/* -- the keeper -- */

void assay_store_watch_space(struct assay_store *store)
{
    struct statvfs space;
    if (statvfs(store->dir, &space) != 0) {
        return;
    }
    bool low = (uint64_t)space.f_bavail * space.f_frsize < store->options.reserve_bytes;
    if (low != store->low_space) {
        assay_log(low ? ASSAY_LOG_ERROR : ASSAY_LOG_INFO, low ? "space_low" : "space_back",
                  "available_bytes=%llu reserve_bytes=%llu",
                  (unsigned long long)space.f_bavail * space.f_frsize,
                  (unsigned long long)store->options.reserve_bytes);
    }
    store->low_space = low;
}

/* Sleeps until the next second, or until somebody asks. true: stop. */
static bool wait_a_while(struct assay_store *store, bool *fold_asked)
{
    uint64_t until_ns = assay_clock_monotonic_ns() + KEEPER_INTERVAL_MS * 1000000ull;
    struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000ull),
                             .tv_nsec = (long)(until_ns % 1000000000ull)};
    pthread_mutex_lock(&store->wake_lock);
    int rc = 0;
    while (!store->stopping && !store->fold_asked && rc == 0) {
        rc = pthread_cond_timedwait(&store->wake, &store->wake_lock, &until);
    }
    *fold_asked = store->fold_asked;
    store->fold_asked = false;
    bool stop = store->stopping;
    pthread_mutex_unlock(&store->wake_lock);
    return stop;
}

/* A failed write or sync leaves nothing to trust. */
static void must(enum assay_error error, const char *what)
{
    if (error != ASSAY_OK) {
        assay_log(ASSAY_LOG_ERROR, "keeper_failed", "what=%s error=%s", what,
                  assay_error_name(error));
        abort();
    }
}

static void *keep(void *context)
{
    struct assay_store *store = context;
    uint64_t folded_ns = assay_clock_monotonic_ns();
    uint64_t checked_ns = folded_ns;
    bool asked = false;
    while (!wait_a_while(store, &asked)) {
        uint64_t now_ns = assay_clock_monotonic_ns();
        assay_store_watch_space(store);
        must(assay_store_flush_tally(store), "summary");
        uint64_t interval_ns = store->options.checkpoint_interval_ms * 1000000ull;
        if (!store->low_space && (asked || now_ns - folded_ns >= interval_ns)) {
            must(assay_store_checkpoint(store), "checkpoint");
            folded_ns = now_ns;
        }
        if (now_ns - checked_ns >= READER_CHECK_INTERVAL_MS * 1000000ull) {
            assay_state_reader_check(store->state);
            checked_ns = now_ns;
        }
    }
    return NULL;
}

enum assay_error assay_store_keeper_start(struct assay_store *store)
{
    assay_state_reader_check(store->state);
    assay_store_watch_space(store);
    if (pthread_create(&store->keeper, NULL, keep, store) != 0) {
        return ASSAY_E_MEMORY;
    }
    store->keeper_runs = true;
    return ASSAY_OK;
}

void assay_store_keeper_stop(struct assay_store *store)
{
    if (!store->keeper_runs) {
        return;
    }
    pthread_mutex_lock(&store->wake_lock);
    store->stopping = true;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->wake_lock);
    pthread_join(store->keeper, NULL);
    store->keeper_runs = false;
}

void assay_store_ask_fold(struct assay_store *store)
{
    pthread_mutex_lock(&store->wake_lock);
    if (!store->fold_asked) {
        store->fold_asked = true;
        pthread_cond_signal(&store->wake);
    }
    pthread_mutex_unlock(&store->wake_lock);
}
