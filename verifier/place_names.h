// SPDX-License-Identifier: Apache-2.0
/* Names of places in what the office answers. */
#ifndef ASSAY_VERIFIER_PLACE_NAMES_H
#define ASSAY_VERIFIER_PLACE_NAMES_H

#include <jansson.h>

/** Set "name" {"zh","en"} in every "place" of an answer, however deep: of its region, else of its
 *  country, null if neither is known. Answers are few levels deep. threads: any. */
void assay_place_names_add(json_t *value);

#endif
