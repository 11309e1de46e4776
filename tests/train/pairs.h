/* What tests of X-Mixup share: three pairs of sentences, a small encoder with a head, and slopes of
 * the loss. */
#ifndef TESTS_TRAIN_PAIRS_H
#define TESTS_TRAIN_PAIRS_H

#include "tests/nn/gradients.h"

#include "lib/base/rng.h"
#include "lib/train/head_class.h"
#include "lib/train/method_xmixup.h"

static const char *const config = "\"model_type\":\"bert\",\"vocab_size\":23,\"hidden_size\":12,"
                                  "\"num_hidden_layers\":3,\"num_attention_heads\":3,"
                                  "\"intermediate_size\":20,\"hidden_act\":\"gelu\","
                                  "\"max_position_embeddings\":9,\"type_vocab_size\":2";

/* Targets of 4, 1 and 6 tokens, sources of 3, 5 and 1. */
enum { B = 3, MOST = 11, LAYERS = 3 };

static const int64_t offsets[2][B + 1] = {{0, 4, 5, 11}, {0, 3, 8, 9}};
static const int64_t count_up[MOST + 1] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
static const int32_t ids[2][MOST] = {{3, 7, 7, 1, 22, 4, 0, 9, 8, 7, 6},
                                     {5, 9, 2, 2, 2, 21, 3, 7, 9}};

/* All that a method needs. */
struct all {
    iso_trained *e;
    iso_head *head;
    iso_learner *l;
    iso_method *m;
    iso_micro micro;
};

/* Without the micro-batch's sides. */
static inline void begin_with(struct all *a, const iso_xmixup_opt *opt,
                              const iso_head_class_opt *head, const bool *frozen, bool embeddings)
{
    int lowest = 0;

    *a = (struct all){0};
    ok(iso_trained_open(&a->e, config_folder(config), &(iso_trained_opt){.random = true}));
    iso_trained_freeze(a->e, embeddings, frozen);
    for (int k = LAYERS; k >= 1; k--)
        lowest = opt->mix.mixed && opt->mix.mixed[k - 1] ? k : lowest;
    ok(iso_head_class_new(&a->head, &a->e->config, head));
    ok(iso_learner_new(&a->l, a->e, a->head, &(iso_learner_opt){.within = lowest}));
    ok(iso_method_xmixup(&a->m, a->e, opt));
    iso_rng rng = iso_rng_seeded(5, 0);
    int64_t n;
    const iso_tensor *t = iso_learner_tensors(a->l, &n);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < t[i].rows * t[i].cols; j++)
            t[i].value[j] += 0.4f * (float)iso_rng_normal(&rng);
    a->micro.gold = true;
}

static inline void end(struct all *a)
{
    iso_method_free(a->m);
    iso_learner_free(a->l);
    iso_head_free(a->head);
    iso_trained_close(a->e);
}

static inline double learn(struct all *a)
{
    double loss = 0;

    ok(a->m->ops->learn(&loss, a->m, a->l, &a->micro));
    return loss;
}

static inline void zero(struct all *a)
{
    iso_learner_zero_grads(a->l);
    for (int64_t i = 0; i < a->m->tensor_count; i++)
        if (a->m->tensors[i].grad)
            *a->m->tensors[i].grad = 0;
}

/* Of the loss by numbers of a tensor in a random direction, by four steps. */
static inline double slope(struct all *a, const iso_tensor *t, const float *way)
{
    const int64_t n = t->rows * t->cols;
    const float h = 0.025f / sqrtf((float)n);
    float *const was = malloc((size_t)n * sizeof *was);
    double loss[4];

    assert_non_null(was);
    memcpy(was, t->value, (size_t)n * sizeof *was);
    for (int k = 0; k < 4; k++) {
        const float step = (k < 2 ? 1.0f : 2.0f) * (k % 2 ? -h : h);
        for (int64_t i = 0; i < n; i++)
            t->value[i] = was[i] + step * way[i];
        loss[k] = learn(a);
    }
    memcpy(t->value, was, (size_t)n * sizeof *was);
    free(was);
    return (8 * (loss[0] - loss[1]) - (loss[2] - loss[3])) / (12 * (double)h);
}

static inline double along(const iso_tensor *t, const float *way)
{
    double sum = 0;

    for (int64_t i = 0; t->grad && i < t->rows * t->cols; i++)
        sum += (double)t->grad[i] * (double)way[i];
    for (int64_t k = 0; t->touched && k < t->touched->count; k++)
        for (int64_t i = 0; i < t->cols; i++)
            sum += (double)t->touched->grad[k * t->cols + i] *
                   (double)way[t->touched->rows[k] * t->cols + i];
    return sum;
}

static inline void compare(struct all *a, const iso_tensor *t, iso_rng *rng)
{
    float way[20 * 12 * 2];

    if (!t->grad && !t->touched)
        return;
    assert_true(t->rows * t->cols <= (int64_t)(sizeof way / sizeof *way));
    for (int64_t i = 0; i < t->rows * t->cols; i++)
        way[i] = (float)iso_rng_normal(rng);
    const double want = slope(a, t, way);
    zero(a);
    learn(a);
    const double got = along(t, way);
    if (fabs(got - want) > 2e-3 * fabs(want) + 3e-4)
        fail_msg("%s: %g, by differences %g", t->name, got, want);
}

/* Every third tensor, others each time, and λ's. */
static inline void compare_some(struct all *a)
{
    static int64_t turn;
    iso_rng rng = iso_rng_seeded(7, 0);
    int64_t n;
    const iso_tensor *t = iso_learner_tensors(a->l, &n);

    for (int64_t i = turn++ % 3; i < n; i += 3)
        compare(a, &t[i], &rng);
    for (int64_t i = 0; i < a->m->tensor_count; i++)
        compare(a, &a->m->tensors[i], &rng);
}

#endif
