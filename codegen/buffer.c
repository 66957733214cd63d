// SPDX-License-Identifier: Apache-2.0
#include "codegen/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void assay_buffer_deinit(struct assay_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct assay_buffer){0};
}

enum assay_error assay_buffer_reserve(struct assay_buffer *buffer, size_t more_bytes)
{
    if (buffer->room_bytes - buffer->len_bytes >= more_bytes) {
        return ASSAY_OK;
    }
    size_t room_bytes = buffer->room_bytes + buffer->room_bytes / 2 + more_bytes + 256;
    uint8_t *data = realloc(buffer->data, room_bytes);
    if (data == NULL) {
        return ASSAY_E_MEMORY;
    }
    buffer->data = data;
    buffer->room_bytes = room_bytes;
    return ASSAY_OK;
}

enum assay_error assay_buffer_put(struct assay_buffer *buffer, const void *data, size_t len_bytes)
{
    enum assay_error error = assay_buffer_reserve(buffer, len_bytes);
    if (error == ASSAY_OK && len_bytes > 0) {
        memcpy(buffer->data + buffer->len_bytes, data, len_bytes);
        buffer->len_bytes += len_bytes;
    }
    return error;
}

enum assay_error assay_buffer_print(struct assay_buffer *buffer, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    size_t room = buffer->room_bytes - buffer->len_bytes;
    char *at = room > 0 ? (char *)buffer->data + buffer->len_bytes : NULL;
    int needed = vsnprintf(at, room, format, list);
    va_end(list);
    assay_assert(needed >= 0);
    enum assay_error error = ASSAY_OK;
    if ((size_t)needed >= room) { /* rare: once more, with the room it takes */
        error = assay_buffer_reserve(buffer, (size_t)needed + 1);
        if (error == ASSAY_OK) {
            vsnprintf((char *)buffer->data + buffer->len_bytes, (size_t)needed + 1, format, again);
        }
    }
    va_end(again);
    buffer->len_bytes += error == ASSAY_OK ? (size_t)needed : 0;
    return error;
}

size_t assay_decimal_put(uint32_t value, char *text)
{
    if (value < 10) { /* nearly always, in the paths of QR codes */
        text[0] = (char)('0' + value);
        return 1;
    }
    size_t count = 1;
    for (uint32_t rest = value / 10; rest > 0; rest /= 10) {
        count++;
    }
    for (size_t i = count; i-- > 0; value /= 10) {
        text[i] = (char)('0' + value % 10);
    }
    return count;
}
