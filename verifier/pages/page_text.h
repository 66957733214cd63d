// SPDX-License-Identifier: Apache-2.0
/* Every text of the buyer's page but the verdicts' sentences (core/verdict.h): one table. */
#ifndef ASSAY_VERIFIER_PAGE_TEXT_H
#define ASSAY_VERIFIER_PAGE_TEXT_H

#include "verifier/pages/page.h"

/* name, zh-CN, en; {} is a slot. Plain text: no markup. */
#define ASSAY_PAGE_TEXT_TABLE(X)                                                                   \
    X(TITLE, "正品查询", "Authenticity check")                                                     \
    X(OTHER_LANGUAGE, "English", "中文")                                                           \
    /* what is large, one a verdict, in the order of core/verdict.h */                             \
    X(HEAD_MALFORMED, "请核对防伪码", "Check the code")                                            \
    X(HEAD_NOT_ISSUED, "查无此码", "Not issued")                                                   \
    X(HEAD_VOID, "已作废", "Cancelled")                                                            \
    X(HEAD_RECALLED, "已召回", "Recalled")                                                         \
    X(HEAD_EXPIRED, "已过期", "Expired")                                                           \
    X(HEAD_NOT_ON_SALE, "尚未上市", "Not on sale yet")                                             \
    X(HEAD_PIN_WRONG, "验证码不符", "PIN does not match")                                          \
    X(HEAD_SUSPECT, "请谨慎", "Be careful")                                                        \
    X(HEAD_CONFIRMED, "正品，已确认", "Genuine, confirmed")                                        \
    X(HEAD_GENUINE, "正品", "Genuine")                                                             \
    X(HEAD_GENUINE_SEEN, "品牌正码", "Issued by the brand")                                        \
    X(HEAD_ISSUED, "品牌方所发", "Issued by the brand")                                            \
    /* what to do, one a verdict */                                                                \
    X(TO_DO_MALFORMED, "请对照标签，在下面重新输入 20 位防伪码。",                                 \
      "Compare with the label and type the 20 characters again below.")                            \
    X(TO_DO_NOT_ISSUED, "请勿使用该商品，保留购买凭证，并在下面举报。",                            \
      "Do not use the product. Keep the proof of purchase, and report it below.")                  \
    X(TO_DO_VOID, "请勿购买或使用，并在下面告诉品牌方您在哪里见到它。",                            \
      "Do not buy or use it. Tell the brand below where you found it.")                            \
    X(TO_DO_RECALLED, "请立即停止使用，并联系卖家或品牌方办理退换。",                              \
      "Stop using it now, and ask the seller or the brand to take it back.")                       \
    X(TO_DO_EXPIRED, "请勿使用。如果是刚买到的，请向卖家退换。",                                   \
      "Do not use it. If you have just bought it, take it back to the seller.")                    \
    X(TO_DO_NOT_ON_SALE, "它可能是流出的商品或仿品。请先不要购买，并在下面举报。",                 \
      "It may have leaked, or be a copy. Do not buy it yet, and report it below.")                 \
    X(TO_DO_PIN_WRONG, "验证码是涂层下或包装内的 8 位字符，与防伪码不同。",                        \
      "The PIN is the 8 characters under the scratch layer or inside the pack, not the code.")     \
    X(TO_DO_SUSPECT, "如有不符，请勿使用，并在下面举报。",                                         \
      "If anything does not fit, do not use the product, and report it below.")                    \
    X(TO_DO_CONFIRMED, "该验证码已属于您。今后若有人出示同一验证码，那便是仿品。",                 \
      "The PIN is yours now. Anyone who shows the same PIN later has a copy.")                     \
    X(TO_DO_GENUINE, "如果您收到时包装已拆封，请向卖家或品牌方核实。",                             \
      "If the pack was already open when you got it, ask the seller or the brand.")                \
    X(TO_DO_GENUINE_SEEN,                                                                          \
      "如果首次查询的不是您，也不是卖家当面所查，请检查封口，并向卖家或品牌方核实。",              \
      "If the first scan was not yours, nor made by the seller in front of you, check the "        \
      "seal and ask the seller or the brand.")                                                     \
    X(OWN_FIRST, "首次查询就来自您这台设备。", "It was first scanned by this device.")             \
    X(OWN_CONFIRMED, "您已在这台设备上用验证码确认过。",                                           \
      "You have confirmed it with its PIN on this device.")                                        \
    X(OFFLINE, "此码带有品牌方的签名：它证明由品牌方发出，但不能证明未被复制。",                   \
      "This code is signed by the brand: it proves that the brand issued it, not that it "         \
      "was never copied.")                                                                         \
    X(REASON, "品牌方说明：{}", "The brand says: {}")                                              \
    /* hints for a malformed code */                                                               \
    X(TYPED, "输入的是", "You entered")                                                            \
    X(HINT_SHORT, "少了 {} 个字符。", "Characters missing: {}.")                                   \
    X(HINT_LONG, "多了 {} 个字符。", "Characters too many: {}.")                                   \
    X(HINT_FAR_TOO_LONG, "太长了。", "It is too long.")                                            \
    X(HINT_CHARACTER, "第 {} 个字符不是防伪码会用的字符。",                                        \
      "Character no. {} is not one that codes use.")                                               \
    X(HINT_TYPING, "可能有一个字符输错，或相邻两个字符颠倒。",                                     \
      "One character may be wrong, or two neighbours swapped.")                                    \
    /* why it is suspect */                                                                        \
    X(WHY, "异常之处", "What is unusual")                                                          \
    X(WHY_DEVICES, "被许多不同的设备查询过。", "Many different devices have scanned it.")          \
    X(WHY_PLACES, "在许多相距很远的地方被查询过。", "It was scanned in several places far apart.") \
    X(WHY_FAST, "先后两次查询相距太远，时间却太短。",                                              \
      "It was scanned in two places too far apart for the time between.")                          \
    X(WHY_PIN, "它的验证码已在另一台设备上使用过。",                                               \
      "Its PIN was already used on another device.")                                               \
    X(WHY_SWITCHES, "在相距很远的地方之间来回被查询，像是有不止一件。",                            \
      "It was scanned back and forth between places far apart, as if there were several of it.")   \
    X(WHY_LONG_AFTER, "第一次查询过了很久之后，又被别人查询过。",                                  \
      "Someone else scanned it long after the first scan.")                                        \
    X(WHY_SURROUNDED, "在这些地方，同一产品的其他许多防伪码也有异常。",                            \
      "Many other codes of the same product are unusual in these places.")                         \
    X(WHY_LOT, "标签上的批号与品牌方的记录不符。",                                                 \
      "The lot on the label is not the one that the brand recorded.")                              \
    X(COMPARE, "请核对", "Please compare")                                                         \
    X(COMPARE_SEAL, "标签和封口是否完整，有没有重贴的痕迹。",                                      \
      "Label and seal: whole, and not stuck on again?")                                            \
    X(COMPARE_LOT, "包装上印的批号是否为 {}。", "The lot printed on the pack: is it {}?")          \
    X(COMPARE_TIME, "首次查询是否早于您购买的时间。",                                              \
      "The first scan: was it before you bought the product?")                                     \
    /* facts */                                                                                    \
    X(FACTS, "查询记录", "Record")                                                                 \
    X(FIRST_SCAN, "首次查询", "First scanned")                                                     \
    X(THIS_SCAN, "本次查询", "This scan")                                                          \
    X(SCANS, "累计查询", "Scans so far")                                                           \
    X(TIMES, "{} 次", "{}")                                                                        \
    X(CONFIRMED_AT, "验证码确认", "Confirmed by PIN")                                              \
    X(LOT, "批号", "Lot")                                                                          \
    X(EXPIRES_ON, "有效期至", "Expires on")                                                        \
    X(CODE, "防伪码", "Code")                                                                      \
    X(WARRANTY_UNTIL, "保修登记至", "Warranty until")                                              \
    /* the scan itself */                                                                          \
    X(LOOK_HEAD, "这件是正品吗？", "Is it genuine?")                                               \
    X(LOOK, "向品牌方核对这个码。", "Check this code with the brand.")                             \
    X(CHECK, "立即查询", "Check now")                                                              \
    X(CHECKING, "正在向品牌方核对…", "Checking with the brand…")                                   \
    X(RETRYING, "网络不通，正在重试…", "No connection. Trying again…")                             \
    X(BUSY, "查询的人较多，请稍候…", "Many are checking right now. One moment…")                   \
    X(FAILED, "没有查到结果。请检查网络，再试一次。",                                              \
      "There is no answer. Please check the network and try again.")                               \
    X(WAIT, "尝试次数过多，请等待 {} 秒后再试。", "Too many tries. Please wait {} seconds.")       \
    X(AGAIN, "重新查询", "Check again")                                                            \
    X(SHARE, "同时告诉品牌方我的大致位置（精确到约 10 公里），帮助发现仿品。",                     \
      "Also tell the brand roughly where I am (to about 10 km). It helps to find copies.")         \
    X(HOME_HEAD, "查询正品", "Check a product")                                                    \
    X(HOME, "请输入标签上的 20 位防伪码。", "Type the 20 characters of the code on the label.")    \
    X(CODE_LABEL, "防伪码（20 位）", "Code (20 characters)")                                       \
    X(PIN_HEAD, "用验证码确认", "Confirm with the PIN")                                            \
    X(PIN_ABOUT, "刮开涂层或打开包装，输入 8 位验证码，可确认手中的就是原件。请在购买后再刮开。",  \
      "Scratch or open the pack, and type the 8 characters of the PIN: it proves that yours is "   \
      "the original. Only do so once you have bought it.")                                         \
    X(PIN_LABEL, "验证码（8 位）", "PIN (8 characters)")                                           \
    X(CONFIRM, "确认", "Confirm")                                                                  \
    /* warranty */                                                                                 \
    X(WARRANTY_HEAD, "登记保修", "Register the warranty")                                          \
    X(WARRANTY_MONTHS, "保修 {} 个月。", "The warranty lasts {} months.")                          \
    X(WARRANTY_MONTH, "保修 {} 个月。", "The warranty lasts {} month.")                            \
    X(WARRANTY_BONUS, "登记后再延长 {} 个月。", "Registering adds {} more.")                       \
    X(NAME, "姓名", "Name")                                                                        \
    X(PHONE, "手机号", "Phone")                                                                    \
    X(EMAIL, "电子邮箱（可不填）", "E-mail (optional)")                                            \
    X(BOUGHT_ON, "购买日期（可不填）", "Bought on (optional)")                                     \
    X(CONSENT, "我同意品牌方保存以上信息，仅用于保修。",                                           \
      "I agree that the brand keeps this information, for the warranty only.")                     \
    X(REGISTER, "登记", "Register")                                                                \
    X(FIND_HEAD, "查询我的保修", "Find my warranty")                                               \
    X(FIND_ABOUT, "输入登记时的手机号，查看登记号和期限。",                                        \
      "Type the phone number you registered with to see reference and dates.")                     \
    X(FIND, "查询", "Find")                                                                        \
    /* reports */                                                                                  \
    X(REPORT_HEAD, "举报可疑商品", "Report a suspected fake")                                      \
    X(REPORT_ABOUT, "告诉品牌方您在哪里见到或买到它。无需留下姓名。",                              \
      "Tell the brand where you saw or bought it. No name is needed.")                             \
    X(WHERE, "在哪里（店名、网址或地址）", "Where (shop, web address or place)")                   \
    X(MORE, "还有什么可疑（可不填）", "What else is wrong (optional)")                             \
    X(REPORT, "提交举报", "Send the report")                                                       \
    X(SENDING, "正在提交…", "Sending…")                                                            \
    /* foot */                                                                                     \
    X(ZONE, "时间按 {} 显示。", "Times are {}.")                                                   \
    X(PRIVACY, "查询会记录时间、大致地区和一个随机的设备编号，用于发现仿品。",                     \
      "A check records the time, the rough region and a random device number, to find copies.")    \
    X(PLACES_FROM, "地区数据：", "Places: ")

enum assay_page_text {
#define ASSAY_PAGE_TEXT_ENUM(name, zh, en) ASSAY_TEXT_##name,
    ASSAY_PAGE_TEXT_TABLE(ASSAY_PAGE_TEXT_ENUM)
#undef ASSAY_PAGE_TEXT_ENUM
        ASSAY_PAGE_TEXT_COUNT
};

/** A text in a language; static. threads: any. */
const char *assay_page_text(enum assay_page_text text, enum assay_language language);

#endif
