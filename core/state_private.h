// SPDX-License-Identifier: Apache-2.0
/* What the state's own files share; nobody else includes it. */
#ifndef ASSAY_CORE_STATE_PRIVATE_H
#define ASSAY_CORE_STATE_PRIVATE_H

#include <lmdb.h>

#include "core/state.h"

struct assay_state {
    MDB_env *env;
    MDB_dbi items;
    MDB_dbi catalog;
    MDB_dbi meta;
    MDB_dbi cartons;
    MDB_dbi rollup;
    bool has_cartons;
    bool has_rollup;
};

struct assay_state_reader {
    struct assay_state *state;
    MDB_txn *txn;
};

struct assay_state_writer {
    struct assay_state *state;
    MDB_txn *txn;
    MDB_cursor *items; /* keys come in order, so the next one is mostly on the page at hand */
};

/** Our error for LMDB's. */
enum assay_error assay_state_error(int rc);

/** End the process, with a log line, unless rc is MDB_SUCCESS. */
void assay_state_must(int rc, const char *what);

#endif
