/* Perturbations of state 0, adversarial and random: their size, whose they are, what they leave
 * alone; gradients beside a pass with the same perturbation, and central differences. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/train/embedding_norm.h"
#include "lib/train/head_class.h"
#include "lib/train/objective.h"
#include "tests/check.h"

enum { ITEMS = 5, MOST = 12, TOKENS = ITEMS * MOST, CLASSES = 3 };

/* A few sentences, special tokens at their ends, and what learns from them. */
struct world {
    int32_t ids[TOKENS], label[ITEMS];
    int64_t offsets[ITEMS + 1], first[ITEMS + 1], item[ITEMS];
    uint8_t special[TOKENS];
    uint64_t keys[TOKENS];
    iso_dropout drop;
    iso_micro micro;
    iso_trained *encoder;
    iso_head *head;
    iso_learner *learner;
};

/* Sentences from..to − 1 of all. */
static void load(struct world *w, int from, int to)
{
    int64_t at = 0;

    for (int b = from; b < to; b++) {
        const int64_t n = 6 + b;
        w->offsets[b - from] = w->first[b - from] = at;
        w->item[b - from] = b;
        w->label[b - from] = b % CLASSES;
        for (int64_t k = 0; k < n; k++, at++) {
            w->ids[at] = k == 0 ? 0 : k == n - 1 ? 2 : (int32_t)(20 + 37 * b + 11 * k);
            w->special[at] = k == 0 || k == n - 1;
            w->keys[at] = iso_dropout_key(7, 3, b, k, 0);
        }
    }
    w->offsets[to - from] = at;
    for (int b = 0; b <= to - from; b++)
        w->first[b] = b;
    w->micro = (iso_micro){
        .target = {.batch = {.B = to - from, .offsets = w->offsets, .ids = w->ids},
                   .units = {to - from, w->first, w->offsets, w->label, NULL, NULL, NULL, 0.2},
                   .item = w->item,
                   .drop = w->drop.hidden > 0 ? &w->drop : NULL,
                   .special = w->special},
        .step = 3};
}

static void open_world(struct world *w, int frozen, float dropout)
{
    *w = (struct world){.drop = {.hidden = dropout, .attention = dropout}};
    w->drop.keys = w->keys;
    ok(iso_trained_open(&w->encoder, source_path("examples/mini"), &(iso_trained_opt){0}));
    if (frozen >= 0) {
        bool layers[64] = {0};
        for (int k = 0; k < frozen; k++)
            layers[k] = true;
        iso_trained_freeze(w->encoder, true, layers);
    }
    ok(iso_head_class_new(&w->head, &w->encoder->config,
                          &(iso_head_class_opt){.classes = CLASSES, .seed = 4}));
    ok(iso_learner_new(&w->learner, w->encoder, w->head, &(iso_learner_opt){0}));
    load(w, 0, ITEMS);
}

static void close_world(struct world *w)
{
    iso_learner_free(w->learner);
    iso_head_free(w->head);
    iso_trained_close(w->encoder);
}

/* Gradients from nothing; the loss. */
static double learn(struct world *w, iso_method *m)
{
    double loss = 0;

    iso_learner_zero_grads(w->learner);
    ok(m->ops->learn(&loss, m, w->learner, &w->micro));
    return loss;
}

/* A weighted sum of all gradients, which differs as soon as one does. */
static double fingerprint(const struct world *w)
{
    int64_t count;
    const iso_tensor *t = iso_learner_tensors(w->learner, &count);
    double sum = 0;

    for (int64_t i = 0; i < count; i++) {
        const float *g = t[i].grad ? t[i].grad : t[i].touched ? t[i].touched->grad : NULL;
        const int64_t rows = t[i].grad ? t[i].rows : t[i].touched ? t[i].touched->count : 0;
        for (int64_t k = 0; k < rows * t[i].cols; k++)
            sum += (double)g[k] * sin((double)(i + 1) * (double)(k % 997 + 1));
    }
    return sum;
}

static iso_method *adversarial(const struct world *w, double epsilon, int64_t steps, bool linf)
{
    iso_method *m = NULL;

    ok(iso_method_adversarial(
        &m, &(iso_adversarial_opt){epsilon, 10, steps, linf, w->encoder->config.C}));
    return m;
}

static iso_method *noise(double sigma, bool ball, uint64_t seed)
{
    iso_method *m = NULL;

    ok(iso_method_noise(&m, &(iso_noise_opt){sigma, 10, ball, seed}));
    return m;
}

static double size_of(iso_view added, int64_t token, bool linf)
{
    double sum = 0, most = 0;

    for (int64_t c = 0; c < added.cols; c++) {
        const double x = (double)((const float *)added.data)[token * added.stride + c];
        sum += x * x;
        most = fabs(x) > most ? fabs(x) : most;
    }
    return linf ? most : sqrt(sum);
}

