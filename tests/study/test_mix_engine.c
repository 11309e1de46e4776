/* A whole mixing against the same in double, pair by pair and way by way; and what must not matter:
 * batches, memory. Sentences of the bundled corpus, cut short. */
#include "tests/nn/xmixup_reference.h"

#include <math.h>
#include <sys/stat.h>

#include "analysis/study/mix/mix_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"

enum { ITEMS = 5, SHORT = 6, LONGEST = 9 };

/* --- The run --- */

static iso_mix_opt options_of(const char *layer)
{
    static char model[4096], corpus[4096];
    iso_mix_opt opt;

    snprintf(model, sizeof model, "%s", source_path("examples/mini"));
    snprintf(corpus, sizeof corpus, "%s", source_path("examples/corpus"));
    iso_mix_opt_init(&opt, sizeof opt);
    opt.model.folder = model;
    opt.texts = (iso_texts_opt){.corpus = corpus, .limit = ITEMS};
    opt.src = "en";
    opt.tgt = "de";
    opt.layer = layer;
    opt.mix = "xmixup,fixed:0.3,no-entropy,self";
    opt.max_length = LONGEST;
    return opt;
}

/* Texts of a few tokens, with labels. */
static const char *text_of(const char *name, const char *const *text)
{
    static const char *const labels[] = {"one", "two", "three", "TWO", "one", "three"};
    const char *path = temp_path(name);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fprintf(f, "text\tlabel\n");
    for (int i = 0; i < 6; i++)
        fprintf(f, "%s\t%s\n", text[i], labels[i]);
    assert_int_equal(fclose(f), 0);
    return path;
}

/* Short sentences, the same in both languages. */
static iso_texts *short_texts(void)
{
    static const char *const en[] = {"A cat.", "The dog runs.", "We go.", "A house", "No!", "You"};
    static const char *const de[] = {"Eine Katze.", "Der Hund", "Wir gehen.", "Haus", "Nein", "Du"};
    iso_texts *texts = NULL;
    char word[4200];

    ok(iso_texts_new(&texts, &(iso_texts_opt){.limit = SHORT}));
    snprintf(word, sizeof word, "en=%s", text_of("en.tsv", en));
    ok(iso_texts_add(texts, NULL, word));
    snprintf(word, sizeof word, "de=%s", text_of("de.tsv", de));
    ok(iso_texts_add(texts, NULL, word));
    return texts;
}

/* Everything but records and files. */
struct mixing {
    struct mix_job job;
    struct mixed m;
};

static iso_err run_mixing(struct mixing *x, const iso_texts *texts, const iso_mix_opt *opt)
{
    struct mix_job *job = &x->job;
    bool none;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_prepare(job, NULL, texts, opt));
    const int source = iso_mix_source_lang(job, 0);
    ISO_TRY(iso_alloc(&job->mismatched, job->items, sizeof *job->mismatched));
    ISO_TRY(iso_mix_mismatch(job->mismatched, &none, &job->in.lang[source], job->pick[source],
                             job->items, 0));
    ISO_TRY(iso_mix_source_run(job, source));
    ISO_TRY(iso_mix_run(&x->m, job, 0));
done:
    return err;
}

static void end(struct mixing *x)
{
    iso_mixed_free(&x->m);
    iso_mix_job_free(&x->job);
}

/* Row `item` of a kept matrix. */
static void row_of(float *row, iso_spill *s, int matrix, int64_t item)
{
    iso_rows *rows = NULL;
    iso_view v;

    ok(iso_spill_rows(&rows, s, matrix));
    ok(iso_rows_read(rows, item, 1, &v));
    memcpy(row, v.data, (size_t)v.cols * sizeof *row);
    iso_rows_close(rows);
}

/* --- The same in double --- */

