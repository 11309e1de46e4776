/* States of a native file against what the encoder makes of the same token ids. */
#ifndef ISO_TESTS_NN_GOLDEN_STATES_H
#define ISO_TESTS_NN_GOLDEN_STATES_H

#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/io/states.h"
#include "lib/nn/encoder.h"

/* Token ids of all sentences. */
struct sentences {
    int64_t offsets[512];
    int32_t ids[1 << 16];
    int64_t B;
};

static inline double relative_error(iso_view mine, iso_view theirs)
{
    double off = 0, all = 0;

    for (int64_t i = 0; i < mine.rows; i++) {
        const float *a = (const float *)mine.data + i * mine.stride;
        const float *b = (const float *)theirs.data + i * theirs.stride;
        for (int64_t j = 0; j < mine.cols; j++) {
            off += ((double)a[j] - b[j]) * ((double)a[j] - b[j]);
            all += (double)b[j] * b[j];
        }
    }
    return sqrt(off / all);
}

/* All states of all sentences, `step` sentences a batch: state K of token t is row t of out[K]. */
static inline void encode(iso_mat *out, iso_encoder *e, const struct sentences *s, int64_t step)
{
    const iso_nn_config *c = iso_encoder_config(e);
    static int64_t offsets[512];

    for (int64_t b = 0; b < s->B; b += step) {
        const int64_t n = s->B - b < step ? s->B - b : step, first = s->offsets[b];
        for (int64_t i = 0; i <= n; i++)
            offsets[i] = s->offsets[b + i] - first;
        const iso_batch batch = {.B = n, .offsets = offsets, .ids = s->ids + first};
        iso_mat x;
        ok(iso_mat_new(&x, offsets[n], c->C, ISO_F32));
        ok(iso_encoder_embed(e, &x, &batch));
        for (int k = 0; k <= c->L; k++) {
            if (k > 0)
                ok(iso_encoder_layers(e, &x, &batch, k - 1, k));
            memcpy((float *)out[k].data + first * c->C, x.data,
                   (size_t)(offsets[n] * c->C) * sizeof(float));
        }
        iso_mat_free(&x);
    }
}

/* The largest relative error over layers of one language of `states`. */
static inline double worst_layer(iso_encoder *e, const struct sentences *s, iso_states *states,
                                 int lang, int64_t step, double *by_layer)
{
    const iso_nn_config *c = iso_encoder_config(e);
    iso_mat out[64] = {{0}};
    double worst = 0;

    for (int k = 0; k <= c->L; k++)
        ok(iso_mat_new(&out[k], s->offsets[s->B], c->C, ISO_F32));
    encode(out, e, s, step);
    for (int k = 0; k <= c->L; k++) {
        iso_rows *rows;
        iso_view theirs;
        ok(iso_states_rows(&rows, states, lang, k));
        assert_int_equal(rows->rows, s->offsets[s->B]);
        ok(iso_rows_read(rows, 0, rows->rows, &theirs));
        const double error = relative_error(iso_mat_view(&out[k]), theirs);
        if (by_layer)
            by_layer[k] = error;
        worst = error > worst || isnan(error) ? error : worst;
        iso_rows_close(rows);
        iso_mat_free(&out[k]);
    }
    return worst;
}

#endif
