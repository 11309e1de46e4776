/* The mixed layer against the same in double, pair by pair from ids to the last state; and what
 * must not matter to it. */
#include "tests/nn/xmixup_reference.h"

#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/nn/encoder.h"

enum { PAIRS = 6, MOST = 48 };

static const int64_t lengths[2][PAIRS] = {{1, 7, 13, 2, 9, 5}, {4, 1, 16, 2, 3, 11}};

/* Sentences of one side, unpadded or padded to a length. */
struct side {
    iso_batch batch;
    int64_t offsets[PAIRS + 1], live[PAIRS];
    int32_t ids[PAIRS * MOST];
};

static void make_side(struct side *s, const int64_t *len, int64_t B, int64_t pad_to, int pad,
                      uint64_t stream)
{
    s->offsets[0] = 0;
    for (int64_t b = 0; b < B; b++) {
        iso_rng rng = iso_rng_seeded(stream, (uint64_t)len[b]);
        const int64_t T = pad_to ? pad_to : len[b];
        for (int64_t t = 0; t < T; t++)
            s->ids[s->offsets[b] + t] = t < len[b] ? (int32_t)(5 + iso_rng_below(&rng, 500)) : pad;
        s->offsets[b + 1] = s->offsets[b] + T;
        s->live[b] = len[b];
    }
    s->batch = (iso_batch){B, s->offsets, s->ids, NULL, pad_to ? s->live : NULL};
}

/* The same sentences in another order. */
static void permute(struct side *to, const struct side *from, const int64_t *order)
{
    to->offsets[0] = 0;
    for (int64_t b = 0; b < from->batch.B; b++) {
        const int64_t first = from->offsets[order[b]], T = from->offsets[order[b] + 1] - first;
        memcpy(to->ids + to->offsets[b], from->ids + first, (size_t)T * sizeof *to->ids);
        to->offsets[b + 1] = to->offsets[b] + T;
        to->live[b] = from->live[order[b]];
    }
    to->batch = from->batch;
    to->batch.offsets = to->offsets;
    to->batch.ids = to->ids;
    to->batch.live = from->batch.live ? to->live : NULL;
}

/* Two sides on their way through an encoder, and the statistics of the latest mix. */
struct way {
    iso_encoder *e;
    struct side side[2]; /* target, source */
    iso_mat x[2];
    double lambda[PAIRS], e1[PAIRS], e2[PAIRS];
    float attention[PAIRS * MOST * MOST];
    const int64_t *with;
};

static void begin(struct way *w, iso_encoder *e, int64_t pad_to)
{
    const iso_nn_config *c = iso_encoder_config(e);
    const int pad = c->first_position > 0 ? (int)c->first_position - 1 : 0;

    w->e = e;
    w->with = NULL;
    for (int i = 0; i < 2; i++)
        make_side(&w->side[i], lengths[i], PAIRS, pad_to, pad, (uint64_t)i);
}

static void embed(struct way *w)
{
    for (int i = 0; i < 2; i++) {
        const iso_batch *b = &w->side[i].batch;
        ok(iso_mat_new(&w->x[i], b->offsets[b->B], iso_encoder_config(w->e)->C, ISO_F32));
        ok(iso_encoder_embed(w->e, &w->x[i], b));
    }
}

static void finish(struct way *w)
{
    iso_mat_free(&w->x[0]);
    iso_mat_free(&w->x[1]);
}

static iso_mix_pairs pairs_of(const struct way *w)
{
    return (iso_mix_pairs){iso_mat_view(&w->x[0]), iso_mat_view(&w->x[1]), &w->side[0].batch,
                           &w->side[1].batch, w->with};
}

static void mixed_layer(struct way *w, int layer, const iso_mix_rule *rule)
{
    const iso_mix_pairs in = pairs_of(w);
    const iso_mix_stats stats = {w->lambda, w->e1, w->e2, w->attention};

    for (int i = 0; i < 2; i++)
        ok(iso_encoder_attend(w->e, &w->x[i], iso_mat_view(&w->x[i]), &w->side[i].batch, layer));
    ok(iso_encoder_mix(w->e, &w->x[0], layer, &in, rule, &stats));
    for (int i = 0; i < 2; i++)
        ok(iso_encoder_feed(w->e, &w->x[i], iso_mat_view(&w->x[i]), layer));
}

