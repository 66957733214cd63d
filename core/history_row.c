// SPDX-License-Identifier: Apache-2.0
#include "core/history_row.h"

#include <string.h>

#include "core/carton_lines.h"
#include "core/text.h"

enum column {
    TIME_MS,
    CODE,
    COUNTRY,
    REGION,
    CITY,
    LAT,
    LON,
    ACCURACY_KM,
    NET,
    DEVICE,
    CHANNEL,
    PIN,
    COLUMNS
};

static const char *const names[COLUMNS] = {
    "time_ms", "code",        "country", "region", "city",    "lat",
    "lon",     "accuracy_km", "net",     "device", "channel", "pin",
};

const struct assay_csv_columns assay_history_columns = {names, COLUMNS};

#define MILLION 1000000
#define INDEX_DIGITS_MAX 10
#define DEVICE_LEN_MAX 256

static enum assay_error refuse(const struct assay_csv_record *record, enum column column,
                               const char *what, struct assay_reason *reason)
{
    return assay_csv_refuse(record, names[column], ASSAY_E_FIELD, what, reason);
}

/* -- code -- */

/* HANDLE:INDEX; an index beyond every batch is an item of none. */
static bool read_item(const char *text, size_t len, struct assay_history_row *row)
{
    char handle[ASSAY_HANDLE_SIZE] = "";
    int64_t index = 0;
    if (len < ASSAY_HANDLE_LEN + 2 || text[ASSAY_HANDLE_LEN] != ':' ||
        len - ASSAY_HANDLE_LEN - 1 > INDEX_DIGITS_MAX || text[ASSAY_HANDLE_LEN + 1] == '-') {
        return false;
    }
    memcpy(handle, text, ASSAY_HANDLE_LEN);
    if (assay_handle_parse(handle, &row->handle) != ASSAY_OK ||
        assay_csv_whole(text + ASSAY_HANDLE_LEN + 1, len - ASSAY_HANDLE_LEN - 1, &index) !=
            ASSAY_OK) {
        return false;
    }
    row->index = index < ASSAY_BATCH_ITEMS_MAX ? (uint32_t)index : UINT32_MAX;
    return true;
}

void assay_history_code_read(const char *text, size_t len, struct assay_history_row *row)
{
    row->kind = ASSAY_HISTORY_MALFORMED;
    if (read_item(text, len, row)) {
        row->kind = ASSAY_HISTORY_ITEM;
        return;
    }
    struct assay_span token = assay_carton_lines_token(text, len);
    if (assay_code_parse((const char *)token.data, token.len_bytes, &row->parts, NULL, NULL) ==
        ASSAY_OK) {
        row->kind = ASSAY_HISTORY_CODE;
    }
}

/* -- the rest -- */

static enum assay_error read_time(const struct assay_csv_record *record, int64_t latest,
                                  struct assay_history_row *row, struct assay_reason *reason)
{
    if (assay_csv_whole(record->field[TIME_MS], record->len[TIME_MS], &row->at_unix_ms) !=
        ASSAY_OK) {
        return refuse(record, TIME_MS, "milliseconds since 1970 are wanted, a whole number",
                      reason);
    }
    if (row->at_unix_ms <= 0) {
        return refuse(record, TIME_MS, "a time after 1970-01-01T00:00:00Z is wanted", reason);
    }
    return row->at_unix_ms <= latest ? ASSAY_OK
                                     : refuse(record, TIME_MS, "it lies in the future", reason);
}

static enum assay_error refuse_place(const struct assay_csv_record *record,
                                     struct assay_reason *reason)
{
    struct assay_place place;
    return assay_csv_region(record->field[COUNTRY], "", &place) != ASSAY_OK
               ? refuse(record, COUNTRY, "two letters of ISO 3166-1 are wanted, such as CN", reason)
               : refuse(record, REGION,
                        "ISO 3166-2 is wanted, such as CN-GD, in the country of its column",
                        reason);
}

static enum assay_error read_place(const struct assay_csv_record *record,
                                   struct assay_history_row *row, struct assay_reason *reason)
{
    const char *city = record->field[CITY];
    size_t len = record->len[CITY];
    if (!assay_text_is_clean(city, len)) {
        return refuse(record, CITY, "UTF-8 without control characters is wanted", reason);
    }
    memset(&row->place, 0, sizeof row->place);
    if (assay_csv_region(record->field[COUNTRY], record->field[REGION], &row->place) != ASSAY_OK) {
        return refuse_place(record, reason);
    }
    memcpy(row->place.city, city, assay_text_cut(city, ASSAY_CITY_MAX));
    return ASSAY_OK;
}

/* Tenths of a degree, halves away from zero as lround(3) has them. */
static int16_t tenths(int64_t millionths)
{
    int64_t half = MILLION / 20;
    return (int16_t)((millionths + (millionths < 0 ? -half : half)) / (MILLION / 10));
}

static enum assay_error read_degrees(const struct assay_csv_record *record, enum column column,
                                     int64_t limit, int16_t *decidegrees,
                                     struct assay_reason *reason)
{
    int64_t value = 0;
    if (assay_csv_millionths(record->field[column], record->len[column], &value) != ASSAY_OK ||
        value > limit * MILLION || value < -limit * MILLION) {
        return refuse(record, column,
                      column == LAT ? "degrees are wanted, -90 to 90, such as 22.54"
                                    : "degrees are wanted, -180 to 180, such as 114.06",
                      reason);
    }
    *decidegrees = tenths(value);
    return ASSAY_OK;
}

