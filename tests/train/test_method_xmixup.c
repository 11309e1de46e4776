/* X-Mixup's loss against its terms written out, its gradient against differences of that loss, and
 * what must not matter to it. */
#include "tests/train/pairs.h"

#include "lib/base/alloc.h"
#include "lib/nn/xmixup_heads.h"

/* A unit is a sentence: of its first token, or the mean of all. */
enum { CLASSES = 4 };

static const int32_t labels[B] = {2, 0, 3};

static iso_side side_of(int i)
{
    return (iso_side){
        .batch = {.B = B, .offsets = offsets[i], .ids = ids[i]},
        .units = {.n = B, .first = offsets[i], .index = count_up, .label = labels, .by = 1.0 / 5}};
}

static void begin(struct all *a, const iso_xmixup_opt *opt, const bool *frozen, bool embeddings)
{
    begin_with(a, opt, &(iso_head_class_opt){.classes = CLASSES}, frozen, embeddings);
    a->micro.target = side_of(0);
    a->micro.source = side_of(1);
}

static iso_xmixup_opt usual(void)
{
    static const bool mixed[LAYERS] = {false, true, false};

    return (iso_xmixup_opt){
        .mix = {.mixed = mixed, .rule = {.head = {.lambda0 = 0.5, .w = -0.7, .b = 0.3}}},
        .alpha = 0.4};
}

/* Loss --------------------------------------------------------------------------------- */

static void softmax(double *p, const float *x)
{
    double sum = 0;

    for (int c = 0; c < CLASSES; c++)
        sum += exp((double)x[c]);
    for (int c = 0; c < CLASSES; c++)
        p[c] = exp((double)x[c]) / sum;
}

/* −log p of the label, summed; and KL(s ‖ t). */
static void terms(double *ht, double *hs, double *kl, struct all *a)
{
    iso_mat both;

    ok(iso_mat_new(&both, B, CLASSES, ISO_F32));
    ok(a->m->ops->predict(&both, a->m, a->l, &a->micro));
    const iso_view t = iso_method_xmixup_branch(a->m, ISO_TARGET),
                   s = iso_method_xmixup_branch(a->m, ISO_SOURCE);
    *ht = *hs = *kl = 0;
    for (int b = 0; b < B; b++) {
        double p[CLASSES], q[CLASSES];
        softmax(p, (const float *)s.data + b * CLASSES);
        softmax(q, (const float *)t.data + b * CLASSES);
        *ht -= log(q[labels[b]]);
        *hs -= log(p[labels[b]]);
        for (int c = 0; c < CLASSES; c++)
            *kl += p[c] * log(p[c] / q[c]);
    }
    iso_mat_free(&both);
}

static void test_loss_is_its_terms(void **state)
{
    iso_xmixup_opt opt = usual();
    double ht, hs, kl;
    struct all a;

    (void)state;
    begin(&a, &opt, NULL, false);
    terms(&ht, &hs, &kl, &a);
    near(learn(&a), (0.4 * hs + 0.6 * ht) / 5, 1e-6);
    a.micro.gold = false; /* a translated source has no loss of its own */
    near(learn(&a), ht / 5, 1e-6);
    end(&a);
    opt.kl = true;
    begin(&a, &opt, NULL, false);
    near(learn(&a), (0.4 * hs + 0.6 * ht + kl) / 5, 1e-6);
    a.micro.gold = false;
    near(learn(&a), (ht + kl) / 5, 1e-6);
    const double without = learn(&a);
    end(&a);
    opt.mse = true;
    begin(&a, &opt, NULL, false);
    a.micro.gold = false;
    const double apart = learn(&a) - without;
    assert_true(apart > 0.01);
    a.micro.source = a.micro.target; /* both branches are the same but for the mixing */
    assert_true(learn(&a) > 0);
    end(&a);
    opt.mix.mixed = NULL;
    begin(&a, &opt, NULL, false);
    a.micro.source = a.micro.target; /* and without it no term of consistency is left */
    a.micro.gold = false;
    terms(&ht, &hs, &kl, &a);
    near(learn(&a), ht / 5, 1e-6);
    near(hs, ht, 1e-6);
    end(&a);
}

static void test_branches_are_averaged(void **state)
{
    const iso_xmixup_opt opt = usual();
    struct all a;
    iso_mat both;
    double apart = 0;

    (void)state;
    begin(&a, &opt, NULL, false);
    ok(iso_mat_new(&both, B, CLASSES, ISO_F32));
    ok(a.m->ops->predict(&both, a.m, a.l, &a.micro));
    const iso_view t = iso_method_xmixup_branch(a.m, ISO_TARGET),
                   s = iso_method_xmixup_branch(a.m, ISO_SOURCE);
    assert_true(t.rows == B && t.cols == CLASSES && s.rows == B && s.cols == CLASSES);
    for (int i = 0; i < B * CLASSES; i++) {
        const double x = ((const float *)t.data)[i], y = ((const float *)s.data)[i];
        near(((float *)both.data)[i], (x + y) / 2, 1e-6);
        apart += fabs(x - y);
    }
    assert_true(apart > 0.01);
    iso_mat_free(&both);
    end(&a);
}

