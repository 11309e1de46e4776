#include "lib/text/proto.h"

#include <stdbool.h>
#include <string.h>

static bool take_varint(uint64_t *out, iso_proto *m)
{
    uint64_t value = 0;

    for (int shift = 0; shift < 64 && m->left > 0; shift += 7) {
        const unsigned char byte = *m->at++;
        m->left--;
        if (shift == 63 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

static bool take_fixed(uint64_t *out, iso_proto *m, int size)
{
    uint64_t value = 0;

    if (m->left < size)
        return false;
    for (int i = 0; i < size; i++)
        value |= (uint64_t)m->at[i] << 8 * i;
    m->at += size;
    m->left -= size;
    *out = value;
    return true;
}

static bool take_bytes(iso_proto *out, iso_proto *m)
{
    uint64_t len;

    if (!take_varint(&len, m) || len > (uint64_t)m->left)
        return false;
    *out = (iso_proto){m->at, (int64_t)len};
    m->at += len;
    m->left -= (int64_t)len;
    return true;
}

static bool take_content(iso_proto_field *f, iso_proto *m)
{
    switch (f->kind) {
    case ISO_PROTO_VARINT:
        return take_varint(&f->value, m);
    case ISO_PROTO_FIXED64:
        return take_fixed(&f->value, m, 8);
    case ISO_PROTO_FIXED32:
        return take_fixed(&f->value, m, 4);
    case ISO_PROTO_BYTES:
        return take_bytes(&f->bytes, m);
    }
    return false;
}

int iso_proto_next(iso_proto_field *out, iso_proto *message)
{
    iso_proto rest = *message;
    iso_proto_field f = {0};
    uint64_t tag;

    if (rest.left <= 0)
        return 0;
    if (!take_varint(&tag, &rest) || tag > UINT32_MAX || tag >> 3 == 0)
        return -1;
    f.number = (uint32_t)(tag >> 3);
    f.kind = (iso_proto_kind)(tag & 7);
    if (!take_content(&f, &rest))
        return -1;
    *out = f;
    *message = rest;
    return 1;
}
