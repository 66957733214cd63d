// SPDX-License-Identifier: Apache-2.0
/* Key files with and without a fitting CRC; scrypt's cost is held low, or nothing else is run. */
#include "fuzz.h"

#include <string.h>

#include "core/keyfile.h"

static void open_file(const uint8_t *data, size_t size)
{
    static struct assay_key_lock lock = {.passphrase = "golden 金"};
    uint8_t secret[ASSAY_KEY_SECRET_LEN];
    for (uint8_t kind = 1; kind <= 5; kind++) {
        enum assay_error error =
            assay_key_file_open(&lock, kind, (struct assay_span){data, size}, secret);
        bool known = error == ASSAY_OK || error == ASSAY_E_CORRUPT || error == ASSAY_E_VERSION ||
                     error == ASSAY_E_PASSPHRASE;
        assay_assert(known);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t file[ASSAY_KEY_FILE_LEN];
    if (size < ASSAY_KEY_FILE_LEN) {
        open_file(data, size);
        return 0;
    }
    memcpy(file, data, sizeof file);
    if (file[11] > ASSAY_KEY_COST_MIN && file[11] <= ASSAY_KEY_COST_MAX) {
        file[11] = ASSAY_KEY_COST_MIN;
    }
    open_file(file, sizeof file);
    uint32_t crc = assay_crc32c(0, file, sizeof file - 4);
    for (size_t i = 0; i < 4; i++) {
        file[sizeof file - 4 + i] = (uint8_t)(crc >> (8 * i));
    }
    open_file(file, sizeof file);
    return 0;
}