/* Layers 1 ... L, of which those from `from` to `to` are mixed. */
static void run(struct way *w, int from, int to, const iso_mix_rule *rule)
{
    embed(w);
    for (int k = 1; k <= iso_encoder_config(w->e)->L; k++) {
        if (from <= k && k <= to)
            mixed_layer(w, k, rule);
        else
            for (int i = 0; i < 2; i++)
                ok(iso_encoder_layers(w->e, &w->x[i], &w->side[i].batch, k - 1, k));
    }
}

/* ‖mine − theirs‖ / ‖theirs‖ over the rows of sentence b. */
static double off_by(const iso_mat *mine, const int64_t *offsets, int64_t b, const double *theirs)
{
    double off = 0, all = 0;

    for (int64_t i = offsets[b]; i < offsets[b + 1]; i++)
        for (int64_t j = 0; j < mine->cols; j++, theirs++) {
            const double x = ((const float *)mine->data)[i * mine->stride + j];
            off += (x - *theirs) * (x - *theirs);
            all += *theirs * *theirs;
        }
    return sqrt(off / all);
}

static double worst;

static void look(const struct way *w, const struct reference_pair *p, int64_t b)
{
    const double t = off_by(&w->x[0], w->side[0].offsets, b, p->t);
    const double s = off_by(&w->x[1], w->side[1].offsets, b, p->s);

    worst = fmax(worst, fmax(t, s));
    near(t, 0, 1e-5);
    near(s, 0, 1e-5);
}

static void look_at_told(const struct way *w, struct reference_pair *p)
{
    const float *a = w->attention;

    for (int64_t b = 0; b < PAIRS; b++) {
        near(w->lambda[b], p[b].lambda, 1e-6);
        near(w->e1[b], p[b].e1, 2e-6);
        near(w->e2[b], p[b].e2, 2e-6);
        for (int64_t i = 0; i < p[b].live_t; i++) {
            double sum = 0;
            for (int64_t j = 0; j < p[b].live_s; j++, a++) {
                near(*a, p[b].attention[i * p[b].live_s + j], 2e-6);
                sum += *a;
            }
            near(sum, 1, 1e-6);
        }
    }
}

/* All layers of the encoder beside all layers of the reference, state by state. */
static void compare(const char *folder, const iso_encoder_opt *opt, int64_t pad_to, int from,
                    int to, const iso_mix_rule *rule)
{
    struct way w;
    struct reference m;
    struct reference_pair p[PAIRS] = {{0}};
    iso_encoder *e;

    ok(iso_encoder_open(&e, folder, opt));
    reference_open(&m, folder, opt->random, opt->seed);
    begin(&w, e, pad_to);
    embed(&w);
    for (int64_t b = 0; b < PAIRS; b++) {
        const struct side *t = &w.side[0], *s = &w.side[1];
        p[b] = (struct reference_pair){.Tt = t->offsets[b + 1] - t->offsets[b],
                                       .Ts = s->offsets[b + 1] - s->offsets[b],
                                       .live_t = t->live[b],
                                       .live_s = s->live[b]};
        p[b].t = reference_embed(&m, t->ids + t->offsets[b], p[b].Tt);
        p[b].s = reference_embed(&m, s->ids + s->offsets[b], p[b].Ts);
        look(&w, &p[b], b);
    }
    for (int k = 1; k <= m.c.L; k++) {
        const iso_layer *l = &m.p.layers[k - 1];
        const bool mixes = from <= k && k <= to;
        if (mixes)
            mixed_layer(&w, k, rule);
        else
            for (int i = 0; i < 2; i++)
                ok(iso_encoder_layers(e, &w.x[i], &w.side[i].batch, k - 1, k));
        for (int64_t b = 0; b < PAIRS; b++) {
            reference_attend(p[b].t, p[b].Tt, p[b].live_t, l, m.c.H);
            reference_attend(p[b].s, p[b].Ts, p[b].live_s, l, m.c.H);
            if (mixes)
                reference_mix(&p[b], l, m.c.H, rule);
            reference_feed(p[b].t, p[b].Tt, l);
            reference_feed(p[b].s, p[b].Ts, l);
            look(&w, &p[b], b);
        }
        if (mixes)
            look_at_told(&w, p);
    }
    for (int64_t b = 0; b < PAIRS; b++)
        free(p[b].t), free(p[b].s), free(p[b].attention);
    finish(&w);
    reference_close(&m);
    iso_encoder_close(e);
}

