// SPDX-License-Identifier: Apache-2.0
#include "core/check_items.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 1024 /* a power of two */
#define POSITION_BYTES 8

struct entry {
    uint64_t key;          /* 0 = empty slot */
    uint64_t row_position; /* last_position of the state's row; 0 = no row */
    uint32_t row_crc;
    bool met; /* the replay came to row_position, and agreed */
    struct assay_item item;
};

struct assay_check_items {
    uint32_t pass;
    uint32_t passes;
    uint64_t state_position;
    struct entry *slots; /* linear probing, half full at most */
    size_t slot_count;
    size_t count;
};

static uint64_t key_hash(uint64_t key)
{
    key *= 0x9e3779b97f4a7c15ull; /* 2^64 / golden ratio: spreads consecutive keys */
    return key ^ key >> 32;
}

struct assay_check_items *assay_check_items_create(uint32_t pass, uint32_t passes,
                                                   uint64_t state_position)
{
    struct assay_check_items *items = calloc(1, sizeof *items);
    if (items == NULL) {
        return NULL;
    }
    items->slots = calloc(SLOTS_FIRST, sizeof *items->slots);
    if (items->slots == NULL) {
        free(items);
        return NULL;
    }
    items->slot_count = SLOTS_FIRST;
    items->pass = pass;
    items->passes = passes;
    items->state_position = state_position;
    return items;
}

void assay_check_items_destroy(struct assay_check_items *items)
{
    if (items != NULL) {
        free(items->slots);
        free(items);
    }
}

bool assay_check_items_wants(const struct assay_check_items *items, uint64_t key)
{
    return (key_hash(key) >> 40) % items->passes == items->pass;
}

uint64_t assay_check_items_count(const struct assay_check_items *items)
{
    return items->count;
}

static struct entry *slot_of(struct entry *slots, size_t slot_count, uint64_t key)
{
    size_t slot = key_hash(key) & (slot_count - 1);
    while (slots[slot].key != 0 && slots[slot].key != key) {
        slot = (slot + 1) & (slot_count - 1);
    }
    return &slots[slot];
}

static enum assay_error grow(struct assay_check_items *items)
{
    size_t wider = 2 * items->slot_count;
    struct entry *slots = calloc(wider, sizeof *slots);
    if (slots == NULL) {
        return ASSAY_E_MEMORY;
    }
    for (size_t i = 0; i < items->slot_count; i++) {
        if (items->slots[i].key != 0) {
            *slot_of(slots, wider, items->slots[i].key) = items->slots[i];
        }
    }
    free(items->slots);
    items->slots = slots;
    items->slot_count = wider;
    return ASSAY_OK;
}

/* The entry of a key, new if need be; NULL without memory. */
static struct entry *entry_of(struct assay_check_items *items, uint64_t key)
{
    if (2 * (items->count + 1) > items->slot_count && grow(items) != ASSAY_OK) {
        return NULL;
    }
    struct entry *entry = slot_of(items->slots, items->slot_count, key);
    if (entry->key == 0) {
        entry->key = key;
        items->count++;
    }
    return entry;
}

static uint32_t item_crc(const struct assay_item *item)
{
    uint8_t data[ASSAY_ITEM_ROW_MAX];
    size_t len_bytes = assay_item_encode(item, data);
    return assay_crc32c((uint32_t)len_bytes, data, len_bytes);
}

enum assay_error assay_check_items_take_row(struct assay_check_items *items, uint64_t key,
                                            const struct assay_item *item)
{
    struct entry *entry = entry_of(items, key);
    if (entry == NULL) {
        return ASSAY_E_MEMORY;
    }
    entry->row_position = item->last_position;
    entry->row_crc = item_crc(item);
    return ASSAY_OK;
}

/* Numbers count the item's scans on sale. A PIN posted by a device that scanned just before is
 * recorded as a scan of its own, under that earlier scan's number. */
static const char *find_number_fault(const struct assay_item *item,
                                     const struct assay_scan_record *scan)
{
    if ((scan->flags & ASSAY_SCAN_ON_SALE) == 0) {
        return scan->number != 0 ? "has a number before its item was on sale" : NULL;
    }
    if (scan->left_out != ASSAY_COUNTED) {
        bool apart = (scan->flags & (ASSAY_SCAN_FIRST | ASSAY_SCAN_PIN_RIGHT)) == 0;
        return apart && scan->number <= item->scans ? NULL : "is left out, but counts";
    }
    bool next = scan->number == item->scans + 1;
    bool reveal = (scan->flags & (ASSAY_SCAN_PIN_RIGHT | ASSAY_SCAN_PIN_WRONG)) != 0;
    if (!next && !(reveal && scan->number >= 1 && scan->number <= item->scans)) {
        return "has a number that does not follow its item's last";
    }
    if (((scan->flags & ASSAY_SCAN_FIRST) != 0) != (next && item->scans == 0)) {
        return "is a first scan by its flag or by its number, but not by both";
    }
    return NULL;
}

