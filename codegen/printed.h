// SPDX-License-Identifier: Apache-2.0
/* What was printed into a folder: its signed manifests, which keep anything from being printed
 * twice and say where a broken job goes on.
 *
 * Invariants
 *  1. A manifest names only files that are whole and synced under their final names.
 *  2. No two manifests of a folder hold the same item in the same format, a reprint beside its first
 *     print apart.
 *  3. A file that no manifest names counts as not printed, and is written anew.
 *  4. From its beginning to its end a job has a note in the folder: its id, its time and what settles
 *     its bytes. A job that goes on has the same, so that its files and its manifest come out as if it
 *     had never stopped.
 */
#ifndef ASSAY_CODEGEN_PRINTED_H
#define ASSAY_CODEGEN_PRINTED_H

#include "codegen/job.h"
#include "codegen/output.h"
#include "core/order.h"

/** What a job's manifest says from the beginning, and whose manifests to believe. */
struct assay_printed_job {
    const struct assay_job *job;             /* borrowed until close */
    const struct assay_keyring *keyring;     /* borrowed until close; the site key is open */
    uint8_t site_key[ASSAY_ED25519_KEY_LEN]; /* its public half */
    uint32_t handle;
    uint8_t order_sha256[ASSAY_SHA256_LEN];
    struct assay_ranges ranges; /* what is to be printed; borrowed until close */
    enum assay_print_kind kind;
    double guess_chance_log2;
    int64_t printed_at_unix_ms;
    const char *format;
    const char *printer;
    const char *reason_text;
    bool resume; /* go on with the folder's interrupted job, if there is one */
};

struct assay_printed;

/** Look through the folder's manifests and prepare this job's own; on resuming it names already what
 *  is whole in the folder.
 *
 *  folder    borrowed until close.
 *  returns   ASSAY_OK; ASSAY_E_REFUSED (another order's folder, or items already printed: which);
 *            ASSAY_E_SIGNATURE and others of assay_manifest_read; ASSAY_E_IO; ASSAY_E_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_error assay_printed_open(const struct assay_folder *folder,
                                                     const struct assay_printed_job *job,
                                                     struct assay_printed **printed,
                                                     struct assay_reason *reason);

/** Note a finished label file that ends with the plan's number `last`, and the file of its PINs if
 *  they have one; files come in order. files: assay_job_files_each of them. */
ASSAY_MUST_CHECK enum assay_error assay_printed_add(struct assay_printed *printed,
                                                    const struct assay_manifest_file *files,
                                                    uint32_t last, struct assay_reason *reason);

/** Sign and write the manifest as it is now; nothing if no file is finished. */
ASSAY_MUST_CHECK enum assay_error assay_printed_save(struct assay_printed *printed,
                                                     struct assay_reason *reason);

/** The job ended: done, its note goes; stopped in the middle, it stays, unless nothing is finished. */
void assay_printed_end(struct assay_printed *printed, bool done);

/** The manifest as it is now; borrowed. Its name in the folder. */
const struct assay_manifest *assay_printed_manifest(const struct assay_printed *printed);
const char *assay_printed_name(const struct assay_printed *printed);

/** Free; NULL is allowed. */
void assay_printed_close(struct assay_printed *printed);

#endif