static const iso_mix_rule masked = {.head = {0.5, 1, 0}};
static const iso_mix_rule repo = {.head = {0.5, 1, 0}, .entropy = ISO_MIX_REPO};
static const iso_mix_rule bold = {.head = {0.9, -0.7, 1.5}};
static const iso_mix_rule flat = {.kind = ISO_MIX_NO_ENTROPY, .head = {0.5, 3, 0.4}};
static const iso_mix_rule quarter = {.kind = ISO_MIX_FIXED, .fixed = 0.25};
static const iso_mix_rule none = {.kind = ISO_MIX_FIXED, .fixed = 0};
static const iso_mix_rule whole = {.kind = ISO_MIX_FIXED, .fixed = 1};

/* At the first layer, the last, in the midst, and at all of them; with and without padding. */
static void every_way(const char *folder, const iso_encoder_opt *opt, int L)
{
    compare(folder, opt, 0, 1, 1, &masked);
    compare(folder, opt, 0, 2, 3, &bold);
    compare(folder, opt, 0, 1, L, &flat);
    compare(folder, opt, 0, L, L, &quarter);
    compare(folder, opt, 0, 1, 2, &none);
    compare(folder, opt, 0, 2, 2, &whole);
    compare(folder, opt, 16, 1, 1, &repo);
    compare(folder, opt, 16, 1, L, &repo);
    compare(folder, opt, 20, 2, 3, &masked);
}

static void two_ways(const char *folder, const iso_encoder_opt *opt, int L)
{
    compare(folder, opt, 0, 1, L, &masked);
    compare(folder, opt, 16, L - 1, L, &repo);
}

static void with_mini(void **state)
{
    (void)state;
    every_way(source_path("examples/mini"), &(iso_encoder_opt){0}, 4);
}

static void with_random_weights(void **state)
{
    (void)state;
    two_ways(source_path("examples/mini"), &(iso_encoder_opt){.random = true, .seed = 5}, 4);
}

static void with_bert(void **state)
{
    (void)state;
    two_ways(test_data("models/bert-random"), &(iso_encoder_opt){0}, 3);
}

static void with_m15(void **state)
{
    (void)state;
    worst = 0;
    two_ways(test_data("models/m15"), &(iso_encoder_opt){0}, 6);
    print_message("worst relative error of a layer: %.2g\n", worst);
}

/* What must not matter -------------------------------------------------------------- */

/* The largest relative difference of sentence order[b] of `a` from sentence b of `b`, live rows. */
static double difference(const struct way *a, const struct way *b, const int64_t *order)
{
    double most = 0;

    for (int64_t k = 0; k < PAIRS; k++) {
        const float *x =
            (const float *)a->x[0].data + a->side[0].offsets[order[k]] * a->x[0].stride;
        const float *y = (const float *)b->x[0].data + b->side[0].offsets[k] * b->x[0].stride;
        double off = 0, all = 0;
        for (int64_t i = 0; i < b->side[0].live[k] * b->x[0].cols; i++) {
            off += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
            all += (double)y[i] * y[i];
        }
        most = fmax(most, sqrt(off / all));
    }
    return most;
}

static const int64_t as_is[PAIRS] = {0, 1, 2, 3, 4, 5}, mingled[PAIRS] = {4, 2, 0, 5, 1, 3};

static iso_encoder *open_mini(void)
{
    iso_encoder *e;

    ok(iso_encoder_open(&e, source_path("examples/mini"), NULL));
    return e;
}

static void masked_does_not_see_padding(void **state)
{
    struct way bare, padded, far;
    iso_encoder *e = open_mini();

    (void)state;
    begin(&bare, e, 0);
    begin(&padded, e, 17);
    begin(&far, e, MOST);
    run(&bare, 2, 3, &masked);
    run(&padded, 2, 3, &masked);
    run(&far, 2, 3, &masked);
    near(difference(&bare, &padded, as_is), 0, 1e-6);
    near(difference(&bare, &far, as_is), 0, 1e-6);
    for (int b = 0; b < PAIRS; b++) {
        near(padded.lambda[b], bare.lambda[b], 1e-6);
        near(far.e1[b] + far.e2[b], bare.e1[b] + bare.e2[b], 1e-6);
    }
    finish(&bare), finish(&padded), finish(&far);
    iso_encoder_close(e);
}

