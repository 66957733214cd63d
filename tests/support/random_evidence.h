// SPDX-License-Identifier: Apache-2.0
/* Records of evidence with any fields that a record may have. */
#ifndef ASSAY_TESTS_SUPPORT_RANDOM_EVIDENCE_H
#define ASSAY_TESTS_SUPPORT_RANDOM_EVIDENCE_H

#include "core/record.h"

/** Fill a zeroed record of type REFERENCE, SALES, PURCHASE, PLAN or IMPORT. */
void support_random_evidence(uint64_t *random, struct assay_record *record);

#endif
