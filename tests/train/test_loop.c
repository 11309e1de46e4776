/* The loop: its losses beside PyTorch's, other numbers of threads and micro-batches, an end that is
 * not finite. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/train/head_class.h"
#include "lib/train/loop.h"
#include "tests/check.h"

enum { ITEMS = 32, MOST = 24, CLASSES = 4 };

/* Sentences by a formula that tests/golden/make_training.py has, too. */
struct world {
    int32_t ids[ITEMS][MOST], label[ITEMS];
    int64_t tokens[ITEMS];
    bool broken; /* every label's loss is infinite */
    /* What was loaded last. */
    int32_t batch_ids[ITEMS * MOST], batch_label[ITEMS];
    int64_t offsets[ITEMS + 1], first[ITEMS + 1], index[ITEMS], number[ITEMS];
    uint64_t keys[ITEMS * MOST];
    iso_dropout drop;
};

static int64_t draw(int64_t *state)
{
    *state = (*state * 1103515245 + 12345) % (INT64_C(1) << 31);
    return *state >> 8;
}

static void make_items(struct world *w, int64_t V)
{
    int64_t state = 12345;

    for (int i = 0; i < ITEMS; i++) {
        const int64_t n = 5 + draw(&state) % 20;
        w->tokens[i] = n;
        w->ids[i][0] = 0;
        for (int64_t k = 1; k < n - 1; k++)
            w->ids[i][k] = (int32_t)(5 + draw(&state) % (V - 10));
        w->ids[i][n - 1] = 2;
    }
    for (int i = 0; i < ITEMS; i++)
        w->label[i] = (int32_t)(draw(&state) % CLASSES);
}

static iso_err load(void *payload, iso_micro *out, const iso_sample *part, const iso_sample *whole,
                    int64_t step)
{
    const int64_t *items = part->items, count = part->count;
    struct world *w = payload;
    int64_t at = 0;

    for (int64_t b = 0; b < count; b++) {
        const int64_t item = items[b];
        w->offsets[b] = w->index[b] = at;
        w->first[b] = b;
        w->number[b] = item;
        w->batch_label[b] = w->label[item];
        for (int64_t k = 0; k < w->tokens[item]; k++, at++) {
            w->batch_ids[at] = w->ids[item][k];
            w->keys[at] = iso_dropout_key(7, step, item, k, 0);
        }
    }
    w->offsets[count] = at;
    w->first[count] = count;
    w->drop.keys = w->keys;
    out->target = (iso_side){.batch = {.B = count, .offsets = w->offsets, .ids = w->batch_ids},
                             .units = {.n = count,
                                       .first = w->first,
                                       .index = w->index,
                                       .label = w->batch_label,
                                       .by = w->broken ? INFINITY : 1 / (double)whole->labelled},
                             .item = w->number,
                             .drop = w->drop.hidden > 0 ? &w->drop : NULL};
    return ISO_OK;
}

static iso_err score(void *payload, double *out, iso_learner *l, iso_method *m)
{
    (void)payload;
    (void)l;
    (void)m;
    *out = NAN;
    return ISO_OK;
}

static const char *name(void *payload, int64_t item)
{
    static char text[32];

    (void)payload;
    snprintf(text, sizeof text, "en item-%lld", (long long)item);
    return text;
}

/* The head's weights are 0.02 sin(1), 0.02 sin(2), ... */
static void fill_head(const iso_head *h)
{
    for (int64_t i = 0; i < h->tensor_count; i++) {
        const iso_tensor *t = &h->tensors[i];
        for (int64_t k = 0; k < t->rows * t->cols; k++)
            t->value[k] = t->kind == ISO_TENSOR_VECTOR ? 0 : (float)(0.02 * sin((double)k + 1));
    }
}

struct run {
    const char *model;
    int64_t steps, micro;
    bool freeze, broken, recompute;
    float dropout;
    double warmup; /* share of the steps */
    int threads;
};

