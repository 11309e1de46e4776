/* The probe from a states file to its records, beside plain Newton steps in double and plain
 * counts. */
#include <math.h>
#include <string.h>

#include "lib/text/lang.h"
#include "analysis/study/probe/probe_set.h"
#include "lib/base/alloc.h"
#include "lib/linalg/decomp.h"
#include "tests/check.h"

/* --- A reference: multinomial logistic regression, the whole Hessian, no shortcuts --- */

enum { COLUMNS = 20, FOLDS = 5 };

struct reference {
    const struct probe_set *set;
    const iso_mat *x;
    int fold, classes, n;
    double mean[COLUMNS], scale[COLUMNS], (*z)[COLUMNS + 1];
    int32_t *label;
    double *w; /* classes × (COLUMNS + 1), the last of each its bias */
};

static double at(const iso_mat *x, int64_t i, int j)
{
    return (double)((const float *)x->data)[i * x->stride + j];
}

static void standardise(struct reference *r)
{
    const struct probe_lang *en = &r->set->lang[0];
    int64_t *row = NULL;

    ok(iso_alloc(&row, en->lang->rows, sizeof *row));
    ok(iso_alloc(&r->z, en->lang->rows, sizeof *r->z));
    ok(iso_alloc(&r->label, en->lang->rows, sizeof *r->label));
    for (int64_t i = 0; i < en->lang->rows; i++) {
        if (en->fold[i] != r->fold && en->label[i] >= 0)
            row[r->n++] = i;
    }
    for (int j = 0; j < COLUMNS; j++) {
        double sum = 0, square = 0;
        for (int i = 0; i < r->n; i++)
            sum += at(&r->x[0], row[i], j) / r->n;
        for (int i = 0; i < r->n; i++)
            square += pow(at(&r->x[0], row[i], j) - sum, 2) / r->n;
        r->mean[j] = sum;
        r->scale[j] = 1 / sqrt(square);
    }
    for (int i = 0; i < r->n; i++) {
        for (int j = 0; j < COLUMNS; j++)
            r->z[i][j] = (at(&r->x[0], row[i], j) - r->mean[j]) * r->scale[j];
        r->z[i][COLUMNS] = 1;
        r->label[i] = en->label[row[i]];
    }
    iso_free(row);
}

static void shares(double *q, const struct reference *r, const double *z)
{
    double sum = 0;

    for (int c = 0; c < r->classes; c++) {
        q[c] = 0;
        for (int j = 0; j <= COLUMNS; j++)
            q[c] += r->w[c * (COLUMNS + 1) + j] * z[j];
        q[c] = exp(q[c]);
        sum += q[c];
    }
    for (int c = 0; c < r->classes; c++)
        q[c] /= sum;
}

static void newton_step(struct reference *r, double l2)
{
    const int m = r->classes * (COLUMNS + 1);
    double *g = NULL, *h = NULL, q[16];
    iso_mat step = {0};

    ok(iso_alloc(&g, m, sizeof *g));
    ok(iso_alloc(&h, (int64_t)m * m, sizeof *h));
    for (int i = 0; i < r->n; i++) {
        shares(q, r, r->z[i]);
        for (int a = 0; a < m; a++) {
            const int ca = a / (COLUMNS + 1);
            const double za = r->z[i][a % (COLUMNS + 1)] / r->n;
            g[a] += (q[ca] - (ca == r->label[i])) * za;
            for (int cb = 0; cb < r->classes; cb++) {
                const double share = q[ca] * ((ca == cb) - q[cb]) * za;
                for (int j = 0; j <= COLUMNS; j++)
                    h[a * m + cb * (COLUMNS + 1) + j] += share * r->z[i][j];
            }
        }
    }
    for (int a = 0; a < m; a++) {
        const double weight = a % (COLUMNS + 1) < COLUMNS ? l2 : 1e-9;
        g[a] += weight * r->w[a];
        h[a * m + a] += weight;
    }
    ok(iso_mat_new(&step, m, 1, ISO_F64));
    ok(iso_solve_positive(&step, iso_view_f64(h, m, m), iso_view_f64(g, m, 1)));
    for (int a = 0; a < m; a++)
        r->w[a] -= ((const double *)step.data)[a * step.stride];
    iso_mat_free(&step);
    iso_free(g);
    iso_free(h);
}

