// SPDX-License-Identifier: Apache-2.0
/* A print job: what an order and the command line come to. */
#ifndef ASSAY_CODEGEN_JOB_H
#define ASSAY_CODEGEN_JOB_H

#include "codegen/format.h"
#include "codegen/options.h"
#include "codegen/plan.h"
#include "codegen/url.h"

/** Read only once it is prepared; shared by all threads. */
struct assay_job {
    const struct assay_codegen_options *options; /* borrowed */
    struct assay_order order;
    uint8_t order_sha256[ASSAY_SHA256_LEN];
    uint8_t site_key[ASSAY_ED25519_KEY_LEN];
    struct assay_keyring *keyring;
    struct assay_facts facts;
    struct assay_url_prefix prefix;
    struct assay_placement placement;
    struct assay_sheet sheet;
    struct assay_plan plan;
    double guess_chance_log2;
};

/** Read and check everything a job stands on, before anything is written.
 *
 *  options  borrowed until assay_job_close.
 *  returns  ASSAY_OK, or why not: E_SIGNATURE, E_FIELD, E_SYNTAX of the order; E_NOT_FOUND,
 *           E_PASSPHRASE, E_CORRUPT of the keys; E_USAGE, E_REFUSED of what was asked for.
 *  *job     the caller's to close.
 */
ASSAY_MUST_CHECK enum assay_error assay_job_open(const struct assay_codegen_options *options,
                                                 struct assay_job **job,
                                                 struct assay_reason *reason);

/** Wipe keys and free; NULL is allowed. */
void assay_job_close(struct assay_job *job);

/** Largest chance of a guess that is printed: log2. */
#define ASSAY_GUESS_CHANCE_LOG2_MAX (-36.0)

/** log2 of the chance that a guessed code is one of `count`: 60 bits tell them apart. */
double assay_guess_chance_log2(uint32_t count);

#endif