/* As published, the length one pads to is in λ. */
static void repo_sees_it(void **state)
{
    struct way padded, far;
    iso_encoder *e = open_mini();

    (void)state;
    begin(&padded, e, 17);
    begin(&far, e, MOST);
    run(&padded, 2, 2, &repo);
    run(&far, 2, 2, &repo);
    for (int b = 0; b < PAIRS; b++)
        assert_true(fabs(far.e1[b] - padded.e1[b]) > 0.1);
    finish(&padded), finish(&far);
    iso_encoder_close(e);
}

static void order_does_not_matter(void **state)
{
    struct way a, b, c;
    iso_encoder *e = open_mini();

    (void)state;
    for (int pad = 0; pad < 2; pad++) {
        begin(&a, e, pad ? 16 : 0);
        begin(&b, e, pad ? 16 : 0);
        begin(&c, e, pad ? 16 : 0);
        for (int i = 0; i < 2; i++)
            permute(&b.side[i], &a.side[i], mingled);
        permute(&c.side[0], &a.side[0], mingled); /* its sources stay where they are */
        c.with = mingled;
        run(&a, 1, 3, pad ? &repo : &masked);
        run(&b, 1, 3, pad ? &repo : &masked);
        run(&c, 1, 3, pad ? &repo : &masked);
        near(difference(&a, &b, mingled), 0, 1e-6);
        near(difference(&a, &c, mingled), 0, 1e-6);
        for (int k = 0; k < PAIRS; k++) {
            near(b.lambda[k], a.lambda[mingled[k]], 1e-7);
            near(c.lambda[k], a.lambda[mingled[k]], 1e-7);
        }
        finish(&a), finish(&b), finish(&c);
    }
    iso_encoder_close(e);
}

/* λ = 0 is LN1 of the target, whether cross attention was computed, since asked for, or not; u may
 * be the target. */
static void what_is_told_changes_nothing(void **state)
{
    static const iso_mix_rule *const rules[] = {&none, &whole, &quarter, &flat, &masked};
    struct way w;
    iso_encoder *e = open_mini();
    double lambda[PAIRS];
    iso_mat u[3];

    (void)state;
    begin(&w, e, 0);
    embed(&w);
    for (int i = 0; i < 2; i++)
        ok(iso_encoder_attend(e, &w.x[i], iso_mat_view(&w.x[i]), &w.side[i].batch, 1));
    const iso_mix_pairs in = pairs_of(&w);
    const size_t bytes = (size_t)(w.x[0].rows * w.x[0].cols) * sizeof(float);
    for (int k = 0; k < 5; k++) {
        const iso_mix_stats stats = {w.lambda, w.e1, w.e2, w.attention}, some = {.lambda = lambda};
        for (int i = 0; i < 3; i++)
            ok(iso_mat_new(&u[i], w.x[0].rows, w.x[0].cols, ISO_F32));
        ok(iso_encoder_mix(e, &u[0], 1, &in, rules[k], &stats));
        ok(iso_encoder_mix(e, &u[1], 1, &in, rules[k], &some));
        memcpy(u[2].data, w.x[0].data, bytes);
        iso_mix_pairs same = in;
        same.target = iso_mat_view(&u[2]);
        ok(iso_encoder_mix(e, &u[2], 1, &same, rules[k], NULL));
        assert_memory_equal(u[1].data, u[0].data, bytes);
        assert_memory_equal(u[2].data, u[0].data, bytes);
        assert_memory_equal(lambda, w.lambda, sizeof lambda);
        for (int i = 0; i < 3; i++)
            iso_mat_free(&u[i]);
    }
    finish(&w);
    iso_encoder_close(e);
}

/* Two halves are one layer, bit for bit. */
static void halves_are_a_layer(void **state)
{
    struct way a, b;
    iso_encoder *e = open_mini();

    (void)state;
    for (int pad = 0; pad < 2; pad++) {
        begin(&a, e, pad ? 16 : 0);
        begin(&b, e, pad ? 16 : 0);
        embed(&a), embed(&b);
        iso_mat *x = &a.x[1];
        const iso_batch *batch = &a.side[1].batch;
        for (int k = 1; k <= 4; k++) {
            ok(iso_encoder_attend(e, x, iso_mat_view(x), batch, k));
            ok(iso_encoder_feed(e, x, iso_mat_view(x), k));
        }
        ok(iso_encoder_layers(e, &b.x[1], batch, 0, 4));
        assert_memory_equal(x->data, b.x[1].data, (size_t)(x->rows * x->cols) * sizeof(float));
        finish(&a), finish(&b);
    }
    iso_encoder_close(e);
}