/* Trains; *sum takes a sum over all weights, which differs as soon as one does. */
static iso_err train(iso_loop_result *out, double *sum, const struct run *r)
{
    static struct world w;
    const iso_run threads = {.threads = r->threads};
    iso_trained *encoder = NULL;
    iso_head *head = NULL;
    iso_method *method = NULL;
    iso_learner *learner = NULL;
    iso_sampler *sampler = NULL;
    iso_loop *loop = NULL;
    const iso_threads before = iso_blas_enter(&threads);
    iso_err err = ISO_OK;

    w = (struct world){.broken = r->broken,
                       .drop = {.hidden = r->dropout, .attention = r->dropout}};
    ISO_TRY(iso_trained_open(&encoder, r->model, &(iso_trained_opt){0}));
    if (r->freeze)
        iso_trained_freeze(encoder, true, (const bool[64]){true, true});
    make_items(&w, encoder->config.V);
    ISO_TRY(iso_head_class_new(&head, &encoder->config, &(iso_head_class_opt){.classes = CLASSES}));
    fill_head(head);
    ISO_TRY(iso_method_plain(&method));
    ISO_TRY(iso_learner_new(&learner, encoder, head,
                            &(iso_learner_opt){r->recompute, w.tokens, ITEMS}));
    ISO_TRY(iso_sampler_new(&sampler, &(iso_sampler_items){.n = ITEMS, .tokens = w.tokens},
                            &(iso_sampler_opt){.batch = ITEMS, .micro = r->micro}));
    const iso_loop_data data = {&w, load, score, name};
    const iso_loop_opt opt = {.rates = {1e-4, 1e-3, 1e-3, 1, 0.01},
                              .clip = {ISO_CLIP_NORM, 1},
                              .warmup = r->warmup,
                              .steps = r->steps,
                              .every = 1000,
                              .begun = "",
                              .path = temp_path("tuned")};
    ISO_TRY(iso_loop_open(&loop, learner, method, sampler, &data, &opt, &threads));
    ISO_TRY(iso_loop_run(out, loop));
    int64_t count = 0;
    const iso_tensor *tensors = iso_learner_tensors(learner, &count);
    *sum = 0;
    for (int64_t i = 0; i < count; i++) {
        for (int64_t k = 0; k < tensors[i].rows * tensors[i].cols; k++)
            *sum += tensors[i].value[k] * sin((double)(k % 1000));
    }
done:
    iso_loop_close(loop, true);
    iso_sampler_free(sampler);
    iso_learner_free(learner);
    iso_method_free(method);
    iso_head_free(head);
    iso_trained_close(encoder);
    iso_blas_leave(before);
    return err;
}

/* Steps compared with PyTorch's 200; with sanitizers, which are ten times slower, those of its
 * warmup. */
#define WARMUP 20
#ifdef __SANITIZE_ADDRESS__
#define COMPARED WARMUP
#else
#define COMPARED 200
#endif

static void losses_are_those_of_pytorch(void **state)
{
    const struct run r = {
        .model = test_data("models/m15"), .steps = COMPARED, .warmup = (double)WARMUP / COMPARED};
    iso_loop_result made = {0};
    FILE *file = fopen(source_path("tests/golden/training_m15.tsv"), "r");
    char line[64];
    double sum, expected;
    int step;

    (void)state;
    ok(train(&made, &sum, &r));
    assert_true(made.steps == COMPARED && made.point_count == 1);
    assert_non_null(fgets(line, sizeof line, file));
    for (int64_t i = 0; i < COMPARED; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        assert_int_equal(sscanf(line, "%d\t%lf", &step, &expected), 2);
        near(made.loss[i], expected, 1e-4);
    }
    fclose(file);
    iso_loop_result_free(&made);
}

static struct run small(void)
{
    return (struct run){.model = source_path("examples/mini"), .steps = 6, .warmup = 0.1};
}

/* Bits do not depend on threads; how a batch is cut, and whether layers run again, on rounding. */
static void how_it_is_computed_does_not_matter(void **state)
{
    struct run r = small();
    iso_loop_result a = {0}, b = {0};
    double one, other;

    (void)state;
    r.dropout = 0.1f;
    r.threads = 1;
    ok(train(&a, &one, &r));
    r.threads = 3;
    ok(train(&b, &other, &r));
    assert_true(one == other && memcmp(a.loss, b.loss, 6 * sizeof *a.loss) == 0);
    iso_loop_result_free(&b);
    r.micro = 50;
    r.recompute = true;
    ok(train(&b, &other, &r));
    for (int i = 0; i < 6; i++)
        near(a.loss[i], b.loss[i], 1e-5);
    iso_loop_result_free(&a);
    iso_loop_result_free(&b);
}

/* Without dropout frozen layers give what they would give if they were run each time: the first
 * loss is the same, whatever is frozen. */
static void frozen_layers_are_kept(void **state)
{
    struct run r = small();
    iso_loop_result a = {0}, b = {0};
    double sum;

    (void)state;
    ok(train(&a, &sum, &r));
    r.freeze = true;
    r.micro = 60;
    ok(train(&b, &sum, &r));
    near(a.loss[0], b.loss[0], 1e-6);
    assert_true(b.loss[5] < b.loss[0] && b.loss[5] > a.loss[5]);
    iso_loop_result_free(&a);
    iso_loop_result_free(&b);
}

static void stops_where_it_is_not_finite(void **state)
{
    struct run r = small();
    iso_loop_result made = {0};
    double sum;

    (void)state;
    r.broken = true;
    fails(train(&made, &sum, &r), ISO_ENUMERIC, "step 1 (epoch 1, batch 1, 32 items: en item-");
    fails(train(&made, &sum, &r), ISO_ENUMERIC, "the loss is infinite: a lower --lr may do");
}

int main(void)
{
    RUN_TESTS(test(losses_are_those_of_pytorch), test(how_it_is_computed_does_not_matter),
              test(frozen_layers_are_kept), test(stops_where_it_is_not_finite));
}
