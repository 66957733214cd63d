// SPDX-License-Identifier: Apache-2.0
/* How does the store behave when many items have been scanned? Straight against core/store.h.
 *
 *   growth DIR ITEMS SECONDS
 *
 * In a new DIR: first scans of ITEMS items in random order; then, for SECONDS, later scans of random
 * ones among them (empty body: no device, so no retry is looked for), then for SECONDS the same by
 * new devices (each walks back up to 16 scans of its item to see that it is no retry); then first
 * scans until the overlay is full, SIGKILL, and the
 * time until the store is open again. One thread, groups of 256 scans, each group on disk before
 * the next. Prints one line of name=value.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/state.h"
#include "core/store.h"

#define GROUP 256
#define HANDLE 12345
#define EPOCH_MS 1767225600000ll
/* Items beyond ITEMS for the full overlay. */
#define SPARE (ASSAY_OVERLAY_ITEMS + GROUP)

struct bench {
    struct assay_store_options options;
    struct assay_store *store;
    struct assay_store_session *session;
    const struct assay_batch_facts *batch;
    uint32_t *order; /* indexes, shuffled */
    uint64_t random;
    uint64_t scans; /* so far; also the clock, in milliseconds */
    struct assay_scan_request requests[GROUP];
    struct assay_scan_answer answers[GROUP];
    struct assay_scan_group group;
};

static void must(enum assay_error error, const struct assay_reason *reason)
{
    if (error != ASSAY_OK) {
        fprintf(stderr, "growth: %s: %s\n", assay_error_name(error), reason->text);
        exit(1);
    }
}

/* SplitMix64. */
static uint64_t next_random(struct bench *bench)
{
    uint64_t z = bench->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double seconds_since(uint64_t start_ns)
{
    return (double)(assay_clock_monotonic_ns() - start_ns) / 1e9;
}

static void open_store(struct bench *bench)
{
    struct assay_reason reason = {""};
    must(assay_store_open(&bench->options, &bench->store, &reason), &reason);
    must(assay_store_session_open(bench->store, &bench->session), &reason);
    bench->batch = assay_store_batch_facts(bench->store, HANDLE);
}

static void close_store(struct bench *bench)
{
    assay_store_session_close(bench->session);
    assay_store_close(bench->store);
}

static void put(struct bench *bench, const struct assay_record *record)
{
    struct assay_reason reason = {""};
    uint64_t position = 0;
    must(assay_store_put(bench->session, record, &position, &reason), &reason);
}

/* Brand, product, and one active batch. */
static void create_store(struct bench *bench, uint32_t count)
{
    struct assay_reason reason = {""};
    struct assay_brand_record brand = {
        .at_unix_ms = EPOCH_MS, .name = "Growth", .host = "http://127.0.0.1"};
    must(assay_store_create(&bench->options, &brand, &reason), &reason);
    open_store(bench);
    struct assay_record record = {.type = ASSAY_RECORD_PRODUCT};
    record.product = (struct assay_product_record){
        .at_unix_ms = EPOCH_MS, .sku = "G", .name_en = "Growth", .name_zh = "Growth"};
    put(bench, &record);
    memset(&record, 0, sizeof record);
    record.type = ASSAY_RECORD_BATCH;
    record.batch.at_unix_ms = EPOCH_MS;
    record.batch.batch = (struct assay_batch){.handle = HANDLE,
                                              .count = count,
                                              .expires_on = ASSAY_DAY_NONE,
                                              .created_at_unix_ms = EPOCH_MS,
                                              .sku = "G",
                                              .lot = "L"};
    put(bench, &record);
    memset(&record, 0, sizeof record);
    record.type = ASSAY_RECORD_MOVE;
    record.move = (struct assay_move_record){.at_unix_ms = EPOCH_MS,
                                             .handle = HANDLE,
                                             .move = ASSAY_MOVE_ACTIVATE,
                                             .range = {0, count - 1}};
    put(bench, &record);
    bench->batch = assay_store_batch_facts(bench->store, HANDLE);
}

static void shuffle(struct bench *bench, uint32_t count)
{
    bench->order = calloc(count, sizeof *bench->order);
    assay_assert(bench->order != NULL);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other = (uint32_t)(next_random(bench) % (i + 1));
        bench->order[i] = bench->order[other];
        bench->order[other] = i;
    }
}

static void ask(struct bench *bench, uint32_t slot, uint32_t index, bool by_device)
{
    struct assay_scan_request *request = &bench->requests[slot];
    *request = (struct assay_scan_request){
        .batch = bench->batch,
        .index = index,
        .at_unix_ms = EPOCH_MS + (int64_t)bench->scans++,
        .device = by_device ? next_random(bench) | 1 : 0,
        .scan_id_given = by_device,
    };
    uint64_t id[2] = {next_random(bench), next_random(bench)};
    memcpy(request->scan_id, id, sizeof request->scan_id);
}

/* Returns how many the full overlay held back. */
static uint32_t commit(struct bench *bench, uint32_t count)
{
    bench->group.count = count;
    if (assay_store_scan(bench->session, &bench->group) != ASSAY_OK) {
        fprintf(stderr, "growth: the store failed\n");
        exit(1);
    }
    uint32_t held = 0;
    for (uint32_t i = 0; i < count; i++) {
        enum assay_error error = bench->answers[i].error;
        if (error != ASSAY_OK && error != ASSAY_E_FULL) {
            fprintf(stderr, "growth: a scan was refused: %s\n", assay_error_name(error));
            exit(1);
        }
        held += error == ASSAY_E_FULL;
    }
    return held;
}

