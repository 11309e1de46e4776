/* The head of classification: a case on paper, its gradients beside central differences. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/nn/arch.h"
#include "lib/train/head_class.h"
#include "tests/check.h"

enum { C = 6, TOKENS = 9, UNITS = 4, CLASSES = 3 };

static const int64_t first[UNITS + 1] = {0, 1, 4, 6, 7};
static const int64_t token[] = {0, 1, 2, 3, 4, 5, 8};
static const int32_t label[UNITS] = {2, 0, -1, 1};
static const float soft[UNITS * CLASSES] = {0.1f, 0.2f, 0.7f, 0, 0, 0, 0.5f, 0.25f, 0.25f, 1, 0, 0};

static iso_nn_config config(const char *family)
{
    return (iso_nn_config){.L = 2, .C = C, .arch = iso_arch_find(family, NULL)};
}

static void fill(float *at, int64_t n, double scale, int from)
{
    for (int64_t i = 0; i < n; i++)
        at[i] = (float)(scale * sin((double)(7 * i + from)));
}

struct pass {
    iso_head *head;
    iso_head_tape tape;
    iso_units units;
    const iso_dropout *drop;
    float x[TOKENS * C], dx[TOKENS * C], logits[UNITS * CLASSES], dlogits[UNITS * CLASSES];
};

static double loss(struct pass *p)
{
    iso_mat logits = {.data = p->logits, .rows = UNITS, .cols = CLASSES, .stride = CLASSES};

    ok(p->head->ops->logits(p->head, &logits, iso_view_f32(p->x, TOKENS, C), &p->units, p->drop,
                            &p->tape));
    memset(p->dlogits, 0, sizeof p->dlogits);
    return p->head->ops->loss(p->head, p->dlogits, p->logits, &p->units);
}

static void back(struct pass *p)
{
    iso_mat dx = {.data = p->dx, .rows = TOKENS, .cols = C, .stride = C};

    (void)loss(p);
    memset(p->dx, 0, sizeof p->dx);
    iso_head_zero_grads(p->head);
    ok(p->head->ops->back(p->head, &dx, iso_view_f32(p->dlogits, UNITS, CLASSES), &p->units,
                          &p->tape));
}

/* d loss / d at[i] by central differences. */
static double difference(struct pass *p, float *at)
{
    const float was = *at, step = 1e-2f;
    double up, down;

    *at = was + step;
    up = loss(p);
    *at = was - step;
    down = loss(p);
    *at = was;
    return (up - down) / (2.0 * (double)step);
}

static void check_gradients(const char *family, bool linear, iso_head_rows rows,
                            const iso_dropout *drop)
{
    const iso_nn_config c = config(family);
    struct pass p = {.units = {UNITS, first, token, label, soft, NULL, NULL, 0.25}, .drop = drop};

    ok(iso_head_class_new(
        &p.head, &c, &(iso_head_class_opt){.classes = CLASSES, .linear = linear, .rows = rows}));
    fill(p.x, TOKENS * C, 1, 1);
    for (int64_t i = 0; i < p.head->tensor_count; i++)
        fill(p.head->tensors[i].value, p.head->tensors[i].rows * p.head->tensors[i].cols, 0.5,
             (int)i);
    back(&p);
    for (int64_t i = 0; i < p.head->tensor_count; i++) {
        const iso_tensor *t = &p.head->tensors[i];
        for (int64_t k = 0; k < t->rows * t->cols; k++)
            near(t->grad[k], difference(&p, &t->value[k]), 2e-4);
    }
    for (int k = 0; k < TOKENS * C; k++)
        near(p.dx[k], difference(&p, &p.x[k]), 2e-4);
    iso_head_tape_free(&p.tape);
    iso_head_free(p.head);
}

static void gradients_are_central_differences(void **state)
{
    uint64_t keys[TOKENS];
    const iso_dropout drop = {.hidden = 0.3f, .keys = keys};

    (void)state;
    for (int i = 0; i < TOKENS; i++)
        keys[i] = iso_dropout_key(1, 2, 3, i, 0);
    check_gradients("xlm-roberta", false, ISO_HEAD_MEAN, NULL);
    check_gradients("bert", true, ISO_HEAD_MEAN, NULL);
    check_gradients("bert", true, ISO_HEAD_FIRST, NULL);
    check_gradients("bert", true, ISO_HEAD_SUM, NULL);
    check_gradients("xlm-roberta", false, ISO_HEAD_MEAN, &drop);
    check_gradients("bert", true, ISO_HEAD_MEAN, &drop);
    check_gradients("bert", true, ISO_HEAD_SUM, &drop);
}

/* x = (1, 0, ..., 0), W1 = 2 I, b1 = 0, W2 = all 1, b2 = (0, 1, 0): z = tanh 2, 0, ...; logits are
 * tanh 2 + b2. */
