// SPDX-License-Identifier: Apache-2.0
/* How many durable records a second does the ledger take, and how long does a group wait, beside a
 * bare pwrite + fdatasync of as many bytes into a file written beforehand, in turns?
 *
 *   bench_ledger FOLDER [SECONDS]     SECONDS for each row and side, 2; FOLDER is made and removed
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/ledger.h"

#define GROUP_MAX 256u
#define RAW_BYTES (64u << 20)
#define SAMPLES_MAX 2000000u
#define READS 200000u
#define TURNS 4u
#define TMPFS_TYPE 0x01021994

static uint64_t samples[SAMPLES_MAX];
static uint8_t records[GROUP_MAX * ASSAY_SCAN_RECORD_LEN];

/* What one side of a row gave. */
struct side {
    uint64_t *samples;
    size_t count;
    size_t room;
    uint64_t busy_ns;
};

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench_ledger: %s: %s\n", what, strerror(errno));
        exit(1);
    }
}

static int by_time(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static double percentile_us(struct side *side, unsigned percent)
{
    qsort(side->samples, side->count, sizeof side->samples[0], by_time);
    return (double)side->samples[side->count * percent / 100] / 1e3;
}

static void make_records(void)
{
    for (uint32_t i = 0; i < GROUP_MAX; i++) {
        struct assay_scan_record scan = {.item = assay_item_key_of(7, i), .number = 1};
        scan.verdict = ASSAY_VERDICT_GENUINE;
        scan.flags = ASSAY_SCAN_FIRST | ASSAY_SCAN_ON_SALE;
        assay_scan_record_encode(&scan, records + i * ASSAY_SCAN_RECORD_LEN);
    }
}

static void sample(struct side *side, uint64_t began_ns)
{
    uint64_t took_ns = assay_clock_monotonic_ns() - began_ns;
    side->busy_ns += took_ns;
    if (side->count < side->room) {
        side->samples[side->count++] = took_ns;
    }
}

static void run_ledger(struct assay_ledger *ledger, uint32_t group, uint64_t for_ns,
                       struct side *side)
{
    uint64_t end_ns = assay_clock_monotonic_ns() + for_ns;
    while (assay_clock_monotonic_ns() < end_ns) {
        uint64_t first;
        uint64_t began_ns = assay_clock_monotonic_ns();
        check(assay_ledger_append(ledger, records, group * ASSAY_SCAN_RECORD_LEN, group, &first) ==
                  ASSAY_OK,
              "append");
        check(assay_ledger_sync(ledger, assay_ledger_end(ledger)) == ASSAY_OK, "sync");
        sample(side, began_ns);
    }
}

static void run_raw(int file, uint64_t *at, uint32_t group, uint64_t for_ns, struct side *side)
{
    size_t len = 64 + group * ASSAY_SCAN_RECORD_LEN;
    uint64_t end_ns = assay_clock_monotonic_ns() + for_ns;
    while (assay_clock_monotonic_ns() < end_ns) {
        *at = *at + GROUP_MAX * ASSAY_SCAN_RECORD_LEN + 64 > RAW_BYTES ? 0 : *at;
        uint64_t began_ns = assay_clock_monotonic_ns();
        size_t payload = len - 64;
        check(pwrite(file, records, payload, (off_t)*at) == (ssize_t)payload, "pwrite");
        check(fdatasync(file) == 0, "fdatasync");
        sample(side, began_ns);
        *at += (len + 63) / 64 * 64;
    }
}

static void run_row(struct assay_ledger *ledger, int file, uint32_t group, uint64_t seconds)
{
    static uint64_t raw_at;
    size_t half = SAMPLES_MAX / 2;
    struct side mine = {.samples = samples, .room = half};
    struct side raw = {.samples = samples + half, .room = half};
    for (unsigned turn = 0; turn < TURNS; turn++) {
        run_ledger(ledger, group, seconds * 1000000000u / TURNS, &mine);
        run_raw(file, &raw_at, group, seconds * 1000000000u / TURNS, &raw);
    }
    double records_a_second = (double)mine.count * group * 1e9 / (double)mine.busy_ns;
    double raw_a_second = (double)raw.count * group * 1e9 / (double)raw.busy_ns;
    printf("%6u %10zu %12.0f %9.0f %9.0f %12.0f %9.0f %9.0f %6.2f\n", group, mine.count,
           records_a_second, percentile_us(&mine, 50), percentile_us(&mine, 99), raw_a_second,
           percentile_us(&raw, 50), percentile_us(&raw, 99), records_a_second / raw_a_second);
}

/* A retry reads the item's last scan by its position. */
static void run_reads(struct assay_ledger *ledger)
{
    uint64_t span = assay_ledger_end(ledger);
    uint64_t first;
    check(assay_ledger_append(ledger, records, sizeof records, GROUP_MAX, &first) == ASSAY_OK,
          "append");
    uint8_t data[ASSAY_SCAN_RECORD_LEN];
    struct assay_scan_record scan;
    uint64_t began_ns = assay_clock_monotonic_ns();
    for (uint32_t i = 0; i < READS; i++) {
        uint64_t position = first + (uint64_t)(i * 7919u % GROUP_MAX) * ASSAY_SCAN_RECORD_LEN;
        check(assay_ledger_read(ledger, position, data, sizeof data) == ASSAY_OK, "read");
        check(assay_scan_record_decode(data, &scan) == ASSAY_OK, "decode");
    }
    printf("read by position and decode: %.0f ns, %u reads, ledger of %.1f MiB\n",
           (double)(assay_clock_monotonic_ns() - began_ns) / READS, READS, (double)span / 1048576);
}

static struct assay_ledger *open_ledger(const char *dir, uint64_t known_synced)
{
    struct assay_ledger_options options = {.dir = dir, .known_synced = known_synced};
    struct assay_reason reason = {""};
    struct assay_ledger *ledger = NULL;
    struct assay_ledger_tail tail;
    check(assay_ledger_open(&options, &ledger, &tail, &reason) == ASSAY_OK, reason.text);
    return ledger;
}

/* A start: the segment of the last checkpoint is walked, and what lies behind the end looked at. */
static struct assay_ledger *run_open(struct assay_ledger *ledger, const char *dir)
{
    uint64_t target = 2 * ASSAY_LEDGER_SEGMENT_BYTES - (1u << 20);
    while (assay_ledger_end(ledger) < target) {
        uint64_t first;
        check(assay_ledger_append(ledger, records, sizeof records, GROUP_MAX, &first) == ASSAY_OK,
              "append");
    }
    uint64_t end = assay_ledger_end(ledger);
    assay_ledger_close(ledger);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t began_ns = assay_clock_monotonic_ns();
        ledger = open_ledger(dir, i == 0 ? end : 0);
        printf("open, %s: %.0f ms for %.0f MiB\n", i == 0 ? "state up to date" : "no state",
               (double)(assay_clock_monotonic_ns() - began_ns) / 1e6, (double)end / 1048576);
        if (i == 0) {
            assay_ledger_close(ledger);
        }
    }
    return ledger;
}

