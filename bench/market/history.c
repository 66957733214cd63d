// SPDX-License-Identifier: Apache-2.0
#include "bench/market/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is sorted: a key and where the scan stands. No two are equal. */
struct place {
    uint64_t key;
    uint64_t at;
};

void *market_must(void *memory)
{
    if (memory == NULL) {
        fputs("assay-market: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

bool market_history_add(struct market_history *history, const struct market_scan *scan)
{
    if (scan->time_ms < history->start_ms || scan->time_ms >= history->end_ms) {
        return false;
    }
    if (history->count == history->capacity) {
        if (history->count >= MARKET_SCANS_MAX) {
            fprintf(stderr, "assay-market: more than %u scans\n", MARKET_SCANS_MAX);
            exit(1);
        }
        history->capacity = history->capacity == 0 ? 65536 : history->capacity * 2;
        history->scans =
            market_must(realloc(history->scans, history->capacity * sizeof *history->scans));
    }
    history->scans[history->count++] = *scan;
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return a->at < b->at ? -1 : a->at > b->at;
}

static struct place *places_by(const struct market_history *history,
                               uint64_t (*key)(const struct market_scan *scan))
{
    struct place *places = market_must(calloc(history->count + 1, sizeof *places));
    for (size_t i = 0; i < history->count; i++) {
        places[i] = (struct place){.key = key(&history->scans[i]), .at = i};
    }
    qsort(places, history->count, sizeof *places, compare);
    return places;
}

static uint64_t key_of_time(const struct market_scan *scan)
{
    return (uint64_t)scan->time_ms;
}

static uint64_t key_of_code(const struct market_scan *scan)
{
    return (uint64_t)scan->batch << 32 | scan->index;
}

void market_history_sort(struct market_history *history)
{
    struct place *places = places_by(history, key_of_time);
    struct market_scan *sorted = market_must(calloc(history->count + 1, sizeof *sorted));
    for (size_t i = 0; i < history->count; i++) {
        sorted[i] = history->scans[places[i].at];
    }
    free(places);
    free(history->scans);
    history->scans = sorted;
    history->capacity = history->count + 1;
}

uint32_t *market_history_by_code(const struct market_history *history)
{
    struct place *places = places_by(history, key_of_code);
    uint32_t *order = market_must(calloc(history->count + 1, sizeof *order));
    for (size_t i = 0; i < history->count; i++) {
        order[i] = (uint32_t)places[i].at;
    }
    free(places);
    return order;
}

void market_history_deinit(struct market_history *history)
{
    free(history->scans);
    *history = (struct market_history){.scans = NULL};
}
