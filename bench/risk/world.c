// SPDX-License-Identifier: Apache-2.0
#include "bench/risk/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/real.h"

#define COLUMNS_MAX 16
#define BATCHES_MAX 4096

struct table {
    FILE *file;
    char path[512];
    char *line;
    size_t size;
    char *columns[COLUMNS_MAX];
    unsigned row;
};

static _Noreturn void give_up(const struct table *table, const char *what)
{
    fprintf(stderr, "%s:%u: %s\n", table->path, table->row, what);
    exit(2);
}

static void *must(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "no memory\n");
        exit(2);
    }
    return memory;
}

/* The next row cut at its commas; missing columns are empty. */
static bool next_row(struct table *table)
{
    static char nothing[1];
    table->row++;
    if (getline(&table->line, &table->size, table->file) < 0) {
        fclose(table->file);
        free(table->line);
        return false;
    }
    table->line[strcspn(table->line, "\r\n")] = '\0';
    char *rest = table->line;
    for (int i = 0; i < COLUMNS_MAX; i++) {
        char *column = strsep(&rest, ",");
        table->columns[i] = column == NULL ? nothing : column;
    }
    return true;
}

static bool open_table(struct table *table, const char *dir, const char *name)
{
    *table = (struct table){0};
    snprintf(table->path, sizeof table->path, "%s/%s", dir, name);
    table->file = fopen(table->path, "r");
    return table->file != NULL && next_row(table);
}

static void must_open(struct table *table, const char *dir, const char *name)
{
    if (!open_table(table, dir, name)) {
        give_up(table, "cannot be read");
    }
}

static void copy_text(char *to, size_t size, const struct table *table, int column)
{
    if (strlen(table->columns[column]) >= size) {
        give_up(table, "a text is too long");
    }
    snprintf(to, size, "%s", table->columns[column]);
}

/* -- batches -- */

static void read_batches(struct world *world, const char *dir)
{
    struct table table;
    must_open(&table, dir, "batches.csv");
    world->handles = must(calloc(BATCHES_MAX, sizeof *world->handles));
    world->skus = must(calloc(BATCHES_MAX, sizeof *world->skus));
    world->markets = must(calloc(BATCHES_MAX, sizeof *world->markets));
    world->products = must(calloc(BATCHES_MAX, sizeof *world->products));
    while (next_row(&table)) {
        uint16_t at = world->batch_count++;
        if (at >= BATCHES_MAX) {
            give_up(&table, "too many batches");
        }
        copy_text(world->skus[at], sizeof world->skus[at], &table, 0);
        copy_text(world->handles[at], sizeof world->handles[at], &table, 1);
        copy_text(world->markets[at], sizeof world->markets[at], &table, 3);
        while (strcmp(world->skus[world->products[at]], world->skus[at]) != 0) {
            world->products[at]++;
        }
    }
}

static uint16_t batch_of(const struct world *world, const char *code)
{
    for (uint16_t i = 0; i < world->batch_count; i++) {
        size_t len = strlen(world->handles[i]);
        if (strncmp(world->handles[i], code, len) == 0 && code[len] == ':') {
            return i;
        }
    }
    return UINT16_MAX;
}

/* -- codes -- */

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037ull;
    for (; *text != '\0'; text++) {
        hash = (hash ^ (uint8_t)*text) * 1099511628211ull;
    }
    return hash ^ hash >> 29;
}

/* Place of a code's name in slots. */
static uint32_t slot_of(const struct world *world, const char *name)
{
    uint32_t at = (uint32_t)hash_of(name) & (world->slot_count - 1);
    while (world->slots[at] != 0 && strcmp(world->codes[world->slots[at] - 1].name, name) != 0) {
        at = (at + 1) & (world->slot_count - 1);
    }
    return at;
}

static void read_codes(struct world *world, const char *dir)
{
    struct table table;
    must_open(&table, dir, "item-truth.csv");
    world->slot_count = 1u << 24;
    world->slots = must(calloc(world->slot_count, sizeof *world->slots));
    world->codes = must(calloc(WORLD_SCANS_MAX, sizeof *world->codes));
    while (next_row(&table)) {
        struct world_code *code = &world->codes[world->code_count];
        copy_text(code->name, sizeof code->name, &table, 0);
        copy_text(code->kind, sizeof code->kind, &table, 1);
        code->batch = batch_of(world, code->name);
        uint32_t slot = slot_of(world, code->name);
        if (code->batch == UINT16_MAX || world->slots[slot] != 0 ||
            world->code_count + 1 >= WORLD_SCANS_MAX) {
            give_up(&table, "no such batch, or the same code again");
        }
        world->slots[slot] = ++world->code_count;
    }
    if (open_table(&table, dir, "reference.csv")) {
        while (next_row(&table)) {
            uint32_t number = world->slots[slot_of(world, table.columns[0])];
            if (number != 0) {
                world->codes[number - 1].reference = true;
            }
        }
    }
}

