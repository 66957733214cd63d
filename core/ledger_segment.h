// SPDX-License-Identifier: Apache-2.0
/* Segments and groups as bytes and files (docs/FORMAT.md, section 3). Inside of core/ledger.c.
 *
 * A segment is prepared under a temporary name, written whole with zeros, synced, and only then
 * renamed: a file that ends in ".seg" is always complete.
 */
#ifndef ASSAY_CORE_LEDGER_SEGMENT_H
#define ASSAY_CORE_LEDGER_SEGMENT_H

#include <stdatomic.h>

#include "core/ledger_io.h"
#include "core/limits.h"

#define ASSAY_SEGMENT_HEADER_LEN 4096
#define ASSAY_SEGMENT_NAME_SIZE 32
#define ASSAY_SEGMENT_BYTES_MAX (1ull << 32)
#define ASSAY_GROUP_HEADER_LEN 64
#define ASSAY_GROUP_ALIGNMENT 64
#define ASSAY_GROUP_PAYLOAD_MIN 16
#define ASSAY_GROUP_MAGIC 0x50524741u /* "AGRP" */
#define ASSAY_LEDGER_ID_LEN 16

/** The first bytes of a segment. */
struct assay_segment_header {
    uint8_t ledger_id[ASSAY_LEDGER_ID_LEN];
    uint64_t number;
    uint64_t segment_bytes;
    int64_t created_at_unix_ms;
};

/** The first bytes of a group. */
struct assay_group_header {
    uint32_t payload_len_bytes;
    uint32_t records;
    uint32_t previous_crc; /* 0 in the first group */
    uint32_t crc;          /* of ledger id, header and payload */
    uint64_t sequence;     /* from 1 */
    uint64_t ordinal;      /* records in the ledger before this group */
    uint64_t synced;       /* how far the ledger was on disk when this was written */
    uint64_t position;     /* of this header */
};

/** A ledger's folder: what its first segment says, and how many there were when it was opened. */
struct assay_segment_folder {
    int fd;
    const char *path; /* borrowed; for messages */
    uint64_t segment_bytes;
    uint64_t count;
    uint8_t ledger_id[ASSAY_LEDGER_ID_LEN];
    uint32_t seed; /* CRC-32C of the ledger id: each group's begins with it */
};

/** Bytes from one group's first to the next one's. */
static inline uint64_t assay_group_span(uint64_t payload_len_bytes)
{
    return (ASSAY_GROUP_HEADER_LEN + payload_len_bytes + ASSAY_GROUP_ALIGNMENT - 1) /
           ASSAY_GROUP_ALIGNMENT * ASSAY_GROUP_ALIGNMENT;
}

/** File name of a segment: 16 hex digits and ".seg". */
void assay_segment_name(uint64_t number, char name[ASSAY_SEGMENT_NAME_SIZE]);

/** Header to its 4096 bytes. */
void assay_segment_header_encode(const struct assay_segment_header *header,
                                 uint8_t data[ASSAY_SEGMENT_HEADER_LEN]);

/** And back. ASSAY_OK; ASSAY_E_VERSION; ASSAY_E_CORRUPT. */
ASSAY_MUST_CHECK enum assay_error
assay_segment_header_decode(const uint8_t data[ASSAY_SEGMENT_HEADER_LEN],
                            struct assay_segment_header *header);

/** Write the header before a payload that stands already at group + 64, and seal both.
 *  header->crc is not read. returns the CRC. */
uint32_t assay_group_seal(const struct assay_group_header *header, uint32_t seed, uint8_t *group);

/** True if all bytes are zero; so are none. */
bool assay_bytes_are_zero(const uint8_t *data, size_t len_bytes);

/** True if a whole, sealed group stands here, with zeros behind it up to the boundary.
 *  data, len_bytes  from the group's first byte to the end of the segment, or of what was read.
 *  position         where data stands in the ledger.
 *  header           out; written only on true. */
bool assay_group_check(struct assay_span data, uint64_t position, uint32_t seed,
                       struct assay_group_header *header);

/** Bytes from here to the next group if this header is to be believed, or 0 if no group can begin
 *  so. Needs 64 bytes. */
size_t assay_group_claimed_span(const uint8_t data[ASSAY_GROUP_HEADER_LEN]);

/** Open a ledger's folder: lists the segments, refuses a gap, reads the first header.
 *  returns ASSAY_OK; ASSAY_E_NOT_FOUND; ASSAY_E_VERSION; ASSAY_E_CORRUPT; ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_segment_folder_open(const char *path,
                                                            struct assay_segment_folder *folder,
                                                            struct assay_reason *reason);

/** Close it. */
void assay_segment_folder_close(struct assay_segment_folder *folder);

/** Open one segment and check its size and header against the folder's.
 *  flags: O_RDONLY or O_RDWR. returns ASSAY_OK; ASSAY_E_NOT_FOUND (no such file, without reason);
 *  ASSAY_E_VERSION; ASSAY_E_CORRUPT; ASSAY_E_IO. fd: out, the caller closes it. */
ASSAY_MUST_CHECK enum assay_error assay_segment_open(const struct assay_segment_folder *folder,
                                                     uint64_t number, int flags, int *fd,
                                                     struct assay_reason *reason);

/** Make a segment: zeros, synced, renamed into place, folder synced.
 *  io    faults; stop: gives up early with ASSAY_E_BUSY once true; may be NULL.
 *  returns ASSAY_OK; ASSAY_E_NO_SPACE; ASSAY_E_BUSY; ASSAY_E_IO: nothing is left of it. */
ASSAY_MUST_CHECK enum assay_error assay_segment_prepare(const struct assay_segment_folder *folder,
                                                        uint64_t number,
                                                        const struct assay_ledger_io *io,
                                                        const atomic_bool *stop,
                                                        struct assay_reason *reason);

/** Remove what a crash left of segments being prepared. ASSAY_OK or ASSAY_E_IO. */
ASSAY_MUST_CHECK enum assay_error assay_segment_sweep(const struct assay_segment_folder *folder,
                                                      struct assay_reason *reason);

#endif
