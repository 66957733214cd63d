// SPDX-License-Identifier: Apache-2.0
/* Office commands as a test writes them: JSON in, JSON out, on a small world with keys. */
#ifndef ASSAY_TESTS_SUPPORT_OFFICE_SUPPORT_H
#define ASSAY_TESTS_SUPPORT_OFFICE_SUPPORT_H

#include "core/office.h"
#include "tests/support/key_support.h"
#include "tests/support/world.h"

extern struct world world;
extern struct key_support keys;    /* the test program's to init and deinit */
extern struct assay_reason reason; /* of the last command */
extern struct assay_actor actor;   /* admin, unless a test changes it */

/** A fresh world before each test, removed after it. */
int set_up(void **state);
int tear_down(void **state);

/** Run a command at WORLD_EPOCH_MS. */
enum assay_error run_json(const char *command, const json_t *params, json_t **result);
enum assay_error run(const char *command, const char *params, json_t **result);
/** Run what must be refused with this error and a reason that begins so. */
void refused(const char *command, const char *params, enum assay_error wanted, const char *begins);
/** Run what must succeed; the result is the caller's. */
json_t *done(const char *command, const char *params);
void done_quietly(const char *command, const char *params);

const char *text_of(const json_t *object, const char *key);
json_int_t number_of(const json_t *object, const char *key);

/** Add product S. */
void product(void);
/** Create a batch of S; handle: room for ASSAY_HANDLE_SIZE. */
void batch(const char *count, char *handle);
/** Register the site key of `keys` as "plant". */
void register_site(void);

#endif
