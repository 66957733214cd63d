// SPDX-License-Identifier: Apache-2.0
/* A sticky little-endian codec, so that a record's layout reads as a list of its fields.
 *
 * Invariants: `at` never passes `len_bytes`; once a step does not fit, `failed` stays true,
 * writing steps write nothing and reading steps give zeros. Check `failed` once, at the end.
 */
#ifndef ASSAY_CORE_WIRE_H
#define ASSAY_CORE_WIRE_H

#include <endian.h>
#include <string.h>

#include "core/bytes.h"

struct assay_wire {
    uint8_t *write;      /* NULL when reading */
    const uint8_t *read; /* NULL when writing */
    size_t len_bytes;
    size_t at;
    bool failed;
};

/** Begin to write into data. */
struct assay_wire assay_wire_writer(void *data, size_t len_bytes);

/** Begin to read from data. */
struct assay_wire assay_wire_reader(const void *data, size_t len_bytes);

/* Inline, here and below: a record has some thirty fields. */

/** Where the next len_bytes are to be written, or NULL. */
static inline uint8_t *assay_wire_write_step(struct assay_wire *wire, size_t len_bytes)
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

/** Where the next len_bytes are to be read, or NULL. */
static inline const uint8_t *assay_wire_read_step(struct assay_wire *wire, size_t len_bytes)
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

/** Append the low len_bytes of an integer, little-endian. */
static inline void assay_wire_put(struct assay_wire *wire, uint64_t value, size_t len_bytes)
{
    uint8_t *place = assay_wire_write_step(wire, len_bytes);
    uint64_t little = htole64(value); /* its first bytes are those of a shorter integer */
    if (place != NULL) {
        memcpy(place, &little, len_bytes);
    }
}

/** Take an integer of len_bytes, little-endian; 0 after a failure. */
static inline uint64_t assay_wire_get(struct assay_wire *wire, size_t len_bytes)
{
    const uint8_t *place = assay_wire_read_step(wire, len_bytes);
    uint64_t little = 0;
    if (place != NULL) {
        memcpy(&little, place, len_bytes);
    }
    return le64toh(little);
}

/** Append one value, little-endian. */
static inline void assay_wire_put_u8(struct assay_wire *wire, uint8_t value)
{
    assay_wire_put(wire, value, sizeof value);
}
static inline void assay_wire_put_u16(struct assay_wire *wire, uint16_t value)
{
    assay_wire_put(wire, value, sizeof value);
}
static inline void assay_wire_put_u32(struct assay_wire *wire, uint32_t value)
{
    assay_wire_put(wire, value, sizeof value);
}
static inline void assay_wire_put_u64(struct assay_wire *wire, uint64_t value)
{
    assay_wire_put(wire, value, sizeof value);
}
/** Append raw bytes. */
static inline void assay_wire_put_bytes(struct assay_wire *wire, const void *data, size_t len_bytes)
{
    uint8_t *place = assay_wire_write_step(wire, len_bytes);
    if (place != NULL && len_bytes > 0) {
        memcpy(place, data, len_bytes);
    }
}
/** Append a text: u16 length, then its bytes, no NUL. */
void assay_wire_put_text(struct assay_wire *wire, const char *text);
/** Append zeros up to the next multiple of `alignment`. */
void assay_wire_put_padding(struct assay_wire *wire, size_t alignment);

/** Take one value, little-endian; 0 after a failure. */
static inline uint8_t assay_wire_get_u8(struct assay_wire *wire)
{
    return (uint8_t)assay_wire_get(wire, sizeof(uint8_t));
}
static inline uint16_t assay_wire_get_u16(struct assay_wire *wire)
{
    return (uint16_t)assay_wire_get(wire, sizeof(uint16_t));
}
static inline uint32_t assay_wire_get_u32(struct assay_wire *wire)
{
    return (uint32_t)assay_wire_get(wire, sizeof(uint32_t));
}
static inline uint64_t assay_wire_get_u64(struct assay_wire *wire)
{
    return assay_wire_get(wire, sizeof(uint64_t));
}
/** Take raw bytes; zeros after a failure. */
static inline void assay_wire_get_bytes(struct assay_wire *wire, void *data, size_t len_bytes)
{
    if (len_bytes == 0) {
        return;
    }
    const uint8_t *place = assay_wire_read_step(wire, len_bytes);
    if (place == NULL) {
        memset(data, 0, len_bytes);
    } else {
        memcpy(data, place, len_bytes);
    }
}
/** Take a text into room for size_bytes with its NUL; fails if longer or with a NUL inside. */
void assay_wire_get_text(struct assay_wire *wire, char *text, size_t size_bytes);

#endif
