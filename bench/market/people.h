// SPDX-License-Identifier: Apache-2.0
/* People, their phones, and the scans they make. */
#ifndef ASSAY_BENCH_MARKET_PEOPLE_H
#define ASSAY_BENCH_MARKET_PEOPLE_H

#include "bench/market/world.h"

/** One person; what changes from scan to scan is below the line. */
struct market_person {
    uint16_t home;
    uint16_t work; /* city of the day: home, or a neighbour for commuters */
    uint16_t fixed_pool;
    bool wechat, cookieless, vpn, gps;
    struct market_spot own; /* where they really are, when at home */
    /* -- */
    uint64_t device, other_device;
    int64_t last_ms; /* 0: no scan yet */
    struct market_spot last_spot;
    uint8_t last_net;
    uint16_t last_city;
};

/** Somebody who lives in the city. */
struct market_person market_person_make(const struct market_world *world, uint16_t home,
                                        struct market_random *random);

/** Fill a scan's time, device, net, channel and place as this person makes it at this time, being
 *  in this city. Times of one person never go back. */
void market_person_scan(const struct market_world *world, struct market_person *person,
                        struct market_scan *scan, uint16_t city, struct market_random *random);

/** A city to travel to. */
uint16_t market_journey(const struct market_world *world, uint16_t home,
                        struct market_random *random);

/** Place and net of a machine in a hosting range. */
void market_machine_scan(const struct market_world *world, struct market_scan *scan,
                         struct market_random *random);

#endif
