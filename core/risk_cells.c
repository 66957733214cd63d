// SPDX-License-Identifier: Apache-2.0
#include "core/risk_cells.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/limits.h"

#define SLOTS_FIRST 4096 /* a power of two; the index is half full at most */
#define KEY_LEN 8
#define ROW_LEN 28
#define LAST_DIRTY UINT32_MAX

enum { OF_BATCH = 1, OF_PRODUCT = 2, OF_BATCH_TILE = 3, OF_PRODUCT_TILE = 4 };

#define DAY_MS 86400000
/* Mass that a day may add: two items' whole, and shares of what was there before. */
#define DAY_MASS (2u * UINT16_MAX)
#define DAY_MASS_SHARE 8
#define DAY_ITEMS_SHARE 128

struct cell {
    uint64_t key;      /* whose << 48 | number << 16 | country or tile */
    uint64_t position; /* of the last record */
    uint64_t mass;
    uint32_t items;
    uint32_t day_mass;   /* added on `day` */
    int32_t day;         /* of the last mass added, since 1970 */
    uint32_t next_dirty; /* number of the next one + 1; 0 = clean; LAST_DIRTY = none after it */
};

struct assay_risk_cells {
    uint32_t count;
    uint32_t tiles;       /* how many of them are of a tile */
    uint32_t first_dirty; /* as next_dirty */
    uint32_t *index;      /* number + 1; 0 = free */
    uint32_t slots;
    struct assay_risk_where last; /* looked up last, mostly by the scan that is taken next */
    uint32_t last_number[2];      /* its cells + 1; 0 = not made yet, or nothing was looked up */
    struct cell cell[ASSAY_RISK_CELLS_MAX];
};

_Static_assert(ASSAY_RISK_CELLS_OTHER >= ASSAY_BATCHES_MAX + ASSAY_PRODUCTS_MAX,
               "each batch and product finds room for its other countries");

enum assay_error assay_risk_cells_create(struct assay_risk_cells **cells)
{
    uint32_t *index = calloc(SLOTS_FIRST, sizeof *index);
    /* Tens of MiB of address space, touched as it fills. */
    struct assay_risk_cells *memory = mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || index == NULL) {
        free(index);
        return ASSAY_E_MEMORY;
    }
    memory->first_dirty = LAST_DIRTY;
    memory->index = index;
    memory->slots = SLOTS_FIRST;
    *cells = memory;
    return ASSAY_OK;
}

void assay_risk_cells_destroy(struct assay_risk_cells *cells)
{
    if (cells != NULL) {
        free(cells->index);
        munmap(cells, sizeof *cells);
    }
}

static uint64_t key_of(unsigned whose, uint32_t number, const char country[2])
{
    return (uint64_t)whose << 48 | (uint64_t)number << 16 | (uint64_t)(uint8_t)country[0] << 8 |
           (uint8_t)country[1];
}

static uint64_t key_of_tile(unsigned whose, uint32_t number, uint16_t tile)
{
    return (uint64_t)whose << 48 | (uint64_t)number << 16 | tile;
}

static uint64_t other_country(uint64_t key)
{
    return (key & ~0xFFFFull) | (uint64_t)'Z' << 8 | 'Z';
}

static uint32_t home_of(const struct assay_risk_cells *cells, uint64_t key)
{
    return (uint32_t)((key * 0x9E3779B97F4A7C15ull) >> 32) & (cells->slots - 1);
}

static void prefetch(const struct assay_risk_cells *cells, uint64_t key, bool again)
{
    const uint32_t *slot = &cells->index[home_of(cells, key)];
    if (!again) {
        __builtin_prefetch(slot);
    } else if (*slot != 0) {
        __builtin_prefetch(&cells->cell[*slot - 1], 1);
    }
}

void assay_risk_cells_prefetch(const struct assay_risk_cells *cells,
                               const struct assay_risk_where *where, uint16_t tile, bool again)
{
    prefetch(cells, key_of(OF_BATCH, where->batch, where->country), again);
    if (tile != ASSAY_RISK_TILE_NONE) {
        prefetch(cells, key_of_tile(OF_BATCH_TILE, where->batch, tile), again);
        prefetch(cells, key_of_tile(OF_PRODUCT_TILE, where->product, tile), again);
    }
}

/* Slot of the key, or the free slot where it belongs. */
static uint32_t slot_of(const struct assay_risk_cells *cells, uint64_t key)
{
    uint32_t at = home_of(cells, key);
    while (cells->index[at] != 0 && cells->cell[cells->index[at] - 1].key != key) {
        at = (at + 1) & (cells->slots - 1);
    }
    return at;
}

