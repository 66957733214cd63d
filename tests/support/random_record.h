// SPDX-License-Identifier: Apache-2.0
/* Records of every type with random fields, all in range. */
#ifndef ASSAY_TESTS_RANDOM_RECORD_H
#define ASSAY_TESTS_RANDOM_RECORD_H

#include "core/record.h"

/** Fill a record of random type; bytes that no field uses are zero, so memcmp compares. */
void support_random_record(uint64_t *random, struct assay_record *record);

/** The same fields; what a record borrows is compared by its bytes. */
bool support_same_record(const struct assay_record *a, const struct assay_record *b);

#endif
