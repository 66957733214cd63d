// SPDX-License-Identifier: Apache-2.0
/* Request paths: the text up to the first '?' is a path, the rest its query. What is read stays in
 * its bounds, is clean, and is read the same when it is encoded again. */
#include "fuzz.h"

#include <string.h>

#include "core/gs1.h"
#include "core/text.h"
#include "verifier/link.h"
#include "verifier/request.h"

static void check_part(const char *text, size_t size_bytes)
{
    size_t len = strnlen(text, size_bytes);
    assay_assert(len < size_bytes);
    assay_assert(len == 0 || assay_text_is_clean(text, len));
}

static void check_again(const struct assay_link *link)
{
    char path[8 + 3 * (sizeof link->code + sizeof link->gtin + sizeof link->lot)];
    char part[3 * sizeof link->code];
    struct assay_link again;
    size_t len = 1;
    path[0] = '/';
    assay_gs1_percent_encode(link->code, part, sizeof part);
    memcpy(path + len, part, strlen(part));
    len += strlen(part);
    if (memchr(link->code, '.', strlen(link->code)) != NULL || strcmp(link->code, "01") == 0) {
        return; /* of a GS1 form; the short one keeps dots and "01" for others */
    }
    enum assay_error error = assay_link_parse(path, len, "", 0, &again);
    assay_assert(error == ASSAY_OK);
    assay_assert(strcmp(again.code, link->code) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *mark = size == 0 ? NULL : memchr(text, '?', size);
    size_t path_len = mark == NULL ? size : (size_t)(mark - text);
    const char *query = mark == NULL ? "" : mark + 1;
    size_t query_len = mark == NULL ? 0 : size - path_len - 1;
    struct assay_link link;
    char code[ASSAY_LINK_CODE_SIZE];
    if (assay_link_parse(text, path_len, query, query_len, &link) == ASSAY_OK) {
        assay_assert(link.code[0] != '\0');
        check_part(link.code, sizeof link.code);
        check_part(link.gtin, sizeof link.gtin);
        check_part(link.lot, sizeof link.lot);
        assay_assert(strnlen(link.sig, sizeof link.sig) < sizeof link.sig);
        check_again(&link);
    }
    if (assay_link_scan_path(text, path_len, code) == ASSAY_OK) {
        check_part(code, sizeof code);
    }
    return 0;
}
