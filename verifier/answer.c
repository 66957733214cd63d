// SPDX-License-Identifier: Apache-2.0
#include "verifier/answer.h"

#include <stdlib.h>

#include "core/clock.h"
#include "core/warranty.h"

#define HEAD_BYTES_MAX 1024
#define PIECE_BYTES_MAX 8192
#define OPEN_BYTES_MAX 128

/* Product and batch of one batch, as they were published. */
struct batch_piece {
    const struct assay_batch_facts *batch;
    const struct assay_product *product;
    size_t len;
    char *text;
};

struct assay_answers {
    struct assay_text heads[ASSAY_VERDICT_COUNT]; /* {"verdict":...,"message":{...},"code": */
    char head_room[ASSAY_VERDICT_COUNT][HEAD_BYTES_MAX];
    struct batch_piece pieces[ASSAY_ANSWER_BATCHES];
    int64_t time_unix_ms; /* the last time written, and its text */
    char time[ASSAY_TIME_TEXT_SIZE];
    /* The last open warranty written: of which product, from which day on, and its text. */
    const struct assay_product *open_product;
    int32_t open_begins_on;
    size_t open_len;
    char open[OPEN_BYTES_MAX];
    char piece_room[PIECE_BYTES_MAX];
    char room[ASSAY_ANSWER_BYTES_MAX];
};

static struct assay_text text_over(char *room, size_t size_bytes)
{
    return (struct assay_text){room, room, room + size_bytes};
}

static size_t text_len(const struct assay_text *text)
{
    return (size_t)(text->at - text->begin);
}

static void put_string(struct assay_text *text, const char *string)
{
    assay_text_json(text, string, strlen(string));
}

/* A text that needs no escapes: a code, a receipt, a name of ours. */
static void put_plain(struct assay_text *text, const char *string, size_t len)
{
    ASSAY_TEXT_LITERAL(text, "\"");
    assay_text_put(text, string, len);
    ASSAY_TEXT_LITERAL(text, "\"");
}

static void put_string_or_null(struct assay_text *text, const char *string)
{
    if (string[0] == '\0') {
        ASSAY_TEXT_LITERAL(text, "null");
        return;
    }
    put_string(text, string);
}

static const char *class_name(enum assay_verdict_class class)
{
    static const char *const names[] = {[ASSAY_VERDICT_GOOD] = "good",
                                        [ASSAY_VERDICT_WARN] = "warn",
                                        [ASSAY_VERDICT_BAD] = "bad",
                                        [ASSAY_VERDICT_ASK] = "ask"};
    return names[class];
}

static void make_head(struct assay_text *text, enum assay_verdict verdict)
{
    const struct assay_verdict_row *row = assay_verdict_row(verdict);
    ASSAY_TEXT_LITERAL(text, "{\"verdict\":");
    put_string(text, row->name);
    ASSAY_TEXT_LITERAL(text, ",\"class\":");
    put_string(text, class_name(row->class));
    ASSAY_TEXT_LITERAL(text, ",\"message\":{\"zh\":");
    put_string(text, row->text_zh);
    ASSAY_TEXT_LITERAL(text, ",\"en\":");
    put_string(text, row->text_en);
    ASSAY_TEXT_LITERAL(text, "},\"code\":");
}

enum assay_error assay_answers_create(struct assay_answers **answers)
{
    struct assay_answers *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return ASSAY_E_MEMORY;
    }
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        self->heads[i] = text_over(self->head_room[i], HEAD_BYTES_MAX);
        make_head(&self->heads[i], (enum assay_verdict)i);
    }
    *answers = self;
    return ASSAY_OK;
}

void assay_answers_destroy(struct assay_answers *answers)
{
    if (answers == NULL) {
        return;
    }
    for (size_t i = 0; i < ASSAY_ANSWER_BATCHES; i++) {
        free(answers->pieces[i].text);
    }
    free(answers);
}

