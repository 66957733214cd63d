// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/catalog_private.h"

static const struct assay_place no_place;

/* -- making and finding -- */

enum assay_error assay_catalog_create(struct assay_catalog **catalog)
{
    /* Tens of MiB of address space, touched as it fills. */
    void *memory = mmap(NULL, sizeof **catalog, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return ASSAY_E_MEMORY;
    }
    *catalog = memory;
    return ASSAY_OK;
}

void assay_catalog_destroy(struct assay_catalog *catalog)
{
    if (catalog == NULL) {
        return;
    }
    for (uint32_t slot = 0; slot < catalog->batch_count; slot++) {
        assay_batch_deinit(&catalog->batches[slot]->batch);
        free(catalog->batches[slot]);
    }
    for (uint32_t number = 0; number < catalog->product_count; number++) {
        free(catalog->products[number].current);
    }
    free(catalog->brand.current);
    free(catalog->calibration.current);
    assay_catalog_free_jobs(catalog);
    assay_catalog_free_alerts(catalog);
    free(catalog->files);
    free(catalog->imports);
    while (catalog->retired != NULL) {
        struct assay_catalog_retired *retired = catalog->retired;
        catalog->retired = retired->next;
        free(retired->memory);
        free(retired);
    }
    munmap(catalog, sizeof *catalog);
}

static uint64_t hash_bytes(const void *data, size_t len_bytes)
{
    uint64_t hash = 0xCBF29CE484222325ull; /* FNV-1a */
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len_bytes; i++) {
        hash = (hash ^ bytes[i]) * 0x100000001B3ull;
    }
    return hash ^ hash >> 32;
}

/* Eight bytes at a time: what most scans ask for. */
static uint64_t hash_place(const struct assay_place *place)
{
    uint64_t words[(sizeof *place + 7) / 8] = {0};
    uint64_t hash = 0xCBF29CE484222325ull;
    memcpy(words, place, sizeof *place);
    for (size_t i = 0; i < ASSAY_COUNT_OF(words); i++) {
        hash = (hash ^ words[i]) * 0x9E3779B97F4A7C15ull;
        hash ^= hash >> 29;
    }
    return hash ^ hash >> 32;
}

static uint32_t batch_home(uint32_t handle)
{
    return (uint32_t)((handle * 0x9E3779B97F4A7C15ull) >> 40) & (ASSAY_BATCH_INDEX - 1);
}

/* Slot number of a handle, or UINT32_MAX; *free_at: where it would go. */
static uint32_t find_batch(const struct assay_catalog *catalog, uint32_t handle, uint32_t *free_at)
{
    uint32_t at = batch_home(handle);
    for (;;) {
        uint32_t number = atomic_load_explicit(&catalog->batch_index[at], memory_order_acquire);
        if (number == 0) {
            *free_at = at;
            return UINT32_MAX;
        }
        if (catalog->batches[number - 1]->facts.handle == handle) {
            return number - 1;
        }
        at = (at + 1) & (ASSAY_BATCH_INDEX - 1);
    }
}

static uint32_t find_product(const struct assay_catalog *catalog, const char *sku,
                             uint32_t *free_at)
{
    uint32_t at = (uint32_t)hash_bytes(sku, strlen(sku)) & (ASSAY_PRODUCT_INDEX - 1);
    for (;;) {
        uint32_t number = atomic_load_explicit(&catalog->product_index[at], memory_order_acquire);
        if (number == 0) {
            *free_at = at;
            return UINT32_MAX;
        }
        if (strcmp(catalog->products[number - 1].current->value.sku, sku) == 0) {
            return number - 1;
        }
        at = (at + 1) & (ASSAY_PRODUCT_INDEX - 1);
    }
}

static uint32_t *place_slot(const struct assay_catalog *catalog, const struct assay_place *place)
{
    uint32_t at = (uint32_t)hash_place(place) & (ASSAY_PLACE_INDEX - 1);
    while (catalog->place_index[at] != 0 &&
           memcmp(&catalog->places[catalog->place_index[at]], place, sizeof *place) != 0) {
        at = (at + 1) & (ASSAY_PLACE_INDEX - 1);
    }
    return (uint32_t *)(uintptr_t)&catalog->place_index[at];
}

const struct assay_batch_facts *assay_catalog_facts(const struct assay_catalog *catalog,
                                                    uint32_t handle)
{
    uint32_t free_at = 0;
    uint32_t slot = find_batch(catalog, handle, &free_at);
    return slot == UINT32_MAX ? NULL : &catalog->batches[slot]->facts;
}

const struct assay_brand_record *assay_catalog_brand(const struct assay_catalog *catalog)
{
    return atomic_load_explicit(&catalog->brand.current, memory_order_acquire);
}

const struct assay_product *assay_catalog_product(const struct assay_catalog *catalog,
                                                  const char *sku)
{
    uint32_t free_at = 0;
    uint32_t number = find_product(catalog, sku, &free_at);
    return number == UINT32_MAX ? NULL : assay_catalog_product_at(catalog, number);
}