/* The cell that the key's scans are counted in, + 1; 0 = not made yet, and then *key names it. */
static uint32_t counting_cell(const struct assay_risk_cells *cells, uint64_t *key)
{
    uint32_t number = cells->index[slot_of(cells, *key)];
    bool full = cells->count - cells->tiles >=
                ASSAY_RISK_CELLS_MAX - ASSAY_RISK_TILES_MAX - ASSAY_RISK_CELLS_OTHER;
    if (number == 0 && full) {
        *key = other_country(*key);
        number = cells->index[slot_of(cells, *key)];
    }
    return number;
}

static struct assay_risk_cell look(const struct assay_risk_cells *cells, uint32_t number)
{
    if (number == 0) {
        return (struct assay_risk_cell){0};
    }
    const struct cell *cell = &cells->cell[number - 1];
    return (struct assay_risk_cell){.items = cell->items, .mass = cell->mass};
}

void assay_risk_cells_at(const struct assay_risk_cells *cells, const struct assay_risk_where *where,
                         struct assay_risk_place *place)
{
    if (place->tile != ASSAY_RISK_TILE_NONE) {
        uint64_t batch = key_of_tile(OF_BATCH_TILE, where->batch, place->tile);
        uint64_t product = key_of_tile(OF_PRODUCT_TILE, where->product, place->tile);
        place->batch = look(cells, cells->index[slot_of(cells, batch)]);
        place->product = look(cells, cells->index[slot_of(cells, product)]);
    }
}

void assay_risk_cells_around(struct assay_risk_cells *cells, const struct assay_risk_where *where,
                             const struct assay_risk_state *state, struct assay_risk_around *around)
{
    uint64_t batch = key_of(OF_BATCH, where->batch, where->country);
    uint64_t product = key_of(OF_PRODUCT, where->product, where->country);
    cells->last = *where;
    cells->last_number[0] = counting_cell(cells, &batch);
    cells->last_number[1] = counting_cell(cells, &product);
    *around = (struct assay_risk_around){.batch = look(cells, cells->last_number[0]),
                                         .product = look(cells, cells->last_number[1])};
    for (int i = 0; i < ASSAY_RISK_PLACES; i++) {
        bool has = i < state->anchor_count;
        around->places[i].tile = has ? assay_risk_tile(state->anchors[i].lat_decidegrees,
                                                       state->anchors[i].lon_decidegrees)
                                     : ASSAY_RISK_TILE_NONE;
        assay_risk_cells_at(cells, where, &around->places[i]);
    }
}

/* Double the index. */
static enum assay_error grow(struct assay_risk_cells *cells)
{
    uint32_t *wider = calloc(2 * (size_t)cells->slots, sizeof *wider);
    if (wider == NULL) {
        return ASSAY_E_MEMORY;
    }
    free(cells->index);
    cells->index = wider;
    cells->slots *= 2;
    for (uint32_t number = 1; number <= cells->count; number++) {
        cells->index[slot_of(cells, cells->cell[number - 1].key)] = number;
    }
    return ASSAY_OK;
}

/* A new cell; NULL without memory. */
static struct cell *add(struct assay_risk_cells *cells, uint64_t key)
{
    assay_assert(cells->count < ASSAY_RISK_CELLS_MAX);
    if (2 * (cells->count + 1) > cells->slots && grow(cells) != ASSAY_OK) {
        return NULL;
    }
    struct cell *cell = &cells->cell[cells->count];
    cell->key = key;
    cells->index[slot_of(cells, key)] = ++cells->count;
    return cell;
}

static void add_mass(struct cell *cell, uint32_t mass, int64_t at_unix_ms)
{
    int32_t day = (int32_t)(at_unix_ms / DAY_MS);
    if (day != cell->day) {
        cell->day = day;
        cell->day_mass = 0;
    }
    uint64_t allowed = DAY_MASS + (cell->mass - cell->day_mass) / DAY_MASS_SHARE +
                       (uint64_t)cell->items * UINT16_MAX / DAY_ITEMS_SHARE;
    uint64_t left = allowed > cell->day_mass ? allowed - cell->day_mass : 0;
    left = left < UINT32_MAX - cell->day_mass ? left : UINT32_MAX - cell->day_mass;
    uint32_t added = mass < left ? mass : (uint32_t)left;
    cell->day_mass += added;
    cell->mass += added;
}

