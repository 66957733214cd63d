// SPDX-License-Identifier: Apache-2.0
#include "verifier/link.h"

#include <string.h>

#include "core/text.h"
#include "verifier/form.h"
#include "verifier/request.h"

#define SEGMENTS_MAX 6
#define SCAN_PATH "/v1/codes/"
#define SCAN_TAIL "/scans"

struct segments {
    unsigned count;
    h2o_iovec_t segment[SEGMENTS_MAX];
};

/* Decode a part that must have something in it. */
static enum assay_error decode(h2o_iovec_t encoded, char *text, size_t size_bytes)
{
    if (encoded.len == 0) {
        return ASSAY_E_NOT_FOUND;
    }
    enum assay_error error =
        assay_percent_decode(encoded.base, encoded.len, false, text, size_bytes);
    if (error == ASSAY_E_TOO_LARGE) {
        return ASSAY_E_NOT_FOUND;
    }
    if (error == ASSAY_OK && !assay_text_is_clean(text, strlen(text))) {
        return ASSAY_E_SYNTAX;
    }
    return error;
}

/* Split "/A/B/C"; false if there are more parts than any form has. */
static bool split(h2o_iovec_t path, struct segments *segments)
{
    segments->count = 0;
    size_t begin = 1;
    for (size_t i = 1; i <= path.len; i++) {
        if (i < path.len && path.base[i] != '/') {
            continue;
        }
        if (segments->count == SEGMENTS_MAX) {
            return false;
        }
        segments->segment[segments->count++] = h2o_iovec_init(path.base + begin, i - begin);
        begin = i + 1;
    }
    return true;
}

static bool segment_is(const struct segments *segments, unsigned number, const char *text)
{
    return segments->count > number && h2o_memis(segments->segment[number].base,
                                                 segments->segment[number].len, text, strlen(text));
}

static enum assay_error read_short(const struct segments *segments, struct assay_link *link)
{
    /* A dot is in no code: "/favicon.ico" and the like are not mistyped ones. */
    if (memchr(segments->segment[0].base, '.', segments->segment[0].len) != NULL) {
        return ASSAY_E_NOT_FOUND;
    }
    enum assay_error error = decode(segments->segment[0], link->code, sizeof link->code);
    if (error == ASSAY_OK && segments->count == 2) {
        error = decode(segments->segment[1], link->sig, sizeof link->sig);
    }
    return error;
}

/* GS1 Digital Link (Web URI syntax 1.4): the primary key, qualifiers in their order. */
static enum assay_error read_gs1(const struct segments *segments, h2o_iovec_t query,
                                 struct assay_link *link)
{
    bool has_lot = segments->count == 6 && segment_is(segments, 2, "10");
    unsigned serial = has_lot ? 4 : 2;
    if (segments->count != serial + 2 || !segment_is(segments, serial, "21")) {
        return ASSAY_E_NOT_FOUND;
    }
    enum assay_error error = decode(segments->segment[1], link->gtin, sizeof link->gtin);
    if (error == ASSAY_OK && has_lot) {
        error = decode(segments->segment[3], link->lot, sizeof link->lot);
    }
    if (error == ASSAY_OK) {
        error = decode(segments->segment[serial + 1], link->code, sizeof link->code);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_form_field(query.base, query.len, "sig", link->sig, sizeof link->sig);
    return error == ASSAY_E_NOT_FOUND ? ASSAY_OK : error;
}

enum assay_error assay_link_parse(const char *path, size_t path_len, const char *query,
                                  size_t query_len, struct assay_link *link)
{
    struct segments segments;
    struct assay_link read = {.code = ""};
    if (path_len == 0 || path[0] != '/' || !split(h2o_iovec_init(path, path_len), &segments)) {
        return ASSAY_E_NOT_FOUND;
    }
    enum assay_error error = ASSAY_E_NOT_FOUND;
    if (segment_is(&segments, 0, "01")) {
        error = read_gs1(&segments, h2o_iovec_init(query, query_len), &read);
    } else if (segments.count == 1 || segments.count == 2) {
        error = read_short(&segments, &read);
    }
    if (error == ASSAY_E_FIELD || error == ASSAY_E_TOO_LARGE) {
        error = ASSAY_E_NOT_FOUND;
    }
    if (error == ASSAY_OK) {
        *link = read;
    }
    return error;
}

/* True for what nearly every scan has: letters, digits and '-' decode to themselves. */
static bool is_plain(h2o_iovec_t text)
{
    bool plain = true;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char character = (unsigned char)text.base[i];
        unsigned char folded = character | 0x20;
        plain = plain && ((folded >= 'a' && folded <= 'z') ||
                          (character >= '0' && character <= '9') || character == '-');
    }
    return plain;
}

enum assay_error assay_link_scan_path(const char *path, size_t path_len,
                                      char code[ASSAY_LINK_CODE_SIZE])
{
    const size_t head = sizeof SCAN_PATH - 1;
    const size_t tail = sizeof SCAN_TAIL - 1;
    if (path_len < head + tail || memcmp(path, SCAN_PATH, head) != 0 ||
        memcmp(path + path_len - tail, SCAN_TAIL, tail) != 0) {
        return ASSAY_E_NOT_FOUND;
    }
    h2o_iovec_t middle = h2o_iovec_init(path + head, path_len - head - tail);
    if (memchr(middle.base, '/', middle.len) != NULL) {
        return ASSAY_E_NOT_FOUND;
    }
    if (is_plain(middle) && middle.len < ASSAY_LINK_CODE_SIZE) {
        memcpy(code, middle.base, middle.len);
        code[middle.len] = '\0';
        return ASSAY_OK;
    }
    char read[ASSAY_LINK_CODE_SIZE] = "";
    enum assay_error error =
        assay_percent_decode(middle.base, middle.len, false, read, sizeof read);
    if (error != ASSAY_OK) {
        return error;
    }
    if (!assay_text_is_clean(read, strlen(read))) {
        return ASSAY_E_SYNTAX;
    }
    memcpy(code, read, sizeof read);
    return ASSAY_OK;
}
