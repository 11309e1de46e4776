/* The head of masked words: gradients beside central differences of a loss in double, a
 * checkpoint's beside PyTorch's (tests/golden/make_mlm.py), the vocabulary in parts. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/nn/arch.h"
#include "lib/nn/tape.h"
#include "lib/train/head_mlm.h"
#include "tests/nn/golden_gradients.h"
#include "tests/nn/made_checkpoint.h"

enum { C = 5, V = 37, TOKENS = 9, UNITS = 4, NUMBERS = V * C + C * C + 3 * C + V + TOKENS * C };

static const int64_t first[UNITS + 1] = {0, 1, 2, 3, 4};
static const int64_t token[UNITS] = {1, 4, 8, 4};
static const int32_t label[UNITS] = {36, 0, 17, -1};
static const double by = 0.25;

/* A head on made-up states; only the table of words is there of the encoder. */
struct world {
    iso_trained encoder;
    iso_head *head;
    iso_head_tape tape;
    iso_units units;
    float words[V * C], dwords[V * C], x[TOKENS * C], dx[TOKENS * C], said[2 * UNITS];
};

static void fill(float *at, int64_t n, double scale, int from)
{
    for (int64_t i = 0; i < n; i++)
        at[i] = (float)(scale * sin((double)(7 * i + from)));
}

static void begin(struct world *w, const char *family, int64_t most)
{
    const iso_head_mlm_opt opt = {.most = most};

    *w = (struct world){
        .units = {.n = UNITS, .first = first, .index = token, .label = label, .by = by}};
    w->encoder.config = (iso_nn_config){.L = 2,
                                        .C = C,
                                        .V = V,
                                        .eps = 1e-5,
                                        .activation = ISO_GELU,
                                        .arch = iso_arch_find(family, NULL)};
    w->encoder.params.word.rows = iso_view_f32(w->words, V, C);
    w->encoder.grads.word.dense = w->dwords;
    ok(iso_head_mlm_new(&w->head, NULL, &w->encoder, &opt));
    fill(w->words, V * C, 1, 3);
    fill(w->x, TOKENS * C, 1, 1);
    for (int64_t i = 0; i < w->head->tensor_count; i++)
        fill(w->head->tensors[i].value, w->head->tensors[i].rows * w->head->tensors[i].cols, 0.7,
             (int)i);
}

static void end(struct world *w)
{
    iso_head_tape_free(&w->tape);
    iso_head_free(w->head);
}

static double run(struct world *w)
{
    iso_mat said = {.data = w->said, .rows = UNITS, .cols = 2, .stride = 2};
    iso_mat dx = {.data = w->dx, .rows = TOKENS, .cols = C, .stride = C};

    memset(w->dx, 0, sizeof w->dx);
    memset(w->dwords, 0, sizeof w->dwords);
    iso_head_zero_grads(w->head);
    ok(w->head->ops->logits(w->head, &said, iso_view_f32(w->x, TOKENS, C), &w->units, NULL,
                            &w->tape));
    const double loss = w->head->ops->loss(w->head, NULL, w->said, &w->units);
    ok(w->head->ops->back(w->head, &dx, iso_mat_view(&said), &w->units, &w->tape));
    return loss;
}

/* --- The same in double --- */

/* All numbers, or their gradients, in the order of the enum's sum. */
static void gather(double *out, const struct world *w, bool grad)
{
    int64_t at = 0;

    for (int i = 0; i < V * C; i++)
        out[at++] = (double)(grad ? w->dwords : w->words)[i];
    for (int64_t i = 0; i < w->head->tensor_count; i++) {
        const iso_tensor *t = &w->head->tensors[i];
        for (int64_t k = 0; k < t->rows * t->cols; k++)
            out[at++] = (double)(grad ? t->grad : t->value)[k];
    }
    for (int i = 0; i < TOKENS * C; i++)
        out[at++] = (double)(grad ? w->dx : w->x)[i];
    assert_int_equal(at, NUMBERS);
}

static double unit_loss(const double *p, int unit)
{
    const double *words = p, *dense = p + V * C, *bias = dense + C * C, *gain = bias + C;
    const double *shift = gain + C, *word_bias = shift + C, *x = word_bias + V + token[unit] * C;
    double h[C], z[V], mean = 0, var = 0, sum = 0;

    for (int c = 0; c < C; c++) {
        double a = bias[c];
        for (int k = 0; k < C; k++)
            a += dense[c * C + k] * x[k];
        h[c] = 0.5 * a * (1 + erf(a / sqrt(2)));
        mean += h[c] / C;
    }
    for (int c = 0; c < C; c++)
        var += (h[c] - mean) * (h[c] - mean) / C;
    for (int v = 0; v < V; v++) {
        z[v] = word_bias[v];
        for (int c = 0; c < C; c++)
            z[v] += words[v * C + c] * (gain[c] * (h[c] - mean) / sqrt(var + 1e-5) + shift[c]);
        sum += exp(z[v]);
    }
    return log(sum) - z[label[unit]];
}

