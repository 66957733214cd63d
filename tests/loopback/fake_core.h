// SPDX-License-Identifier: Apache-2.0
/* core/claim and core/office as tests want them: they answer what `fake` says and remember what
 * they were asked. They stand in the link before the real ones. */
#ifndef ASSAY_TESTS_FAKE_CORE_H
#define ASSAY_TESTS_FAKE_CORE_H

#include <pthread.h>

#include "core/claim.h"
#include "core/office.h"

#define FAKE_TOKEN "right-token"

struct fake_core {
    pthread_mutex_t lock; /* guards all */
    pthread_cond_t wake;
    bool closed;    /* calls wait while it is true */
    bool revoked;   /* the token of a session */
    unsigned calls; /* begun */
    enum assay_error error;
    const char *reason;
    /* What was asked last. */
    struct assay_receipt receipt;
    char name[100], phone[40], email[300];
    int32_t bought_on;
    uint64_t item;
    char code[80], where[300], text[1100];
    struct assay_place place;
    char command[80];
    char params[300];
    struct assay_actor actor;
};

extern struct fake_core fake;

/** Answer ASSAY_OK from now on, or an error with a reason. */
void fake_answer(enum assay_error error, const char *reason);

/** Keep calls waiting, or let them go. */
void fake_close(bool closed);

/** Wait until so many calls have begun. */
void fake_wait_for_calls(unsigned calls);

#endif