/* Gradient ----------------------------------------------------------------------------- */

static void differences(const iso_xmixup_opt *opt, const bool *frozen, bool embeddings, bool gold,
                        const iso_dropout *drop)
{
    struct all a;

    begin(&a, opt, frozen, embeddings);
    a.micro.gold = gold;
    a.micro.target.drop = drop;
    a.micro.source.drop = drop;
    compare_some(&a);
    end(&a);
}

static void test_gradient(void **state)
{
    static const bool three[LAYERS] = {true, true, true}, top[LAYERS] = {false, false, true};
    iso_xmixup_opt opt = usual();

    (void)state;
    differences(&opt, NULL, false, true, NULL);
    opt.mse = opt.kl = true;
    differences(&opt, NULL, false, true, NULL);
    differences(&opt, NULL, false, false, NULL);
    opt.mix.mixed = three;
    differences(&opt, NULL, false, true, NULL);
    opt.mix.mixed = top;
    differences(&opt, NULL, false, true, NULL);
    opt.mix.mixed = NULL;
    differences(&opt, NULL, false, true, NULL);
}

static void test_gradient_with_dropout(void **state)
{
    const iso_xmixup_opt opt = usual();
    uint64_t keys[MOST];

    (void)state;
    for (int64_t t = 0; t < MOST; t++)
        keys[t] = iso_dropout_key(3, 14, t / 5, t, 0);
    differences(&opt, NULL, false, true,
                &(iso_dropout){.hidden = 0.2f, .attention = 0.3f, .keys = keys});
}

/* Where all layers are mixed, and nothing but attention is dropped, it is in mixed layers. */
static void test_dropout_of_mixed_layers(void **state)
{
    static const bool three[LAYERS] = {true, true, true};
    iso_xmixup_opt opt = usual();
    uint64_t keys[MOST];
    struct all a;

    (void)state;
    for (int64_t t = 0; t < MOST; t++)
        keys[t] = iso_dropout_key(3, 14, t / 5, t, 0);
    const iso_dropout drop = {.attention = 0.5f, .keys = keys};
    opt.mix.mixed = three;
    begin(&a, &opt, NULL, false);
    const double without = learn(&a);
    a.micro.target.drop = &drop;
    const double target = learn(&a);
    a.micro.source.drop = &drop;
    const double both = learn(&a);
    assert_true(fabs(target - without) > 1e-4 && fabs(both - target) > 1e-4);
    end(&a);
}

/* What is frozen below, at and above the mixed layer; with λ and without. */
static void test_gradient_of_what_is_left(void **state)
{
    static const bool one[] = {true, false, false}, two[] = {true, true, false},
                      high[] = {false, false, true}, all[] = {true, true, true};
    iso_xmixup_opt opt = usual();

    (void)state;
    opt.mse = opt.kl = true;
    differences(&opt, one, true, true, NULL);
    differences(&opt, two, true, true, NULL);
    differences(&opt, high, false, true, NULL);
    differences(&opt, all, true, true, NULL);
    opt.mix.frozen = true;
    differences(&opt, one, true, true, NULL);
    differences(&opt, two, true, true, NULL);
    differences(&opt, all, true, true, NULL);
}

/* Layers that keep their inputs alone give the same gradients, to the bit; also those that do not
 * learn, below others that do. */
