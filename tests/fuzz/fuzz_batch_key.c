// SPDX-License-Identifier: Apache-2.0
/* A batch's keys: files as they come, to a passphrase and to a certificate; and, behind the cipher
 * where no change could get, contents that were sealed rightly. scrypt's cost is held low. */
#include "fuzz.h"

#include <string.h>

#include "core/batch_key.h"
#include "core/keyfile.h"
#include "identity.h"

#define PASSPHRASE "golden"
#define PLAIN_LEN (24 + ASSAY_BATCH_SECRET_LEN)
#define COST_AT 11

static bool is_known(enum assay_error error)
{
    return error == ASSAY_OK || error == ASSAY_E_CORRUPT || error == ASSAY_E_VERSION ||
           error == ASSAY_E_PASSPHRASE;
}

/* A key that was opened is one that a file may hold; what was not opened is not touched. */
static void open_both(struct assay_span file)
{
    static const enum assay_key_name names[] = {ASSAY_KEY_LABEL, ASSAY_KEY_PIN};
    for (size_t i = 0; i < ASSAY_COUNT_OF(names); i++) {
        struct assay_batch_key key;
        struct assay_batch_key before;
        memset(&key, 0x5a, sizeof key);
        memcpy(&before, &key, sizeof key);
        enum assay_error error =
            assay_batch_key_open(file, names[i], PASSPHRASE, fuzz_identity(), &key);
        assay_assert(is_known(error));
        if (error != ASSAY_OK) {
            assay_assert(memcmp(&key, &before, sizeof key) == 0);
            continue;
        }
        assay_assert(key.name == names[i]);
        assay_assert(key.handle != 0);
        assay_assert(key.handle < 1u << 30);
    }
}

static void open_content(const uint8_t *data, size_t size)
{
    static struct assay_key_lock lock = {.passphrase = PASSPHRASE};
    uint8_t plain[PLAIN_LEN] = {0};
    uint8_t file[ASSAY_KEY_FILE_LEN_OF(PLAIN_LEN)];
    memcpy(plain, data, size < sizeof plain ? size : sizeof plain);
    enum assay_error error =
        lock.cost == 0 ? assay_key_lock_renew(&lock, ASSAY_KEY_COST_MIN) : ASSAY_OK;
    assay_assert(error == ASSAY_OK);
    for (uint8_t kind = 6; kind <= 7; kind++) {
        error =
            assay_key_file_seal_any(&lock, kind, (struct assay_span){plain, sizeof plain}, file);
        assay_assert(error == ASSAY_OK);
        open_both((struct assay_span){file, sizeof file});
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t file[ASSAY_BATCH_KEY_FILE_MAX];
    if (size == 0 || size > sizeof file) {
        return 0;
    }
    memcpy(file, data, size);
    struct assay_span span = {file, size};
    if (!assay_batch_key_is_enveloped(span) && size > COST_AT &&
        file[COST_AT] > ASSAY_KEY_COST_MIN && file[COST_AT] <= ASSAY_KEY_COST_MAX) {
        file[COST_AT] = ASSAY_KEY_COST_MIN;
    }
    /* Contents of their own begin with their magic, "ASSAYBKY"; scrypt is too dear to try both. */
    if (memcmp(data, "ASSAYB", size < 6 ? size : 6) == 0) {
        open_content(data, size);
    } else {
        open_both(span);
    }
    return 0;
}
