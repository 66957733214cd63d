// SPDX-License-Identifier: Apache-2.0
/* Prints the office's table, "name scope" a line, for tests that hold documents against it. */
#include <stdio.h>

#include "core/office.h"

static void print(void *context, const char *name, uint32_t scope, const char *help)
{
    (void)context;
    (void)help;
    printf("%s %s\n", name,
           scope == ASSAY_SCOPE_READ    ? "read"
           : scope == ASSAY_SCOPE_WRITE ? "write"
                                        : "admin");
}

int main(void)
{
    assay_office_each_command(print, NULL);
    return fflush(stdout) == 0 ? 0 : 1;
}