static void put_product(struct assay_text *text, const struct assay_product *product)
{
    ASSAY_TEXT_LITERAL(text, ",\"product\":");
    if (product == NULL) {
        ASSAY_TEXT_LITERAL(text, "null");
        return;
    }
    ASSAY_TEXT_LITERAL(text, "{\"sku\":");
    put_string(text, product->value.sku);
    ASSAY_TEXT_LITERAL(text, ",\"gtin\":");
    put_string_or_null(text, product->value.gtin);
    ASSAY_TEXT_LITERAL(text, ",\"name\":{\"zh\":");
    put_string(text, product->value.name_zh);
    ASSAY_TEXT_LITERAL(text, ",\"en\":");
    put_string(text, product->value.name_en);
    ASSAY_TEXT_LITERAL(text, "},\"picture\":");
    put_string_or_null(text, product->value.picture);
    ASSAY_TEXT_LITERAL(text, "}");
}

static void put_day(struct assay_text *text, int32_t day)
{
    if (day == ASSAY_DAY_NONE) {
        ASSAY_TEXT_LITERAL(text, "null");
        return;
    }
    char date[ASSAY_DATE_TEXT_SIZE];
    assay_date_format(day, date);
    put_string(text, date);
}

static void put_batch(struct assay_text *text, const struct assay_batch_facts *batch)
{
    ASSAY_TEXT_LITERAL(text, ",\"batch\":{\"lot\":");
    put_string_or_null(text, batch->lot);
    ASSAY_TEXT_LITERAL(text, ",\"expires_on\":");
    put_day(text, batch->expires_on);
    if ((batch->flags & ASSAY_BATCH_HAS_PIN) != 0) {
        ASSAY_TEXT_LITERAL(text, ",\"has_pin\":true}");
    } else {
        ASSAY_TEXT_LITERAL(text, ",\"has_pin\":false}");
    }
}

/* Product and batch: from the cache if they are the same versions as when it was filled. */
static void put_piece(struct assay_answers *self, struct assay_text *text,
                      const struct assay_batch_facts *batch, const struct assay_product *product)
{
    struct batch_piece *piece = &self->pieces[batch->slot % ASSAY_ANSWER_BATCHES];
    if (piece->batch == batch && piece->product == product && piece->text != NULL) {
        assay_text_put(text, piece->text, piece->len);
        return;
    }
    struct assay_text fresh = text_over(self->piece_room, sizeof self->piece_room);
    put_product(&fresh, product);
    put_batch(&fresh, batch);
    assay_text_put(text, fresh.begin, text_len(&fresh));
    free(piece->text);
    *piece = (struct batch_piece){batch, product, text_len(&fresh), malloc(text_len(&fresh))};
    if (piece->text != NULL) {
        memcpy(piece->text, fresh.begin, piece->len);
    }
}

/* Most times of one group are the same moment. */
static void put_time(struct assay_answers *self, struct assay_text *text, int64_t unix_ms)
{
    if (unix_ms != self->time_unix_ms) {
        assay_time_format(unix_ms, self->time);
        self->time_unix_ms = unix_ms;
    }
    ASSAY_TEXT_LITERAL(text, "\"");
    assay_text_put(text, self->time, ASSAY_TIME_TEXT_SIZE - 1);
    ASSAY_TEXT_LITERAL(text, "\"");
}

static void put_place(struct assay_text *text, const struct assay_place *place)
{
    if (assay_place_is_empty(place)) {
        ASSAY_TEXT_LITERAL(text, "null");
        return;
    }
    ASSAY_TEXT_LITERAL(text, "{\"country\":");
    put_string_or_null(text, place->country);
    ASSAY_TEXT_LITERAL(text, ",\"region\":");
    put_string_or_null(text, place->region);
    ASSAY_TEXT_LITERAL(text, ",\"city\":");
    put_string_or_null(text, place->city);
    ASSAY_TEXT_LITERAL(text, "}");
}

static void put_bool(struct assay_text *text, bool value)
{
    if (value) {
        ASSAY_TEXT_LITERAL(text, "true");
    } else {
        ASSAY_TEXT_LITERAL(text, "false");
    }
}

/* One moment of the item's life; null if it has not come. */
struct moment {
    int64_t at_unix_ms;
    uint32_t place;
    bool this_device;
};

