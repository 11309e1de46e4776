/* Transfer gaps: the arithmetic, published means, what is joined with what, what is correlated. */
#include "tests/check.h"

#include "analysis/stats/correlation.h"
#include "analysis/study/gap/gap.h"
#include "analysis/study/gap/gap_inside.h"
#include "lib/base/alloc.h"

/* Zero-shot XNLI from English, test accuracy in %: the README of microsoft/unilm's minilm (mBERT,
 * XLM-R Base, mMiniLM) and the model card of ERNIE-M (XLM-R Large). */
static const char xnli[] = "model\ten\tfr\tes\tde\tel\tbg\tru\ttr\tar\tvi\tth\tzh\thi\tsw\tur\n"
                           "mBERT\t82.1\t73.8\t74.3\t71.1\t66.4\t68.9\t69.0\t61.6\t64.9\t69.5\t55."
                           "8\t69.3\t60.0\t50.4\t58.0\n"
                           "XLM-R "
                           "Base\t84.6\t78.4\t78.9\t76.8\t75.9\t77.3\t75.4\t73.2\t71.5\t75.4\t72."
                           "5\t74.9\t71.1\t65.2\t66.5\n"
                           "mMiniLM\t81.5\t74.8\t75.7\t72.9\t73.0\t74.5\t71.3\t69.7\t68.8\t72."
                           "1\t67.8\t70.0\t66.2\t63.3\t64.2\n"
                           "XLM-R "
                           "Large\t89.1\t84.1\t85.1\t83.9\t82.9\t84.0\t81.2\t79.6\t79.8\t80.8\t78."
                           "1\t80.2\t76.9\t73.9\t73.8\n";

static const char *written(const char *name, const char *text_of_it)
{
    const char *path = temp_path(name);
    FILE *out = fopen(path, "w");

    assert_non_null(out);
    fputs(text_of_it, out);
    fclose(out);
    return path;
}

static iso_gap_opt asked(const char *table)
{
    return (iso_gap_opt){.size = sizeof(iso_gap_opt),
                         .scores = written("scores.tsv", table),
                         .interval = ISO_INTERVAL_NONE};
}

/* A discrepancy of a pair at a layer. */
static void add(iso_records *list, const char *src, const char *tgt, int layer, double value)
{
    iso_record r = iso_record_none();

    r.measure = "cka";
    r.estimator = "debiased";
    r.src = src;
    r.tgt = tgt;
    r.src_layer = r.tgt_layer = layer;
    r.value = value;
    ok(iso_records_add(list, &r));
}

static iso_records made(const iso_gap_opt *opt, const iso_records *records)
{
    const iso_records none = {0};
    iso_records out = {0};

    ok(iso_gap(&out, records ? records : &none, opt, NULL));
    return out;
}

/* The i-th record of a measure that is of all languages, nothing given. */
static const iso_record *one(const iso_records *list, const char *measure, int layer, int i)
{
    for (int64_t at = 0; at < list->count; at++) {
        const iso_record *r = &list->at[at];
        const bool there = layer < 0 ? r->src_layer == ISO_NO_INT : r->src_layer == layer;
        if (strcmp(r->measure, measure) == 0 && there && !r->subset && i-- == 0)
            return r;
    }
    fail_msg("no %s at layer %d", measure, layer);
    return NULL;
}

static void published(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        double mean, fr;
    } known[] = {{"mBERT", 0.1689, 0.083},
                 {"XLM-R Base", 0.1081, 0.062},
                 {"mMiniLM", 0.1119, 0.067},
                 {"XLM-R Large", 0.0879, 0.05}};

    for (int i = 0; i < 4; i++) {
        iso_gap_opt opt = asked(xnli);
        opt.row = known[i].row;
        opt.interval = ISO_INTERVAL_USUAL;
        iso_records list = made(&opt, NULL);
        const iso_record *mean = &list.at[14];
        assert_int_equal(list.count, 15);
        text(mean->estimator, "mean");
        near(mean->value, known[i].mean, 5e-5);
        assert_true(mean->lo < mean->value && mean->value < mean->hi && mean->n == 14);
        text(mean->interval, "boot-items");
        text(list.at[0].tgt, "fr");
        text(list.at[0].model, known[i].row);
        near(list.at[0].value, known[i].fr, 1e-12);
        iso_records_free(&list);
    }
}

