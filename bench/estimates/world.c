// SPDX-License-Identifier: Apache-2.0
#include "bench/estimates/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 16

/* A CSV file of assay-market: no quotes, a header. */
struct rows {
    FILE *file;
    const char *name;
    char text[512];
    char *field[FIELDS];
};

static void rows_open(struct rows *rows, const char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    rows->name = name;
    rows->file = fopen(path, "r");
    if (rows->file == NULL || fgets(rows->text, sizeof rows->text, rows->file) == NULL) {
        perror(path);
        exit(1);
    }
}

/* The next row of so many fields; false at the end, and then the file is closed. */
static bool rows_next(struct rows *rows, unsigned count)
{
    if (fgets(rows->text, sizeof rows->text, rows->file) == NULL) {
        fclose(rows->file);
        return false;
    }
    char *at = rows->text;
    for (unsigned i = 0; i < count; i++) {
        rows->field[i] = at;
        at += strcspn(at, ",\n");
        if (*at == '\0' || (*at == '\n') != (i + 1 == count)) {
            fprintf(stderr, "%s: not %u fields\n", rows->name, count);
            exit(1);
        }
        *at++ = '\0';
    }
    return true;
}

static uint32_t stratum_at(const struct world *world, uint32_t product, uint32_t region,
                           int64_t at_ms)
{
    uint32_t period = 0;
    while (period + 1 < world->periods && at_ms >= world->starts_ms[period + 1]) {
        period++;
    }
    return (product * world->regions.count + region) * world->periods + period;
}

static void read_batches(struct world *world, const char *folder)
{
    struct rows rows;
    rows_open(&rows, folder, "batches.csv");
    while (rows_next(&rows, 9)) {
        uint32_t batch = names_find(&world->batches, rows.field[1], true);
        world->product_of_batch = must_have(
            realloc(world->product_of_batch, (batch + 1) * sizeof *world->product_of_batch));
        world->product_of_batch[batch] = names_find(&world->products, rows.field[0], true);
    }
}

/* Names of all regions and countries, and the periods; region "" for what cannot be placed. */
static void read_cuts(struct world *world, const char *folder)
{
    struct rows rows;
    names_find(&world->regions, "", true);
    names_find(&world->countries, "", true);
    rows_open(&rows, folder, "scans.csv");
    while (rows_next(&rows, 12)) {
        names_find(&world->countries, rows.field[2], true);
        names_find(&world->regions, rows.field[3], true);
    }
    rows_open(&rows, folder, "strata-truth.csv");
    while (rows_next(&rows, 13)) {
        names_find(&world->regions, rows.field[2], true);
        names_find(&world->countries, rows.field[1], true);
        int64_t from_ms = strtoll(rows.field[3], NULL, 10);
        uint32_t at = 0;
        while (at < world->periods && world->starts_ms[at] < from_ms) {
            at++;
        }
        if ((at == world->periods || world->starts_ms[at] != from_ms) && world->periods < 8) {
            memmove(&world->starts_ms[at + 1], &world->starts_ms[at],
                    (world->periods - at) * sizeof world->starts_ms[0]);
            world->starts_ms[at] = from_ms;
            world->periods++;
        }
    }
}

static void read_strata(struct world *world, const char *folder)
{
    struct rows rows;
    world->stratum_count = world->products.count * world->regions.count * world->periods;
    world->market_count = world->products.count * world->countries.count;
    world->strata = must_have(calloc(world->stratum_count, sizeof *world->strata));
    rows_open(&rows, folder, "strata-truth.csv");
    while (rows_next(&rows, 13)) {
        uint32_t product = names_find(&world->products, rows.field[0], false);
        uint32_t region = names_find(&world->regions, rows.field[2], false);
        uint32_t country = names_find(&world->countries, rows.field[1], false);
        struct world_stratum *stratum =
            &world->strata[stratum_at(world, product, region, strtoll(rows.field[3], NULL, 10))];
        stratum->genuine_sold = strtod(rows.field[5], NULL);
        stratum->fake_sold = strtod(rows.field[6], NULL);
        stratum->genuine_shown = strtod(rows.field[9], NULL);
        stratum->fake_shown = strtod(rows.field[10], NULL);
        stratum->market = product * world->countries.count + country;
    }
    for (uint32_t i = 0; i < world->stratum_count; i++) {
        world->strata[i].period = i % world->periods;
    }
}