/* -- scans -- */

static int number_of(const char *name, const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    return 0;
}

static void place_scan(const struct table *table, struct assay_risk_scan *scan)
{
    static const char *const nets[] = {"", "fixed", "mobile", "hosting", "anon"};
    scan->net = (enum assay_net)number_of(table->columns[8], nets, 5);
    scan->position.lat_decidegrees = ASSAY_POSITION_NONE;
    if (table->columns[5][0] != '\0') {
        scan->position.lat_decidegrees =
            (int16_t)assay_real_round(10 * strtod(table->columns[5], NULL));
        scan->position.lon_decidegrees =
            (int16_t)assay_real_round(10 * strtod(table->columns[6], NULL));
        double accuracy_km = strtod(table->columns[7], NULL);
        scan->position.accuracy_km = (uint16_t)(accuracy_km > 60000 ? 60000 : accuracy_km);
    }
    if (strlen(table->columns[2]) == 2) {
        memcpy(scan->country, table->columns[2], 2);
    }
}

static bool read_scan(const struct world *world, const struct table *table, struct world_scan *scan)
{
    *scan = (struct world_scan){0};
    uint32_t number = world->slots[slot_of(world, table->columns[1])];
    bool machine =
        strcmp(table->columns[10], "preview") == 0 || strcmp(table->columns[10], "bot") == 0;
    place_scan(table, &scan->risk);
    bool right_pin = strcmp(table->columns[11], "right") == 0;
    if (number == 0 || (!right_pin && (machine || scan->risk.net == ASSAY_NET_HOSTING))) {
        return false;
    }
    scan->code = number - 1;
    scan->risk.at_unix_ms = atoll(table->columns[0]);
    uint16_t batch = world->codes[scan->code].batch;
    memcpy(scan->risk.market, world->markets[batch], 2);
    if (table->columns[9][0] != '\0') {
        uint64_t key = (hash_of(table->columns[9]) ^ number) * 0x9E3779B97F4A7C15ull;
        uint16_t tag = (uint16_t)(key >> 48);
        scan->risk.device_tag = tag == 0 ? 1 : tag;
    }
    return true;
}

static uint32_t physical_of(const struct table *truth)
{
    const char *who = truth->columns[3];
    bool nobody = strcmp(who, "grief") == 0 || strcmp(who, "viral") == 0;
    return nobody ? WORLD_NOBODY : (uint32_t)strtoul(truth->columns[2], NULL, 10);
}

static void read_scans(struct world *world, const char *dir)
{
    struct table table;
    struct table truth;
    must_open(&table, dir, "scans.csv");
    must_open(&truth, dir, "scan-truth.csv");
    world->scans = must(calloc(WORLD_SCANS_MAX, sizeof *world->scans));
    while (next_row(&table) && next_row(&truth)) {
        struct world_scan *scan = &world->scans[world->scan_count];
        if (world->scan_count + 1 < WORLD_SCANS_MAX && read_scan(world, &table, scan)) {
            scan->physical = physical_of(&truth);
            world->scan_count++;
        }
    }
}

/* How many physical items of each code were scanned, by a set of 64 of them. */
static void count_items(struct world *world)
{
    uint64_t *seen = must(calloc(world->code_count, sizeof *seen));
    for (uint32_t i = 0; i < world->scan_count; i++) {
        const struct world_scan *scan = &world->scans[i];
        uint64_t bit = 1ull << (scan->physical < 63 ? scan->physical : 63);
        if (scan->physical != WORLD_NOBODY && (seen[scan->code] & bit) == 0) {
            seen[scan->code] |= bit;
            world->codes[scan->code].items++;
        }
    }
    free(seen);
}

void world_read(struct world *world, const char *dir)
{
    *world = (struct world){0};
    snprintf(world->name, sizeof world->name, "%s", dir);
    read_batches(world, dir);
    read_codes(world, dir);
    read_scans(world, dir);
    count_items(world);
}

void world_deinit(struct world *world)
{
    free(world->handles);
    free(world->skus);
    free(world->markets);
    free(world->products);
    free(world->codes);
    free(world->slots);
    free(world->scans);
}
