// SPDX-License-Identifier: Apache-2.0
#include "core/ledger_recent.h"

#include <stdlib.h>
#include <string.h>

#include "core/limits.h"

enum assay_error assay_ledger_recent_init(struct assay_ledger_recent *recent, uint64_t from)
{
    uint8_t *bytes = malloc(ASSAY_LEDGER_RECENT_BYTES);
    if (bytes == NULL) {
        return ASSAY_E_MEMORY;
    }
    *recent = (struct assay_ledger_recent){bytes, from, from};
    return ASSAY_OK;
}

void assay_ledger_recent_deinit(struct assay_ledger_recent *recent)
{
    free(recent->bytes);
    *recent = (struct assay_ledger_recent){0};
}

/* Bytes from a position on that lie in a row, of len_bytes. */
static size_t in_a_row(uint64_t position, size_t len_bytes)
{
    size_t to_the_end = ASSAY_LEDGER_RECENT_BYTES - position % ASSAY_LEDGER_RECENT_BYTES;
    return len_bytes < to_the_end ? len_bytes : to_the_end;
}

void assay_ledger_recent_put(struct assay_ledger_recent *recent, uint64_t position,
                             struct assay_span data)
{
    assay_assert(position >= recent->end);
    assay_assert(data.len_bytes <= ASSAY_LEDGER_RECENT_BYTES);
    size_t first = in_a_row(position, data.len_bytes);
    memcpy(recent->bytes + position % ASSAY_LEDGER_RECENT_BYTES, data.data, first);
    memcpy(recent->bytes, data.data + first, data.len_bytes - first);
    recent->end = position + data.len_bytes;
}

bool assay_ledger_recent_get(const struct assay_ledger_recent *recent, uint64_t position,
                             void *data, size_t len_bytes)
{
    if (position < recent->from || position > recent->end || recent->end - position < len_bytes ||
        recent->end - position > ASSAY_LEDGER_RECENT_BYTES) {
        return false;
    }
    size_t first = in_a_row(position, len_bytes);
    uint8_t *bytes = data;
    memcpy(bytes, recent->bytes + position % ASSAY_LEDGER_RECENT_BYTES, first);
    memcpy(bytes + first, recent->bytes, len_bytes - first);
    return true;
}
