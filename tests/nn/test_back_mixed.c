/* The gradient of a loss on both branches of pairs whose sentences are mixed, against central
 * differences of the formulas in double; and what must not change it. */
#include "tests/nn/encoder_reference.h"
#include "tests/nn/gradients.h"

#include "lib/base/alloc.h"
#include "lib/base/threads.h"
#include "lib/nn/embedding.h"
#include "lib/nn/mixed_layer.h"
#include "lib/nn/xmixup_layer.h"

static const char *const bert = "\"model_type\":\"bert\",\"vocab_size\":23,\"hidden_size\":12,"
                                "\"num_hidden_layers\":3,\"num_attention_heads\":3,"
                                "\"intermediate_size\":20,\"hidden_act\":\"gelu\","
                                "\"max_position_embeddings\":9,\"type_vocab_size\":2";
static const char *const xlmr = "\"model_type\":\"xlm-roberta\",\"vocab_size\":23,\"hidden_size\":"
                                "10,\"num_hidden_layers\":3,\"num_attention_heads\":2,"
                                "\"intermediate_size\":33,\"hidden_act\":\"gelu_new\","
                                "\"max_position_embeddings\":10,\"type_vocab_size\":1,"
                                "\"layer_norm_eps\":1e-5,\"pad_token_id\":1";

/* Three pairs: targets of 4, 1 and 6 tokens, sources of 3, 5 and 1. */
enum { B = 3, MOST = 11, C_MOST = 12, LAYERS = 3 };

static const int64_t offsets[ISO_BRANCHES][B + 1] = {{0, 4, 5, 11}, {0, 3, 8, 9}};
static const int32_t ids[ISO_BRANCHES][MOST] = {{3, 7, 7, 1, 22, 4, 0, 9, 8, 7, 6},
                                                {5, 9, 2, 2, 2, 21, 3, 7, 9}};
static const iso_batch batches[ISO_BRANCHES] = {{.B = B, .offsets = offsets[0], .ids = ids[0]},
                                                {.B = B, .offsets = offsets[1], .ids = ids[1]}};

/* What is mixed where, with what. */
struct setting {
    const char *config;
    bool mixed[LAYERS];
    iso_mix_rule rule;
    const iso_dropout *drop[ISO_BRANCHES];
    bool frozen[LAYERS]; /* and the embeddings, if any is */
};

static int64_t tokens_of(int i)
{
    return offsets[i][B];
}

static iso_trained *open_random(const struct setting *s)
{
    const iso_trained_opt opt = {.random = true};
    iso_rng rng = iso_rng_seeded(5, 0);
    iso_trained *e;
    int64_t n;

    ok(iso_trained_open(&e, config_folder(s->config), &opt));
    iso_tensor *t = iso_trained_tensors(e, &n);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < t[i].rows * t[i].cols; j++)
            t[i].value[j] += 0.4f * (float)iso_rng_normal(&rng);
    bool any = false;
    for (int k = 0; k < LAYERS; k++)
        any = any || s->frozen[k];
    iso_trained_freeze(e, any, s->frozen);
    return e;
}

/* What the loss counts each number of the final states by. */
static float weight(int branch, int64_t row, int64_t col)
{
    return (float)(((row * 7 + col * 5 + branch) % 11) - 5) / 4 + (float)(row + 1) / 8;
}

/* The formulas in double ------------------------------------------------------------ */

/* Raw scores of one pair, H × Tt × Ts. */
static double *ref_scores(const double *q, const double *k, const struct ref *r, int64_t Tt,
                          int64_t Ts)
{
    const int64_t C = r->c->C, D = C / r->c->H;
    double *s = ref_new(r->c->H * Tt * Ts), *to = s;

    for (int h = 0; h < r->c->H; h++)
        for (int64_t t = 0; t < Tt; t++)
            for (int64_t u = 0; u < Ts; u++, to++) {
                for (int64_t d = h * D; d < (h + 1) * D; d++)
                    *to += q[t * C + d] * k[u * C + d];
                *to /= sqrt((double)D);
            }
    return s;
}

/* The mean of −Σ p log p over lines of n scores `step` apart; lines and heads as given. */
static double ref_entropy(const double *s, int H, int64_t head, int64_t lines, int64_t line,
                          int64_t n, int64_t step)
{
    double e = 0;

    for (int h = 0; h < H; h++)
        for (int64_t i = 0; i < lines; i++) {
            const double *at = s + h * head + i * line;
            double sum = 0;
            for (int64_t j = 0; j < n; j++)
                sum += exp(at[j * step]);
            for (int64_t j = 0; j < n; j++)
                e -= exp(at[j * step]) / sum * (at[j * step] - log(sum)) / (double)(H * lines);
        }
    return e;
}

