// SPDX-License-Identifier: Apache-2.0
/* What the elements of a Digital Link may be together; for reading and writing alike. */
#ifndef ASSAY_CORE_DIGITAL_LINK_RULES_H
#define ASSAY_CORE_DIGITAL_LINK_RULES_H

#include "core/digital_link.h"

/** The identifier's row of an element, which has one. threads: any. */
const struct assay_ai *assay_digital_link_row(const struct assay_digital_link_element *element);

/** True if elements 1..count-1 are qualifiers of the first, in one of its orders; or would be if
 *  `also`, which may be NULL, found its place among them. */
bool assay_digital_link_is_path(const struct assay_digital_link *link, unsigned count,
                                const char *also);

/** Check the elements behind the path's: they may be in a query, do not belong in the path, and go
 *  with the key. ASSAY_OK or ASSAY_E_FIELD. */
ASSAY_MUST_CHECK enum assay_error
assay_digital_link_check_query(const struct assay_digital_link *link, struct assay_reason *reason);

#endif
