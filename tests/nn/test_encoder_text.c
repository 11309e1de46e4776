/* From text to states: PyTorch's states of two XLM-R checkpoints in several languages; and what
 * other number types cost in accuracy. */
#include "tests/nn/golden_states.h"

#include "lib/nn/pooling.h"
#include "lib/text/tokenizer.h"

static struct sentences s;

static void tokenize(const iso_tokenizer *t, const iso_lang *lang, int64_t longest)
{
    iso_tokens tokens = {0};

    s.B = lang->items;
    for (int64_t b = 0; b < s.B; b++) {
        const iso_text one = {.text = lang->text[b], .len = (int64_t)strlen(lang->text[b])};
        ok(iso_tokenizer_encode(t, &tokens, &one, longest));
        memcpy(s.ids + s.offsets[b], tokens.ids, (size_t)tokens.count * sizeof *s.ids);
        s.offsets[b + 1] = s.offsets[b] + tokens.count;
        assert_int_equal(s.offsets[b + 1], lang->offsets[b + 1]);
    }
    iso_tokens_free(&tokens);
}

struct opened {
    iso_states *states;
    iso_tokenizer *tokenizer;
    iso_encoder *encoder;
};

static struct opened open_all(const char *states, const char *model, iso_compute compute)
{
    const iso_states_opt raw = {.pool = "none"};
    const iso_encoder_opt opt = {.compute = compute};
    const char *path = test_data(states), *folder = test_data(model);
    struct opened o;

    ok(iso_states_open(&o.states, &path, 1, &raw));
    ok(iso_tokenizer_open(&o.tokenizer, folder));
    ok(iso_encoder_open(&o.encoder, folder, &opt));
    return o;
}

static void close_all(struct opened *o)
{
    iso_encoder_close(o->encoder);
    iso_tokenizer_close(o->tokenizer);
    iso_states_close(o->states);
}

/* The worst relative error of a layer over all languages, `step` sentences at a time. */
static double worst(const char *states, const char *model, iso_compute compute, int64_t step)
{
    struct opened o = open_all(states, model, compute);
    const int64_t longest = iso_nn_config_longest(iso_encoder_config(o.encoder));
    double most = 0;

    for (int i = 0; i < iso_states_langs(o.states); i++) {
        tokenize(o.tokenizer, iso_states_lang(o.states, i), longest);
        const double w = worst_layer(o.encoder, &s, o.states, i, step, NULL);
        most = w > most || isnan(w) ? w : most;
    }
    close_all(&o);
    return most;
}

/* Linear CKA from its formula; both n × p, columns centred here. */
static double cka(iso_view a, iso_view b)
{
    const int64_t n = a.rows, p = a.cols;
    double *x[2], *k[2], dot[3] = {0};

    for (int i = 0; i < 2; i++) {
        const float *from = i ? b.data : a.data;
        x[i] = malloc((size_t)(n * p) * sizeof(double));
        k[i] = calloc((size_t)(n * n), sizeof(double));
        for (int64_t c = 0; c < p; c++) {
            double mean = 0;
            for (int64_t r = 0; r < n; r++)
                mean += from[r * p + c] / (double)n;
            for (int64_t r = 0; r < n; r++)
                x[i][r * p + c] = from[r * p + c] - mean;
        }
        for (int64_t r = 0; r < n * n; r++)
            for (int64_t c = 0; c < p; c++)
                k[i][r] += x[i][r / n * p + c] * x[i][r % n * p + c];
    }
    for (int64_t r = 0; r < n * n; r++) {
        dot[0] += k[0][r] * k[1][r];
        dot[1] += k[0][r] * k[0][r];
        dot[2] += k[1][r] * k[1][r];
    }
    for (int i = 0; i < 2; i++)
        free(x[i]), free(k[i]);
    return dot[0] / sqrt(dot[1] * dot[2]);
}

/* Mean-pooled states of m15's English, all layers one after another, in one number type. */
static void pooled(iso_mat *out, iso_compute compute)
{
    struct opened o = open_all("golden/states/m15.h5", "models/m15", compute);
    const iso_nn_config *c = iso_encoder_config(o.encoder);
    static int64_t every[1 << 12];
    iso_mat x[16];

    tokenize(o.tokenizer, iso_states_lang(o.states, 0), iso_nn_config_longest(c));
    for (int64_t i = 0; i < s.offsets[s.B]; i++)
        every[i] = i;
    for (int k = 0; k <= c->L; k++)
        ok(iso_mat_new(&x[k], s.offsets[s.B], c->C, ISO_F32));
    encode(x, o.encoder, &s, 64);
    for (int k = 0; k <= c->L; k++) {
        ok(iso_mat_new(&out[k], s.B, c->C, ISO_F32));
        ok(iso_pool_lists(&out[k], iso_mat_view(&x[k]), s.offsets, every, ISO_POOL_MEAN));
        iso_mat_free(&x[k]);
    }
    close_all(&o);
}

static void what_low_precision_does_to_cka(void **state)
{
    iso_mat exact[16], low[16];

    (void)state;
    pooled(exact, ISO_COMPUTE_F32);
    for (int compute = ISO_COMPUTE_BF16; compute <= ISO_COMPUTE_INT8; compute++) {
        pooled(low, (iso_compute)compute);
        for (int k = 0; k < 7; k++) {
            const double like = cka(iso_mat_view(&exact[k]), iso_mat_view(&low[k]));
            assert_true(like > (compute == ISO_COMPUTE_BF16 ? 0.999 : 0.99));
            iso_mat_free(&low[k]);
        }
    }
    for (int k = 0; k < 7; k++)
        iso_mat_free(&exact[k]);
}

static void m15(void **state)
{
    (void)state;
    near(worst("golden/states/m15.h5", "models/m15", ISO_COMPUTE_F32, 1), 0, 1e-5);
    near(worst("golden/states/m15.h5", "models/m15", ISO_COMPUTE_F32, 64), 0, 1e-5);
}

static void mini(void **state)
{
    (void)state;
    near(worst("golden/states/mini.h5", "models/mini", ISO_COMPUTE_F32, 7), 0, 1e-5);
}

static void with_bf16(void **state)
{
    (void)state;
    near(worst("golden/states/m15.h5", "models/m15", ISO_COMPUTE_BF16, 64), 0, 2e-2);
    near(worst("golden/states/mini.h5", "models/mini", ISO_COMPUTE_BF16, 64), 0, 2e-2);
}

static void with_int8(void **state)
{
    (void)state;
    near(worst("golden/states/m15.h5", "models/m15", ISO_COMPUTE_INT8, 64), 0, 5e-2);
    near(worst("golden/states/mini.h5", "models/mini", ISO_COMPUTE_INT8, 64), 0, 5e-2);
}

int main(void)
{
    RUN_TESTS(test(m15), test(mini), test(with_bf16), test(with_int8),
              test(what_low_precision_does_to_cka));
}