static double ref_lambda(const double *s, const struct ref *r, int64_t Tt, int64_t Ts,
                         const iso_mix_rule *rule)
{
    const int H = (int)r->c->H;
    const double e =
        rule->kind == ISO_MIX_BY_ENTROPY
            ? ref_entropy(s, H, Tt * Ts, Tt, Ts, Ts, 1) + ref_entropy(s, H, Tt * Ts, Ts, 1, Tt, Ts)
            : 0;

    return rule->kind == ISO_MIX_FIXED
               ? rule->fixed
               : rule->head.lambda0 / (1 + exp(-rule->head.w * e - rule->head.b));
}

/* x (pair b's attended target) becomes LN1(λ C + (1 − λ) x). */
static void ref_mix_pair(double *x, const double *y, const struct ref *r, int layer, int64_t b,
                         const iso_mix_rule *rule, const iso_dropout *drop)
{
    const int64_t C = r->c->C, D = C / r->c->H, first = offsets[0][b];
    const int64_t Tt = offsets[0][b + 1] - first, Ts = offsets[1][b + 1] - offsets[1][b];
    double *q = ref_new(Tt * C), *k = ref_new(2 * Ts * C), *v = k + Ts * C, w[MOST], row[C_MOST];
    double context[C_MOST];

    for (int64_t t = 0; t < Tt; t++)
        ref_linear_row(q + t * C, x + t * C, r->layers[layer - 1].q, C, C);
    for (int64_t u = 0; u < Ts; u++) {
        ref_linear_row(k + u * C, y + u * C, r->layers[layer - 1].k, C, C);
        ref_linear_row(v + u * C, y + u * C, r->layers[layer - 1].v, C, C);
    }
    double *s = ref_scores(q, k, r, Tt, Ts);
    const double lambda = ref_lambda(s, r, Tt, Ts, rule);
    for (int64_t t = 0; t < Tt; t++) {
        memset(context, 0, sizeof context);
        for (int h = 0; h < r->c->H; h++) {
            double sum = 0;
            for (int64_t u = 0; u < Ts; u++)
                sum += w[u] = exp(s[(h * Tt + t) * Ts + u]);
            for (int64_t u = 0; u < Ts; u++)
                w[u] /= sum;
            ref_drop(w, Ts, drop, layer, ISO_DROP_CROSS + h, first + t);
            for (int64_t d = h * D; d < (h + 1) * D; d++)
                for (int64_t u = 0; u < Ts; u++)
                    context[d] += w[u] * v[u * C + d];
        }
        ref_linear_row(row, context, r->layers[layer - 1].o, C, C);
        ref_drop(row, C, drop, layer, ISO_DROP_MIXED, first + t);
        for (int64_t j = 0; j < C; j++)
            x[t * C + j] = lambda * row[j] + (1 - lambda) * x[t * C + j];
        ref_layer_norm(x + t * C, r->layers[layer - 1].n1, r->c->eps, C);
    }
    free(q), free(k), free(s);
}

static double ref_loss(const struct ref *r, const struct setting *s, const iso_mix_rule *rules)
{
    static double x[ISO_BRANCHES][MOST * C_MOST];
    const int64_t C = r->c->C;
    double loss = 0;

    for (int i = 0; i < ISO_BRANCHES; i++)
        ref_embed(x[i], r, &batches[i], s->drop[i]);
    for (int k = 1; k <= LAYERS; k++) {
        for (int i = 0; i < ISO_BRANCHES; i++)
            ref_attend(x[i], r, k, &batches[i], s->drop[i]);
        for (int64_t b = 0; b < B && s->mixed[k - 1]; b++)
            ref_mix_pair(x[0] + offsets[0][b] * C, x[1] + offsets[1][b] * C, r, k, b, &rules[k - 1],
                         s->drop[0]);
        for (int i = 0; i < ISO_BRANCHES; i++)
            ref_feed(x[i], r, k, tokens_of(i), s->drop[i]);
    }
    for (int i = 0; i < ISO_BRANCHES; i++)
        for (int64_t t = 0; t < tokens_of(i); t++)
            for (int64_t j = 0; j < C; j++)
                loss += (double)weight(i, t, j) * x[i][t * C + j];
    return loss;
}

/* What is tested -------------------------------------------------------------------- */

/* Both branches through the encoder and back. Tapes of what lies below the lowest mixed layer, and
 * of what lies above it, whose inputs' gradient is always wanted. */