static void put_moment(struct assay_answers *self, struct assay_text *text,
                       const struct assay_store *store, struct moment moment)
{
    if (moment.at_unix_ms == 0) {
        ASSAY_TEXT_LITERAL(text, "null");
        return;
    }
    ASSAY_TEXT_LITERAL(text, "{\"at\":");
    put_time(self, text, moment.at_unix_ms);
    ASSAY_TEXT_LITERAL(text, ",\"place\":");
    put_place(text, assay_store_place(store, moment.place));
    ASSAY_TEXT_LITERAL(text, ",\"this_device\":");
    put_bool(text, moment.this_device);
    ASSAY_TEXT_LITERAL(text, "}");
}

static void put_scan(struct assay_answers *self, struct assay_text *text,
                     const struct assay_answer_subject *subject)
{
    const struct assay_scan_answer *answer = subject->answer;
    char id[2 * ASSAY_SCAN_ID_LEN + 1];
    assay_hex_encode(answer->scan_id, ASSAY_SCAN_ID_LEN, id);
    ASSAY_TEXT_LITERAL(text, ",\"scan\":{\"id\":\"");
    assay_text_put(text, id, sizeof id - 1);
    ASSAY_TEXT_LITERAL(text, "\",\"number\":");
    assay_text_number(text, answer->number);
    ASSAY_TEXT_LITERAL(text, ",\"at\":");
    put_time(self, text, answer->at_unix_ms);
    ASSAY_TEXT_LITERAL(text, ",\"place\":");
    put_place(text, assay_store_place(subject->store, answer->place));
    ASSAY_TEXT_LITERAL(text, "}");
}

static void put_risk(struct assay_text *text, const struct assay_risk *risk)
{
    ASSAY_TEXT_LITERAL(text, ",\"risk\":{\"level\":");
    const char *level = assay_risk_level_name(risk->level);
    put_plain(text, level, strlen(level));
    ASSAY_TEXT_LITERAL(text, ",\"reasons\":[");
    const char *separator = "";
    for (unsigned bit = ASSAY_RISK_MANY_DEVICES; bit <= ASSAY_RISK_LOT; bit <<= 1) {
        if ((risk->reasons & bit) == 0) {
            continue;
        }
        assay_text_put(text, separator, strlen(separator));
        put_string(text, assay_risk_reason_name((enum assay_risk_reason)bit));
        separator = ",";
    }
    ASSAY_TEXT_LITERAL(text, "]}");
}

static void write_open(struct assay_answers *self, const struct assay_product *product,
                       int32_t begins_on)
{
    const struct assay_warranty_terms *terms = &product->value.terms;
    struct assay_text text = text_over(self->open, sizeof self->open);
    ASSAY_TEXT_LITERAL(&text, "\"open\",\"ends_on\":");
    put_day(&text, assay_warranty_ends_on(terms, begins_on, false));
    ASSAY_TEXT_LITERAL(&text, ",\"months\":");
    assay_text_number(&text, terms->months);
    ASSAY_TEXT_LITERAL(&text, ",\"bonus_months\":");
    assay_text_number(&text, terms->bonus_months);
    ASSAY_TEXT_LITERAL(&text, "}");
    self->open_product = product;
    self->open_begins_on = begins_on;
    self->open_len = text_len(&text);
}

/* registered: with its last day. open: what there will be from the first scan's day, and how many
 * months registering adds. none: the product has no warranty. */
static void put_warranty(struct assay_answers *self, struct assay_text *text,
                         const struct assay_answer_subject *subject)
{
    const struct assay_scan_answer *answer = subject->answer;
    ASSAY_TEXT_LITERAL(text, ",\"warranty\":{\"state\":");
    if (answer->warranty_ends_on != ASSAY_DAY_NONE) {
        ASSAY_TEXT_LITERAL(text, "\"registered\",\"ends_on\":");
        put_day(text, answer->warranty_ends_on);
        ASSAY_TEXT_LITERAL(text, "}");
        return;
    }
    if (answer->product == NULL || answer->product->value.terms.months == 0 ||
        answer->first_at_unix_ms == 0) {
        ASSAY_TEXT_LITERAL(text, "\"none\",\"ends_on\":null}");
        return;
    }
    int32_t begins_on = assay_day_of(answer->first_at_unix_ms,
                                     assay_store_brand(subject->store)->utc_offset_minutes);
    if (self->open_product != answer->product || self->open_begins_on != begins_on) {
        write_open(self, answer->product, begins_on);
    }
    assay_text_put(text, self->open, self->open_len);
}

