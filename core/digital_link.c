// SPDX-License-Identifier: Apache-2.0
#include "core/digital_link.h"

#include "core/digital_link_rules.h"
#include "core/gs1.h"

#include <stdio.h>
#include <string.h>

#define QUALIFIERS_MAX 3

/* Borrowed characters. */
struct piece {
    const char *text;
    size_t len;
};

static struct piece piece_to(const char *begin, const char *end)
{
    return (struct piece){begin, (size_t)(end - begin)};
}

/* The piece up to the first of `mark`, which is stepped over in *rest. */
static struct piece cut(struct piece *rest, char mark)
{
    const char *at = rest->len == 0 ? NULL : memchr(rest->text, mark, rest->len);
    struct piece head = {rest->text, at == NULL ? rest->len : (size_t)(at - rest->text)};
    size_t over = head.len + (at != NULL);
    *rest = (struct piece){rest->text + over, rest->len - over};
    return head;
}

/* -- percent-encoding -- */

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* text: out with NUL. No value has a NUL, so none may come of an escape. '+' is a blank in the
 * query only. */
static enum assay_error decode(struct piece from, bool in_query, char *text, size_t size_bytes,
                               struct assay_reason *reason)
{
    size_t len = 0;
    for (size_t i = 0; i < from.len; i++) {
        int value = (unsigned char)from.text[i];
        if (value == '%') {
            int high = i + 2 < from.len ? hex_value(from.text[i + 1]) : -1;
            int low = high >= 0 ? hex_value(from.text[i + 2]) : -1;
            value = low < 0 ? 0 : high * 16 + low;
            i += 2;
        } else if (value == '+' && in_query) {
            value = ' ';
        }
        if (value == 0) {
            return assay_fail(reason, ASSAY_E_SYNTAX, "a percent-escape is broken, or is %%00");
        }
        if (len + 1 >= size_bytes) {
            return assay_fail(reason, ASSAY_E_FIELD, "a value is longer than %zu characters",
                              size_bytes - 1);
        }
        text[len++] = (char)value;
    }
    text[len] = '\0';
    return ASSAY_OK;
}

/* -- reading -- */

static bool is_uri_character(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
           (character >= 'a' && character <= 'z') ||
           (character != '\0' && strchr("-._~:/?#[]@!$&'()*+,;=%", character) != NULL);
}

/* Scheme and authority (RFC 3986, 3.1 and 3.2, without a user). rest: out, from the path's '/'. */
static enum assay_error read_authority(struct piece text, struct piece *rest,
                                       struct assay_reason *reason)
{
    static const char *const schemes[] = {"https://", "http://", "HTTPS://", "HTTP://"};
    size_t scheme_len = 0;
    for (size_t i = 0; i < ASSAY_COUNT_OF(schemes) && scheme_len == 0; i++) {
        size_t len = strlen(schemes[i]);
        scheme_len = text.len > len && memcmp(text.text, schemes[i], len) == 0 ? len : 0;
    }
    if (scheme_len == 0) {
        return assay_fail(reason, ASSAY_E_SYNTAX,
                          "the scheme is http or https, all in lower or all in upper case");
    }
    size_t end = scheme_len;
    while (end < text.len && text.text[end] != '/') {
        char character = text.text[end];
        if (strchr("?#@%", character) != NULL || !is_uri_character(character)) {
            return assay_fail(reason, ASSAY_E_SYNTAX, "the host has a character that none has");
        }
        end++;
    }
    if (end == scheme_len) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "there is no host");
    }
    *rest = (struct piece){text.text + end, text.len - end};
    return ASSAY_OK;
}

/* One "/AI/VALUE" of the path; both begin after their '/'. */
struct pair {
    struct piece ai;
    struct piece value;
};

/* The last "/AI/VALUE" of a path; false if there are no two. *path: cut off before it. */
static bool last_pair(struct piece *path, struct pair *pair)
{
    const char *end = path->text + path->len;
    const char *value = memrchr(path->text, '/', path->len);
    if (value == NULL || value == path->text) {
        return false;
    }
    const char *ai = memrchr(path->text, '/', (size_t)(value - path->text));
    if (ai == NULL) {
        return false;
    }
    *pair = (struct pair){piece_to(ai + 1, value), piece_to(value + 1, end)};
    path->len = (size_t)(ai - path->text);
    return true;
}

