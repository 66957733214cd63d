// SPDX-License-Identifier: Apache-2.0
#include "codegen/qr.h"

#include <endian.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/url.h"

struct assay_qr {
    QRecLevel level;
    int version;
    size_t byte_len;         /* of the byte segment; may be 0 */
    size_t alphanumeric_len; /* of what follows; at least the code */
    unsigned size;
    QRcode *last;
};

static const QRecLevel levels[] = {
    [ASSAY_ECC_L] = QR_ECLEVEL_L,
    [ASSAY_ECC_M] = QR_ECLEVEL_M,
    [ASSAY_ECC_Q] = QR_ECLEVEL_Q,
    [ASSAY_ECC_H] = QR_ECLEVEL_H,
};

enum assay_error assay_ecc_parse(const char *name, enum assay_ecc *level,
                                 struct assay_reason *reason)
{
    static const char names[] = "LMQH";
    const char *found = name[0] != '\0' && name[1] == '\0' ? strchr(names, name[0]) : NULL;
    if (found == NULL) {
        return assay_fail(reason, ASSAY_E_USAGE, "--ecc is L, M, Q or H, not '%.40s'", name);
    }
    *level = (enum assay_ecc)(found - names);
    return ASSAY_OK;
}

/* libqrencode has no way to empty a QRinput, so each label makes one: four small allocations
 * beside the encoder's own forty. */
static QRcode *encode(const struct assay_qr *qr, const char *url)
{
    QRinput *input = QRinput_new2(qr->version, qr->level);
    if (input == NULL) {
        return NULL;
    }
    const unsigned char *bytes = (const unsigned char *)url;
    QRcode *code = NULL;
    if ((qr->byte_len == 0 || QRinput_append(input, QR_MODE_8, (int)qr->byte_len, bytes) == 0) &&
        QRinput_append(input, QR_MODE_AN, (int)qr->alphanumeric_len, bytes + qr->byte_len) == 0) {
        code = QRcode_encodeInput(input);
    }
    QRinput_free(input);
    return code;
}

enum assay_error assay_qr_create(enum assay_ecc level, const char *sample, struct assay_qr **qr)
{
    size_t len = strlen(sample);
    assay_assert(len > 0);
    assay_assert(len <= ASSAY_URL_MAX);
    struct assay_qr *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return ASSAY_E_MEMORY;
    }
    made->level = levels[level];
    made->byte_len = assay_url_alphanumeric_tail(sample, len);
    made->alphanumeric_len = len - made->byte_len;
    assay_assert(made->alphanumeric_len > 0);
    made->last = encode(made, sample);
    if (made->last == NULL) {
        free(made);
        return ASSAY_E_TOO_LARGE;
    }
    made->version = made->last->version;
    made->size = (unsigned)made->last->width;
    *qr = made;
    return ASSAY_OK;
}

void assay_qr_destroy(struct assay_qr *qr)
{
    if (qr != NULL) {
        QRcode_free(qr->last);
        free(qr);
    }
}

unsigned assay_qr_size(const struct assay_qr *qr)
{
    return qr->size;
}

enum assay_error assay_qr_encode(struct assay_qr *qr, const char *url, struct assay_matrix *matrix)
{
    QRcode *code = encode(qr, url);
    if (code == NULL) {
        return ASSAY_E_MEMORY;
    }
    assay_assert((unsigned)code->width == qr->size);
    QRcode_free(qr->last);
    qr->last = code;
    *matrix = (struct assay_matrix){.size = qr->size, .modules = code->data};
    return ASSAY_OK;
}

/* The lowest bits of eight modules, by a multiplication that moves the low bit of byte i to bit
 * 56 + i. */
static uint64_t eight_bits(const uint8_t *modules)
{
    uint64_t eight;
    memcpy(&eight, modules, sizeof eight);
    return (le64toh(eight) & 0x0101010101010101u) * 0x0102040810204080u >> 56;
}

/* The same of at most 64, the first in bit 0. The last eight are read again rather than what is beyond
 * them; before the first there is a row's beginning or nothing to read, as a row has 21 or more. */
static uint64_t row_bits(const uint8_t *modules, unsigned count)
{
    uint64_t bits = 0;
    unsigned whole = count / 8 * 8, rest = count - whole;
    for (unsigned i = 0; i < whole; i += 8) {
        bits |= eight_bits(modules + i) << i;
    }
    return rest == 0 ? bits : bits | eight_bits(modules + count - 8) >> (8 - rest) << whole;
}

void assay_matrix_bits(const struct assay_matrix *matrix, unsigned row,
                       uint64_t bits[ASSAY_MATRIX_ROW_WORDS])
{
    assay_assert(matrix->size >= 21);
    assay_assert(matrix->size <= 177);
    const uint8_t *modules = matrix->modules + (size_t)row * matrix->size;
    for (unsigned word = 0; word < ASSAY_MATRIX_ROW_WORDS; word++) {
        unsigned base = 64 * word, left = matrix->size > base ? matrix->size - base : 0;
        bits[word] = left > 0 ? row_bits(modules + base, left < 64 ? left : 64) : 0;
    }
}

/* Where color changes, in turn a run's begin and its end, as the bits beyond a row are light. Whether a
 * run begins or ends is computed, not branched on: it is as good as random. */
unsigned assay_matrix_runs(const struct assay_matrix *matrix, unsigned row, uint8_t (*runs)[2])
{
    uint64_t bits[ASSAY_MATRIX_ROW_WORDS], before = 0;
    assay_matrix_bits(matrix, row, bits);
    unsigned count = 0, last = 0;
    for (unsigned word = 0; word <= matrix->size / 64; word++) {
        uint64_t edges = bits[word] ^ (bits[word] << 1 | before);
        before = bits[word] >> 63;
        for (; edges != 0; edges &= edges - 1) {
            unsigned x = 64 * word + (unsigned)__builtin_ctzll(edges);
            runs[count / 2][count % 2] = (uint8_t)(x - (last & -(count % 2)));
            last = x;
            count++;
        }
    }
    return count / 2;
}