/* --- The unit --- */

static void unit_is_the_mean_length(void **state)
{
    struct world w;
    double unit = 0, sum = 0;
    iso_mat x = {0};

    (void)state;
    open_world(&w, -1, 0);
    const iso_nn_config *c = &w.encoder->config;
    ok(iso_embedding_norm(&unit, w.encoder));
    ok(iso_mat_new(&x, 1, c->C, ISO_F32));
    for (int32_t id = 0; id < c->V; id++) {
        const iso_batch one = {.B = 1, .offsets = (const int64_t[]){0, 1}, .ids = &id};
        ok(iso_tape_embed(w.learner->tape, &x, w.encoder, &one, NULL));
        iso_tape_clear(w.learner->tape);
        sum += size_of(iso_mat_view(&x), 0, false);
    }
    near(unit, sum / (double)c->V, 1e-6 * unit);
    iso_mat_free(&x);
    close_world(&w);
}

/* --- Adversarial --- */

static void stays_within_the_ball(void **state)
{
    struct world w;

    (void)state;
    open_world(&w, -1, 0.1f);
    for (int linf = 0; linf < 2; linf++) {
        for (int64_t steps = 1; steps < 5; steps += 3) {
            iso_method *m = adversarial(&w, 0.2, steps, linf);
            const double most = linf ? 2 / sqrt((double)w.encoder->config.C) : 2;
            (void)learn(&w, m);
            const iso_view added = iso_method_added(m);
            assert_int_equal(added.rows, w.offsets[ITEMS]);
            for (int64_t i = 0; i < added.rows; i++) {
                const double size = size_of(added, i, linf);
                if (w.special[i])
                    assert_true(size == 0);
                else /* one step of 2ε ends on the ball; four of ε/2 near it */
                    assert_true(size <= most * (1 + 1e-6) &&
                                size > most * (steps == 1 ? 1 - 1e-6 : 0.5));
            }
            iso_method_free(m);
        }
    }
    close_world(&w);
}

/* The larger the ball and the more the steps, the larger the loss. */
static void raises_the_loss(void **state)
{
    struct world w;

    (void)state;
    open_world(&w, -1, 0);
    for (int linf = 0; linf < 2; linf++) {
        iso_method *plain = NULL, *small = adversarial(&w, 0.02, 3, linf),
                   *large = adversarial(&w, 0.05, 3, linf), *one = adversarial(&w, 0.05, 1, linf);
        ok(iso_method_plain(&plain));
        const double least = learn(&w, plain);
        assert_true(learn(&w, small) > least + 1e-4);
        assert_true(learn(&w, large) > learn(&w, small) + 1e-4);
        assert_true(learn(&w, one) > least + 1e-4);
        iso_method_free(plain);
        iso_method_free(small);
        iso_method_free(large);
        iso_method_free(one);
    }
    close_world(&w);
}

/* A pass by hand, with the same δ from outside. */
static double by_hand(struct world *w, iso_view added)
{
    const iso_side *side = &w->micro.target;
    iso_learner *l = w->learner;
    float logits[ITEMS * CLASSES], dlogits[ITEMS * CLASSES] = {0};
    iso_mat out = {.data = logits, .rows = ITEMS, .cols = CLASSES, .stride = CLASSES};
    iso_head_tape tape = {0};
    iso_mat x = {0}, dx = {0};

    ok(iso_mat_new(&x, added.rows, added.cols, ISO_F32));
    ok(iso_mat_new(&dx, added.rows, added.cols, ISO_F32));
    iso_learner_zero_grads(l);
    ok(iso_tape_embed(l->tape, &x, w->encoder, &side->batch, side->drop));
    for (int64_t i = 0; i < x.rows; i++)
        for (int64_t c = 0; c < x.cols; c++)
            ((float *)x.data)[i * x.stride + c] +=
                ((const float *)added.data)[i * added.stride + c];
    ok(iso_tape_layers(l->tape, &x, w->encoder, &side->batch, 0, w->encoder->config.L, side->drop));
    ok(w->head->ops->logits(w->head, &out, iso_mat_view(&x), &side->units, side->drop, &tape));
    const double loss = w->head->ops->loss(w->head, dlogits, logits, &side->units);
    ok(w->head->ops->back(w->head, &dx, iso_view_f32(dlogits, ITEMS, CLASSES), &side->units,
                          &tape));
    ok(iso_learner_back(l->tape, &dx));
    iso_head_tape_free(&tape);
    iso_mat_free(&x);
    iso_mat_free(&dx);
    return loss;
}