const struct assay_place *assay_catalog_place(const struct assay_catalog *catalog, uint32_t place)
{
    return place == 0 || place > assay_catalog_place_count(catalog) ? &no_place
                                                                    : &catalog->places[place];
}

uint32_t assay_catalog_batch_count(const struct assay_catalog *catalog)
{
    return atomic_load_explicit(&catalog->batch_count, memory_order_acquire);
}

uint32_t assay_catalog_product_count(const struct assay_catalog *catalog)
{
    return atomic_load_explicit(&catalog->product_count, memory_order_acquire);
}

uint32_t assay_catalog_place_count(const struct assay_catalog *catalog)
{
    return atomic_load_explicit(&catalog->place_count, memory_order_acquire);
}

const struct assay_product *assay_catalog_product_at(const struct assay_catalog *catalog,
                                                     uint32_t number)
{
    return atomic_load_explicit(&catalog->products[number].current, memory_order_acquire);
}

struct assay_catalog_batch *assay_catalog_batch(struct assay_catalog *catalog, uint32_t slot)
{
    assay_assert(slot < catalog->batch_count);
    return catalog->batches[slot];
}

uint32_t assay_catalog_place_find(const struct assay_catalog *catalog,
                                  const struct assay_place *place)
{
    return *place_slot(catalog, place);
}

/* How many places there may be before one as fine as this is not interned any more. */
static uint32_t places_for(const struct assay_place *place)
{
    return place->city[0] != '\0'     ? ASSAY_PLACES_MAX - ASSAY_PLACES_WITHOUT_CITY
           : place->region[0] != '\0' ? ASSAY_PLACES_MAX - ASSAY_PLACES_WITHOUT_REGION
                                      : ASSAY_PLACES_MAX;
}

uint32_t assay_catalog_place_fit(const struct assay_catalog *catalog, struct assay_place *place)
{
    uint32_t count = assay_catalog_place_count(catalog);
    while (!assay_place_is_empty(place)) {
        uint32_t number = assay_catalog_place_find(catalog, place);
        if (number != 0 || count < places_for(place)) {
            return number;
        }
        if (place->city[0] != '\0') {
            memset(place->city, 0, sizeof place->city);
        } else if (place->region[0] != '\0') {
            memset(place->region, 0, sizeof place->region);
        } else {
            memset(place->country, 0, sizeof place->country);
        }
    }
    return 0;
}

const struct assay_token_record *assay_catalog_token_at(const struct assay_catalog *catalog,
                                                        uint32_t number)
{
    return number < catalog->token_count ? &catalog->tokens[number].value : NULL;
}

const struct assay_site_record *assay_catalog_site_at(const struct assay_catalog *catalog,
                                                      uint32_t number)
{
    return number < catalog->site_count ? &catalog->sites[number].value : NULL;
}

/* -- setting -- */

enum assay_error assay_catalog_retire(struct assay_catalog *catalog, void *memory)
{
    if (memory == NULL) {
        return ASSAY_OK;
    }
    struct assay_catalog_retired *retired = malloc(sizeof *retired);
    if (retired == NULL) {
        return ASSAY_E_MEMORY;
    }
    *retired = (struct assay_catalog_retired){catalog->retired, memory};
    catalog->retired = retired;
    return ASSAY_OK;
}

enum assay_error assay_catalog_set_brand(struct assay_catalog *catalog,
                                         const struct assay_brand_record *brand,
                                         struct assay_catalog_mark mark)
{
    struct assay_brand_record *version = malloc(sizeof *version);
    if (version == NULL || assay_catalog_retire(catalog, catalog->brand.current) != ASSAY_OK) {
        free(version);
        return ASSAY_E_MEMORY;
    }
    *version = *brand;
    mark.created = catalog->brand.current == NULL ? mark.created : catalog->brand.mark.created;
    atomic_store_explicit(&catalog->brand.current, version, memory_order_release);
    catalog->brand.mark = mark;
    return ASSAY_OK;
}

enum assay_error assay_catalog_set_product(struct assay_catalog *catalog,
                                           const struct assay_product_record *product,
                                           struct assay_catalog_mark mark)
{
    uint32_t free_at = 0;
    uint32_t number = find_product(catalog, product->sku, &free_at);
    if (number == UINT32_MAX && catalog->product_count == ASSAY_PRODUCTS_MAX) {
        return ASSAY_E_FULL;
    }
    struct assay_product *version = malloc(sizeof *version);
    if (version == NULL) {
        return ASSAY_E_MEMORY;
    }
    *version = (struct assay_product){.value = *product, .position = mark.position};
    if (number != UINT32_MAX) {
        struct assay_catalog_product *row = &catalog->products[number];
        if (assay_catalog_retire(catalog, row->current) != ASSAY_OK) {
            free(version);
            return ASSAY_E_MEMORY;
        }
        atomic_store_explicit(&row->current, version, memory_order_release);
        row->mark.position = mark.position;
        row->mark.dirty = mark.dirty;
        return ASSAY_OK;
    }
    number = catalog->product_count;
    catalog->products[number].mark = mark;
    catalog->products[number].current = version;
    atomic_store_explicit(&catalog->product_index[free_at], number + 1, memory_order_release);
    atomic_store_explicit(&catalog->product_count, number + 1, memory_order_release);
    return ASSAY_OK;
}