static int open_raw(const char *dir)
{
    char path[512];
    snprintf(path, sizeof path, "%s/raw", dir);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    check(file >= 0, path);
    static uint8_t zeros[1u << 20];
    for (off_t at = 0; at < RAW_BYTES; at += sizeof zeros) {
        check(pwrite(file, zeros, sizeof zeros, at) == sizeof zeros, "pwrite");
    }
    check(fsync(file) == 0, "fsync");
    return file;
}

static struct assay_ledger *make_ledger(const char *dir)
{
    struct assay_ledger_options options = {.dir = dir};
    const uint8_t id[16] = "bench";
    struct assay_reason reason = {""};
    check(assay_ledger_create(&options, id, &reason) == ASSAY_OK, reason.text);
    return open_ledger(dir, 0);
}

static void remove_folder(const char *dir)
{
    DIR *listing = opendir(dir);
    check(listing != NULL, dir);
    struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        check(entry->d_name[0] == '.' || unlinkat(dirfd(listing), entry->d_name, 0) == 0,
              entry->d_name);
    }
    closedir(listing);
    check(rmdir(dir) == 0, dir);
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: bench_ledger FOLDER [SECONDS]\n");
        return 2;
    }
    uint64_t seconds = argc == 3 ? strtoull(argv[2], NULL, 10) : 2;
    struct statfs status;
    check(mkdir(argv[1], 0700) == 0, argv[1]);
    check(statfs(argv[1], &status) == 0, argv[1]);
    if (seconds == 0 || status.f_type == TMPFS_TYPE) {
        fprintf(stderr, "bench_ledger: SECONDS from 1, and a real file system\n");
        rmdir(argv[1]);
        return 2;
    }
    make_records();
    struct assay_ledger *ledger = make_ledger(argv[1]);
    int file = open_raw(argv[1]);
    printf("file system type 0x%lx, %" PRIu64 " s a side in %u turns; times in us\n",
           (unsigned long)status.f_type, seconds, TURNS);
    printf("%6s %10s %12s %9s %9s %12s %9s %9s %6s\n", "group", "groups", "records/s", "p50", "p99",
           "raw", "raw p50", "raw p99", "ratio");
    static const uint32_t groups[] = {1, 16, 256};
    for (size_t i = 0; i < ASSAY_COUNT_OF(groups); i++) {
        run_row(ledger, file, groups[i], seconds);
    }
    run_reads(ledger);
    ledger = run_open(ledger, argv[1]);
    assay_ledger_close(ledger);
    close(file);
    remove_folder(argv[1]);
    return 0;
}
