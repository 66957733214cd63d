// SPDX-License-Identifier: Apache-2.0
/* The scans of a world, in memory until all are made; then in order of time. */
#ifndef ASSAY_BENCH_MARKET_HISTORY_H
#define ASSAY_BENCH_MARKET_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "bench/market/geography.h"

/* Scans of one world, 64 bytes each and 16 to order them. Met: the program ends, and says so. */
#define MARKET_SCANS_MAX 12000000u

/** What made a scan; X(name), as in scan-truth.csv. */
#define MARKET_WHO(X) X(genuine) X(copy) X(grief) X(viral) X(preview) X(bot) X(shop) X(invented)
enum market_who {
#define X(name) MARKET_WHO_##name,
    MARKET_WHO(X)
#undef X
};

/** The column net. */
#define MARKET_NET(X) X(fixed) X(mobile) X(hosting) X(anon)
enum market_net {
    MARKET_NET_unknown,
#define X(name) MARKET_NET_##name,
    MARKET_NET(X)
#undef X
};

/** The column channel. */
#define MARKET_CHANNEL(X) X(wechat) X(preview) X(bot) X(api)
enum market_channel {
    MARKET_CHANNEL_browser,
#define X(name) MARKET_CHANNEL_##name,
    MARKET_CHANNEL(X)
#undef X
};

/** The column pin. */
enum market_pin { MARKET_PIN_none, MARKET_PIN_right, MARKET_PIN_wrong };

/** Batch of a scan whose handle was never issued; `index` then names handle and index. */
#define MARKET_BATCH_UNKNOWN UINT16_MAX

/** One row of scans.csv, with its truth. */
struct market_scan {
    int64_t time_ms;
    uint64_t device; /* 0: no cookie */
    struct market_spot spot;
    uint32_t index;
    uint32_t item; /* 0: the genuine one; else a copy's number, from 1 */
    uint16_t batch;
    uint8_t net;
    uint8_t channel;
    uint8_t pin;
    uint8_t who;
};

/** Scans in the order in which they were made. */
struct market_history {
    struct market_scan *scans;
    size_t count, capacity;
    int64_t start_ms, end_ms; /* scans outside are not kept */
};

/** Keep a scan, if it lies within the time. returns true if it does. */
bool market_history_add(struct market_history *history, const struct market_scan *scan);

/** Order by time; those of one millisecond stay as they were made. */
void market_history_sort(struct market_history *history);

/** Positions of the scans, ordered by code and then by time; the caller frees. The history must be
 *  sorted. */
uint32_t *market_history_by_code(const struct market_history *history);

/** Free what it holds. */
void market_history_deinit(struct market_history *history);

/** Memory or the end of the program. */
void *market_must(void *memory);

#endif
