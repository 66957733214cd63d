// SPDX-License-Identifier: Apache-2.0
/* A package's tar: names stay in the folder, lengths add up, and how it comes in pieces changes
 * nothing. */
#include "fuzz.h"

#include <string.h>

#include "codegen/tar.h"
#include "core/crc32c.h"
#include "core/text.h"

/* What the calls of one reading came to. */
struct seen {
    uint64_t left;
    unsigned files;
    uint32_t crc;
    bool inside;
};

static enum assay_error begin(void *context, const char *name, uint64_t bytes)
{
    struct seen *seen = context;
    assay_assert(!seen->inside);
    assay_assert(name[0] != '\0');
    assay_assert(name[0] != '.');
    assay_assert(strlen(name) <= ASSAY_TAR_NAME_MAX);
    assay_assert(strpbrk(name, "/\\\n") == NULL);
    assay_assert(assay_text_is_clean(name, strlen(name)));
    assay_assert(bytes <= ASSAY_TAR_FILE_BYTES_MAX);
    seen->inside = true;
    seen->left = bytes;
    seen->files++;
    seen->crc = assay_crc32c(seen->crc, name, strlen(name));
    return ASSAY_OK;
}

static enum assay_error data(void *context, struct assay_span bytes)
{
    struct seen *seen = context;
    assay_assert(seen->inside);
    assay_assert(bytes.len_bytes <= seen->left);
    seen->left -= bytes.len_bytes;
    seen->crc = assay_crc32c(seen->crc, bytes.data, bytes.len_bytes);
    return ASSAY_OK;
}

static enum assay_error end(void *context)
{
    struct seen *seen = context;
    assay_assert(seen->inside);
    assay_assert(seen->left == 0);
    seen->inside = false;
    return ASSAY_OK;
}

static enum assay_error take(const uint8_t *tar, size_t size, size_t at_once, struct seen *seen)
{
    struct assay_tar_reader reader = {.begin = begin, .data = data, .end = end, .context = seen};
    enum assay_error error = ASSAY_OK;
    for (size_t at = 0; at < size && error == ASSAY_OK; at += at_once) {
        size_t some = size - at < at_once ? size - at : at_once;
        error = assay_tar_take(&reader, (struct assay_span){tar + at, some});
    }
    assay_assert(error == ASSAY_OK || error == ASSAY_E_CORRUPT);
    assay_assert(error != ASSAY_OK || !assay_tar_is_whole(&reader) || !seen->inside);
    return error;
}

/* Give each head the sum that it should have, or hardly one would be read. */
static void mend(uint8_t *tar, size_t size)
{
    for (size_t at = 0; at + ASSAY_TAR_BLOCK <= size; at += ASSAY_TAR_BLOCK) {
        unsigned sum = 0;
        for (size_t i = 0; i < ASSAY_TAR_BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : tar[at + i];
        }
        for (size_t i = 6; tar[at] != 0 && i > 0; i--, sum /= 8) {
            tar[at + 147 + i] = (uint8_t)('0' + sum % 8);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static uint8_t tar[64 * 1024];
    if (size < 2 || size - 2 > sizeof tar) {
        return 0;
    }
    memcpy(tar, bytes + 2, size - 2);
    if (bytes[0] % 2 == 1) {
        mend(tar, size - 2);
    }
    struct seen whole = {.left = 0};
    struct seen pieces = {.left = 0};
    enum assay_error first = take(tar, size - 2, size, &whole);
    enum assay_error second = take(tar, size - 2, 1u + bytes[1], &pieces);
    assay_assert(first == second);
    assay_assert(whole.files == pieces.files);
    assay_assert(whole.crc == pieces.crc);
    return 0;
}