/* Loss and every gradient to the bit: what the inner steps did left nothing in the weights. */
static void learns_from_what_was_moved(void **state)
{
    struct world w;

    (void)state;
    open_world(&w, -1, 0.1f);
    iso_method *both[] = {adversarial(&w, 0.1, 3, false), noise(0.1, false, 1)};
    for (int i = 0; i < 2; i++) {
        const double loss = learn(&w, both[i]), grads = fingerprint(&w);
        assert_true(by_hand(&w, iso_method_added(both[i])) == loss);
        assert_true(fingerprint(&w) == grads);
        iso_method_free(both[i]);
    }
    close_world(&w);
}

static void nothing_is_plain(void **state)
{
    (void)state;
    for (int frozen = -1; frozen < 3; frozen++) {
        struct world w;
        iso_method *plain = NULL;
        open_world(&w, frozen, 0.1f);
        ok(iso_method_plain(&plain));
        iso_method *same[] = {adversarial(&w, 0, 3, false), adversarial(&w, 0.1, 0, true),
                              noise(0, true, 1)};
        const double loss = learn(&w, plain), grads = fingerprint(&w);
        for (int i = 0; i < 3; i++) {
            assert_true(learn(&w, same[i]) == loss && fingerprint(&w) == grads);
            iso_method_free(same[i]);
        }
        iso_method_free(plain);
        close_world(&w);
    }
}

/* Whatever is frozen, it is state 0 that moves; tiny noise changes the loss a little. */
static void frozen_layers_see_it(void **state)
{
    double size[4];

    (void)state;
    for (int frozen = 0; frozen < 4; frozen++) {
        struct world w;
        iso_method *plain = NULL;
        open_world(&w, frozen, 0);
        iso_method *m = adversarial(&w, 0.05, 2, false), *tiny = noise(1e-4, false, 1);
        ok(iso_method_plain(&plain));
        size[frozen] = learn(&w, m);
        assert_true(size[frozen] > learn(&w, plain) + 1e-4);
        near(size[frozen], size[0], 1e-5); /* without dropout what is frozen changes no loss */
        near(learn(&w, tiny), learn(&w, plain), 1e-3);
        iso_method_free(plain);
        iso_method_free(m);
        iso_method_free(tiny);
        close_world(&w);
    }
}

/* One thread or three, one micro-batch or two. */
static void how_it_is_computed_does_not_matter(void **state)
{
    struct world w;
    double loss[2], grads[2];

    (void)state;
    open_world(&w, -1, 0.1f);
    iso_method *both[] = {adversarial(&w, 0.1, 3, false), noise(0.1, true, 1)};
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 2; k++) {
            const iso_run run = {.threads = k ? 3 : 1};
            const iso_threads before = iso_blas_enter(&run);
            loss[k] = learn(&w, both[i]);
            grads[k] = fingerprint(&w);
            iso_blas_leave(before);
        }
        assert_true(loss[0] == loss[1] && grads[0] == grads[1]);
        load(&w, 0, 2);
        double parts = learn(&w, both[i]);
        load(&w, 2, ITEMS);
        parts += learn(&w, both[i]);
        near(parts, loss[0], 1e-5);
        load(&w, 0, ITEMS);
        ok(iso_learner_recompute(w.learner)); /* layers run again to go back */
        near(learn(&w, both[i]), loss[0], 1e-6);
        near(fingerprint(&w), grads[0], 1e-3 * (1 + fabs(grads[0])));
        iso_method_free(both[i]);
    }
    close_world(&w);
}

/* --- Noise --- */

/* Gaussian: N(0, (σ unit)² / C) a number. Ball: all lengths up to the radius, and in 128 dimensions
 * nearly all near it. */
static void noise_has_its_size(void **state)
{
    struct world w;

    (void)state;
    open_world(&w, -1, 0);
    const double C = (double)w.encoder->config.C;
    iso_method *gaussian = noise(0.1, false, 1), *ball = noise(0.1, true, 1);
    double squares = 0, count = 0;
    (void)learn(&w, gaussian);
    for (int64_t i = 0; i < w.offsets[ITEMS]; i++) {
        const double size = size_of(iso_method_added(gaussian), i, false);
        squares += size * size;
        count += !w.special[i];
        assert_true(!w.special[i] || size == 0);
    }
    /* a sum of count · C squares of N(0, 1/C), unit 10: mean `count`, deviation √(2 count / C) */
    near(squares, count, 5 * sqrt(2 * count / C));
    (void)learn(&w, ball);
    for (int64_t i = 0; i < w.offsets[ITEMS]; i++) {
        const double size = size_of(iso_method_added(ball), i, false);
        assert_true(w.special[i] ? size == 0 : size <= 1 + 1e-6 && size > 0.85);
    }
    iso_method_free(gaussian);
    iso_method_free(ball);
    close_world(&w);
}

