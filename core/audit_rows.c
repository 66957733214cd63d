// SPDX-License-Identifier: Apache-2.0
#include "core/audit_rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/crc32c.h"

#define SLOTS_FIRST 64 /* a power of two */

static uint32_t key_hash(const struct assay_audit_row *row)
{
    uint32_t hash = assay_crc32c(0, row->sku, strlen(row->sku));
    hash = assay_crc32c(hash, &row->handle, sizeof row->handle);
    hash = assay_crc32c(hash, row->country, sizeof row->country);
    hash = assay_crc32c(hash, row->region, sizeof row->region);
    return assay_crc32c(hash, &row->day, sizeof row->day);
}

/* Order of the report: by every column of the cut. */
static int key_compare(const void *left, const void *right)
{
    const struct assay_audit_row *a = left;
    const struct assay_audit_row *b = right;
    int order = strcmp(a->sku, b->sku);
    if (order == 0) {
        order = (a->handle > b->handle) - (a->handle < b->handle);
    }
    if (order == 0) {
        order = strcmp(a->country, b->country);
    }
    if (order == 0) {
        order = strcmp(a->region, b->region);
    }
    return order != 0 ? order : (a->day > b->day) - (a->day < b->day);
}

static size_t slot_of(const struct assay_audit_rows *rows, const struct assay_audit_row *key)
{
    size_t slot = key_hash(key) & (rows->slot_count - 1);
    while (rows->slots[slot] != 0 && key_compare(&rows->row[rows->slots[slot] - 1], key) != 0) {
        slot = (slot + 1) & (rows->slot_count - 1);
    }
    return slot;
}

static enum assay_error grow(struct assay_audit_rows *rows)
{
    size_t wider = rows->slot_count == 0 ? SLOTS_FIRST : 2 * rows->slot_count;
    struct assay_audit_row *wide = realloc(rows->row, wider / 2 * sizeof *wide);
    if (wide == NULL) {
        return ASSAY_E_MEMORY;
    }
    rows->row = wide;
    uint32_t *slots = calloc(wider, sizeof *slots);
    if (slots == NULL) {
        return ASSAY_E_MEMORY;
    }
    free(rows->slots);
    rows->slots = slots;
    rows->slot_count = wider;
    for (size_t i = 0; i < rows->count; i++) {
        rows->slots[slot_of(rows, &rows->row[i])] = (uint32_t)i + 1;
    }
    return ASSAY_OK;
}

enum assay_error assay_audit_rows_find(struct assay_audit_rows *rows,
                                       const struct assay_audit_row *key,
                                       struct assay_audit_row **row)
{
    if (2 * (rows->count + 1) > rows->slot_count && grow(rows) != ASSAY_OK) {
        return ASSAY_E_MEMORY;
    }
    size_t slot = slot_of(rows, key);
    if (rows->slots[slot] == 0) {
        rows->row[rows->count] = *key;
        rows->slots[slot] = (uint32_t)++rows->count;
    }
    *row = &rows->row[rows->slots[slot] - 1];
    return ASSAY_OK;
}

struct assay_audit_row *assay_audit_rows_take(struct assay_audit_rows *rows)
{
    struct assay_audit_row *row = rows->row;
    if (rows->count > 1) {
        qsort(row, rows->count, sizeof *row, key_compare);
    }
    rows->row = NULL;
    return row;
}

void assay_audit_rows_deinit(struct assay_audit_rows *rows)
{
    free(rows->row);
    free(rows->slots);
    *rows = (struct assay_audit_rows){0};
}