static double loss_of(const double *p)
{
    double sum = 0;

    for (int u = 0; u < UNITS; u++)
        sum += label[u] >= 0 ? unit_loss(p, u) : 0;
    return by * sum;
}

static void check_gradients(const char *family, int64_t most)
{
    double p[NUMBERS], grad[NUMBERS];
    struct world w;

    begin(&w, family, most);
    const double loss = run(&w);
    gather(p, &w, false);
    gather(grad, &w, true);
    near(loss, loss_of(p), 1e-6);
    for (int i = 0; i < NUMBERS; i++) {
        const double was = p[i], step = 1e-5;
        p[i] = was + step;
        const double up = loss_of(p);
        p[i] = was - step;
        near(grad[i], (up - loss_of(p)) / (2 * step), 3e-6);
        p[i] = was;
    }
    end(&w);
}

static void gradients_are_central_differences(void **state)
{
    (void)state;
    check_gradients("bert", 0);
    check_gradients("xlm-roberta", 0);
    check_gradients("distilbert", 64); /* 16 words at a time: three parts */
}

/* --- Cases --- */

/* Words are the unit vectors' multiples, so the label's logit is largest where it should be. */
static void says_whether_the_label_is_largest(void **state)
{
    struct world w;

    (void)state;
    for (int64_t most = 0; most <= 64; most += 64) {
        begin(&w, "bert", most);
        (void)run(&w);
        assert_true(w.said[6] == 0 && w.said[7] == 0); /* of no label */
        for (int v = 0; v < V; v++)
            w.head->tensors[4].value[v] = v == 36 ? 100 : 0;
        (void)run(&w);
        assert_true(w.said[1] == 1 && w.said[3] == 0 && w.said[5] == 0);
        assert_true(w.said[0] < 1e-6f && w.said[2] > 80);
        end(&w);
    }
}

static void frozen_words_have_no_gradient(void **state)
{
    struct world w;

    (void)state;
    begin(&w, "bert", 0);
    w.encoder.grads.word.dense = NULL;
    (void)run(&w);
    for (int i = 0; i < V * C; i++)
        assert_true(w.dwords[i] == 0);
    assert_true(w.dx[token[0] * C] != 0);
    end(&w);
}

static void rows_alone_are_refused(void **state)
{
    iso_row_grads rows = {0};
    iso_head *head = NULL;
    struct world w;

    (void)state;
    begin(&w, "bert", 0);
    w.encoder.grads.word = (iso_lookup_grad){.touched = &rows};
    fails(iso_head_mlm_new(&head, NULL, &w.encoder, &(iso_head_mlm_opt){0}), ISO_EARG,
          "needs a gradient of all its rows");
    assert_null(head);
    end(&w);
}

static void every_allocation_can_fail(void **state)
{
    const iso_head_mlm_opt opt = {0};
    struct world w;
    int64_t n = 0;
    iso_err err;

    (void)state;
    begin(&w, "bert", 0);
    end(&w);
    do {
        w.head = NULL;
        iso_alloc_fail_after(n++);
        err = iso_head_mlm_new(&w.head, NULL, &w.encoder, &opt);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && !w.head));
    } while (err);
    text(w.head->tensors[2].name, "cls.predictions.transform.LayerNorm.weight");
    assert_true(w.head->tensors[2].value[0] == 1 && w.head->tensors[1].value[0] == 0);
    iso_head_free(w.head);
}

/* --- A checkpoint's own head, early names too --- */

static void takes_the_checkpoints_head(void **state)
{
    float numbers[C * C];
    struct world w;
    iso_weights *weights;
    iso_head *head;
    bool own;

    (void)state;
    fill(numbers, C * C, 1, 0);
    begin(&w, "bert", 0);
    for (int whole = 0; whole < 2; whole++) {
        made_begin();
        if (whole)
            made_add("cls.predictions.bias", "", w.words, V, 0, ISO_F32);
        made_add("cls.predictions.transform.dense", ".weight", numbers, C, C, ISO_F32);
        made_add("cls.predictions.transform.dense", ".bias", numbers, C, 0, ISO_F32);
        made_add("cls.predictions.transform.LayerNorm", ".gamma", numbers + 1, C, 0, ISO_F32);
        made_add("cls.predictions.transform.LayerNorm", ".beta", numbers + 2, C, 0, ISO_F32);
        ok(iso_weights_open(&weights, made_end("", "\"model_type\": \"bert\"", 0)));
        ok(iso_head_mlm_new(&head, &own, &w.encoder, &(iso_head_mlm_opt){.from = weights}));
        assert_int_equal(own, whole);
        assert_true((head->tensors[2].value[0] == numbers[1]) == whole);
        assert_true((head->tensors[4].value[V - 1] == w.words[V - 1]) == whole);
        iso_head_free(head);
        iso_weights_close(weights);
    }
    end(&w);
}

