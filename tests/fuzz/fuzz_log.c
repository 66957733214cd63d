// SPDX-License-Identifier: Apache-2.0
/* Quoted texts stay in their room, their quotes and their line. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"

static void check_inside(const char *quoted, size_t len)
{
    for (size_t i = 1; i + 1 < len; i++) {
        assay_assert((unsigned char)quoted[i] >= 0x20);
        assay_assert(quoted[i] != 0x7f);
        assay_assert(quoted[i] != '"');
        if (quoted[i] == '\\') {
            i++; /* what it escapes is there, before the closing quote */
            assay_assert(i + 1 < len);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    size_t room = 3 + (size_t)data[0];
    char *quoted = malloc(room);
    assay_assert(quoted != NULL);
    assay_log_quote((const char *)data + 1, size - 1, quoted, room);
    size_t len = strnlen(quoted, room);
    assay_assert(len >= 2);
    assay_assert(len < room);
    assay_assert(quoted[0] == '"');
    assay_assert(quoted[len - 1] == '"');
    check_inside(quoted, len);
    free(quoted);
    return 0;
}
