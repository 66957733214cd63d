// SPDX-License-Identifier: Apache-2.0
/* What the ledger's tests share: a folder of their own, a repeatable generator, scans to write. */
#ifndef ASSAY_TESTS_LEDGER_SUPPORT_H
#define ASSAY_TESTS_LEDGER_SUPPORT_H

#include "core/ledger.h"

#define SUPPORT_SEGMENT_BYTES ((uint64_t)ASSAY_LEDGER_SEGMENT_BYTES_MIN)

struct support_folder {
    char path[128];   /* made, empty */
    char ledger[160]; /* not made yet */
};

/** Make a new folder under $TMPDIR or /tmp; ends the test if it cannot. */
void support_folder_make(struct support_folder *folder);

/** Remove it with all it holds. */
void support_folder_remove(struct support_folder *folder);

/** Remove a folder's files, one level deep, and the folder. */
void support_remove_tree(const char *path);

/** Repeatable random numbers (splitmix64). */
uint64_t support_random(uint64_t *state);

/** Seed of this run: $ASSAY_SEED, or the clock; printed. */
uint64_t support_seed(void);

/** A scan whose every field follows from `number`, as its 96 bytes. */
void support_scan(uint64_t number, uint8_t data[ASSAY_SCAN_RECORD_LEN]);

/** Append a group of `count` scans numbered from `number`; ends the test on an error.
 *  returns the first one's position. */
uint64_t support_append(struct assay_ledger *ledger, uint64_t number, uint32_t count);

/** Read records from a position on: each is scan `number`, number + 1, ...; ends the test if not.
 *  returns how many. */
uint64_t support_check_scans(const char *dir, uint64_t from, uint64_t end, uint64_t number);

/** Path of a segment of a ledger. */
void support_segment_path(const struct support_folder *folder, uint64_t number, char path[256]);

/** Overwrite bytes of a file; ends the test if it cannot. */
void support_poke(const char *path, uint64_t offset, const void *data, size_t len_bytes);

/** Read bytes of a file; ends the test if it cannot. */
void support_peek(const char *path, uint64_t offset, void *data, size_t len_bytes);

/** Flip one bit of a file. */
void support_flip(const char *path, uint64_t offset, unsigned bit);

/** Count the files of a folder whose name begins and ends so. */
unsigned support_count_files(const char *dir, const char *prefix, const char *suffix);

/** Options for a ledger of small segments in this folder. */
struct assay_ledger_options support_options(const struct support_folder *folder);

/** Create a ledger; ends the test if it cannot. */
void support_create(const struct support_folder *folder);

#endif
