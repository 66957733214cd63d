// SPDX-License-Identifier: Apache-2.0
/* A page of each verdict, filled as the verifier would, always the same. */
#ifndef ASSAY_TESTS_PAGE_SAMPLE_H
#define ASSAY_TESTS_PAGE_SAMPLE_H

#include "verifier/pages/page.h"

#define PAGE_SAMPLE_CODE "1000001DVP8CF5YWPW28"
#define PAGE_SAMPLE_PICTURE "https://pictures.example/yb-10400.svg"

/** The page and all that it borrows. Not to be copied: it points into itself. */
struct page_sample {
    struct assay_page page;
    struct assay_brand_record brand;
    struct assay_product product;
    struct assay_batch_facts batch;
    struct assay_scan_answer answer;
    struct assay_place place;
    struct assay_place first_place;
};

/** A look at a label: nothing is decided. */
void page_sample_look(struct page_sample *sample, enum assay_language language);

/** The page of a verdict. */
void page_sample_verdict(struct page_sample *sample, enum assay_verdict verdict,
                         enum assay_language language);

#endif
