// SPDX-License-Identifier: Apache-2.0
/* What is printed on a label: what all labels of a job share, and what is each one's own. */
#ifndef ASSAY_CODEGEN_LABEL_H
#define ASSAY_CODEGEN_LABEL_H

#include "codegen/layout.h"
#include "codegen/qr.h"
#include "core/order.h"

/** Free lines that an operator may add. */
#define ASSAY_FREE_LINES_MAX 4
#define ASSAY_FREE_LINE_MAX 120 /* bytes of UTF-8 */

/** Where the PIN goes: `--pin`. */
enum assay_pin_place { ASSAY_PIN_LABEL, ASSAY_PIN_SEPARATE, ASSAY_PIN_NONE };

/** Texts that all labels of a job share; empty where the order has none. */
struct assay_facts {
    char brand[2 * ASSAY_BRAND_NAME_MAX + 2]; /* both names if they differ */
    char name_zh[ASSAY_PRODUCT_NAME_MAX + 1];
    char name_en[ASSAY_PRODUCT_NAME_MAX + 1]; /* empty if it is the same */
    char gtin[ASSAY_GTIN_SIZE];
    char lot[ASSAY_LOT_MAX + 1];
    char expires_on[11];                         /* YYYY-MM-DD */
    const char *free_line[ASSAY_FREE_LINES_MAX]; /* clean UTF-8, borrowed */
    unsigned free_lines;
    char cartons[16]; /* of a carton's or pallet's label: how many cartons and items it holds */
    char items[16];
    bool is_carton; /* labels show an SSCC instead of a code */
    bool has_pin;   /* labels carry their PINs */
    bool pin_apart; /* labels have room for a PIN that another printer adds, and their position */
};

/** One label; everything is borrowed for the call that draws it. */
struct assay_label {
    uint32_t index;   /* of the item in its batch */
    const char *code; /* ASSAY_CODE_LEN characters and NUL; of a carton its SSCC */
    const char *pin;  /* ASSAY_PIN_LEN characters and NUL; NULL if the batch has none */
    const char *url;
    size_t url_len;
    struct assay_matrix matrix; /* size 0 for formats that do not draw */
};

#define ASSAY_LINE_SHOWN_SIZE 32

/** How many characters a line that changes shows. */
unsigned assay_line_len(const struct assay_line *line);

/** What a line that changes shows on a label: the code's part, the PIN, or the position.
 *  text: out, not ended by NUL. returns its length,
 *  assay_line_len. */
unsigned assay_line_shown(const struct assay_line *line, const struct assay_label *label,
                          char text[ASSAY_LINE_SHOWN_SIZE]);

/** Place of "label", "separate" or "none". ASSAY_OK or ASSAY_E_USAGE. */
ASSAY_MUST_CHECK enum assay_error
assay_pin_place_parse(const char *name, enum assay_pin_place *place, struct assay_reason *reason);

/** Facts of an order, without free lines. */
void assay_facts_make(const struct assay_order *order, enum assay_pin_place pin,
                      struct assay_facts *facts);

/** Lines of small text, in the order they are printed: "GTIN ...", "LOT ...", "EXP ...",
 *  "CARTONS ...", "COUNT ..." (GS1's title of AI (37)). */
#define ASSAY_FACT_LINES_MAX 5
struct assay_fact_line {
    char text[ASSAY_LOT_MAX + 8];
};

/** The lines there are. lines: out, ASSAY_FACT_LINES_MAX. returns how many. */
unsigned assay_fact_lines(const struct assay_facts *facts, struct assay_fact_line *lines);

#endif