/* What is wrong with a record, seen from its item as it was before; NULL = nothing. */
static const char *find_fault(const struct assay_item *item, const struct assay_check_step *step)
{
    const struct assay_record *record = step->record;
    if (record->type == ASSAY_RECORD_SCAN && record->scan.previous != item->last_scan) {
        return "names another record than its item's previous scan";
    }
    if (record->type == ASSAY_RECORD_SCAN) {
        return find_number_fault(item, &record->scan);
    }
    if (record->type == ASSAY_RECORD_CLAIM && item->claim != 0) {
        return "registers an item a second time";
    }
    return NULL;
}

static void apply(struct assay_item *item, const struct assay_check_step *step)
{
    const struct assay_record *record = step->record;
    if (record->type == ASSAY_RECORD_SCAN) {
        assay_item_apply_scan(item, &record->scan, step->scene, step->position);
    } else if (record->type == ASSAY_RECORD_CLAIM) {
        assay_item_apply_claim(item, &record->claim, step->position);
    } else {
        assay_item_apply_find(item, &record->find, step->position);
    }
}

enum assay_error assay_check_items_apply(struct assay_check_items *items,
                                         const struct assay_check_step *step, const char **what)
{
    struct entry *entry = entry_of(items, step->item);
    if (entry == NULL) {
        return ASSAY_E_MEMORY;
    }
    const char *fault = find_fault(&entry->item, step);
    if (fault == NULL) {
        apply(&entry->item, step);
        if (step->position < items->state_position && step->position > entry->row_position) {
            fault = "is not in the state's row of its item; rebuild mends that";
        }
    }
    if (fault == NULL && step->position == entry->row_position) {
        entry->met = item_crc(&entry->item) == entry->row_crc;
        fault = entry->met ? NULL : "adds up to another row than the state's; rebuild mends that";
    }
    if (fault != NULL) {
        *what = fault;
        return ASSAY_E_CORRUPT;
    }
    return ASSAY_OK;
}

enum assay_error assay_check_items_finish(const struct assay_check_items *items, const char *dir,
                                          struct assay_reason *reason)
{
    for (size_t i = 0; i < items->slot_count; i++) {
        const struct entry *entry = &items->slots[i];
        if (entry->key != 0 && entry->row_position != 0 && !entry->met) {
            char handle[ASSAY_HANDLE_SIZE];
            assay_handle_format(assay_item_key_handle(entry->key), handle);
            return assay_fail(
                reason, ASSAY_E_CORRUPT,
                "%s/state: the row of item %s-%u names position %llu, where no record "
                "of this item stands; rebuild mends that",
                dir, handle, assay_item_key_index(entry->key),
                (unsigned long long)entry->row_position);
        }
    }
    return ASSAY_OK;
}

/* -- the catalog -- */

struct row {
    uint8_t key[ASSAY_CATALOG_KEY_MAX];
    size_t key_len_bytes;
    uint8_t *value;
    size_t value_len_bytes;
    bool met;
};

struct rows {
    const struct assay_check_catalog *check;
    struct row *row;
    size_t count;
    size_t room;
    bool failed; /* no memory */
    struct assay_reason *reason;
};

static int row_compare(const void *left, const void *right)
{
    const struct row *a = left;
    const struct row *b = right;
    size_t shorter = a->key_len_bytes < b->key_len_bytes ? a->key_len_bytes : b->key_len_bytes;
    int order = memcmp(a->key, b->key, shorter);
    return order != 0
               ? order
               : (a->key_len_bytes > b->key_len_bytes) - (a->key_len_bytes < b->key_len_bytes);
}

