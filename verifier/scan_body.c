// SPDX-License-Identifier: Apache-2.0
#include "verifier/scan_body.h"

#include <math.h>
#include <string.h>

#include "core/bytes.h"
#include "core/json.h"
#include "verifier/form.h"

void assay_scan_body_init(struct assay_scan_body *body)
{
    memset(body, 0, sizeof *body);
    body->position.lat_decidegrees = ASSAY_POSITION_NONE;
    body->position.lon_decidegrees = ASSAY_POSITION_NONE;
}

/* No finer than 0.1 degree is kept, about 11 km. */
static enum assay_error read_position(const json_t *object, struct assay_position *position,
                                      struct assay_reason *reason)
{
    double lat = 0;
    double lon = 0;
    double accuracy_m = 0;
    const struct assay_json_field fields[] = {
        {"lat", ASSAY_JSON_NUMBER, true, &lat, 0, -90, 90, NULL},
        {"lon", ASSAY_JSON_NUMBER, true, &lon, 0, -180, 180, NULL},
        {"accuracy_m", ASSAY_JSON_NUMBER, false, &accuracy_m, 0, 0, 1e8, NULL},
    };
    struct assay_reason inner;
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), &inner);
    if (error != ASSAY_OK) {
        return assay_fail(reason, error, "position: %s", inner.text);
    }
    /* A guess of half a continent says nothing about where the buyer is. */
    if (accuracy_m > 100e3) {
        return ASSAY_OK;
    }
    position->lat_decidegrees = (int16_t)lround(lat * 10);
    position->lon_decidegrees = (int16_t)lround(lon * 10);
    position->accuracy_km = 0;
    return ASSAY_OK;
}

/* Sixteen bytes in hex, or nothing. */
static enum assay_error read_id(const char *name, const char *hex, uint8_t id[16], bool *has,
                                struct assay_reason *reason)
{
    if (hex[0] == '\0') {
        return ASSAY_OK;
    }
    if (assay_hex_decode(hex, strlen(hex), id, 16) != ASSAY_OK) {
        return assay_fail(reason, ASSAY_E_FIELD, "%s: not 32 hexadecimal digits", name);
    }
    *has = true;
    return ASSAY_OK;
}

static enum assay_error read_object(const json_t *object, struct assay_scan_body *body,
                                    struct assay_reason *reason)
{
    char scan_id[65] = "";
    char device[65] = "";
    const json_t *position = NULL;
    const struct assay_json_field fields[] = {
        {"scan_id", ASSAY_JSON_TEXT, false, scan_id, sizeof scan_id, 0, 0, NULL},
        {"device", ASSAY_JSON_TEXT, false, device, sizeof device, 0, 0, NULL},
        {"pin", ASSAY_JSON_TEXT, false, body->pin, sizeof body->pin, 0, 0, NULL},
        {"gtin", ASSAY_JSON_TEXT, false, body->gtin, sizeof body->gtin, 0, 0, NULL},
        {"lot", ASSAY_JSON_TEXT, false, body->lot, sizeof body->lot, 0, 0, NULL},
        {"sig", ASSAY_JSON_TEXT, false, body->sig, sizeof body->sig, 0, 0, NULL},
        {"position", ASSAY_JSON_OBJECT, false, &position, 0, 0, 0, NULL},
    };
    enum assay_error error = assay_json_read(object, fields, ASSAY_COUNT_OF(fields), reason);
    if (error == ASSAY_OK) {
        error = read_id("scan_id", scan_id, body->scan_id, &body->has_scan_id, reason);
    }
    if (error == ASSAY_OK) {
        error = read_id("device", device, body->device, &body->has_device, reason);
    }
    if (error == ASSAY_OK && position != NULL) {
        error = read_position(position, &body->position, reason);
    }
    return error;
}

/* The member at `at`, name and 32 hex digits, into `id`; the end of it, or NULL. */
static const char *flat_member(const char *at, const char *end, const char *name, uint8_t id[16])
{
    size_t name_len = strlen(name);
    if ((size_t)(end - at) < name_len + 33 || memcmp(at, name, name_len) != 0 ||
        at[name_len + 32] != '"' || assay_hex_decode(at + name_len, 32, id, 16) != ASSAY_OK) {
        return NULL;
    }
    return at + name_len + 33;
}

bool assay_scan_body_flat(const char *text, size_t len, struct assay_scan_body *body)
{
    const char *end = text + len;
    const char *at = text;
    struct assay_scan_body read;
    assay_scan_body_init(&read);
    if (len == 0 || *at != '{') {
        return false;
    }
    do {
        const char *member = at + 1;
        at = read.has_scan_id ? NULL : flat_member(member, end, "\"scan_id\":\"", read.scan_id);
        read.has_scan_id = read.has_scan_id || at != NULL;
        if (at == NULL && !read.has_device) {
            at = flat_member(member, end, "\"device\":\"", read.device);
            read.has_device = at != NULL;
        }
    } while (at != NULL && at < end && *at == ',');
    if (at == NULL || at + 1 != end || *at != '}') {
        return false;
    }
    *body = read;
    return true;
}

enum assay_error assay_scan_body_parse(enum assay_body_kind kind, const char *text, size_t len,
                                       struct assay_scan_body *body, struct assay_reason *reason)
{
    if (kind == ASSAY_BODY_JSON && assay_scan_body_flat(text, len, body)) {
        return ASSAY_OK;
    }
    json_t *object;
    enum assay_error error =
        kind == ASSAY_BODY_FORM
            ? assay_form_parse(text, len, NULL, &object, reason)
            : assay_json_parse(text, len, ASSAY_BODY_BYTES_MAX, &object, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    struct assay_scan_body read;
    assay_scan_body_init(&read);
    error = read_object(object, &read, reason);
    if (error == ASSAY_OK) {
        *body = read;
    }
    assay_bytes_wipe(read.pin, sizeof read.pin);
    json_decref(object);
    return error;
}