static void put_head(struct assay_answers *self, struct assay_text *text,
                     enum assay_verdict verdict)
{
    assay_text_put(text, self->heads[verdict].begin, text_len(&self->heads[verdict]));
}

static h2o_iovec_t finish(struct assay_text *text)
{
    ASSAY_TEXT_LITERAL(text, "}");
    return h2o_iovec_init(text->begin, text_len(text));
}

h2o_iovec_t assay_answers_issued(struct assay_answers *answers,
                                 const struct assay_answer_subject *subject)
{
    const struct assay_scan_answer *answer = subject->answer;
    if (answer->verdict == ASSAY_VERDICT_NOT_ISSUED) {
        return assay_answers_not_issued(answers, subject->code);
    }
    struct assay_text text = text_over(answers->room, sizeof answers->room);
    put_head(answers, &text, answer->verdict);
    put_plain(&text, subject->code, ASSAY_CODE_LEN);
    put_piece(answers, &text, subject->batch, answer->product);
    put_scan(answers, &text, subject);
    ASSAY_TEXT_LITERAL(&text, ",\"first_scan\":");
    put_moment(answers, &text, subject->store,
               (struct moment){answer->first_at_unix_ms, answer->first_place,
                               answer->first_by_this_device});
    ASSAY_TEXT_LITERAL(&text, ",\"confirmed\":");
    put_moment(answers, &text, subject->store,
               (struct moment){answer->confirmed_at_unix_ms, answer->confirmed_place,
                               answer->confirmed_by_this_device});
    put_risk(&text, &answer->risk);
    put_warranty(answers, &text, subject);
    if (answer->reason_text[0] != '\0') {
        ASSAY_TEXT_LITERAL(&text, ",\"reason\":");
        put_string(&text, answer->reason_text);
    }
    ASSAY_TEXT_LITERAL(&text, ",\"receipt\":");
    if (subject->receipt == NULL) {
        ASSAY_TEXT_LITERAL(&text, "null");
    } else {
        put_plain(&text, subject->receipt, strlen(subject->receipt));
    }
    return finish(&text);
}

h2o_iovec_t assay_answers_not_issued(struct assay_answers *answers, const char *code)
{
    struct assay_text text = text_over(answers->room, sizeof answers->room);
    put_head(answers, &text, ASSAY_VERDICT_NOT_ISSUED);
    put_plain(&text, code, ASSAY_CODE_LEN);
    return finish(&text);
}

static const char *hint_name(enum assay_code_hint hint)
{
    static const char *const names[] = {[ASSAY_HINT_NONE] = "none",
                                        [ASSAY_HINT_TOO_SHORT] = "too_short",
                                        [ASSAY_HINT_TOO_LONG] = "too_long",
                                        [ASSAY_HINT_CHARACTER] = "character",
                                        [ASSAY_HINT_TYPING] = "typing"};
    return names[hint];
}

h2o_iovec_t assay_answers_malformed(struct assay_answers *answers, enum assay_code_hint hint,
                                    unsigned hint_count)
{
    struct assay_text text = text_over(answers->room, sizeof answers->room);
    put_head(answers, &text, ASSAY_VERDICT_MALFORMED);
    ASSAY_TEXT_LITERAL(&text, "null,\"hint\":{\"kind\":");
    put_string(&text, hint_name(hint));
    ASSAY_TEXT_LITERAL(&text, ",\"count\":");
    assay_text_number(&text, hint_count);
    ASSAY_TEXT_LITERAL(&text, "}");
    return finish(&text);
}
