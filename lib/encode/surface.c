/* Texts to tokens, tokens to lengths and to weighted counts of pieces. */
#include "lib/encode/surface.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/encode/encoding.h"

/* --- Tokens --- */

/* Those that the text has, in place of all. */
static iso_err take(struct surface_lang *out, const struct encoding_lang *in)
{
    const int64_t items = in->corpus.items;
    int64_t used = 0;
    iso_err err = ISO_OK;

    out->name = in->name;
    out->items = items;
    ISO_TRY(iso_alloc(&out->at, items + 1, sizeof *out->at));
    ISO_TRY(iso_alloc(&out->ids, in->token_at[items], sizeof *out->ids));
    for (int64_t i = 0; i < items; i++) {
        for (int64_t t = in->token_at[i]; t < in->token_at[i + 1]; t++) {
            if (!(in->mark[t] & TOKEN_SPECIAL))
                out->ids[used++] = in->ids[t];
        }
        out->at[i + 1] = used;
    }
done:
    return err;
}

iso_err iso_surface_make(struct surface *out, iso_model *model, const iso_texts *texts,
                         const iso_run *run)
{
    struct encoding in = {0};
    struct surface s = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_encoding_begin(&in, model, texts, ISO_POOL_MEAN, 0, run));
    in.max_length = in.longest = INT32_MAX; /* nothing is encoded: positions are no limit */
    ISO_TRY(iso_encoding_read(&in, NULL, iso_texts_langs(texts)));
    ISO_TRY(iso_alloc(&s.lang, in.lang_count, sizeof *s.lang));
    s.count = in.lang_count;
    for (int l = 0; l < s.count; l++)
        ISO_TRY(take(&s.lang[l], &in.lang[l]));
    *out = s;
    s = (struct surface){0};
done:
    iso_surface_free(&s);
    iso_encoding_free(&in);
    return err;
}

void iso_surface_free(struct surface *s)
{
    for (int l = 0; l < s->count; l++) {
        iso_free(s->lang[l].at);
        iso_free(s->lang[l].ids);
    }
    iso_free(s->lang);
    *s = (struct surface){0};
}

/* --- Lengths --- */

iso_err iso_surface_length(iso_mat *out, const struct surface_lang *lang)
{
    iso_mat m = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&m, lang->items, ISO_SURFACE_LENGTHS, ISO_F64));
    for (int64_t i = 0; i < lang->items; i++) {
        const int64_t tokens = lang->at[i + 1] - lang->at[i];
        const double n = tokens > 0 ? (double)tokens : 1;
        double *row = (double *)m.data + i * m.stride;
        row[0] = n;
        row[1] = log(n);
        row[2] = 1 / n;
    }
    *out = m;
done:
    return err;
}

/* --- Pieces --- */

static int by_id(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

/* The distinct ids of every text, ascending, with their counts; columns are ids so far. */
static iso_err count_pieces(struct pieces_lang *out, const struct surface_lang *in)
{
    int32_t *ids = NULL;
    int64_t used = 0;
    iso_err err = ISO_OK;

    out->items = in->items;
    ISO_TRY(iso_alloc(&out->at, in->items + 1, sizeof *out->at));
    ISO_TRY(iso_alloc(&out->column, in->at[in->items], sizeof *out->column));
    ISO_TRY(iso_alloc(&out->value, in->at[in->items], sizeof *out->value));
    ISO_TRY(iso_alloc(&ids, in->at[in->items], sizeof *ids));
    for (int64_t i = 0; i < in->items; i++) {
        const int64_t first = in->at[i], count = in->at[i + 1] - first;
        if (count > 0) {
            memcpy(ids, in->ids + first, (size_t)count * sizeof *ids);
            qsort(ids, (size_t)count, sizeof *ids, by_id);
        }
        for (int64_t t = 0; t < count; t++) {
            if (t == 0 || ids[t] != ids[t - 1])
                out->column[used++] = ids[t];
            out->value[used - 1]++;
        }
        out->at[i + 1] = used;
    }
done:
    iso_free(ids);
    return err;
}

static int64_t ids_of(const struct pieces *p)
{
    int64_t ids = 0;

    for (int l = 0; l < p->count; l++) {
        for (int64_t k = 0; k < p->lang[l].at[p->lang[l].items]; k++)
            ids = p->lang[l].column[k] >= ids ? p->lang[l].column[k] + 1 : ids;
    }
    return ids;
}

/* The columns that ids go to, those that occur one behind the other. */
static iso_err number_columns(struct pieces *p, int64_t ids)
{
    int32_t *column = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&column, ids, sizeof *column));
    for (int l = 0; l < p->count; l++) {
        for (int64_t k = 0; k < p->lang[l].at[p->lang[l].items]; k++)
            column[p->lang[l].column[k]] = 1;
    }
    for (int64_t id = 0; id < ids; id++) {
        if (column[id])
            column[id] = (int32_t)p->cols++;
    }
    for (int l = 0; l < p->count; l++) {
        for (int64_t k = 0; k < p->lang[l].at[p->lang[l].items]; k++)
            p->lang[l].column[k] = column[p->lang[l].column[k]];
    }
