// SPDX-License-Identifier: Apache-2.0
/* Place of an address, from MMDB files: DB-IP's flat field names and GeoIP2's nested ones; and the
 * kind of its network, by lists (nets.h).
 *
 * Threads: a struct assay_geo is shared; each thread that looks up has a reader of its own, which
 * holds a reference to the files and the last addresses. assay_geo_reload swaps the files under
 * the geo's lock and counts a generation; a reader takes that lock only when the generation has
 * changed, so a look-up costs one atomic load. The old files are unmapped by the last reader that
 * leaves them. "No database" is valid: every answer is empty.
 */
#ifndef ASSAY_VERIFIER_GEO_H
#define ASSAY_VERIFIER_GEO_H

#include "core/place.h"
#include "verifier/nets.h"

struct assay_geo;
struct assay_geo_reader;

/** Paths; empty or NULL = none. Borrowed until close: reload opens them again. */
struct assay_geo_paths {
    const char *ipv4;
    const char *ipv6;
    const char *asn;
    struct assay_nets_paths nets;
};

/** What is known of an address. An anonymiser's has no place. */
struct assay_geo_answer {
    struct assay_place place;
    struct assay_position position; /* of the database; accuracy_km >= 1 */
    uint32_t asn;                   /* autonomous system; 0 = not known */
    enum assay_net net;
};

/** Open the files. returns ASSAY_OK; ASSAY_E_NOT_FOUND, ASSAY_E_CORRUPT or ASSAY_E_FIELD (opens,
 *  but is no city or ASN database) with the file; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_geo_open(const struct assay_geo_paths *paths,
                                                 struct assay_geo **geo,
                                                 struct assay_reason *reason);

/** Open the files anew; on any error the old ones stay. threads: one at a time. blocks: disk. */
ASSAY_MUST_CHECK enum assay_error assay_geo_reload(struct assay_geo *geo,
                                                   struct assay_reason *reason);

/** True if there is any city database. threads: any. */
bool assay_geo_has_database(struct assay_geo *geo);

/** Close; no reader is open. NULL is allowed. */
void assay_geo_close(struct assay_geo *geo);

/** A reader for one thread. returns ASSAY_OK or ASSAY_E_MEMORY; the caller closes it. */
ASSAY_MUST_CHECK enum assay_error assay_geo_reader_open(struct assay_geo *geo,
                                                        struct assay_geo_reader **reader);
void assay_geo_reader_close(struct assay_geo_reader *reader);

/** Look an address up; what is not known is empty. Valid until the reader's next call.
 *  threads: the reader's. allocates: no. blocks: no. */
const struct assay_geo_answer *assay_geo_lookup(struct assay_geo_reader *reader,
                                                const struct assay_address *address);

#endif
