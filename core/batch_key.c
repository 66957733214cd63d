// SPDX-License-Identifier: Apache-2.0
#include "core/batch_key.h"

#include <stdlib.h>
#include <string.h>

#include "core/envelope.h"
#include "core/keyfile.h"
#include "core/wire.h"

enum {
    VERSION = 1,
    PLAIN_LEN = 24 + ASSAY_BATCH_SECRET_LEN,
    KIND_LABEL = 6, /* of a key file, behind those of a data directory */
    KIND_PIN = 7,
};

static const uint8_t magic[8] = {'A', 'S', 'S', 'A', 'Y', 'B', 'K', 'Y'};
static const uint8_t key_file_magic[8] = {'A', 'S', 'S', 'A', 'Y', 'K', 'E', 'Y'};

static uint8_t kind_of(enum assay_key_name name)
{
    assay_assert(name == ASSAY_KEY_LABEL || name == ASSAY_KEY_PIN);
    return name == ASSAY_KEY_LABEL ? KIND_LABEL : KIND_PIN;
}

static void encode(const struct assay_batch_key *key, uint8_t plain[PLAIN_LEN])
{
    struct assay_wire wire = assay_wire_writer(plain, PLAIN_LEN);
    assay_wire_put_bytes(&wire, magic, sizeof magic);
    assay_wire_put_u16(&wire, VERSION);
    assay_wire_put_u8(&wire, kind_of(key->name));
    assay_wire_put_u8(&wire, key->offline);
    assay_wire_put_u32(&wire, key->handle);
    assay_wire_put_u32(&wire, key->epoch);
    assay_wire_put_u32(&wire, 0);
    assay_wire_put_bytes(&wire, key->secret, sizeof key->secret);
    assay_assert(!wire.failed);
    assay_assert(wire.at == PLAIN_LEN);
}

static enum assay_error decode(const uint8_t plain[PLAIN_LEN], enum assay_key_name name,
                               struct assay_batch_key *key)
{
    struct assay_wire wire = assay_wire_reader(plain, PLAIN_LEN);
    struct assay_batch_key made = {.name = name};
    uint8_t found[sizeof magic];
    assay_wire_get_bytes(&wire, found, sizeof found);
    uint16_t version = assay_wire_get_u16(&wire);
    uint8_t kind = assay_wire_get_u8(&wire);
    uint8_t offline = assay_wire_get_u8(&wire);
    made.handle = assay_wire_get_u32(&wire);
    made.epoch = assay_wire_get_u32(&wire);
    bool zero = assay_wire_get_u32(&wire) == 0;
    assay_wire_get_bytes(&wire, made.secret, sizeof made.secret);
    made.offline = offline == 1;
    if (memcmp(found, magic, sizeof magic) != 0 || version == 0) {
        return ASSAY_E_CORRUPT;
    }
    if (version > VERSION) {
        return ASSAY_E_VERSION;
    }
    bool handle_ok = made.handle != 0 && made.handle < 1u << 30;
    if (kind != kind_of(name) || offline > 1 || !zero || !handle_ok) {
        return ASSAY_E_CORRUPT;
    }
    *key = made;
    assay_bytes_wipe(&made, sizeof made);
    return ASSAY_OK;
}

enum assay_error assay_batch_key_seal(const struct assay_batch_key *key, const char *passphrase,
                                      uint8_t **file, size_t *len_bytes)
{
    if (passphrase[0] == '\0') {
        return ASSAY_E_PASSPHRASE;
    }
    uint8_t plain[PLAIN_LEN];
    struct assay_key_lock lock = {.passphrase = passphrase};
    uint8_t *made = malloc(ASSAY_KEY_FILE_LEN_OF(PLAIN_LEN));
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    encode(key, plain);
    enum assay_error error = assay_key_lock_renew(&lock, ASSAY_KEY_COST);
    if (error == ASSAY_OK) {
        error = assay_key_file_seal_any(&lock, kind_of(key->name),
                                        (struct assay_span){plain, sizeof plain}, made);
    }
    assay_bytes_wipe(plain, sizeof plain);
    assay_bytes_wipe(&lock, sizeof lock);
    if (error != ASSAY_OK) {
        free(made);
        return error;
    }
    *file = made;
    *len_bytes = ASSAY_KEY_FILE_LEN_OF(PLAIN_LEN);
    return ASSAY_OK;
}

enum assay_error assay_batch_key_seal_to(const struct assay_batch_key *key,
                                         const struct assay_certificate *to, uint8_t **file,
                                         size_t *len_bytes)
{
    uint8_t plain[PLAIN_LEN];
    encode(key, plain);
    enum assay_error error =
        assay_envelope_seal(to, (struct assay_span){plain, sizeof plain}, file, len_bytes);
    assay_bytes_wipe(plain, sizeof plain);
    return error;
}

bool assay_batch_key_is_enveloped(struct assay_span file)
{
    return file.len_bytes < sizeof key_file_magic ||
           memcmp(file.data, key_file_magic, sizeof key_file_magic) != 0;
}

enum assay_error assay_batch_key_open(struct assay_span file, enum assay_key_name name,
                                      const char *passphrase, const struct assay_identity *identity,
                                      struct assay_batch_key *key)
{
    uint8_t plain[PLAIN_LEN];
    bool enveloped = assay_batch_key_is_enveloped(file);
    if (enveloped ? identity == NULL : passphrase == NULL) {
        return ASSAY_E_PASSPHRASE;
    }
    enum assay_error error;
    if (enveloped) {
        size_t len = sizeof plain;
        error = assay_envelope_unseal(identity, file, plain, &len);
        error = error == ASSAY_OK && len != sizeof plain ? ASSAY_E_CORRUPT : error;
    } else {
        struct assay_key_lock lock = {.passphrase = passphrase};
        error = assay_key_file_open_any(&lock, kind_of(name), file, plain, sizeof plain);
        assay_bytes_wipe(&lock, sizeof lock);
    }
    if (error == ASSAY_OK) {
        error = decode(plain, name, key);
    }
    assay_bytes_wipe(plain, sizeof plain);
    return error;
}
