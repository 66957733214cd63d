// SPDX-License-Identifier: Apache-2.0
/* What the score of an item is made of: a table's first weights are for these, in this order. */
#ifndef ASSAY_CORE_RISK_TERMS_H
#define ASSAY_CORE_RISK_TERMS_H

/* X(name, sign, reason, meaning): sign = whether its weight may only raise the score, only lower it,
 * or either (0); reason = what is shown where the term is among the largest; 0 = none. */
#define ASSAY_RISK_TERM_TABLE(X)                                                                   \
    X(MIX, +1, 0, "sum of what its scans say, -8 to 20")                                           \
    X(POSITIVE, +1, 0, "sum of what speaks for another item, up to 20")                            \
    X(LARGEST, +1, 0, "the largest of that")                                                       \
    X(SCANS, -1, 0, "ln(1 + scans)")                                                               \
    X(DEVICES, +1, ASSAY_RISK_MANY_DEVICES, "ln(1 + new devices)")                                 \
    X(ANONYMOUS, +1, ASSAY_RISK_MANY_DEVICES, "ln(1 + scans without a device)")                    \
    X(KNOWN, 0, 0, "ln(1 + scans by known devices)")                                               \
    X(SPAN, +1, ASSAY_RISK_LONG_AFTER, "ln(1 + hours from first to last scan)")                    \
    X(ARRIVALS, +1, ASSAY_RISK_LONG_AFTER, "scans not by a known device after 4 days, up to 6")    \
    X(PLACES, +1, ASSAY_RISK_MANY_PLACES, "two places or more")                                    \
    X(APART, +1, ASSAY_RISK_MANY_PLACES, "groups of places without a device in common, less 1")    \
    X(SWITCHES, +1, ASSAY_RISK_SWITCHES, "changes between such groups, up to 4")                   \
    X(RETURNS, +1, ASSAY_RISK_SWITCHES, "far ones by a device known there, up to 4")               \
    X(FAR, +1, ASSAY_RISK_MANY_PLACES, "scans away from all places, not by a known device")        \
    X(TOO_FAST, +1, ASSAY_RISK_TOO_FAST, "those too soon after the scan before, up to 3")          \
    X(BURSTS, -1, 0, "scans not by a known device within the hour, up to 6")                       \
    X(BATCH, +1, ASSAY_RISK_SURROUNDED, "suspicious mass of its batch there: ln of times usual")   \
    X(PRODUCT, +1, ASSAY_RISK_SURROUNDED, "the same of its product")                               \
    X(TILE_TOP, +1, ASSAY_RISK_SURROUNDED,                                                         \
      "the same of its most suspicious place, against its batch")                                  \
    X(TILE_HIGH, +1, ASSAY_RISK_SURROUNDED, "as much of that as is above 1/2")                     \
    X(TILE_NEXT, +1, ASSAY_RISK_SURROUNDED, "the same of the place next to that, if above 0")      \
    X(HOT, +1, ASSAY_RISK_SURROUNDED, "how far scans and surroundings together are above 2")       \
    X(LOCAL, +1, ASSAY_RISK_SURROUNDED, "masses of its places, by how suspicious each place is")

enum assay_risk_term {
#define X(name, sign, reason, meaning) ASSAY_RISK_TERM_##name,
    ASSAY_RISK_TERM_TABLE(X)
#undef X
        ASSAY_RISK_TERMS
};

/* Weights behind those of the terms. */
enum {
    ASSAY_RISK_WEIGHT_BIAS = ASSAY_RISK_TERMS, /* what the score begins with */
    ASSAY_RISK_WEIGHT_USUAL, /* suspicious mass that a first scan brings with it, 1/65535 */
    ASSAY_RISK_WEIGHTS_USED
};

#endif
