// SPDX-License-Identifier: Apache-2.0
/* Any order of reading steps over any bytes; and what is read is written to the same bytes. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/wire.h"

enum { STEPS = 16, TEXT_SIZE = 40 };

/* What one step of reading gave. */
struct taken {
    uint64_t value;
    uint8_t bytes[TEXT_SIZE];
    char text[TEXT_SIZE];
};

static void take(uint8_t kind, struct assay_wire *reader, struct taken *taken)
{
    switch (kind % 6) {
    case 0:
        taken->value = assay_wire_get_u8(reader);
        break;
    case 1:
        taken->value = assay_wire_get_u16(reader);
        break;
    case 2:
        taken->value = assay_wire_get_u32(reader);
        break;
    case 3:
        taken->value = assay_wire_get_u64(reader);
        break;
    case 4:
        assay_wire_get_bytes(reader, taken->bytes, kind / 6 % TEXT_SIZE);
        break;
    default:
        assay_wire_get_text(reader, taken->text, 1 + kind / 6 % TEXT_SIZE);
        break;
    }
}

static void put(uint8_t kind, struct assay_wire *writer, const struct taken *taken)
{
    switch (kind % 6) {
    case 0:
        assay_wire_put_u8(writer, (uint8_t)taken->value);
        break;
    case 1:
        assay_wire_put_u16(writer, (uint16_t)taken->value);
        break;
    case 2:
        assay_wire_put_u32(writer, (uint32_t)taken->value);
        break;
    case 3:
        assay_wire_put_u64(writer, taken->value);
        break;
    case 4:
        assay_wire_put_bytes(writer, taken->bytes, kind / 6 % TEXT_SIZE);
        break;
    default:
        assay_wire_put_text(writer, taken->text);
        break;
    }
}

/* After a failure all that is taken is empty. */
static void step(uint8_t kind, struct assay_wire *reader, struct assay_wire *writer)
{
    static const uint8_t zeros[TEXT_SIZE];
    struct taken taken = {.value = 0};
    take(kind, reader, &taken);
    if (!reader->failed) {
        put(kind, writer, &taken);
        return;
    }
    assay_assert(taken.value == 0);
    assay_assert(taken.text[0] == '\0');
    assay_assert(memcmp(taken.bytes, zeros, sizeof zeros) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < STEPS) {
        return 0;
    }
    size_t len = size - STEPS;
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    assay_assert(copy != NULL);
    struct assay_wire reader = assay_wire_reader(data + STEPS, len);
    struct assay_wire writer = assay_wire_writer(copy, len);
    for (size_t i = 0; i < STEPS; i++) {
        step(data[i], &reader, &writer);
        assay_assert(reader.at <= len);
    }
    assay_assert(!writer.failed);
    assay_assert(memcmp(copy, data + STEPS, writer.at) == 0);
    free(copy);
    return 0;
}
