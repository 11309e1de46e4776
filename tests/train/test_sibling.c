/* Encoders that share parts: losses and gradients beside those of encoders that share nothing. */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/train/head_mlm.h"
#include "lib/train/objective.h"
#include "tests/nn/gradients.h"

enum { L = 2, V = 23, TOKENS = 9, UNITS = 4 };

static const char *const config = "\"model_type\":\"bert\",\"vocab_size\":23,\"hidden_size\":12,"
                                  "\"num_hidden_layers\":2,\"num_attention_heads\":3,"
                                  "\"intermediate_size\":20,\"hidden_act\":\"gelu\","
                                  "\"max_position_embeddings\":9,\"type_vocab_size\":2";
static const int64_t offsets[] = {0, 5, 9}, first[] = {0, 1, 2, 3, 4}, token[] = {1, 3, 6, 8};
static const int32_t ids[] = {3, 7, 7, 1, 22, 4, 0, 9, 8}, label[] = {5, 22, 0, 7};

/* What is learnt by one learner. */
struct learnt {
    iso_trained *e, *sibling; /* sibling NULL: none */
    iso_head *head;
    iso_learner *learner;
    iso_method *method;
};

static void begin(struct learnt *w, iso_trained *e, iso_trained *sibling)
{
    const iso_head_mlm_opt how = {
        .seed = 4, .siblings = &w->sibling, .sibling_count = sibling ? 1 : 0};

    *w = (struct learnt){.e = e, .sibling = sibling};
    ok(iso_head_mlm_new(&w->head, NULL, e, &how));
    ok(iso_learner_new(
        &w->learner, e, w->head,
        &(iso_learner_opt){.siblings = &w->sibling, .sibling_count = sibling ? 1 : 0}));
    ok(iso_method_plain(&w->method));
    iso_learner_zero_grads(w->learner);
}

static void end(struct learnt *w)
{
    iso_method_free(w->method);
    iso_learner_free(w->learner);
    iso_head_free(w->head);
    iso_trained_close(w->sibling);
    iso_trained_close(w->e);
}

static double learn(struct learnt *w, int sibling)
{
    iso_micro micro = {.target = {.batch = {.B = 2, .offsets = offsets, .ids = ids},
                                  .units = {.n = UNITS,
                                            .first = first,
                                            .index = token,
                                            .label = label,
                                            .by = 0.25,
                                            .sibling = sibling}}};
    double loss = 0;

    ok(w->method->ops->learn(&loss, w->method, w->learner, &micro));
    return loss;
}

static iso_trained *open_seed(uint64_t seed)
{
    const iso_trained_opt opt = {.random = true, .seed = seed, .dense_words = true};
    iso_trained *e = NULL;

    ok(iso_trained_open(&e, config_folder(config), &opt));
    return e;
}

static bool is_own(int depth, bool embeddings, const bool *layers)
{
    return depth == 0 ? embeddings : layers[depth - 1];
}

/* The gradient of number i of a tensor. */
static double grad_of(const iso_tensor *t, int64_t i)
{
    const int64_t row = i / t->cols;

    for (int64_t k = 0; t->touched && k < t->touched->count; k++) {
        if (t->touched->rows[k] == row)
            return (double)t->touched->grad[k * t->cols + i % t->cols];
    }
    return t->grad ? (double)t->grad[i] : 0;
}

static void same_gradients(const iso_tensor *t, const iso_tensor *a, const iso_tensor *b)
{
    for (int64_t i = 0; i < t->rows * t->cols; i++)
        near(grad_of(t, i), (a ? grad_of(a, i) : 0) + (b ? grad_of(b, i) : 0), 1e-6);
}

