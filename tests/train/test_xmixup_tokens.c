/* X-Mixup of tags and of spans: its loss against its terms written out, its gradient against
 * differences of that loss. Units of targets and sources are others, and of other number. */
#include "tests/train/pairs.h"

enum { TAGS = 4, TAGGED, SPANS };

/* Words: of several pieces, of none; of one there is no label. A sentence of one special token. */
static const int64_t first[2][6] = {{0, 1, 3, 3, 4, 6}, {0, 2, 3, 6}};
static const int64_t index_of[2][6] = {{1, 2, 3, 6, 8, 9}, {1, 2, 4, 5, 6, 7}};
static const int32_t tag[2][5] = {{2, 0, 1, -1, 3}, {0, 3, 2}};
static const uint8_t special[2][MOST] = {{1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1},
                                         {1, 0, 0, 1, 0, 0, 0, 1, 1}};
static const int64_t words[2] = {5, 3}, tagged[2] = {4, 3};
/* Where answers begin and end; of one sentence nothing is known. */
static const int32_t begins[2][B] = {{1, 0, 2}, {2, -1, 0}}, ends[2][B] = {{3, 0, 2}, {2, 4, 0}};
static const iso_batch batch[2] = {{.B = B, .offsets = offsets[0], .ids = ids[0]},
                                   {.B = B, .offsets = offsets[1], .ids = ids[1]}};

static iso_side side_of(int kind, int i)
{
    iso_side s = {.batch = batch[i], .special = special[i]};

    if (kind == TAGGED)
        s.units = (iso_units){.n = words[i],
                              .first = first[i],
                              .index = index_of[i],
                              .label = tag[i],
                              .by = 1.0 / (double)tagged[i]};
    else
        s.units = (iso_units){.n = offsets[i][B],
                              .first = count_up,
                              .index = count_up,
                              .label = begins[i],
                              .last = ends[i],
                              .batch = &batch[i],
                              .by = 1.0 / B};
    return s;
}

static void begin(struct all *a, int kind, const iso_xmixup_opt *opt)
{
    const iso_head_class_opt head = {.classes = kind == TAGGED ? TAGS : 2,
                                     .rows = kind == TAGGED ? ISO_HEAD_SUM : ISO_HEAD_FIRST,
                                     .spans = kind == SPANS,
                                     .linear = true};

    begin_with(a, opt, &head, NULL, false);
    a->micro.target = side_of(kind, 0);
    a->micro.source = side_of(kind, 1);
    a->micro.each = 1.0 / B;
}

static iso_xmixup_opt usual(void)
{
    static const bool mixed[LAYERS] = {false, true, false};

    return (iso_xmixup_opt){
        .mix = {.mixed = mixed, .rule = {.head = {.lambda0 = 0.5, .w = -0.7, .b = 0.3}}},
        .alpha = 0.8,
        .apart = true};
}

/* −log of the part of e^x at `at`. */
static double surprise(const float *x, int64_t n, int64_t step, int64_t at)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += exp((double)x[i * step]);
    return log(sum) - (double)x[at * step];
}

/* The mean loss of a side's units, by its logits. */
static double slow_loss(int kind, int i, const float *logits)
{
    double sum = 0;

    if (kind == TAGGED) {
        for (int64_t u = 0; u < words[i]; u++)
            sum += tag[i][u] < 0 ? 0 : surprise(logits + u * TAGS, TAGS, 1, tag[i][u]);
        return sum / (double)tagged[i];
    }
    for (int b = 0; b < B; b++) {
        const int64_t from = offsets[i][b], n = offsets[i][b + 1] - from;
        if (begins[i][b] >= 0)
            sum += (surprise(logits + 2 * from, n, 2, begins[i][b]) +
                    surprise(logits + 2 * from + 1, n, 2, ends[i][b])) /
                   2;
    }
    return sum / B;
}

/* The same, of a method's predictions. */
static double loss_of(struct all *a, int kind, int i, iso_method *m, const iso_micro *micro)
{
    iso_mat x;

    ok(iso_mat_new(&x, micro->target.units.n, a->head->classes, ISO_F32));
    ok(m->ops->predict(&x, m, a->l, micro));
    const double loss = slow_loss(kind, i, x.data);
    iso_mat_free(&x);
    return loss;
}

/* Mean states of a sentence's tokens but special ones; of none zeros. */
static void slow_means(double out[B][12], struct all *a, int i)
{
    const iso_side side = i ? a->micro.source : a->micro.target;
    iso_mat x;

    ok(iso_mat_new(&x, offsets[i][B], 12, ISO_F32));
    ok(iso_learner_states(&x, a->l, NULL, &side));
    for (int b = 0; b < B; b++)
        for (int c = 0; c < 12; c++) {
            double sum = 0;
            int n = 0;
            for (int64_t t = offsets[i][b]; t < offsets[i][b + 1]; t++) {
                sum += special[i][t] ? 0 : (double)((const float *)x.data)[t * x.stride + c];
                n += !special[i][t];
            }
            out[b][c] = n ? sum / n : 0;
        }
    iso_mat_free(&x);
}

/* Without mixing both sides are plain passes. */
static double slow_mse(struct all *a)
{
    double r[2][B][12], sum = 0;

    for (int i = 0; i < 2; i++)
        slow_means(r[i], a, i);
    for (int b = 0; b < B; b++)
        for (int c = 0; c < 12; c++)
            sum += (r[0][b][c] - r[1][b][c]) * (r[0][b][c] - r[1][b][c]) / 12;
    return sum / B;
}

