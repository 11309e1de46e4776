#include "bin/inspect/inspect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

enum { BLOCK = 4 << 20 }; /* bytes read at a time */

/* Where a row or text is, and what it comes to. */
struct mark {
    uint64_t hash;
    int64_t at;
};

/* Bytes as one number; equal bytes give equal numbers, others hardly ever. */
static uint64_t hash_of(const char *p, size_t bytes)
{
    uint64_t h = 0x9e3779b97f4a7c15 ^ bytes, w;

    for (size_t i = 0; i < bytes; i += sizeof w) {
        w = 0;
        memcpy(&w, p + i, bytes - i < sizeof w ? bytes - i : sizeof w);
        h = (h ^ w) * 0xff51afd7ed558ccd;
        h ^= h >> 32;
    }
    return h;
}

static int compare(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static int by_second(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    return (x->second > y->second) - (x->second < y->second);
}

/* Counts the marks that an earlier place has too, and keeps those that come first. */
static int64_t find_equal(struct pair *few, struct mark *marks, int64_t count)
{
    struct pair kept[INSPECT_FEW + 1];
    int64_t twice = 0, first = 0;
    size_t n = 0;

    if (count > 1)
        qsort(marks, (size_t)count, sizeof *marks, compare);
    for (int64_t i = 1; i < count; i++) {
        if (marks[i].hash != marks[first].hash) {
            first = i;
            continue;
        }
        twice++;
        kept[n++] = (struct pair){marks[first].at, marks[i].at};
        qsort(kept, n, sizeof *kept, by_second);
        if (n > INSPECT_FEW)
            n = INSPECT_FEW;
    }
    memcpy(few, kept, n * sizeof *few);
    return twice;
}

/* Columns ------------------------------------------------------------------- */

struct columns {
    float *least, *most, *block;
    double *square;
};

static void columns_free(struct columns *c)
{
    iso_free(c->least);
    iso_free(c->most);
    iso_free(c->square);
    iso_free(c->block);
}

static iso_err columns_new(struct columns *out, int64_t cols, int64_t step)
{
    struct columns c = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c.least, cols, sizeof(float)));
    ISO_TRY(iso_alloc(&c.most, cols, sizeof(float)));
    ISO_TRY(iso_alloc(&c.square, cols, sizeof(double)));
    ISO_TRY(iso_alloc(&c.block, cols * step, sizeof(float)));
    for (int64_t j = 0; j < cols; j++) {
        c.least[j] = INFINITY;
        c.most[j] = -INFINITY;
    }
    *out = c;
    c = (struct columns){0};
done:
    columns_free(&c);
    return err;
}

static void columns_add(struct columns *c, iso_view v)
{
    iso_convert_f32(c->block, v.cols, v);
    for (int64_t i = 0; i < v.rows; i++) {
        const float *x = c->block + i * v.cols;
        for (int64_t j = 0; j < v.cols; j++) {
            c->least[j] = x[j] < c->least[j] ? x[j] : c->least[j];
            c->most[j] = x[j] > c->most[j] ? x[j] : c->most[j];
            c->square[j] += (double)x[j] * (double)x[j];
        }
    }
}

static void columns_judge(struct inspect_layer *l, const struct columns *c)
{
    double all = 0, rogue = 0;

    for (int64_t j = 0; j < l->cols; j++) {
        l->constant += !(c->most[j] > c->least[j]);
        all += c->square[j];
    }
    for (int64_t j = 0; j < l->cols; j++) {
        if (c->square[j] > ROGUE * all / (double)l->cols) {
            l->rogue++;
            rogue += c->square[j];
        }
    }
    l->rogue_share = rogue > 0 ? rogue / all : 0;
    l->dead = l->constant == l->cols;
}

/* Reading ------------------------------------------------------------------- */

/* What all layers of a collection share while they are read. */
struct reading {
    const iso_run *run;
    int64_t done, total; /* bytes */
};

static void look_at_rows(struct inspect_layer *l, int64_t first, iso_view v, struct mark *marks)
{
    const size_t bytes = (size_t)v.cols * iso_dtype_size(v.dtype);

    for (int64_t i = 0, bad; i < v.rows; i += bad + 1) {
        if (iso_view_finite(&bad, iso_view_rows(v, i, v.rows - i)))
            break;
        if (l->bad++ == 0)
            l->first_bad = first + i + bad;
    }
    for (int64_t i = 0; marks && i < v.rows; i++)
        marks[first + i] = (struct mark){hash_of(iso_view_rows(v, i, 1).data, bytes), first + i};
}

