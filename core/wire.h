// SPDX-License-Identifier: Apache-2.0
/* A sticky little-endian codec, so that a record's layout reads as a list of its fields.
 *
 * Invariants: `at` never passes `len_bytes`; once a step does not fit, `failed` stays true,
 * writing steps write nothing and reading steps give zeros. Check `failed` once, at the end.
 */
#ifndef ASSAY_CORE_WIRE_H
#define ASSAY_CORE_WIRE_H

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

/** Append one value, little-endian. */
void assay_wire_put_u8(struct assay_wire *wire, uint8_t value);
void assay_wire_put_u16(struct assay_wire *wire, uint16_t value);
void assay_wire_put_u32(struct assay_wire *wire, uint32_t value);
void assay_wire_put_u64(struct assay_wire *wire, uint64_t value);
/** Append raw bytes. */
void assay_wire_put_bytes(struct assay_wire *wire, const void *data, size_t len_bytes);
/** Append a text: u16 length, then its bytes, no NUL. */
void assay_wire_put_text(struct assay_wire *wire, const char *text);
/** Append zeros up to the next multiple of `alignment`. */
void assay_wire_put_padding(struct assay_wire *wire, size_t alignment);

/** Take one value, little-endian; 0 after a failure. */
uint8_t assay_wire_get_u8(struct assay_wire *wire);
uint16_t assay_wire_get_u16(struct assay_wire *wire);
uint32_t assay_wire_get_u32(struct assay_wire *wire);
uint64_t assay_wire_get_u64(struct assay_wire *wire);
/** Take raw bytes; zeros after a failure. */
void assay_wire_get_bytes(struct assay_wire *wire, void *data, size_t len_bytes);
/** Take a text into room for size_bytes with its NUL; fails if longer or with a NUL inside. */
void assay_wire_get_text(struct assay_wire *wire, char *text, size_t size_bytes);

#endif