/* From the right, pair by pair, up to the first primary key. pairs: out, the last one first. */
static enum assay_error find_key(struct piece *path, struct pair pairs[1 + QUALIFIERS_MAX],
                                 unsigned *count, struct assay_reason *reason)
{
    for (*count = 0; *count < 1 + QUALIFIERS_MAX;) {
        struct pair *pair = &pairs[*count];
        if (!last_pair(path, pair)) {
            break;
        }
        const struct assay_ai *ai = assay_ai_find(pair->ai.text, pair->ai.len);
        if (ai == NULL) {
            break;
        }
        (*count)++;
        if (assay_ai_is_key(ai)) {
            return ASSAY_OK;
        }
    }
    return assay_fail(reason, ASSAY_E_SYNTAX,
                      "the path does not end with a primary key such as /01/ and its qualifiers");
}

static enum assay_error add_encoded(struct assay_digital_link *link, struct pair pair,
                                    bool in_query, struct assay_reason *reason)
{
    char name[ASSAY_AI_SIZE];
    char value[ASSAY_AI_VALUE_SIZE];
    assay_assert(pair.ai.len < sizeof name);
    memcpy(name, pair.ai.text, pair.ai.len);
    name[pair.ai.len] = '\0';
    if (pair.value.len == 0) {
        return assay_fail(reason, ASSAY_E_FIELD, "(%s): has no value", name);
    }
    enum assay_error error = decode(pair.value, in_query, value, sizeof value, reason);
    return error == ASSAY_OK ? assay_digital_link_add(link, name, value, reason) : error;
}

static enum assay_error read_path(struct piece path, enum assay_digital_link_care care,
                                  struct assay_digital_link *link, struct assay_reason *reason)
{
    struct pair pairs[1 + QUALIFIERS_MAX];
    unsigned count = 0;
    if (path.len > 0 && path.text[path.len - 1] == '/') {
        if (care == ASSAY_DIGITAL_LINK_STRICT) {
            return assay_fail(reason, ASSAY_E_SYNTAX, "the path may not end with '/'");
        }
        path.len--;
    }
    enum assay_error error = find_key(&path, pairs, &count, reason);
    while (error == ASSAY_OK && count > 0) {
        error = add_encoded(link, pairs[--count], false, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    link->path_count = link->count;
    link->stem_len = path.len;
    if (!assay_digital_link_is_path(link, link->path_count, NULL)) {
        return assay_fail(reason, ASSAY_E_FIELD,
                          "the qualifiers of (%s) do not go together, or not in this order",
                          link->elements[0].ai);
    }
    return ASSAY_OK;
}

static bool is_number(struct piece name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.text[i] < '0' || name.text[i] > '9') {
            return false;
        }
    }
    return name.len > 0;
}

