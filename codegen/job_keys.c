// SPDX-License-Identifier: Apache-2.0
#include "codegen/job_keys.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codegen/output.h"
#include "core/batch_key.h"
#include "core/passphrase.h"

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

enum assay_error assay_job_parties_check(const struct assay_codegen_options *options,
                                         struct assay_reason *reason)
{
    return options->site == NULL && access(options->keys, F_OK) == 0 && !is_folder(options->keys)
               ? assay_fail(reason, ASSAY_E_USAGE,
                            "--keys FILE wants --site DIR, the folder of the site's own keys")
               : ASSAY_OK;
}

const char *assay_job_site(const struct assay_codegen_options *options)
{
    return options->site != NULL ? options->site : options->keys;
}

/* What opens a print site's files. */
struct opener {
    const struct assay_codegen_options *options;
    const struct assay_order *order;
    bool needs_pins;
    char passphrase[ASSAY_PASSPHRASE_SIZE]; /* of the batch's keys, or of the private key */
    struct assay_identity *identity;        /* NULL: not given */
};

static enum assay_error read_passphrase(const struct assay_codegen_options *options,
                                        char passphrase[ASSAY_PASSPHRASE_SIZE],
                                        struct assay_reason *reason)
{
    return assay_passphrase_get(options->passphrase_file, true, passphrase, ASSAY_PASSPHRASE_SIZE,
                                reason);
}

/* -- at the office -- */

/* Roots make every batch's codes: they belong where orders are signed, nowhere else. */
static enum assay_error check_office(const char *keys, struct assay_reason *reason)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/office.key", keys);
    return len > 0 && (size_t)len < sizeof path && access(path, F_OK) == 0
               ? ASSAY_OK
               : assay_fail(
                     reason, ASSAY_E_REFUSED,
                     "%.150s: no office.key is here, so this is not the office; a print site "
                     "takes one batch's keys (batch create --keys-out) with --keys FILE "
                     "--site DIR",
                     keys);
}

static enum assay_error open_roots(const struct assay_codegen_options *options, bool needs_pins,
                                   struct assay_keyring **keyring, struct assay_reason *reason)
{
    unsigned wanted = 1u << ASSAY_KEY_LABEL | 1u << ASSAY_KEY_SITE;
    if (needs_pins) {
        wanted |= 1u << ASSAY_KEY_PIN;
    }
    char passphrase[ASSAY_PASSPHRASE_SIZE];
    enum assay_error error = check_office(options->keys, reason);
    if (error == ASSAY_OK) {
        error = read_passphrase(options, passphrase, reason);
    }
    if (error != ASSAY_OK) {
        return error;
    }
    error = assay_keyring_open(options->keys, passphrase, wanted, keyring, reason);
    assay_bytes_wipe(passphrase, sizeof passphrase);
    return error;
}

/* -- at a print site -- */

static enum assay_error check_batch(const struct opener *opener, const struct assay_batch_key *key,
                                    const char *path, struct assay_reason *reason)
{
    const struct assay_order *order = opener->order;
    if (key->handle != order->handle || key->epoch != order->epoch) {
        char handle[ASSAY_HANDLE_SIZE];
        assay_handle_format(key->handle, handle);
        return assay_fail(reason, ASSAY_E_REFUSED, "%.200s: these are keys of batch %s, epoch %u",
                          path, handle, key->epoch);
    }
    bool offline = (order->flags & ASSAY_BATCH_IS_OFFLINE) != 0;
    return key->name == ASSAY_KEY_LABEL && offline && !key->offline
               ? assay_fail(reason, ASSAY_E_REFUSED, "%.200s: it lacks the signing key of O1", path)
               : ASSAY_OK;
}

static enum assay_error open_batch_key(const struct opener *opener, const char *path,
                                       enum assay_key_name name, struct assay_keyring *keyring,
                                       struct assay_reason *reason)
{
    struct assay_buffer file = {0};
    struct assay_batch_key key;
    enum assay_error error =
        assay_buffer_load(AT_FDCWD, path, ASSAY_BATCH_KEY_FILE_MAX, &file, reason);
    if (error == ASSAY_OK) {
        struct assay_span span = {file.data, file.len_bytes};
        error = assay_batch_key_open(span, name, opener->passphrase, opener->identity, &key);
        if (error == ASSAY_E_PASSPHRASE && assay_batch_key_is_enveloped(span)) {
            (void)assay_fail(reason, error,
                             "%.200s: it is to a certificate, whose private key --cert-key names",
                             path);
        } else if (error != ASSAY_OK) {
            (void)assay_fail(reason, error, "%.200s: %s", path, assay_error_text(error));
        }
    }
    assay_buffer_deinit(&file);
    if (error != ASSAY_OK) {
        return error;
    }
    error = check_batch(opener, &key, path, reason);
    if (error == ASSAY_OK) {
        assay_keyring_add_batch(keyring, &key);
    }
    assay_bytes_wipe(&key, sizeof key);
    return error;
}

static enum assay_error open_batch_keys(struct opener *opener, struct assay_keyring *keyring,
                                        struct assay_reason *reason)
{
    const struct assay_codegen_options *options = opener->options;
    if (options->cert_key != NULL) {
        enum assay_error error =
            assay_identity_read(options->cert_key, opener->passphrase, &opener->identity, reason);
        if (error != ASSAY_OK) {
            return error;
        }
    }
    enum assay_error error =
        open_batch_key(opener, options->keys, ASSAY_KEY_LABEL, keyring, reason);
    if (error == ASSAY_OK && opener->needs_pins) {
        error = options->pin_keys == NULL
                    ? assay_fail(reason, ASSAY_E_USAGE,
                                 "PINs are wanted: --pin-keys FILE, too, or --pin none")
                    : open_batch_key(opener, options->pin_keys, ASSAY_KEY_PIN, keyring, reason);
    }
    return error;
}

static enum assay_error open_site(struct opener *opener, struct assay_keyring **keyring,
                                  struct assay_reason *reason)
{
    const struct assay_codegen_options *options = opener->options;
    enum assay_error error = read_passphrase(options, opener->passphrase, reason);
    struct assay_keyring *made = NULL;
    if (error == ASSAY_OK) {
        error = assay_keyring_open(options->site, opener->passphrase, 1u << ASSAY_KEY_SITE, &made,
                                   reason);
    }
    if (error == ASSAY_OK && options->keys_passphrase_file != NULL) {
        error = assay_passphrase_get(options->keys_passphrase_file, false, opener->passphrase,
                                     sizeof opener->passphrase, reason);
    }
    if (error == ASSAY_OK) {
        error = open_batch_keys(opener, made, reason);
    }
    if (error != ASSAY_OK) {
        assay_keyring_close(made);
        return error;
    }
    *keyring = made;
    return ASSAY_OK;
}

enum assay_error assay_job_keys_open(const struct assay_codegen_options *options,
                                     const struct assay_order *order, bool needs_pins,
                                     struct assay_keyring **keyring, struct assay_reason *reason)
{
    if (options->site == NULL) {
        return open_roots(options, needs_pins, keyring, reason);
    }
    struct opener opener = {.options = options, .order = order, .needs_pins = needs_pins};
    enum assay_error error = open_site(&opener, keyring, reason);
    assay_identity_free(opener.identity);
    assay_bytes_wipe(&opener, sizeof opener);
    return error;
}