static double *states(int64_t *T, int64_t *live, const struct reference *model,
                      const struct mix_job *job, int lang, int64_t item)
{
    const struct encoding_lang *l = &job->in.lang[lang];
    const int64_t at = l->token_at[job->pick[lang][item]];
    int32_t ids[LONGEST];

    *live = l->token_at[job->pick[lang][item] + 1] - at;
    *T = job->opt.entropy == ISO_MIX_REPO ? LONGEST : *live;
    for (int64_t t = 0; t < *T; t++)
        ids[t] = t < *live ? l->ids[at + t] : model->pad;
    return reference_embed(model, ids, *T);
}

/* The mean of tokens between the special ones against a row; relative. */
static void check_row(const float *row, const double *x, int64_t live, int64_t C)
{
    double apart = 0, size = 0;

    for (int64_t c = 0; c < C; c++) {
        double mean = 0;
        for (int64_t t = 1; t < live - 1; t++)
            mean += x[t * C + c] / (double)(live - 2);
        apart += (row[c] - mean) * (row[c] - mean);
        size += mean * mean;
    }
    if (!(sqrt(apart / size) <= 1e-5))
        fail_msg("states are %g apart", sqrt(apart / size));
}

static void check_numbers(const struct mixing *x, int pw, int64_t item,
                          const struct reference_pair *pair, bool known)
{
    const int64_t at = pw * x->m.items + item;

    if (!known) {
        assert_true(isnan(x->m.lambda[at]) && isnan(x->m.e1[at]) && isnan(x->m.e2[at]));
        return;
    }
    near(x->m.lambda[at], pair->lambda, 1e-6);
    near(x->m.e1[at], pair->e1, 1e-5);
    near(x->m.e2[at], pair->e2, 1e-5);
}

/* Item `item` in one way at one place, from its ids. */
static void check_way(const struct mixing *x, const struct reference *model, int place, int way,
                      int64_t item)
{
    const struct mix_job *job = &x->job;
    const struct mix_scheme *s = &job->scheme;
    const struct mix_way *w = &s->way[way];
    const int tgt = iso_mix_target_lang(job, 0), src = iso_mix_source_lang(job, 0);
    const int first = s->place[place].first, pw = iso_mixed_place_way(s, place, way);
    struct reference_pair pair = {0};
    float row[128];

    pair.t = states(&pair.Tt, &pair.live_t, model, job, tgt, item);
    pair.s = w->partner == MIX_ITSELF
                 ? states(&pair.Ts, &pair.live_s, model, job, tgt, item)
                 : states(&pair.Ts, &pair.live_s, model, job, src,
                          w->partner == MIX_MISMATCHED ? job->mismatched[item] : item);
    for (int k = 1; k <= s->L; k++) {
        const iso_layer *l = &model->p.layers[k - 1];
        const iso_mix_rule rule = iso_mixing_rule(job, way, k);
        reference_attend(pair.t, pair.Tt, pair.live_t, l, model->c.H);
        reference_attend(pair.s, pair.Ts, pair.live_s, l, model->c.H);
        if (k >= first && k <= s->place[place].last)
            reference_mix(&pair, l, model->c.H, &rule);
        if (k == first)
            check_numbers(x, pw, item, &pair, w->kind == ISO_MIX_BY_ENTROPY);
        reference_feed(pair.t, pair.Tt, l);
        reference_feed(pair.s, pair.Ts, l);
        if (k < first)
            continue;
        row_of(row, x->m.states, iso_mixed_after(s, place, way, k), item);
        check_row(row, pair.t, pair.live_t, s->C);
    }
    const float *cls = (const float *)x->m.cls_after[pw].data + item * x->m.cls_after[pw].stride;
    for (int c = 0; c < 128; c++)
        near(cls[c], pair.t[c], 1e-4);
    free(pair.t), free(pair.s), free(pair.attention);
}

static void check_plain(const struct mixing *x, const struct reference *model, int64_t item)
{
    const struct mix_job *job = &x->job;
    float row[128];

    for (int side = 0; side < 2; side++) {
        int64_t T, live;
        const int lang = side ? iso_mix_source_lang(job, 0) : iso_mix_target_lang(job, 0);
        double *t = states(&T, &live, model, job, lang, item);
        for (int k = 0; k <= job->scheme.L; k++) {
            if (k > 0) {
                reference_attend(t, T, live, &model->p.layers[k - 1], model->c.H);
                reference_feed(t, T, &model->p.layers[k - 1]);
            }
            row_of(row, side ? x->m.source : x->m.states,
                   side ? k : iso_mixed_before(&job->scheme, k), item);
            check_row(row, t, live, job->scheme.C);
        }
        free(t);
    }
}

