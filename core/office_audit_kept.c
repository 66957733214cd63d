// SPDX-License-Identifier: Apache-2.0
/* By itself, since the verifier's workers end with it and know nothing of the office. */
#include <stdlib.h>

#include "core/office_audit_ground.h"

void assay_audit_kept_deinit(struct assay_audit_kept *kept)
{
    free(kept->purchases);
    *kept = (struct assay_audit_kept){0};
}
