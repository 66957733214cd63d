// SPDX-License-Identifier: Apache-2.0
/* A print job: what an order and the command line come to. */
#ifndef ASSAY_CODEGEN_JOB_H
#define ASSAY_CODEGEN_JOB_H

#include "codegen/font.h"
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
    struct assay_fonts fonts;
    struct assay_sheet sheet;
    void *shared; /* what the format's painters share */
    enum assay_print_kind kind;
    struct assay_range ranges[ASSAY_JOB_RANGES_MAX]; /* the items to print */
    uint32_t range_count;
    /* Over numbers: of a print the items themselves, of a reprint 0, 1, 2... through its ranges, so
     * that spoiled labels from here and there fill one sheet. */
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

/** Files that the manifest names for each file of the plan: the labels', and the PINs' if they stand
 *  apart. */
uint32_t assay_job_files_each(const struct assay_job *job);

/** Wipe keys and free; NULL is allowed. */
void assay_job_close(struct assay_job *job);

/** The item of a number of the plan; run: out, how many numbers from there on are items in a row. */
uint32_t assay_job_item(const struct assay_job *job, uint32_t number, uint32_t *run);

#define ASSAY_JOB_FILE_NAME_SIZE 64

/** Name of the file that holds these numbers of the plan. */
void assay_job_file_name(const struct assay_job *job, struct assay_range numbers,
                         char name[ASSAY_JOB_FILE_NAME_SIZE]);

#define ASSAY_JOB_TEXT_SIZE 4096

/** Everything that settles the bytes of a job's files, as text: a job goes on with the same only. */
void assay_job_describe(const struct assay_job *job, char text[ASSAY_JOB_TEXT_SIZE]);

/** Largest chance of a guess that is printed: log2. */
#define ASSAY_GUESS_CHANCE_LOG2_MAX (-36.0)

/** log2 of the chance that a guessed code is one of `count`: 60 bits tell them apart. */
double assay_guess_chance_log2(uint32_t count);

#endif
