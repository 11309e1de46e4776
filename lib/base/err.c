#include "lib/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"

enum { MESSAGE_SIZE = 1024, FIELD_BEGINS = 0x0e, FIELD_ENDS = 0x0f };

static _Thread_local char message[MESSAGE_SIZE];

const char *iso_err_text(iso_err err)
{
    switch (err) {
    case ISO_OK:
        return "ok";
#define X(code, text)                                                                              \
    case code:                                                                                     \
        return text;
        ISO_ERR_LIST(X)
#undef X
    }
    return "unknown error";
}

const char *iso_err_msg(void)
{
    return message;
}

static iso_field_style style;

void iso_fields_style(iso_field_style now)
{
    style = now;
}

/* The length of a field's name that stands at `text`, ended by its mark; 0 when there is none. */
static size_t field_length(const char *text)
{
    const size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_- ");

    return text[len] == FIELD_ENDS ? len : 0;
}

void iso_fields_show(char *text)
{
    char *to = text;

    while (*text) {
        const size_t len = *text == FIELD_BEGINS ? field_length(text + 1) : 0;
        if (!len) {
            *to++ = *text++;
            continue;
        }
        char *name = style == ISO_FIELDS_DASHED ? to + 2 : to; /* the two marks make room */
        memmove(name, text + 1, len);
        if (style == ISO_FIELDS_DASHED)
            to[0] = to[1] = '-';
        for (to = name; to < name + len; to++) {
            if (style == ISO_FIELDS_DASHED && *to == '_')
                *to = '-';
        }
        text += len + 2;
    }
    *to = '\0';
}

/* A message is one line that steers no terminal, whatever foreign text it quotes: in place, since
 * reporting cannot fail. */
static void one_line(void)
{
    iso_fields_show(message);
    const int64_t length = (int64_t)strlen(message);
    char *to = message;

    for (int64_t at = 0; at < length;) {
        uint32_t point = 0;
        const int size = iso_utf8_next(&point, message + at, length - at);
        if (size && iso_utf8_drawn(point)) {
            memmove(to, message + at, (size_t)size);
            to += size;
        } else {
            *to++ = size ? ' ' : '?';
        }
        at += size ? size : 1;
    }
    *to = '\0';
}

iso_err iso_fail(iso_err err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    one_line();
    return err;
}

iso_err iso_fail_in(iso_err err, const char *format, ...)
{
    char rest[MESSAGE_SIZE];
    va_list args;

    memcpy(rest, message, sizeof rest);
    va_start(args, format);
    int used = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (used < 0)
        used = 0;
    if ((size_t)used < sizeof message)
        (void)snprintf(message + used, sizeof message - (size_t)used, ": %s", rest);
    one_line();
    return err;
}
