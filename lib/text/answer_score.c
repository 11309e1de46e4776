#include "lib/text/answer_score.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/text/unicode.h"

/* --- A text as it is compared --- */

static bool is_article(const char *word, int64_t len)
{
    static const char *const list[] = {"a", "an", "the"};

    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        if ((int64_t)strlen(list[i]) == len && memcmp(list[i], word, (size_t)len) == 0)
            return true;
    }
    return false;
}

static iso_err add_point(iso_buf *out, uint32_t point)
{
    uint32_t lower[ISO_UNICODE_MOST];
    const int count = iso_unicode_lower(lower, point);
    char bytes[4];
    iso_err err = ISO_OK;

    for (int i = 0; i < count; i++)
        ISO_TRY(iso_buf_add(out, bytes, iso_utf8_put(bytes, lower[i])));
done:
    return err;
}

/* Ends the word that begins at `from`: an article goes. Returns where the next begins. */
static iso_err end_word(int64_t *from, iso_buf *out)
{
    iso_err err = ISO_OK;

    if (out->len > *from && is_article(out->text + *from, out->len - *from))
        out->len = *from;
    if (out->len > *from)
        ISO_TRY(iso_buf_puts(out, " "));
    *from = out->len;
done:
    return err;
}

iso_err iso_answer_normal(iso_buf *out, const char *text, int64_t len)
{
    int64_t from = 0;
    iso_err err = ISO_OK;

    out->len = 0;
    ISO_TRY(iso_buf_puts(out, ""));
    for (int64_t at = 0; at < len;) {
        uint32_t point;
        at += iso_utf8_any(&point, text + at, len - at);
        if (iso_unicode_space(point))
            ISO_TRY(end_word(&from, out));
        else if (!iso_unicode_punctuation(point))
            ISO_TRY(add_point(out, point));
    }
    ISO_TRY(end_word(&from, out));
    if (out->len > 0)
        out->len--;
    out->text[out->len] = '\0';
done:
    return err;
}

/* --- Words --- */

struct word {
    const char *at;
    int64_t len;
};

static int by_bytes(const void *a, const void *b)
{
    const struct word *x = a, *y = b;
    const int sign = memcmp(x->at, y->at, (size_t)(x->len < y->len ? x->len : y->len));

    return sign ? sign : (x->len > y->len) - (x->len < y->len);
}

/* Sorted; an ideograph is one. */
static iso_err find_words(struct word **out, int64_t *count, const iso_buf *text)
{
    struct word *list = NULL;
    int64_t n = 0, open = 0; /* `open`: bytes of the word under way */
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&list, text->len + 1, sizeof *list));
    for (int64_t at = 0, size; at < text->len; at += size) {
        uint32_t point;
        size = iso_utf8_any(&point, text->text + at, text->len - at);
        const bool alone = iso_unicode_ideograph(point);
        if (point == ' ' || alone)
            open = 0;
        if (point == ' ')
            continue;
        if (open == 0)
            list[n++] = (struct word){text->text + at, 0};
        list[n - 1].len += size;
        open = alone ? 0 : open + size;
    }
    if (n > 0)
        qsort(list, (size_t)n, sizeof *list, by_bytes);
    *out = list;
    *count = n;
    list = NULL;
done:
    iso_free(list);
    return err;
}

static int64_t shared(const struct word *a, int64_t n, const struct word *b, int64_t m)
{
    int64_t i = 0, j = 0, same = 0;

    while (i < n && j < m) {
        const int sign = by_bytes(&a[i], &b[j]);
        same += sign == 0;
        i += sign <= 0;
        j += sign >= 0;
    }
    return same;
}

iso_err iso_answer_score(struct answer_score *out, const char *said, int64_t len, const char *gold)
{
    iso_buf a = {0}, b = {0};
    struct word *of_a = NULL, *of_b = NULL;
    int64_t n = 0, m = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_answer_normal(&a, said, len));
    ISO_TRY(iso_answer_normal(&b, gold, (int64_t)strlen(gold)));
    ISO_TRY(find_words(&of_a, &n, &a));
    ISO_TRY(find_words(&of_b, &m, &b));
    out->exact = a.len == b.len && memcmp(a.text, b.text, (size_t)a.len) == 0;
    out->f1 =
        n == 0 || m == 0 ? out->exact : 2.0 * (double)shared(of_a, n, of_b, m) / (double)(n + m);
done:
    iso_buf_free(&a);
    iso_buf_free(&b);
    iso_free(of_a);
    iso_free(of_b);
    return err;
}
