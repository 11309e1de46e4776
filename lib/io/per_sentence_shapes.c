/* What the datasets of a per-sentence file count: tokens and layers, in which order; or whether
 * they are no sentences at all. */
#include <inttypes.h>
#include <stdio.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/per_sentence_inside.h"

enum { KEYS_MOST = 1024, BEYOND_LIMIT = 256 };

static int64_t layers_of(const struct sentences *s, const int64_t dims[2])
{
    return dims[s->order == LAYERS_TOKENS ? 0 : 1];
}

static int64_t tokens_of(const struct sentences *s, const int64_t dims[2])
{
    return dims[s->order == LAYERS_TOKENS ? 1 : 0];
}

static iso_err odd(const struct sentences *s, int64_t i, const iso_h5_info *f)
{
    return iso_fail(ISO_EFORMAT,
                    "%s: sentence %" PRId64 " has rank %d, %" PRId64 " dims, %s; the first has "
                    "rank %d, %" PRId64 ", %s",
                    s->file->path, i, f->rank, f->dims[f->rank - 1], iso_dtype_name(f->dtype),
                    s->rank, s->dim, iso_dtype_name(s->dtype));
}

void iso_sentence_shape(int64_t dims[2], const iso_h5_info *f)
{
    dims[0] = f->rank == 3 ? f->dims[0] : 1;
    dims[1] = f->dims[f->rank - 2];
}

static iso_err add_shape(struct sentences *s, int64_t i, const iso_h5_info *f)
{
    iso_err err = ISO_OK;

    if (f->type != ISO_H5_FLOAT || f->rank < 2 || f->rank > 3)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: sentence %" PRId64 " (%.60s) is not f16, f32 or f64 of rank 2 or 3",
                 s->file->path, i, s->at[i].path);
    if (i == 0) {
        s->rank = f->rank;
        s->dim = f->dims[f->rank - 1];
        s->dtype = f->dtype;
    }
    if (f->rank != s->rank || f->dims[f->rank - 1] != s->dim || f->dtype != s->dtype)
        ISO_TRY(odd(s, i, f));
    iso_sentence_shape(s->at[i].dims, f);
done:
    return err;
}

/* The shapes of sentences from `first` on, as many as are asked at once and not beyond `end`. */
static iso_err read_shapes(int64_t *count, struct sentences *s, int64_t first, int64_t end)
{
    const char *paths[RUN_MOST] = {NULL};
    iso_h5_info about[RUN_MOST];
    iso_err err = ISO_OK;

    *count = end - first < RUN_MOST ? end - first : RUN_MOST;
    for (int64_t i = 0; i < *count; i++)
        paths[i] = s->at[first + i].path;
    ISO_TRY(iso_h5_abouts(about, s->h5, paths, *count));
    for (int64_t i = 0; i < *count; i++)
        ISO_TRY(add_shape(s, first + i, &about[i]));
    ISO_TRY(iso_run_step(s->opt->run, "looking at sentences", first, s->count, "sentences"));
done:
    return err;
}

/* Which of the axes have one length in all sentences, also in some beyond the limit where all
 * before it are alike. */
static iso_err compare_shapes(bool same[2], struct sentences *s)
{
    const int64_t beyond = s->count + BEYOND_LIMIT, last = s->total < beyond ? s->total : beyond;
    int64_t known = s->count, n;
    iso_err err = ISO_OK;

    same[0] = same[1] = true;
    for (int64_t i = 0; i < last && (i < s->count || (same[0] && same[1])); i++) {
        if (i == known) {
            ISO_TRY(read_shapes(&n, s, i, last));
            known += n;
        }
        for (int k = 0; k < 2; k++)
            same[k] = same[k] && s->at[i].dims[k] == s->at[0].dims[k];
    }
done:
    return err;
}

/* Datasets [rows, dims] of as many rows each: tokens, unless they are layers, or the keys are. */
static iso_err settle_flat(struct sentences *s, iso_axes asked)
{
    const int64_t rows = s->at[0].dims[1], shape[] = {s->total, rows, s->dim};
    unsigned readings = iso_axes_readings(s->total, rows);
    iso_buf what = {0};
    iso_err err = ISO_OK;

    if (asked == ISO_AXES_NLD) {
        s->order = ONE_OF_LAYERS;
        goto done;
    }
    if (s->mapped || s->opt->layout || rows <= 1)
        goto done;
    if (!s->numbered)
        readings &= ~(unsigned)ISO_READ_LAYERS;
    readings |= ISO_READ_TOKENS;
    if (readings != ISO_READ_TOKENS) {
        ISO_TRY(iso_buf_printf(&what, "%s: its %" PRId64 " datasets of one shape together",
                               s->file->path, s->total));
        ISO_TRY(iso_axes_ask(readings, shape, ISO_FIELD(layout) " per-sentence", what.text));
    }
done:
    iso_buf_free(&what);
    return err;
}

/* States that the encoders have which such files are made of: ELMo 3, BERT's sizes 7, 13, 25, or
 * one less without the embeddings. */
static bool is_usual_depth(int64_t n)
{
    return n == 3 || n == 6 || n == 7 || n == 12 || n == 13 || n == 24 || n == 25;
}

/* Sentences of three axes, of as many layers and tokens each: the axis that can count layers, or
 * usually does. */
