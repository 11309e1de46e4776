/* The best span beside all spans tried one by one, and the head's gradients. */
#include "lib/train/spans.h"

#include <math.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/nn/arch.h"
#include "lib/train/head_class.h"
#include "tests/check.h"

enum { TOKENS = 12, C = 5 };

/* Every pair of tokens, those that are allowed. */
static iso_span slow_best(const float *logits, int64_t from, int64_t end, int64_t longest)
{
    iso_span best = {from, from, -INFINITY};

    for (int64_t b = TOKENS - 1; b >= 0; b--) {
        for (int64_t a = TOKENS - 1; a >= 0; a--) {
            const double s = (double)logits[2 * a] + (double)logits[2 * b + 1];
            const bool fits = a <= b && b - a + 1 <= longest && a >= from && b < end;
            const bool before = a < best.first || (a == best.first && b < best.last);
            if (fits && (s > best.score || (s == best.score && before)))
                best = (iso_span){a, b, s};
        }
    }
    return best;
}

static void all_spans_are_tried(void **state)
{
    iso_rng rng = iso_rng_seeded(11, 0);
    float logits[2 * TOKENS];

    (void)state;
    for (int turn = 0; turn < 2000; turn++) {
        const int64_t from = (int64_t)(iso_rng_uniform(&rng) * TOKENS);
        const int64_t end = from + (int64_t)(iso_rng_uniform(&rng) * (double)(TOKENS + 1 - from));
        const int64_t longest = 1 + (int64_t)(iso_rng_uniform(&rng) * 5);
        for (int i = 0; i < 2 * TOKENS; i++) /* whole numbers: equal scores are frequent */
            logits[i] = (float)floor(6 * iso_rng_uniform(&rng));
        const iso_span got = iso_span_best(logits, from, end, longest),
                       want = slow_best(logits, from, end, longest);
        assert_true(got.score == want.score);
        assert_int_equal(got.first, want.first);
        assert_int_equal(got.last, want.last);
    }
}

static void nothing_and_nan(void **state)
{
    const float logits[] = {NAN, 1, 2, NAN, 0, 3};
    iso_span best = iso_span_best(logits, 2, 2, 30);

    (void)state;
    assert_true(isinf(best.score));
    best = iso_span_best(logits, 0, 3, 30);
    assert_int_equal(best.first, 1);
    assert_int_equal(best.last, 2);
    near(best.score, 5, 0);
}

/* --- The head --- */

static const int64_t offsets[] = {0, 5, 12};
static const int32_t begins[] = {1, 4}, ends[] = {3, 6};

struct pass {
    iso_head *head;
    iso_head_tape tape;
    iso_units units;
    float x[TOKENS * C], logits[2 * TOKENS], dlogits[2 * TOKENS];
};

static double loss(struct pass *p)
{
    iso_mat logits = {.data = p->logits, .rows = TOKENS, .cols = 2, .stride = 2};
    uint64_t keys[TOKENS] = {0};
    const iso_dropout drop = {.hidden = 0.5f, .keys = keys}; /* which it has none of */

    ok(p->head->ops->logits(p->head, &logits, iso_view_f32(p->x, TOKENS, C), &p->units, &drop,
                            &p->tape));
    memset(p->dlogits, 0, sizeof p->dlogits);
    return p->head->ops->loss(p->head, p->dlogits, p->logits, &p->units);
}

/* From the definition: W x + b, each side's cross-entropy over its window. */
static double slow_loss(const struct pass *p)
{
    const iso_tensor *w = &p->head->tensors[0], *bias = &p->head->tensors[1];
    double sum = 0;

    for (int b = 0; b < 2; b++) {
        for (int side = 0; side < 2; side++) {
            const int64_t at = offsets[b] + (side ? ends[b] : begins[b]);
            double all = 0, right = 0;
            for (int64_t t = offsets[b]; t < offsets[b + 1]; t++) {
                double z = bias->value[side];
                for (int c = 0; c < C; c++)
                    z += (double)w->value[side * C + c] * (double)p->x[t * C + c];
                all += exp(z);
                right = t == at ? z : right;
            }
            sum += 0.5 * (log(all) - right);
        }
    }
    return 0.5 * sum;
}

static void gradients_are_central_differences(void **state)
{
    static int64_t first[TOKENS + 1], index[TOKENS];
    const iso_batch batch = {.B = 2, .offsets = offsets};
    const iso_nn_config config = {.L = 2, .C = C, .arch = iso_arch_find("bert", NULL)};
    struct pass p = {.units = {TOKENS, first, index, begins, NULL, &batch, ends, 0.5}};
    float dx[TOKENS * C] = {0};
    iso_mat to = {.data = dx, .rows = TOKENS, .cols = C, .stride = C};

    (void)state;
    for (int t = 0; t < TOKENS; t++) {
        index[t] = first[t] = t;
        first[t + 1] = t + 1;
    }
    ok(iso_head_class_new(&p.head, &config,
                          &(iso_head_class_opt){.classes = 2,
                                                .linear = true,
                                                .spans = true,
                                                .rows = ISO_HEAD_FIRST,
                                                .name = "qa_outputs",
                                                .of_class = "ForQuestionAnswering"}));
    assert_string_equal(p.head->tensors[0].name, "qa_outputs.weight");
    for (int i = 0; i < TOKENS * C; i++)
        p.x[i] = (float)sin(3.0 * i + 1);
    for (int i = 0; i < 2 * C; i++)
        p.head->tensors[0].value[i] = (float)cos(2.0 * i);
    near(loss(&p), slow_loss(&p), 1e-5);
    iso_head_zero_grads(p.head);
    ok(p.head->ops->back(p.head, &to, iso_view_f32(p.dlogits, TOKENS, 2), &p.units, &p.tape));
    for (int i = 0; i < TOKENS * C + 2 * C; i++) {
        float *at = i < TOKENS * C ? &p.x[i] : &p.head->tensors[0].value[i - TOKENS * C];
        const float was = *at;
        *at = was + 0x1p-7f;
        const double up = slow_loss(&p);
        *at = was - 0x1p-7f;
        const double down = slow_loss(&p);
        *at = was;
        near(i < TOKENS * C ? dx[i] : p.head->tensors[0].grad[i - TOKENS * C], (up - down) / 0x1p-6,
             1e-4);
    }
    iso_head_tape_free(&p.tape);
    iso_head_free(p.head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_spans_are_tried),
        cmocka_unit_test(nothing_and_nan),
        cmocka_unit_test(gradients_are_central_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
