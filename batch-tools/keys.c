// SPDX-License-Identifier: Apache-2.0
/* keys publish: the signed list of keys goes to a file, whole or not at all; it may be there from
 * the last time. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "batch-tools/door.h"
#include "batch-tools/show.h"
#include "batch-tools/tool.h"
#include "core/file.h"

/* What everybody may have is readable for everybody: a web server, say. */
static enum assay_error put_in_place(const char *path, const char *text,
                                     struct assay_reason *reason)
{
    char fresh[4096];
    if ((size_t)snprintf(fresh, sizeof fresh, "%s.new", path) >= sizeof fresh) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "--out: the path is too long");
    }
    unlink(fresh);
    enum assay_error error = assay_file_write_new(fresh, text, strlen(text), reason);
    if (error == ASSAY_OK && chmod(fresh, 0644) != 0) {
        error = assay_file_fail(reason, fresh);
    }
    if (error == ASSAY_OK) {
        error = assay_file_rename(fresh, path, reason);
    }
    if (error != ASSAY_OK) {
        unlink(fresh);
    }
    return error;
}

static enum assay_error report(const struct assay_tool_call *call, const json_t *result)
{
    const char *out = assay_tool_text(call, "out");
    const json_t *count = json_object_get(result, "count");
    if (call->json) {
        json_t *json = json_pack("{s:O, s:s}", "count", count, "list", out);
        assay_show_json(json);
        json_decref(json);
    } else {
        printf("%lld\n", (long long)json_integer_value(count));
    }
    return ASSAY_OK;
}

enum assay_error assay_tool_keys_publish(struct assay_tool_call *call)
{
    json_t *result = NULL;
    enum assay_error error = assay_door_run(call, call->command->office, call->params, &result);
    if (error != ASSAY_OK) {
        return error;
    }
    const char *text = json_string_value(json_object_get(result, "list"));
    error = text == NULL ? assay_fail(&call->reason, ASSAY_E_CORRUPT, "the office sent no list")
                         : put_in_place(assay_tool_text(call, "out"), text, &call->reason);
    if (error == ASSAY_OK) {
        error = report(call, result);
    }
    json_decref(result);
    return error;
}
