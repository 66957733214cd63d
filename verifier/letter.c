// SPDX-License-Identifier: Apache-2.0
#include "verifier/letter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/office_alert.h"
#include "verifier/place_names.h"

#define BODY_SIZE 4096
#define SUBJECT_SIZE 160
#define LINE_BYTES 54 /* of a body, in one line of base64 */

void assay_letter_id(const struct assay_outbox_message *message, char id[ASSAY_LETTER_ID_SIZE])
{
    snprintf(id, ASSAY_LETTER_ID_SIZE, "%s_%" PRIu64 "_%" PRIu64, message->test ? "test" : "al",
             message->alert, message->endpoint);
}

/* -- webhooks -- */

static json_t *alert_json(const struct assay_letter_source *source,
                          const struct assay_catalog_alert *alert)
{
    struct assay_office office = {.store = source->store, .keyring = source->keyring};
    struct assay_reason reason;
    const struct assay_office_call call = {.office = &office, .reason = &reason};
    json_t *json = assay_alert_json(&call, alert);
    if (json != NULL) {
        assay_place_names_add(json);
    }
    return json;
}

char *assay_letter_json(const struct assay_letter_source *source,
                        const struct assay_catalog_alert *alert, int64_t at_unix_ms)
{
    json_t *data = alert == NULL ? json_object() : alert_json(source, alert);
    json_t *whole =
        json_pack("{s:s, s:o, s:o}", "type", alert == NULL ? "alert.test" : "alert.raised",
                  "timestamp", assay_office_time(at_unix_ms), "data", data);
    char *text = whole == NULL ? NULL : json_dumps(whole, JSON_COMPACT | JSON_REAL_PRECISION(12));
    json_decref(whole);
    return text;
}

/* -- mails -- */

static const char *kind_zh(enum assay_alert_kind kind)
{
    static const char *const names[ASSAY_ALERT_KINDS] = {
        [ASSAY_ALERT_LEAK] = "未上市的标签被扫描", [ASSAY_ALERT_HONEY] = "诱饵码被扫描",
        [ASSAY_ALERT_CLONED] = "码被复制",         [ASSAY_ALERT_OUTBREAK] = "假货集中出现",
        [ASSAY_ALERT_DIVERSION] = "窜货",          [ASSAY_ALERT_PIN_ATTACK] = "有人在试 PIN",
        [ASSAY_ALERT_FORGERY] = "大量伪造的码",
    };
    return names[kind];
}

static const char *kind_en(enum assay_alert_kind kind)
{
    static const char *const names[ASSAY_ALERT_KINDS] = {
        [ASSAY_ALERT_LEAK] = "a label was scanned before its sale",
        [ASSAY_ALERT_HONEY] = "a decoy was scanned",
        [ASSAY_ALERT_CLONED] = "a code was copied",
        [ASSAY_ALERT_OUTBREAK] = "an outbreak of copies",
        [ASSAY_ALERT_DIVERSION] = "goods outside their market",
        [ASSAY_ALERT_PIN_ATTACK] = "PINs are tried out",
        [ASSAY_ALERT_FORGERY] = "a wave of forged codes",
    };
    return names[kind];
}

/* base64 with padding of any bytes, in lines of `line` bytes; the caller frees. */
static char *base64(const char *data, size_t len, size_t line)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = malloc((len + 2) / 3 * 4 + 2 * (len / line + 1) + 1);
    size_t at = 0;
    for (size_t i = 0; text != NULL && i < len; i += 3) {
        uint32_t bits = (uint32_t)(uint8_t)data[i] << 16;
        bits |= i + 1 < len ? (uint32_t)(uint8_t)data[i + 1] << 8 : 0;
        bits |= i + 2 < len ? (uint8_t)data[i + 2] : 0;
        text[at++] = digits[bits >> 18];
        text[at++] = digits[bits >> 12 & 63];
        text[at++] = i + 1 < len ? digits[bits >> 6 & 63] : '=';
        text[at++] = i + 2 < len ? digits[bits & 63] : '=';
        if ((i + 3) % line == 0) {
            text[at++] = '\r';
            text[at++] = '\n';
        }
    }
    if (text != NULL) {
        text[at] = '\0';
    }
    return text;
}

