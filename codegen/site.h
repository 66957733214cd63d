// SPDX-License-Identifier: Apache-2.0
/* assay-codegen init-site: a print site's own folder of keys. */
#ifndef ASSAY_CODEGEN_SITE_H
#define ASSAY_CODEGEN_SITE_H

/** Run the command. argv[0]: its name, for messages. returns the exit status: 0, 1 refused, 2 usage. */
int assay_init_site(int argc, char **argv);

#endif
