// SPDX-License-Identifier: Apache-2.0
/* A small data directory for tests: brand, one product, some batches, opened as a store. */
#ifndef ASSAY_TESTS_WORLD_H
#define ASSAY_TESTS_WORLD_H

#include "core/store.h"

struct world {
    char dir[64];
    struct assay_store_options options;
    struct assay_store *store;
    struct assay_store_session *session;
};

/* 2026-01-01T00:00:00Z */
#define WORLD_EPOCH_MS 1767225600000ll

/** A new directory under /tmp with brand and product "P". */
void world_create(struct world *world, uint32_t overlay_items, bool keeper);
/** Close the store, keep the directory; and open it again. */
void world_close(struct world *world);
void world_open(struct world *world);
/** Close and remove the directory. */
void world_remove(struct world *world);

/** New batch of product "P". */
const struct assay_batch_facts *world_batch(struct world *world, uint32_t handle, uint32_t count,
                                            uint32_t flags);
/** Move items first..last; returns what the store says. */
enum assay_error world_move(struct world *world, uint32_t handle, enum assay_batch_move move,
                            uint32_t first, uint32_t last);
/** Decide one scan. */
enum assay_error world_scan(struct world *world, const struct assay_scan_request *request,
                            struct assay_scan_answer *answer);
/** A calibration with random weights, levels and ratios. */
void world_calibrate(struct world *world, uint64_t *seed, int64_t at_unix_ms);
/** A request with a fresh scan id, by a device, at a time. */
struct assay_scan_request world_request(const struct assay_batch_facts *batch, uint32_t index,
                                        uint64_t device, int64_t at_unix_ms);
/** 64 bits of a seeded generator (splitmix64). */
uint64_t world_random(uint64_t *seed);

#endif
