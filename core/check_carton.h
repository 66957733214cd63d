// SPDX-License-Identifier: Apache-2.0
/* The cartons' table against the ledger: it is made anew in a folder of its own, and compared row by
 * row. Inside of core/check.c. */
#ifndef ASSAY_CORE_CHECK_CARTON_H
#define ASSAY_CORE_CHECK_CARTON_H

#include "core/record.h"
#include "core/state.h"

struct assay_check_carton;

/** Begin: a new state in $TMPDIR or /tmp. dir: the data directory; snapshot: of its state, held
 *  until destroy. ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_IO; what opening says. */
ASSAY_MUST_CHECK enum assay_error assay_check_carton_create(const char *dir,
                                                            struct assay_state_reader *snapshot,
                                                            struct assay_check_carton **check,
                                                            struct assay_reason *reason);

/** Take the next record of cartons. ASSAY_OK; ASSAY_E_CORRUPT: it does not fit those before it;
 *  ASSAY_E_MEMORY; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_check_carton_record(struct assay_check_carton *check,
                                                            const struct assay_record *record,
                                                            uint64_t position);

/** Compare. ASSAY_OK; ASSAY_E_CORRUPT; ASSAY_E_STORE. */
ASSAY_MUST_CHECK enum assay_error assay_check_carton_finish(struct assay_check_carton *check,
                                                            struct assay_reason *reason);

/** Free, and remove the folder; NULL is allowed. */
void assay_check_carton_destroy(struct assay_check_carton *check);

#endif