/* number: of the cell, + 1; 0 = it is made now. */
static enum assay_error count(struct assay_risk_cells *cells, uint64_t key, uint32_t number,
                              const struct assay_scan_record *scan, uint64_t position)
{
    struct cell *cell = number != 0 ? &cells->cell[number - 1] : add(cells, key);
    if (cell == NULL) {
        return ASSAY_E_MEMORY;
    }
    if (position <= cell->position) {
        return ASSAY_OK;
    }
    cell->position = position;
    cell->items += (scan->flags & ASSAY_SCAN_FIRST) != 0 && cell->items < UINT32_MAX;
    if (scan->risk.mass_capped > 0) {
        add_mass(cell, scan->risk.mass_capped, scan->at_unix_ms);
    }
    if (cell->next_dirty == 0) {
        cell->next_dirty = cells->first_dirty;
        cells->first_dirty = (uint32_t)(cell - cells->cell) + 1;
    }
    return ASSAY_OK;
}

static bool is_last(const struct assay_risk_cells *cells, const struct assay_risk_where *where)
{
    return cells->last.batch == where->batch && cells->last.product == where->product &&
           memcmp(cells->last.country, where->country, sizeof where->country) == 0;
}

static enum assay_error count_country(struct assay_risk_cells *cells, uint64_t key, uint32_t number,
                                      const struct assay_scan_record *scan, uint64_t position)
{
    number = number != 0 ? number : counting_cell(cells, &key);
    return count(cells, key, number, scan, position);
}

static enum assay_error count_tile(struct assay_risk_cells *cells, uint64_t key,
                                   const struct assay_scan_record *scan, uint64_t position)
{
    uint32_t number = cells->index[slot_of(cells, key)];
    if (number == 0 && cells->tiles == ASSAY_RISK_TILES_MAX) {
        return ASSAY_OK;
    }
    cells->tiles += number == 0;
    return count(cells, key, number, scan, position);
}

static enum assay_error take_tile(struct assay_risk_cells *cells,
                                  const struct assay_risk_where *where,
                                  const struct assay_scan_record *scan, uint64_t position)
{
    uint16_t tile = assay_risk_tile_of(&scan->position, scan->net);
    bool says = (scan->flags & ASSAY_SCAN_FIRST) != 0 || scan->risk.mass_capped > 0;
    if (tile == ASSAY_RISK_TILE_NONE || !says) {
        return ASSAY_OK;
    }
    enum assay_error error =
        count_tile(cells, key_of_tile(OF_BATCH_TILE, where->batch, tile), scan, position);
    return error != ASSAY_OK ? error
                             : count_tile(cells, key_of_tile(OF_PRODUCT_TILE, where->product, tile),
                                          scan, position);
}

enum assay_error assay_risk_cells_take(struct assay_risk_cells *cells,
                                       const struct assay_risk_where *where,
                                       const struct assay_scan_record *scan, uint64_t position)
{
    if (!assay_scan_counts(scan)) {
        return ASSAY_OK;
    }
    bool last = is_last(cells, where);
    enum assay_error error = count_country(cells, key_of(OF_BATCH, where->batch, where->country),
                                           last ? cells->last_number[0] : 0, scan, position);
    if (error == ASSAY_OK) {
        error = count_country(cells, key_of(OF_PRODUCT, where->product, where->country),
                              last ? cells->last_number[1] : 0, scan, position);
    }
    return error == ASSAY_OK ? take_tile(cells, where, scan, position) : error;
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
        assay_wire_put_u32(&wire, cell->day_mass);
        assay_wire_put_u32(&wire, (uint32_t)cell->day);
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
        value.len_bytes != ROW_LEN || key.data[1] < OF_BATCH || key.data[1] > OF_PRODUCT_TILE) {
        return ASSAY_E_CORRUPT;
    }
    uint64_t packed = 0;
    for (int i = 1; i < KEY_LEN; i++) {
        packed = packed << 8 | key.data[i];
    }
    if (cells->index[slot_of(cells, packed)] != 0) {
        return ASSAY_E_CORRUPT;
    }
    if (cells->count == ASSAY_RISK_CELLS_MAX) {
        return ASSAY_E_FULL;
    }
    struct cell *cell = add(cells, packed);
    if (cell == NULL) {
        return ASSAY_E_MEMORY;
    }
    struct assay_wire wire = assay_wire_reader(value.data, value.len_bytes);
    cell->position = assay_wire_get_u64(&wire);
    cell->items = assay_wire_get_u32(&wire);
    cell->mass = assay_wire_get_u64(&wire);
    cell->day_mass = assay_wire_get_u32(&wire);
    cell->day = (int32_t)assay_wire_get_u32(&wire);
    cells->tiles += key.data[1] >= OF_BATCH_TILE;
    return ASSAY_OK;
}