static int32_t answer(const struct reference *r, const iso_mat *x, int64_t i)
{
    double z[COLUMNS + 1], q[16];
    int32_t best = 0;

    for (int j = 0; j < COLUMNS; j++)
        z[j] = (at(x, i, j) - r->mean[j]) * r->scale[j];
    z[COLUMNS] = 1;
    shares(q, r, z);
    for (int c = 1; c < r->classes; c++)
        best = q[c] > q[best] ? c : best;
    return best;
}

/* Right answers of the reference in one fold, added for each language. */
static void count_right(int *right, const struct probe_set *set, const iso_mat *x, int fold,
                        double l2)
{
    struct reference r = {.set = set, .x = x, .fold = fold, .classes = set->classes};

    standardise(&r);
    ok(iso_alloc(&r.w, r.classes * (COLUMNS + 1), sizeof *r.w));
    for (int step = 0; step < 8; step++)
        newton_step(&r, l2);
    for (int l = 0; l < set->langs; l++) {
        for (int64_t i = 0; i < set->lang[l].lang->rows; i++)
            right[l] +=
                set->lang[l].fold[i] == fold && answer(&r, &x[l], i) == set->lang[l].label[i];
    }
    iso_free(r.z);
    iso_free(r.label);
    iso_free(r.w);
}

/* --- One layer of fifteen languages --- */

struct case_of {
    const char *name;
    iso_states *states;
    struct probe_ask ask;
    struct probe_set of;
    struct probe_layer layer;
};

static void open_case(struct case_of *c, const char *measures)
{
    *c = (struct case_of){.name = test_data("dumps/m15-sib.h5")};
    ok(iso_states_open(&c->states, &c->name, 1,
                       &(iso_states_opt){.canonical = iso_lang_canonical}));
    ok(iso_probe_ask_make(&c->ask,
                          &(iso_probe_opt){.size = sizeof(iso_probe_opt), .measure = measures},
                          &(iso_run){.seed = 5}));
    ok(iso_probe_set_make(&c->of, &c->ask, c->states, NULL));
    ok(iso_probe_layer_new(&c->layer, &c->of, 1));
    ok(iso_probe_layer_read(&c->layer, &c->of, &c->ask));
}

static void close_case(struct case_of *c)
{
    iso_probe_layer_free(&c->layer, &c->of);
    iso_probe_set_free(&c->of);
    iso_probe_ask_free(&c->ask);
    iso_states_close(c->states);
}

static void as_newton(void **state)
{
    (void)state;
    struct case_of c;
    double chosen[FOLDS];
    iso_probe_lang lang[32];
    int right[32] = {0};

    open_case(&c, "accuracy:probe");
    assert_true(c.of.langs == 15 && c.of.sources == 1 && c.of.classes == 7);
    for (int l = 0; l < c.of.langs; l++) {
        const struct probe_lang *p = &c.of.lang[l];
        c.layer.x[l].cols = COLUMNS;
        lang[l] = (iso_probe_lang){iso_mat_view(&c.layer.x[l]), p->label, p->fold, p->learn};
    }
    const iso_probe_task probe = {lang,  c.of.langs,   c.of.classes,
                                  FOLDS, iso_probe_l2, PROBE_STRENGTHS};
    ok(iso_probe_run(c.layer.predicted[PROBE_LEARNT], chosen, &probe, NULL));
    for (int f = 0; f < FOLDS; f++)
        count_right(right, &c.of, c.layer.x, f, chosen[f]);
    for (int l = 0; l < c.of.langs; l++) {
        const int64_t n = c.of.lang[l].lang->rows;
        int ours = 0;
        for (int64_t i = 0; i < n; i++)
            ours += c.layer.predicted[PROBE_LEARNT][l][i] == c.of.lang[l].label[i];
        near((double)ours / (double)n, (double)right[l] / (double)n, 0.002);
    }
    close_case(&c);
}

/* An item has one fold, whatever the language. */
static void translations_share_folds(void **state)
{
    (void)state;
    struct case_of c;
    int32_t *fold = NULL;
    int64_t size[FOLDS] = {0};

    open_case(&c, "accuracy:probe");
    ok(iso_alloc(&fold, c.of.items, sizeof *fold));
    for (int l = 0; l < c.of.langs; l++) {
        const struct probe_lang *p = &c.of.lang[l];
        for (int64_t i = 0; i < p->lang->rows; i++) {
            assert_string_equal(p->lang->ids[i], c.of.lang[0].lang->ids[i]);
            assert_true(p->item[i] == c.of.lang[0].item[i]);
            assert_true(l == 0 || fold[p->item[i]] == p->fold[i]);
            fold[p->item[i]] = p->fold[i];
            size[p->fold[i]]++;
        }
    }
    for (int f = 0; f < FOLDS; f++) /* of 800 items 160, standard deviation 11 */
        near((double)size[f] / 15, 160, 45);
    iso_free(fold);
    close_case(&c);
}