done:
    iso_free(column);
    return err;
}

/* Counts times max(0, log(N / (1 + df))). */
static iso_err weigh(struct pieces *p, int by)
{
    double *df = NULL, texts = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&df, p->cols, sizeof *df));
    for (int l = 0; l < by; l++) {
        texts += (double)p->lang[l].items / by;
        for (int64_t k = 0; k < p->lang[l].at[p->lang[l].items]; k++)
            df[p->lang[l].column[k]]++;
    }
    for (int64_t c = 0; c < p->cols; c++)
        df[c] = fmax(0, log(texts / (1 + df[c])));
    for (int l = 0; l < p->count; l++) {
        for (int64_t k = 0; k < p->lang[l].at[p->lang[l].items]; k++)
            p->lang[l].value[k] *= df[p->lang[l].column[k]];
    }
done:
    iso_free(df);
    return err;
}

iso_err iso_pieces_make(struct pieces *out, const struct surface *s, const int *lang, int count,
                        int by)
{
    struct pieces p = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p.lang, count, sizeof *p.lang));
    p.count = count;
    for (int l = 0; l < count; l++)
        ISO_TRY(count_pieces(&p.lang[l], &s->lang[lang[l]]));
    ISO_TRY(number_columns(&p, ids_of(&p)));
    ISO_TRY(weigh(&p, by));
    *out = p;
    p = (struct pieces){0};
done:
    iso_pieces_free(&p);
    return err;
}

void iso_pieces_free(struct pieces *p)
{
    for (int l = 0; l < p->count; l++) {
        iso_free(p->lang[l].at);
        iso_free(p->lang[l].column);
        iso_free(p->lang[l].value);
    }
    iso_free(p->lang);
    *p = (struct pieces){0};
}

/* --- Rows of pieces --- */

struct pieces_rows {
    iso_rows base;
    const struct pieces_lang *lang;
    double *block;
    int64_t room; /* rows */
};

static iso_err read_rows(iso_rows *self, int64_t first, int64_t count, iso_view *out)
{
    struct pieces_rows *r = (struct pieces_rows *)self;
    const struct pieces_lang *l = r->lang;
    iso_err err = ISO_OK;

    if (count > r->room) {
        ISO_TRY(iso_realloc(&r->block, 0, count, (size_t)self->cols * sizeof *r->block));
        r->room = count;
    }
    if (count > 0)
        memset(r->block, 0, (size_t)count * (size_t)self->cols * sizeof *r->block);
    for (int64_t i = 0; i < count; i++) {
        for (int64_t k = l->at[first + i]; k < l->at[first + i + 1]; k++)
            r->block[i * self->cols + l->column[k]] = l->value[k];
    }
    *out = iso_view_f64(r->block, count, self->cols);
done:
    return err;
}

static void close_rows(iso_rows *self)
{
    iso_free(((struct pieces_rows *)self)->block);
    iso_free(self);
}

iso_err iso_pieces_rows(iso_rows **out, const struct pieces_lang *lang, int64_t cols)
{
    struct pieces_rows *r = NULL;
    const iso_err err = iso_alloc(&r, 1, sizeof *r);

    if (err)
        return err;
    r->base = (iso_rows){.rows = lang->items,
                         .cols = cols,
                         .dtype = ISO_F64,
                         .run = 1,
                         .read = read_rows,
                         .close = close_rows};
    r->lang = lang;
    *out = &r->base;
    return ISO_OK;
}