/* --- PyTorch's gradients of a checkpoint --- */

static const iso_tensor *find(const iso_tensor *t, int64_t count, const char *name)
{
    for (int64_t i = 0; i < count; i++)
        if (strcmp(t[i].name, name) == 0)
            return &t[i];
    return NULL;
}

static double step(iso_trained *e, iso_head *head)
{
    enum { B = 4, ALL = 39 };
    static const int64_t offsets[] = {0, 7, 8, 27, 39};
    int64_t begins[ALL + 1], index[ALL], n = 0;
    int32_t ids[ALL + 1], labels[ALL];
    float said[2 * ALL];
    iso_head_tape kept = {0};
    iso_tape *tape;
    iso_mat x, d;

    for (int64_t t = 0; t <= ALL; t++)
        ids[t] = (int32_t)(5 + (t * t * 31 + 7 * t) % (e->config.V - 5));
    for (int64_t t = 1; t < ALL; t += 3) {
        begins[n] = n;
        index[n] = t;
        labels[n++] = ids[t + 1];
    }
    begins[n] = n;
    const iso_batch batch = {.B = B, .offsets = offsets, .ids = ids};
    const iso_units units = {
        .n = n, .first = begins, .index = index, .label = labels, .by = 1 / (double)n};
    iso_mat out = {.data = said, .rows = n, .cols = 2, .stride = 2};
    ok(iso_tape_new(&tape, NULL));
    ok(iso_mat_new(&x, ALL, e->config.C, ISO_F32));
    ok(iso_mat_new(&d, ALL, e->config.C, ISO_F32));
    memset(d.data, 0, (size_t)(ALL * e->config.C) * sizeof(float));
    ok(iso_tape_embed(tape, &x, e, &batch, NULL));
    ok(iso_tape_layers(tape, &x, e, &batch, 0, e->config.L, NULL));
    ok(head->ops->logits(head, &out, iso_mat_view(&x), &units, NULL, &kept));
    const double loss = head->ops->loss(head, NULL, said, &units);
    ok(head->ops->back(head, &d, iso_mat_view(&out), &units, &kept));
    while (iso_tape_depth(tape) > 0)
        ok(iso_tape_back(tape, &d));
    iso_head_tape_free(&kept);
    iso_tape_free(tape);
    iso_mat_free(&x);
    iso_mat_free(&d);
    return loss;
}

static void a_checkpoint_has_pytorchs_gradients(void **state)
{
    const int n = read_expected("tests/golden/mlm.tsv", "m15");
    const char *folder = test_data("models/m15");
    iso_weights *weights;
    iso_trained *e;
    iso_head *head;
    int64_t count;
    bool own;

    (void)state;
    ok(iso_trained_open(&e, folder, &(iso_trained_opt){.dense_words = true}));
    ok(iso_weights_open(&weights, folder));
    ok(iso_head_mlm_new(&head, &own, e, &(iso_head_mlm_opt){.from = weights}));
    assert_true(own);
    text(expected[0].name, "loss");
    near(step(e, head), expected[0].norm, 1e-5);
    expected[0].norm = 0;
    const double largest = largest_norm(n);
    const iso_tensor *of_encoder = iso_trained_tensors(e, &count);
    assert_int_equal(n - 1, count + head->tensor_count);
    for (int i = 1; i < n; i++) {
        const iso_tensor *t = find(of_encoder, count, expected[i].name);
        t = t ? t : find(head->tensors, head->tensor_count, expected[i].name);
        if (!t)
            fail_msg("no tensor %s", expected[i].name);
        check_gradient(t, &expected[i], 1e-5, largest);
    }
    iso_head_free(head);
    iso_weights_close(weights);
    iso_trained_close(e);
}

int main(void)
{
    RUN_TESTS(test(gradients_are_central_differences), test(says_whether_the_label_is_largest),
              test(frozen_words_have_no_gradient), test(rows_alone_are_refused),
              test(every_allocation_can_fail), test(takes_the_checkpoints_head),
              test(a_checkpoint_has_pytorchs_gradients));
}
