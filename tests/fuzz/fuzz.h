// SPDX-License-Identifier: Apache-2.0
/* What every fuzz target uses. */
#ifndef ASSAY_TESTS_FUZZ_H
#define ASSAY_TESTS_FUZZ_H

#include "core/base.h"

/** libFuzzer's entry; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
