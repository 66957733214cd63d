// SPDX-License-Identifier: Apache-2.0
/* HTTP over DIR/admin.sock; libcurl stops here. */
#ifndef ASSAY_BATCH_TOOLS_SOCKET_H
#define ASSAY_BATCH_TOOLS_SOCKET_H

#include <jansson.h>

#include "core/error.h"

/** One call of the office. */
struct assay_socket_call {
    const char *dir;     /* the data directory */
    const char *command; /* "name.verb" */
    const json_t *params;
    bool answered; /* out: false if nobody listens there */
};

/** POST /v1/office/NAME/VERB.
 *  result   out: a new reference, on ASSAY_OK.
 *  returns  ASSAY_OK; ASSAY_E_REFUSED with the verifier's own words; ASSAY_E_IO; ASSAY_E_NOT_FOUND
 *           if nobody answered. */
ASSAY_MUST_CHECK enum assay_error assay_socket_post(struct assay_socket_call *call, json_t **result,
                                                    struct assay_reason *reason);

#endif
