/* One way to fail: a code to decide by, a message to read, outputs untouched.
 * Threads: any number may call at once: each thread has its own message. */
#ifndef ISO_BASE_ERR_H
#define ISO_BASE_ERR_H

#include "lib/base/api.h"

ISO_BEGIN

#define ISO_ERR_LIST(X)                                                                            \
    X(ISO_EARG, "bad argument")          /* the caller broke the contract */                       \
    X(ISO_ENOMEM, "out of memory")       /* an allocation failed */                                \
    X(ISO_EIO, "input/output failed")    /* the system refused */                                  \
    X(ISO_EFORMAT, "bad file format")    /* the file is not what it claims */                      \
    X(ISO_ENUMERIC, "numerical failure") /* singular or not converged */                           \
    X(ISO_EUNSUP, "not supported")       /* not built, or not a known variant */                   \
    X(ISO_ECANCEL, "cancelled")          /* a callback said stop */                                \
    X(ISO_EDATA,                                                                                   \
      "not to be had from these data") /* well asked and well formed; the data do not admit it */

typedef enum iso_err {
    ISO_OK = 0,
#define X(code, text) code,
    ISO_ERR_LIST(X)
#undef X
} iso_err;

/** The fixed text of a code; never NULL. */
ISO_API const char *iso_err_text(iso_err err);

/**
 * This thread's latest message: one line, no capital, no full stop; the file or
 * parameter first. Valid until the next failing call of this thread.
 */
ISO_API const char *iso_err_msg(void);

/**
 * How messages and notes name a field of an options struct: "max_vocab" as C and bindings write it
 * (the default), or "--max-vocab" as a command line does. For the whole process; set it before
 * threads start.
 */
typedef enum iso_field_style { ISO_FIELDS_PLAIN, ISO_FIELDS_DASHED } iso_field_style;
ISO_API void iso_fields_style(iso_field_style style);

/** Writes marked fields (ISO_FIELD) of `text` in that style, in place; it never grows. */
ISO_API void iso_fields_show(char *text);

/** Sets the message and returns `err`. */
ISO_API iso_err iso_fail(iso_err err, const char *format, ...) ISO_PRINTF(2, 3);

/** Puts "<where>: " before the current message and returns `err`. */
ISO_API iso_err iso_fail_in(iso_err err, const char *format, ...) ISO_PRINTF(2, 3);

ISO_END

/* A field of an options struct within a message, a note or the help of an option: a literal, as in
 * ISO_FIELD(mem) " is %lld MB". ISO_FIELD_S is the same of a name that a "%s" gives. */
#define ISO_FIELD(name) "\x0e" #name "\x0f"
#define ISO_FIELD_S     "\x0e%s\x0f"

/* The three control macros: all leave through the one label `done:`. The
 * function declares `iso_err err = ISO_OK;` first and ends with `return err;`. */
#define ISO_TRY(call)                                                                              \
    do {                                                                                           \
        err = (call);                                                                              \
        if (err != ISO_OK)                                                                         \
            goto done;                                                                             \
    } while (0)

#define ISO_FAIL(code, ...)                                                                        \
    do {                                                                                           \
        err = iso_fail(code, __VA_ARGS__);                                                         \
        goto done;                                                                                 \
    } while (0)

#define ISO_NEED(condition, ...)                                                                   \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            err = iso_fail(ISO_EARG, __VA_ARGS__);                                                 \
            goto done;                                                                             \
        }                                                                                          \
    } while (0)

#endif
