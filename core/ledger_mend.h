// SPDX-License-Identifier: Apache-2.0
/* Mending what a crash left behind the end of a ledger. Inside of core/ledger.c. */
#ifndef ASSAY_CORE_LEDGER_MEND_H
#define ASSAY_CORE_LEDGER_MEND_H

#include "core/ledger_walk.h"

/** What was set aside. */
struct assay_ledger_torn {
    uint64_t bytes;
    char file[256]; /* the first, if there are several */
};

/** Save what stands behind the walk's end into torn-POSITION-TIME.bin, sync that, then overwrite
 *  it with zeros and sync. The caller holds the data directory's lock; the walk was judged.
 *  returns ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO: then open may be tried again. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_mend(const struct assay_ledger_walk *walk,
                                                    const struct assay_ledger_io *io,
                                                    struct assay_ledger_torn *torn,
                                                    struct assay_reason *reason);

/** Write the groups between `from` and the walk's end once more, and sync them: after a failed
 *  sync the page cache may show what the disk does not hold. Nothing changes in their bytes.
 *  fd: of the walk's segment, for writing. returns ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_ledger_settle(const struct assay_ledger_walk *walk,
                                                      const struct assay_ledger_io *io, int fd,
                                                      uint64_t from, struct assay_reason *reason);

#endif