/* Sales are kept in the first period: only markets ask for them. */
static void read_known(struct world *world, const char *folder)
{
    struct rows rows;
    rows_open(&rows, folder, "sales.csv");
    while (rows_next(&rows, 4)) {
        uint32_t product = names_find(&world->products, rows.field[0], false);
        uint32_t region = names_find(&world->regions, rows.field[1], false);
        if (region != NAME_NONE) {
            world->strata[stratum_at(world, product, region, 0)].units +=
                strtoull(rows.field[3], NULL, 10);
        }
    }
    rows_open(&rows, folder, "test-purchases.csv");
    while (rows_next(&rows, 5)) {
        uint32_t product = names_find(&world->products, rows.field[1], false);
        uint32_t region = names_find(&world->regions, rows.field[2], false);
        if (region != NAME_NONE) {
            struct world_stratum *stratum =
                &world
                     ->strata[stratum_at(world, product, region, strtoll(rows.field[0], NULL, 10))];
            stratum->purchases++;
            stratum->purchased_fakes += rows.field[4][0] == '1';
        }
    }
    world->is_reference = must_have(calloc(world->codes.count + 1, sizeof *world->is_reference));
    rows_open(&rows, folder, "reference.csv");
    while (rows_next(&rows, 1)) {
        uint32_t code = names_find(&world->codes, rows.field[0], false);
        if (code != NAME_NONE) {
            world->is_reference[code] = true;
        }
    }
}

/* The product of a code, or NAME_NONE for one that was never issued. */
static uint32_t product_of(struct world *world, const char *code)
{
    char handle[NAME_LEN] = "";
    size_t len = strcspn(code, ":");
    memcpy(handle, code, len < NAME_LEN ? len : NAME_LEN - 1);
    uint32_t batch = names_find(&world->batches, handle, false);
    return batch == NAME_NONE ? NAME_NONE : world->product_of_batch[batch];
}

static void fill_place(struct world *world, char **field, struct world_scan *scan)
{
    uint32_t country = names_find(&world->countries, field[2], false);
    bool known = field[2][0] != '\0';
    scan->country = known ? (uint16_t)country : UINT16_MAX;
    scan->placed = known && strcmp(field[8], "anon") != 0;
    scan->lat = strtod(field[5], NULL);
    scan->lon = strtod(field[6], NULL);
    scan->accuracy_km = strtod(field[7], NULL);
    char device[17] = "";
    memcpy(device, field[9], strnlen(field[9], 16));
    scan->device = strtoull(device, NULL, 16);
}

static bool is_left_out(char **field)
{
    return strcmp(field[10], "preview") == 0 || strcmp(field[10], "bot") == 0 ||
           strcmp(field[8], "hosting") == 0;
}

static void read_scans(struct world *world, const char *folder)
{
    struct rows rows;
    struct rows truth;
    rows_open(&rows, folder, "scans.csv");
    rows_open(&truth, folder, "scan-truth.csv");
    while (rows_next(&rows, 12) && rows_next(&truth, 4)) {
        uint32_t product = product_of(world, rows.field[1]);
        if (product == NAME_NONE || is_left_out(rows.field) ||
            strcmp(truth.field[3], "invented") == 0) {
            continue;
        }
        if (world->count == world->capacity) {
            world->capacity = world->capacity == 0 ? 65536 : world->capacity * 2;
            world->scans = must_have(realloc(world->scans, world->capacity * sizeof *world->scans));
        }
        struct world_scan *scan = &world->scans[world->count++];
        *scan = (struct world_scan){.at_ms = strtoll(rows.field[0], NULL, 10)};
        scan->code = names_find(&world->codes, rows.field[1], true);
        scan->item = (uint32_t)strtoul(truth.field[2], NULL, 10);
        scan->by_owner = truth.field[3][0] == 'c' || strcmp(truth.field[3], "genuine") == 0 ||
                         strcmp(truth.field[3], "shop") == 0;
        fill_place(world, rows.field, scan);
        uint32_t region = names_find(&world->regions, rows.field[3], false);
        scan->stratum = stratum_at(world, product, region, scan->at_ms);
        scan->group =
            product * world->countries.count + (scan->country == UINT16_MAX ? 0 : scan->country);
        world->strata[scan->stratum].market = scan->group;
    }
    fclose(truth.file);
}

static int by_code_and_time(const void *left, const void *right)
{
    const struct world_scan *a = left;
    const struct world_scan *b = right;
    if (a->code != b->code) {
        return a->code < b->code ? -1 : 1;
    }
    if (a->at_ms != b->at_ms) {
        return a->at_ms < b->at_ms ? -1 : 1;
    }
    return a->device < b->device ? -1 : a->device > b->device;
}

void world_read(struct world *world, const char *folder)
{
    *world = (struct world){.scans = NULL};
    read_batches(world, folder);
    read_cuts(world, folder);
    read_strata(world, folder);
    read_scans(world, folder);
    read_known(world, folder);
    qsort(world->scans, world->count, sizeof *world->scans, by_code_and_time);
}

void world_deinit(struct world *world)
{
    names_deinit(&world->codes);
    names_deinit(&world->products);
    names_deinit(&world->countries);
    names_deinit(&world->regions);
    names_deinit(&world->batches);
    free(world->scans);
    free(world->strata);
    free(world->product_of_batch);
    free(world->is_reference);
}
