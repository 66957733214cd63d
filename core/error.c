// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

struct error_row {
    const char *name;
    enum assay_error_class class;
    const char *text;
};

static const struct error_row error_rows[] = {
#define ERROR_ROW(code, class, text) {#code, ASSAY_CLASS_##class, text},
    ASSAY_ERROR_TABLE(ERROR_ROW)
#undef ERROR_ROW
};

static const struct error_row *row_of(enum assay_error error)
{
    assay_assert(error < ASSAY_ERROR_COUNT);
    return &error_rows[error];
}

const char *assay_error_name(enum assay_error error)
{
    return row_of(error)->name;
}

const char *assay_error_text(enum assay_error error)
{
    return row_of(error)->text;
}

enum assay_error_class assay_error_class(enum assay_error error)
{
    return row_of(error)->class;
}

enum assay_error assay_fail(struct assay_reason *reason, enum assay_error error, const char *format,
                            ...)
{
    assay_assert(error != ASSAY_OK);
    if (reason == NULL) {
        return error;
    }
    if (format == NULL) {
        snprintf(reason->text, sizeof reason->text, "%s", assay_error_text(error));
        return error;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason->text, sizeof reason->text, format, arguments);
    va_end(arguments);
    return error;
}
