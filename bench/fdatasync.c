// SPDX-License-Identifier: Apache-2.0
/* How long does this file system's fdatasync take? Appends blocks to a file written with zeros
 * beforehand, as the ledger does, and syncs each.
 *
 *   fdatasync FILE SECONDS BLOCK_BYTES     prints: n p50_us p99_us max_us
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FILE_BYTES (64u << 20)
#define SAMPLES_MAX 1000000u
#define BLOCK_BYTES_MAX (1u << 20)

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void check(int failed, const char *what)
{
    if (failed) {
        fprintf(stderr, "fdatasync: %s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static int by_time(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static int open_zeroed(const char *path, const uint8_t *block, size_t block_bytes)
{
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(file < 0, path);
    for (off_t at = 0; at + (off_t)block_bytes <= (off_t)FILE_BYTES; at += (off_t)block_bytes) {
        check(pwrite(file, block, block_bytes, at) != (ssize_t)block_bytes, "pwrite");
    }
    check(fsync(file) != 0, "fsync");
    return file;
}

static size_t measure(int file, const uint8_t *block, size_t block_bytes, uint64_t seconds,
                      uint64_t *samples)
{
    size_t count = 0;
    off_t at = 0;
    uint64_t end = now_ns() + seconds * 1000000000u;
    while (count < SAMPLES_MAX && now_ns() < end) {
        check(pwrite(file, block, block_bytes, at) != (ssize_t)block_bytes, "pwrite");
        uint64_t start = now_ns();
        check(fdatasync(file) != 0, "fdatasync");
        samples[count++] = now_ns() - start;
        at += (off_t)block_bytes;
        if (at + (off_t)block_bytes > (off_t)FILE_BYTES) {
            at = 0;
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    static uint8_t block[BLOCK_BYTES_MAX];
    static uint64_t samples[SAMPLES_MAX];
    if (argc != 4) {
        fprintf(stderr, "usage: fdatasync FILE SECONDS BLOCK_BYTES\n");
        return 2;
    }
    unsigned long seconds = strtoul(argv[2], NULL, 10);
    unsigned long block_bytes = strtoul(argv[3], NULL, 10);
    if (seconds == 0 || block_bytes == 0 || block_bytes > BLOCK_BYTES_MAX) {
        fprintf(stderr, "fdatasync: SECONDS from 1, BLOCK_BYTES from 1 to %u\n", BLOCK_BYTES_MAX);
        return 2;
    }
    int file = open_zeroed(argv[1], block, block_bytes);
    memset(block, 0xa5, sizeof block);
    size_t count = measure(file, block, block_bytes, seconds, samples);
    close(file);
    unlink(argv[1]);
    qsort(samples, count, sizeof samples[0], by_time);
    printf("%zu %.0f %.0f %.0f\n", count, (double)samples[count / 2] / 1e3,
           (double)samples[count * 99 / 100] / 1e3, (double)samples[count - 1] / 1e3);
    return 0;
}
