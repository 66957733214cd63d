// SPDX-License-Identifier: Apache-2.0
#include "verifier/nets.h"

#include <stdlib.h>
#include <string.h>

#include "core/file.h"

#define LINE_MAX_BYTES 200

#include "verifier/nets/lists.inc"

/* A network as the range of its addresses. */
struct span {
    struct assay_address first;
    struct assay_address last;
};

struct list {
    uint32_t *asns;     /* ascending */
    struct span *spans; /* ascending, apart */
    size_t asn_count;
    size_t span_count;
    size_t asn_room;
    size_t span_room;
};

enum { ANONYMISERS, HOSTING, MOBILE, LISTS };

struct assay_nets {
    struct list list[LISTS]; /* the first that has an address wins */
    size_t rows;
};

static const enum assay_net kinds[LISTS] = {ASSAY_NET_ANON, ASSAY_NET_HOSTING, ASSAY_NET_MOBILE};

/* -- lines -- */

/* Where a text comes from, for messages. */
struct source {
    const char *setting;
    const char *path;
    unsigned line;
};

static enum assay_error fail_line(const struct source *source, const char *what,
                                  struct assay_reason *reason)
{
    return assay_fail(reason, ASSAY_E_FIELD, "%s: %.200s:%u: %.120s", source->setting, source->path,
                      source->line, what);
}

/* Room for one more; false without memory. */
static bool reserve(void **rows, size_t *room, size_t count, size_t size)
{
    if (count < *room) {
        return true;
    }
    size_t wider = *room == 0 ? 64 : 2 * *room;
    void *moved = realloc(*rows, wider * size);
    if (moved == NULL) {
        return false;
    }
    *rows = moved;
    *room = wider;
    return true;
}

static enum assay_error add_asn(struct list *list, const char *digits, const struct source *source,
                                struct assay_reason *reason)
{
    size_t len = strspn(digits, "0123456789");
    uint64_t number = len > 0 && len <= 10 && digits[len] == '\0' ? strtoull(digits, NULL, 10) : 0;
    if (number == 0 || number > UINT32_MAX) {
        return fail_line(source, "no number of an autonomous system", reason);
    }
    if (!reserve((void **)&list->asns, &list->asn_room, list->asn_count, sizeof *list->asns)) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    list->asns[list->asn_count++] = (uint32_t)number;
    return ASSAY_OK;
}

static enum assay_error add_network(struct list *list, const char *text,
                                    const struct source *source, struct assay_reason *reason)
{
    struct assay_network network;
    struct assay_reason why = {""};
    if (assay_network_parse(text, &network, &why) != ASSAY_OK) {
        return fail_line(source, why.text, reason);
    }
    if (!reserve((void **)&list->spans, &list->span_room, list->span_count, sizeof *list->spans)) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    struct span span = {network.base, network.base};
    for (unsigned bit = network.bits; bit < 128; bit++) {
        span.last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    }
    list->spans[list->span_count++] = span;
    return ASSAY_OK;
}

/* One line without its comment and the spaces around it; empty ones say nothing. */
static enum assay_error add_line(struct assay_nets *nets, struct list *list, char *line,
                                 const struct source *source, struct assay_reason *reason)
{
    line[strcspn(line, "#")] = '\0';
    line += strspn(line, " \t");
    size_t len = strcspn(line, " \t\r");
    if (line[len + strspn(line + len, " \t\r")] != '\0') {
        return fail_line(source, "more than one word", reason);
    }
    line[len] = '\0';
    if (len == 0) {
        return ASSAY_OK;
    }
    if (++nets->rows > ASSAY_NETS_ROWS_MAX) {
        return assay_fail(reason, ASSAY_E_TOO_LARGE, "%s: more than %u networks in all",
                          source->setting, ASSAY_NETS_ROWS_MAX);
    }
    bool is_asn = (line[0] == 'A' || line[0] == 'a') && (line[1] == 'S' || line[1] == 's');
    return is_asn ? add_asn(list, line + 2, source, reason)
                  : add_network(list, line, source, reason);
}

static enum assay_error add_text(struct assay_nets *nets, struct list *list, const char *text,
                                 struct source *source, struct assay_reason *reason)
{
    const char *end = text + strlen(text);
    while (text < end) {
        char line[LINE_MAX_BYTES + 1];
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t len = (size_t)((newline != NULL ? newline : end) - text);
        source->line++;
        if (len > LINE_MAX_BYTES) {
            return fail_line(source, "the line is too long", reason);
        }
        memcpy(line, text, len);
        line[len] = '\0';
        enum assay_error error = add_line(nets, list, line, source, reason);
        if (error != ASSAY_OK) {
            return error;
        }
        text += len + 1;
    }
    return ASSAY_OK;
}