static void tables(void **state)
{
    (void)state;
    iso_gap_opt opt = asked("lang,score\neng_Latn,0.9\ndeu,0.7\navg,0.8\nparams,0.1\n");
    iso_records list = made(&opt, NULL);

    assert_int_equal(list.count, 2);
    text(list.at[0].tgt, "de");
    near(list.at[0].value, 0.2, 1e-15);
    assert_null(list.at[0].model);
    iso_records_free(&list);
    opt.select.src =
        "de"; /* from another language, to one that --tgt names though no code knows it */
    opt.select.tgt = "params";
    list = made(&opt, NULL);
    text(list.at[0].tgt, "params");
    near(list.at[0].value, 0.6, 1e-15);
    iso_records_free(&list);
    /* a row a language trained on: the row is the source */
    opt = asked("from,en,de,fr\nen,0.9,0.7,0.6\nde,0.8,0.85,0.5\nfr,1,0.9,0.9\n");
    opt.select.src = "deu";
    list = made(&opt, NULL);
    near(list.at[0].value, 0.05, 1e-15);
    near(list.at[1].value, 0.35, 1e-15);
    text(list.at[1].train, "de");
    iso_records_free(&list);
}

static const char *const six[] = {"de", "fr", "ru", "sw", "th", "zh"};
static const char six_scores[] = "lang,score\nen,0.9\nde,0.8\nfr,0.75\nru,0.7\nsw,0.4\nth,0.5\n"
                                 "zh,0.65\nur,0.3\n";
static const double six_gaps[] = {0.1, 0.15, 0.2, 0.5, 0.4, 0.25};

/* Pairs in either order, other codes, languages without a score: x is found all the same. */
static void joined(void **state)
{
    (void)state;
    iso_gap_opt opt = asked(six_scores);
    iso_records in = {0};

    for (int i = 0; i < 6; i++)
        add(&in, i % 2 ? six[i] : "en", i % 2 ? "eng_Latn" : six[i], 3, 1 - 2 * six_gaps[i]);
    add(&in, "en", "ko", 3, 0.1);
    add(&in, "de", "fr", 3, 0.9);
    add(&in, "en", "en", 3, 1); /* two models of one language */
    iso_records list = made(&opt, &in);
    const iso_record *r = one(&list, "pearson", 3, 0);

    assert_int_equal(r->n, 6);
    near(r->value, -1, 1e-12);
    near(r->p, 1.0 / 720, 1e-12);
    near(one(&list, "kendall", 3, 0)->value, -1, 1e-12);
    text(r->x, "cka:debiased");
    text(r->y, "gap:language");
    text(r->src, "en");
    assert_true(!r->tgt && !r->given && r->tgt_layer == 3);
    iso_records_free(&list);
    iso_records_free(&in);
}

/* Retrieval one way is not the other. */
static void directions(void **state)
{
    (void)state;
    iso_gap_opt opt = asked(six_scores);
    iso_records in = {0};

    for (int way = 0; way < 2; way++) {
        for (int i = 0; i < 6; i++) {
            add(&in, "en", six[i], 1, way ? six_gaps[i] : 0.3 * (i % 2));
            in.at[in.count - 1].measure = "p@k";
            in.at[in.count - 1].estimator = "cosine";
            in.at[in.count - 1].direction = way ? "forward" : "backward";
            in.at[in.count - 1].k = 1;
        }
    }
    iso_records list = made(&opt, &in);
    near(one(&list, "pearson", 1, 0)->value, 1, 1e-12);
    text(one(&list, "pearson", 1, 0)->x, "p@1:cosine");
    text(one(&list, "pearson", 1, 0)->direction, "forward");
    iso_records_free(&list);
    iso_records_free(&in);
}

static const double six_cka[] = {0.8, 0.82, 0.6, 0.35, 0.5, 0.55};

