// SPDX-License-Identifier: Apache-2.0
/* Which options are needed, and which go together. */
#ifndef ASSAY_CODEGEN_OPTIONS_CHECK_H
#define ASSAY_CODEGEN_OPTIONS_CHECK_H

#include "codegen/options.h"

/** ASSAY_OK, or ASSAY_E_USAGE with the option. */
ASSAY_MUST_CHECK enum assay_error
assay_codegen_options_check(const struct assay_codegen_options *options,
                            struct assay_reason *reason);

#endif