static void check_all(const iso_texts *texts, const iso_mix_opt *opt, int64_t mem)
{
    const iso_run run = {.mem = mem};
    struct mixing x = {.job = {.run = &run}};
    struct reference model;

    ok(run_mixing(&x, texts, opt));
    reference_open(&model, opt->model.folder, false, 0);
    assert_int_equal(x.m.items, texts ? SHORT : opt->texts.limit);
    for (int64_t i = 0; i < x.m.items; i++) {
        check_plain(&x, &model, i);
        for (int p = 0; p < x.job.scheme.places; p++)
            for (int w = 0; w < x.job.scheme.ways; w++)
                check_way(&x, &model, p, w, i);
    }
    reference_close(&model);
    end(&x);
}

/* --- Tests --- */

static void masked_is_each_pair_alone(void **state)
{
    iso_mix_opt opt = options_of("2");

    (void)state;
    check_all(NULL, &opt, 0);
}

/* Each place of a sweep, with the shared prefix. */
static void a_sweep_is_each_place_alone(void **state)
{
    iso_mix_opt opt = options_of("sweep");

    (void)state;
    opt.mix = "xmixup";
    opt.texts.limit = 3;
    check_all(NULL, &opt, 0);
}

static void a_range_mixes_again(void **state)
{
    iso_mix_opt opt = options_of("2-3");

    (void)state;
    check_all(NULL, &opt, 0);
}

static void repo_pads_every_sentence(void **state)
{
    iso_mix_opt opt = options_of("1-2");
    iso_texts *texts = short_texts();

    (void)state;
    opt.entropy = ISO_MIX_REPO;
    opt.batch = 3 * LONGEST + 1;
    check_all(texts, &opt, 0);
    iso_texts_close(texts);
}

/* Every state through files under /var/tmp. */
static void little_memory_goes_through_files(void **state)
{
    iso_mix_opt opt = options_of("3");

    (void)state;
    opt.batch = 1;
    opt.texts.limit = 3;
    check_all(NULL, &opt, 32768); /* the texts fit, the states do not */
}

static void without_a_source_it_is_the_target(void **state)
{
    iso_mix_opt opt = options_of("1-3");

    (void)state;
    opt.src = NULL;
    opt.mix = "xmixup,fixed:0.5";
    opt.texts.limit = 3;
    check_all(NULL, &opt, 0);
}

/* Mismatched sentences are of other text and like length, whatever the batches. */
static void mismatched_sentences_have_another_text(void **state)
{
    int64_t other[6];
    int32_t ids[] = {7, 8, 9, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 7};
    int64_t token_at[] = {0, 3, 6, 8, 10, 12, 14}, pick[] = {0, 1, 2, 3, 4, 5};
    const struct encoding_lang lang = {.token_at = token_at, .ids = ids};
    bool none;

    (void)state;
    ok(iso_mix_mismatch(other, &none, &lang, pick, 6, 1));
    assert_false(none);
    for (int i = 0; i < 6; i++)
        assert_true(other[i] != i && (i > 1 || other[i] > 1));
    ok(iso_mix_mismatch(other, &none, &lang, pick, 2, 1));
    assert_true(none); /* 7 8 9 and 7 8 9 */
    ok(iso_mix_mismatch(other, &none, &lang, pick, 1, 1));
    assert_true(none);
}

/* Each allocation that fails is an error, and nothing is lost. */
static void allocations_may_fail(void **state)
{
    iso_mix_opt opt = options_of("2");
    iso_err err = ISO_ENOMEM;

    (void)state;
    opt.texts.limit = 2;
    for (int64_t n = 0; err; n += 1 + n / 6) {
        struct mixing x = {0};
        iso_alloc_fail_after(n);
        err = run_mixing(&x, NULL, &opt);
        iso_alloc_fail_after(-1);
        end(&x);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
    }
}

