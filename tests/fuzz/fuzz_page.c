// SPDX-License-Identifier: Apache-2.0
/* Whatever brand, product, label and buyer say, a page has the markup that plain texts leave. The
 * first two bytes choose verdict and form; the rest is cut at line feeds into the texts. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verifier/pages/page.h"

#define TEXTS 12
#define TEXT_SIZE 300

struct scene {
    char text[TEXTS][TEXT_SIZE];
    struct assay_brand_record brand;
    struct assay_product product;
    struct assay_batch_facts batch;
    struct assay_scan_answer answer;
    struct assay_place place;
    struct assay_page page;
};

static void cut(struct scene *scene, const uint8_t *data, size_t size)
{
    size_t number = 0;
    size_t len = 0;
    for (size_t i = 0; i < size && number < TEXTS; i++) {
        if (data[i] == '\n') {
            number++;
            len = 0;
        } else if (data[i] != '\0' && len < TEXT_SIZE - 1) {
            scene->text[number][len++] = (char)data[i];
        }
    }
}

static void copy(char *room, size_t size, const char *text)
{
    strncpy(room, text, size - 1);
}

#define COPY(room, text) copy((room), sizeof(room), (text))

static void set_scene(struct scene *scene, uint8_t choice, uint8_t flags)
{
    struct assay_product_record *product = &scene->product.value;
    COPY(scene->brand.name, scene->text[0]);
    COPY(scene->brand.name_zh, scene->text[1]);
    COPY(product->name_zh, scene->text[2]);
    COPY(product->name_en, scene->text[3]);
    COPY(product->picture, scene->text[4]);
    COPY(scene->batch.lot, scene->text[5]);
    COPY(scene->answer.reason_text, scene->text[6]);
    COPY(scene->place.city, scene->text[7]);
    COPY(scene->place.region, "CN-GD");
    product->terms = (struct assay_warranty_terms){3, 2};
    scene->batch.expires_on = 20000;
    scene->answer.warranty_ends_on = flags & 1 ? 20800 : ASSAY_DAY_NONE;
    scene->answer.first_at_unix_ms = 1;
    scene->answer.risk.reasons = flags;
    scene->page = (struct assay_page){
        .language = (enum assay_language)(choice & 1),
        .brand = &scene->brand,
        .path = scene->text[8],
        .typed_code = scene->text[8],
        .hint = (enum assay_code_hint)(flags % 5),
        .hint_count = flags,
        .product = &scene->product,
        .batch = &scene->batch,
        .has_pin = flags & 2,
        .scan_on_tap = flags & 4,
        .offline_form = flags & 8,
        .gtin = scene->text[9],
        .lot = scene->text[10],
        .sig = scene->text[11],
        .scan_id = scene->text[9],
        .decided = flags & 16,
        .verdict = (enum assay_verdict)(choice / 2 % ASSAY_VERDICT_COUNT),
        .answer = flags & 32 ? &scene->answer : NULL,
        .place = &scene->place,
        .first_place = &scene->place,
        .receipt = scene->text[10],
        .message = flags & 64 ? scene->text[6] : NULL,
    };
    if (flags & 128) {
        COPY(scene->page.code, "1000001DVP8CF5YWPW28");
    }
}

/* Counts of the characters that make markup. */
static void count_marks(const struct assay_page *page, unsigned counts[256])
{
    char *html;
    size_t len;
    if (assay_page_render(page, &html, &len) != ASSAY_OK) {
        abort();
    }
    for (size_t i = 0; i < len; i++) {
        counts[(uint8_t)html[i]]++;
    }
    free(html);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    static struct scene scene;
    static struct scene plain;
    memset(&scene, 0, sizeof scene);
    cut(&scene, data + 2, size - 2);
    plain = scene;
    for (int i = 0; i < TEXTS; i++) {
        /* A plain text of the same kind: whether it is there, and whether it is a picture. */
        bool picture = strncmp(scene.text[i], "https://", 8) == 0;
        const char *text = scene.text[i][0] == '\0' ? "" : picture ? "https://p" : "p";
        snprintf(plain.text[i], TEXT_SIZE, "%s", text);
    }
    set_scene(&scene, data[0], data[1]);
    set_scene(&plain, data[0], data[1]);
    unsigned counts[256] = {0};
    unsigned plain_counts[256] = {0};
    count_marks(&scene.page, counts);
    count_marks(&plain.page, plain_counts);
    for (const char *mark = "<>\"'\n"; *mark != '\0'; mark++) {
        assay_assert(counts[(uint8_t)*mark] == plain_counts[(uint8_t)*mark]);
    }
    assay_assert(counts[0] == 0);
    const char *text = (const char *)data;
    enum assay_language language = assay_page_language(text, size / 2, text + size / 2, size / 2);
    assay_assert(language == ASSAY_LANGUAGE_ZH || language == ASSAY_LANGUAGE_EN);
    return 0;
}
