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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    enum assay_body_kind kind = (data[0] & 1) != 0 ? ASSAY_BODY_FORM : ASSAY_BODY_JSON;
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
