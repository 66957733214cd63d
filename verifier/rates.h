// SPDX-License-Identifier: Apache-2.0
/* Token buckets by address, for what a stranger could otherwise try without end.
 *
 * Invariants
 *  1. Valid codes never come here: only what failed takes a token.
 *  2. A bucket is one 64-bit word (tag, and the time when it is full again), changed by
 *     compare-and-swap: no lock, no allocation, a fixed table.
 *  3. When a set of the table is full of busy buckets, the one nearest to full gives way: that
 *     loosens a limit. Two addresses share a bucket by a chance of 2^-18.
 */
#ifndef ASSAY_VERIFIER_RATES_H
#define ASSAY_VERIFIER_RATES_H

#include "verifier/address.h"

enum assay_rate {
    ASSAY_RATE_FORGED, /* codes that are malformed or were never issued */
    ASSAY_RATE_FORMS,  /* registrations, look-ups, reports */
    ASSAY_RATE_DENIED, /* office calls with a wrong token */
    ASSAY_RATE_SIGNED, /* wrong signatures of one code, by address and code */
    ASSAY_RATES
};

struct assay_rates;

/** A table with limits a minute (a minute's worth may come at once); 0 = no limit.
 *  now_ns: monotonic; the first moment that will be asked about.
 *  returns ASSAY_OK or ASSAY_E_MEMORY; the caller destroys it. */
ASSAY_MUST_CHECK enum assay_error assay_rates_create(const uint32_t per_minute[ASSAY_RATES],
                                                     uint64_t now_ns, struct assay_rates **rates);

/** Free; NULL is allowed. */
void assay_rates_destroy(struct assay_rates *rates);

/** Names an address' bucket, for counting who asks; keyed, so it says nothing of the address outside
 *  this process. threads: any. */
uint64_t assay_rates_bucket(const struct assay_rates *rates, const struct assay_address *address);

/** Take a token from an address' bucket: the whole address of IPv4, the first 64 bits of IPv6.
 *
 *  now_ns    monotonic.
 *  returns   0 if there was one; else after how many milliseconds there will be.
 *  threads   any. blocks: no. allocates: no.
 */
uint32_t assay_rates_take(struct assay_rates *rates, enum assay_rate rate,
                          const struct assay_address *address, uint64_t now_ns);

/** As assay_rates_take, but takes nothing: whether there is a token. */
uint32_t assay_rates_ask(const struct assay_rates *rates, enum assay_rate rate,
                         const struct assay_address *address, uint64_t now_ns);

/** What stands for an address and one of its things, a code for instance: an address of no network,
 *  with buckets of its own. IPv6 counts by its first 64 bits, as everywhere here. */
struct assay_address assay_rates_mix(const struct assay_rates *rates,
                                     const struct assay_address *address, uint64_t thing);

#endif