static iso_err read_layer(struct inspect_layer *l, struct inspect *in, int lang,
                          struct reading *reading)
{
    const bool tokens = in->langs[lang].lang->offsets != NULL;
    const int64_t row = l->cols * (int64_t)iso_dtype_size(l->dtype);
    const int64_t step = row < BLOCK ? BLOCK / row : 1;
    struct mark *marks = NULL;
    struct columns columns = {0};
    iso_rows *rows = NULL;
    iso_view v;
    iso_err err = ISO_OK;

    ISO_TRY(iso_states_rows(&rows, in->states, lang, l->layer));
    ISO_TRY(columns_new(&columns, l->cols, step < l->rows ? step : l->rows));
    if (!tokens)
        ISO_TRY(iso_alloc(&marks, l->rows, sizeof *marks));
    for (int64_t at = 0, n; at < l->rows; at += n) {
        n = l->rows - at < step ? l->rows - at : step;
        ISO_TRY(iso_run_step(reading->run, "reading", reading->done, reading->total, "bytes"));
        ISO_TRY(iso_rows_read(rows, at, n, &v));
        look_at_rows(l, at, v, marks);
        columns_add(&columns, v);
        reading->done += n * row;
    }
    columns_judge(l, &columns);
    if (marks)
        l->twice = find_equal(l->equal, marks, l->rows);
    if (in->spectrum && l->bad)
        l->spectrum = (iso_spectrum){NAN, NAN, NAN, 0, "values that are not finite"};
    else if (in->spectrum)
        ISO_TRY(iso_spectrum_of(&l->spectrum, rows, reading->run));
done:
    iso_free(marks);
    columns_free(&columns);
    iso_rows_close(rows);
    return err;
}

static iso_err look_at_texts(struct inspect_lang *l)
{
    const char *const *text = l->lang->text;
    struct mark *marks = NULL;
    iso_err err = ISO_OK;

    if (!text)
        return ISO_OK;
    ISO_TRY(iso_alloc(&marks, l->lang->items, sizeof *marks));
    for (int64_t i = 0; i < l->lang->items; i++) {
        uint64_t h = hash_of(text[i], strlen(text[i]));
        if (l->lang->text2) /* a pair of sentences is one text */
            h = h * 31 + hash_of(l->lang->text2[i], strlen(l->lang->text2[i]));
        marks[i] = (struct mark){h, i};
    }
    l->twice = find_equal(l->equal, marks, l->lang->items);
done:
    iso_free(marks);
    return err;
}

static iso_err look_at_header(struct inspect_lang *l, iso_states *states, int lang)
{
    iso_err err = ISO_OK;

    l->lang = iso_states_lang(states, lang);
    ISO_TRY(iso_alloc(&l->layers, l->lang->layer_count, sizeof *l->layers));
    for (int k = 0; k < l->lang->layer_count; k++) {
        struct inspect_layer *layer = &l->layers[k];
        layer->layer = l->lang->layers[k];
        ISO_TRY(iso_states_shape(&layer->rows, &layer->cols, &layer->dtype, states, lang,
                                 layer->layer));
    }
done:
    return err;
}

iso_err inspect_look(struct inspect *in, iso_states *states, bool quick, bool spectrum,
                     const iso_run *run)
{
    struct reading reading = {.run = run};
    iso_err err = ISO_OK;

    *in = (struct inspect){.states = states, .read = !quick, .spectrum = spectrum};
    ISO_TRY(iso_alloc(&in->langs, iso_states_langs(states), sizeof *in->langs));
    in->count = iso_states_langs(states);
    for (int i = 0; i < in->count; i++) {
        ISO_TRY(look_at_header(&in->langs[i], states, i));
        for (int k = 0; k < in->langs[i].lang->layer_count; k++) {
            const struct inspect_layer *l = &in->langs[i].layers[k];
            reading.total += l->rows * l->cols * (int64_t)iso_dtype_size(l->dtype);
        }
    }
    for (int i = 0; !quick && i < in->count; i++) {
        ISO_TRY(look_at_texts(&in->langs[i]));
        for (int k = 0; k < in->langs[i].lang->layer_count; k++)
            ISO_TRY(read_layer(&in->langs[i].layers[k], in, i, &reading));
    }
done:
    return err;
}

void inspect_free(struct inspect *in)
{
    for (int i = 0; i < in->count; i++)
        iso_free(in->langs[i].layers);
    iso_free(in->langs);
    *in = (struct inspect){0};
}

double inspect_tokens(const iso_lang *lang)
{
    if (!lang->offsets || lang->items == 0)
        return 0;
    return (double)(lang->offsets[lang->items] - lang->offsets[0]) / (double)lang->items;
}
