// SPDX-License-Identifier: Apache-2.0
/* One world: what was asked for, its places, its stock, and what came of it. */
#ifndef ASSAY_BENCH_MARKET_WORLD_H
#define ASSAY_BENCH_MARKET_WORLD_H

#include "bench/market/history.h"

#define MARKET_BATCHES_MAX 4096
#define MARKET_PRODUCTS_MAX 256
#define MARKET_PERIODS_MAX 128
#define MARKET_WEEKS_MAX 520
#define MARKET_SKU_MAX 40
#define MARKET_BATCH_REGIONS_MAX 100

#define MARKET_MINUTE_MS 60000ll
#define MARKET_HOUR_MS (60 * MARKET_MINUTE_MS)
#define MARKET_DAY_MS (24 * MARKET_HOUR_MS)
#define MARKET_WEEK_MS (7 * MARKET_DAY_MS)

/** A batch, as named on the command line; and where and when it goes. */
struct market_batch {
    char sku[MARKET_SKU_MAX + 1];
    char handle[7];
    char market[3]; /* or empty */
    uint32_t count;
    uint16_t product;
    uint32_t sold; /* items 0..sold-1 leave the works */
    int64_t release_ms;
    int64_t active_ms;
    bool diverted; /* some of its cartons leave the market */
    uint16_t regions[MARKET_BATCH_REGIONS_MAX];
    uint16_t region_count;
    /* truth, counted */
    uint32_t sold_in_time, diverted_items, fakes, early_scans;
};

/** Which items of one stratum were sold and scanned. [0] genuine, [1] fake. */
struct market_stratum {
    uint32_t sold[2];
    uint32_t scanned[2]; /* at least once by a buyer or the shop; by place and time of sale */
    uint32_t shown[2];   /* the same by place and time of the first scan, as shown */
};

/** A code on fakes. */
struct market_clone {
    uint64_t code;           /* batch << 32 | index */
    uint32_t copies;         /* sold */
    uint32_t copies_scanned; /* by buyers */
    uint8_t method;          /* enum market_method */
};

/** How a code came to be on fakes, or what else befell it; X(name), as in item-truth.csv. */
#define MARKET_METHOD(X)                                                                           \
    X(genuine) X(mass) X(slow) X(scattered) X(single) X(refill) X(grief) X(viral)
enum market_method {
#define X(name) MARKET_METHOD_##name,
    MARKET_METHOD(X)
#undef X
};

/** A table from codes to what befell them: open addressing, in no order that anything shows. */
struct market_clones {
    struct market_clone *slots;
    size_t count, capacity; /* a power of two */
};

/** A random test purchase. */
struct market_purchase {
    int64_t time_ms;
    uint64_t code;
    uint16_t city;
    bool fake;
};

/** What is sold, counted. */
struct market_tally {
    struct market_stratum *strata; /* product x region x period */
    uint32_t *units;               /* product x region x week, genuine */
    uint64_t sold[2][2];           /* half of the time; genuine, fake */
    struct market_purchase *purchases;
    uint32_t purchase_count;
    uint64_t purchase_seen;
    struct market_random purchase_random;
};

/** All of it. */
struct market_world {
    uint64_t seed;
    double items; /* scanned genuine ones, roughly */
    uint32_t weeks;
    const char *out;
    struct market_assumptions assumptions;
    struct market_geography geography;
    struct market_batch *batches;
    uint16_t batch_count;
    uint16_t product_count;
    char skus[MARKET_PRODUCTS_MAX][MARKET_SKU_MAX + 1];
    struct market_history history;
    struct market_clones clones;
    struct market_tally tally;
};

/** A physical item that was sold. */
struct market_sale {
    int64_t time_ms;
    int64_t arrival_ms; /* of the genuine item's carton at the shop */
    uint32_t index;
    uint32_t item; /* 0 genuine, else the copy's number */
    uint16_t batch;
    uint16_t city;  /* of the shop, or of the buyer who bought online */
    uint16_t buyer; /* city where the buyer lives */
    bool diverted;
    bool early; /* left before activation */
};

/** Fake items: 1, genuine: 0. */
static inline int market_is_fake(const struct market_sale *sale)
{
    return sale->item != 0;
}

#endif
