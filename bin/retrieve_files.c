/* Files of retrieval: true pairs read, what was found written. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bin/out.h"
#include "bin/retrieve_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/number.h"

enum { LINE_MOST = 128 };

/* True pairs as they are read. */
struct reading {
    const char *path;
    int64_t line, n, m; /* n, m: rows there are */
    iso_mined *at;
    int64_t count, room;
};

/* One of the two numbers of a line; *rest moves behind it. */
static iso_err take(int64_t *out, const struct reading *r, char **rest, int64_t rows)
{
    char *word = *rest + strspn(*rest, " \t"), *end = word + strcspn(word, " \t");
    iso_err err = ISO_OK;

    *rest = *end ? end + 1 : end;
    *end = '\0';
    if (!iso_str_int(out, word))
        ISO_FAIL(ISO_EFORMAT, "%s: line %lld: '%.40s' is not a row number; a line is two, from 0",
                 r->path, (long long)r->line, word);
    if (*out < 0 || *out >= rows)
        ISO_FAIL(ISO_EARG, "%s: line %lld: row %lld, there are 0 to %lld", r->path,
                 (long long)r->line, (long long)*out, (long long)rows - 1);
done:
    return err;
}

static iso_err take_line(struct reading *r, char *line)
{
    iso_mined pair = {0};
    iso_err err = ISO_OK;

    line[strcspn(line, "\r\n")] = '\0';
    if (!line[strspn(line, " \t")])
        return ISO_OK;
    ISO_TRY(take(&pair.src, r, &line, r->n));
    ISO_TRY(take(&pair.tgt, r, &line, r->m));
    if (line[strspn(line, " \t")])
        ISO_FAIL(ISO_EFORMAT, "%s: line %lld: more than two numbers", r->path, (long long)r->line);
    if (r->count == r->room) {
        const int64_t room = r->room ? 2 * r->room : 256;
        ISO_TRY(iso_realloc(&r->at, r->count, room, sizeof *r->at));
        r->room = room;
    }
    r->at[r->count++] = pair;
done:
    return err;
}

static iso_err take_lines(struct reading *r, FILE *in)
{
    char line[LINE_MOST];
    iso_err err = ISO_OK;

    while (fgets(line, sizeof line, in)) {
        r->line++;
        if (strlen(line) == sizeof line - 1 && line[sizeof line - 2] != '\n')
            ISO_FAIL(ISO_EFORMAT, "%s: line %lld is longer than two numbers", r->path,
                     (long long)r->line);
        ISO_TRY(take_line(r, line));
    }
    if (ferror(in))
        ISO_FAIL(ISO_EIO, "%s: %s", r->path, strerror(errno));
    if (r->count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no pair", r->path);
done:
    return err;
}

iso_err retrieve_gold_read(iso_mined **out, int64_t *count, const char *path, int64_t n, int64_t m)
{
    struct reading r = {.path = path, .n = n, .m = m};
    FILE *in = fopen(path, "re");

    if (!in)
        return iso_fail(ISO_EIO, "%s: %s", path, strerror(errno));
    const iso_err err = take_lines(&r, in);
    (void)fclose(in);
    if (err) {
        iso_free(r.at);
        return err;
    }
    *out = r.at;
    *count = r.count;
    return ISO_OK;
}

static iso_err put(iso_buf *text, double score)
{
    char number[ISO_NUMBER_SIZE];

    return iso_buf_printf(text, "\t%s\n",
                          score - score == 0 ? iso_number_exact(number, score) : "");
}

iso_err retrieve_found_write(const char *path, const struct retrieve_found *f)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&text, ""));
    for (int64_t i = 0; i < f->count; i++) {
        ISO_TRY(iso_buf_printf(&text, "%lld\t%lld", (long long)f->mined[i].src,
                               (long long)f->mined[i].tgt));
        ISO_TRY(put(&text, f->mined[i].score));
    }
    for (int64_t i = 0; i < f->near.rows; i++) {
        ISO_TRY(iso_buf_printf(&text, "%lld", (long long)f->near.index[i * f->near.k]));
        ISO_TRY(put(&text, f->near.score[i * f->near.k]));
    }
    ISO_TRY(out_file(path, &text));
done:
    iso_buf_free(&text);
    return err;
}