static enum assay_error read_attribute(struct piece parameter, struct assay_digital_link *link,
                                       struct assay_reason *reason)
{
    char text[ASSAY_DIGITAL_LINK_LEN_MAX + 1];
    struct piece value = parameter;
    enum assay_error error = decode(cut(&value, '='), true, text, sizeof text, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct piece name = {text, strlen(text)};
    if (!is_number(name)) {
        /* Nobody's business, but for the escapes. */
        return decode(value, true, text, sizeof text, reason);
    }
    if (assay_ai_find(name.text, name.len) == NULL) {
        return assay_fail(reason, ASSAY_E_FIELD, "(%.8s) is no application identifier of GS1",
                          text);
    }
    return add_encoded(link, (struct pair){name, value}, true, reason);
}

static enum assay_error read_query(struct piece query, struct assay_digital_link *link,
                                   struct assay_reason *reason)
{
    while (query.len > 0) {
        struct piece parameter = cut(&query, '&');
        if (parameter.len == 0) {
            continue;
        }
        enum assay_error error = read_attribute(parameter, link, reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    return assay_digital_link_check_query(link, reason);
}

static enum assay_error check_characters(const char *text, size_t len, struct assay_reason *reason)
{
    if (len > ASSAY_DIGITAL_LINK_LEN_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "a URI has at most %d bytes",
                          ASSAY_DIGITAL_LINK_LEN_MAX);
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_uri_character(text[i])) {
            return assay_fail(reason, ASSAY_E_SYNTAX, "character %zu may not be in a URI", i + 1);
        }
    }
    return ASSAY_OK;
}

enum assay_error assay_digital_link_parse(const char *text, size_t len,
                                          enum assay_digital_link_care care,
                                          struct assay_digital_link *link,
                                          struct assay_reason *reason)
{
    struct assay_digital_link read = {.count = 0};
    struct piece rest = {text, len};
    struct piece path = {text, 0};
    enum assay_error error = check_characters(text, len, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct piece query = cut(&rest, '#');
    error = read_authority(cut(&query, '?'), &path, reason);
    if (error == ASSAY_OK) {
        error = read_path(path, care, &read, reason);
    }
    if (error == ASSAY_OK) {
        error = read_query(query, &read, reason);
    }
    if (error == ASSAY_OK) {
        read.stem_len += (size_t)(path.text - text);
        *link = read;
    }
    return error;
}

/* -- writing -- */

/* Where an element belongs: 0 the key, 1.. its qualifiers in their order, then the attributes. */
static int rank_of(const struct assay_ai *key, const char *key_name, const char *ai)
{
    if (strcmp(ai, key_name) == 0) {
        return 0;
    }
    for (int order = 0; order < 2; order++) {
        int place = assay_ai_qualifier_place(key, order, ai);
        if (place >= 0) {
            return 1 + place;
        }
    }
    return 1 + QUALIFIERS_MAX;
}

/* A stable sort of a handful. */
static void put_in_order(struct assay_digital_link *link, const char *key_name)
{
    const struct assay_ai *key = assay_ai_find(key_name, strlen(key_name));
    link->path_count = 0;
    for (unsigned i = 0; i < link->count; i++) {
        struct assay_digital_link_element element = link->elements[i];
        int rank = rank_of(key, key_name, element.ai);
        unsigned at = i;
        while (at > 0 && rank_of(key, key_name, link->elements[at - 1].ai) > rank) {
            link->elements[at] = link->elements[at - 1];
            at--;
        }
        link->elements[at] = element;
        link->path_count += rank <= QUALIFIERS_MAX;
    }
}

/* The key that comes first is the URI's; another may be an attribute, such as (414). */
static enum assay_error arrange(struct assay_digital_link *link, struct assay_reason *reason)
{
    char key_name[ASSAY_AI_SIZE] = "";
    for (unsigned i = 0; i < link->count && key_name[0] == '\0'; i++) {
        if (assay_ai_is_key(assay_digital_link_row(&link->elements[i]))) {
            memcpy(key_name, link->elements[i].ai, sizeof key_name);
        }
    }
    if (key_name[0] == '\0') {
        return assay_fail(reason, ASSAY_E_FIELD, "there is no primary key such as (01)");
    }
    put_in_order(link, key_name);
    if (!assay_digital_link_is_path(link, link->path_count, NULL)) {
        return assay_fail(reason, ASSAY_E_FIELD, "these qualifiers of (%s) do not go together",
                          key_name);
    }
    return assay_digital_link_check_query(link, reason);
}

/* Text that is written into a bounded room; counts on beyond it. */
struct sink {
    char *text;
    size_t size;
    size_t len;
};

static void put(struct sink *sink, const char *text)
{
    size_t len = strlen(text);
    if (sink->len + len < sink->size) {
        memcpy(sink->text + sink->len, text, len + 1);
    }
    sink->len += len;
}

static void put_element(struct sink *sink, const struct assay_digital_link_element *element,
                        const char marks[3])
{
    char encoded[3 * ASSAY_AI_VALUE_SIZE];
    const char before[] = {marks[0], '\0'};
    const char between[] = {marks[1], '\0'};
    assay_gs1_percent_encode(element->value, encoded, sizeof encoded);
    put(sink, before);
    put(sink, element->ai);
    put(sink, between);
    put(sink, encoded);
}

enum assay_error assay_digital_link_write(const char *stem, struct assay_digital_link *link,
                                          char *text, size_t size_bytes,
                                          struct assay_reason *reason)
{
    char written[ASSAY_DIGITAL_LINK_LEN_MAX + 1] = "";
    struct sink sink = {written, sizeof written, 0};
    struct assay_digital_link back;
    enum assay_error error = arrange(link, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (stem[0] == '\0' || stem[strlen(stem) - 1] == '/') {
        return assay_fail(reason, ASSAY_E_SYNTAX, "the stem may not end with '/'");
    }
    put(&sink, stem);
    for (unsigned i = 0; i < link->count; i++) {
        bool in_path = i < link->path_count;
        put_element(&sink, &link->elements[i],
                    in_path                 ? "//"
                    : i == link->path_count ? "?="
                                            : "&=");
    }
    if (sink.len >= sizeof written || sink.len >= size_bytes) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "the URI has %zu bytes, more than %zu",
                          sink.len, size_bytes - 1);
    }
    /* What is printed is read first: the stem, too, may be wrong. */
    error = assay_digital_link_parse(written, sink.len, ASSAY_DIGITAL_LINK_STRICT, &back, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (back.stem_len != strlen(stem)) {
        return assay_fail(reason, ASSAY_E_SYNTAX, "the stem has a '?', a '#' or a key of its own");
    }
    link->stem_len = back.stem_len;
    memcpy(text, written, sink.len + 1);
    return ASSAY_OK;
}