static void left_out(void **state)
{
    (void)state;
    iso_gap_opt opt = asked(six_scores);
    double without[6];
    iso_records in = {0};
    int found = 0;

    for (int i = 0; i < 6; i++)
        add(&in, "en", six[i], 2, six_cka[i]);
    ok(iso_correlation_without(without, ISO_PEARSON, six_cka, six_gaps, NULL, 6));
    iso_records list = made(&opt, &in);
    for (int64_t i = 0; i < list.count; i++) {
        const iso_record *r = &list.at[i];
        if (!r->subset || strcmp(r->measure, "pearson") != 0)
            continue;
        near(r->value, without[found], 1e-12);
        assert_int_equal(r->n, 5);
        found++;
        if (found == 4)
            text(r->subset, "de+fr+ru+th+zh");
    }
    assert_int_equal(found, 6);
    iso_records_free(&list);
    iso_records_free(&in);
}

/* A third quantity by language, and one of pairs. */
static void given(void **state)
{
    (void)state;
    static const double size[] = {5, 4, 6, 1, 2, 3.5};
    iso_gap_opt opt = asked(six_scores);
    const iso_correlation_opt partial = {0};
    iso_records in = {0};
    iso_value v;

    for (int i = 0; i < 6; i++)
        add(&in, "en", six[i], 2, six_cka[i]);
    ok(iso_correlation_of(&v, ISO_SPEARMAN, six_cka, six_gaps, size, 6, &partial));
    opt.given = written("size.tsv", "lang\tsize\nde\t5\nfr\t4\nru\t6\nswh\t1\nth\t2\nzh\t3.5\n");
    iso_records list = made(&opt, &in);
    near(one(&list, "spearman", 2, 1)->value, v.value, 1e-12);
    text(one(&list, "spearman", 2, 1)->given, "size");
    iso_records_free(&list);
    opt.given = written("far.csv", "src,tgt,km\nen,de,5\nfr,en,4\nen,ru,6\nen,sw,1\nen,th,2\n"
                                   "zh,en,3.5\nde,fr,9\n");
    list = made(&opt, &in);
    near(one(&list, "spearman", 2, 1)->value, v.value, 1e-12);
    text(one(&list, "spearman", 2, 1)->given, "far");
    iso_records_free(&list);
    iso_records_free(&in);
}

/* Scores of a probe, at two layers: gaps of each, means over both, each language over layers. */
static void probed(void **state)
{
    (void)state;
    iso_gap_opt opt = {.size = sizeof opt, .interval = ISO_INTERVAL_NONE};
    iso_records in = {0};

    for (int layer = 0; layer < 5; layer++) {
        for (int i = -1; i < 6; i++) {
            const double gap = i < 0 ? 0 : six_gaps[i] * (1 + layer);
            add(&in, "en", i < 0 ? "en" : six[i], layer, 0.9 - 0.1 * gap);
            in.at[in.count - 1].measure = "accuracy";
            in.at[in.count - 1].estimator = "probe";
            in.at[in.count - 1].train = "en";
            if (i >= 0)
                add(&in, "en", six[i], layer, i == 2 ? 0.5 - gap : six_cka[i] + layer);
        }
    }
    iso_records list = made(&opt, &in);
    near(one(&list, "gap", 4, 3)->value, 0.25, 1e-12);
    text(one(&list, "gap", 4, 6)->estimator, "mean");
    near(one(&list, "gap", 4, 6)->value, 0.5 * 1.6 / 6, 1e-12);
    double x[6], y[6]; /* means over the layers */
    for (int i = 0; i < 6; i++) {
        x[i] = i == 2 ? 0.5 - 3 * six_gaps[i] : six_cka[i] + 2;
        y[i] = 0.3 * six_gaps[i];
    }
    iso_value v;
    ok(iso_correlation_of(&v, ISO_PEARSON, x, y, NULL, 6, &(iso_correlation_opt){0}));
    near(one(&list, "pearson", -1, 0)->value, v.value, 1e-12);
    assert_int_equal(one(&list, "pearson", -1, 0)->n, 6);
    assert_null(one(&list, "pearson", -1, 0)->tgt);
    const iso_record *ru = one(&list, "pearson", -1, 3);
    text(ru->tgt, "ru");
    near(ru->value, -1, 1e-12);
    assert_true(ru->n == 5 && isnan(ru->p)); /* layers follow from one another */
    near(one(&list, "pearson", -1, 1)->value, 1, 1e-12);
    iso_records_free(&list);
    iso_records_free(&in);
}

