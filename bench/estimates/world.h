// SPDX-License-Identifier: Apache-2.0
/* One world of assay-market, read back: its scans by code, and what is true of its strata. */
#ifndef ASSAY_BENCH_ESTIMATES_WORLD_H
#define ASSAY_BENCH_ESTIMATES_WORLD_H

#include <stddef.h>

#include "bench/estimates/names.h"
#include "core/place.h"

/** One counted scan of an issued code. */
struct world_scan {
    int64_t at_ms;
    uint64_t device; /* 0: none */
    double lat, lon, accuracy_km;
    uint32_t code, stratum, group;
    uint32_t item;
    uint16_t country; /* UINT16_MAX: not known */
    bool placed;      /* its place says something: known, and by no anonymiser */
    bool first;       /* of its code */
    bool by_owner;    /* a buyer's or the shop's, of genuine items and copies */
    bool by_new;      /* made by another item than all earlier ones of the code */
    bool burst;
    uint32_t cell;
};

/** What is true of a stratum (product x region x period), and what the brand knows of it. */
struct world_stratum {
    double genuine_sold, fake_sold, genuine_shown, fake_shown;
    uint64_t units, purchases, purchased_fakes;
    uint32_t market; /* product x country */
    uint32_t period;
};

/** A world; strata are numbered (product * regions + region) * periods + period. */
struct world {
    struct world_scan *scans; /* by code, then by time */
    size_t count, capacity;
    struct names codes, products, countries, regions;
    struct names batches;
    uint32_t *product_of_batch;
    bool *is_reference; /* by code */
    struct world_stratum *strata;
    uint32_t stratum_count, market_count, periods;
    int64_t starts_ms[8]; /* of periods */
};

/** Read the files of a folder; the program ends if they are not as assay-market writes them. */
void world_read(struct world *world, const char *folder);

/** Free it. */
void world_deinit(struct world *world);

#endif