static const char *or_dash(const char *text)
{
    return text[0] == '\0' ? "-" : text;
}

static void body_of(const struct assay_letter_source *source,
                    const struct assay_catalog_alert *alert, char body[BODY_SIZE])
{
    const struct assay_alert_record *value = &alert->value;
    char handle[ASSAY_HANDLE_SIZE] = "-";
    char at[ASSAY_TIME_TEXT_SIZE];
    char day[ASSAY_DATE_TEXT_SIZE] = "-";
    if (assay_alert_handle(value) != 0) {
        assay_handle_format(assay_alert_handle(value), handle);
    }
    if (value->day != 0) {
        assay_date_format(value->day, day);
    }
    assay_time_format(value->at_unix_ms, at);
    snprintf(body, BODY_SIZE,
             "预警：%s\r\nAlert: %s\r\n\r\n"
             "规则 / rule: %s\r\n产品 / product: %s\r\n批次 / batch: %s\r\n"
             "地区 / place: %s %s\r\n日期 / day: %s\r\n时间 / time: %s\r\n"
             "测得 / measure: %.3f (%.3f)\r\n编号 / id: %" PRIu64 "\r\n\r\n"
             "请在仪表板 /audit/ 中确认或排除。\r\nConfirm or dismiss it at /audit/.\r\n",
             kind_zh(value->kind), kind_en(value->kind), or_dash(value->rule),
             or_dash(assay_alert_sku(source->store, value)), handle, or_dash(value->country),
             value->region, day, at, (double)value->measure / 1024.0,
             (double)value->threshold / 1024.0, alert->mark.position);
}

static void date_of(int64_t unix_ms, char text[40])
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm = {0};
    time_t seconds = (time_t)(unix_ms / 1000);
    gmtime_r(&seconds, &tm);
    snprintf(text, 40, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[tm.tm_wday % 7],
             tm.tm_mday % 100, months[tm.tm_mon % 12], (tm.tm_year + 1900) % 10000,
             tm.tm_hour % 100, tm.tm_min % 100, tm.tm_sec % 100);
}

bool assay_letter_address_is_plain(const char *address)
{
    const char *at = strchr(address, '@');
    size_t len = strlen(address);
    for (size_t i = 0; i < len; i++) {
        if (address[i] <= ' ' || address[i] >= 0x7f ||
            strchr("<>()[]\\,;:\"", address[i]) != NULL) {
            return false;
        }
    }
    return at != NULL && at != address && at[1] != '\0' && strchr(at + 1, '@') == NULL;
}

char *assay_letter_mail(const struct assay_letter_source *source,
                        const struct assay_catalog_alert *alert,
                        const struct assay_letter_mail *mail)
{
    char body[BODY_SIZE];
    char subject[SUBJECT_SIZE];
    char date[40];
    char *whole = NULL;
    enum assay_alert_kind kind = alert->value.kind;
    body_of(source, alert, body);
    snprintf(subject, sizeof subject, "[Assay] %s / %s", kind_zh(kind),
             assay_alert_kind_name(kind));
    date_of(mail->now_unix_ms, date);
    char *subject64 = base64(subject, strlen(subject), SIZE_MAX / 2);
    char *body64 = base64(body, strlen(body), LINE_BYTES);
    if (subject64 != NULL && body64 != NULL &&
        asprintf(
            &whole,
            "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s@assay.invalid>\r\n"
            "Subject: =?UTF-8?B?%s?=\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n%s\r\n",
            date, mail->from, mail->to, mail->id, subject64, body64) < 0) {
        whole = NULL;
    }
    free(subject64);
    free(body64);
    return whole;
}