struct pass {
    iso_tape *tape[ISO_BRANCHES][2];
    iso_mixed_layer mixed[LAYERS];
    iso_mix_head_grad head[LAYERS];
    iso_back_work work;
    iso_mat x[ISO_BRANCHES];
};

static void pass_begin(struct pass *p, int64_t C)
{
    *p = (struct pass){0};
    for (int i = 0; i < ISO_BRANCHES; i++) {
        ok(iso_tape_new(&p->tape[i][0], NULL));
        ok(iso_tape_new(&p->tape[i][1], &(iso_tape_opt){.inputs = true}));
        ok(iso_mat_new(&p->x[i], tokens_of(i), C, ISO_F32));
    }
}

static void pass_end(struct pass *p)
{
    for (int i = 0; i < ISO_BRANCHES; i++) {
        iso_tape_free(p->tape[i][0]);
        iso_tape_free(p->tape[i][1]);
        iso_mat_free(&p->x[i]);
    }
    for (int k = 0; k < LAYERS; k++)
        iso_mixed_layer_free(&p->mixed[k]);
    iso_back_work_free(&p->work);
}

static void forward(struct pass *p, iso_trained *e, const struct setting *s)
{
    int above = 0;

    for (int i = 0; i < ISO_BRANCHES; i++)
        ok(iso_tape_embed(p->tape[i][0], &p->x[i], e, &batches[i], s->drop[i]));
    for (int k = 1; k <= LAYERS; k++) {
        const iso_mixing of = {.e = e,
                               .layer = k,
                               .batch = {&batches[0], &batches[1]},
                               .drop = {s->drop[0], s->drop[1]},
                               .rule = s->rule};
        if (s->mixed[k - 1]) {
            ok(iso_mixed_layer_fwd(&p->mixed[k - 1], p->x, &of, &p->work));
            above = 1;
            continue;
        }
        for (int i = 0; i < ISO_BRANCHES; i++)
            ok(iso_tape_layers(p->tape[i][above], &p->x[i], e, &batches[i], k - 1, k, s->drop[i]));
    }
}

static void back(struct pass *p, const struct setting *s)
{
    int lowest = LAYERS + 1;

    for (int k = LAYERS; k >= 1; k--)
        lowest = s->mixed[k - 1] ? k : lowest;
    for (int i = 0; i < ISO_BRANCHES; i++)
        for (int64_t t = 0; t < p->x[i].rows * p->x[i].cols; t++)
            ((float *)p->x[i].data)[t] = weight(i, t / p->x[i].cols, t % p->x[i].cols);
    for (int k = LAYERS; k >= 0; k--) {
        if (k > 0 && s->mixed[k - 1]) {
            ok(iso_mixed_layer_back(&p->mixed[k - 1], p->x, &p->head[k - 1], false, &p->work));
            continue;
        }
        for (int i = 0; i < ISO_BRANCHES; i++)
            ok(iso_tape_back(p->tape[i][k > lowest], &p->x[i]));
    }
}

/* By two steps each way: the error is of fourth order. */
static double slope(double *value, const struct ref *r, const struct setting *s,
                    const iso_mix_rule *rules)
{
    const double was = *value, h = 1e-3;
    double loss[4];

    for (int k = 0; k < 4; k++) {
        *value = was + (k < 2 ? 1 : 2) * (k % 2 ? -h : h);
        loss[k] = ref_loss(r, s, rules);
    }
    *value = was;
    return (8 * (loss[0] - loss[1]) - (loss[2] - loss[3])) / (12 * h);
}

static void compare_tensors(struct ref *r, const struct setting *s, const iso_mix_rule *rules)
{
    double largest = 0;

    for (int64_t i = 0; i < r->count; i++) {
        float *const g = whole(&r->tensors[i]);
        const double size = size_of(g, r->tensors[i].rows * r->tensors[i].cols);
        largest = size > largest ? size : largest;
        free(g);
    }
    for (int64_t i = 0; i < r->count; i++) {
        const int64_t n = r->tensors[i].rows * r->tensors[i].cols, each = n > 16 ? n / 16 : 1;
        if (!r->tensors[i].grad && !r->tensors[i].touched)
            continue;
        float *const g = whole(&r->tensors[i]);
        double off = 0, all = 0;
        for (int64_t j = i % each; j < n; j += each) {
            const double want = slope(&r->value[i][j], r, s, rules);
            off += (want - (double)g[j]) * (want - (double)g[j]);
            all += want * want;
        }
        if (!(sqrt(off) <= 1e-5 * sqrt(all) + 1e-6 * largest))
            fail_msg("%s: off by %g of %g (largest %g)", r->tensors[i].name, sqrt(off), sqrt(all),
                     largest);
        free(g);
    }
}

