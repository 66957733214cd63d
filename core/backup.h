// SPDX-License-Identifier: Apache-2.0
/* Backup of a data directory, consistent beside a running verifier, and its way back.
 *
 *   TO/backup.json   what was copied, when, how far; name, bytes and SHA-256 of each file
 *   TO/state/        copied first, so that the ledger reaches at least as far
 *   TO/outbox/       then what is still to be told: the alerts that it names are in the ledger's copy, and
 *                    those that were handed out since are handed out again
 *   TO/ledger/       the segments up to what was synced then; zeros beyond
 *   TO/personal/     after the ledger: a claim's personal record is older than its entry
 *   TO/keys/         the key files, encrypted as they are (unless left out)
 *
 * Both ways a folder is made under the name NAME.partial, synced, and renamed at the end: what
 * bears the name is whole.
 */
#ifndef ASSAY_CORE_BACKUP_H
#define ASSAY_CORE_BACKUP_H

#include "core/error.h"

struct assay_backup_options {
    const char *dir; /* the data directory */
    const char *to;  /* the backup's folder */
    bool without_keys;
    int64_t now_unix_ms;
};

struct assay_backup_report {
    uint64_t files;
    uint64_t bytes;
    uint64_t ledger_end; /* how far the ledger was copied */
    int64_t made_at_unix_ms;
    bool has_keys;
};

/** Copy a data directory into a new folder.
 *  returns  ASSAY_OK (all on disk); ASSAY_E_EXISTS; ASSAY_E_NOT_FOUND; ASSAY_E_IO;
 *           ASSAY_E_STORE; ASSAY_E_MEMORY. On error nothing bears the folder's name. */
ASSAY_MUST_CHECK enum assay_error assay_backup_make(const struct assay_backup_options *options,
                                                    struct assay_backup_report *report,
                                                    struct assay_reason *reason);

/** Check every file of a backup against backup.json, then copy it to a new data directory.
 *  options  dir: the new data directory; to: the backup's folder; the rest is not looked at.
 *  returns  ASSAY_OK; ASSAY_E_EXISTS; ASSAY_E_NOT_FOUND; ASSAY_E_CORRUPT (names the file);
 *           ASSAY_E_VERSION; ASSAY_E_SYNTAX; ASSAY_E_FIELD; ASSAY_E_IO; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_backup_restore(const struct assay_backup_options *options,
                                                       struct assay_backup_report *report,
                                                       struct assay_reason *reason);

#endif
