/* The wire format of protocol buffers: a message is a row of numbered fields. */
#ifndef ISO_TEXT_PROTO_H
#define ISO_TEXT_PROTO_H

#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/** The unread rest of a message; borrowed bytes. */
typedef struct iso_proto {
    const unsigned char *at;
    int64_t left;
} iso_proto;

typedef enum iso_proto_kind {
    ISO_PROTO_VARINT = 0,
    ISO_PROTO_FIXED64 = 1,
    ISO_PROTO_BYTES = 2, /* texts and messages in the message */
    ISO_PROTO_FIXED32 = 5
} iso_proto_kind;

typedef struct iso_proto_field {
    uint32_t number;
    iso_proto_kind kind;
    uint64_t value;  /* of a number, as it lies there */
    iso_proto bytes; /* inside the message */
} iso_proto_field;

/**
 * The next field: 1, or 0 at the end of the message, or -1 where the bytes are no message (cut
 * short, a varint beyond 64 bits, field 0, a group). Source: protobuf.dev, "Encoding".
 */
int iso_proto_next(iso_proto_field *out, iso_proto *message);

ISO_END

#endif
