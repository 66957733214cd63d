// SPDX-License-Identifier: Apache-2.0
/* What parses is canonical; what opens is what the maker makes; PINs as typed do no harm. */
#include "fuzz.h"

#include <string.h>

#include "core/code.h"
#include "core/limits.h"

static struct assay_code_cipher *cipher;

/* Keys of the first batch in tests/golden/codes.json, so that its codes open. */
static void make_cipher(void)
{
    struct assay_batch_keys keys;
    uint8_t pin[ASSAY_CMAC_KEY_LEN];
    bool made =
        assay_hex_decode("006221e3041d7611922d1d6723a2457b", 32, keys.tag, 16) == ASSAY_OK &&
        assay_hex_decode("b472685ae78294a78991bdca8f26043d", 32, keys.mask, 16) == ASSAY_OK &&
        assay_hex_decode("b7f7a10f520e808b9d2a27ba71833776", 32, pin, 16) == ASSAY_OK &&
        assay_code_cipher_create(&keys, pin, &cipher) == ASSAY_OK;
    assay_assert(made);
}

static void check_parsed(const struct assay_code_parts *parts)
{
    struct assay_code_parts again;
    char grouped[ASSAY_CODE_GROUPED_SIZE];
    assay_code_group(parts->text, grouped);
    enum assay_error error = assay_code_parse(grouped, strlen(grouped), &again, NULL, NULL);
    assay_assert(error == ASSAY_OK);
    assay_assert(strcmp(again.text, parts->text) == 0);
    assay_assert(again.tag == parts->tag);
    assay_assert(again.masked == parts->masked);
    assay_assert(parts->tag >> 34 == 0);
    assay_assert(parts->masked >> 26 == 0);
    assay_assert(parts->handle >> 30 == 0);
}

static void check_opened(const struct assay_code_parts *parts, uint32_t index)
{
    if (index >= ASSAY_BATCH_ITEMS_MAX || parts->handle == 0) {
        return;
    }
    char made[1][ASSAY_CODE_SIZE];
    struct assay_code_range range = {parts->handle, index, 1, parts->version};
    assay_code_make(cipher, &range, made);
    assay_assert(strcmp(made[0], parts->text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (cipher == NULL) {
        make_cipher();
    }
    const char *text = (const char *)data;
    struct assay_code_parts parts;
    enum assay_code_hint hint = ASSAY_HINT_NONE;
    unsigned count = 0;
    uint32_t index = 0;
    if (assay_code_parse(text, size, &parts, &hint, &count) == ASSAY_OK) {
        assay_assert(hint == ASSAY_HINT_NONE);
        check_parsed(&parts);
        if (assay_code_open(cipher, &parts, &index) == ASSAY_OK) {
            check_opened(&parts, index);
        }
    } else {
        assay_assert(hint != ASSAY_HINT_CHARACTER || (count >= 1 && count <= ASSAY_CODE_LEN));
    }
    bool matches = assay_pin_matches(cipher, "1000001DVP8CF5YWPW28", text, size);
    assay_assert(!matches || size >= ASSAY_PIN_LEN);
    return 0;
}
