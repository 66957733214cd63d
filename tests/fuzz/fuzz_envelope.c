// SPDX-License-Identifier: Apache-2.0
/* Envelopes: bytes as they come, at once and as a stream; and our own with one change, which never
 * opens to anything but what was put in. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/envelope.h"
#include "identity.h"

#define PLAIN_MAX 4096

struct poured {
    uint8_t data[2 * PLAIN_MAX];
    size_t len;
};

static enum assay_error pour(void *context, struct assay_span plain)
{
    struct poured *poured = context;
    if (plain.len_bytes > sizeof poured->data - poured->len) {
        return ASSAY_E_TOO_LARGE;
    }
    memcpy(poured->data + poured->len, plain.data, plain.len_bytes);
    poured->len += plain.len_bytes;
    return ASSAY_OK;
}

static bool is_known(enum assay_error error)
{
    return error == ASSAY_OK || error == ASSAY_E_CORRUPT || error == ASSAY_E_PASSPHRASE ||
           error == ASSAY_E_TOO_LARGE;
}

static int file_of(const uint8_t *data, size_t size)
{
    int fd = memfd_create("envelope", 0);
    assay_assert(fd >= 0);
    ssize_t written = write(fd, data, size);
    assay_assert(written == (ssize_t)size);
    return fd;
}

static enum assay_error read_stream(int fd, struct poured *poured)
{
    poured->len = 0;
    const struct assay_envelope_sink sink = {.take = pour, .context = poured};
    enum assay_error error = assay_envelope_read(fuzz_identity(), fd, &sink);
    assay_assert(is_known(error));
    return error;
}

static void read_any(const uint8_t *data, size_t size)
{
    static struct poured poured;
    uint8_t plain[PLAIN_MAX];
    size_t len = sizeof plain;
    enum assay_error error =
        assay_envelope_unseal(fuzz_identity(), (struct assay_span){data, size}, plain, &len);
    assay_assert(is_known(error));
    assay_assert(error != ASSAY_OK || len <= sizeof plain);
    int fd = file_of(data, size);
    (void)read_stream(fd, &poured);
    close(fd);
}

/* The first two bytes say where, the third what; the rest is what goes in. */
static void read_changed(const uint8_t *data, size_t size)
{
    static struct poured poured;
    struct assay_envelope_writer *writer;
    struct assay_span plain = {data + 3, size - 3 < PLAIN_MAX ? size - 3 : PLAIN_MAX};
    int fd = memfd_create("own", 0);
    enum assay_error error = assay_envelope_begin(fuzz_certificate(), fd, &writer);
    assay_assert(error == ASSAY_OK);
    error = assay_envelope_write(writer, plain);
    assay_assert(error == ASSAY_OK);
    error = assay_envelope_end(writer);
    assay_assert(error == ASSAY_OK);
    assay_envelope_close(writer);
    off_t end = lseek(fd, 0, SEEK_END);
    off_t at = (data[0] << 8 | data[1]) % end;
    uint8_t byte;
    ssize_t done = pread(fd, &byte, 1, at);
    assay_assert(done == 1);
    byte ^= data[2];
    done = pwrite(fd, &byte, 1, at);
    assay_assert(done == 1);
    error = read_stream(fd, &poured);
    assay_assert(error == ASSAY_OK || data[2] != 0);
    assay_assert(error != ASSAY_OK || poured.len == plain.len_bytes);
    assay_assert(error != ASSAY_OK || memcmp(poured.data, plain.data, poured.len) == 0);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (data[0] == 0x30 || size < 4) {
        read_any(data, size);
    } else {
        read_changed(data, size);
    }
    return 0;
}
