// SPDX-License-Identifier: Apache-2.0
/* The stored form of a roll-up's row (docs/FORMAT.md, section 8.1), and the order of its keys. */
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
    if (data[0] == '\0' || strchr("DWdcbwr", data[0]) == NULL) {
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

/* Most values have one byte. */
static size_t take_value(const uint8_t *data, size_t len_bytes, uint64_t *value)
{
    if (len_bytes > 0 && data[0] < 0x80) {
        *value = data[0];
        return 1;
    }
    return assay_varint_take(data, len_bytes, value);
}

enum assay_error assay_rollup_counts_add(const void *data, size_t len_bytes,
                                         uint64_t count[ASSAY_ROLLUP_COUNT])
{
    const uint8_t *bytes = data;
    uint64_t value[ASSAY_ROLLUP_COUNT];
    uint64_t present = 0;
    size_t at = assay_varint_take(bytes, len_bytes, &present);
    bool whole = at > 0 && present >> ASSAY_ROLLUP_COUNT == 0;
    for (uint64_t left = present; whole && left != 0; left &= left - 1) {
        size_t len = take_value(bytes + at, len_bytes - at, &value[__builtin_ctzll(left)]);
        whole = len > 0;
        at += len;
    }
    if (!whole || at != len_bytes) {
        return ASSAY_E_CORRUPT;
    }
    for (uint64_t left = present; left != 0; left &= left - 1) {
        count[__builtin_ctzll(left)] += value[__builtin_ctzll(left)];
    }
    return ASSAY_OK;
}

/* -- walks -- */

/* The first place that is wanted. */
static void begin_places(const struct assay_rollup_wanted *wanted, struct assay_rollup_key *key)
{
    memset(key->country, 0, sizeof key->country);
    memset(key->region, 0, sizeof key->region);
    if (wanted->country != NULL) {
        memcpy(key->country, wanted->country, strlen(wanted->country));
    }
    if (wanted->country != NULL && wanted->region != NULL) {
        memcpy(key->region, wanted->region, strlen(wanted->region));
    }
}

/* The first wanted batch that is at least so, on this day or the next. */
static enum assay_rollup_step seek_batch(const struct assay_rollup_wanted *wanted, uint64_t least,
                                         struct assay_rollup_key *key)
{
    size_t low = 0;
    size_t high = wanted->handle_count;
    while (wanted->handles != NULL && low < high) {
        size_t middle = (low + high) / 2;
        low = wanted->handles[middle] < least ? middle + 1 : low;
        high = wanted->handles[middle] < least ? high : middle;
    }
    bool found = wanted->handles == NULL ? least <= UINT32_MAX : low < wanted->handle_count;
    if (!found && key->day == INT32_MAX) {
        return ASSAY_ROLLUP_END;
    }
    key->day += !found;
    key->handle =
        wanted->handles == NULL ? (uint32_t)(found ? least : 0) : wanted->handles[found ? low : 0];
    begin_places(wanted, key);
    return ASSAY_ROLLUP_SEEK;
}

static bool has_batch(const struct assay_rollup_wanted *wanted, uint32_t handle)
{
    size_t low = 0;
    size_t high = wanted->handle_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (wanted->handles[middle] == handle) {
            return true;
        }
        low = wanted->handles[middle] < handle ? middle + 1 : low;
        high = wanted->handles[middle] < handle ? high : middle;
    }
    return wanted->handles == NULL;
}

enum assay_rollup_step assay_rollup_step(const struct assay_rollup_wanted *wanted,
                                         struct assay_rollup_key *key)
{
    if (wanted->handles != NULL && wanted->handle_count == 0) {
        return ASSAY_ROLLUP_END;
    }
    if (!has_batch(wanted, key->handle)) {
        return seek_batch(wanted, key->handle, key);
    }
    int country = wanted->country == NULL ? 0 : strcmp(key->country, wanted->country);
    int region = wanted->region == NULL ? 0 : strcmp(key->region, wanted->region);
    if (country == 0 && region == 0) {
        return ASSAY_ROLLUP_HERE;
    }
    if (wanted->country == NULL) {
        return ASSAY_ROLLUP_NEXT;
    }
    if (country < 0 || (country == 0 && region < 0)) {
        begin_places(wanted, key);
        return ASSAY_ROLLUP_SEEK;
    }
    return seek_batch(wanted, (uint64_t)key->handle + 1, key);
}
