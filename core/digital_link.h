// SPDX-License-Identifier: Apache-2.0
/* GS1 Digital Link URIs (URI syntax 1.4): taken apart and checked, and put together.
 *
 * Held to: the scheme all in lower or all in upper case; a stem of the owner's, so that the rightmost
 * primary key of the path is the one that counts; the key's qualifiers in their order; lengths,
 * character sets and check digits of every value (gs1_ai.h); no identifier twice; a query whose
 * numeric names are identifiers that may be there, and none that has its place in the path. Other
 * names of the query, empty parts of it and the fragment say nothing.
 *
 * Pure; threads: any; blocks: no; allocates: no. */
#ifndef ASSAY_CORE_DIGITAL_LINK_H
#define ASSAY_CORE_DIGITAL_LINK_H

#include "core/gs1_ai.h"
#include "core/limits.h"

/* Identifiers of one URI: key, three qualifiers, attributes. Met: E_TOO_LARGE. */
#define ASSAY_DIGITAL_LINK_ELEMENTS_MAX 16
/* Bytes of a URI that are looked at. Met: E_TOO_LARGE. */
#define ASSAY_DIGITAL_LINK_LEN_MAX 2048

/** An identifier and its value, decoded. */
struct assay_digital_link_element {
    char ai[ASSAY_AI_SIZE];
    char value[ASSAY_AI_VALUE_SIZE];
};

/** The primary key, its qualifiers in their order, then the attributes in the order they came. */
struct assay_digital_link {
    size_t stem_len;     /* bytes of the URI before the '/' of the primary key */
    unsigned path_count; /* of them in the path; the first is the key */
    unsigned count;
    struct assay_digital_link_element elements[ASSAY_DIGITAL_LINK_ELEMENTS_MAX];
};

/** Whose URI it is. */
enum assay_digital_link_care {
    ASSAY_DIGITAL_LINK_STRICT,   /* our own: nothing that the standard forbids */
    ASSAY_DIGITAL_LINK_TOLERANT, /* a stranger's: one '/' at the end of the path is let by */
};

/** Take a URI apart.
 *
 *  text      of len bytes; borrowed.
 *  link      out; written only on ASSAY_OK.
 *  returns   ASSAY_OK; ASSAY_E_SYNTAX: not a URI of this form; ASSAY_E_FIELD: an identifier that
 *            may not stand there, or its value; ASSAY_E_TOO_LARGE. The reason names it.
 */
ASSAY_MUST_CHECK enum assay_error assay_digital_link_parse(const char *text, size_t len,
                                                           enum assay_digital_link_care care,
                                                           struct assay_digital_link *link,
                                                           struct assay_reason *reason);

/** The value of an identifier, or NULL. Valid as long as the link. */
const char *assay_digital_link_value(const struct assay_digital_link *link, const char *ai);

/** Add an element to what a URI is to be put together from.
 *  returns ASSAY_OK; ASSAY_E_FIELD: no such identifier, or the value does not fit it, or there
 *  twice; ASSAY_E_TOO_LARGE. link: begins as all zero. */
ASSAY_MUST_CHECK enum assay_error assay_digital_link_add(struct assay_digital_link *link,
                                                         const char *ai, const char *value,
                                                         struct assay_reason *reason);

/** Put a URI together: the key and its qualifiers in their order, then the query; percent-encoding
 *  in capitals, all but A-Z a-z 0-9 - . _ ~.
 *
 *  stem      scheme and host, perhaps a path; without a '/' at the end.
 *  link      its elements in any order; exactly one of them a key. Put in order.
 *  text      out, size_bytes with NUL; written only on ASSAY_OK.
 *  returns   ASSAY_OK; ASSAY_E_SYNTAX (the stem); ASSAY_E_FIELD; ASSAY_E_TOO_LARGE.
 */
ASSAY_MUST_CHECK enum assay_error assay_digital_link_write(const char *stem,
                                                           struct assay_digital_link *link,
                                                           char *text, size_t size_bytes,
                                                           struct assay_reason *reason);

#endif
