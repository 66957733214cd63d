// SPDX-License-Identifier: Apache-2.0
/* The list of cartons and pallets that `assay-batch carton labels` writes, read for printing.
 *
 * Units of the same content form a group: their labels share every text but the SSCC, so they go into
 * files of their own. Pure but for memory; threads: any. */
#ifndef ASSAY_CODEGEN_CARTON_FILE_H
#define ASSAY_CODEGEN_CARTON_FILE_H

#include "core/gs1.h"
#include "core/limits.h"
#include "core/sscc.h"

/** What the labels of a group say; texts are empty where the units hold several products or lots. */
struct assay_carton_content {
    bool pallet;
    uint32_t count; /* cartons on it, or items in it; 0: not packed yet */
    uint32_t items; /* in all */
    char gtin[ASSAY_GTIN_SIZE];
    char name_zh[ASSAY_PRODUCT_NAME_MAX + 1];
    char name_en[ASSAY_PRODUCT_NAME_MAX + 1];
    char lot[ASSAY_LOT_MAX + 1];
    char expires_on[11];
};

/** Units first..first + units - 1 of the file. */
struct assay_carton_group {
    struct assay_carton_content content;
    uint32_t first;
    uint32_t units;
};

/** Groups in the order in which the list first names them; units of a group in the list's. */
struct assay_carton_file {
    char host[ASSAY_HOST_MAX + 1]; /* origin of all URLs */
    uint64_t *sscc;
    uint32_t count;
    struct assay_carton_group *group;
    uint32_t groups;
};

/** Read a list, whole.
 *
 *  text      of len bytes; borrowed.
 *  returns   ASSAY_OK; ASSAY_E_SYNTAX, ASSAY_E_FIELD: "line N: column: what is wrong";
 *            ASSAY_E_TOO_LARGE; ASSAY_E_MEMORY.
 *  file      out, on ASSAY_OK; the caller deinits it.
 */
ASSAY_MUST_CHECK enum assay_error assay_carton_file_read(const char *text, size_t len,
                                                         struct assay_carton_file *file,
                                                         struct assay_reason *reason);

/** Free. */
void assay_carton_file_deinit(struct assay_carton_file *file);

/** The URL of a unit: GS1 Digital Link, HOST/00/SSCC. url: out with NUL. returns its length. */
size_t assay_carton_url(const struct assay_carton_file *file, uint32_t unit,
                        char url[ASSAY_URL_MAX + 1]);

#endif
