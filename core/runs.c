// SPDX-License-Identifier: Apache-2.0
#include "core/runs.h"

#include <string.h>

#define VARINT_BYTES_MAX 9 /* 63 bits */

size_t assay_varint_put(uint64_t value, uint8_t data[10])
{
    assay_assert(value >> 63 == 0);
    size_t len = 0;
    while (value >= 0x80) {
        data[len++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    data[len++] = (uint8_t)value;
    return len;
}

size_t assay_varint_take(const uint8_t *data, size_t len_bytes, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < len_bytes && i < VARINT_BYTES_MAX; i++) {
        sum |= (uint64_t)(data[i] & 0x7F) << (7 * i);
        if ((data[i] & 0x80) == 0) {
            if (data[i] == 0 && i > 0) {
                return 0;
            }
            *value = sum;
            return i + 1;
        }
    }
    return 0;
}

bool assay_runs_put(struct assay_runs *runs, uint8_t *data, size_t size_bytes, struct assay_run run)
{
    assay_assert(run.first <= run.last);
    assay_assert(run.first >= runs->next);
    uint8_t bytes[2 * ASSAY_RUN_BYTES_MAX];
    bool longer = run.last > run.first;
    size_t len = assay_varint_put((run.first - runs->next) << 1 | longer, bytes);
    if (longer) {
        len += assay_varint_put(run.last - run.first - 1, bytes + len);
    }
    if (runs->at + len > size_bytes) {
        return false;
    }
    memcpy(data + runs->at, bytes, len);
    runs->at += len;
    runs->next = (uint64_t)run.last + 1;
    return true;
}

bool assay_runs_take(struct assay_runs *runs, const uint8_t *data, size_t len_bytes,
                     struct assay_run *run)
{
    uint64_t head = 0;
    uint64_t more = 0;
    size_t len = assay_varint_take(data + runs->at, len_bytes - runs->at, &head);
    if (len == 0) {
        return false;
    }
    bool longer = (head & 1) != 0;
    if (longer) {
        size_t rest = assay_varint_take(data + runs->at + len, len_bytes - runs->at - len, &more);
        if (rest == 0) {
            return false;
        }
        len += rest;
    }
    uint64_t first = runs->next + (head >> 1);
    if (first > UINT32_MAX || more > UINT32_MAX || first + more + longer > UINT32_MAX) {
        return false;
    }
    *run = (struct assay_run){(uint32_t)first, (uint32_t)(first + more + longer)};
    runs->at += len;
    runs->next = (uint64_t)run->last + 1;
    return true;
}

uint64_t assay_runs_total(const uint8_t *data, size_t len_bytes, uint64_t limit)
{
    struct assay_runs runs = {0};
    struct assay_run run;
    uint64_t total = 0;
    while (assay_runs_take(&runs, data, len_bytes, &run)) {
        if (run.last >= limit) {
            return 0;
        }
        total += (uint64_t)run.last - run.first + 1;
    }
    return runs.at == len_bytes ? total : 0;
}