static void keep_row(void *context, struct assay_span key, struct assay_span value)
{
    struct rows *rows = context;
    assay_assert(key.len_bytes <= ASSAY_CATALOG_KEY_MAX);
    if (rows->count == rows->room && !rows->failed) {
        size_t room = rows->room == 0 ? 64 : 2 * rows->room;
        struct row *wider = realloc(rows->row, room * sizeof *wider);
        rows->failed = wider == NULL;
        rows->row = wider == NULL ? rows->row : wider;
        rows->room = wider == NULL ? rows->room : room;
    }
    uint8_t *copy = rows->failed ? NULL : malloc(value.len_bytes);
    if (copy == NULL) {
        rows->failed = true;
        return;
    }
    memcpy(copy, value.data, value.len_bytes);
    struct row *row = &rows->row[rows->count++];
    *row = (struct row){
        .key_len_bytes = key.len_bytes, .value = copy, .value_len_bytes = value.len_bytes};
    memcpy(row->key, key.data, key.len_bytes);
}

static uint64_t row_position(struct assay_span value)
{
    struct assay_wire wire = assay_wire_reader(value.data, value.len_bytes);
    return assay_wire_get_u64(&wire);
}

static enum assay_error row_fault(const struct rows *rows, struct assay_span value,
                                  const char *what)
{
    return assay_fail(rows->reason, ASSAY_E_CORRUPT,
                      "%s/state: the catalog row of the record at position %llu %s; "
                      "rebuild mends that",
                      rows->check->dir, (unsigned long long)row_position(value), what);
}

/* A row of the state: the same as the replay's, or one that was changed since the snapshot. */
static enum assay_error compare_row(void *context, struct assay_span key, struct assay_span value)
{
    struct rows *rows = context;
    struct row wanted = {.key_len_bytes = key.len_bytes};
    if (key.len_bytes > ASSAY_CATALOG_KEY_MAX || value.len_bytes < POSITION_BYTES) {
        return row_fault(rows, value, "is not whole");
    }
    memcpy(wanted.key, key.data, key.len_bytes);
    struct row *row =
        rows->count == 0 ? NULL
                         : bsearch(&wanted, rows->row, rows->count, sizeof *rows->row, row_compare);
    if (row == NULL) {
        return row_fault(rows, value, "is not in the ledger");
    }
    row->met = true;
    uint64_t replayed = row_position((struct assay_span){row->value, row->value_len_bytes});
    if (replayed > row_position(value) && replayed >= rows->check->state_position) {
        return ASSAY_OK;
    }
    bool same = row->value_len_bytes == value.len_bytes &&
                memcmp(row->value, value.data, value.len_bytes) == 0;
    return same ? ASSAY_OK : row_fault(rows, value, "is not what the ledger adds up to");
}

/* Must the state have this row? A place's row names no position: its key ends with its number. */
static bool is_due(const struct assay_check_catalog *check, const struct row *row,
                   struct assay_span value)
{
    uint64_t position = row_position(value);
    if (position != 0) {
        return position < check->state_position;
    }
    uint64_t number = 0;
    for (size_t i = 1; i < row->key_len_bytes; i++) {
        number = number << 8 | row->key[i];
    }
    return number <= check->places;
}

static enum assay_error compare_rows(struct rows *rows, uint64_t *compared)
{
    if (rows->count > 1) {
        qsort(rows->row, rows->count, sizeof *rows->row, row_compare);
    }
    enum assay_error error = assay_state_each_catalog(rows->check->snapshot, compare_row, rows);
    if (error != ASSAY_OK) {
        return error;
    }
    uint64_t met = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->row[i];
        const struct assay_span value = {row->value, row->value_len_bytes};
        if (!row->met && is_due(rows->check, row, value)) {
            return row_fault(rows, value, "is missing");
        }
        met += row->met;
    }
    *compared = met;
    return ASSAY_OK;
}

enum assay_error assay_check_catalog_rows(const struct assay_check_catalog *check, uint64_t *rows,
                                          struct assay_reason *reason)
{
    struct rows kept = {.check = check, .reason = reason};
    enum assay_error error = assay_catalog_take_dirty(check->catalog, keep_row, &kept);
    assay_risk_cells_take_dirty(check->cells, keep_row, &kept);
    if (error == ASSAY_OK && kept.failed) {
        error = ASSAY_E_MEMORY;
    }
    if (error == ASSAY_OK) {
        error = compare_rows(&kept, rows);
    }
    if (error != ASSAY_OK && error != ASSAY_E_CORRUPT) {
        error = assay_fail(reason, error, "%s/state: the catalog: %s", check->dir,
                           assay_error_text(error));
    }
    for (size_t i = 0; i < kept.count; i++) {
        free(kept.row[i].value);
    }
    free(kept.row);
    return error;
}
