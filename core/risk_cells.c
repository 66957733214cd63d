// SPDX-License-Identifier: Apache-2.0
#include "core/risk_cells.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/limits.h"

#define SLOTS (2 * ASSAY_RISK_CELLS_MAX) /* half full at most */
#define KEY_LEN 8
#define ROW_LEN 20
#define LAST_DIRTY UINT32_MAX

enum { OF_BATCH = 1, OF_PRODUCT = 2 };

struct cell {
    uint64_t key;      /* whose << 48 | number << 16 | country */
    uint64_t position; /* of the last record */
    uint64_t mass;
    uint32_t items;
    uint32_t next_dirty; /* number of the next one + 1; 0 = clean; LAST_DIRTY = none after it */
};

struct assay_risk_cells {
    uint32_t count;
    uint32_t first_dirty;  /* as next_dirty */
    uint32_t index[SLOTS]; /* number + 1; 0 = free */
    struct cell cell[ASSAY_RISK_CELLS_MAX];
};

_Static_assert((SLOTS & (SLOTS - 1)) == 0, "the index is masked");
_Static_assert(ASSAY_RISK_CELLS_OTHER >= ASSAY_BATCHES_MAX + ASSAY_PRODUCTS_MAX,
               "each batch and product finds room for its other countries");

enum assay_error assay_risk_cells_create(struct assay_risk_cells **cells)
{
    /* Tens of MiB of address space, touched as it fills. */
    void *memory = mmap(NULL, sizeof **cells, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return ASSAY_E_MEMORY;
    }
    *cells = memory;
    (*cells)->first_dirty = LAST_DIRTY;
    return ASSAY_OK;
}

void assay_risk_cells_destroy(struct assay_risk_cells *cells)
{
    if (cells != NULL) {
        munmap(cells, sizeof *cells);
    }
}

static uint64_t key_of(unsigned whose, uint32_t number, const char country[2])
{
    return (uint64_t)whose << 48 | (uint64_t)number << 16 | (uint64_t)(uint8_t)country[0] << 8 |
           (uint8_t)country[1];
}

static uint64_t other_country(uint64_t key)
{
    return (key & ~0xFFFFull) | (uint64_t)'Z' << 8 | 'Z';
}

/* Slot of the key, or the free slot where it belongs. */
static uint32_t slot_of(const struct assay_risk_cells *cells, uint64_t key)
{
    uint32_t at = (uint32_t)((key * 0x9E3779B97F4A7C15ull) >> 32) & (SLOTS - 1);
    while (cells->index[at] != 0 && cells->cell[cells->index[at] - 1].key != key) {
        at = (at + 1) & (SLOTS - 1);
    }
    return at;
}

/* Slot of the cell that the key's scans are counted in, made or not. */
static uint32_t counting_slot(const struct assay_risk_cells *cells, uint64_t *key)
{
    uint32_t at = slot_of(cells, *key);
    bool full = cells->count >= ASSAY_RISK_CELLS_MAX - ASSAY_RISK_CELLS_OTHER;
    if (cells->index[at] == 0 && full) {
        *key = other_country(*key);
        at = slot_of(cells, *key);
    }
    return at;
}

static struct assay_risk_cell look(const struct assay_risk_cells *cells, uint64_t key)
{
    uint32_t number = cells->index[counting_slot(cells, &key)];
    if (number == 0) {
        return (struct assay_risk_cell){0};
    }
    const struct cell *cell = &cells->cell[number - 1];
    return (struct assay_risk_cell){.items = cell->items, .mass = cell->mass};
}

void assay_risk_cells_around(const struct assay_risk_cells *cells,
                             const struct assay_risk_where *where, struct assay_risk_around *around)
{
    around->batch = look(cells, key_of(OF_BATCH, where->batch, where->country));
    around->product = look(cells, key_of(OF_PRODUCT, where->product, where->country));
}

