// SPDX-License-Identifier: Apache-2.0
/* A streamed envelope is decrypted where it lies. OpenSSL's own parser would hold all of it in memory,
 * so the outermost structure is walked here (X.690, 8.1: indefinite lengths around octet strings), and
 * OpenSSL is given the head and the tag as an envelope whose content stands elsewhere. What is walked
 * here is not trusted: the tag covers the content, and its form is the one that envelope.c writes.
 */
#include "core/envelope.h"

#include <errno.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/certificate_private.h"

/* Head: versions, recipients, algorithm. One recipient's certificate names take a few kilobytes. */
#define HEAD_MAX 65536
#define TAIL_MAX 64
#define INDEFINITE 0x80

enum {
    TAG_INTEGER = 0x02,
    TAG_OCTETS = 0x04,
    TAG_OID = 0x06,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    TAG_CONTENT = 0xA0, /* [0], constructed */
};

/* The envelope on its way through OpenSSL. */
struct stream {
    int fd;
    uint8_t head[HEAD_MAX];
    size_t head_len;        /* up to the content */
    uint64_t at;            /* of the next byte to read */
    uint64_t left;          /* of the octet string that it stands in */
    bool ended;             /* the content was read to its end */
    enum assay_error error; /* of reading, or of the sink */
    const struct assay_envelope_sink *sink;
};

static bool read_at(const struct stream *stream, uint64_t at, uint8_t *data, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(stream->fd, data + done, len - done, (off_t)(at + done));
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* -- the head -- */

struct cursor {
    const uint8_t *data;
    size_t len;
    size_t at;
    bool failed;
};

/* An element of indefinite length begins: go inside. */
static void enter(struct cursor *cursor, uint8_t tag)
{
    cursor->failed = cursor->failed || cursor->len - cursor->at < 2 ||
                     cursor->data[cursor->at] != tag || cursor->data[cursor->at + 1] != INDEFINITE;
    cursor->at += cursor->failed ? 0 : 2;
}

/* An element of definite length: step over it. */
static void skip(struct cursor *cursor, uint8_t tag)
{
    size_t left = cursor->len - cursor->at;
    if (cursor->failed || left < 2 || cursor->data[cursor->at] != tag) {
        cursor->failed = true;
        return;
    }
    size_t head = 2;
    size_t len = cursor->data[cursor->at + 1];
    if (len > INDEFINITE && len <= INDEFINITE + 3 && left >= 2 + (len - INDEFINITE)) {
        size_t count = len - INDEFINITE;
        len = 0;
        for (size_t i = 0; i < count; i++) {
            len = len << 8 | cursor->data[cursor->at + 2 + i];
        }
        head += count;
    } else if (len >= INDEFINITE) {
        cursor->failed = true;
        return;
    }
    cursor->failed = len > left - head;
    cursor->at += cursor->failed ? 0 : head + len;
}

/* RFC 5652 and 5083: ContentInfo, AuthEnvelopedData, EncryptedContentInfo. */
static bool parse_head(struct stream *stream, size_t len)
{
    struct cursor cursor = {.data = stream->head, .len = len};
    enter(&cursor, TAG_SEQUENCE);
    skip(&cursor, TAG_OID);
    enter(&cursor, TAG_CONTENT);
    enter(&cursor, TAG_SEQUENCE);
    skip(&cursor, TAG_INTEGER);
    skip(&cursor, TAG_SET);
    enter(&cursor, TAG_SEQUENCE);
    skip(&cursor, TAG_OID);
    skip(&cursor, TAG_SEQUENCE);
    stream->head_len = cursor.at;
    enter(&cursor, TAG_CONTENT);
    stream->at = cursor.at;
    return !cursor.failed;
}

static bool read_head(struct stream *stream)
{
    off_t size = lseek(stream->fd, 0, SEEK_END);
    size_t len = size < 0 ? 0 : size < HEAD_MAX ? (size_t)size : HEAD_MAX;
    return len > 0 && read_at(stream, 0, stream->head, len) && parse_head(stream, len);
}

/* -- the content: octet strings, one after the other -- */

/* Open the octet string at stream->at; false at the end of the content, or after damage. */
static bool open_octets(struct stream *stream)
{
    uint8_t head[6];
    if (!read_at(stream, stream->at, head, 2)) {
        stream->error = ASSAY_E_CORRUPT;
        return false;
    }
    if (head[0] == 0 && head[1] == 0) {
        stream->ended = true;
        return false;
    }
    size_t count = head[1] > INDEFINITE ? (size_t)head[1] - INDEFINITE : 0;
    bool good = head[0] == TAG_OCTETS && head[1] != INDEFINITE && count <= 4 &&
                read_at(stream, stream->at + 2, head + 2, count);
    uint64_t len = count == 0 ? head[1] : 0;
    for (size_t i = 0; good && i < count; i++) {
        len = len << 8 | head[2 + i];
    }
    if (!good || len == 0) {
        stream->error = ASSAY_E_CORRUPT;
        return false;
    }
    stream->at += 2 + count;
    stream->left = len;
    return true;
}

/* Where the content ends: right behind its end mark. 0 after damage. */
static uint64_t find_end(const struct stream *stream)
{
    struct stream walk = {.fd = stream->fd, .at = stream->at};
    while (open_octets(&walk)) {
        walk.at += walk.left;
    }
    return walk.ended ? walk.at + 2 : 0;
}

/* -- what OpenSSL reads and writes -- */

static int source_read(BIO *bio, char *data, size_t size, size_t *got)
{
    struct stream *stream = BIO_get_data(bio);
    *got = 0;
    if (stream->error != ASSAY_OK || stream->ended) {
        return 0;
    }
    if (stream->left == 0 && !open_octets(stream)) {
        return 0;
    }
    size_t some = size < stream->left ? size : (size_t)stream->left;
    if (!read_at(stream, stream->at, (uint8_t *)data, some)) {
        stream->error = ASSAY_E_CORRUPT;
        return 0;
    }
    stream->at += some;
    stream->left -= some;
    *got = some;
    return 1;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
    (void)number;
    (void)pointer;
    const struct stream *stream = BIO_get_data(bio);
    return command == BIO_CTRL_FLUSH ? 1 : command == BIO_CTRL_EOF ? stream->ended : 0;
}

static BIO_METHOD *method_create(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "envelope");
    if (method != NULL) {
        BIO_meth_set_read_ex(method, source_read);
        BIO_meth_set_ctrl(method, control);
    }
    return method;
}