static void a_case_on_paper(void **state)
{
    const iso_nn_config c = config("xlm-roberta");
    struct pass p = {.units = {UNITS, first, token, label, NULL, NULL, NULL, 1}};

    (void)state;
    ok(iso_head_class_new(&p.head, &c, &(iso_head_class_opt){.classes = CLASSES}));
    assert_int_equal(p.head->tensor_count, 4);
    text(p.head->tensors[0].name, "classifier.dense.weight");
    text(p.head->tensors[3].name, "classifier.out_proj.bias");
    memset(p.head->tensors[0].value, 0, C * C * sizeof(float));
    for (int i = 0; i < C; i++)
        p.head->tensors[0].value[i * C + i] = 2;
    for (int i = 0; i < CLASSES * C; i++)
        p.head->tensors[2].value[i] = 1;
    p.head->tensors[3].value[1] = 1;
    p.x[0] = 1;
    (void)loss(&p);
    near(p.logits[0], tanh(2), 1e-6);
    near(p.logits[1], tanh(2) + 1, 1e-6);
    iso_head_tape_free(&p.tape);
    iso_head_free(p.head);
}

/* x_t = (t, 1, 0, ...), W = 1 in two columns: a unit of tokens 1, 2, 3 reads their first 1, sum 6.
 */
static void a_word_is_its_first_piece_or_their_sum(void **state)
{
    static const double want[] = {1 + 1, 6 + 3, 2 + 1};
    static const iso_head_rows rows[] = {ISO_HEAD_FIRST, ISO_HEAD_SUM, ISO_HEAD_MEAN};
    const iso_nn_config c = config("bert");

    (void)state;
    for (int k = 0; k < 3; k++) {
        struct pass p = {.units = {UNITS, first, token, label, NULL, NULL, NULL, 1}};
        ok(iso_head_class_new(&p.head, &c,
                              &(iso_head_class_opt){.classes = CLASSES,
                                                    .rows = rows[k],
                                                    .linear = true,
                                                    .name = "classifier",
                                                    .of_class = "ForTokenClassification"}));
        assert_int_equal(p.head->tensor_count, 2);
        text(p.head->tensors[0].name, "classifier.weight");
        text(p.head->of_class, "ForTokenClassification");
        for (int i = 0; i < CLASSES * C; i++)
            p.head->tensors[0].value[i] = i % C < 2;
        for (int t = 0; t < TOKENS; t++) {
            p.x[t * C] = (float)t;
            p.x[t * C + 1] = 1;
        }
        (void)loss(&p);
        near(p.logits[1 * CLASSES], want[k], 1e-6);
        iso_head_tape_free(&p.tape);
        iso_head_free(p.head);
    }
}

static void new_weights_are_small_and_repeatable(void **state)
{
    const iso_nn_config c = config("bert");
    const iso_head_class_opt opt = {.classes = CLASSES, .seed = 5};
    iso_head *a = NULL, *b = NULL;
    double sum = 0;

    (void)state;
    ok(iso_head_class_new(&a, &c, &opt));
    ok(iso_head_class_new(&b, &c, &opt));
    text(a->tensors[0].name, "bert.pooler.dense.weight");
    for (int i = 0; i < C * C; i++) {
        assert_true(a->tensors[0].value[i] == b->tensors[0].value[i]);
        sum += a->tensors[0].value[i] * a->tensors[0].value[i];
    }
    near(sqrt(sum / (C * C)), 0.02, 0.008);
    for (int i = 0; i < C; i++)
        assert_true(a->tensors[1].value[i] == 0);
    iso_head_free(a);
    iso_head_free(b);
}

static void says_what_is_wrong(void **state)
{
    const iso_nn_config c = config("bert");
    iso_head *h = NULL;
    int64_t n = 0;
    iso_err err;

    (void)state;
    fails(iso_head_class_new(&h, &c, &(iso_head_class_opt){.classes = 1}), ISO_EARG,
          "2 classes or more, not 1");
    do {
        iso_alloc_fail_after(n++);
        err = iso_head_class_new(&h, &c, &(iso_head_class_opt){.classes = 2});
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && !h));
    } while (err);
    iso_head_free(h);
}

static void the_largest_logit_is_said(void **state)
{
    const float logits[] = {1, 3, 3, NAN, 0, 1, -1, -2, -3};
    int32_t said[3];

    (void)state;
    iso_head_predict(said, logits, 3, 3);
    assert_int_equal(said[0], 1);
    assert_int_equal(said[1], -1);
    assert_int_equal(said[2], 0);
}

int main(void)
{
    RUN_TESTS(test(a_case_on_paper), test(a_word_is_its_first_piece_or_their_sum),
              test(gradients_are_central_differences), test(new_weights_are_small_and_repeatable),
              test(says_what_is_wrong), test(the_largest_logit_is_said));
}
