// SPDX-License-Identifier: Apache-2.0
/* A world as assay-market writes it, read back with its truth (bench/market/README.md). Its files
 * are our own: what does not fit ends the program. */
#ifndef ASSAY_BENCH_RISK_WORLD_H
#define ASSAY_BENCH_RISK_WORLD_H

#include "core/record.h"

#define WORLD_SCANS_MAX 8000000u
#define WORLD_NOBODY UINT32_MAX /* the scan of a griefer or of a photo: of no item */

/** One row of scans.csv that is of an issued code and counts. */
struct world_scan {
    struct assay_risk_scan risk;
    uint32_t code;     /* index in codes */
    uint32_t physical; /* 0 = the genuine item, else a copy; WORLD_NOBODY */
};

struct world_code {
    char name[20]; /* HANDLE:INDEX */
    char kind[12]; /* genuine, slow, ... */
    uint16_t batch;
    uint8_t items; /* physical items of which scans counted; saturating */
    bool reference;
};

struct world {
    char name[64];
    struct world_scan *scans;
    uint32_t scan_count;
    struct world_code *codes;
    uint32_t code_count;
    char (*handles)[8];
    char (*skus)[64];
    char (*markets)[3];
    uint16_t *products; /* of each batch */
    uint16_t batch_count;
    uint32_t *slots; /* of the codes' names, + 1 */
    uint32_t slot_count;
};

/** Read a folder. Ends the program where it is not one. */
void world_read(struct world *world, const char *dir);

/** Free what it holds. */
void world_deinit(struct world *world);

#endif
