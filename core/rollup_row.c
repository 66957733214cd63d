// SPDX-License-Identifier: Apache-2.0
/* The stored form of a roll-up's row (docs/FORMAT.md, section 8.1). */
#include <string.h>

#include "core/rollup.h"
#include "core/runs.h"

#define DAY_BIAS 0x80000000u /* so that days before 1970 sort first */

const char *assay_rollup_count_name(enum assay_rollup_count count)
{
    static const char *const names[] = {
#define NAME(symbol, name, meaning) name,
        ASSAY_ROLLUP_COUNTS(NAME)
#undef NAME
    };
    assay_assert(count < ASSAY_COUNT_OF(names));
    return names[count];
}

static void put_big_endian(uint8_t *data, uint32_t value)
{
    data[0] = (uint8_t)(value >> 24);
    data[1] = (uint8_t)(value >> 16);
    data[2] = (uint8_t)(value >> 8);
    data[3] = (uint8_t)value;
}

static uint32_t get_big_endian(const uint8_t *data)
{
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

void assay_rollup_key_encode(const struct assay_rollup_key *key, uint8_t data[ASSAY_ROLLUP_KEY_LEN])
{
    data[0] = (uint8_t)key->kind;
    put_big_endian(data + 1, (uint32_t)key->day ^ DAY_BIAS);
    put_big_endian(data + 5, key->handle);
    memcpy(data + 9, key->country, 2);
    memcpy(data + 11, key->region, 6);
}

enum assay_error assay_rollup_key_decode(const uint8_t data[ASSAY_ROLLUP_KEY_LEN],
                                         struct assay_rollup_key *key)
{
    if (data[0] != ASSAY_ROLLUP_DAY && data[0] != ASSAY_ROLLUP_WEEK) {
        return ASSAY_E_CORRUPT;
    }
    struct assay_rollup_key value = {
        .kind = data[0],
        .day = (int32_t)(get_big_endian(data + 1) ^ DAY_BIAS),
        .handle = get_big_endian(data + 5),
    };
    memcpy(value.country, data + 9, 2);
    memcpy(value.region, data + 11, 6);
    *key = value;
    return ASSAY_OK;
}

size_t assay_rollup_counts_encode(const uint64_t count[ASSAY_ROLLUP_COUNT],
                                  uint8_t data[ASSAY_ROLLUP_ROW_MAX])
{
    uint64_t present = 0;
    for (size_t i = 0; i < ASSAY_ROLLUP_COUNT; i++) {
        present |= (uint64_t)(count[i] != 0) << i;
    }
    size_t len = assay_varint_put(present, data);
    for (size_t i = 0; i < ASSAY_ROLLUP_COUNT; i++) {
        len += count[i] != 0 ? assay_varint_put(count[i], data + len) : 0;
    }
    return len;
}

enum assay_error assay_rollup_counts_add(const void *data, size_t len_bytes,
                                         uint64_t count[ASSAY_ROLLUP_COUNT])
{
    const uint8_t *bytes = data;
    uint64_t sum[ASSAY_ROLLUP_COUNT];
    memcpy(sum, count, sizeof sum);
    uint64_t present = 0;
    size_t at = assay_varint_take(bytes, len_bytes, &present);
    bool whole = at > 0 && present >> ASSAY_ROLLUP_COUNT == 0;
    for (size_t i = 0; whole && i < ASSAY_ROLLUP_COUNT; i++) {
        if ((present >> i & 1) != 0) {
            uint64_t value = 0;
            size_t len = assay_varint_take(bytes + at, len_bytes - at, &value);
            whole = len > 0;
            sum[i] += value;
            at += len;
        }
    }
    if (!whole || at != len_bytes) {
        return ASSAY_E_CORRUPT;
    }
    memcpy(count, sum, sizeof sum);
    return ASSAY_OK;
}