static iso_err settle_deep(struct sentences *s)
{
    const int64_t a = s->at[0].dims[0], b = s->at[0].dims[1];
    bool layers_first = iso_axes_depth(a), tokens_first = iso_axes_depth(b);

    if (layers_first && tokens_first) {
        layers_first = is_usual_depth(a);
        tokens_first = is_usual_depth(b);
    }
    if (s->mapped || b == 1 || (layers_first && !tokens_first))
        return ISO_OK;
    if (tokens_first && !layers_first) {
        s->order = TOKENS_LAYERS;
        return ISO_OK;
    }
    return iso_fail(ISO_EFORMAT,
                    "%s: its sentences of [%" PRId64 ", %" PRId64 ", %" PRId64 "] may be %" PRId64
                    " layers of %" PRId64
                    " tokens (" ISO_FIELD(axes) " LND) or %" PRId64 " tokens of %" PRId64
                                                " layers (" ISO_FIELD(axes) " NLD)",
                    s->file->path, a, b, s->dim, a, b, a, b);
}

/* Several sentences of one length each were cut or padded to it. */
static void tell_length(struct sentences *s, const bool same[2])
{
    const int64_t tokens = tokens_of(s, s->at[0].dims);
    char layers[64] = "";

    if (!same[0] || !same[1] || s->total < 2 || tokens < 2 || s->order == ONE_OF_LAYERS)
        return;
    if (s->rank == 3)
        (void)snprintf(layers, sizeof layers, " in %" PRId64 " layers (" ISO_FIELD(axes) " LND)",
                       layers_of(s, s->at[0].dims));
    (void)snprintf(s->read_as, sizeof s->read_as,
                   "its %" PRId64 " sentences have %" PRId64
                   " tokens each%s; padding, if there is any, counts as tokens",
                   s->total, tokens, layers);
}

/* The number of layers is the same in all sentences, that of tokens is not. */
static iso_err settle_order(struct sentences *s)
{
    iso_axes asked;
    bool same[2];
    iso_err err = ISO_OK;

    ISO_TRY(iso_axes_find(&asked, s->opt->axes));
    ISO_TRY(compare_shapes(same, s));
    s->order = s->rank == 3 && asked == ISO_AXES_NLD ? TOKENS_LAYERS : LAYERS_TOKENS;
    if (s->rank == 2 && same[1])
        ISO_TRY(settle_flat(s, asked));
    else if (s->rank == 3 && asked == ISO_AXES_OPEN && same[0] && same[1])
        ISO_TRY(settle_deep(s));
    else if (s->rank == 3 && asked == ISO_AXES_OPEN && same[1])
        s->order = TOKENS_LAYERS;
    if (s->order == TOKENS_LAYERS && asked == ISO_AXES_OPEN)
        (void)snprintf(s->read_as, sizeof s->read_as,
                       "its sentences are read as tokens of %" PRId64
                       " layers (" ISO_FIELD(axes) " NLD)",
                       s->at[0].dims[1]);
    else
        tell_length(s, same);
done:
    return err;
}

static iso_err add_rows(struct sentences *s, int64_t i)
{
    const int64_t layers = layers_of(s, s->at[i].dims), tokens = tokens_of(s, s->at[i].dims);

    if (layers != s->layers)
        return iso_fail(ISO_EFORMAT,
                        "%s: sentence %" PRId64 " has %" PRId64 " layers; the first has %" PRId64,
                        s->file->path, i, layers, s->layers);
    if (tokens > (INT64_MAX >> 8) - s->offsets[i])
        return iso_fail(ISO_EFORMAT, "%s: too many rows", s->file->path);
    s->offsets[i + 1] = s->offsets[i] + tokens;
    return ISO_OK;
}

iso_err iso_sentences_shapes(struct sentences *s)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0, n; i < s->count; i += n)
        ISO_TRY(read_shapes(&n, s, i, s->count));
    if (s->dim < 1)
        ISO_FAIL(ISO_EFORMAT, "%s: its sentences have rows of no numbers", s->file->path);
    ISO_TRY(settle_order(s));
    s->layers = layers_of(s, s->at[0].dims);
    if (s->layers < 1 || s->layers > 100000)
        ISO_FAIL(ISO_EFORMAT, "%s: its sentences have %" PRId64 " layers", s->file->path,
                 s->layers);
    ISO_TRY(iso_alloc(&s->offsets, s->count + 1, sizeof *s->offsets));
    for (int64_t i = 0; i < s->count; i++)
        ISO_TRY(add_rows(s, i));
done:
    return err;
}

bool iso_keys_are_layers(iso_h5 *h5, const iso_h5_texts *names, const iso_states_opt *opt)
{
    iso_h5_info *f = NULL;
    iso_axes asked;
    bool fit = names->count > 0 && names->count <= KEYS_MOST && !iso_axes_find(&asked, opt->axes) &&
               !iso_alloc(&f, names->count, sizeof *f) &&
               !iso_h5_abouts(f, h5, names->at, names->count);

    for (int64_t i = 0; fit && i < names->count; i++)
        fit = f[i].type == ISO_H5_FLOAT && f[i].rank == 2 && f[i].dims[0] == f[0].dims[0] &&
              f[i].dims[1] == f[0].dims[1];
    if (fit && asked == ISO_AXES_OPEN)
        fit = iso_axes_readings(names->count, f[0].dims[0]) == ISO_READ_LAYERS;
    else
        fit = fit && asked == ISO_AXES_LND;
    iso_free(f);
    return fit;
}
