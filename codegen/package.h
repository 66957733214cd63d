// SPDX-License-Identifier: Apache-2.0
/* A package for a print house: the manifest and the files it names, as a tar (codegen/tar.h) enveloped to
 * the print house's certificate (core/envelope.h). Whoever has `openssl cms` and `tar` can open it:
 *   openssl cms -decrypt -inform DER -in FILE -inkey KEY.pem | tar -x
 * Files of PINs (--pin separate) stay out: they are for a second printer.
 */
#ifndef ASSAY_CODEGEN_PACKAGE_H
#define ASSAY_CODEGEN_PACKAGE_H

#include "codegen/output.h"
#include "core/certificate.h"

struct assay_package {
    const char *path; /* of the package; whole or not there */
    const struct assay_certificate *to;
    const struct assay_folder *folder; /* where the files are */
    const struct assay_manifest *manifest;
    const char *manifest_name;
};

/** True if a file of a manifest is one of PINs apart. */
bool assay_package_leaves_out(const char *name);

/** Write a package, in flat memory. All is borrowed.
 *  returns ASSAY_OK; ASSAY_E_EXISTS; ASSAY_E_CORRUPT: a file is no longer what the manifest says;
 *  ASSAY_E_NO_SPACE; ASSAY_E_IO; ASSAY_E_TOO_LARGE; ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_package_write(const struct assay_package *package,
                                                      struct assay_reason *reason);

/** ASSAY_OK, or ASSAY_E_EXISTS if there is a file of this name already. */
ASSAY_MUST_CHECK enum assay_error assay_package_check(const char *path,
                                                      struct assay_reason *reason);

#endif