/* A probe of several languages: those are no targets, unless one is asked for. */
static void several_sources(void **state)
{
    (void)state;
    iso_gap_opt opt = {.size = sizeof opt, .interval = ISO_INTERVAL_NONE};
    iso_records in = {0};

    for (int i = -1; i < 6; i++) {
        add(&in, "en+de", i < 0 ? "en" : six[i], 0, i < 0 ? 0.9 : 0.9 - six_gaps[i]);
        in.at[in.count - 1].measure = "accuracy";
        in.at[in.count - 1].estimator = "probe";
        in.at[in.count - 1].train = "en+de";
    }
    iso_records list = made(&opt, &in);
    text(list.at[0].src, "en");
    text(list.at[0].tgt, "fr");
    assert_int_equal(list.count, 5 + 1);
    iso_records_free(&list);
    opt.select.tgt = "de";
    list = made(&opt, &in);
    near(list.at[0].value, 0.1, 1e-12);
    iso_records_free(&list);
    iso_records_free(&in);
}

/* Where all pairs are there, distances are correlated; what lacks pairs is left out. */
static void distances(void **state)
{
    (void)state;
    iso_gap_opt opt = asked(six_scores);
    iso_records in = {0};

    for (int i = 0; i < 6; i++) {
        add(&in, "en", six[i], 2, six_gaps[i]);
        for (int j = 0; j < i; j++)
            add(&in, six[i], six[j], 2, fabs(six_gaps[i] - six_gaps[j]));
    }
    add(&in, "en", "ur", 2, 0.3);
    iso_records list = made(&opt, &in);
    const iso_record *r = one(&list, "mantel", 2, 0);
    near(r->value, 1, 1e-12);
    text(r->estimator, "pearson");
    text(r->y, "gap:difference");
    assert_int_equal(r->n, 7);
    assert_true(r->p < 0.01);
    iso_records_free(&list);
    iso_records_free(&in);
}

/* Few, or all the same: no value but a reason. */
static void undefined(void **state)
{
    (void)state;
    iso_gap_opt opt = asked(six_scores);
    iso_records in = {0};

    for (int i = 0; i < 3; i++)
        add(&in, "en", six[i], 0, six_cka[i]);
    iso_records list = made(&opt, &in);
    assert_true(isnan(one(&list, "pearson", 0, 0)->value));
    text(one(&list, "pearson", 0, 0)->why, "fewer than 4 languages have both");
    iso_records_free(&list);
    opt = asked("lang,score\nen,0.9\nde,0.7\nfr,0.7\nru,0.7\nsw,0.7\n");
    add(&in, "en", "sw", 0, 0.3);
    list = made(&opt, &in);
    assert_true(isnan(one(&list, "spearman", 0, 0)->value));
    text(one(&list, "spearman", 0, 0)->why, "y is the same for all");
    iso_records_free(&list);
    iso_records_free(&in);
}

static void out_of_memory(void **state)
{
    (void)state;
    iso_gap_opt opt = asked(six_scores);
    iso_records in = {0};
    iso_err err = ISO_ENOMEM;

    opt.given = written("size.tsv", "lang\tsize\nde\t5\nfr\t4\nru\t6\nswh\t1\nth\t2\nzh\t3.5\n");
    for (int i = 0; i < 6; i++)
        add(&in, "en", six[i], 2, six_cka[i]);
    for (int64_t n = 0; err == ISO_ENOMEM; n += 1 + n / 20) {
        iso_records out = {0};
        iso_alloc_fail_after(n);
        err = iso_gap(&out, &in, &opt, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err == ISO_OK || err == ISO_ENOMEM);
        iso_records_free(&out);
    }
    ok(err);
    iso_records_free(&in);
}

int main(void)
{
    RUN_TESTS(test(published), test(tables), test(joined), test(directions), test(left_out),
              test(given), test(probed), test(several_sources), test(distances), test(undefined),
              test(out_of_memory));
}