static void differences(const struct setting *s)
{
    iso_trained *e = open_random(s);
    iso_mix_rule rules[LAYERS] = {s->rule, s->rule, s->rule};
    struct pass p;
    struct ref r;

    pass_begin(&p, e->config.C);
    forward(&p, e, s);
    back(&p, s);
    ref_begin(&r, e);
    compare_tensors(&r, s, rules);
    for (int k = 0; k < LAYERS; k++) {
        const double w = slope(&rules[k].head.w, &r, s, rules);
        const double b = slope(&rules[k].head.b, &r, s, rules);
        near(p.head[k].w, w, 1e-5 * fabs(w) + 1e-6);
        near(p.head[k].b, b, 1e-5 * fabs(b) + 1e-6);
        if (s->mixed[k] && s->rule.kind != ISO_MIX_FIXED)
            assert_true(fabs(b) > 1e-4);
    }
    ref_end(&r);
    pass_end(&p);
    iso_trained_close(e);
}

static const iso_mix_rule by_entropy = {.head = {.lambda0 = 0.5, .w = -0.7, .b = 0.3}};

static void test_one_layer(void **state)
{
    struct setting s = {.config = bert, .rule = by_entropy};

    (void)state;
    for (int k = 0; k < LAYERS; k++) {
        s.mixed[k] = true;
        differences(&s);
        s.mixed[k] = false;
    }
    s = (struct setting){.config = xlmr, .mixed = {false, true}, .rule = by_entropy};
    differences(&s);
    s.rule.head.lambda0 = 1;
    differences(&s);
    s.rule.head = iso_mix_head_default();
    differences(&s);
}

static void test_several_layers(void **state)
{
    struct setting s = {.config = bert, .mixed = {true, true, true}, .rule = by_entropy};

    (void)state;
    differences(&s);
    s.mixed[1] = false;
    differences(&s);
}

static void test_other_rules(void **state)
{
    struct setting s = {.config = bert, .mixed = {false, true}, .rule = by_entropy};

    (void)state;
    s.rule.kind = ISO_MIX_NO_ENTROPY;
    differences(&s);
    s.rule.kind = ISO_MIX_FIXED;
    s.rule.fixed = 0.4;
    differences(&s);
    s.rule.fixed = 0;
    differences(&s);
}

static void test_dropout(void **state)
{
    static uint64_t keys[ISO_BRANCHES][MOST];
    struct setting s = {.config = bert, .mixed = {false, true}, .rule = by_entropy};

    (void)state;
    for (int i = 0; i < ISO_BRANCHES; i++)
        for (int64_t t = 0; t < MOST; t++)
            keys[i][t] = iso_dropout_key(3, 14, t / 5, t, i);
    const iso_dropout both[] = {{.hidden = 0.2f, .attention = 0.3f, .keys = keys[0]},
                                {.hidden = 0.2f, .attention = 0.3f, .keys = keys[1]}};
    s.drop[0] = &both[0];
    s.drop[1] = &both[1];
    differences(&s);
    s.mixed[0] = true;
    s.config = xlmr;
    differences(&s);
}

/* Frozen layers, the mixed one among them, still let λ and what lies below learn. */
static void test_frozen(void **state)
{
    struct setting s = {
        .config = bert, .mixed = {false, true}, .rule = by_entropy, .frozen = {true, true, false}};

    (void)state;
    differences(&s);
    s.frozen[0] = false;
    differences(&s);
}

