// SPDX-License-Identifier: Apache-2.0
/* What a buyer is told: one table of verdicts, and the pure function that picks one. */
#ifndef ASSAY_CORE_VERDICT_H
#define ASSAY_CORE_VERDICT_H

#include "core/batch.h"

/* name, class, the sentence in zh-CN, in en, GS1 Lightweight Messaging's word */
#define ASSAY_VERDICT_TABLE(X)                                                                     \
    X(MALFORMED, malformed, ASK, "这不是一个完整的防伪码，请检查是否输错。",                       \
      "This is not a complete code. Please check for a typing error.", "No_match_GTIN_Serial")     \
    X(NOT_ISSUED, not_issued, BAD, "查无此码：品牌方从未发出过这个码，谨防假冒。",                 \
      "This code was never issued by the brand. Beware of a counterfeit.", "No_match_GTIN_Serial") \
    X(VOID, void, BAD, "这个码已作废，不应出现在市场上。",                                         \
      "This code was cancelled and should not be on any product.", "Manufacturer_policy")          \
    X(RECALLED, recalled, BAD, "该产品已被品牌方召回，请停止使用。",                               \
      "This product has been recalled. Please stop using it.", "Recalled")                         \
    X(EXPIRED, expired, BAD, "该产品已过有效期。", "This product is past its expiry date.",        \
      "Expired")                                                                                   \
    X(NOT_ON_SALE, not_on_sale, BAD, "这个码尚未上市销售，请向卖家核实。",                         \
      "This code is not on sale yet. Please ask the seller.", "Not_for_re-distribution")           \
    X(PIN_WRONG, pin_wrong, ASK, "涂层下的验证码不正确，请再核对一次。",                           \
      "The covered PIN does not match. Please check it again.", "No_reason_provided")              \
    X(SUSPECT, suspect, WARN, "请谨慎：这个码的查询记录异常，可能已被仿制。",                      \
      "Caution: this code shows unusual scans and may have been copied.", "Suspect")               \
    X(CONFIRMED, confirmed, GOOD, "正品：验证码正确，确认无误。",                                  \
      "Genuine, and confirmed by its PIN.", "")                                                    \
    X(GENUINE, genuine, GOOD, "正品：这是首次查询。", "Genuine. This is its first scan.", "")      \
    X(GENUINE_SEEN, genuine_seen, GOOD, "品牌方发出的码，此前已被查询过。",                        \
      "Issued by the brand, and scanned before.", "")

/* In order of precedence: the first that applies is the verdict. */
enum assay_verdict {
#define ASSAY_VERDICT_ENUM(upper, name, class, zh, en, gs1) ASSAY_VERDICT_##upper,
    ASSAY_VERDICT_TABLE(ASSAY_VERDICT_ENUM)
#undef ASSAY_VERDICT_ENUM
        ASSAY_VERDICT_COUNT
};

enum assay_verdict_class {
    ASSAY_VERDICT_GOOD, /* a receipt for the warranty may be given */
    ASSAY_VERDICT_WARN,
    ASSAY_VERDICT_BAD,
    ASSAY_VERDICT_ASK, /* ask the buyer to type again */
};

struct assay_verdict_row {
    const char *name;
    enum assay_verdict_class class;
    const char *text_zh;
    const char *text_en;
    const char *gs1; /* verificationFailureReason or additionalInfo of GS1 LMS; empty if verified */
};

/** The table's row; static. threads: any. */
const struct assay_verdict_row *assay_verdict_row(enum assay_verdict verdict);

/** Verdict of a name. ASSAY_OK or ASSAY_E_FIELD. */
ASSAY_MUST_CHECK enum assay_error assay_verdict_parse(const char *name,
                                                      enum assay_verdict *verdict);

enum assay_pin_outcome { ASSAY_PIN_NONE, ASSAY_PIN_RIGHT, ASSAY_PIN_WRONG };

enum assay_risk_level { ASSAY_RISK_LOW, ASSAY_RISK_CHECK, ASSAY_RISK_SUSPECT, ASSAY_RISK_CLONED };
#define ASSAY_RISK_LEVELS 4

/** Everything a verdict on an issued code depends on. */
struct assay_decision {
    enum assay_item_sale sale;
    bool expired;
    bool foreign_gtin; /* the URL's GTIN, or O1 signature, is not this code's: not_issued */
    bool foreign_lot;  /* the URL's lot is not the batch's: suspect */
    enum assay_pin_outcome pin;
    enum assay_risk_level risk;
    bool seen_on_sale;     /* the item had a scan while on sale before this one */
    bool confirmed_before; /* its PIN was revealed before */
    bool confirmed_by_this_device;
};

/** The verdict. Pure: no clock, no state, no allocation. Right PIN revealed before by another
 *  device is suspect; by the same device it stays confirmed. threads: any. */
enum assay_verdict assay_decide(const struct assay_decision *decision);

#endif
