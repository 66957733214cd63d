// SPDX-License-Identifier: Apache-2.0
/* CSV for variable-data presses: UTF-8, RFC 4180 (CRLF, quoted where needed), one row a label,
 * `code,grouped,url,pin,gtin,lot,expires_on,position`; position is the item's index in its batch. */
#ifndef ASSAY_CODEGEN_CSV_H
#define ASSAY_CODEGEN_CSV_H

#include "codegen/format.h"

/** A field as RFC 4180 writes it: quoted if it holds a comma, a quote or a line end, or begins or
 *  ends with a space. field: out, size_bytes >= 2 * strlen(text) + 3. returns its length. */
size_t assay_csv_field(const char *text, char *field, size_t size_bytes);

extern const struct assay_format assay_csv_format;

#endif
