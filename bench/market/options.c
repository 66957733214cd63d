// SPDX-License-Identifier: Apache-2.0
#include "bench/market/options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "core/base32.h"
#include "core/clock.h"
#include "core/limits.h"

/* 2026-01-05, a Monday. */
#define START_MS 1767571200000ll

enum {
    key_assumptions = 256,
    key_print,
};

static const struct argp_option options[] = {
    {"seed", 's', "N", 0, "what the world is drawn from (1)", 0},
    {"kind", 'k', "NAME", 0, "the kind of market (clean)", 0},
    {"behaviour", 'b', "LIST", 0,
     "behaviours and NAME=VALUE, separated by commas; after the kind (tuned)", 0},
    {"items", 'n', "N", 0, "genuine items that are scanned, roughly (20000)", 0},
    {"weeks", 'w', "N", 0, "length of the history, 1 to 520 (26)", 0},
    {"start", 't', "TIME", 0, "its start, RFC 3339 or a date (2026-01-05)", 0},
    {"batch", 'B', "SKU:HANDLE:COUNT[:MARKET]", 0, "a batch to sell from; once or more", 0},
    {"out", 'o', "DIR", 0, "folder for the files", 0},
    {"assumptions", key_print, NULL, 0, "print all assumptions as a Markdown table", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

/* The behaviour is set after the kind, whatever the order on the command line. */
struct reading {
    struct market_world *world;
    const char *kind;
    const char *behaviour;
};

static uint64_t read_number(struct argp_state *state, const char *name, const char *text,
                            uint64_t most)
{
    uint64_t value = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9' && value <= most; at++) {
        if (value > (UINT64_MAX - 9) / 10) {
            value = UINT64_MAX;
            break;
        }
        value = value * 10 + (uint64_t)(*at - '0');
    }
    if (at == text || *at != '\0' || value > most) {
        argp_error(state, "%s: a whole number of at most %lu", name, (unsigned long)most);
    }
    return value;
}

/* The next part of a:b:c, copied; false if it is empty or too long. */
static bool take_part(const char **text, char *part, size_t size)
{
    size_t len = strcspn(*text, ":");
    bool fits = len > 0 && len < size;
    if (fits) {
        memcpy(part, *text, len);
        part[len] = '\0';
    }
    *text += len + ((*text)[len] == ':' && (*text)[len + 1] != '\0');
    return fits;
}

static bool is_sku(const char *text)
{
    return text[strspn(
               text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")] == '\0';
}

static bool is_handle(struct market_batch *batch)
{
    uint64_t value;
    if (strlen(batch->handle) != 6 || assay_base32_get(batch->handle, 6, &value) != ASSAY_OK ||
        value == 0) {
        return false;
    }
    assay_base32_put(value, 6, batch->handle);
    return true;
}

static void add_batch(struct argp_state *state, struct market_world *world, const char *text)
{
    char count[24];
    struct market_batch batch = {.product = 0};
    const char *rest = text;
    bool fine = take_part(&rest, batch.sku, sizeof batch.sku) && is_sku(batch.sku) &&
                take_part(&rest, batch.handle, sizeof batch.handle) && is_handle(&batch) &&
                take_part(&rest, count, sizeof count);
    if (fine && *rest != '\0') {
        fine = take_part(&rest, batch.market, sizeof batch.market) && strlen(batch.market) == 2;
    }
    if (!fine || *rest != '\0') {
        argp_error(state, "--batch %s: SKU:HANDLE:COUNT[:MARKET]", text);
    }
    batch.count = (uint32_t)read_number(state, "--batch COUNT", count, ASSAY_BATCH_ITEMS_MAX);
    if (batch.count == 0 || world->batch_count == MARKET_BATCHES_MAX) {
        argp_error(state, "--batch %s: from 1 item, at most %d batches", text, MARKET_BATCHES_MAX);
    }
    size_t size = (world->batch_count + 1u) * sizeof batch;
    world->batches = market_must(realloc(world->batches, size));
    world->batches[world->batch_count++] = batch;
}

static error_t take(int key, char *value, struct argp_state *state)
{
    struct reading *reading = state->input;
    struct market_world *world = reading->world;
    switch (key) {
    case 's':
        world->seed = read_number(state, "--seed", value, UINT64_MAX - 9);
        break;
    case 'k':
        reading->kind = value;
        break;
    case 'b':
        reading->behaviour = value;
        break;
    case 'n':
        world->items = (double)read_number(state, "--items", value, MARKET_SCANS_MAX);
        break;
    case 'w':
        world->weeks = (uint32_t)read_number(state, "--weeks", value, MARKET_WEEKS_MAX);
        break;
    case 't':
        if (assay_time_parse(value, &world->history.start_ms) != ASSAY_OK) {
            argp_error(state, "--start: 2026-01-05 or 2026-01-05T00:00:00Z");
        }
        break;
    case 'B':
        add_batch(state, world, value);
        break;
    case 'o':
        world->out = value;
        break;
    case key_print:
        market_assumptions_print(stdout);
        exit(0);
    case ARGP_KEY_ARG:
        argp_error(state, "%s: no such argument", value);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* After the options, --help lists what they may name. */
static char *help(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC) {
        return (char *)(uintptr_t)text;
    }
    char *all = NULL;
    size_t len = 0;
    FILE *out = market_must(open_memstream(&all, &len));
    market_assumptions_print_names(out);
    fclose(out);
    return all;
}

static void number_products(struct argp_state *state, struct market_world *world)
{
    for (uint16_t i = 0; i < world->batch_count; i++) {
        struct market_batch *batch = &world->batches[i];
        for (uint16_t k = 0; k < i; k++) {
            if (strcmp(batch->handle, world->batches[k].handle) == 0) {
                argp_error(state, "--batch: %s is named twice", batch->handle);
            }
        }
        while (batch->product < world->product_count &&
               strcmp(world->skus[batch->product], batch->sku) != 0) {
            batch->product++;
        }
        if (batch->product == MARKET_PRODUCTS_MAX) {
            argp_error(state, "--batch: more than %d products", MARKET_PRODUCTS_MAX);
        }
        if (batch->product == world->product_count) {
            memcpy(world->skus[world->product_count++], batch->sku, sizeof batch->sku);
        }
    }
}

static void settle(struct argp_state *state, const struct reading *reading)
{
    struct market_world *world = reading->world;
    char fault[64];
    world->assumptions = market_assumptions_default();
    if (!market_kind_known(reading->kind)) {
        argp_error(state, "--kind: no kind is called %s", reading->kind);
    }
    if (!market_assumptions_set(&world->assumptions, reading->kind, fault) ||
        !market_assumptions_set(&world->assumptions, reading->behaviour, fault)) {
        argp_error(state, "--behaviour: %s is unknown or out of range", fault);
    }
    if (world->batch_count == 0 || world->out == NULL || world->weeks == 0 || world->items < 1) {
        argp_error(state, "--batch, --out, and at least one week and item are needed");
    }
    if (world->assumptions.p_scan <= 0) {
        argp_error(state, "--behaviour: p_scan is above 0");
    }
    number_products(state, world);
    world->history.end_ms = world->history.start_ms + world->weeks * MARKET_WEEK_MS;
}

void market_options_read(struct market_world *world, int argc, char **argv)
{
    struct reading reading = {.world = world, .kind = "clean", .behaviour = "tuned"};
    const struct argp argp = {.options = options,
                              .parser = take,
                              .doc = "Writes a market's history of scans, with its truth.\v",
                              .help_filter = help};
    argp_err_exit_status = 2;
    world->seed = 1;
    world->items = 20000;
    world->weeks = 26;
    world->history.start_ms = START_MS;
    argp_parse(&argp, argc, argv, 0, NULL, &reading);
    struct argp_state state = {.root_argp = &argp,
                               .argc = argc,
                               .argv = argv,
                               .err_stream = stderr,
                               .out_stream = stdout,
                               .name = "assay-market"};
    settle(&state, &reading);
}
