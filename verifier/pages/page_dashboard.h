// SPDX-License-Identifier: Apache-2.0
/* The dashboard's files, bundled and compressed when built (verifier/dashboard/). */
#ifndef ASSAY_VERIFIER_PAGE_DASHBOARD_H
#define ASSAY_VERIFIER_PAGE_DASHBOARD_H

#include "verifier/pages/page.h"

/** Its HTML, the same for everybody; NULL if this program was built without it. threads: any. */
const struct assay_asset *assay_dashboard_page(void);

/** The asset at a path, or NULL. threads: any. */
const struct assay_asset *assay_dashboard_asset(const char *path, size_t path_len);

#endif