static enum assay_error read_position(const struct assay_csv_record *record,
                                      struct assay_history_row *row, struct assay_reason *reason)
{
    row->position = (struct assay_position){ASSAY_POSITION_NONE, ASSAY_POSITION_NONE, 0};
    row->own_position = false;
    int64_t accuracy = 0;
    if (record->len[ACCURACY_KM] > 0 &&
        (assay_csv_millionths(record->field[ACCURACY_KM], record->len[ACCURACY_KM], &accuracy) !=
             ASSAY_OK ||
         accuracy < 0 || accuracy > (int64_t)UINT16_MAX * MILLION)) {
        return refuse(record, ACCURACY_KM, "kilometres are wanted, 0 to 65535", reason);
    }
    if (record->len[LAT] == 0 && record->len[LON] == 0) {
        return ASSAY_OK;
    }
    if (record->len[ACCURACY_KM] == 0) {
        return refuse(record, ACCURACY_KM, "it is wanted with lat and lon", reason);
    }
    struct assay_position position = {0};
    enum assay_error error = read_degrees(record, LAT, 90, &position.lat_decidegrees, reason);
    if (error == ASSAY_OK) {
        error = read_degrees(record, LON, 180, &position.lon_decidegrees, reason);
    }
    if (error == ASSAY_OK) {
        row->own_position = accuracy < MILLION;
        position.accuracy_km =
            (uint16_t)(row->own_position ? 0 : (accuracy + MILLION / 2) / MILLION);
        row->position = position;
    }
    return error;
}

struct word {
    const char *text;
    int value;
};

static enum assay_error read_word(const struct assay_csv_record *record, enum column column,
                                  const struct word *words, int *value)
{
    if (record->len[column] == 0) {
        *value = words->value; /* nothing is the first */
        return ASSAY_OK;
    }
    for (; words->text != NULL; words++) {
        if (words->text[0] == record->field[column][0] &&
            strcmp(words->text, record->field[column]) == 0) {
            *value = words->value;
            return ASSAY_OK;
        }
    }
    return ASSAY_E_FIELD;
}

static enum assay_error read_words(const struct assay_csv_record *record,
                                   struct assay_history_row *row, struct assay_reason *reason)
{
    static const struct word nets[] = {
        {"", ASSAY_NET_UNKNOWN},        {"fixed", ASSAY_NET_FIXED}, {"mobile", ASSAY_NET_MOBILE},
        {"hosting", ASSAY_NET_HOSTING}, {"anon", ASSAY_NET_ANON},   {NULL, 0},
    };
    static const struct word channels[] = {
        {"", ASSAY_CHANNEL_REPLAY},         {"wechat", ASSAY_CHANNEL_WECHAT},
        {"preview", ASSAY_CHANNEL_PREVIEW}, {"bot", ASSAY_CHANNEL_BOT},
        {"api", ASSAY_CHANNEL_API},         {NULL, 0},
    };
    static const struct word pins[] = {
        {"", ASSAY_PIN_NONE},
        {"right", ASSAY_PIN_RIGHT},
        {"wrong", ASSAY_PIN_WRONG},
        {NULL, 0},
    };
    int net = 0;
    int channel = 0;
    int pin = 0;
    if (read_word(record, NET, nets, &net) != ASSAY_OK) {
        return refuse(record, NET, "fixed, mobile, hosting, anon or nothing is wanted", reason);
    }
    if (read_word(record, CHANNEL, channels, &channel) != ASSAY_OK) {
        return refuse(record, CHANNEL, "wechat, preview, bot, api or nothing is wanted", reason);
    }
    if (read_word(record, PIN, pins, &pin) != ASSAY_OK) {
        return refuse(record, PIN, "right, wrong or nothing is wanted", reason);
    }
    row->net = (enum assay_net)net;
    row->channel = (enum assay_channel)channel;
    row->pin = (enum assay_pin_outcome)pin;
    return ASSAY_OK;
}

static enum assay_error read_device(const struct assay_csv_record *record,
                                    struct assay_history_row *row, struct assay_reason *reason)
{
    row->device = (struct assay_span){(const uint8_t *)record->field[DEVICE], record->len[DEVICE]};
    return row->device.len_bytes <= DEVICE_LEN_MAX
               ? ASSAY_OK
               : refuse(record, DEVICE, "at most 256 bytes", reason);
}

void assay_history_device(const struct assay_history_row *row,
                          uint8_t device[ASSAY_HISTORY_DEVICE_LEN])
{
    struct assay_span text = row->device;
    if (assay_hex_decode((const char *)text.data, text.len_bytes, device,
                         ASSAY_HISTORY_DEVICE_LEN) == ASSAY_OK) {
        return;
    }
    uint8_t digest[ASSAY_SHA256_LEN];
    assay_sha256(text.data, text.len_bytes, digest);
    memcpy(device, digest, ASSAY_HISTORY_DEVICE_LEN);
}

enum assay_error assay_history_row_read(const struct assay_csv_record *record, int64_t latest,
                                        struct assay_history_row *row, struct assay_reason *reason)
{
    enum assay_error error = assay_csv_width(record, &assay_history_columns, reason);
    error = error != ASSAY_OK ? error : read_time(record, latest, row, reason);
    error = error != ASSAY_OK ? error : read_place(record, row, reason);
    error = error != ASSAY_OK ? error : read_position(record, row, reason);
    error = error != ASSAY_OK ? error : read_words(record, row, reason);
    error = error != ASSAY_OK ? error : read_device(record, row, reason);
    if (error == ASSAY_OK) {
        assay_history_code_read(record->field[CODE], record->len[CODE], row);
    }
    return error;
}
