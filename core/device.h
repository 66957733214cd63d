// SPDX-License-Identifier: Apache-2.0
/* Device tags: a device is known again on the same item only. */
#ifndef ASSAY_CORE_DEVICE_H
#define ASSAY_CORE_DEVICE_H

#include "core/keyring.h"

#define ASSAY_DEVICE_TAG_ID_LEN 16

/** The tag of a 128-bit device on an item, never 0.
 *  key: of ASSAY_PURPOSE_DEVICE. item: its key (core/record.h). threads: any. */
uint64_t assay_device_tag(const uint8_t key[ASSAY_ROOT_KEY_LEN], uint64_t item,
                          const uint8_t device[ASSAY_DEVICE_TAG_ID_LEN]);

#endif