/* --- Two branches --- */

enum { C = 128, K = 3 };

static float dense[C * C], dense_bias[C], out[K * C], out_bias[K];

static const char *folder_of_a_head(void)
{
    const char *folder = temp_path("head");
    const struct {
        const char *name;
        const float *x;
        int rows, cols;
    } t[] = {{"dense.weight", dense, C, C},
             {"dense.bias", dense_bias, C, 0},
             {"out_proj.weight", out, K, C},
             {"out_proj.bias", out_bias, K, 0}};
    char head[1024];
    int len = 0, at = 0;

    assert_int_equal(mkdir(folder, 0700), 0);
    FILE *f = fopen(check_path(folder, "config.json"), "w");
    assert_non_null(f);
    fprintf(f, "{\"model_type\": \"xlm-roberta\", \"vocab_size\": 20, \"hidden_size\": 128, "
               "\"num_hidden_layers\": 4, \"num_attention_heads\": 4, \"intermediate_size\": 512, "
               "\"max_position_embeddings\": 130, \"id2label\": {\"0\": \"one\", \"1\": \"two\", "
               "\"2\": \"three\"}}");
    assert_int_equal(fclose(f), 0);
    for (int i = 0; i < 4; i++) {
        const int bytes = 4 * t[i].rows * (t[i].cols ? t[i].cols : 1);
        char shape[32];
        snprintf(shape, sizeof shape, t[i].cols ? "%d,%d" : "%d", t[i].rows, t[i].cols);
        len += snprintf(head + len, sizeof head - (size_t)len,
                        "%c\"classifier.%s\":{\"dtype\":\"F32\",\"shape\":[%s],"
                        "\"data_offsets\":[%d,%d]}",
                        i ? ',' : '{', t[i].name, shape, at, at + bytes);
        at += bytes;
    }
    for (head[len++] = '}'; len % 8; len++)
        head[len] = ' ';
    f = fopen(check_path(folder, "model.safetensors"), "wb");
    assert_non_null(f);
    for (int i = 0; i < 8; i++)
        fputc(i < 4 ? len >> 8 * i & 255 : 0, f);
    fwrite(head, 1, (size_t)len, f);
    for (int i = 0; i < 4; i++)
        fwrite(t[i].x, 4, (size_t)(t[i].rows * (t[i].cols ? t[i].cols : 1)), f);
    assert_int_equal(fclose(f), 0);
    return folder;
}

/* Logits of one first token, in double. */
static void logits_of(double *y, const float *x)
{
    for (int k = 0; k < K; k++)
        y[k] = out_bias[k];
    for (int i = 0; i < C; i++) {
        double h = dense_bias[i];
        for (int j = 0; j < C; j++)
            h += (double)dense[i * C + j] * x[j];
        for (int k = 0; k < K; k++)
            y[k] += out[k * C + i] * tanh(h);
    }
}

static double divergence(const double *a, const double *b)
{
    double za = 0, zb = 0, sum = 0;

    for (int k = 0; k < K; k++)
        za += exp(a[k]), zb += exp(b[k]);
    for (int k = 0; k < K; k++)
        sum += exp(a[k]) / za * log(exp(a[k]) / za / (exp(b[k]) / zb));
    return sum;
}

static int largest(const double *y)
{
    return y[0] >= y[1] && y[0] >= y[2] ? 0 : y[1] >= y[2] ? 1 : 2;
}

/* What the records must say of the first tokens of one branch. */
struct expected {
    double mse, kl, target, two;
};

static struct expected expected_of(const struct mixed *m, const iso_mat *cls, const int *label)
{
    struct expected t = {0};

