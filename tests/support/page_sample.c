// SPDX-License-Identifier: Apache-2.0
#include "page_sample.h"

#include <string.h>

#include "core/clock.h"

#define NOW_UNIX_MS 1794142923000     /* 2026-11-08T13:02:03Z */
#define EARLIER_UNIX_MS 1793323080000 /* ten days before */

void page_sample_look(struct page_sample *sample, enum assay_language language)
{
    memset(sample, 0, sizeof *sample);
    sample->brand = (struct assay_brand_record){.name = "Yuanbo Power",
                                                .name_zh = "元博电源",
                                                .host = "https://v.example.cn",
                                                .utc_offset_minutes = 480};
    sample->page = (struct assay_page){.language = language,
                                       .brand = &sample->brand,
                                       .path = "/" PAGE_SAMPLE_CODE,
                                       .code = PAGE_SAMPLE_CODE,
                                       .scan_id = "00112233445566778899aabbccddeeff",
                                       .now_unix_ms = NOW_UNIX_MS};
}

static void add_product(struct page_sample *sample)
{
    sample->product.value = (struct assay_product_record){.sku = "YB-10400",
                                                          .gtin = "06901234567892",
                                                          .name_zh = "充电宝 10400 mAh",
                                                          .name_en = "Power bank 10,400 mAh",
                                                          .picture = PAGE_SAMPLE_PICTURE,
                                                          .terms = {3, 2}};
    sample->batch = (struct assay_batch_facts){.handle = 1,
                                               .count = 1000,
                                               .flags = ASSAY_BATCH_HAS_PIN,
                                               .expires_on = 21487, /* 2028-10-30 */
                                               .sku = "YB-10400",
                                               .lot = "A2611",
                                               .market = "CN"};
    sample->page.product = &sample->product;
    sample->page.batch = &sample->batch;
    sample->page.has_pin = true;
}

static void add_answer(struct page_sample *sample, enum assay_verdict verdict)
{
    bool first = verdict == ASSAY_VERDICT_GENUINE || verdict == ASSAY_VERDICT_CONFIRMED;
    bool leak = verdict == ASSAY_VERDICT_NOT_ON_SALE;
    assay_place_set(&sample->place, "CN", "CN-GD", "Shenzhen");
    assay_place_set(&sample->first_place, "CN", first ? "CN-GD" : "CN-ZJ",
                    first ? "Shenzhen" : "Hangzhou");
    sample->answer = (struct assay_scan_answer){.verdict = verdict,
                                                .number = leak    ? 0
                                                          : first ? 1
                                                                  : 2,
                                                .at_unix_ms = NOW_UNIX_MS,
                                                .place = 1,
                                                .first_at_unix_ms = leak    ? 0
                                                                    : first ? NOW_UNIX_MS
                                                                            : EARLIER_UNIX_MS,
                                                .first_place = 2,
                                                .first_by_this_device = first,
                                                .warranty_ends_on = ASSAY_DAY_NONE,
                                                .product = &sample->product};
    sample->page.answer = &sample->answer;
    sample->page.place = &sample->place;
    sample->page.first_place = &sample->first_place;
}

/* What belongs to one verdict only. */
static void add_particulars(struct page_sample *sample, enum assay_verdict verdict)
{
    struct assay_scan_answer *answer = &sample->answer;
    bool zh = sample->page.language == ASSAY_LANGUAGE_ZH;
    if (verdict == ASSAY_VERDICT_SUSPECT) {
        answer->number = 37;
        answer->risk = (struct assay_risk){.level = ASSAY_RISK_SUSPECT,
                                           .reasons = ASSAY_RISK_MANY_DEVICES | ASSAY_RISK_TOO_FAST,
                                           .score = 9000};
    } else if (verdict == ASSAY_VERDICT_CONFIRMED) {
        answer->confirmed_at_unix_ms = NOW_UNIX_MS;
        answer->confirmed_by_this_device = true;
    } else if (verdict == ASSAY_VERDICT_RECALLED) {
        strncpy(answer->reason_text,
                zh ? "电芯可能过热，可在任一门店退款。"
                   : "Cells may overheat. Any shop of ours pays you back.",
                ASSAY_REASON_MAX);
    } else if (verdict == ASSAY_VERDICT_EXPIRED) {
        sample->batch.expires_on = 20700; /* 2026-09-04 */
    } else if (verdict == ASSAY_VERDICT_VOID) {
        strncpy(answer->reason_text, zh ? "标签在印刷厂遗失。" : "Labels lost at the print shop.",
                ASSAY_REASON_MAX);
    }
    if (assay_verdict_row(verdict)->class == ASSAY_VERDICT_GOOD) {
        sample->page.receipt = "c2FtcGxlLXJlY2VpcHQ";
    }
}

void page_sample_verdict(struct page_sample *sample, enum assay_verdict verdict,
                         enum assay_language language)
{
    page_sample_look(sample, language);
    sample->page.decided = true;
    sample->page.verdict = verdict;
    if (verdict == ASSAY_VERDICT_MALFORMED) {
        sample->page.code[0] = '\0';
        sample->page.typed_code = "1000001DVP8CF5YWPW2";
        sample->page.hint = ASSAY_HINT_TOO_SHORT;
        sample->page.hint_count = 1;
        return;
    }
    if (verdict == ASSAY_VERDICT_NOT_ISSUED) {
        return;
    }
    add_product(sample);
    add_answer(sample, verdict);
    add_particulars(sample, verdict);
}
