// SPDX-License-Identifier: Apache-2.0
#include "codegen/format.h"

#include <string.h>

#include "codegen/csv.h"
#include "codegen/pdf.h"
#include "codegen/png.h"
#include "codegen/svg.h"
#include "codegen/tspl.h"
#include "codegen/zpl.h"

enum assay_error assay_format_find(const char *name, const struct assay_format **format,
                                   struct assay_reason *reason)
{
    static const struct assay_format *const formats[] = {
        &assay_pdf_format,  &assay_svg_format, &assay_png_format, &assay_zpl_format,
        &assay_tspl_format, &assay_epl_format, &assay_csv_format};
    for (size_t i = 0; i < ASSAY_COUNT_OF(formats); i++) {
        if (strcmp(name, formats[i]->name) == 0) {
            *format = formats[i];
            return ASSAY_OK;
        }
    }
    return assay_fail(reason, ASSAY_E_USAGE,
                      "--format is pdf, svg, png, zpl, tspl, epl or csv, not '%.40s'", name);
}
