// SPDX-License-Identifier: Apache-2.0
/* How right are the estimates of fake shares, on worlds whose truth is known?
 *
 * usage: bench_estimates learn TABLE FOLDER...   what scans say, from worlds of assay-market
 *        bench_estimates judge TABLE FOLDER...   a row for each kind; a folder is named KIND-... */
#include <stdlib.h>
#include <string.h>

#include "bench/estimates/judge.h"

#define KINDS_MAX 64

static int learn(const char *path, int count, char **folders)
{
    static struct evidence_counts counts;
    static int16_t llr[EVIDENCE_CELLS];
    for (int i = 0; i < count; i++) {
        struct world world;
        world_read(&world, folders[i]);
        evidence_mark(&world);
        evidence_count(&counts, &world);
        world_deinit(&world);
    }
    evidence_learn(&counts, llr);
    FILE *file = fopen(path, "wb");
    bool good = file != NULL && fwrite(llr, sizeof llr, 1, file) == 1;
    good = file != NULL && fclose(file) == 0 && good;
    if (!good) {
        perror(path);
    }
    return good ? 0 : 1;
}

/* The part of a folder's name before the first dash. */
static void kind_of(const char *folder, char kind[NAME_LEN])
{
    const char *slash = strrchr(folder, '/');
    snprintf(kind, NAME_LEN, "%s", slash == NULL ? folder : slash + 1);
    kind[strcspn(kind, "-")] = '\0';
}

static int judge(const char *path, int count, char **folders)
{
    static int16_t llr[EVIDENCE_CELLS];
    static struct verdicts verdicts[KINDS_MAX];
    struct names kinds = {.count = 0};
    FILE *file = fopen(path, "rb");
    if (file == NULL || fread(llr, sizeof llr, 1, file) != 1) {
        perror(path);
        return 1;
    }
    fclose(file);
    for (int i = 0; i < count; i++) {
        char kind[NAME_LEN];
        struct world world;
        struct verdicts one;
        kind_of(folders[i], kind);
        world_read(&world, folders[i]);
        evidence_mark(&world);
        judge_world(&world, llr, &one);
        world_deinit(&world);
        uint32_t number = names_find(&kinds, kind, true);
        if (number < KINDS_MAX) {
            verdicts_add(&verdicts[number], &one);
        }
    }
    printf("| kind | true E2 / estimate | covered by the 95%% interval | width | lower bound holds "
           "| highest upper limit | composite covered (width; purchases alone) | ratio "
           "| trend: mean error of log odds ratio; covered "
           "|\n|---|---|---|---|---|---|---|---|---|\n");
    struct verdicts all = {0};
    for (uint32_t k = 0; k < kinds.count && k < KINDS_MAX; k++) {
        verdicts_print(kinds.texts[k], &verdicts[k]);
        verdicts_add(&all, &verdicts[k]);
    }
    verdicts_print("all", &all);
    names_deinit(&kinds);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "learn") == 0) {
        return learn(argv[2], argc - 3, argv + 3);
    }
    if (argc >= 4 && strcmp(argv[1], "judge") == 0) {
        return judge(argv[2], argc - 3, argv + 3);
    }
    fputs("usage: bench_estimates learn|judge TABLE FOLDER...\n", stderr);
    return 2;
}
