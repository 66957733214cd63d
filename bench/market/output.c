// SPDX-License-Identifier: Apache-2.0
#include "bench/market/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/market/csv.h"
#include "bench/market/output_strata.h"
#include "bench/market/tally.h"
#include "core/base32.h"

static const char *const who_names[] = {
#define X(name) #name,
    MARKET_WHO(X)
#undef X
};
static const char *const net_names[] = {"",
#define X(name) #name,
                                        MARKET_NET(X)
#undef X
};
static const char *const channel_names[] = {"",
#define X(name) #name,
                                            MARKET_CHANNEL(X)
#undef X
};
static const char *const method_names[] = {
#define X(name) #name,
    MARKET_METHOD(X)
#undef X
};
static const char *const pin_names[] = {"", "right", "wrong"};

static void put_text(struct market_csv *csv, const char *text)
{
    market_csv_text(csv, text);
    market_csv_mark(csv, ',');
}

static void put_number(struct market_csv *csv, int64_t value)
{
    market_csv_number(csv, value);
    market_csv_mark(csv, ',');
}

static void put_code(struct market_csv *csv, const struct market_world *world, uint64_t code)
{
    market_csv_text(csv, world->batches[code >> 32].handle);
    market_csv_mark(csv, ':');
    market_csv_number(csv, (uint32_t)code);
}

static void put_code_of_scan(struct market_csv *csv, const struct market_world *world,
                             const struct market_scan *scan)
{
    if (scan->batch != MARKET_BATCH_UNKNOWN) {
        put_code(csv, world, (uint64_t)scan->batch << 32 | scan->index);
        return;
    }
    char handle[8] = ":";
    assay_base32_put(scan->item, 6, handle);
    handle[6] = ':';
    market_csv_text(csv, handle);
    market_csv_number(csv, scan->index);
}

static void put_spot(struct market_csv *csv, const struct market_world *world,
                     const struct market_spot *spot)
{
    if (spot->city == MARKET_CITY_NONE) {
        market_csv_text(csv, ",,,,,,");
        return;
    }
    const struct market_city *city = &world->geography.cities[spot->city];
    put_text(csv, city->country);
    put_text(csv, city->region);
    put_text(csv, city->name);
    market_csv_decimal(csv, spot->lat_e4, 4);
    market_csv_mark(csv, ',');
    market_csv_decimal(csv, spot->lon_e4, 4);
    market_csv_mark(csv, ',');
    if (spot->accuracy_m < 1000) {
        market_csv_decimal(csv, spot->accuracy_m, 3);
    } else {
        market_csv_number(csv, spot->accuracy_m / 1000);
    }
    market_csv_mark(csv, ',');
}

static void put_scan(struct market_csv *csv, const struct market_world *world,
                     const struct market_scan *scan)
{
    put_number(csv, scan->time_ms);
    put_code_of_scan(csv, world, scan);
    market_csv_mark(csv, ',');
    put_spot(csv, world, &scan->spot);
    put_text(csv, net_names[scan->net]);
    if (scan->device != 0) {
        market_csv_hex(csv, scan->device);
        market_csv_hex(csv, market_random_mix(scan->device));
    }
    market_csv_mark(csv, ',');
    put_text(csv, channel_names[scan->channel]);
    market_csv_text(csv, pin_names[scan->pin]);
    market_csv_mark(csv, '\n');
}

static bool write_scans(const struct market_world *world, struct market_csv *csv)
{
    if (!market_csv_open(csv, world->out, "scans.csv",
                         "time_ms,code,country,region,city,lat,lon,accuracy_km,net,device,channel,"
                         "pin")) {
        return false;
    }
    for (size_t i = 0; i < world->history.count; i++) {
        put_scan(csv, world, &world->history.scans[i]);
    }
    return market_csv_close(csv);
}

static bool write_scan_truth(const struct market_world *world, struct market_csv *csv)
{
    if (!market_csv_open(csv, world->out, "scan-truth.csv", "row,code,item,kind")) {
        return false;
    }
    for (size_t i = 0; i < world->history.count; i++) {
        const struct market_scan *scan = &world->history.scans[i];
        put_number(csv, (int64_t)i + 1);
        put_code_of_scan(csv, world, scan);
        market_csv_mark(csv, ',');
        if (scan->who != MARKET_WHO_invented) {
            market_csv_number(csv, scan->item);
        }
        market_csv_mark(csv, ',');
        market_csv_text(csv, who_names[scan->who]);
        market_csv_mark(csv, '\n');
    }
    return market_csv_close(csv);
}

/* One code's scans, at [from, to) of the order. */
struct group {
    uint64_t code;
    bool issued, genuine_scanned;
};

static struct group read_group(const struct market_history *history, const uint32_t *order,
                               size_t from, size_t *to)
{
    const struct market_scan *first = &history->scans[order[from]];
    struct group group = {.code = (uint64_t)first->batch << 32 | first->index, .issued = true};
    for (*to = from; *to < history->count; (*to)++) {
        const struct market_scan *scan = &history->scans[order[*to]];
        if (((uint64_t)scan->batch << 32 | scan->index) != group.code) {
            break;
        }
        group.issued = group.issued && scan->who != MARKET_WHO_invented;
        bool owner = scan->who == MARKET_WHO_genuine || scan->who == MARKET_WHO_shop;
        group.genuine_scanned = group.genuine_scanned || (owner && scan->item == 0);
    }
    return group;
}

