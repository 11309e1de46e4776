/* Maps by dictionary against a plain recomputation in two dimensions, where Procrustes is an angle.
 */
#include "tests/study/aligned.h"

#include <stdbool.h>

#include "analysis/study/items/folds.h"
#include "lib/base/alloc.h"
#include "lib/base/rng.h"
#include "lib/base/str.h"
#include "lib/io/native_write.h"

enum { SRC = 40, TGT = 45, PAIRS = 70, FOLDS = 3 };

/* Words e0, e1, ... and d0, d1, ...; the pairs of one dictionary by number. */
struct world {
    char name[2][TGT][8];
    const char *word[2][TGT];
    float x[2][TGT][2];
    int pair[PAIRS][2], pairs;
    const char *states;
};

static bool has_pair(const struct world *w, int e, int d)
{
    for (int i = 0; i < w->pairs; i++) {
        if (w->pair[i][0] == e && w->pair[i][1] == d)
            return true;
    }
    return false;
}

static void write_states(const struct world *w)
{
    static const char *const langs[] = {"en", "de"};
    iso_native *file = NULL;
    int matrix[2];

    ok(iso_native_new(&file, w->states, &(iso_states_info){.model = "m", .pooling = "types"}));
    for (int l = 0; l < 2; l++) {
        const int64_t rows = l ? TGT : SRC;
        ok(iso_native_lang(
            file,
            &(iso_lang){.name = langs[l], .items = rows, .rows = rows, .tokens = w->word[l]}));
        ok(iso_native_matrix(&matrix[l], file, langs[l], 3, rows, 2, ISO_F32));
    }
    for (int l = 0; l < 2; l++)
        ok(iso_native_put(file, matrix[l], 0, iso_view_f32(w->x[l][0], l ? TGT : SRC, 2)));
    ok(iso_native_commit(file));
}

/* de is en turned by 50 degrees, moved and blurred; words have up to several translations, and so
 * do translations words. */
static void make_world(struct world *w, uint64_t seed)
{
    iso_rng rng = iso_rng_seeded(seed, 0);

    *w = (struct world){.states = temp_path("types.h5")};
    for (int l = 0; l < 2; l++) {
        for (int i = 0; i < TGT; i++) {
            snprintf(w->name[l][i], sizeof w->name[l][i], "%c%d", "ed"[l], i);
            w->word[l][i] = w->name[l][i];
        }
    }
    for (int i = 0; i < TGT; i++) {
        for (int j = 0; j < 2; j++)
            w->x[0][i][j] = (float)iso_rng_normal(&rng);
        const double a = 50 * 0.017453292519943295;
        w->x[1][i][0] = (float)(cos(a) * w->x[0][i][0] - sin(a) * w->x[0][i][1] + 0.3 +
                                0.1 * iso_rng_normal(&rng));
        w->x[1][i][1] = (float)(sin(a) * w->x[0][i][0] + cos(a) * w->x[0][i][1] - 0.2 +
                                0.1 * iso_rng_normal(&rng));
    }
    while (w->pairs < PAIRS) {
        const int e = (int)(iso_rng_next(&rng) % SRC);
        const int d = iso_rng_next(&rng) % 2 ? e : (int)(iso_rng_next(&rng) % TGT);
        if (has_pair(w, e, d))
            continue;
        w->pair[w->pairs][0] = e;
        w->pair[w->pairs++][1] = d;
    }
    write_states(w);
}

