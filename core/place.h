// SPDX-License-Identifier: Apache-2.0
/* A place as the ledger knows it: ISO 3166-1 country, ISO 3166-2 region, city name. */
#ifndef ASSAY_CORE_PLACE_H
#define ASSAY_CORE_PLACE_H

#include "core/error.h"
#include "core/limits.h"

/** All texts NUL-terminated; empty = not known. Unused bytes are zero, so memcmp compares. */
struct assay_place {
    char country[3];               /* "CN" */
    char region[7];                /* "CN-GD" */
    char city[ASSAY_CITY_MAX + 1]; /* "Shenzhen" */
};

/** Where a scan was made. Latitude and longitude in units of 0.1 degree: no finer is kept. */
struct assay_position {
    int16_t lat_decidegrees; /* -900..900; ASSAY_POSITION_NONE if not known */
    int16_t lon_decidegrees; /* -1800..1800 */
    uint16_t accuracy_km;    /* 0 = the buyer's own position */
};

#define ASSAY_POSITION_NONE INT16_MIN

/** Zeroed place; and copy with bounds: longer city names are cut at a UTF-8 boundary. */
void assay_place_set(struct assay_place *place, const char *country, const char *region,
                     const char *city);

/** True if nothing is known. */
bool assay_place_is_empty(const struct assay_place *place);

/** Great-circle distance in km between two positions in 0.1 degree units, by a table-free
 *  integer-stable formula (same bits on every machine); -1 if either is not known. */
int32_t assay_position_distance_km(const struct assay_position *a, const struct assay_position *b);

#endif
