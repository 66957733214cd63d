// SPDX-License-Identifier: Apache-2.0
/* Numbers for texts, in the order in which they first appear. */
#ifndef ASSAY_BENCH_ESTIMATES_NAMES_H
#define ASSAY_BENCH_ESTIMATES_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define NAME_LEN 32
#define NAME_NONE UINT32_MAX

/** Texts of at most NAME_LEN - 1 bytes. All zero at first. */
struct names {
    char (*texts)[NAME_LEN];
    uint32_t *slots; /* number + 1 */
    uint32_t count, capacity;
};

/** The number of a text; a new one for a new text if `add`, else NAME_NONE. */
uint32_t names_find(struct names *names, const char *text, bool add);

/** Free them. */
void names_deinit(struct names *names);

/** Memory, or the end of the program. */
void *must_have(void *memory);

/** A number mixed from two. */
uint64_t mixed(uint64_t a, uint64_t b);

#endif