enum assay_error assay_catalog_set_place(struct assay_catalog *catalog,
                                         const struct assay_place_record *place)
{
    if (place->place <= catalog->place_count) {
        return ASSAY_OK;
    }
    if (place->place != catalog->place_count + 1 || place->place > ASSAY_PLACES_MAX) {
        return ASSAY_E_CORRUPT;
    }
    catalog->places[place->place] = place->value;
    *place_slot(catalog, &place->value) = place->place;
    atomic_store_explicit(&catalog->place_count, place->place, memory_order_release);
    return ASSAY_OK;
}

enum assay_error assay_catalog_set_token(struct assay_catalog *catalog,
                                         const struct assay_token_record *token,
                                         struct assay_catalog_mark mark)
{
    for (uint32_t i = 0; i < catalog->token_count; i++) {
        if (strcmp(catalog->tokens[i].value.name, token->name) == 0) {
            mark.created = catalog->tokens[i].mark.created;
            catalog->tokens[i] = (struct assay_catalog_token){*token, mark};
            return ASSAY_OK;
        }
    }
    if (catalog->token_count == ASSAY_TOKENS_MAX) {
        return ASSAY_E_FULL;
    }
    catalog->tokens[catalog->token_count++] = (struct assay_catalog_token){*token, mark};
    return ASSAY_OK;
}

enum assay_error assay_catalog_set_site(struct assay_catalog *catalog,
                                        const struct assay_site_record *site,
                                        struct assay_catalog_mark mark)
{
    for (uint32_t i = 0; i < catalog->site_count; i++) {
        if (strcmp(catalog->sites[i].value.name, site->name) == 0) {
            mark.created = catalog->sites[i].mark.created;
            catalog->sites[i] = (struct assay_catalog_site){*site, mark};
            return ASSAY_OK;
        }
    }
    if (catalog->site_count == ASSAY_SITES_MAX) {
        return ASSAY_E_FULL;
    }
    catalog->sites[catalog->site_count++] = (struct assay_catalog_site){*site, mark};
    return ASSAY_OK;
}

static struct assay_batch_facts facts_of(const struct assay_catalog *catalog,
                                         const struct assay_batch *batch, uint32_t slot)
{
    uint32_t free_at = 0;
    struct assay_batch_facts facts = {
        .handle = batch->handle,
        .epoch = batch->epoch,
        .count = batch->count,
        .flags = batch->flags,
        .slot = slot,
        .product = find_product(catalog, batch->sku, &free_at),
        .expires_on = batch->expires_on,
    };
    memcpy(facts.sku, batch->sku, sizeof facts.sku);
    memcpy(facts.lot, batch->lot, sizeof facts.lot);
    memcpy(facts.market, batch->market, sizeof facts.market);
    return facts;
}

enum assay_error assay_catalog_add_batch(struct assay_catalog *catalog,
                                         const struct assay_batch_record *record,
                                         struct assay_catalog_mark mark,
                                         struct assay_catalog_batch **added)
{
    uint32_t free_at = 0;
    if (find_batch(catalog, record->batch.handle, &free_at) != UINT32_MAX) {
        return ASSAY_E_EXISTS;
    }
    uint32_t slot = catalog->batch_count;
    struct assay_catalog_batch *entry = slot < ASSAY_BATCHES_MAX ? calloc(1, sizeof *entry) : NULL;
    if (entry == NULL) {
        return slot < ASSAY_BATCHES_MAX ? ASSAY_E_MEMORY : ASSAY_E_FULL;
    }
    entry->facts = facts_of(catalog, &record->batch, slot);
    entry->batch = record->batch;
    memcpy(entry->actor, record->actor, sizeof entry->actor);
    entry->mark = mark;
    catalog->batches[slot] = entry;
    atomic_store_explicit(&catalog->batch_index[free_at], slot + 1, memory_order_release);
    atomic_store_explicit(&catalog->batch_count, slot + 1, memory_order_release);
    *added = entry;
    return ASSAY_OK;
}

struct assay_catalog_batch *assay_catalog_batch_of(const struct assay_catalog *catalog,
                                                   uint32_t handle)
{
    uint32_t free_at = 0;
    uint32_t slot = find_batch(catalog, handle, &free_at);
    return slot == UINT32_MAX ? NULL : catalog->batches[slot];
}