static struct cell *add(struct assay_risk_cells *cells, uint32_t slot, uint64_t key)
{
    assay_assert(cells->count < ASSAY_RISK_CELLS_MAX);
    struct cell *cell = &cells->cell[cells->count];
    cell->key = key;
    cells->index[slot] = ++cells->count;
    return cell;
}

static void count(struct assay_risk_cells *cells, uint64_t key,
                  const struct assay_scan_record *scan, uint64_t position)
{
    uint32_t slot = counting_slot(cells, &key);
    uint32_t number = cells->index[slot];
    struct cell *cell = number != 0 ? &cells->cell[number - 1] : add(cells, slot, key);
    if (position <= cell->position) {
        return;
    }
    cell->position = position;
    cell->items += (scan->flags & ASSAY_SCAN_FIRST) != 0 && cell->items < UINT32_MAX;
    cell->mass += scan->risk.mass;
    if (cell->next_dirty == 0) {
        cell->next_dirty = cells->first_dirty;
        cells->first_dirty = (uint32_t)(cell - cells->cell) + 1;
    }
}

void assay_risk_cells_take(struct assay_risk_cells *cells, const struct assay_risk_where *where,
                           const struct assay_scan_record *scan, uint64_t position)
{
    if (!assay_scan_counts(scan)) {
        return;
    }
    count(cells, key_of(OF_BATCH, where->batch, where->country), scan, position);
    count(cells, key_of(OF_PRODUCT, where->product, where->country), scan, position);
}

uint32_t assay_risk_cells_count(const struct assay_risk_cells *cells)
{
    return cells->count;
}

/* -- rows -- */

/* Kind, whose, number big-endian, country. */
static void put_key(uint64_t key, uint8_t data[KEY_LEN])
{
    data[0] = ASSAY_RISK_CELLS_KIND;
    for (int i = 1; i < KEY_LEN; i++) {
        data[i] = (uint8_t)(key >> (48 - 8 * (i - 1)));
    }
}

void assay_risk_cells_take_dirty(struct assay_risk_cells *cells,
                                 void (*put)(void *context, struct assay_span key,
                                             struct assay_span value),
                                 void *context)
{
    while (cells->first_dirty != LAST_DIRTY) {
        struct cell *cell = &cells->cell[cells->first_dirty - 1];
        uint8_t key[KEY_LEN];
        uint8_t row[ROW_LEN];
        put_key(cell->key, key);
        struct assay_wire wire = assay_wire_writer(row, sizeof row);
        assay_wire_put_u64(&wire, cell->position);
        assay_wire_put_u32(&wire, cell->items);
        assay_wire_put_u64(&wire, cell->mass);
        assay_assert(!wire.failed);
        put(context, (struct assay_span){key, sizeof key}, (struct assay_span){row, wire.at});
        cells->first_dirty = cell->next_dirty;
        cell->next_dirty = 0;
    }
}

enum assay_error assay_risk_cells_load(struct assay_risk_cells *cells, struct assay_span key,
                                       struct assay_span value)
{
    if (key.len_bytes != KEY_LEN || key.data[0] != ASSAY_RISK_CELLS_KIND ||
        value.len_bytes != ROW_LEN || (key.data[1] != OF_BATCH && key.data[1] != OF_PRODUCT)) {
        return ASSAY_E_CORRUPT;
    }
    uint64_t packed = 0;
    for (int i = 1; i < KEY_LEN; i++) {
        packed = packed << 8 | key.data[i];
    }
    uint32_t slot = slot_of(cells, packed);
    if (cells->index[slot] != 0) {
        return ASSAY_E_CORRUPT;
    }
    if (cells->count == ASSAY_RISK_CELLS_MAX) {
        return ASSAY_E_FULL;
    }
    struct cell *cell = add(cells, slot, packed);
    struct assay_wire wire = assay_wire_reader(value.data, value.len_bytes);
    cell->position = assay_wire_get_u64(&wire);
    cell->items = assay_wire_get_u32(&wire);
    cell->mass = assay_wire_get_u64(&wire);
    return ASSAY_OK;
}