/* The same states as without training. */
static void test_forward_is_the_encoder(void **state)
{
    const struct setting s = {.config = bert, .mixed = {false, true}, .rule = by_entropy};
    iso_trained *e = open_random(&s);
    const iso_nn_config *c = &e->config;
    iso_layer_work work = {0};
    iso_mat x[ISO_BRANCHES];
    double lambda[B];
    struct pass p;

    (void)state;
    pass_begin(&p, c->C);
    forward(&p, e, &s);
    for (int i = 0; i < ISO_BRANCHES; i++) {
        ok(iso_mat_new(&x[i], tokens_of(i), c->C, ISO_F32));
        ok(iso_embedding_fwd(&x[i], &e->params, c, &batches[i]));
    }
    for (int k = 0; k < LAYERS; k++) {
        const iso_mix_pairs in = {iso_mat_view(&x[0]), iso_mat_view(&x[1]), &batches[0],
                                  &batches[1], NULL};
        for (int i = 0; i < ISO_BRANCHES; i++)
            ok(iso_layer_attend(&x[i], iso_mat_view(&x[i]), &e->params.layers[k], (int)c->H,
                                &batches[i], &work));
        if (s.mixed[k])
            ok(iso_layer_mix(&x[0], &e->params.layers[k], (int)c->H, &in, &s.rule,
                             &(iso_mix_stats){.lambda = lambda}, &work));
        for (int i = 0; i < ISO_BRANCHES; i++)
            ok(iso_layer_feed(&x[i], iso_mat_view(&x[i]), &e->params.layers[k], c->activation,
                              &work));
    }
    for (int b = 0; b < B; b++)
        near(iso_mix_kept_lambda(&p.mixed[1].mix)[b], lambda[b], 1e-6);
    for (int i = 0; i < ISO_BRANCHES; i++) {
        for (int64_t t = 0; t < x[i].rows * x[i].cols; t++)
            near(((float *)p.x[i].data)[t], ((float *)x[i].data)[t], 2e-6);
        iso_mat_free(&x[i]);
    }
    iso_layer_work_free(&work);
    pass_end(&p);
    iso_trained_close(e);
}

/* All gradients after two passes over other memory, in one array. */
static float *all_grads(int64_t *size, int threads)
{
    const struct setting s = {.config = bert, .mixed = {true, true}, .rule = by_entropy};
    const int before = iso_threads_most();
    int64_t count, n = 2 * LAYERS;
    struct pass p;

    iso_threads_set(threads);
    iso_trained *e = open_random(&s);
    pass_begin(&p, e->config.C);
    for (int k = 0; k < 2; k++) {
        forward(&p, e, &s);
        back(&p, &s);
    }
    const iso_tensor *t = iso_trained_tensors(e, &count);
    for (int64_t i = 0; i < count; i++)
        n += t[i].rows * t[i].cols;
    float *const out = calloc((size_t)n, sizeof *out);
    assert_non_null(out);
    *size = n;
    n = 0;
    for (int k = 0; k < LAYERS; k++) {
        out[n++] = (float)p.head[k].w;
        out[n++] = (float)p.head[k].b;
    }
    for (int64_t i = 0; i < count; i++) {
        float *const g = whole(&t[i]);
        memcpy(out + n, g, (size_t)(t[i].rows * t[i].cols) * sizeof *g);
        n += t[i].rows * t[i].cols;
        free(g);
    }
    pass_end(&p);
    iso_trained_close(e);
    iso_threads_set(before);
    return out;
}

static void test_threads(void **state)
{
    int64_t n;
    float *const one = all_grads(&n, 1), *const three = all_grads(&n, 3);

    (void)state;
    assert_memory_equal(one, three, (size_t)n * sizeof *one);
    free(one);
    free(three);
}

static void test_errors(void **state)
{
    struct setting s = {.config = bert, .mixed = {false, true}, .rule = by_entropy};
    iso_trained *e = open_random(&s);
    struct pass p;

    (void)state;
    pass_begin(&p, e->config.C);
    iso_mixing of = {.e = e, .layer = 4, .batch = {&batches[0], &batches[1]}, .rule = s.rule};
    fails(iso_mixed_layer_fwd(&p.mixed[0], p.x, &of, &p.work), ISO_EARG, "layer 4");
    of.layer = 2;
    of.rule.even = true;
    fails(iso_mixed_layer_fwd(&p.mixed[0], p.x, &of, &p.work), ISO_EARG, "no padding");
    of.rule = s.rule;
    of.rule.head.lambda0 = 2;
    fails(iso_mixed_layer_fwd(&p.mixed[0], p.x, &of, &p.work), ISO_EARG, "lambda0 is 2");
    of.rule = s.rule;
    of.batch[1] = &batches[0];
    fails(iso_mixed_layer_fwd(&p.mixed[0], p.x, &of, &p.work), ISO_EARG, "states are 9 x 12");
    pass_end(&p);
    iso_err err;
    int64_t n = 0;
    do {
        pass_begin(&p, e->config.C);
        of.batch[1] = &batches[1];
        iso_alloc_fail_after(n++);
        err = iso_mixed_layer_fwd(&p.mixed[0], p.x, &of, &p.work);
        if (!err)
            err = iso_mixed_layer_back(&p.mixed[0], p.x, p.head, false, &p.work);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        pass_end(&p);
    } while (err);
    iso_trained_close(e);
}

int main(void)
{
    RUN_TESTS(test(test_one_layer), test(test_several_layers), test(test_other_rules),
              test(test_dropout), test(test_frozen), test(test_forward_is_the_encoder),
              test(test_threads), test(test_errors));
}
