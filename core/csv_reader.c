// SPDX-License-Identifier: Apache-2.0
#include "core/csv_reader.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* -- sixteen bytes at a time -- */

#define PIECE_LEN 16

/* Where in a piece there are commas, and bytes that outside of quotes are no field's own; a bit each. */
struct marks {
    unsigned commas;
    unsigned others;
};

#ifdef __SSE2__
static struct marks marks_of(const char *data)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)data);
    __m128i last_control = _mm_set1_epi8(0x1F);
    __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i delete = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F));
    __m128i others = _mm_or_si128(control, _mm_or_si128(quote, delete));
    return (struct marks){
        .commas = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(','))),
        .others = (unsigned)_mm_movemask_epi8(others),
    };
}
#else
static struct marks marks_of(const char *data)
{
    struct marks marks = {0};
    for (unsigned i = 0; i < PIECE_LEN; i++) {
        unsigned char byte = (unsigned char)data[i];
        marks.commas |= (unsigned)(byte == ',') << i;
        marks.others |= (unsigned)(byte < 0x20 || byte == '"' || byte == 0x7F) << i;
    }
    return marks;
}
#endif

/* Take fields and parts of them; how many bytes there were. What is none or does not fit is left to
 * take_one, which refuses it. */
static size_t take_piece(struct assay_csv_reader *reader, const char *data)
{
    struct marks marks = marks_of(data);
    char *text = reader->text + reader->used;
    unsigned len = (unsigned)__builtin_ctz(marks.others | 1u << PIECE_LEN);
    memcpy(text, data, PIECE_LEN);
    for (unsigned commas = marks.commas & ((1u << len) - 1); commas != 0; commas &= commas - 1) {
        unsigned at = (unsigned)__builtin_ctz(commas);
        if (reader->count == ASSAY_CSV_FIELDS_MAX) {
            len = at;
            break;
        }
        text[at] = '\0';
        reader->start[++reader->count] = reader->used + at + 1;
    }
    reader->used += len;
    return len;
}

static size_t take_pieces(struct assay_csv_reader *reader, const char *data, size_t len_bytes)
{
    if (reader->state > BARE || reader->mark < BYTE_ORDER_MARK_LEN) {
        return 0;
    }
    size_t len = 0;
    size_t got = PIECE_LEN;
    while (got == PIECE_LEN && len_bytes - len >= PIECE_LEN &&
           reader->used + PIECE_LEN <= ASSAY_CSV_RECORD_BYTES_MAX) {
        got = take_piece(reader, data + len);
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
        size_t taken = take_pieces(reader, data + i, len_bytes - i);
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
