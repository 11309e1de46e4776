/* Word types: the states of every occurrence of a word, averaged as they come. */
#include <inttypes.h>

#include "lib/encode/embed.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

enum { BLOCK = 4 << 20 }; /* bytes written at a time */

static int64_t sum_bytes(const struct embed *e, const struct encoding_lang *l)
{
    return l->rows * e->layer_count * iso_encoder_config(e->in.encoder)->C *
           (int64_t)sizeof(double);
}

iso_err iso_embed_types_fit(const struct embed *e)
{
    const int64_t mem = iso_run_mem(e->in.run);

    for (int i = 0; i < e->in.lang_count; i++) {
        const struct encoding_lang *l = &e->in.lang[i];
        if (sum_bytes(e, l) > mem)
            return iso_fail(
                ISO_EARG,
                "%s: the sums of %" PRId64 " word types in %d layers take %.0f MB, " ISO_FIELD(
                    mem) " is %.0f MB: take fewer " ISO_FIELD(layers) ", or more " ISO_FIELD(mem),
                l->name, l->rows, e->layer_count, (double)sum_bytes(e, l) / 1e6, (double)mem / 1e6);
    }
    return ISO_OK;
}

/* Sums of one language: a matrix a layer, and how many occurrences went in. */
struct sums {
    iso_mat *layer;
    int64_t *count;
};

static void add_window(struct sums *to, const struct embed *e, const struct embed_window *w,
                       const iso_mat *states)
{
    const struct encoding_lang *l = &e->in.lang[w->lang];

    for (int64_t i = 0; i < w->rows; i++) {
        const int64_t type = l->entry[w->row + i];
        to->count[type]++;
        for (int k = 0; k < e->layer_count; k++) {
            const int64_t C = states[k].cols;
            const double *from = (const double *)states[k].data + i * C;
            double *sum = (double *)to->layer[k].data + type * C;
            for (int64_t c = 0; c < C; c++)
                sum[c] += from[c];
        }
    }
}

static void divide(struct sums *s, const struct embed *e, int64_t rows)
{
    for (int k = 0; k < e->layer_count; k++) {
        for (int64_t i = 0; i < rows; i++) {
            double *row = (double *)s->layer[k].data + i * s->layer[k].cols;
            for (int64_t c = 0; c < s->layer[k].cols; c++)
                row[c] /= (double)s->count[i];
        }
    }
}

/* One layer in the file's type, a block at a time. */
static iso_err write_layer(struct embed *e, int lang, int k, iso_view sums)
{
    const int64_t row = sums.cols * (int64_t)iso_dtype_size(e->dtype);
    const int64_t step = row < BLOCK ? BLOCK / row : 1;
    iso_mat block = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&block, step < sums.rows ? step : sums.rows, sums.cols, e->dtype));
    for (int64_t at = 0, n; at < sums.rows; at += n) {
        n = sums.rows - at < step ? sums.rows - at : step;
        iso_convert(block.data, block.stride, e->dtype, iso_view_rows(sums, at, n));
        const iso_view made = iso_view_rows(iso_mat_view(&block), 0, n);
        if (!iso_view_finite(NULL, made))
            ISO_FAIL(ISO_EFORMAT,
                     "%s, layer %d: a number lies beyond the range of f16 (65504): " ISO_FIELD(
                         dtype) " f32",
                     e->in.lang[lang].name, e->layer[k]);
        ISO_TRY(iso_native_put(e->out, lang * e->layer_count + k, at, made));
    }
done:
    iso_mat_free(&block);
    return err;
}

static iso_err run_lang(struct embed *e, struct embed_engine *engine, int lang)
{
    const int64_t C = iso_encoder_config(e->in.encoder)->C, rows = e->in.lang[lang].rows;
    struct sums s = {0};
    iso_mat *states = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_embed_states_new(&states, e, lang, ISO_F64));
    ISO_TRY(iso_alloc(&s.count, rows, sizeof *s.count));
    ISO_TRY(iso_alloc(&s.layer, e->layer_count, sizeof *s.layer));
    for (int k = 0; k < e->layer_count; k++)
        ISO_TRY(iso_mat_new(&s.layer[k], rows, C, ISO_F64));
    for (int64_t u = 0; u < e->window_count; u++) {
        if (e->window[u].lang != lang)
            continue;
        ISO_TRY(iso_embed_engine_window(engine, &e->window[u], states));
        add_window(&s, e, &e->window[u], states);
    }
    divide(&s, e, rows);
    for (int k = 0; k < e->layer_count; k++)
        ISO_TRY(write_layer(e, lang, k, iso_mat_view(&s.layer[k])));
done:
    if (s.layer)
        iso_embed_states_free(s.layer, e);
    iso_free(s.count);
    iso_embed_states_free(states, e);
    return err;
}

iso_err iso_embed_run_types(struct embed *e)
{
    struct embed_engine *engine = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_embed_engine_new(&engine, e, ISO_F64));
    for (int i = 0; i < e->in.lang_count; i++)
        ISO_TRY(run_lang(e, engine, i));
done:
    iso_embed_engine_free(engine);
    return err;
}