static void test_recomputed(void **state)
{
    static const bool all[LAYERS] = {true, true, true}, two[LAYERS] = {true, false, true};
    static const bool frozen[LAYERS] = {true, true, false};
    enum { MOST_NUMBERS = 1 << 13 };
    static float grad[2][MOST_NUMBERS];
    uint64_t keys[2][MOST];
    iso_dropout drop[2];

    (void)state;
    for (int i = 0; i < 2 * MOST; i++)
        keys[i / MOST][i % MOST] = iso_dropout_key(3, 0, i, i % 3, i / MOST);
    for (int turn = 0; turn < 6; turn++) {
        double loss[2];
        int64_t used = 0;
        for (int recompute = 0; recompute < 2; recompute++) {
            iso_xmixup_opt opt = usual();
            struct all a;
            int64_t n;
            opt.mix.mixed = turn % 2 ? two : all;
            opt.mix.frozen = turn / 2 == 2;
            opt.mse = opt.kl = true;
            begin(&a, &opt, turn / 2 ? frozen : NULL, turn / 2 > 0);
            for (int i = 0; i < 2; i++)
                drop[i] = (iso_dropout){.hidden = 0.2f, .attention = 0.1f, .keys = keys[i]};
            a.micro.target.drop = &drop[0];
            a.micro.source.drop = &drop[1];
            if (recompute)
                ok(iso_learner_recompute(a.l));
            (void)learn(&a);
            loss[recompute] = learn(&a);
            const iso_tensor *t = iso_learner_tensors(a.l, &n);
            used = 0;
            for (int64_t i = 0; i < n + a.m->tensor_count; i++) {
                const iso_tensor *of = i < n ? &t[i] : &a.m->tensors[i - n];
                const int64_t size = of->grad ? of->rows * of->cols : 0;
                assert_true(used + size <= MOST_NUMBERS);
                memcpy(grad[recompute] + used, of->grad ? of->grad : grad[0],
                       (size_t)size * sizeof **grad);
                used += size;
            }
            end(&a);
        }
        assert_true(loss[0] == loss[1] && used > 0);
        assert_memory_equal(grad[0], grad[1], (size_t)used * sizeof **grad);
    }
}

static void test_released_numbers_stay(void **state)
{
    iso_xmixup_opt opt = usual();
    struct all a;

    (void)state;
    opt.mix.rule.head = iso_mix_head_default();
    opt.mix.frozen = true;
    begin(&a, &opt, NULL, false);
    assert_int_equal(a.m->tensor_count, 2);
    text(a.m->tensors[0].name, "mixup.2.W");
    text(a.m->tensors[1].name, "mixup.2.b");
    assert_null(a.m->tensors[0].grad);
    learn(&a);
    const double lambda = iso_pair_pass_lambda(iso_method_xmixup_pairs(a.m), 2);
    assert_true(lambda > 0.25 && lambda < 0.5);
    assert_true(isnan(iso_pair_pass_lambda(iso_method_xmixup_pairs(a.m), 1)));
    end(&a);
}

/* What mix --lambda reads. */
static void test_heads_are_written(void **state)
{
    static const bool two[LAYERS] = {true, false, true};
    const char *path = temp_path("lambda.json");
    iso_xmixup_opt opt = usual();
    iso_mix_head heads[LAYERS];
    iso_buf out = {0};
    struct all a;

    (void)state;
    opt.mix.mixed = two;
    opt.mix.rule.head.lambda0 = 0.7;
    begin(&a, &opt, NULL, false);
    *a.m->tensors[2].value = 1.0f / 3;
    ok(iso_pair_pass_heads(&out, iso_method_xmixup_pairs(a.m)));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(out.text, f);
    assert_int_equal(fclose(f), 0);
    ok(iso_mix_heads_read(heads, LAYERS, path));
    for (int k = 0; k < LAYERS; k++)
        near(heads[k].lambda0, 0.7, 1e-15);
    assert_true((float)heads[0].w == -0.7f && (float)heads[0].b == 0.3f);
    assert_true((float)heads[2].w == 1.0f / 3);
    near(heads[1].w, 1, 0);
    iso_buf_free(&out);
    end(&a);
}

static void test_errors(void **state)
{
    iso_xmixup_opt opt = usual();
    iso_method *m = NULL;
    double loss = 0;
    struct all a;

    (void)state;
    begin(&a, &opt, NULL, false);
    a.micro.source.batch.B = 2;
    fails(a.m->ops->learn(&loss, a.m, a.l, &a.micro), ISO_EARG, "3 targets with 3 units, 2");
    opt.alpha = 1.5;
    fails(iso_method_xmixup(&m, a.e, &opt), ISO_EARG, "alpha is 1.5");
    opt.alpha = 0.5;
    opt.mix.rule.head.lambda0 = 0;
    fails(iso_method_xmixup(&m, a.e, &opt), ISO_EARG, "lambda0 is 0");
    end(&a);
    opt = usual();
    iso_err err;
    int64_t n = 0;
    do {
        begin(&a, &opt, NULL, false);
        iso_method_free(a.m);
        a.m = NULL;
        iso_alloc_fail_after(n++);
        err = iso_method_xmixup(&a.m, a.e, &opt);
        if (!err)
            err = a.m->ops->learn(&loss, a.m, a.l, &a.micro);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        end(&a);
    } while (err);
}

int main(void)
{
    RUN_TESTS(test(test_loss_is_its_terms), test(test_branches_are_averaged), test(test_gradient),
              test(test_gradient_with_dropout), test(test_dropout_of_mixed_layers),
              test(test_gradient_of_what_is_left), test(test_recomputed),
              test(test_released_numbers_stay), test(test_heads_are_written), test(test_errors));
}
