// SPDX-License-Identifier: Apache-2.0
/* The way to the office: through the running verifier's DIR/admin.sock or, with no verifier,
 * by opening the data directory. */
#ifndef ASSAY_BATCH_TOOLS_DOOR_H
#define ASSAY_BATCH_TOOLS_DOOR_H

#include "batch-tools/tool.h"
#include "core/office.h"

/** Run one office command with all scopes, as the user who runs this program.
 *  result: out, a new reference. returns ASSAY_OK; or the refusal, its reason in the call. */
ASSAY_MUST_CHECK enum assay_error assay_door_run(struct assay_tool_call *call, const char *command,
                                                 const json_t *params, json_t **result);

/** True if the passphrase of the key files can be had: from a file, the environment, a terminal. */
bool assay_door_has_passphrase(const struct assay_tool_call *call);

/** Who runs this program, with all scopes: "uid 0 (root)". */
void assay_door_actor(struct assay_actor *actor);

#endif
