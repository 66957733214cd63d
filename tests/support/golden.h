// SPDX-License-Identifier: Apache-2.0
/* Golden bytes: lines "name hex" of a file in tests/golden. */
#ifndef ASSAY_TESTS_GOLDEN_H
#define ASSAY_TESTS_GOLDEN_H

#include <stddef.h>
#include <stdint.h>

/** Bytes of a name; ends the test if they are missing or too many. returns how many. */
size_t golden_read(const char *file, const char *name, uint8_t *data, size_t size_bytes);

#endif