/* First scans of items order[from] to order[to - 1]; waits where the overlay holds scans back. */
static void scan_first(struct bench *bench, uint32_t from, uint32_t to)
{
    while (from < to) {
        uint32_t count = to - from < GROUP ? to - from : GROUP;
        for (uint32_t i = 0; i < count; i++) {
            ask(bench, i, bench->order[from + i], true);
        }
        while (commit(bench, count) > 0) {
            usleep(1000); /* those that were recorded come back as retries */
        }
        from += count;
    }
}

/* Later scans of random items; returns the rate. */
static double scan_later(struct bench *bench, uint32_t items, double seconds, bool by_device)
{
    uint64_t done = 0, start = assay_clock_monotonic_ns();
    while (seconds_since(start) < seconds) {
        for (uint32_t i = 0; i < GROUP; i++) {
            ask(bench, i, bench->order[next_random(bench) % items], by_device);
        }
        done += GROUP - commit(bench, GROUP);
    }
    return (double)done / seconds_since(start);
}

/* Fill the overlay of a store that never checkpoints, then end as kill -9 does. */
static void fill_and_die(struct bench *bench, uint32_t from)
{
    bench->options.no_checkpointer = true;
    open_store(bench);
    for (uint32_t at = from; at + GROUP <= from + SPARE; at += GROUP) {
        for (uint32_t i = 0; i < GROUP; i++) {
            ask(bench, i, bench->order[at + i], false);
        }
        if (commit(bench, GROUP) > 0) {
            break;
        }
    }
    raise(SIGKILL);
}

static double measure_restart(struct bench *bench, uint32_t items)
{
    pid_t child = fork();
    if (child == 0) {
        fill_and_die(bench, items);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSIGNALED(status)) {
        fprintf(stderr, "growth: the child did not die as planned\n");
        exit(1);
    }
    uint64_t start = assay_clock_monotonic_ns();
    open_store(bench);
    return seconds_since(start);
}

static uint64_t resident_kib(void)
{
    char line[256];
    uint64_t kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0) {
            kib = strtoul(line + 8, NULL, 10);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return kib;
}

static void print_sizes(const char *dir, uint32_t items, const char *when)
{
    struct assay_state *state = NULL;
    struct assay_state_reader *reader = NULL;
    struct assay_state_size size;
    struct assay_reason reason = {""};
    char path[4096];
    snprintf(path, sizeof path, "%s/state", dir);
    must(assay_state_open(path, true, &state, &reason), &reason);
    must(assay_state_reader_open(state, &reader), &reason);
    must(assay_state_begin(reader), &reason);
    must(assay_state_size(reader, &size), &reason);
    printf(" %s_tree_bytes_per_item=%.1f %s_file_to_tree=%.2f", when,
           (double)size.tree_bytes / (double)size.items, when,
           (double)size.file_bytes / (double)size.tree_bytes);
    if (size.items != items) {
        fprintf(stderr, "growth: %lu items in the state, not %u\n", (unsigned long)size.items,
                items);
        exit(1);
    }
    assay_state_end(reader);
    assay_state_reader_close(reader);
    assay_state_close(state);
}

static void run(struct bench *bench, uint32_t items, double seconds)
{
    create_store(bench, items + SPARE);
    uint64_t start = assay_clock_monotonic_ns();
    scan_first(bench, 0, items);
    printf("items=%u first_per_s=%.0f", items, items / seconds_since(start));
    close_store(bench);
    print_sizes(bench->options.dir, items, "first");
    open_store(bench);
    printf(" later_per_s=%.0f", scan_later(bench, items, seconds, false));
    printf(" later_by_device_per_s=%.0f", scan_later(bench, items, seconds, true));
    struct assay_store_stats stats;
    assay_store_stats(bench->store, &stats);
    uint64_t own_kib = (uint64_t)(items + SPARE) * sizeof *bench->order / 1024;
    printf(" checkpoints=%lu anonymous_mib=%.1f", (unsigned long)stats.checkpoints,
           (double)(resident_kib() - own_kib) / 1024);
    close_store(bench);
    print_sizes(bench->options.dir, items, "later");
    printf(" restart_s=%.2f", measure_restart(bench, items));
    assay_store_stats(bench->store, &stats);
    printf(" overlay_items=%u ledger_mib=%.1f\n", stats.overlay_items,
           (double)stats.ledger_end / 1048576);
    close_store(bench);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    if (argc != 4) {
        fprintf(stderr, "usage: growth DIR ITEMS SECONDS\n");
        return 2;
    }
    uint32_t items = (uint32_t)strtoul(argv[2], NULL, 10);
    if (items < GROUP || items > ASSAY_BATCH_ITEMS_MAX - SPARE) {
        fprintf(stderr, "growth: ITEMS from %d to %u\n", GROUP, ASSAY_BATCH_ITEMS_MAX - SPARE);
        return 2;
    }
    bench.options = (struct assay_store_options){.dir = argv[1]};
    bench.random = 1;
    for (int i = 0; i < GROUP; i++) {
        bench.group.requests[i] = &bench.requests[i];
        bench.group.answers[i] = &bench.answers[i];
    }
    shuffle(&bench, items + SPARE);
    run(&bench, items, strtod(argv[3], NULL));
    free(bench.order);
    return 0;
}