static void noise_hangs_on_its_keys(void **state)
{
    struct world w;

    (void)state;
    open_world(&w, -1, 0);
    iso_method *m = noise(0.1, false, 1), *other = noise(0.1, false, 2);
    const double loss = learn(&w, m);
    assert_true(learn(&w, m) == loss);
    assert_true(learn(&w, other) != loss);
    w.micro.step = 4;
    assert_true(learn(&w, m) != loss);
    iso_method_free(m);
    iso_method_free(other);
    close_world(&w);
}

/* d loss / d weight beside (loss(w + h) − loss(w − h)) / 2h, the noise as it is. */
static void gradients_are_differences(void **state)
{
    struct world w;
    int64_t count;

    (void)state;
    open_world(&w, -1, 0.1f);
    iso_method *m = noise(0.1, false, 1);
    const iso_tensor *t = iso_learner_tensors(w.learner, &count);
    for (int64_t i = 0; i < count; i++) {
        if (!t[i].grad)
            continue;
        (void)learn(&w, m);
        int64_t k = 0; /* the largest of its gradients */
        for (int64_t j = 1; j < t[i].rows * t[i].cols; j++)
            k = fabsf(t[i].grad[j]) > fabsf(t[i].grad[k]) ? j : k;
        const double g = (double)t[i].grad[k];
        const float was = t[i].value[k], h = 4e-3f;
        t[i].value[k] = was + h;
        const double up = learn(&w, m);
        t[i].value[k] = was - h;
        const double down = learn(&w, m);
        t[i].value[k] = was;
        near((up - down) / (2 * (double)h), g, 2e-2 * fabs(g) + 2e-4);
    }
    iso_method_free(m);
    close_world(&w);
}

static void predicts_plainly(void **state)
{
    struct world w;
    float a[ITEMS * CLASSES], b[ITEMS * CLASSES];
    iso_mat one = {.data = a, .rows = ITEMS, .cols = CLASSES, .stride = CLASSES}, two = one;
    iso_method *plain = NULL;

    (void)state;
    two.data = b;
    open_world(&w, -1, 0);
    ok(iso_method_plain(&plain));
    ok(plain->ops->predict(&one, plain, w.learner, &w.micro));
    iso_method *both[] = {adversarial(&w, 0.5, 1, false), noise(0.5, false, 1)};
    for (int i = 0; i < 2; i++) {
        ok(both[i]->ops->predict(&two, both[i], w.learner, &w.micro));
        assert_memory_equal(a, b, sizeof a);
        assert_int_equal(iso_method_added(both[i]).rows, 0);
        iso_method_free(both[i]);
    }
    iso_method_free(plain);
    close_world(&w);
}

static void refused(void **state)
{
    iso_method *m = NULL;

    (void)state;
    fails(iso_method_adversarial(&m, &(iso_adversarial_opt){-1, 1, 3, false, 8}), ISO_EARG, "-1");
    fails(iso_method_noise(&m, &(iso_noise_opt){.sigma = -2, .unit = 1}), ISO_EARG, "-2");
    assert_null(m);
}

/* A step that fails for memory leaves nothing half done. */
static void every_allocation_fails_once(void **state)
{
    struct world w;
    iso_err err = ISO_ENOMEM;

    (void)state;
    open_world(&w, -1, 0.1f);
    for (int64_t n = 0; err; n++) { /* what was there before a failure is there afterwards */
        iso_method *m = NULL;
        double loss = 0, unit;
        iso_alloc_fail_after(n);
        err = iso_embedding_norm(&unit, w.encoder);
        err = err ? err
                  : iso_method_adversarial(
                        &m, &(iso_adversarial_opt){0.1, 10, 2, false, w.encoder->config.C});
        err = err ? err : m->ops->learn(&loss, m, w.learner, &w.micro);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        for (int64_t i = 0; i < w.head->tensor_count; i++)
            assert_non_null(w.head->tensors[i].grad);
        assert_int_equal(iso_tape_depth(w.learner->tape), 0);
        iso_method_free(m);
    }
    close_world(&w);
}

int main(void)
{
    RUN_TESTS(test(unit_is_the_mean_length), test(stays_within_the_ball), test(raises_the_loss),
              test(learns_from_what_was_moved), test(nothing_is_plain), test(frozen_layers_see_it),
              test(how_it_is_computed_does_not_matter), test(noise_has_its_size),
              test(noise_hangs_on_its_keys), test(gradients_are_differences),
              test(predicts_plainly), test(refused), test(every_allocation_fails_once));
}
