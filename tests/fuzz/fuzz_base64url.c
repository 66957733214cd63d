// SPDX-License-Identifier: Apache-2.0
/* What decodes is written again as it was; nothing is written beyond the room. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

static void decode_hex(const char *text, size_t len)
{
    uint8_t *bytes = malloc(len / 2 + 1);
    char *back = malloc(len + 2);
    assay_assert(bytes != NULL && back != NULL);
    if (assay_hex_decode(text, len, bytes, len / 2) == ASSAY_OK) {
        assay_hex_encode(bytes, len / 2, back);
        assay_assert(strncasecmp(back, text, len) == 0);
    }
    free(back);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const char *text = (const char *)data + 1;
    size_t len = size - 1;
    size_t room = data[0] < 128 ? data[0] : len; /* often too small */
    uint8_t *bytes = malloc(room == 0 ? 1 : room);
    char *back = malloc(len + 1);
    assay_assert(bytes != NULL && back != NULL);
    size_t decoded = room;
    if (assay_base64url_decode(text, len, bytes, &decoded) == ASSAY_OK) {
        assay_assert(decoded <= room);
        assay_base64url_encode(bytes, decoded, back);
        assay_assert(memcmp(back, text, len) == 0);
    }
    free(back);
    free(bytes);
    decode_hex(text, len);
    return 0;
}
