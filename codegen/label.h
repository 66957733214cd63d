// SPDX-License-Identifier: Apache-2.0
/* What is printed on a label: what all labels of a job share, and what is each one's own. */
#ifndef ASSAY_CODEGEN_LABEL_H
#define ASSAY_CODEGEN_LABEL_H

#include "codegen/qr.h"
#include "core/order.h"

/** Texts that all labels of a job share; empty where the order has none. */
struct assay_facts {
    char product[ASSAY_PRODUCT_NAME_MAX + 1];
    char gtin[ASSAY_GTIN_SIZE];
    char lot[ASSAY_LOT_MAX + 1];
    char expires_on[11]; /* YYYY-MM-DD */
    bool has_pin;
};

/** One label; everything is borrowed for the call that draws it. */
struct assay_label {
    uint32_t index;   /* of the item in its batch */
    const char *code; /* ASSAY_CODE_LEN characters and NUL */
    const char *pin;  /* ASSAY_PIN_LEN characters and NUL; NULL if the batch has none */
    const char *url;
    size_t url_len;
    struct assay_matrix matrix; /* size 0 for formats that do not draw */
};

/** Facts of an order. Names that are not ASCII are left out of drawn labels: the fonts that every
 *  PDF reader has know no others. */
void assay_facts_make(const struct assay_order *order, struct assay_facts *facts);

/** Lines of small text, in the order they are printed: "GTIN ...", "LOT ...", "EXP ...". */
#define ASSAY_FACT_LINES_MAX 3
struct assay_fact_line {
    char text[ASSAY_LOT_MAX + 8];
};

/** The lines there are. lines: out, ASSAY_FACT_LINES_MAX. returns how many. */
unsigned assay_fact_lines(const struct assay_facts *facts, struct assay_fact_line *lines);

#endif