/* So many long pairs that their scores are held in several parts: as one at a time. Some sources
 * are padded; `with` takes them backwards. */
static void many_pairs_of(iso_encoder *e, const int64_t *with)
{
    enum { B = 110, T = 100 };
    static int64_t offsets[B + 1], live[B];
    static double e1[B], lambda[B];
    iso_rng rng = iso_rng_seeded(8, 0);
    iso_mat x[2], u;

    for (int b = 0; b < B; b++) {
        offsets[b + 1] = offsets[b] + T - b % 3;
        live[b] = T - b % 3 - (b % 5 == 0 ? b / 2 : 0);
    }
    for (int i = 0; i < 2; i++) {
        ok(iso_mat_new(&x[i], offsets[B], 128, ISO_F32));
        for (int64_t k = 0; k < offsets[B] * 128; k++)
            ((float *)x[i].data)[k] = (float)(iso_rng_uniform(&rng) - 0.5);
    }
    ok(iso_mat_new(&u, offsets[B], 128, ISO_F32));
    const iso_batch to = {.B = B, .offsets = offsets},
                    from = {.B = B, .offsets = offsets, .live = live};
    const iso_mix_pairs in = {iso_mat_view(&x[0]), iso_mat_view(&x[1]), &to, &from, with};
    ok(iso_encoder_mix(e, &u, 1, &in, &bold, &(iso_mix_stats){.lambda = lambda, .e1 = e1}));
    for (int b = 0; b < B; b += b < 99 ? 33 : 1) {
        const int64_t y = with ? with[b] : b;
        const int64_t m = offsets[b + 1] - offsets[b], n = offsets[y + 1] - offsets[y];
        const int64_t ones[] = {0, m}, others[] = {0, n};
        const iso_batch target = {.B = 1, .offsets = ones},
                        source = {.B = 1, .offsets = others, .live = &live[y]};
        const iso_mix_pairs alone = {iso_view_rows(in.target, offsets[b], m),
                                     iso_view_rows(in.source, offsets[y], n), &target, &source,
                                     NULL};
        double a, l;
        iso_mat one;
        ok(iso_mat_new(&one, m, 128, ISO_F32));
        ok(iso_encoder_mix(e, &one, 1, &alone, &bold, &(iso_mix_stats){.lambda = &l, .e1 = &a}));
        near(a, e1[b], 1e-7);
        near(l, lambda[b], 1e-7);
        for (int64_t k = 0; k < m * 128; k++)
            near(((float *)one.data)[k], ((float *)u.data)[offsets[b] * 128 + k], 1e-5);
        iso_mat_free(&one);
    }
    iso_mat_free(&x[0]), iso_mat_free(&x[1]), iso_mat_free(&u);
}

static void many_pairs(void **state)
{
    int64_t backwards[110];
    iso_encoder *e = open_mini();

    (void)state;
    for (int b = 0; b < 110; b++)
        backwards[b] = 109 - b;
    many_pairs_of(e, NULL);
    many_pairs_of(e, backwards);
    iso_encoder_close(e);
}

/* Bad input -------------------------------------------------------------------------- */

static iso_err mix(struct way *w, int layer, const iso_mix_pairs *in, const iso_mix_rule *rule)
{
    return iso_encoder_mix(w->e, &w->x[0], layer, in, rule, NULL);
}