static BIO *bio_create(BIO_METHOD *method, struct stream *stream)
{
    BIO *bio = method == NULL ? NULL : BIO_new(method);
    if (bio != NULL) {
        BIO_set_data(bio, stream);
        BIO_set_init(bio, 1);
    }
    return bio;
}

/* The head, and what follows the content, as an envelope without content. NULL if it is none. */
static CMS_ContentInfo *detached(struct stream *stream)
{
    uint8_t tail[TAIL_MAX];
    uint64_t end = find_end(stream);
    off_t size = lseek(stream->fd, 0, SEEK_END);
    if (end == 0 || size < 0 || (uint64_t)size < end || (uint64_t)size - end > sizeof tail) {
        return NULL;
    }
    size_t tail_len = (size_t)((uint64_t)size - end);
    if (!read_at(stream, end, tail, tail_len)) {
        return NULL;
    }
    uint8_t *whole = malloc(stream->head_len + tail_len);
    if (whole == NULL) {
        return NULL;
    }
    memcpy(whole, stream->head, stream->head_len);
    memcpy(whole + stream->head_len, tail, tail_len);
    const unsigned char *at = whole;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)(stream->head_len + tail_len));
    if (cms != NULL && (at != whole + stream->head_len + tail_len ||
                        OBJ_obj2nid(CMS_get0_type(cms)) != NID_id_smime_ct_authEnvelopedData)) {
        CMS_ContentInfo_free(cms);
        cms = NULL;
    }
    free(whole);
    return cms;
}

/* CMS_decrypt keeps the whole of what a tag covers in memory until it is proven; here it goes to the sink,
 * which has to wait for the proof. */
static enum assay_error pour(struct stream *stream, BIO *cipher)
{
    uint8_t plain[65536];
    for (;;) {
        int got = BIO_read(cipher, plain, sizeof plain);
        if (got <= 0) {
            break;
        }
        enum assay_error error =
            stream->sink->take(stream->sink->context, (struct assay_span){plain, (size_t)got});
        if (error != ASSAY_OK) {
            return error;
        }
    }
    if (stream->error != ASSAY_OK) {
        return stream->error;
    }
    bool proven = BIO_method_type(cipher) == BIO_TYPE_CIPHER && BIO_get_cipher_status(cipher) == 1;
    return proven && stream->ended ? ASSAY_OK : ASSAY_E_CORRUPT;
}

static enum assay_error decrypt(struct stream *stream, CMS_ContentInfo *cms, BIO *source,
                                EVP_PKEY *key)
{
    if (source == NULL) {
        return ASSAY_E_MEMORY;
    }
    if (CMS_decrypt_set1_pkey(cms, key, NULL) != 1) {
        return ASSAY_E_PASSPHRASE;
    }
    BIO *chain = CMS_dataInit(cms, source);
    if (chain == NULL) {
        return ASSAY_E_CORRUPT;
    }
    enum assay_error error = pour(stream, chain);
    while (chain != NULL && chain != source) {
        BIO *next = BIO_pop(chain);
        BIO_free(chain);
        chain = next;
    }
    return error;
}

enum assay_error assay_envelope_read(const struct assay_identity *identity, int fd,
                                     const struct assay_envelope_sink *sink)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) {
        return ASSAY_E_MEMORY;
    }
    stream->fd = fd;
    stream->sink = sink;
    CMS_ContentInfo *cms = read_head(stream) ? detached(stream) : NULL;
    enum assay_error error = ASSAY_E_CORRUPT;
    if (cms != NULL) {
        BIO_METHOD *method = method_create();
        BIO *source = bio_create(method, stream);
        error = decrypt(stream, cms, source, identity->key);
        BIO_free(source);
        BIO_meth_free(method);
    }
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    free(stream);
    return error;
}
