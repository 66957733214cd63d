// SPDX-License-Identifier: Apache-2.0
/* A batch's keys on their way to a print site: label keys and PIN key in a file each. */
#ifndef ASSAY_BATCH_TOOLS_PARCEL_H
#define ASSAY_BATCH_TOOLS_PARCEL_H

#include "batch-tools/tool.h"
#include "core/batch_key.h"
#include "core/passphrase.h"

struct assay_parcel {
    const char *label_out; /* files to write; NULL = not asked for */
    const char *pin_out;
    struct assay_certificate *to; /* NULL: to the passphrase */
    char passphrase[ASSAY_PASSPHRASE_SIZE];
};

/** Read the options --LABEL_OPTION, --PIN_OPTION, --to and --site-passphrase-file, and check before
 *  anything is done that the files can be written and somebody is named to open them.
 *  ASSAY_OK, also if nothing is asked for; the refusal, with its reason, in the call. */
ASSAY_MUST_CHECK enum assay_error assay_parcel_prepare(struct assay_tool_call *call,
                                                       const char *label_option,
                                                       const char *pin_option,
                                                       struct assay_parcel *parcel);

/** Which roots of DIR/keys it takes: 1 << enum assay_key_name. */
unsigned assay_parcel_keys(const struct assay_parcel *parcel);

/** Write the keys of a batch, as the office shows it; the roots are open in the call. */
ASSAY_MUST_CHECK enum assay_error assay_parcel_write(struct assay_tool_call *call,
                                                     const struct assay_parcel *parcel,
                                                     const json_t *batch);

/** Wipe and free. */
void assay_parcel_release(struct assay_parcel *parcel);

#endif