/* -- lists -- */

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static int by_first(const void *left, const void *right)
{
    const struct span *a = left;
    const struct span *b = right;
    int order = memcmp(&a->first, &b->first, sizeof a->first);
    return order != 0 ? order : memcmp(&a->last, &b->last, sizeof a->last);
}

/* Ascending, and those that meet made one. */
static void settle(struct list *list)
{
    if (list->asn_count > 1) {
        qsort(list->asns, list->asn_count, sizeof *list->asns, by_number);
    }
    if (list->span_count < 2) {
        return;
    }
    qsort(list->spans, list->span_count, sizeof *list->spans, by_first);
    size_t kept = 0;
    for (size_t i = 1; i < list->span_count; i++) {
        struct span *last = &list->spans[kept];
        if (memcmp(&list->spans[i].first, &last->last, sizeof last->last) > 0) {
            list->spans[++kept] = list->spans[i];
        } else if (memcmp(&list->spans[i].last, &last->last, sizeof last->last) > 0) {
            last->last = list->spans[i].last;
        }
    }
    list->span_count = kept + 1;
}

static enum assay_error read_list(struct assay_nets *nets, int number, const char *path,
                                  struct assay_reason *reason)
{
    static const char *const settings[LISTS] = {"geo.anonymisers", "geo.hosting", "geo.mobile"};
    static const char *const built_in[LISTS] = {anonymisers_text, hosting_text, ""};
    struct list *list = &nets->list[number];
    struct source source = {.setting = settings[number], .path = "built in"};
    enum assay_error error = ASSAY_OK;
    if (path == NULL || path[0] == '\0') {
        error = add_text(nets, list, built_in[number], &source, reason);
    } else {
        char *text = NULL;
        size_t len_bytes = 0;
        struct assay_reason why = {""};
        source.path = path;
        error = assay_file_read(path, ASSAY_NETS_BYTES_MAX, &text, &len_bytes, &why);
        if (error != ASSAY_OK) {
            return assay_fail(reason, error, "%s: %.300s", source.setting, why.text);
        }
        error = strlen(text) == len_bytes
                    ? add_text(nets, list, text, &source, reason)
                    : assay_fail(reason, ASSAY_E_FIELD, "%s: %.200s: holds a byte of zero",
                                 source.setting, path);
        free(text);
    }
    settle(list);
    return error;
}

enum assay_error assay_nets_open(const struct assay_nets_paths *paths, struct assay_nets **nets,
                                 struct assay_reason *reason)
{
    const char *files[LISTS] = {paths->anonymisers, paths->hosting, paths->mobile};
    struct assay_nets *value = calloc(1, sizeof *value);
    if (value == NULL) {
        return assay_fail(reason, ASSAY_E_MEMORY, NULL);
    }
    for (int i = 0; i < LISTS; i++) {
        enum assay_error error = read_list(value, i, files[i], reason);
        if (error != ASSAY_OK) {
            assay_nets_close(value);
            return error;
        }
    }
    *nets = value;
    return ASSAY_OK;
}

void assay_nets_close(struct assay_nets *nets)
{
    if (nets == NULL) {
        return;
    }
    for (int i = 0; i < LISTS; i++) {
        free(nets->list[i].asns);
        free(nets->list[i].spans);
    }
    free(nets);
}

/* -- asking -- */

/* Is the address below the span (-1), in it (0) or above it (1)? */
static int by_address(const void *key, const void *row)
{
    const struct span *span = row;
    if (memcmp(key, &span->first, sizeof span->first) < 0) {
        return -1;
    }
    return memcmp(key, &span->last, sizeof span->last) > 0;
}

static bool has_address(const struct list *list, const struct assay_address *address)
{
    return list->span_count > 0 &&
           bsearch(address, list->spans, list->span_count, sizeof *list->spans, by_address) != NULL;
}

static bool has_asn(const struct list *list, uint32_t asn)
{
    return list->asn_count > 0 &&
           bsearch(&asn, list->asns, list->asn_count, sizeof *list->asns, by_number) != NULL;
}

enum assay_net assay_nets_kind(const struct assay_nets *nets, uint32_t asn,
                               const struct assay_address *address)
{
    for (int i = 0; i < LISTS; i++) {
        if (has_address(&nets->list[i], address)) {
            return kinds[i];
        }
    }
    for (int i = 0; i < LISTS && asn != 0; i++) {
        if (has_asn(&nets->list[i], asn)) {
            return kinds[i];
        }
    }
    const struct list *mobile = &nets->list[MOBILE];
    bool carriers = mobile->asn_count > 0 || mobile->span_count > 0;
    return asn != 0 && carriers ? ASSAY_NET_FIXED : ASSAY_NET_UNKNOWN;
}
