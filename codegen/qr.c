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

/* The lowest bits of 64 modules, the first in bit 0; eight at a time by a multiplication that
 * moves the low bit of byte i to bit 56 + i. */
static uint64_t row_bits(const uint8_t *modules, unsigned count)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < count; i += 8) {
        uint64_t eight = 0;
        memcpy(&eight, modules + i, count - i < 8 ? count - i : 8);
        eight = le64toh(eight) & 0x0101010101010101u;
        bits |= (eight * 0x0102040810204080u >> 56) << i;
    }
    return bits;
}

void assay_matrix_bits(const struct assay_matrix *matrix, unsigned row,
                       uint64_t bits[ASSAY_MATRIX_ROW_WORDS])
{
    assay_assert(matrix->size <= 64 * ASSAY_MATRIX_ROW_WORDS);
    const uint8_t *modules = matrix->modules + (size_t)row * matrix->size;
    for (unsigned word = 0; word < ASSAY_MATRIX_ROW_WORDS; word++) {
        unsigned base = 64 * word, left = matrix->size > base ? matrix->size - base : 0;
        bits[word] = left > 0 ? row_bits(modules + base, left < 64 ? left : 64) : 0;
    }
}

unsigned assay_matrix_runs(const struct assay_matrix *matrix, unsigned row, uint8_t (*runs)[2])
{
    const uint8_t *modules = matrix->modules + (size_t)row * matrix->size;
    unsigned count = 0, begin = 0;
    uint64_t dark = 0; /* 0 or all ones: the color before */
    for (unsigned base = 0; base < matrix->size; base += 64) {
        unsigned width = matrix->size - base < 64 ? matrix->size - base : 64;
        uint64_t bits = row_bits(modules + base, width);
        uint64_t edges = bits ^ (bits << 1 | (dark & 1));
        for (edges &= width < 64 ? (1ull << width) - 1 : UINT64_MAX; edges != 0;
             edges &= edges - 1) {
            unsigned x = base + (unsigned)__builtin_ctzll(edges);
            dark = ~dark;
            if (dark != 0) {
                begin = x;
            } else {
                runs[count][0] = (uint8_t)begin;
                runs[count++][1] = (uint8_t)(x - begin);
            }
        }
    }
    if (dark != 0) {
        runs[count][0] = (uint8_t)begin;
        runs[count++][1] = (uint8_t)(matrix->size - begin);
    }
    return count;
}
