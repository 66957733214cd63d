// SPDX-License-Identifier: Apache-2.0
#include "core/risk_table.h"

#include "core/wire.h"

#define TABLE_FORM 2
#define FORM_WITHOUT_ALERTS 1 /* ends before what alerts taught */
#define FLAG_DEFAULT 1u
/* Scores are sums of some dozens of weights times counts up to 255: they stay within 31 bits. */
#define WEIGHT_LIMIT (1 << 17)

static const struct assay_risk_table built_in = {
#include "core/risk_default.inc"
};

const struct assay_risk_table *assay_risk_table_default(void)
{
    return &built_in;
}

static bool is_valid(const struct assay_risk_table *table)
{
    bool valid = true;
    for (int i = 1; i < ASSAY_RISK_THRESHOLDS; i++) {
        valid = valid && table->thresholds[i - 1] <= table->thresholds[i];
    }
    for (int i = 0; i < ASSAY_RISK_WEIGHTS; i++) {
        valid = valid && table->weights[i] >= -WEIGHT_LIMIT && table->weights[i] <= WEIGHT_LIMIT;
    }
    return valid;
}

void assay_risk_table_encode(const struct assay_risk_table *table,
                             uint8_t data[ASSAY_RISK_TABLE_BYTES])
{
    assay_assert(is_valid(table));
    struct assay_wire wire = assay_wire_writer(data, ASSAY_RISK_TABLE_BYTES);
    assay_wire_put_u16(&wire, TABLE_FORM);
    assay_wire_put_u16(&wire, table->is_default ? FLAG_DEFAULT : 0);
    assay_wire_put_u32(&wire, table->version);
    assay_wire_put_u32(&wire, table->learnt_items);
    assay_wire_put_u32(&wire, table->learnt_confirmed);
    assay_wire_put_u64(&wire, table->learnt_scans);
    assay_wire_put_u16(&wire, ASSAY_RISK_THRESHOLDS);
    assay_wire_put_u16(&wire, ASSAY_RISK_WEIGHTS);
    assay_wire_put_u32(&wire, ASSAY_RISK_KINDS);
    for (int i = 0; i < ASSAY_RISK_THRESHOLDS; i++) {
        assay_wire_put_u32(&wire, (uint32_t)table->thresholds[i]);
    }
    for (int i = 0; i < ASSAY_RISK_WEIGHTS; i++) {
        assay_wire_put_u32(&wire, (uint32_t)table->weights[i]);
    }
    for (int i = 0; i < ASSAY_RISK_KINDS; i++) {
        assay_wire_put_u16(&wire, (uint16_t)table->llr[i]);
    }
    assay_wire_put_u32(&wire, table->learnt_dismissed);
    assay_wire_put_u32(&wire, table->known_copied);
    assay_assert(!wire.failed);
    assay_assert(wire.at == ASSAY_RISK_TABLE_BYTES);
}

enum assay_error assay_risk_table_decode(const void *data, size_t len_bytes,
                                         struct assay_risk_table *table)
{
    struct assay_wire wire = assay_wire_reader(data, len_bytes);
    struct assay_risk_table value;
    unsigned form = assay_wire_get_u16(&wire);
    unsigned flags = assay_wire_get_u16(&wire);
    value.is_default = (flags & FLAG_DEFAULT) != 0;
    value.version = assay_wire_get_u32(&wire);
    value.learnt_items = assay_wire_get_u32(&wire);
    value.learnt_confirmed = assay_wire_get_u32(&wire);
    value.learnt_scans = assay_wire_get_u64(&wire);
    bool alike = assay_wire_get_u16(&wire) == ASSAY_RISK_THRESHOLDS;
    alike = assay_wire_get_u16(&wire) == ASSAY_RISK_WEIGHTS && alike;
    alike = assay_wire_get_u32(&wire) == ASSAY_RISK_KINDS && alike;
    if (wire.failed) {
        return ASSAY_E_CORRUPT;
    }
    if ((form != TABLE_FORM && form != FORM_WITHOUT_ALERTS) || !alike) {
        return ASSAY_E_VERSION;
    }
    for (int i = 0; i < ASSAY_RISK_THRESHOLDS; i++) {
        value.thresholds[i] = (int32_t)assay_wire_get_u32(&wire);
    }
    for (int i = 0; i < ASSAY_RISK_WEIGHTS; i++) {
        value.weights[i] = (int32_t)assay_wire_get_u32(&wire);
    }
    for (int i = 0; i < ASSAY_RISK_KINDS; i++) {
        value.llr[i] = (int16_t)assay_wire_get_u16(&wire);
    }
    value.learnt_dismissed = form == TABLE_FORM ? assay_wire_get_u32(&wire) : 0;
    value.known_copied = form == TABLE_FORM ? assay_wire_get_u32(&wire) : 0;
    if (wire.failed || wire.at != len_bytes || (flags & ~FLAG_DEFAULT) != 0 || !is_valid(&value)) {
        return ASSAY_E_CORRUPT;
    }
    *table = value;
    return ASSAY_OK;
}

void assay_risk_table_id(const struct assay_risk_table *table, uint8_t id[ASSAY_SHA256_LEN])
{
    uint8_t data[ASSAY_RISK_TABLE_BYTES];
    assay_risk_table_encode(table, data);
    assay_sha256(data, sizeof data, id);
}
