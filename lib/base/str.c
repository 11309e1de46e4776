#include "lib/base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"

static iso_err reserve(iso_buf *buf, int64_t more)
{
    if (buf->len + more + 1 <= buf->room)
        return ISO_OK;
    int64_t room = buf->room ? buf->room : 256;
    while (room < buf->len + more + 1)
        room *= 2;
    iso_err err = iso_realloc(&buf->text, buf->len, room, 1);
    if (!err)
        buf->room = room;
    return err;
}

iso_err iso_buf_add(iso_buf *buf, const char *text, int64_t len)
{
    iso_err err = reserve(buf, len);

    if (err)
        return err;
    if (len > 0)
        memcpy(buf->text + buf->len, text, (size_t)len);
    buf->len += len;
    buf->text[buf->len] = '\0';
    return ISO_OK;
}

iso_err iso_buf_puts(iso_buf *buf, const char *text)
{
    return iso_buf_add(buf, text, (int64_t)strlen(text));
}

iso_err iso_buf_add_drawn(iso_buf *buf, const char *text, int64_t len, const char *instead)
{
    iso_err err = iso_buf_puts(buf, "");

    for (int64_t left = len < 0 ? (int64_t)strlen(text) : len; left > 0 && !err;) {
        uint32_t point = 0;
        const int size = iso_utf8_next(&point, text, left);
        const bool drawn = size && iso_utf8_drawn(point);
        err = drawn ? iso_buf_add(buf, text, size) : iso_buf_puts(buf, instead);
        text += size ? size : 1;
        left -= size ? size : 1;
    }
    return err;
}

iso_err iso_buf_printf(iso_buf *buf, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need < 0)
        return iso_fail(ISO_EARG, "cannot format text");
    iso_err err = reserve(buf, need);
    if (err)
        return err;
    va_start(args, format);
    (void)vsnprintf(buf->text + buf->len, (size_t)need + 1, format, args);
    va_end(args);
    buf->len += need;
    return ISO_OK;
}

void iso_buf_free(iso_buf *buf)
{
    iso_free(buf->text);
    *buf = (iso_buf){0};
}

iso_err iso_buf_word(iso_buf *buf, const char *word)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789_./:=,+@%-";
    iso_err err = ISO_OK;

    if (*word && !word[strspn(word, harmless)])
        return iso_buf_puts(buf, word);
    ISO_TRY(iso_buf_puts(buf, "'"));
    for (; *word; word++)
        ISO_TRY(*word == '\'' ? iso_buf_puts(buf, "'\\''") : iso_buf_add(buf, word, 1));
    ISO_TRY(iso_buf_puts(buf, "'"));
done:
    return err;
}

iso_err iso_buf_names(iso_buf *buf, const char *const *names, int count, int most)
{
    const int shown =
        count > most + 1 ? most : count; /* "and 1 more" is no shorter than the name */
    iso_err err = ISO_OK;

    for (int i = 0; i < shown; i++)
        ISO_TRY(iso_buf_printf(buf, "%s%s", i ? ", " : "", names[i]));
    if (shown < count)
        ISO_TRY(iso_buf_printf(buf, " and %d more", count - shown));
done:
    return err;
}

bool iso_str_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

iso_err iso_str_dup(char **out, const char *text, int64_t len)
{
    char *copy = NULL;

    if (len < 0)
        len = (int64_t)strlen(text);
    iso_err err = iso_alloc(&copy, len + 1, 1);
    if (err)
        return err;
    memcpy(copy, text, (size_t)len);
    *out = copy;
    return ISO_OK;
}

bool iso_str_int(int64_t *out, const char *text)
{
    char *end;

    if (!*text || *text == ' ')
        return false;
    errno = 0;
    const intmax_t value = strtoimax(text, &end, 10);
    if (*end || errno || value > INT64_MAX || value < INT64_MIN)
        return false;
    *out = (int64_t)value;
    return true;
}

bool iso_str_double(double *out, const char *text)
{
    static locale_t c_locale;
    char *end;

    if (!*text || *text == ' ')
        return false;
    if (!c_locale)
        c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const double value = c_locale ? strtod_l(text, &end, c_locale) : strtod(text, &end);
    if (*end || end == text)
        return false;
    *out = value;
    return true;
}

static double unit_of(const char *suffix)
{
    static const char letters[] = "KMGT";
    double unit = 1;

    if (!*suffix || strcmp(suffix, "B") == 0)
        return 1;
    for (const char *l = letters; *l; l++) {
        unit *= 1024;
        if ((*suffix & ~32) == *l)
            return !suffix[1] || !strcmp(suffix + 1, "B") || !strcmp(suffix + 1, "iB") ? unit : 0;
    }
    return 0;
}

/* The digits that `text` begins with as a number; what follows them, or NULL. */
static const char *leading(double *out, const char *text)
{
    const size_t digits = strspn(text, "0123456789.");
    char number[32];

    if (digits == 0 || digits >= sizeof number)
        return NULL;
    memcpy(number, text, digits);
    number[digits] = '\0';
    return iso_str_double(out, number) ? text + digits : NULL;
}

bool iso_str_size(int64_t *out, const char *text)
{
    double value;
    const char *suffix = leading(&value, text);

    if (!suffix)
        return false;
    value *= unit_of(suffix);
    if (!(value >= 1 && value < 9e18))
        return false;
    *out = (int64_t)value;
    return true;
}

bool iso_str_time(double *out, const char *text)
{
    static const char letters[] = "smh";
    double value, unit = 1;
    const char *suffix = leading(&value, text);

    if (strcmp(text, "none") == 0) {
        *out = INFINITY;
        return true;
    }
    for (const char *l = letters; suffix && *l; l++, unit *= 60) {
        if (*suffix != *l || suffix[1] || !(value > 0))
            continue;
        *out = value * unit;
        return true;
    }
    return false;
}

/* Levenshtein distance, given up beyond `limit` (both shorter than 63 bytes). */
static int distance(const char *a, const char *b, int limit)
{
    const size_t n = strlen(a), m = strlen(b);
    int row[64];

    if (n > 62 || m > 62)
        return limit + 1;
    for (size_t j = 0; j <= m; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int corner = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            const int change = corner + (a[i - 1] != b[j - 1]);
            const int gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            corner = row[j];
            row[j] = change < gap ? change : gap;
        }
    }
    return row[m];
}

const char *iso_str_word(char *word, size_t room, const char *list)
{
    const size_t len = strcspn(list, ",");

    (void)snprintf(word, room, "%.*s", (int)(len < room ? len : room - 1), list);
    return list[len] ? list + len + 1 : NULL;
}

const char *iso_str_nearest(const char *name, const char *const *names, int count)
{
    const int limit = (int)(strlen(name) + 2) / 3;
    const char *best = NULL;
    int least = limit + 1;

    for (int i = 0; i < count; i++) {
        const int d = distance(name, names[i], limit);
        if (d < least) {
            least = d;
            best = names[i];
        }
    }
    return best;
}
