// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

size_t golden_read(const char *file, const char *name, uint8_t *data, size_t size_bytes)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", ASSAY_GOLDEN_DIR, file);
    FILE *stream = fopen(path, "r");
    assay_assert(stream != NULL);
    char *line = NULL;
    size_t room = 0;
    size_t len = 0;
    while (len == 0 && getline(&line, &room, stream) > 0) {
        char *hex = strchr(line, ' ');
        if (hex != NULL && strncmp(line, name, strlen(name)) == 0 && line + strlen(name) == hex) {
            size_t digits = strcspn(hex + 1, "\n");
            len = digits / 2;
            assay_assert(len <= size_bytes);
            assay_assert(assay_hex_decode(hex + 1, digits, data, len) == ASSAY_OK);
        }
    }
    free(line);
    fclose(stream);
    assay_assert(len > 0);
    return len;
}