enum { ALONE = 40 };

/* en, de and fr over the same items; fr says everything twice. */
static iso_states *three_languages(void)
{
    static char ids[ALONE][8], texts[2][ALONE][8];
    static const char *id[ALONE], *text[2][ALONE];
    static const char *const name[] = {"en", "de", "fr"}, *const classes[] = {"no", "yes"};
    static int32_t label[ALONE];
    static float x[ALONE * 2];
    iso_states *s = NULL;

    ok(iso_states_new(&s, NULL));
    ok(iso_states_describe(s, &(iso_states_info){.classes = classes, .class_count = 2}));
    for (int i = 0; i < ALONE; i++) {
        snprintf(ids[i], sizeof ids[i], "s%d", i);
        snprintf(texts[0][i], sizeof texts[0][i], "t%d", i);
        snprintf(texts[1][i], sizeof texts[1][i], "t%d", i / 2);
        id[i] = ids[i];
        text[0][i] = texts[0][i];
        text[1][i] = texts[1][i];
        label[i] = i % 2;
        x[2 * i] = (float)i;
    }
    for (int l = 0; l < 3; l++) {
        ok(iso_states_add_lang(s, &(iso_lang){.name = name[l],
                                              .items = ALONE,
                                              .ids = id,
                                              .text = text[l == 2],
                                              .labels = label}));
        ok(iso_states_put(s, name[l], 0, iso_view_f32(x, ALONE, 2)));
    }
    return s;
}

/* Folds and budgets are those of the sources, whatever else is tested; of a target's equal texts
 * each stays where its translation is. */
static void company_changes_nothing(void **state)
{
    static const char *const tgt[] = {"de", "fr", "de,fr"};
    int32_t fold[ALONE];
    uint8_t learn[ALONE];
    (void)state;

    for (int t = 0; t < 3; t++) {
        const iso_probe_opt opt = {.size = sizeof opt,
                                   .measure = "accuracy:probe",
                                   .select = {.src = "en", .tgt = tgt[t]},
                                   .budget = 20};
        iso_states *s = three_languages();
        struct probe_ask ask = {0};
        struct probe_set of = {0};
        ok(iso_probe_ask_make(&ask, &opt, NULL));
        ok(iso_probe_set_make(&of, &ask, s, NULL));
        for (int i = 0; i < ALONE; i++) {
            const int32_t f = of.lang[0].fold[i];
            fold[i] = t ? fold[i] : f;
            learn[i] = t ? learn[i] : of.lang[0].learn[i];
            assert_int_equal(fold[i], f);
            assert_int_equal(learn[i], of.lang[0].learn[i]);
            for (int l = 1; l < of.langs; l++)
                assert_int_equal(of.lang[l].fold[i], f);
        }
        iso_probe_set_free(&of);
        iso_probe_ask_free(&ask);
        iso_states_close(s);
    }
}

/* Sources share a budget in items, and learn different ones while there are enough. */
static void budgets_are_equal(void **state)
{
    (void)state;
    static const int64_t budget[] = {30, 240, 601};
    const char *name = source_path("examples/states/mini.h5");

    for (int b = 0; b < 3; b++) {
        const iso_probe_opt opt = {.size = sizeof opt,
                                   .measure = "accuracy",
                                   .select = {.src = "en,de,sw", .layers = "0"},
                                   .budget = budget[b]};
        const iso_run run = {.seed = (uint64_t)b};
        iso_states *states = NULL;
        struct probe_ask ask = {0};
        struct probe_set of = {0};
        int taken[240] = {0}, most = 0;
        ok(iso_states_open(&states, &name, 1, &(iso_states_opt){.canonical = iso_lang_canonical}));
        ok(iso_probe_ask_make(&ask, &opt, &run));
        ok(iso_probe_set_make(&of, &ask, states, NULL));
        assert_true(of.sources == 3 && of.items == 240);
        for (int l = 0; l < 3; l++) {
            int64_t n = 0;
            for (int64_t r = 0; r < 240; r++) {
                n += of.lang[l].learn[r];
                taken[of.lang[l].item[r]] += of.lang[l].learn[r];
            }
            assert_int_equal(n, budget[b] / 3 + (l < budget[b] % 3));
        }
        for (int i = 0; i < 240; i++)
            most = taken[i] > most ? taken[i] : most;
        assert_int_equal(most, (budget[b] + 239) / 240);
        assert_null(of.lang[3].learn);
        iso_probe_set_free(&of);
        iso_probe_ask_free(&ask);
        iso_states_close(states);
    }
}

