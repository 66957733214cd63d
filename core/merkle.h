// SPDX-License-Identifier: Apache-2.0
/* The root of a Merkle tree over entries that come one after the other (RFC 6962, section 2.1; RFC
 * 9162, 2.1.1): two who have the same entries in the same order get the same 32 bytes. Memory: one
 * hash a level. */
#ifndef ASSAY_CORE_MERKLE_H
#define ASSAY_CORE_MERKLE_H

#include "core/bytes.h"

#define ASSAY_MERKLE_LEVELS 64

/** Hashes of the whole subtrees so far, largest first: one for each bit of `count`. */
struct assay_merkle {
    uint64_t count; /* entries */
    uint8_t hash[ASSAY_MERKLE_LEVELS][ASSAY_SHA256_LEN];
};

/** No entries. */
void assay_merkle_init(struct assay_merkle *merkle);

/** The next entry's bytes. threads: one at a time. */
void assay_merkle_add(struct assay_merkle *merkle, const void *entry, size_t len_bytes);

/** The root as of now; of no entries SHA-256 of nothing. More may be added afterwards. */
void assay_merkle_root(const struct assay_merkle *merkle, uint8_t root[ASSAY_SHA256_LEN]);

#endif
