// SPDX-License-Identifier: Apache-2.0
#include "bench/estimates/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *must_have(void *memory)
{
    if (memory == NULL) {
        fputs("bench_estimates: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

uint64_t mixed(uint64_t a, uint64_t b)
{
    uint64_t value = (a ^ (b + UINT64_C(0x9E3779B97F4A7C15))) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 29)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 32);
}

static uint32_t slot_of(const struct names *names, const char *text)
{
    uint64_t hash = 0;
    for (const char *at = text; *at != '\0'; at++) {
        hash = mixed(hash, (unsigned char)*at);
    }
    uint32_t slot = (uint32_t)hash & (names->capacity - 1);
    while (names->slots[slot] != 0 && strcmp(names->texts[names->slots[slot] - 1], text) != 0) {
        slot = (slot + 1) & (names->capacity - 1);
    }
    return slot;
}

static void grow(struct names *names)
{
    names->capacity = names->capacity == 0 ? 64 : names->capacity * 2;
    names->texts = must_have(realloc(names->texts, names->capacity * sizeof *names->texts));
    free(names->slots);
    names->slots = must_have(calloc(names->capacity, sizeof *names->slots));
    for (uint32_t i = 0; i < names->count; i++) {
        names->slots[slot_of(names, names->texts[i])] = i + 1;
    }
}

uint32_t names_find(struct names *names, const char *text, bool add)
{
    if (names->count * 2 >= names->capacity) {
        grow(names);
    }
    uint32_t slot = slot_of(names, text);
    if (names->slots[slot] != 0) {
        return names->slots[slot] - 1;
    }
    if (!add || strlen(text) >= NAME_LEN) {
        return NAME_NONE;
    }
    memcpy(names->texts[names->count], text, strlen(text) + 1);
    names->slots[slot] = ++names->count;
    return names->count - 1;
}

void names_deinit(struct names *names)
{
    free(names->texts);
    free(names->slots);
    *names = (struct names){.texts = NULL};
}
