// SPDX-License-Identifier: Apache-2.0
/* A folder under /tmp for one test program, with keys if asked for. */
#ifndef ASSAY_TESTS_SUPPORT_KEY_SUPPORT_H
#define ASSAY_TESTS_SUPPORT_KEY_SUPPORT_H

#include "core/keyring.h"

struct key_support {
    char dir[64];                  /* "/tmp/assay-XXXXXX" */
    char keys[80];                 /* its folder of keys */
    struct assay_keyring *keyring; /* with every key open */
};

/** Make the folder and keys; ends the program if that fails. */
void key_support_init(struct key_support *support);

/** Close the keys and remove the folder with all that is in it. */
void key_support_deinit(struct key_support *support);

#endif
