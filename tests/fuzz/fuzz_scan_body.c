// SPDX-License-Identifier: Apache-2.0
/* Bodies of scans: the first byte's lowest bit chooses form or JSON. What is read stays in its
 * bounds; what is refused has a reason. */
#include "fuzz.h"

#include <string.h>

#include "verifier/scan_body.h"

static void check_position(const struct assay_position *position)
{
    if (position->lat_decidegrees == ASSAY_POSITION_NONE) {
        assay_assert(position->lon_decidegrees == ASSAY_POSITION_NONE);
        return;
    }
    assay_assert(position->lat_decidegrees >= -900);
    assay_assert(position->lat_decidegrees <= 900);
    assay_assert(position->lon_decidegrees >= -1800);
    assay_assert(position->lon_decidegrees <= 1800);
}

/* What is read without a tree is what the tree says; a space behind it sends it there. */
static void check_flat(const char *text, size_t len)
{
    char spaced[ASSAY_BODY_BYTES_MAX + 1];
    struct assay_scan_body flat;
    struct assay_scan_body tree;
    struct assay_reason reason;
    if (len >= ASSAY_BODY_BYTES_MAX || !assay_scan_body_flat(text, len, &flat)) {
        return;
    }
    memcpy(spaced, text, len);
    spaced[len] = ' ';
    assay_assert(!assay_scan_body_flat(spaced, len + 1, &tree));
    assay_assert(assay_scan_body_parse(ASSAY_BODY_JSON, spaced, len + 1, &tree, &reason) ==
                 ASSAY_OK);
    assay_assert(memcmp(&flat, &tree, sizeof flat) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    enum assay_body_kind kind = (data[0] & 1) != 0 ? ASSAY_BODY_FORM : ASSAY_BODY_JSON;
    check_flat((const char *)data + 1, size - 1);
    struct assay_scan_body body;
    struct assay_reason reason = {""};
    enum assay_error error =
        assay_scan_body_parse(kind, (const char *)data + 1, size - 1, &body, &reason);
    if (error != ASSAY_OK) {
        assay_assert(reason.text[0] != '\0');
        return 0;
    }
    check_position(&body.position);
    assay_assert(strnlen(body.pin, sizeof body.pin) < sizeof body.pin);
    assay_assert(strnlen(body.gtin, sizeof body.gtin) < sizeof body.gtin);
    assay_assert(strnlen(body.lot, sizeof body.lot) < sizeof body.lot);
    assay_assert(strnlen(body.sig, sizeof body.sig) < sizeof body.sig);
    return 0;
}
