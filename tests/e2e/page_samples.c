// SPDX-License-Identifier: Apache-2.0
/* usage: page_samples DIR
 * Writes every verdict's page as DIR/VERDICT-LANG.html, a look as DIR/look-LANG.html, the assets
 * under DIR/assets/, plain and with .gz, and the policy as DIR/csp, for page_samples.mjs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "page_sample.h"

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void write_file(const char *path, const void *data, size_t len)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, len, file) != len || fclose(file) != 0) {
        die(path);
    }
}

static void write_page(const char *dir, const char *name, const struct page_sample *sample)
{
    char path[1024];
    char *html;
    size_t len;
    if (assay_page_render(&sample->page, &html, &len) != ASSAY_OK) {
        die("render");
    }
    const char *lang = sample->page.language == ASSAY_LANGUAGE_ZH ? "zh" : "en";
    snprintf(path, sizeof path, "%s/%s-%s.html", dir, name, lang);
    write_file(path, html, len);
    free(html);
}

/* The assets that a page names, and no others. */
static void write_assets(const char *dir, const char *html)
{
    for (const char *at = html; (at = strstr(at, "\"/assets/")) != NULL;) {
        at++;
        size_t len = strcspn(at, "\"");
        const struct assay_asset *asset = assay_page_asset(at, len);
        char path[1024];
        if (asset == NULL) {
            die("asset");
        }
        snprintf(path, sizeof path, "%s%s", dir, asset->path);
        write_file(path, asset->plain.data, asset->plain.len_bytes);
        strncat(path, ".gz", sizeof path - strlen(path) - 1);
        write_file(path, asset->gzip.data, asset->gzip.len_bytes);
    }
}

static void write_language(const char *dir, enum assay_language language)
{
    struct page_sample sample;
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        page_sample_verdict(&sample, (enum assay_verdict)i, language);
        write_page(dir, assay_verdict_row((enum assay_verdict)i)->name, &sample);
    }
    page_sample_look(&sample, language);
    write_page(dir, "look", &sample);
    sample.page.scan_on_tap = true;
    write_page(dir, "tap", &sample);
    sample.page.code[0] = '\0';
    write_page(dir, "home", &sample);
    sample.page.message = language == ASSAY_LANGUAGE_ZH ? "谢谢，您的举报已收到。" : "Thank you.";
    write_page(dir, "message", &sample);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: page_samples DIR\n");
        return 2;
    }
    char assets[1024];
    snprintf(assets, sizeof assets, "%s/assets", argv[1]);
    if (mkdir(assets, 0700) != 0) {
        die(assets);
    }
    write_language(argv[1], ASSAY_LANGUAGE_ZH);
    write_language(argv[1], ASSAY_LANGUAGE_EN);
    struct page_sample sample;
    char *html;
    size_t len;
    page_sample_look(&sample, ASSAY_LANGUAGE_EN);
    if (assay_page_render(&sample.page, &html, &len) != ASSAY_OK) {
        die("render");
    }
    char *text = strndup(html, len);
    write_assets(argv[1], text);
    snprintf(assets, sizeof assets, "%s/csp", argv[1]);
    write_file(assets, assay_page_csp(), strlen(assay_page_csp()));
    free(text);
    free(html);
    return 0;
}
