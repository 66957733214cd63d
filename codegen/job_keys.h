// SPDX-License-Identifier: Apache-2.0
/* The keys of a job: at the office its folder of roots, at a print site the site's own keys and those of
 * the one batch. */
#ifndef ASSAY_CODEGEN_JOB_KEYS_H
#define ASSAY_CODEGEN_JOB_KEYS_H

#include "codegen/options.h"
#include "core/order.h"

/** ASSAY_OK, or ASSAY_E_USAGE: a file of keys without the site's own. */
ASSAY_MUST_CHECK enum assay_error
assay_job_parties_check(const struct assay_codegen_options *options, struct assay_reason *reason);

/** Folder with office.pub, site.key and site.pub. */
const char *assay_job_site(const struct assay_codegen_options *options);

/** Open what an order takes: label keys, PIN key if PINs are printed, site key.
 *
 *  returns   ASSAY_OK; ASSAY_E_REFUSED: keys of another batch, or roots away from the office;
 *            ASSAY_E_PASSPHRASE; ASSAY_E_NOT_FOUND; ASSAY_E_CORRUPT; ASSAY_E_USAGE.
 *  *keyring  the caller's to close.
 */
ASSAY_MUST_CHECK enum assay_error
assay_job_keys_open(const struct assay_codegen_options *options, const struct assay_order *order,
                    bool needs_pins, struct assay_keyring **keyring, struct assay_reason *reason);

#endif
