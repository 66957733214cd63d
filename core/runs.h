// SPDX-License-Identifier: Apache-2.0
/* Ascending whole numbers, as runs, in few bytes: what a carton holds.
 *
 * For each run: a varint (LEB128: seven bits a byte, low ones first) of the gap since the number
 * after the last run, shifted left by one, the low bit set if the run is longer than one; then, if
 * it is, a varint of its length less two. Items in a row cost a byte or two in all, items far
 * apart about three bytes each. Only the shortest form is read. Pure; threads: any. */
#ifndef ASSAY_CORE_RUNS_H
#define ASSAY_CORE_RUNS_H

#include "core/base.h"

/* The largest encoding of one run. */
#define ASSAY_RUN_BYTES_MAX 10

/** One run, both inclusive. */
struct assay_run {
    uint32_t first;
    uint32_t last;
};

/** Where a reader or writer of runs stands; begins as all zero. */
struct assay_runs {
    size_t at;     /* bytes so far */
    uint64_t next; /* least number that the next run may begin with */
};

/** Append a run; false, nothing changed, if it does not fit size_bytes.
 *  run: first >= the last one's last + 1. */
bool assay_runs_put(struct assay_runs *runs, uint8_t *data, size_t size_bytes,
                    struct assay_run run);

/** Take the next run. returns false at the end, or if what stands there is no run: then
 *  runs->at != len_bytes. */
bool assay_runs_take(struct assay_runs *runs, const uint8_t *data, size_t len_bytes,
                     struct assay_run *run);

/** How many numbers the runs hold, each below `limit`; 0 if the bytes are not runs. */
uint64_t assay_runs_total(const uint8_t *data, size_t len_bytes, uint64_t limit);

/** Varints, for those who keep more than runs. put returns the length (1..10); take returns it, or
 *  0 if none ends within len_bytes, it is not the shortest form, or its value is above 2^63-1. */
size_t assay_varint_put(uint64_t value, uint8_t data[10]);
size_t assay_varint_take(const uint8_t *data, size_t len_bytes, uint64_t *value);

#endif
