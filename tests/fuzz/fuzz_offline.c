// SPDX-License-Identifier: Apache-2.0
/* Signatures' texts: none but the one is believed, in whatever case it is typed. The first byte
 * chooses: a text as given, or the right one with the rest laid over it. */
#include "fuzz.h"

#include <string.h>

#include "core/base32.h"
#include "core/offline.h"

#define CODE "20ABCDEF0123456789XY"

static struct assay_offline_signer *signer;
static char right[ASSAY_OFFLINE_TEXT_SIZE];

static void make_signer(void)
{
    static const uint8_t seed[ASSAY_ED25519_KEY_LEN] = {1, 2, 3};
    if (signer != NULL) {
        return;
    }
    enum assay_error error = assay_offline_signer_create(seed, &signer);
    assay_assert(error == ASSAY_OK);
    assay_offline_sign(signer, CODE, right);
}

static bool is_right(const char *text, size_t len)
{
    if (len != ASSAY_OFFLINE_TEXT_LEN) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (assay_base32_value(text[i]) != assay_base32_value(right[i])) {
            return false;
        }
    }
    return true;
}

static void check(const char *text, size_t len)
{
    enum assay_error error = assay_offline_check(assay_offline_signer_key(signer), CODE, text, len);
    assay_assert((error == ASSAY_OK) == is_right(text, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_signer();
    if (size == 0) {
        return 0;
    }
    check((const char *)data + 1, size - 1);
    char laid_over[ASSAY_OFFLINE_TEXT_SIZE];
    memcpy(laid_over, right, sizeof laid_over);
    for (size_t i = 1; i < size && data[0] + i < ASSAY_OFFLINE_TEXT_LEN; i++) {
        laid_over[data[0] + i] = (char)data[i];
    }
    check(laid_over, ASSAY_OFFLINE_TEXT_LEN);
    return 0;
}