static void check(bool embeddings, bool one, bool two)
{
    const bool layers[L] = {one, two};
    const iso_trained_opt opt = {.random = true, .seed = 2, .dense_words = true};
    iso_trained *e = open_seed(1), *sibling = NULL, *alone = open_seed(2), *of = open_seed(1);
    struct learnt both, first_alone, second_alone;
    int64_t count;

    ok(iso_trained_sibling(&sibling, e, config_folder(config), &opt, embeddings, layers));
    const iso_tensor *t = iso_trained_tensors(e, &count), *u = iso_trained_tensors(sibling, &count);
    iso_tensor *a = iso_trained_tensors(alone, &count);
    for (int64_t i = 0; i < count; i++) {
        assert_true(is_own(t[i].depth, embeddings, layers) ==
                    iso_trained_owns(sibling, t[i].depth));
        assert_true((t[i].value != u[i].value) == is_own(t[i].depth, embeddings, layers));
        text(t[i].name, u[i].name);
        memcpy(a[i].value, u[i].value, (size_t)(a[i].rows * a[i].cols) * sizeof *a[i].value);
    }
    begin(&both, e, sibling);
    begin(&first_alone, of, NULL);
    begin(&second_alone, alone, NULL);
    near(learn(&both, 0), learn(&first_alone, 0), 1e-9);
    near(learn(&both, 1), learn(&second_alone, 0), 1e-9);
    const iso_tensor *b = iso_trained_tensors(of, &count);
    for (int64_t i = 0; i < count; i++) {
        const bool own = is_own(t[i].depth, embeddings, layers);
        same_gradients(&t[i], &b[i], own ? NULL : &a[i]);
        same_gradients(&u[i], own ? NULL : &b[i], &a[i]);
    }
    const int64_t shared = first_alone.head->tensor_count;
    assert_int_equal(both.head->tensor_count, shared + embeddings);
    for (int64_t i = 0; i < shared; i++)
        same_gradients(&both.head->tensors[i], &first_alone.head->tensors[i],
                       embeddings && i == shared - 1 ? NULL : &second_alone.head->tensors[i]);
    if (embeddings) {
        text(both.head->tensors[shared].name, "1/cls.predictions.bias");
        same_gradients(&both.head->tensors[shared], NULL, &second_alone.head->tensors[shared - 1]);
    }
    iso_learner_zero_grads(both.learner);
    for (int64_t i = 0; i < count; i++)
        same_gradients(&u[i], NULL, NULL);
    end(&both);
    end(&first_alone);
    end(&second_alone);
}

static void gradients_of_shared_parts_are_added(void **state)
{
    (void)state;
    check(false, false, false);
    check(true, false, false);
    check(false, true, false);
    check(true, true, false);
    check(true, true, true);
    check(false, false, true);
}

/* Each tensor once, under a name of its own. */
static void tensors_are_listed_once(void **state)
{
    const bool layers[L] = {true, false};
    iso_trained *e = open_seed(1), *sibling = NULL;
    struct learnt w;
    int64_t count, of_one;
    const iso_trained_opt opt = {.random = true, .seed = 2, .dense_words = true};

    (void)state;
    ok(iso_trained_sibling(&sibling, e, config_folder(config), &opt, true, layers));
    begin(&w, e, sibling);
    const iso_tensor *t = iso_learner_tensors(w.learner, &count);
    (void)iso_trained_tensors(e, &of_one);
    assert_int_equal(count, of_one + 5 + 16 + 6);
    for (int64_t i = 0; i < count; i++) {
        for (int64_t k = 0; k < i; k++) {
            assert_string_not_equal(t[i].name, t[k].name);
            assert_true(t[i].value != t[k].value);
        }
    }
    end(&w);
}

static void both_are_frozen(void **state)
{
    const bool layers[L] = {true, false}, upper[L] = {false, true};
    const iso_trained_opt opt = {.random = true, .seed = 2, .dense_words = true};
    iso_trained *e = open_seed(1), *sibling = NULL;
    struct learnt w;
    int64_t count;

    (void)state;
    ok(iso_trained_sibling(&sibling, e, config_folder(config), &opt, true, layers));
    iso_trained_freeze(e, true, upper);
    iso_trained_freeze(sibling, true, upper);
    begin(&w, e, sibling);
    (void)learn(&w, 0);
    (void)learn(&w, 1);
    const iso_tensor *u = iso_trained_tensors(sibling, &count);
    for (int64_t i = 0; i < count; i++)
        assert_true(iso_tensor_learns(&u[i]) == (u[i].depth == 1));
    assert_int_equal(iso_trained_lowest(sibling), 1);
    end(&w);
}

static void refused(void **state)
{
    const bool layers[L] = {true, false};
    const iso_trained_opt opt = {.random = true, .dense_words = true};
    iso_trained *e = open_seed(1), *sibling = NULL;
    iso_err err;
    int64_t n = 0;

    (void)state;
    fails(iso_trained_sibling(
              &sibling, e,
              config_folder("\"model_type\":\"bert\",\"vocab_size\":23,\"hidden_size\":12,"
                            "\"num_hidden_layers\":3,\"num_attention_heads\":3,"
                            "\"intermediate_size\":20,\"max_position_embeddings\":9"),
              &opt, true, layers),
          ISO_EFORMAT, "another shape");
    do {
        iso_alloc_fail_after(n++);
        err = iso_trained_sibling(&sibling, e, config_folder(config), &opt, true, layers);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || (err == ISO_ENOMEM && !sibling));
    } while (err);
    iso_trained_close(sibling);
    iso_trained_close(e);
}

int main(void)
{
    RUN_TESTS(test(gradients_of_shared_parts_are_added), test(tensors_are_listed_once),
              test(both_are_frozen), test(refused));
}
