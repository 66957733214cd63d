// SPDX-License-Identifier: Apache-2.0
/* What kind of network an address belongs to, by lists: data centres, anonymisers, carriers of
 * mobile telephones. A list holds autonomous systems and networks, one a line:
 *
 *     AS64496          # an autonomous system, known from the ASN database
 *     203.0.113.0/24   # a network, or one address; IPv4 or IPv6
 *
 * A network says more than an autonomous system does; and of two lists that have an address, the
 * anonymisers' comes before the data centres', for people are behind them, and those before the
 * carriers'. Immutable once open: any thread may ask.
 */
#ifndef ASSAY_VERIFIER_NETS_H
#define ASSAY_VERIFIER_NETS_H

#include "core/origin.h"
#include "verifier/address.h"

/* Rows of all lists, and bytes of one. Met: E_TOO_LARGE. */
#define ASSAY_NETS_ROWS_MAX (1u << 20)
#define ASSAY_NETS_BYTES_MAX (64u << 20)

struct assay_nets;

/** Files; NULL or empty = the list that comes with the program (of mobile carriers: none). */
struct assay_nets_paths {
    const char *hosting;
    const char *anonymisers;
    const char *mobile;
};

/** Read the lists. nets: out, the caller closes it.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND, ASSAY_E_IO, ASSAY_E_TOO_LARGE or ASSAY_E_FIELD with setting,
 *  file and line; ASSAY_E_MEMORY. */
ASSAY_MUST_CHECK enum assay_error assay_nets_open(const struct assay_nets_paths *paths,
                                                  struct assay_nets **nets,
                                                  struct assay_reason *reason);
/** Free; NULL is allowed. */
void assay_nets_close(struct assay_nets *nets);

/** Kind of an address's network. asn: its autonomous system; 0 = not known. An address that no list
 *  has is of a fixed line if carriers are listed and its autonomous system is known; else nobody
 *  knows. threads: any. allocates: no. */
enum assay_net assay_nets_kind(const struct assay_nets *nets, uint32_t asn,
                               const struct assay_address *address);

#endif
