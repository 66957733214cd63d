// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/carton_labels.h"
#include "codegen/pack.h"
#include "codegen/package.h"
#include "codegen/press.h"
#include "codegen/site.h"
#include "codegen/unpack.h"
#include "codegen/verify_offline.h"
#include "core/clock.h"
#include "core/json.h"

static void on_signal(int number)
{
    (void)number;
    assay_press_stop();
}

/* A write beyond a file size limit is an error to report, not the end of the process. */
static void set_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

static json_t *names_of_files(const struct assay_manifest *manifest)
{
    json_t *names = json_array();
    for (uint32_t i = 0; i < manifest->files; i++) {
        json_array_append_new(names, json_string(manifest->file[i].name));
    }
    return names;
}

static void report_json(const struct assay_manifest *manifest, const char *name, double seconds)
{
    char handle[ASSAY_HANDLE_SIZE];
    assay_handle_format(manifest->handle, handle);
    json_t *report = json_pack(
        "{ss ss sI sI sI so ss sf sf sf}", "handle", handle, "format", manifest->format, "first",
        (json_int_t)manifest->range.first, "last", (json_int_t)manifest->range.last, "labels",
        (json_int_t)manifest->good, "files", names_of_files(manifest), "manifest", name,
        "guess_chance_log2", manifest->guess_chance_log2, "seconds", seconds, "labels_per_second",
        seconds > 0 ? manifest->good / seconds : 0.0);
    if (report != NULL) {
        json_dumpf(report, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(report);
    }
}

static void report_text(const struct assay_manifest *manifest, const char *folder, const char *name,
                        double seconds)
{
    char handle[ASSAY_HANDLE_SIZE];
    assay_handle_format(manifest->handle, handle);
    printf("%u labels, items %u-%u of batch %s, in %u %s file%s; %.1f s, %.0f labels/s\n",
           manifest->good, manifest->range.first, manifest->range.last, handle, manifest->files,
           manifest->format, manifest->files == 1 ? "" : "s", seconds,
           seconds > 0 ? manifest->good / seconds : 0.0);
    printf("manifest %s/%s; a guessed code hits with a chance of 2^%.2f\n", folder, name,
           manifest->guess_chance_log2);
}

/* What a manifest says from the beginning. */
static void begin_facts(const struct assay_job *job, struct assay_printed_job *facts)
{
    const struct assay_codegen_options *options = job->options;
    *facts = (struct assay_printed_job){
        .job = job,
        .keyring = job->keyring,
        .handle = job->order.handle,
        .ranges = {job->ranges, job->range_count},
        .kind = job->kind,
        .guess_chance_log2 = job->guess_chance_log2,
        .printed_at_unix_ms = assay_clock_unix_ms(),
        .format = options->format->name,
        .printer = options->printer,
        .reason_text = options->reason,
        .resume = options->resume,
    };
    memcpy(facts->order_sha256, job->order_sha256, sizeof facts->order_sha256);
    memcpy(facts->site_key, job->site_key, sizeof facts->site_key);
}

static void report(const struct assay_job *job, const struct assay_printed *printed, double seconds)
{
    const struct assay_manifest *manifest = assay_printed_manifest(printed);
    if (job->options->json) {
        report_json(manifest, assay_printed_name(printed), seconds);
    } else {
        report_text(manifest, job->options->out, assay_printed_name(printed), seconds);
    }
}

/* Packages are made of finished files; they belong to the job, so that --resume makes them, too. */
static enum assay_error pack(const struct assay_job *job, const struct assay_folder *folder,
                             const struct assay_printed *printed, const struct assay_recipients *to,
                             struct assay_reason *reason)
{
    const struct assay_package files = {
        .folder = folder,
        .manifest = assay_printed_manifest(printed),
        .manifest_name = assay_printed_name(printed),
    };
    return assay_packages_write(&job->options->packages, to, &files, reason);
}

static enum assay_error print_into(const struct assay_job *job, const struct assay_folder *folder,
                                   const struct assay_recipients *to, struct assay_reason *reason)
{
    struct assay_printed_job facts;
    begin_facts(job, &facts);
    struct assay_printed *printed = NULL;
    enum assay_error error = assay_printed_open(folder, &facts, &printed, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    double seconds = 0;
    error = assay_press_run(job, folder, printed, &seconds, reason);
    if (error == ASSAY_OK) {
        error = pack(job, folder, printed, to, reason);
    }
    assay_printed_end(printed, error == ASSAY_OK);
    if (error == ASSAY_OK) {
        report(job, printed, seconds);
    }
    assay_printed_close(printed);
    return error;
}

/* A certificate that is no good is refused before anything is printed. */
static enum assay_error print_job(const struct assay_job *job, struct assay_reason *reason)
{
    const struct assay_codegen_options *options = job->options;
    struct assay_recipients to;
    struct assay_folder folder = {.fd = -1};
    enum assay_error error = assay_packages_check(&options->packages, &to, reason);
    if (error == ASSAY_OK) {
        error = assay_folder_open(options->out, &folder, reason);
    }
    if (error == ASSAY_OK) {
        error = print_into(job, &folder, &to, reason);
    }
    assay_folder_close(&folder);
    assay_recipients_free(&to);
    return error;
}

static enum assay_error print_cartons(const struct assay_codegen_options *options,
                                      struct assay_reason *reason)
{
    struct assay_carton_report report;
    enum assay_error error = assay_carton_labels_print(options, &report, reason);
    if (error != ASSAY_OK) {
        return error;
    }
    if (options->json) {
        printf("{\"format\": \"%s\", \"labels\": %u, \"files\": %u, \"seconds\": %.3f}\n",
               options->format->name, report.labels, report.files, report.seconds);
    } else {
        printf("%u labels of cartons and pallets in %u %s file%s in %s; %.1f s\n", report.labels,
               report.files, options->format->name, report.files == 1 ? "" : "s", options->out,
               report.seconds);
    }
    return ASSAY_OK;
}

static enum assay_error print_items(const struct assay_codegen_options *options,
                                    struct assay_reason *reason)
{
    struct assay_job *job = NULL;
    enum assay_error error = assay_job_open(options, &job, reason);
    if (error == ASSAY_OK) {
        error = print_job(job, reason);
    }
    assay_job_close(job);
    return error;
}

struct subcommand {
    const char *name;
    int (*run)(int argc, char **argv);
    char *called; /* for messages */
};

static const struct subcommand *find_subcommand(const char *name)
{
    static char names[][32] = {"assay-codegen verify-offline", "assay-codegen unpack",
                               "assay-codegen init-site", "assay-codegen pack"};
    static const struct subcommand subcommands[] = {
        {"verify-offline", assay_verify_offline, names[0]},
        {"unpack", assay_unpack, names[1]},
        {"init-site", assay_init_site, names[2]},
        {"pack", assay_pack, names[3]},
    };
    for (size_t i = 0; i < ASSAY_COUNT_OF(subcommands); i++) {
        if (strcmp(name, subcommands[i].name) == 0) {
            return &subcommands[i];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct assay_codegen_options options;
    struct assay_reason reason = {0};
    const struct subcommand *subcommand = argc > 1 ? find_subcommand(argv[1]) : NULL;
    if (subcommand != NULL) {
        argv[1] = subcommand->called;
        return subcommand->run(argc - 1, argv + 1);
    }
    set_signals();
    enum assay_error error = assay_codegen_options_read(argc, argv, &options, &reason);
    if (error == ASSAY_OK) {
        error = options.cartons != NULL ? print_cartons(&options, &reason)
                                        : print_items(&options, &reason);
    }
    if (error == ASSAY_OK) {
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "assay-codegen: %s\n", reason.text);
    return error == ASSAY_E_USAGE ? 2 : 1;
}
