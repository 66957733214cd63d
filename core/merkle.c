// SPDX-License-Identifier: Apache-2.0
#include "core/merkle.h"

#include <string.h>

/* RFC 6962, 2.1: leaves and nodes are hashed apart, so that neither can pass for the other. */
#define LEAF_PREFIX 0
#define NODE_PREFIX 1

void assay_merkle_init(struct assay_merkle *merkle)
{
    merkle->count = 0;
}

static void join(const uint8_t left[ASSAY_SHA256_LEN], const uint8_t right[ASSAY_SHA256_LEN],
                 uint8_t node[ASSAY_SHA256_LEN])
{
    uint8_t both[2 * ASSAY_SHA256_LEN];
    memcpy(both, left, ASSAY_SHA256_LEN);
    memcpy(both + ASSAY_SHA256_LEN, right, ASSAY_SHA256_LEN);
    assay_sha256_prefixed(NODE_PREFIX, both, sizeof both, node);
}

static unsigned subtrees(const struct assay_merkle *merkle)
{
    return (unsigned)__builtin_popcountll(merkle->count);
}

void assay_merkle_add(struct assay_merkle *merkle, const void *entry, size_t len_bytes)
{
    unsigned top = subtrees(merkle);
    assay_assert(top < ASSAY_MERKLE_LEVELS);
    assay_sha256_prefixed(LEAF_PREFIX, entry, len_bytes, merkle->hash[top]);
    for (uint64_t rest = merkle->count; (rest & 1) != 0; rest >>= 1) {
        join(merkle->hash[top - 1], merkle->hash[top], merkle->hash[top - 1]);
        top--;
    }
    merkle->count++;
}

void assay_merkle_root(const struct assay_merkle *merkle, uint8_t root[ASSAY_SHA256_LEN])
{
    unsigned top = subtrees(merkle);
    if (top == 0) {
        assay_sha256(NULL, 0, root);
        return;
    }
    memcpy(root, merkle->hash[top - 1], ASSAY_SHA256_LEN);
    for (unsigned i = top - 1; i > 0; i--) {
        join(merkle->hash[i - 1], root, root);
    }
}
