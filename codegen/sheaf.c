// SPDX-License-Identifier: Apache-2.0
#include "codegen/sheaf.h"

static enum assay_error write_frame(struct assay_sheaf *sheaf, enum assay_error error,
                                    struct assay_reason *reason)
{
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, NULL);
    }
    return assay_output_write(sheaf->output, sheaf->frame.data, sheaf->frame.len_bytes, reason);
}

enum assay_error assay_sheaf_begin(struct assay_sheaf *sheaf, const char *name, uint32_t pages,
                                   struct assay_reason *reason)
{
    const struct assay_format *format = sheaf->format;
    enum assay_error error = assay_output_begin(sheaf->folder, name, &sheaf->output, reason);
    if (error != ASSAY_OK || format->file_begin == NULL) {
        return error;
    }
    sheaf->frame.len_bytes = 0;
    error = format->file_begin(sheaf->sheet, pages, &sheaf->file, &sheaf->frame);
    return write_frame(sheaf, error, reason);
}

enum assay_error assay_sheaf_page(struct assay_sheaf *sheaf, const struct assay_buffer *rendered,
                                  struct assay_reason *reason)
{
    if (sheaf->format->file_page != NULL) {
        sheaf->format->file_page(sheaf->file, rendered, assay_output_bytes(sheaf->output));
    }
    return assay_output_write(sheaf->output, rendered->data, rendered->len_bytes, reason);
}

static void close_file(struct assay_sheaf *sheaf)
{
    if (sheaf->format->file_close != NULL) {
        sheaf->format->file_close(sheaf->file);
    }
    sheaf->file = NULL;
}

enum assay_error assay_sheaf_end(struct assay_sheaf *sheaf, struct assay_reason *reason)
{
    const struct assay_format *format = sheaf->format;
    enum assay_error error = ASSAY_OK;
    if (format->file_end != NULL) {
        sheaf->frame.len_bytes = 0;
        error = format->file_end(sheaf->file, assay_output_bytes(sheaf->output), &sheaf->frame);
        error = write_frame(sheaf, error, reason);
    }
    close_file(sheaf);
    return error;
}

enum assay_error assay_sheaf_commit(struct assay_sheaf *sheaf, struct assay_manifest_file *written,
                                    struct assay_reason *reason)
{
    struct assay_output *output = sheaf->output;
    sheaf->output = NULL;
    return assay_output_commit(output, written, reason);
}

void assay_sheaf_close(struct assay_sheaf *sheaf)
{
    assay_output_abort(sheaf->output);
    sheaf->output = NULL;
    close_file(sheaf);
    assay_buffer_deinit(&sheaf->frame);
}
