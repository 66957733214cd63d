// SPDX-License-Identifier: Apache-2.0
/* The ways to reckon CRC-32C apart, for the test that compares them; all else calls assay_crc32c
 * (core/bytes.h), which takes the fastest that this machine has. */
#ifndef ASSAY_CORE_CRC32C_H
#define ASSAY_CORE_CRC32C_H

#include "core/base.h"

/** By a table, one byte a step; any machine. As assay_crc32c. threads: any. */
uint32_t assay_crc32c_by_table(uint32_t crc, const void *data, size_t len_bytes);

#if defined(__x86_64__)
/** By the SSE4.2 instruction, which the machine must have. As assay_crc32c. threads: any. */
uint32_t assay_crc32c_by_sse42(uint32_t crc, const void *data, size_t len_bytes);
#endif

#endif
