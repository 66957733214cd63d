// SPDX-License-Identifier: Apache-2.0
#include "core/wire.h"

#include <endian.h>
#include <string.h>

struct assay_wire assay_wire_writer(void *data, size_t len_bytes)
{
    assay_assert(data != NULL);
    return (struct assay_wire){.write = data, .len_bytes = len_bytes};
}

struct assay_wire assay_wire_reader(const void *data, size_t len_bytes)
{
    bool given = data != NULL || len_bytes == 0;
    assay_assert(given);
    return (struct assay_wire){.read = data, .len_bytes = len_bytes};
}

/* Where the next len_bytes go, or NULL. */
static inline uint8_t *write_step(struct assay_wire *wire, size_t len_bytes)
{
    assay_assert(wire->write != NULL);
    assay_assert(wire->at <= wire->len_bytes);
    if (wire->failed || len_bytes > wire->len_bytes - wire->at) {
        wire->failed = true;
        return NULL;
    }
    uint8_t *place = wire->write + wire->at;
    wire->at += len_bytes;
    return place;
}

/* Where the next len_bytes are, or NULL. */
static const uint8_t *read_step(struct assay_wire *wire, size_t len_bytes)
{
    assay_assert(wire->write == NULL);
    assay_assert(wire->at <= wire->len_bytes);
    if (wire->failed || wire->read == NULL || len_bytes > wire->len_bytes - wire->at) {
        wire->failed = true;
        return NULL;
    }
    const uint8_t *place = wire->read + wire->at;
    wire->at += len_bytes;
    return place;
}

static inline void put_integer(struct assay_wire *wire, uint64_t value, size_t len_bytes)
{
    uint8_t *place = write_step(wire, len_bytes);
    uint64_t little = htole64(value); /* its first bytes are those of a shorter integer */
    if (place != NULL) {
        memcpy(place, &little, len_bytes);
    }
}

static inline uint64_t get_integer(struct assay_wire *wire, size_t len_bytes)
{
    const uint8_t *place = read_step(wire, len_bytes);
    uint64_t little = 0;
    if (place != NULL) {
        memcpy(&little, place, len_bytes);
    }
    return le64toh(little);
}

void assay_wire_put_u8(struct assay_wire *wire, uint8_t value)
{
    put_integer(wire, value, sizeof value);
}

void assay_wire_put_u16(struct assay_wire *wire, uint16_t value)
{
    put_integer(wire, value, sizeof value);
}

void assay_wire_put_u32(struct assay_wire *wire, uint32_t value)
{
    put_integer(wire, value, sizeof value);
}

void assay_wire_put_u64(struct assay_wire *wire, uint64_t value)
{
    put_integer(wire, value, sizeof value);
}

void assay_wire_put_bytes(struct assay_wire *wire, const void *data, size_t len_bytes)
{
    uint8_t *place = write_step(wire, len_bytes);
    if (place != NULL && len_bytes > 0) {
        memcpy(place, data, len_bytes);
    }
}

void assay_wire_put_text(struct assay_wire *wire, const char *text)
{
    size_t len = strlen(text);
    if (len > UINT16_MAX || wire->len_bytes - wire->at < len + sizeof(uint16_t)) {
        wire->failed = true; /* before the length is written, so that no half text is */
    }
    assay_wire_put_u16(wire, (uint16_t)len);
    assay_wire_put_bytes(wire, text, len);
}

void assay_wire_put_padding(struct assay_wire *wire, size_t alignment)
{
    assay_assert(alignment > 0);
    size_t over = wire->at % alignment;
    size_t len_bytes = over == 0 ? 0 : alignment - over;
    uint8_t *place = write_step(wire, len_bytes);
    if (place != NULL && len_bytes > 0) {
        memset(place, 0, len_bytes);
    }
}

uint8_t assay_wire_get_u8(struct assay_wire *wire)
{
    return (uint8_t)get_integer(wire, sizeof(uint8_t));
}

uint16_t assay_wire_get_u16(struct assay_wire *wire)
{
    return (uint16_t)get_integer(wire, sizeof(uint16_t));
}

uint32_t assay_wire_get_u32(struct assay_wire *wire)
{
    return (uint32_t)get_integer(wire, sizeof(uint32_t));
}

uint64_t assay_wire_get_u64(struct assay_wire *wire)
{
    return get_integer(wire, sizeof(uint64_t));
}

void assay_wire_get_bytes(struct assay_wire *wire, void *data, size_t len_bytes)
{
    if (len_bytes == 0) {
        return;
    }
    const uint8_t *place = read_step(wire, len_bytes);
    if (place == NULL) {
        memset(data, 0, len_bytes);
    } else {
        memcpy(data, place, len_bytes);
    }
}

void assay_wire_get_text(struct assay_wire *wire, char *text, size_t size_bytes)
{
    assay_assert(size_bytes > 0);
    size_t len = assay_wire_get_u16(wire);
    const uint8_t *place = len < size_bytes ? read_step(wire, len) : NULL;
    if (place == NULL || memchr(place, 0, len) != NULL) {
        wire->failed = true;
        text[0] = '\0';
        return;
    }
    memcpy(text, place, len);
    text[len] = '\0';
}
