/* Small SentencePiece models, sound and unsound, for tests. */
#ifndef ISO_TESTS_TEXT_MODELS_H
#define ISO_TESTS_TEXT_MODELS_H

#include "lib/base/str.h"
#include "lib/text/proto.h"
#include "tests/check.h"

enum { NORMAL = 1, UNKNOWN = 2, CONTROL = 3, USER_DEFINED = 4, UNUSED = 5, BYTE = 6 };

/* --- The wire format --- */

static inline iso_err put_varint(iso_buf *out, uint64_t value)
{
    char bytes[10];
    int count = 0;

    for (; value >= 0x80; value >>= 7)
        bytes[count++] = (char)(value | 0x80);
    bytes[count++] = (char)value;
    return iso_buf_add(out, bytes, count);
}

static inline iso_err put_tag(iso_buf *out, uint32_t number, iso_proto_kind kind)
{
    return put_varint(out, (uint64_t)number << 3 | (unsigned)kind);
}

static inline iso_err proto_put(iso_buf *out, uint32_t number, uint64_t value)
{
    iso_err err = put_tag(out, number, ISO_PROTO_VARINT);

    return err ? err : put_varint(out, value);
}

static inline iso_err proto_put_float(iso_buf *out, uint32_t number, float value)
{
    iso_err err = put_tag(out, number, ISO_PROTO_FIXED32);
    char bytes[4];
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; i++)
        bytes[i] = (char)(bits >> 8 * i);
    return err ? err : iso_buf_add(out, bytes, sizeof bytes);
}

static inline iso_err proto_put_bytes(iso_buf *out, uint32_t number, const void *bytes, int64_t len)
{
    iso_err err = put_tag(out, number, ISO_PROTO_BYTES);

    if (!err)
        err = put_varint(out, (uint64_t)len);
    return err ? err : iso_buf_add(out, bytes, len);
}

/* --- Models --- */

static inline void add_piece_bytes(iso_buf *model, const char *text, int64_t len, double score,
                                   int type)
{
    iso_buf piece = {0};

    ok(proto_put_bytes(&piece, 1, text, len));
    ok(proto_put_float(&piece, 2, (float)score));
    ok(proto_put(&piece, 3, (uint64_t)type));
    ok(proto_put_bytes(model, 1, piece.text, piece.len));
    iso_buf_free(&piece);
}

static inline void add_piece(iso_buf *model, const char *text, double score, int type)
{
    add_piece_bytes(model, text, (int64_t)strlen(text), score, type);
}

static inline void add_trainer(iso_buf *model, int type)
{
    iso_buf spec = {0};

    ok(proto_put(&spec, 3, (uint64_t)type));
    ok(proto_put_bytes(model, 2, spec.text, spec.len));
    iso_buf_free(&spec);
}

static inline void add_charsmap(iso_buf *model, const iso_buf *map)
{
    iso_buf spec = {0};

    ok(proto_put_bytes(&spec, 2, map->text, map->len));
    ok(proto_put_bytes(model, 3, spec.text, spec.len));
    iso_buf_free(&spec);
}

/* <unk>, U+2581, a, b, "U+2581 b", ab: ids 0 to 5. */
static inline iso_buf small_model(void)
{
    iso_buf m = {0};

    add_piece(&m, "<unk>", 0, UNKNOWN);
    add_piece(&m, "\xe2\x96\x81", -2, NORMAL);
    add_piece(&m, "a", -3, NORMAL);
    add_piece(&m, "b", -3, NORMAL);
    add_piece(&m,
              "\xe2\x96\x81"
              "b",
              -2.5, NORMAL);
    add_piece(&m, "ab", -4, NORMAL);
    add_trainer(&m, 1);
    return m;
}

/*
 * Rules of one key, "A": two blocks of 256 units, the root's children in the second, so that A is
 * unit 256 ^ 'A'. That unit is `node`; all others are values, which no byte leads to; that of unit
 * 257 is `value`, the place of the replacement.
 */
static inline iso_buf charsmap_of(uint32_t node, uint32_t value, const char *texts, int64_t len)
{
    uint32_t units[1 + 512] = {4 * 512};
    iso_buf map = {0};

    for (int i = 1; i <= 512; i++)
        units[i] = 1u << 31;
    units[1] = 256u << 10;
    units[1 + (256 ^ 'A')] = node;
    units[1 + 257] |= value;
    for (int i = 0; i < 1 + 512; i++) {
        const uint32_t u = units[i];
        const char bytes[] = {(char)u, (char)(u >> 8), (char)(u >> 16), (char)(u >> 24)};
        ok(iso_buf_add(&map, bytes, 4));
    }
    ok(iso_buf_add(&map, texts, len));
    return map;
}

/* A unit whose children, and value, lie around `base`; of 'A' where charsmap_of puts it. */
static inline uint32_t unit_of_a(uint32_t base, bool rule)
{
    return 'A' | (rule ? 1u << 8 : 0) | ((256u ^ 'A') ^ base) << 10;
}

#endif