/* --- From answers to records --- */

static const iso_record *find(const iso_records *list, const char *estimator, const char *tgt)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (!strcmp(r->estimator, estimator) && (tgt ? r->tgt && !strcmp(r->tgt, tgt) : !r->tgt))
            return r;
    }
    fail_msg("no record of %s", estimator);
    return NULL;
}

static const iso_records *of_cell(const iso_records *list, const char *measure,
                                  const char *estimator)
{
    for (int c = 0; c < PROBE_CELLS; c++) {
        if (!strcmp(iso_probe_cells[c].measure, measure) &&
            !strcmp(iso_probe_cells[c].estimator, estimator))
            return &list[c];
    }
    fail_msg("no cell %s:%s", measure, estimator);
    return NULL;
}

static double plain_accuracy(const struct case_of *c, int lang)
{
    const struct probe_lang *p = &c->of.lang[lang];
    int right = 0;

    for (int64_t i = 0; i < p->lang->rows; i++)
        right += c->layer.predicted[PROBE_LEARNT][lang][i] == p->label[i];
    return (double)right / (double)p->lang->rows;
}

/* Of each class precision and recall, where it is there or was said. */
static double plain_f1(const struct case_of *c, int lang)
{
    const struct probe_lang *p = &c->of.lang[lang];
    double sum = 0;
    int classes = 0;

    for (int k = 0; k < c->of.classes; k++) {
        int both = 0, there = 0, said = 0;
        for (int64_t i = 0; i < p->lang->rows; i++) {
            const bool is = p->label[i] == k, says = c->layer.predicted[PROBE_LEARNT][lang][i] == k;
            both += is && says;
            there += is;
            said += says;
        }
        classes += there + said > 0;
        sum += both ? 2 / ((double)there / both + (double)said / both) : 0;
    }
    return sum / classes;
}

static void records_are_counts(void **state)
{
    (void)state;
    struct case_of c;
    iso_records list[PROBE_CELLS] = {{0}};
    double mean = 0;

    open_case(&c, "accuracy,f1,gap");
    ok(iso_probe_layer_run(&c.layer, &c.of, &c.ask, NULL));
    ok(iso_probe_layer_records(list, &c.layer, &c.of, &c.ask));
    const double source = plain_accuracy(&c, 0);
    for (int l = 0; l < c.of.langs; l++) {
        const char *name = c.of.lang[l].lang->name;
        const iso_record *r = find(of_cell(list, "accuracy", "probe"), "probe", name),
                         *f = find(of_cell(list, "f1", "macro"), "macro", name);
        near(r->value, plain_accuracy(&c, l), 1e-12);
        near(f->value, plain_f1(&c, l), 1e-12);
        assert_true(r->lo < r->value && r->value < r->hi && f->lo < f->value && f->value < f->hi);
        near(r->null, 201.0 / 800, 1e-12); /* science/technology */
        assert_true(find(of_cell(list, "accuracy", "shuffled"), "shuffled", name)->value <
                    r->null + 0.06); /* one who did not */
        if (l == 0)
            continue;
        mean += (source - r->value) / (c.of.langs - 1);
        near(find(of_cell(list, "gap", "language"), "language", name)->value, source - r->value,
             1e-12);
    }
    near(find(of_cell(list, "gap", "mean"), "mean", NULL)->value, mean, 1e-12);
    assert_true(source > 0.35); /* one who learnt something */
    for (int i = 0; i < PROBE_CELLS; i++)
        iso_records_free(&list[i]);
    close_case(&c);
}

/* Values of accuracy, by estimator, source and target; NULL: none. */
static double value_of(const iso_records *list, const char *estimator, const char *src,
                       const char *tgt)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (!strcmp(r->measure, "accuracy") && !strcmp(r->estimator, estimator) &&
            !r->src == !src && (!src || !strcmp(r->src, src)) && !r->tgt == !tgt &&
            (!tgt || !strcmp(r->tgt, tgt)))
            return r->value;
    }
    fail_msg("no accuracy:%s of %s, %s", estimator, src ? src : "", tgt ? tgt : "");
    return NAN;
}

