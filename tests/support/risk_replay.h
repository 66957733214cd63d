// SPDX-License-Identifier: Apache-2.0
/* A replay of a whole ledger for tests: what risk says of each scan that counts, from the records
 * before it alone, against what was recorded when it was decided. */
#ifndef ASSAY_TESTS_RISK_REPLAY_H
#define ASSAY_TESTS_RISK_REPLAY_H

#include "core/base.h"

/** Replay DIR/ledger of a store that is closed or synced. Ends the process with a line on stderr if
 *  a record's risk is another than the replay's in any bit. returns how many scans were compared. */
uint64_t risk_replay(const char *dir);

#endif