    for (int64_t i = 0; i < m->items; i++) {
        const float *a = (const float *)m->cls_source.data + i * m->cls_source.stride;
        const float *b = (const float *)cls->data + i * cls->stride;
        double p[K], q[K], both[K];
        logits_of(p, a);
        logits_of(q, b);
        for (int c = 0; c < C; c++)
            t.mse += (double)(a[c] - b[c]) * (a[c] - b[c]) / C / (double)m->items;
        for (int k = 0; k < K; k++)
            both[k] = (p[k] + q[k]) / 2;
        t.kl += divergence(p, q) / (double)m->items;
        t.target += (largest(q) == label[i]) / (double)m->items;
        t.two += (largest(both) == label[i]) / (double)m->items;
    }
    return t;
}

static double record_of(const iso_records *r, const char *measure, const char *estimator,
                        const char *stage, const char *mix, const char *given)
{
    double value = NAN;
    int found = 0;

    for (int64_t i = 0; i < r->count; i++) {
        if (strcmp(r->at[i].measure, measure) || strcmp(r->at[i].estimator, estimator) ||
            strcmp(r->at[i].stage, stage) || !iso_str_same(r->at[i].mix, mix) ||
            !iso_str_same(r->at[i].given, given))
            continue;
        value = r->at[i].value;
        found++;
    }
    assert_int_equal(found, 1);
    return value;
}

static void check_branches(const iso_records *r, const char *stage, const char *mix,
                           struct expected t)
{
    near(record_of(r, "mse", "cls", stage, mix, NULL), t.mse, 1e-6);
    near(record_of(r, "kl", "predictions", stage, mix, NULL), t.kl, 1e-5);
    near(record_of(r, "accuracy", "target-branch", stage, mix, NULL), t.target, 1e-12);
    near(record_of(r, "accuracy", "two-branch", stage, mix, NULL), t.two, 1e-12);
}

static void branches_are_judged_by_the_head(void **state)
{
    static const int label[] = {0, 1, 2, 1, 0, 2};
    const char *why = NULL;
    iso_mix_opt opt = options_of("2");
    iso_records r = {0};
    iso_rng rng = iso_rng_seeded(3, 0);
    iso_texts *texts = short_texts();
    struct mixing x = {0};

    (void)state;
    for (int i = 0; i < C * C; i++)
        dense[i] = (float)(0.2 * iso_rng_normal(&rng));
    for (int i = 0; i < K * C; i++)
        out[i] = (float)(0.4 * iso_rng_normal(&rng));
    ok(run_mixing(&x, texts, &opt));
    ok(iso_classifier_open(&x.job.classifier, &why, folder_of_a_head()));
    assert_non_null(x.job.classifier);
    ok(iso_mix_branches(&r, &x.job, 0, &x.m));
    const struct expected before = expected_of(&x.m, &x.m.cls_before, label);
    check_branches(&r, "before", NULL, before);
    for (int w = 0; w < x.job.scheme.ways; w++) {
        const char *name = x.job.scheme.way[w].name;
        const struct expected t = expected_of(&x.m, &x.m.cls_after[w], label);
        check_branches(&r, "after", name, t);
        near(record_of(&r, "mse", "cls", "difference", name, "before"), t.mse - before.mse, 1e-6);
        near(record_of(&r, "accuracy", "two-branch", "difference", name, "before"),
             t.two - before.two, 1e-12);
    }
    near(record_of(&r, "kl", "predictions", "difference", "xmixup", "shuffled"),
         record_of(&r, "kl", "predictions", "after", "xmixup", NULL) -
             record_of(&r, "kl", "predictions", "after", "shuffled", NULL),
         1e-9);
    (void)record_of(&r, "accuracy", "source-branch", "before", NULL, NULL);
    iso_records_free(&r);
    end(&x);
    iso_texts_close(texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masked_is_each_pair_alone),
        cmocka_unit_test(a_sweep_is_each_place_alone),
        cmocka_unit_test(a_range_mixes_again),
        cmocka_unit_test(repo_pads_every_sentence),
        cmocka_unit_test(little_memory_goes_through_files),
        cmocka_unit_test(without_a_source_it_is_the_target),
        cmocka_unit_test(mismatched_sentences_have_another_text),
        cmocka_unit_test(allocations_may_fail),
        cmocka_unit_test(branches_are_judged_by_the_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
