// SPDX-License-Identifier: Apache-2.0
#include "core/wire.h"

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
    uint8_t *place = assay_wire_write_step(wire, len_bytes);
    if (place != NULL && len_bytes > 0) {
        memset(place, 0, len_bytes);
    }
}

void assay_wire_get_text(struct assay_wire *wire, char *text, size_t size_bytes)
{
    assay_assert(size_bytes > 0);
    size_t len = assay_wire_get_u16(wire);
    const uint8_t *place = len < size_bytes ? assay_wire_read_step(wire, len) : NULL;
    if (place == NULL || memchr(place, 0, len) != NULL) {
        wire->failed = true;
        text[0] = '\0';
        return;
    }
    memcpy(text, place, len);
    text[len] = '\0';
}
