// SPDX-License-Identifier: Apache-2.0
#include "core/base.h"

#include <stdio.h>
#include <stdlib.h>

void assay_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "assay: assertion failed: %s at %s:%d\n", condition, file, line);
    abort();
}
