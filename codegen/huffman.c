// SPDX-License-Identifier: Apache-2.0
#include "codegen/huffman.h"

#include <stdlib.h>
#include <string.h>

struct node {
    uint32_t weight;
    uint16_t parent;
    uint16_t symbol;
};

static int by_weight(const void *a, const void *b)
{
    const struct node *left = a, *right = b;
    if (left->weight != right->weight) {
        return left->weight < right->weight ? -1 : 1;
    }
    return left->symbol < right->symbol ? -1 : left->symbol > right->symbol;
}

/* The lighter of the two queues' heads: sorted leaves, and nodes in the order they were made. */
static unsigned take(const struct node *nodes, unsigned *leaf, unsigned leaves, unsigned *inner,
                     unsigned inners)
{
    if (*leaf < leaves && (*inner >= inners || nodes[*leaf].weight <= nodes[*inner].weight)) {
        return (*leaf)++;
    }
    return (*inner)++;
}

/* Lengths for sorted leaves 0..leaves-1, at least two. returns the longest. */
static unsigned measure(struct node *nodes, unsigned leaves, uint8_t *lengths)
{
    unsigned leaf = 0, inner = leaves, made = leaves;
    while (made < 2 * leaves - 1) {
        unsigned first = take(nodes, &leaf, leaves, &inner, made);
        unsigned second = take(nodes, &leaf, leaves, &inner, made);
        nodes[made].weight = nodes[first].weight + nodes[second].weight;
        nodes[first].parent = (uint16_t)made;
        nodes[second].parent = (uint16_t)made;
        made++;
    }
    lengths[made - 1] = 0;
    unsigned longest = 0;
    for (unsigned i = made - 1; i-- > 0;) {
        lengths[i] = (uint8_t)(lengths[nodes[i].parent] + 1);
        longest = lengths[i] > longest ? lengths[i] : longest;
    }
    return longest;
}

static uint16_t reversed(unsigned code, unsigned bits)
{
    unsigned result = 0;
    for (unsigned i = 0; i < bits; i++) {
        result = result << 1 | (code >> i & 1);
    }
    return (uint16_t)result;
}

/* RFC 1951, 3.2.2: codes of one length are consecutive, in the order of their symbols. */
static void assign(struct assay_huffman_code *codes, unsigned count)
{
    unsigned counts[17] = {0};
    for (unsigned i = 0; i < count; i++) {
        counts[codes[i].bits]++;
    }
    counts[0] = 0;
    unsigned next[17] = {0};
    for (unsigned bits = 1; bits <= 16; bits++) {
        next[bits] = (next[bits - 1] + counts[bits - 1]) << 1;
    }
    for (unsigned i = 0; i < count; i++) {
        if (codes[i].bits > 0) {
            codes[i].code = reversed(next[codes[i].bits]++, codes[i].bits);
        }
    }
}

void assay_huffman_make(struct assay_huffman_code *codes, unsigned count, unsigned bits_max)
{
    assay_assert(count > 0);
    assay_assert(count <= ASSAY_HUFFMAN_SYMBOLS_MAX);
    struct node nodes[2 * ASSAY_HUFFMAN_SYMBOLS_MAX] = {0};
    uint8_t lengths[2 * ASSAY_HUFFMAN_SYMBOLS_MAX];
    unsigned leaves = 0;
    for (unsigned i = 0; i < count; i++) {
        codes[i].bits = 0;
        if (codes[i].frequency > 0) {
            nodes[leaves++] = (struct node){.weight = codes[i].frequency, .symbol = (uint16_t)i};
        }
    }
    if (leaves < 2) {
        codes[leaves == 1 ? nodes[0].symbol : 0].bits = 1;
        assign(codes, count);
        return;
    }
    qsort(nodes, leaves, sizeof *nodes, by_weight);
    while (measure(nodes, leaves, lengths) > bits_max) { /* flatten, keeping the order */
        for (unsigned i = 0; i < leaves; i++) {
            nodes[i].weight = nodes[i].weight / 2 + 1;
        }
    }
    for (unsigned i = 0; i < leaves; i++) {
        codes[nodes[i].symbol].bits = lengths[i];
    }
    assign(codes, count);
}

uint8_t *assay_huffman_bits_flush(struct assay_huffman_bits *stream)
{
    if (stream->held_bits > 0) {
        *stream->next++ = (uint8_t)stream->held;
    }
    *stream = (struct assay_huffman_bits){.next = stream->next};
    return stream->next;
}