static void check_loss(int kind)
{
    iso_xmixup_opt opt = usual();
    iso_method *plain = NULL;
    struct all a;

    ok(iso_method_plain(&plain));
    begin(&a, kind, &opt);
    /* the source goes its way alone */
    const iso_micro source = {.target = a.micro.source};
    double hs = loss_of(&a, kind, 1, plain, &source), ht = loss_of(&a, kind, 0, a.m, &a.micro);
    assert_true(fabs(ht - loss_of(&a, kind, 0, plain, &a.micro)) > 1e-3);
    near(learn(&a), 0.8 * hs + 0.2 * ht, 1e-6);
    a.micro.gold = false;
    near(learn(&a), ht, 1e-6);
    end(&a);
    opt.mse = true;
    opt.mix.mixed = NULL;
    begin(&a, kind, &opt);
    hs = loss_of(&a, kind, 1, plain, &source);
    ht = loss_of(&a, kind, 0, plain, &a.micro);
    const double mse = slow_mse(&a);
    assert_true(mse > 0.01);
    near(learn(&a), 0.8 * hs + 0.2 * ht + mse, 1e-5);
    a.micro.gold = false;
    near(learn(&a), ht + mse, 1e-5);
    a.micro.source = a.micro.target;
    near(learn(&a), ht, 1e-6);
    end(&a);
    iso_method_free(plain);
}

static void loss_is_its_terms(void **state)
{
    (void)state;
    check_loss(TAGGED);
    check_loss(SPANS);
}

/* Two micro-batches count as one whole. */
static void parts_add_up(void **state)
{
    iso_xmixup_opt opt = usual();
    struct all a;

    (void)state;
    opt.mse = true;
    begin(&a, TAGGED, &opt);
    const double whole = learn(&a);
    double sum = 0;
    for (int part = 0; part < 2; part++) { /* sentence 1, then 2 and 3 */
        for (int i = 0; i < 2; i++) {
            static int64_t own_offsets[2][B + 1], own_first[2][6], own_index[2][6];
            iso_side s = side_of(TAGGED, i), *to = i ? &a.micro.source : &a.micro.target;
            const int64_t from = part, count = part ? 2 : 1, at = offsets[i][from];
            const int64_t word = part ? (i ? 2 : 3) : 0, n = part ? words[i] - word : (i ? 2 : 3);
            for (int64_t b = 0; b <= count; b++)
                own_offsets[i][b] = offsets[i][from + b] - at;
            for (int64_t w = 0; w <= n; w++)
                own_first[i][w] = first[i][word + w] - first[i][word];
            for (int64_t k = 0; k < own_first[i][n]; k++)
                own_index[i][k] = index_of[i][first[i][word] + k] - at;
            s.batch = (iso_batch){.B = count, .offsets = own_offsets[i], .ids = ids[i] + at};
            s.special = special[i] + at;
            s.units.n = n;
            s.units.first = own_first[i];
            s.units.index = own_index[i];
            s.units.label = tag[i] + word;
            *to = s;
        }
        sum += learn(&a);
    }
    near(sum, whole, 1e-5);
    end(&a);
}

static void differences(int kind, const iso_xmixup_opt *opt, bool gold, const iso_dropout *drop)
{
    struct all a;

    begin(&a, kind, opt);
    a.micro.gold = gold;
    a.micro.target.drop = drop;
    a.micro.source.drop = drop;
    compare_some(&a);
    end(&a);
}

static void gradients_are_central_differences(void **state)
{
    static const bool two[LAYERS] = {true, false, true};
    iso_xmixup_opt opt = usual();
    uint64_t keys[MOST];

    (void)state;
    for (int64_t t = 0; t < MOST; t++)
        keys[t] = iso_dropout_key(3, 14, t / 5, t, 0);
    const iso_dropout drop = {.hidden = 0.2f, .attention = 0.3f, .keys = keys};
    for (int kind = TAGGED; kind <= SPANS; kind++) {
        opt = usual();
        differences(kind, &opt, true, NULL);
        opt.mse = true;
        for (int turn = 0; turn < 3; turn++) /* all tensors */
            differences(kind, &opt, true, NULL);
        differences(kind, &opt, false, NULL);
        differences(kind, &opt, true, &drop);
        opt.mix.mixed = two;
        differences(kind, &opt, true, NULL);
        opt.mix.mixed = NULL;
        differences(kind, &opt, true, NULL);
    }
}

static void says_what_is_wrong(void **state)
{
    iso_xmixup_opt opt = usual();
    iso_method *m = NULL;
    double loss = 0;
    struct all a;

    (void)state;
    begin(&a, TAGGED, &opt);
    a.micro.source.batch.B = 2;
    fails(a.m->ops->learn(&loss, a.m, a.l, &a.micro), ISO_EARG, "3 targets");
    opt.kl = true;
    fails(iso_method_xmixup(&m, a.e, &opt), ISO_EARG, "no KL divergence");
    end(&a);
}

int main(void)
{
    RUN_TESTS(test(loss_is_its_terms), test(parts_add_up), test(gradients_are_central_differences),
              test(says_what_is_wrong));
}