static void says_what_is_wrong(void **state)
{
    struct way w;
    iso_encoder *e = open_mini();

    (void)state;
    begin(&w, e, 16);
    embed(&w);
    iso_mix_pairs in = pairs_of(&w);
    iso_batch batch = w.side[1].batch;
    iso_mix_rule rule = masked;
    fails(mix(&w, 0, &in, &masked), ISO_EARG, "layer 0 is not among 1 to 4");
    fails(mix(&w, 5, &in, &masked), ISO_EARG, "layer 5 is not among 1 to 4");
    fails(iso_encoder_feed(e, &w.x[0], iso_mat_view(&w.x[0]), 5), ISO_EARG, "layer 5");
    rule.head.lambda0 = 1.5;
    fails(mix(&w, 1, &in, &rule), ISO_EARG, "lambda0 is 1.5, not within (0, 1]");
    rule.head.lambda0 = 0;
    fails(mix(&w, 1, &in, &rule), ISO_EARG, "lambda0 is 0,");
    rule.head = (iso_mix_head){0.5, INFINITY, 0};
    fails(mix(&w, 1, &in, &rule), ISO_EARG, "not finite");
    rule = (iso_mix_rule){.kind = ISO_MIX_FIXED, .fixed = -0.1};
    fails(mix(&w, 1, &in, &rule), ISO_EARG, "fixed at -0.1");
    rule.fixed = NAN;
    fails(mix(&w, 1, &in, &rule), ISO_EARG, "within [0, 1]");
    batch.B = PAIRS - 1;
    in.from = &batch;
    in.source = iso_view_rows(in.source, 0, batch.offsets[batch.B]);
    fails(mix(&w, 1, &in, &masked), ISO_EARG, "6 target sentences, 5 sources");
    in.with = as_is;
    fails(mix(&w, 1, &in, &masked), ISO_EARG, "target sentence 5 has source 5 of 5");
    in = pairs_of(&w);
    w.side[1].live[2] = 17;
    fails(mix(&w, 1, &in, &masked), ISO_EARG, "16 tokens, of which 17");
    fails(iso_encoder_embed(e, &w.x[1], &w.side[1].batch), ISO_EARG, "16 tokens, of which 17");
    w.side[1].live[2] = 0;
    fails(mix(&w, 1, &in, &masked), ISO_EARG, "source sentence 2 has 16 tokens, of which 0");
    fails(iso_encoder_attend(e, &w.x[1], iso_mat_view(&w.x[1]), &w.side[1].batch, 1), ISO_EARG,
          "16 keys, of which 0");
    in.target.rows--;
    fails(mix(&w, 1, &in, &masked), ISO_EARG, "95 x 128");
    finish(&w);
    iso_encoder_close(e);
}

/* A target without tokens has nothing to mix; a source without them cannot be looked at. */
static void sentences_without_tokens(void **state)
{
    const int64_t some[] = {0, 0, 2}, sources[] = {0, 0, 3}, empty[] = {0, 3, 3};
    iso_batch to = {.B = 2, .offsets = some}, from = {.B = 2, .offsets = sources};
    iso_encoder *e = open_mini();
    double lambda[2], e1[2];
    iso_mat x, u;

    (void)state;
    ok(iso_mat_new(&x, 3, 128, ISO_F32));
    ok(iso_mat_new(&u, 2, 128, ISO_F32));
    const iso_mix_pairs in = {iso_view_rows(iso_mat_view(&x), 0, 2), iso_mat_view(&x), &to, &from,
                              NULL};
    ok(iso_encoder_mix(e, &u, 1, &in, &masked, &(iso_mix_stats){.lambda = lambda, .e1 = e1}));
    assert_true(isnan(lambda[0]) && isnan(e1[0]));
    near(e1[1], log(3), 1e-12); /* equal states, equal scores */
    from.offsets = empty;
    fails(iso_encoder_mix(e, &u, 1, &in, &masked, NULL), ISO_EARG,
          "target sentence 1 has 2 tokens, its source 0");
    iso_mat_free(&x), iso_mat_free(&u);
    iso_encoder_close(e);
}

static void every_allocation_may_fail(void **state)
{
    iso_err err = ISO_ENOMEM;
    iso_encoder *e = NULL;
    struct way w;
    int64_t n = 0;

    (void)state;
    for (; err; n++) {
        iso_encoder_close(e); /* with the scratch it kept */
        e = open_mini();
        begin(&w, e, 0);
        embed(&w);
        const iso_mix_pairs in = pairs_of(&w);
        const iso_mix_stats stats = {w.lambda, w.e1, w.e2, w.attention};
        iso_alloc_fail_after(n);
        err = iso_encoder_mix(e, &w.x[0], 1, &in, &masked, &stats);
        iso_alloc_fail_after(-1);
        if (err)
            fails(err, ISO_ENOMEM, "");
        finish(&w);
    }
    assert_true(n > 0);
    iso_encoder_close(e);
}

int main(void)
{
    RUN_TESTS(test(with_mini), test(with_random_weights), test(with_bert), test(with_m15),
              test(masked_does_not_see_padding), test(repo_sees_it), test(order_does_not_matter),
              test(what_is_told_changes_nothing), test(halves_are_a_layer), test(many_pairs),
              test(says_what_is_wrong), test(sentences_without_tokens),
              test(every_allocation_may_fail));
}
