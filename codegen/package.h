// SPDX-License-Identifier: Apache-2.0
/* A package for a print house: the manifest and the files it names, as a tar (codegen/tar.h) enveloped to
 * the print house's certificate (core/envelope.h). Whoever has `openssl cms` and `tar` can open it:
 *   openssl cms -decrypt -inform DER -in FILE -inkey KEY.pem | tar -x
 * Files of PINs (--pin separate) stay out of it: they go into a package of their own, to another
 * certificate, so that neither holds codes and PINs.
 */
#ifndef ASSAY_CODEGEN_PACKAGE_H
#define ASSAY_CODEGEN_PACKAGE_H

#include "codegen/output.h"
#include "core/certificate.h"

/** Which files of a manifest are in it. */
enum assay_package_kind { ASSAY_PACKAGE_LABELS, ASSAY_PACKAGE_PINS };

struct assay_package {
    enum assay_package_kind kind;
    const char *path; /* of the package; whole or not there */
    const struct assay_certificate *to;
    const struct assay_folder *folder; /* where the files are */
    const struct assay_manifest *manifest;
    const char *manifest_name;
};

/** The package that a file of a manifest goes into, by its name. */
enum assay_package_kind assay_package_kind_of(const char *name);

/** What a job's two packages are, before anything is done; NULL: it is not wanted. */
struct assay_packages {
    const char *labels; /* path */
    const char *labels_to;
    const char *pins;
    const char *pins_to;
};

/** The certificates of two packages, read and checked. */
struct assay_recipients {
    struct assay_certificate *labels;
    struct assay_certificate *pins;
};

/** Check that a package may be made: no file of its name, a good certificate, and never one
 *  certificate for both.
 *  returns ASSAY_OK; ASSAY_E_EXISTS; ASSAY_E_REFUSED; what assay_certificate_read says.
 *  to: out, the caller's to free, also after an error. */
ASSAY_MUST_CHECK enum assay_error assay_packages_check(const struct assay_packages *packages,
                                                       struct assay_recipients *to,
                                                       struct assay_reason *reason);

/** Free. */
void assay_recipients_free(struct assay_recipients *to);

/** Write the wanted ones of files that are finished. job: folder, manifest and its name alone.
 *  Errors as of assay_package_write; ASSAY_E_REFUSED: there are no PINs apart. */
ASSAY_MUST_CHECK enum assay_error assay_packages_write(const struct assay_packages *packages,
                                                       const struct assay_recipients *to,
                                                       const struct assay_package *job,
                                                       struct assay_reason *reason);

/** Write a package, in flat memory. All is borrowed.
 *  returns ASSAY_OK; ASSAY_E_EXISTS; ASSAY_E_CORRUPT: a file is no longer what the manifest says;
 *  ASSAY_E_NO_SPACE; ASSAY_E_IO; ASSAY_E_TOO_LARGE; ASSAY_E_CRYPTO. */
ASSAY_MUST_CHECK enum assay_error assay_package_write(const struct assay_package *package,
                                                      struct assay_reason *reason);

#endif
