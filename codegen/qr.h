// SPDX-License-Identifier: Apache-2.0
/* QR codes by libqrencode; its types stay in qr.c.
 *
 * All URLs of a job have the same length and the same split into a byte segment and an alphanumeric
 * one, so the version is settled once, from a sample, and every label of a job has the same size.
 */
#ifndef ASSAY_CODEGEN_QR_H
#define ASSAY_CODEGEN_QR_H

#include "core/error.h"

#define ASSAY_QUIET_MODULES 4 /* ISO/IEC 18004, 9.1: on each side */

enum assay_ecc { ASSAY_ECC_L, ASSAY_ECC_M, ASSAY_ECC_Q, ASSAY_ECC_H };

/** size x size modules, rows from the top; the lowest bit of each byte says dark. Borrowed. */
struct assay_matrix {
    unsigned size;
    const uint8_t *modules;
};

/** An encoder; not shared by threads, each has its own. */
struct assay_qr;

/** Level of "L", "M", "Q" or "H". ASSAY_OK or ASSAY_E_USAGE. */
ASSAY_MUST_CHECK enum assay_error assay_ecc_parse(const char *name, enum assay_ecc *level,
                                                  struct assay_reason *reason);

/** Create an encoder for URLs of the sample's length and split.
 *  returns ASSAY_OK; ASSAY_E_MEMORY; ASSAY_E_TOO_LARGE. *qr: the caller's to destroy. */
ASSAY_MUST_CHECK enum assay_error assay_qr_create(enum assay_ecc level, const char *sample,
                                                  struct assay_qr **qr);

/** Free, with the last matrix; NULL is allowed. */
void assay_qr_destroy(struct assay_qr *qr);

/** Modules of one side, without the quiet zone. */
unsigned assay_qr_size(const struct assay_qr *qr);

/** Encode a URL of the sample's length and split.
 *  matrix: out, good until the next call. ASSAY_OK or ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_qr_encode(struct assay_qr *qr, const char *url,
                                                  struct assay_matrix *matrix);

#define ASSAY_MATRIX_ROW_WORDS 3u /* 177 modules at most */

/** Modules of one row as bits, the leftmost in bit 0 of the first word, dark is 1; zeros beyond.
 *  bits: out. */
void assay_matrix_bits(const struct assay_matrix *matrix, unsigned row,
                       uint64_t bits[ASSAY_MATRIX_ROW_WORDS]);

/** Dark runs of one row. runs: out, pairs of begin and width, at most size / 2 + 1.
 *  returns how many. */
unsigned assay_matrix_runs(const struct assay_matrix *matrix, unsigned row, uint8_t (*runs)[2]);

#endif
