// SPDX-License-Identifier: Apache-2.0
/* The store's small files: DIR/lock says who owns the directory, DIR/synced how far readers in
 * other processes may read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "core/store_private.h"

#define PUBLISHED_MAGIC 0x31434E5953414641ull /* "AFASYNC1" */

void assay_store_path(const char *dir, const char *name, char path[600])
{
    snprintf(path, 600, "%s/%s", dir, name);
}

/* -- the lock file -- */

/* A reader that asks whether the directory is in use (assay_store_published) holds a shared lock for
 * an instant, so one refusal is not the answer yet. */
static bool lock_soon(int fd)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    for (int i = 0; i < 10; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            return true;
        }
        nanosleep(&pause, NULL);
    }
    return false;
}

enum assay_error assay_store_lock(const char *dir, int *lock_fd, struct assay_reason *reason)
{
    char path[600];
    assay_store_path(dir, "lock", path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return assay_fail(reason, errno == ENOENT ? ASSAY_E_NOT_FOUND : ASSAY_E_IO, "%s: %s", path,
                          strerror(errno));
    }
    char text[64] = "";
    if (!lock_soon(fd)) {
        ssize_t got = pread(fd, text, sizeof text - 1, 0);
        text[got > 0 ? strcspn(text, "\n") : 0] = '\0';
        close(fd);
        return assay_fail(reason, ASSAY_E_LOCKED, "data directory %s is held by %s", dir,
                          text[0] != '\0' ? text : "another process");
    }
    int len = snprintf(text, sizeof text, "%s, process %d\n", program_invocation_short_name,
                       (int)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len) {
        close(fd);
        return assay_fail(reason, ASSAY_E_IO, "%s: %s", path, strerror(errno));
    }
    *lock_fd = fd;
    return ASSAY_OK;
}

/* -- DIR/synced -- */

enum assay_error assay_store_publish(struct assay_store *store, struct assay_reason *reason)
{
    char path[600];
    assay_store_path(store->dir, "synced", path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *memory = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, sizeof *store->published) == 0) {
        memory = mmap(NULL, sizeof *store->published, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (memory == MAP_FAILED) {
        return assay_fail(reason, ASSAY_E_IO, "%s: %s", path, strerror(errno));
    }
    store->published = memory;
    store->published->synced = assay_ledger_synced(store->ledger);
    store->published->magic = PUBLISHED_MAGIC;
    return ASSAY_OK;
}

enum assay_error assay_store_published(const char *dir, uint64_t *synced)
{
    char path[600];
    assay_store_path(dir, "lock", path);
    int lock_fd = open(path, O_RDONLY | O_CLOEXEC);
    bool in_use = lock_fd >= 0 && flock(lock_fd, LOCK_SH | LOCK_NB) != 0;
    if (lock_fd >= 0) {
        close(lock_fd);
    }
    if (!in_use) {
        return ASSAY_E_NOT_FOUND;
    }
    assay_store_path(dir, "synced", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint64_t words[2] = {0};
    ssize_t got = fd < 0 ? -1 : pread(fd, words, sizeof words, 0);
    if (fd >= 0) {
        close(fd);
    }
    if (got != (ssize_t)sizeof words || words[0] != PUBLISHED_MAGIC) {
        return ASSAY_E_NOT_FOUND;
    }
    *synced = words[1];
    return ASSAY_OK;
}

enum assay_error assay_store_settle(struct assay_store *store)
{
    return assay_store_sync(store, assay_ledger_end(store->ledger));
}

enum assay_error assay_store_sync(struct assay_store *store, uint64_t position)
{
    enum assay_error error = assay_ledger_sync(store->ledger, position);
    if (error != ASSAY_OK) {
        return error;
    }
    uint64_t synced = assay_ledger_synced(store->ledger);
    uint64_t published = atomic_load_explicit(&store->published->synced, memory_order_relaxed);
    while (published < synced &&
           !atomic_compare_exchange_weak(&store->published->synced, &published, synced)) {
    }
    return ASSAY_OK;
}