/* The rows of a grid are what each source's run says; its means are those of its cells. */
static void grid_is_of_runs(void **state)
{
    static const char *const source[] = {"en", "de", "sw"}, *const lang[] = {"en", "de", "sw",
                                                                             "fr"};
    const char *name = source_path("examples/states/mini.h5");
    iso_probe_opt opt = {.size = sizeof opt,
                         .measure = "accuracy",
                         .select = {.src = "en,de,sw", .tgt = "fr", .layers = "2"},
                         .each_source = true};
    const iso_run run = {.seed = 3};
    iso_states *states = NULL;
    iso_records grid = {0};
    (void)state;

    ok(iso_states_open(&states, &name, 1, &(iso_states_opt){.canonical = iso_lang_canonical}));
    ok(iso_probe(&grid, states, &opt, &run));
    opt.each_source = false;
    for (int s = 0; s < 3; s++) {
        iso_records alone = {0};
        double sum = 0;
        opt.select.src = source[s];
        opt.select.tgt = "en,de,sw,fr";
        ok(iso_probe(&alone, states, &opt, &run));
        for (int l = 0; l < 4; l++) {
            static const char *const kind[] = {"probe", "majority", "shuffled"};
            for (int k = 0; k < 3; k++)
                near(value_of(&grid, kind[k], source[s], lang[l]),
                     value_of(&alone, kind[k], source[s], lang[l]), 0);
            sum += s == l ? 0 : value_of(&grid, "probe", source[s], lang[l]);
        }
        near(value_of(&grid, "source-mean", source[s], NULL), sum / 3, 1e-12);
        iso_records_free(&alone);
    }
    near(value_of(&grid, "target-mean", NULL, "fr"),
         (value_of(&grid, "probe", "en", "fr") + value_of(&grid, "probe", "de", "fr") +
          value_of(&grid, "probe", "sw", "fr")) /
             3,
         1e-12);
    near(value_of(&grid, "target-mean", NULL, "de"),
         (value_of(&grid, "probe", "en", "de") + value_of(&grid, "probe", "sw", "de")) / 2, 1e-12);
    iso_records_free(&grid);
    iso_states_close(states);
}

/* Where all languages have the same rows, a pair in two of them is a pair in one. */
static void pairs_of_equal_rows_are_alike(void **state)
{
    (void)state;
    iso_states *s = three_languages();
    const iso_probe_opt opt = {.size = sizeof opt,
                               .second = s,
                               .measure = "accuracy:probe,accuracy:pair",
                               .select = {.src = "en,de"},
                               .each_source = true};
    iso_records r = {0};

    ok(iso_probe(&r, s, &opt, NULL));
    for (int i = 0; i < 2; i++) {
        const char *src = i ? "de" : "en";
        near(value_of(&r, "pair", src, "en+de"), value_of(&r, "probe", src, "en"), 0);
        near(value_of(&r, "pair", src, "fr+en"), value_of(&r, "probe", src, "fr"), 0);
    }
    iso_records_free(&r);
    iso_states_close(s);
}

/* Every allocation may fail: an error, and nothing left behind. */
static void out_of_memory(void **state)
{
    (void)state;
    iso_err err = ISO_ENOMEM;
    const char *name = source_path("examples/states/mini.h5");
    const iso_probe_opt opt = {.size = sizeof opt,
                               .select = {.layers = "4", .src = "en,de", .tgt = "de"},
                               .each_source = true,
                               .folds = 3,
                               .interval = ISO_INTERVAL_NONE,
                               .measure = "accuracy:*,f1,gap"};
    iso_states *states = NULL;

    ok(iso_states_open(&states, &name, 1,
                       &(iso_states_opt){.canonical = iso_lang_canonical, .limit = 60}));
    for (int n = 0; err; n += 1 + n / 8) {
        iso_records records = {0};
        iso_alloc_fail_after(n);
        err = iso_probe(&records, states, &opt, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err ? err == ISO_ENOMEM && records.count == 0 : records.count > 0);
        iso_records_free(&records);
    }
    iso_states_close(states);
}

int main(void)
{
    RUN_TESTS(test(as_newton), test(translations_share_folds), test(company_changes_nothing),
              test(budgets_are_equal), test(records_are_counts), test(grid_is_of_runs),
              test(pairs_of_equal_rows_are_alike), test(out_of_memory));
}
