// SPDX-License-Identifier: Apache-2.0
#include "core/device.h"

#include <string.h>

uint64_t assay_device_tag(const uint8_t key[ASSAY_ROOT_KEY_LEN], uint64_t item,
                          const uint8_t device[ASSAY_DEVICE_TAG_ID_LEN])
{
    struct {
        uint8_t key[ASSAY_ROOT_KEY_LEN];
        uint64_t item;
        uint8_t device[ASSAY_DEVICE_TAG_ID_LEN];
    } input;
    memcpy(input.key, key, sizeof input.key);
    input.item = item;
    memcpy(input.device, device, sizeof input.device);
    uint8_t digest[ASSAY_SHA256_LEN];
    assay_sha256(&input, sizeof input, digest);
    assay_bytes_wipe(&input, sizeof input);
    uint64_t tag;
    memcpy(&tag, digest, sizeof tag);
    return tag == 0 ? 1 : tag;
}
