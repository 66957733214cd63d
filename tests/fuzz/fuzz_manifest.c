// SPDX-License-Identifier: Apache-2.0
/* Manifests as given, and signed anew so that their fields are reached: what is believed is written
 * and read back as it was. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/order.h"
#include "core/signed.h"
#include "tests/support/key_support.h"

static struct assay_signed_kind kind = {"assay-manifest", 2, 2 * 1024 * 1024};
static struct key_support keys;
static uint8_t site_key[ASSAY_ED25519_KEY_LEN];

static void remove_keys(void)
{
    key_support_deinit(&keys);
}

static void make_keys(void)
{
    struct assay_reason reason;
    if (keys.keyring != NULL) {
        return;
    }
    key_support_init(&keys);
    atexit(remove_keys);
    enum assay_error error = assay_public_key_read(keys.keys, ASSAY_KEY_SITE, site_key, &reason);
    assay_assert(error == ASSAY_OK);
}

static void check_same(const struct assay_manifest *a, const struct assay_manifest *b)
{
    assay_assert(a->handle == b->handle);
    assay_assert(memcmp(a->order_sha256, b->order_sha256, sizeof a->order_sha256) == 0);
    assay_assert(memcmp(&a->range, &b->range, sizeof a->range) == 0);
    assay_assert(a->good == b->good);
    struct assay_ranges of_a = assay_manifest_ranges(a);
    struct assay_ranges of_b = assay_manifest_ranges(b);
    assay_assert(of_a.count == of_b.count);
    assay_assert(memcmp(of_a.ranges, of_b.ranges, of_a.count * sizeof *of_a.ranges) == 0);
    assay_assert(a->kind == b->kind);
    assay_assert(memcmp(a->job, b->job, sizeof a->job) == 0);
    assay_assert(strcmp(a->reason_text, b->reason_text) == 0);
    assay_assert(a->guess_chance_log2 == b->guess_chance_log2);
    assay_assert(a->printed_at_unix_ms == b->printed_at_unix_ms);
    assay_assert(strcmp(a->format, b->format) == 0);
    assay_assert(a->files == b->files);
    assay_assert(memcmp(a->file, b->file, a->files * sizeof *a->file) == 0);
}

static void read_signed(const char *text, size_t len)
{
    struct assay_manifest manifest = {0};
    struct assay_manifest back = {0};
    struct assay_reason reason = {""};
    if (assay_manifest_read(text, len, site_key, &manifest, &reason) != ASSAY_OK) {
        assay_assert(reason.text[0] != '\0');
        assay_assert(manifest.file == NULL);
        return;
    }
    char *written = NULL;
    enum assay_error error = assay_manifest_write(&manifest, keys.keyring, &written);
    assay_assert(error == ASSAY_OK);
    error = assay_manifest_read(written, strlen(written), site_key, &back, &reason);
    assay_assert(error == ASSAY_OK);
    check_same(&manifest, &back);
    assay_manifest_deinit(&manifest);
    assay_manifest_deinit(&back);
    free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_keys();
    read_signed((const char *)data, size);
    json_t *object = NULL;
    char *text = NULL;
    if (assay_signed_parse(&kind, (const char *)data, size, &object, NULL) != ASSAY_OK) {
        return 0;
    }
    /* Signed as the version it says it is: 1 or 2. */
    kind.version = (int)json_integer_value(json_object_get(object, "version"));
    enum assay_error error = assay_signed_write(&kind, object, keys.keyring, ASSAY_KEY_SITE, &text);
    kind.version = 2;
    assay_assert(error == ASSAY_OK);
    read_signed(text, strlen(text));
    free(text);
    json_decref(object);
    return 0;
}
