// SPDX-License-Identifier: Apache-2.0
#include "core/csv_reader.h"

#include <endian.h>
#include <string.h>

enum state {
    LINE_START,  /* nothing of the record yet */
    FIELD_START, /* after a comma */
    BARE,
    QUOTED,
    QUOTE_SEEN, /* inside quotes, after one: the end, or the first of two */
    EMPTY_CR,   /* a CR on a line of nothing */
    CR,         /* a CR after a record */
};

#define BYTE_ORDER_MARK_LEN ASSAY_CSV_MARK_PASSED

static const char byte_order_mark[] = "\xEF\xBB\xBF";

void assay_csv_reader_init(struct assay_csv_reader *reader,
                           enum assay_error (*take)(void *context,
                                                    const struct assay_csv_record *record,
                                                    struct assay_reason *reason),
                           void *context)
{
    *reader = (struct assay_csv_reader){.take = take, .context = context, .line = 1};
}

static enum assay_error syntax(const struct assay_csv_reader *reader, const char *what,
                               struct assay_reason *reason)
{
    return assay_fail(reason, ASSAY_E_SYNTAX, "line %u: %s", reader->line, what);
}

static enum assay_error add(struct assay_csv_reader *reader, char character,
                            struct assay_reason *reason)
{
    if (reader->used == ASSAY_CSV_RECORD_BYTES_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "line %u: more than %d bytes", reader->began,
                          ASSAY_CSV_RECORD_BYTES_MAX);
    }
    reader->text[reader->used++] = character;
    return ASSAY_OK;
}

static enum assay_error end_field(struct assay_csv_reader *reader, struct assay_reason *reason)
{
    if (reader->count == ASSAY_CSV_FIELDS_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "line %u: more than %d fields", reader->began,
                          ASSAY_CSV_FIELDS_MAX);
    }
    enum assay_error error = add(reader, '\0', reason);
    if (error == ASSAY_OK) {
        reader->start[++reader->count] = reader->used;
    }
    return error;
}

