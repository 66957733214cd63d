// SPDX-License-Identifier: Apache-2.0
#include "tests/support/key_support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

void key_support_init(struct key_support *support)
{
    struct assay_reason reason;
    *support = (struct key_support){.dir = "/tmp/assay-XXXXXX"};
    char *made = mkdtemp(support->dir);
    assay_assert(made != NULL);
    snprintf(support->keys, sizeof support->keys, "%s/keys", support->dir);
    enum assay_error error = assay_keyring_init(support->keys, "test", &reason);
    assay_assert(error == ASSAY_OK);
    error = assay_keyring_open(support->keys, "test", (1u << ASSAY_KEY_NAMES) - 1,
                               &support->keyring, &reason);
    assay_assert(error == ASSAY_OK);
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
    (void)status;
    (void)flag;
    (void)walk;
    return remove(path);
}

void key_support_deinit(struct key_support *support)
{
    assay_keyring_close(support->keyring);
    int failed = nftw(support->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    assay_assert(failed == 0);
}
