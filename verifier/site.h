// SPDX-License-Identifier: Apache-2.0
/* What the verifier serves: one table of routes for each listener (docs/HTTP.md). At start. */
#ifndef ASSAY_VERIFIER_SITE_H
#define ASSAY_VERIFIER_SITE_H

#include <h2o.h>

/** Buyers' and the brand's calls, the page and its assets. */
void assay_site_public(h2o_hostconf_t *host);

/** Health, readiness, metrics. */
void assay_site_ops(h2o_hostconf_t *host);

/** The office's calls for who may open the data directory. */
void assay_site_admin(h2o_hostconf_t *host);

#endif