static void put_item(struct market_csv *csv, const struct market_world *world,
                     const struct group *group)
{
    const struct market_clone *clone = market_clone_find(world, group->code);
    if (clone != NULL && clone->copies == 0 && clone->method <= MARKET_METHOD_refill) {
        clone = NULL; /* its copies were to be sold after the end */
    }
    put_code(csv, world, group->code);
    market_csv_mark(csv, ',');
    put_text(csv, method_names[clone == NULL ? MARKET_METHOD_genuine : clone->method]);
    put_number(csv, clone == NULL ? 0 : clone->copies);
    put_number(csv, clone == NULL ? 0 : clone->copies_scanned);
    market_csv_number(csv, group->genuine_scanned);
    market_csv_mark(csv, '\n');
}

/* Known to be genuine: scanned by its owner, and its code was never copied. */
static bool is_reference(const struct market_world *world, const struct group *group)
{
    const struct market_clone *clone = market_clone_find(world, group->code);
    struct market_random random =
        market_random_stream(world->seed, MARKET_STREAM_REFERENCE, group->code, 0);
    return group->genuine_scanned && (clone == NULL || clone->copies == 0) &&
           market_random_chance(&random, world->assumptions.reference);
}

static bool write_items(const struct market_world *world, struct market_csv *items,
                        struct market_csv *reference)
{
    if (!market_csv_open(items, world->out, "item-truth.csv",
                         "code,kind,copies_sold,copies_scanned,genuine_scanned") ||
        !market_csv_open(reference, world->out, "reference.csv", "code")) {
        return false;
    }
    uint32_t *order = market_history_by_code(&world->history);
    for (size_t from = 0, to; from < world->history.count; from = to) {
        struct group group = read_group(&world->history, order, from, &to);
        if (!group.issued) {
            continue;
        }
        put_item(items, world, &group);
        if (is_reference(world, &group)) {
            put_code(reference, world, group.code);
            market_csv_mark(reference, '\n');
        }
    }
    free(order);
    bool written = market_csv_close(items);
    return market_csv_close(reference) && written;
}

static int compare_purchases(const void *left, const void *right)
{
    const struct market_purchase *a = left, *b = right;
    if (a->time_ms != b->time_ms) {
        return a->time_ms < b->time_ms ? -1 : 1;
    }
    if (a->code != b->code) {
        return a->code < b->code ? -1 : 1;
    }
    return a->city != b->city ? a->city - b->city : a->fake - b->fake;
}

static bool write_purchases(const struct market_world *world, struct market_csv *csv)
{
    const struct market_tally *tally = &world->tally;
    if (!market_csv_open(csv, world->out, "test-purchases.csv",
                         "time_ms,sku,region,code,is_fake")) {
        return false;
    }
    qsort(tally->purchases, tally->purchase_count, sizeof *tally->purchases, compare_purchases);
    for (uint32_t i = 0; i < tally->purchase_count; i++) {
        const struct market_purchase *purchase = &tally->purchases[i];
        put_number(csv, purchase->time_ms);
        put_text(csv, world->batches[purchase->code >> 32].sku);
        put_text(csv, world->geography.cities[purchase->city].region);
        put_code(csv, world, purchase->code);
        market_csv_text(csv, purchase->fake ? ",1\n" : ",0\n");
    }
    return market_csv_close(csv);
}

static bool write_batches(const struct market_world *world, struct market_csv *csv)
{
    if (!market_csv_open(
            csv, world->out, "batches.csv",
            "sku,handle,count,market,active_from_ms,sold,diverted,fakes,early_scans")) {
        return false;
    }
    for (uint16_t i = 0; i < world->batch_count; i++) {
        const struct market_batch *batch = &world->batches[i];
        put_text(csv, batch->sku);
        put_text(csv, batch->handle);
        put_number(csv, batch->count);
        put_text(csv, batch->market);
        put_number(csv, batch->active_ms);
        put_number(csv, batch->sold_in_time);
        put_number(csv, batch->diverted_items);
        put_number(csv, batch->fakes);
        market_csv_number(csv, batch->early_scans);
        market_csv_mark(csv, '\n');
    }
    return market_csv_close(csv);
}

bool market_write(struct market_world *world)
{
    if (mkdir(world->out, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "assay-market: %s: %s\n", world->out, strerror(errno));
        return false;
    }
    market_history_sort(&world->history);
    struct market_csv *files = market_must(calloc(2, sizeof *files));
    bool written = write_scans(world, files) && write_scan_truth(world, files) &&
                   write_items(world, &files[0], &files[1]) && write_purchases(world, files) &&
                   write_batches(world, files) && market_write_sales(world, files) &&
                   market_write_strata(world, files);
    free(files);
    return written;
}
