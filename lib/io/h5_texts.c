#include "lib/io/h5_texts.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"

void iso_h5_texts_free(iso_h5_texts *texts)
{
    iso_free(texts->at);
    iso_free(texts->block);
    *texts = (iso_h5_texts){0};
}

iso_err iso_h5_texts_of(iso_h5_texts *out, iso_buf *buf, int64_t count)
{
    iso_h5_texts texts = {NULL, count, NULL};
    iso_err err = iso_alloc(&texts.at, count, sizeof *texts.at);

    if (err)
        return err;
    texts.block = buf->text;
    *buf = (iso_buf){0};
    for (int64_t i = 0, at = 0; i < count; i++) {
        texts.at[i] = texts.block + at;
        at += (int64_t)strlen(texts.at[i]) + 1;
    }
    *out = texts;
    return ISO_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

iso_err iso_h5_texts_sorted(iso_h5_texts *out, iso_buf *buf, int64_t count)
{
    const iso_err err = iso_h5_texts_of(out, buf, count);

    if (!err && count > 0)
        qsort(out->at, (size_t)count, sizeof *out->at, by_bytes);
    return err;
}

static int tail_of(unsigned char c)
{
    return c < 0x80                ? 0
           : c >= 0xC2 && c < 0xE0 ? 1
           : c >= 0xE0 && c < 0xF0 ? 2
           : c >= 0xF0 && c < 0xF5 ? 3
                                   : -1;
}

bool iso_h5_utf8(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        const unsigned char lead = *c++;
        const int tail = tail_of(lead);
        const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;

        if (tail < 0 || (tail > 0 && (*c < low || *c > high)))
            return false;
        for (int i = 0; i < tail; i++, c++) {
            if ((*c & 0xC0) != 0x80)
                return false;
        }
    }
    return true;
}