static enum assay_error end_record(struct assay_csv_reader *reader, struct assay_reason *reason)
{
    enum assay_error error = end_field(reader, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_csv_record record;
    record.line = reader->began;
    record.offset = reader->began_at;
    record.end = reader->at + 1;
    record.count = reader->count;
    for (unsigned i = 0; i < reader->count; i++) {
        record.field[i] = reader->text + reader->start[i];
        record.len[i] = reader->start[i + 1] - reader->start[i] - 1;
    }
    reader->count = 0;
    reader->used = 0;
    reader->state = LINE_START;
    return reader->take(reader->context, &record, reason);
}

/* A character outside of quotes. */
static enum assay_error take_bare(struct assay_csv_reader *reader, char character,
                                  struct assay_reason *reason)
{
    bool at_start = reader->state == LINE_START || reader->state == FIELD_START;
    if (reader->state == LINE_START) {
        reader->began = reader->line;
        reader->began_at = reader->at;
    }
    if (character == '"') {
        if (!at_start) {
            return syntax(reader, "a quote inside a field that does not begin with one", reason);
        }
        reader->state = QUOTED;
        return ASSAY_OK;
    }
    if (character == ',') {
        reader->state = FIELD_START;
        return end_field(reader, reason);
    }
    if ((unsigned char)character < 0x20 || character == 0x7F) {
        return syntax(reader, "a control character", reason);
    }
    reader->state = BARE;
    return add(reader, character, reason);
}

static enum assay_error take_line_end(struct assay_csv_reader *reader, struct assay_reason *reason)
{
    bool empty = reader->state == LINE_START;
    enum assay_error error = empty ? ASSAY_OK : end_record(reader, reason);
    reader->line++;
    return error;
}

static enum assay_error take_quoted(struct assay_csv_reader *reader, char character,
                                    struct assay_reason *reason)
{
    if (character == '"') {
        reader->state = QUOTE_SEEN;
        return ASSAY_OK;
    }
    bool line_end = character == '\n' || character == '\r';
    if (!line_end && ((unsigned char)character < 0x20 || character == 0x7F)) {
        return syntax(reader, "a control character", reason);
    }
    reader->line += character == '\n';
    return add(reader, character, reason);
}

static enum assay_error take_cr(struct assay_csv_reader *reader)
{
    reader->state = reader->state == LINE_START ? EMPTY_CR : CR;
    return ASSAY_OK;
}

static enum assay_error take_one(struct assay_csv_reader *reader, char character,
                                 struct assay_reason *reason)
{
    if (reader->state == QUOTED) {
        return take_quoted(reader, character, reason);
    }
    if (reader->state == QUOTE_SEEN && character == '"') {
        reader->state = QUOTED;
        return add(reader, character, reason);
    }
    if (reader->state == QUOTE_SEEN && character != ',' && character != '\r' && character != '\n') {
        return syntax(reader, "after a closing quote only a comma or the line's end may stand",
                      reason);
    }
    if (reader->state == EMPTY_CR || reader->state == CR) {
        if (character != '\n') {
            return syntax(reader, "a carriage return without its line feed", reason);
        }
        reader->state = reader->state == EMPTY_CR ? LINE_START : BARE;
    }
    if (character == '\r') {
        return take_cr(reader);
    }
    return character == '\n' ? take_line_end(reader, reason) : take_bare(reader, character, reason);
}

/* A byte order mark at the very start is passed over; what only begins like one is text. */
static enum assay_error take_first(struct assay_csv_reader *reader, char character,
                                   struct assay_reason *reason)
{
    if (character == byte_order_mark[reader->mark]) {
        reader->mark++;
        return ASSAY_OK;
    }
    unsigned held = reader->mark;
    enum assay_error error = ASSAY_OK;
    reader->mark = BYTE_ORDER_MARK_LEN;
    for (unsigned i = 0; i < held && error == ASSAY_OK; i++) {
        error = take_one(reader, byte_order_mark[i], reason);
    }
    return error == ASSAY_OK ? take_one(reader, character, reason) : error;
}

/* -- eight bytes at a time -- */

#define EACH_BYTE 0x0101010101010101ull
#define WORD_LEN sizeof(uint64_t)

/* The top bit of each byte that is zero. */
static uint64_t zeros_of(uint64_t word)
{
    const uint64_t low_bits = EACH_BYTE * 0x7F;
    return ~(((word & low_bits) + low_bits) | word | low_bits);
}

/* How many bytes there are before the first that is marked in its top bit. */
static size_t before_first(uint64_t marks)
{
    return marks == 0 ? WORD_LEN : (size_t)__builtin_ctzll(marks) / 8;
}

/* Take what lies ahead of commas and of bytes that are a field's own wherever they stand outside of
 * quotes; how many there were. What does not fit is left to take_one, which refuses it. */
static size_t take_word(struct assay_csv_reader *reader, const char *data)
{
    uint64_t word;
    memcpy(&word, data, sizeof word);
    word = le64toh(word);
    uint64_t commas = zeros_of(word ^ EACH_BYTE * ',');
    size_t len = before_first(zeros_of(word & EACH_BYTE * 0xE0) | zeros_of(word ^ EACH_BYTE * '"') |
                              zeros_of(word ^ EACH_BYTE * 0x7F));
    uint64_t text = htole64(word & ~((commas >> 7) * 0xFF)); /* fields end with a NUL */
    memcpy(reader->text + reader->used, &text, sizeof text);
    for (; before_first(commas) < len; commas &= commas - 1) {
        if (reader->count == ASSAY_CSV_FIELDS_MAX) {
            len = before_first(commas);
            break;
        }
        reader->start[++reader->count] = reader->used + before_first(commas) + 1;
    }
    reader->used += len;
    return len;
}

static size_t take_words(struct assay_csv_reader *reader, const char *data, size_t len_bytes)
{
    if (reader->state > BARE || reader->mark < BYTE_ORDER_MARK_LEN) {
        return 0;
    }
    size_t len = 0;
    size_t got = WORD_LEN;
    while (got == WORD_LEN && len_bytes - len >= WORD_LEN &&
           reader->used + WORD_LEN <= ASSAY_CSV_RECORD_BYTES_MAX) {
        got = take_word(reader, data + len);
        len += got;
    }
    if (len > 0) {
        reader->began = reader->state == LINE_START ? reader->line : reader->began;
        reader->began_at = reader->state == LINE_START ? reader->at : reader->began_at;
        reader->state = data[len - 1] == ',' ? FIELD_START : BARE;
    }
    return len;
}

enum assay_error assay_csv_reader_feed(struct assay_csv_reader *reader, const char *data,
                                       size_t len_bytes, struct assay_reason *reason)
{
    for (size_t i = 0; i < len_bytes; i++, reader->at++) {
        size_t taken = take_words(reader, data + i, len_bytes - i);
        reader->at += taken;
        i += taken;
        if (i == len_bytes) {
            break;
        }
        enum assay_error error = reader->mark < BYTE_ORDER_MARK_LEN
                                     ? take_first(reader, data[i], reason)
                                     : take_one(reader, data[i], reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_csv_reader_end(struct assay_csv_reader *reader, struct assay_reason *reason)
{
    if (reader->mark > 0 && reader->mark < BYTE_ORDER_MARK_LEN) {
        return syntax(reader, "the file ends inside its byte order mark", reason);
    }
    if (reader->state == QUOTED) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "line %u: a quoted field is not closed",
                          reader->began);
    }
    if (reader->state == EMPTY_CR || reader->state == CR) {
        return syntax(reader, "a carriage return without its line feed", reason);
    }
    return reader->state == LINE_START ? ASSAY_OK : end_record(reader, reason);
}
