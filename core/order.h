// SPDX-License-Identifier: Apache-2.0
/* Orders (office to print site) and manifests (print site to office): JSON with an Ed25519
 * signature over its own canonical bytes (docs/FORMAT.md, section 5). An order holds no key. */
#ifndef ASSAY_CORE_ORDER_H
#define ASSAY_CORE_ORDER_H

#include <jansson.h>

#include "core/batch.h"
#include "core/gs1.h"
#include "core/keyring.h"
#include "core/printing.h"

struct assay_order {
    uint32_t handle;
    uint32_t epoch;
    uint32_t count;
    uint32_t reserved;  /* how many of the last items are never printed (decoys) */
    uint32_t flags;     /* ASSAY_BATCH_* */
    int32_t expires_on; /* day number or ASSAY_DAY_NONE */
    int64_t created_at_unix_ms;
    char brand[ASSAY_BRAND_NAME_MAX + 1];
    char brand_zh[ASSAY_BRAND_NAME_MAX + 1];
    char host[ASSAY_HOST_MAX + 1];
    char sku[ASSAY_SKU_MAX + 1];
    char gtin[ASSAY_GTIN_SIZE]; /* empty if the product has none */
    char name_zh[ASSAY_PRODUCT_NAME_MAX + 1];
    char name_en[ASSAY_PRODUCT_NAME_MAX + 1];
    char lot[ASSAY_LOT_MAX + 1];
    char market[3];
};

/** Sign an order with office.key. text: out, malloc'ed JSON with NUL; the caller frees. */
ASSAY_MUST_CHECK enum assay_error assay_order_write(const struct assay_order *order,
                                                    const struct assay_keyring *keyring,
                                                    char **text);

/** Parse and check an order: form, every field, signature under office_key.
 *  returns ASSAY_OK; ASSAY_E_SYNTAX; ASSAY_E_FIELD (which); ASSAY_E_SIGNATURE; ASSAY_E_VERSION. */
ASSAY_MUST_CHECK enum assay_error assay_order_read(const char *text, size_t len,
                                                   const uint8_t office_key[ASSAY_ED25519_KEY_LEN],
                                                   struct assay_order *order,
                                                   struct assay_reason *reason);

struct assay_manifest_file {
    char name[128];
    uint64_t bytes;
    uint8_t sha256[ASSAY_SHA256_LEN];
};

#define ASSAY_MANIFEST_FILES_MAX 4096

struct assay_manifest {
    uint32_t handle;
    uint8_t order_sha256[ASSAY_SHA256_LEN];
    struct assay_range range; /* from the first item of the ranges to the last */
    uint32_t ranges;          /* 0: the range alone */
    struct assay_range part[ASSAY_JOB_RANGES_MAX]; /* ascending, apart */
    uint32_t good;                                 /* labels written: all items of the ranges */
    enum assay_print_kind kind;
    uint8_t job[ASSAY_JOB_ID_LEN];          /* drawn by the print site; zero: an older manifest */
    char printer[ASSAY_PRINTER_MAX + 1];    /* the machine, or empty */
    char reason_text[ASSAY_REASON_MAX + 1]; /* of a reprint; else empty */
    double guess_chance_log2;               /* log2(count / 2^60) */
    int64_t printed_at_unix_ms;
    char format[8]; /* pdf, svg, png, csv */
    uint32_t files;
    struct assay_manifest_file *file; /* malloc'ed */
};

/** The ranges of a manifest; borrowed from it. */
struct assay_ranges assay_manifest_ranges(const struct assay_manifest *manifest);

/** Free the files' list; the struct is the caller's. */
void assay_manifest_deinit(struct assay_manifest *manifest);

/** Sign a manifest with site.key. text: out, malloc'ed; the caller frees. */
ASSAY_MUST_CHECK enum assay_error assay_manifest_write(const struct assay_manifest *manifest,
                                                       const struct assay_keyring *keyring,
                                                       char **text);

/** Parse and check a manifest; site_key: whose signature it must bear. The caller deinits it. */
ASSAY_MUST_CHECK enum assay_error assay_manifest_read(const char *text, size_t len,
                                                      const uint8_t site_key[ASSAY_ED25519_KEY_LEN],
                                                      struct assay_manifest *manifest,
                                                      struct assay_reason *reason);

#endif