static const char *write_pairs(const struct world *w, const char *name, int from, int to)
{
    const char *path = temp_path(name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    for (int i = from; i < to; i++) {
        fprintf(file, "%s\t%s\n", w->name[0][w->pair[i][0]], w->name[1][w->pair[i][1]]);
        if (i % 10 == 9)
            fprintf(file, "nowhere%d %s\n%s nirgends%d\n", i, w->name[1][0], w->name[0][1], i);
    }
    assert_int_equal(fclose(file), 0);
    return path;
}

/* Of all folds. */
static const iso_record *record(const iso_records *list, const char *measure, const char *stage)
{
    return record_of(list, measure, stage, ISO_NO_INT);
}

/* --- The plain way --- */

/* Pair i is scored in fold[i]; those of other folds are fitted on. */
struct plain {
    double p1[3], mrr[3], relative[3]; /* before, centred, after */
    int words, compared;
    double chance;
};

/* Means of the pairs of other folds, of either side. */
static void means(double mean[2][2], const struct world *at, const int *fold, int f)
{
    int n = 0;

    memset(mean, 0, 4 * sizeof(double));
    for (int i = 0; i < at->pairs; i++) {
        n += fold[i] != f;
        for (int j = 0; fold[i] != f && j < 4; j++)
            mean[j / 2][j % 2] += (double)at->x[j / 2][at->pair[i][j / 2]][j % 2];
    }
    for (int j = 0; j < 4; j++)
        mean[j / 2][j % 2] /= n;
}

/* x W with W the rotation or reflection of the largest tr(Wᵀ M). */
static void fit(double w[2][2], const struct world *at, const int *fold, int f)
{
    double m[2][2] = {{0}};

    for (int i = 0; i < at->pairs; i++) {
        for (int j = 0; fold[i] != f && j < 4; j++)
            m[j / 2][j % 2] +=
                (double)at->x[0][at->pair[i][0]][j / 2] * (double)at->x[1][at->pair[i][1]][j % 2];
    }
    const double turn = hypot(m[0][0] + m[1][1], m[0][1] - m[1][0]);
    const double flip = hypot(m[0][0] - m[1][1], m[0][1] + m[1][0]);
    const bool turns = turn >= flip;
    const double c = turns ? (m[0][0] + m[1][1]) / turn : (m[0][0] - m[1][1]) / flip;
    const double s = turns ? (m[0][1] - m[1][0]) / turn : (m[0][1] + m[1][0]) / flip;
    w[0][0] = c;
    w[0][1] = s;
    w[1][0] = turns ? -s : s;
    w[1][1] = turns ? c : -c;
}

/* Row d of de less its mean, which may be none. */
static double cosine(const double *x, const struct world *w, int d, const double *mean)
{
    const double y[2] = {(double)w->x[1][d][0] - mean[0], (double)w->x[1][d][1] - mean[1]};

    return (x[0] * y[0] + x[1] * y[1]) / (hypot(x[0], x[1]) * hypot(y[0], y[1]));
}

/* Rank of the best translation of e among all target words, or those of the fold. */
static int best_rank(const struct world *w, const int *fold, int f, bool all, int e,
                     const double *x, const double *mean)
{
    bool offered[TGT] = {false};
    double best = -2;
    int rank = 1;

    for (int i = 0; i < w->pairs; i++) {
        if (fold[i] != f)
            continue;
        offered[w->pair[i][1]] = true;
        if (w->pair[i][0] == e)
            best = fmax(best, cosine(x, w, w->pair[i][1], mean));
    }
    for (int d = 0; d < TGT; d++)
        rank += (all || offered[d]) && cosine(x, w, d, mean) > best;
    return rank;
}

/* Distance of the means over the root of the mean of both variances, of the rows in u and v. */
static double relative(double (*u)[2], double (*v)[2], int n)
{
    double gap = 0, spread = 0;

    for (int j = 0; j < 2; j++) {
        double mu = 0, mv = 0;
        for (int i = 0; i < n; i++) {
            mu += u[i][j] / n;
            mv += v[i][j] / n;
        }
        gap += (mu - mv) * (mu - mv);
        for (int i = 0; i < n; i++)
            spread += ((u[i][j] - mu) * (u[i][j] - mu) + (v[i][j] - mv) * (v[i][j] - mv)) / (n - 1);
    }
    return sqrt(gap / (spread / 2));
}

static void score_fold(struct plain *out, const struct world *w, const int *fold, int f, int folds,
                       bool all, double map[2][2], double mean[2][2], int stage)
{
    static const double none[2] = {0};
    const double *away = stage == 1 ? mean[1] : none;
    double u[PAIRS][2], v[PAIRS][2];
    bool asked[SRC] = {false}, once[2][TGT] = {{false}};
    int n = 0;

    for (int i = 0; i < w->pairs; i++) {
        const int e = w->pair[i][0], d = w->pair[i][1];
        const float *at = w->x[0][e];
        double x[2] = {at[0], at[1]};
        if (fold[i] != f)
            continue;
        if (stage == 1) {
            x[0] -= mean[0][0];
            x[1] -= mean[0][1];
        }
        if (stage == 2) {
            x[0] = at[0] * map[0][0] + at[1] * map[1][0];
            x[1] = at[0] * map[0][1] + at[1] * map[1][1];
        }
        if (!asked[e]) {
            const int rank = best_rank(w, fold, f, all, e, x, away);
            out->p1[stage] += rank == 1;
            out->mrr[stage] += 1.0 / rank;
            out->words += stage == 0;
            asked[e] = true;
        }
        if (once[0][e] || once[1][d])
            continue;
        once[0][e] = once[1][d] = true;
        memcpy(u[n], x, sizeof x);
        v[n][0] = (double)w->x[1][d][0] - away[0];
        v[n++][1] = (double)w->x[1][d][1] - away[1];
    }
    out->relative[stage] += relative(u, v, n) / folds;
    out->compared += stage == 0 ? n : 0;
}

static struct plain score(const struct world *w, const int *fold, int folds, bool all)
{
    struct plain out = {0};

    for (int f = 0; f < folds; f++) {
        double map[2][2], mean[2][2];
        fit(map, w, fold, f);
        means(mean, w, fold, f);
        for (int stage = 0; stage < 3; stage++)
            score_fold(&out, w, fold, f, folds, all, map, mean, stage);
    }
    for (int stage = 0; stage < 3; stage++) {
        out.p1[stage] /= out.words;
        out.mrr[stage] /= out.words;
    }
    return out;
}

static void compare(const iso_records *list, const struct plain *p)
{
    static const char *const stages[] = {"before", "centred", "after"};

    for (int s = 0; s < 3; s++) {
        const iso_record *r = record(list, "p@k", stages[s]);
        near(r->value, p->p1[s], 1e-12);
        assert_int_equal(r->n, p->words);
        text(r->denominator, "in-vocabulary");
        text(r->interval, "boot-items");
        near(record(list, "mrr", stages[s])->value, p->mrr[s], 1e-12);
        r = record(list, "centroid", stages[s]);
        near(r->value, p->relative[s], 1e-5);
        assert_int_equal(r->n, p->compared);
        assert_null(r->denominator);
    }
    text(record(list, "p@k", "after")->train, "dictionary");
    text(record(list, "p@k", "centred")->train, "dictionary+means");
    assert_true(p->mrr[2] > p->mrr[0] && p->p1[2] < 1);
}

/* The fold of each pair is that of its source word, by word and seed. */
static void folds_of_pairs(int *fold, const struct world *w, uint64_t seed)
{
    const char *found[SRC];
    int number[SRC], words = 0;
    struct folds f;

    for (int e = 0; e < SRC; e++)
        number[e] = -1;
    for (int i = 0; i < w->pairs; i++) {
        if (number[w->pair[i][0]] >= 0)
            continue;
        found[words] = w->name[0][w->pair[i][0]];
        number[w->pair[i][0]] = words++;
    }
    ok(iso_folds_make(
        &f, &(struct folds_ask){.count = FOLDS, .seed = seed, .items = words, .ids = found}));
    for (int i = 0; i < w->pairs; i++)
        fold[i] = f.of[number[w->pair[i][0]]];
    iso_folds_free(&f);
}

/* --- Cases --- */

static void held_out_words(void **state)
{
    struct world w;
    int fold[PAIRS];
    (void)state;

    for (uint64_t seed = 0; seed < 8; seed++) {
        const bool all = seed % 2;
        iso_records list = {0};
        make_world(&w, seed);
        const iso_align_opt set = {.select = {.src = "en"},
                                   .train = write_pairs(&w, "all.txt", 0, PAIRS),
                                   .folds = FOLDS,
                                   .candidates = all ? ISO_ALIGN_ALL : ISO_ALIGN_FOLD};
        ok(aligned(&list, &set, &w.states, 1, 0, &(iso_run){.seed = seed}));
        folds_of_pairs(fold, &w, seed);
        const struct plain p = score(&w, fold, FOLDS, all);
        compare(&list, &p);
        /* seven words of the dictionary are unknown ("nowhere9" ...) */
        const iso_record *r = record(&list, "coverage", "");
        near(r->value, (double)p.words / (p.words + 7), 1e-12);
        assert_int_equal(r->n, p.words + 7);
        iso_records_free(&list);
    }
}

/* The first 40 pairs are fitted on, the others scored: fold 1 and 0. */
static void a_second_dictionary(void **state)
{
    struct world w;
    int fold[PAIRS];
    (void)state;

    for (uint64_t seed = 10; seed < 14; seed++) {
        const bool all = seed % 2;
        iso_records list = {0};
        make_world(&w, seed);
        const iso_align_opt set = {.select = {.src = "en"},
                                   .train = write_pairs(&w, "train.txt", 0, 40),
                                   .test = write_pairs(&w, "test.txt", 40, PAIRS),
                                   .candidates = all ? ISO_ALIGN_ALL : ISO_ALIGN_FOLD};
        ok(align(&list, &set, w.states));
        for (int i = 0; i < PAIRS; i++)
            fold[i] = i < 40;
        const struct plain p = score(&w, fold, 1, all);
        compare(&list, &p);
        iso_records_free(&list);
    }
}

/* Chance is that of the best of m translations among the words of the fold, or all: by hand.
 */
static void chance(void **state)
{
    struct world w;
    iso_records list = {0};
    (void)state;

    make_world(&w, 1);
    w.pairs = 4;
    memcpy(w.pair, (int[4][2]){{0, 0}, {0, 1}, {1, 1}, {2, 2}}, sizeof(int[4][2]));
    iso_align_opt set = {.select = {.src = "en"},
                         .candidates = ISO_ALIGN_FOLD,
                         .measure = "p@1,p@2",
                         .train = write_pairs(&w, "train.txt", 0, 4),
                         .test = write_pairs(&w, "test.txt", 0, 4)};
    ok(align(&list, &set, w.states));
    near(list.at[0].null, (2.0 / 3 + 1.0 / 3 + 1.0 / 3) / 3, 1e-12); /* 3 words, 3 candidates */
    near(list.at[6].null, (1 + 2.0 / 3 + 2.0 / 3) / 3, 1e-12);
    text(list.at[0].candidates, "fold");
    assert_int_equal(list.at[0].n, 3);
    iso_records_free(&list);
    set.candidates = ISO_ALIGN_ALL; /* all words of de */
    ok(align(&list, &set, w.states));
    near(list.at[0].null, (2.0 / TGT + 1.0 / TGT + 1.0 / TGT) / 3, 1e-12);
    assert_null(list.at[0].candidates);
    iso_records_free(&list);
}

/* Preparation is of all words, as it is when the map is put to work. */
static void prepared_by_all_words(void **state)
{
    struct world w, shifted;
    iso_records a = {0}, b = {0};
    (void)state;

    make_world(&w, 3);
    shifted = w;
    for (int l = 0; l < 2; l++) {
        double mean[2] = {0};
        const int rows = l ? TGT : SRC;
        for (int i = 0; i < rows; i++) {
            mean[0] += (double)w.x[l][i][0] / rows;
            mean[1] += (double)w.x[l][i][1] / rows;
        }
        for (int i = 0; i < rows; i++) {
            shifted.x[l][i][0] -= (float)mean[0];
            shifted.x[l][i][1] -= (float)mean[1];
        }
    }
    shifted.states = temp_path("shifted.h5");
    write_states(&shifted);
    iso_align_opt set = {
        .select = {.src = "en"}, .train = write_pairs(&w, "all.txt", 0, PAIRS), .folds = FOLDS};
    ok(align(&b, &set, shifted.states));
    set.prep = "center";
    ok(align(&a, &set, w.states));
    assert_int_equal(a.count, b.count);
    for (int64_t i = 0; i < a.count; i++)
        near(a.at[i].value, b.at[i].value, 1e-5);
    assert_true(fabs(record(&a, "centroid", "before")->value) > 1e-3); /* not of the pairs alone */
    iso_records_free(&a);
    iso_records_free(&b);
}

static void what_is_wrong(void **state)
{
    struct world w;
    (void)state;

    make_world(&w, 2);
    const char *all = write_pairs(&w, "all.txt", 0, PAIRS);
    const char *few = write_pairs(&w, "few.txt", 0, 3);
    const struct {
        iso_align_opt set;
        const char *part;
    } cases[] = {
        {{.select = {.src = "en"}}, "rows are word types, which no order pairs: give a dictionary"},
        {{.select = {.src = "en"}, .test = all}, "--test goes with --train"},
        {{.select = {.src = "en"}, .lower = true}, "--lower goes with --train"},
        {{.select = {.src = "en"}, .strict = true}, "--strict goes with --train"},
        {{.select = {.src = "en"}, .encoding = "latin1"}, "--encoding goes with --train"},
        {{.select = {.src = "en"}, .train = all, .alignments = "x"},
         "--train and --alignments exclude"},
        {{.select = {.pairs = ISO_PAIRS_ALL}, .train = all}, "--train and --pairs exclude"},
        {{.select = {.src = "en"}, .train = all, .apply = "x"}, "--train and --apply exclude"},
        {{.select = {.src = "en"}, .train = all, .test = all, .folds = 3}, "leave out --folds"},
        {{.select = {.src = "en"}, .train = all, .test = all, .each_fold = true},
         "leave out --each-fold"},
        {{.select = {.src = "en"}, .train = few}, "--folds 5: needs 10 items"},
        {{.select = {.src = "de"}, .train = all}, "has both words among the rows"},
        {{.select = {.src = "en"}, .train = all, .strict = true},
         "\"nowhere9\" is not a word of en"},
        {{.select = {.src = "en"}, .train = all, .encoding = "koi"}, "koi"},
        {{.select = {.src = "en"}, .train = "none.txt"}, "--train: none.txt: No such file"},
        {{.select = {.src = "en", .layers = "4"}, .train = all}, "4"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_records list = {0};
        assert_true(align(&list, &cases[i].set, w.states) != ISO_OK);
        if (!strstr(iso_err_msg(), cases[i].part))
            fail_msg("\"%s\" is not in \"%s\"", cases[i].part, iso_err_msg());
        assert_int_equal(list.count, 0);
        iso_records_free(&list);
    }
}

static void every_allocation_may_fail(void **state)
{
    struct world w;
    iso_err err;
    int64_t n = 0;
    (void)state;

    make_world(&w, 5);
    const iso_align_opt set = {.select = {.src = "en"},
                               .train = write_pairs(&w, "train.txt", 0, 40),
                               .test = write_pairs(&w, "test.txt", 40, PAIRS),
                               .measure = "p@1,centroid:relative",
                               .prep = "center"};
    do {
        iso_records list = {0};
        iso_alloc_fail_after(n++);
        err = align(&list, &set, w.states);
        iso_alloc_fail_after(-1);
        iso_records_free(&list);
        if (err && err != ISO_ENOMEM)
            fail_msg("allocation %lld: %s", (long long)n, iso_err_msg());
    } while (err);
    assert_true(n > 100);
}

int main(void)
{
    RUN_TESTS(test(held_out_words), test(a_second_dictionary), test(chance),
              test(prepared_by_all_words), test(what_is_wrong), test(every_allocation_may_fail));
}
