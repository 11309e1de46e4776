#include "lib/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 1024 };

static _Thread_local char message[MESSAGE_SIZE];

const char *iso_err_text(iso_err err)
{
    switch (err) {
    case ISO_OK:
        return "ok";
#define X(code, text) \
    case code:        \
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

/* A message is one line, whatever foreign text it quotes. */
static void one_line(void)
{
    for (char *c = message; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = ' ';
    }
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
