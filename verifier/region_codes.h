// SPDX-License-Identifier: Apache-2.0
/* ISO 3166-2 codes of regions by the names that address databases use. */
#ifndef ASSAY_VERIFIER_REGION_CODES_H
#define ASSAY_VERIFIER_REGION_CODES_H

#include "core/base.h"

#define ASSAY_REGION_CODE_SIZE 7 /* CN-GD, with NUL */

/** Code of a region by its country and a name in any of the usual spellings: case, accents and
 *  words such as "Province" or "Oblast" do not matter.
 *
 *  country   ISO 3166-1, two capitals.  name: UTF-8, name_len bytes; borrowed.
 *  code      out, with NUL; empty if there is none.
 *  returns   true if found. threads: any. allocates: no.
 */
bool assay_region_code(const char *country, const char *name, size_t name_len,
                       char code[ASSAY_REGION_CODE_SIZE]);

#endif
