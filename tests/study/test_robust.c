/* Robustness beside plain sums over the same probes, and beside the study of probes. */
#include <math.h>
#include <string.h>

#include "analysis/study/robust/robust_inside.h"
#include "lib/base/alloc.h"
#include "lib/text/lang.h"
#include "tests/check.h"

static iso_states *mini(void)
{
    const char *name = source_path("examples/states/mini.h5");
    iso_states *s = NULL;

    ok(iso_states_open(&s, &name, 1, &(iso_states_opt){.canonical = iso_lang_canonical}));
    return s;
}

static double value_of(const iso_records *list, const char *measure, const char *estimator,
                       const char *tgt, double *null)
{
    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (strcmp(r->measure, measure) || strcmp(r->estimator ? r->estimator : "", estimator) ||
            (tgt && (!r->tgt || strcmp(r->tgt, tgt))))
            continue;
        if (null)
            *null = r->null;
        return r->value;
    }
    fail_msg("no %s:%s of %s", measure, estimator, tgt ? tgt : "all");
    return NAN;
}

/* The probe that the study of probes scores: the same accuracy in every language. */
static void probes_are_those_of_probe(void **state)
{
    (void)state;
    static const char *const lang[] = {"en", "de", "fr", "sw"};
    const iso_probe_opt probe = {.size = sizeof probe,
                                 .select = {.src = "en", .tgt = "de,fr,sw", .layers = "3"},
                                 .measure = "accuracy:probe"};
    const iso_robust_opt opt = {.size = sizeof opt,
                                .sigma = NAN,
                                .select = {.src = "en", .tgt = "de,fr,sw", .layers = "3"}};
    const iso_run run = {.seed = 9};
    iso_records a = {0}, b = {0};
    iso_states *s = mini();

    ok(iso_probe(&a, s, &probe, &run));
    ok(iso_robust(&b, s, &opt, &run));
    for (int l = 0; l < 4; l++)
        near(value_of(&a, "accuracy", "probe", lang[l], NULL),
             value_of(&b, "accuracy", "probe", lang[l], NULL), 0);
    iso_records_free(&a);
    iso_records_free(&b);
    iso_states_close(s);
}

static int answer(double *z, const struct linear_probe *l, const float *x)
{
    int best = 0;

    for (int c = 0; c < l->classes; c++) {
        z[c] = l->b[c];
        for (int64_t j = 0; j < l->d; j++)
            z[c] += l->w[c * l->d + j] * (double)x[j];
        best = z[c] > z[best] ? c : best;
    }
    return best;
}

/* Numbers of the items are plain sums over the rows and weights; within the boundary no answer
 * changes; records are their means. */
static void items_are_plain_sums(void **state)
{
    (void)state;
    const iso_probe_opt probe = {.size = sizeof probe,
                                 .select = {.src = "en", .tgt = "fr", .layers = "2"},
                                 .measure = "accuracy:probe"};
    const iso_robust_opt opt = {.size = sizeof opt, .sigma = NAN, .select = probe.select};
    struct robust_target t = {.first = 1, .second = 1};
    struct probe_ask ask = {0};
    struct probe_set set = {0};
    struct robust_layer l = {0};
    struct robust_items p = {0};
    iso_records records = {0};
    int64_t *row_of[2] = {0};
    double distance = 0, boundary = 0, flips = 0, null = 0, z[64];
    iso_states *s = mini();

    ok(iso_probe_ask_make(&ask, &probe, NULL));
    ok(iso_probe_set_make(&set, &ask, s, NULL));
    for (int i = 0; i < 2; i++) {
        ok(iso_alloc(&row_of[i], set.items, sizeof *row_of[i]));
        for (int64_t r = 0; r < set.items; r++)
            row_of[i][set.lang[i].item[r]] = r;
    }
    ok(iso_robust_layer_make(&l, &set, &ask, 2, row_of));
    ok(iso_robust_items_make(&p, &l, &set, 0, &t));
    assert_true(p.n == 240 && p.lost == 0 && p.length);
    for (int64_t i = 0; i < p.n; i++) {
        const int64_t a = row_of[0][p.item[i]], b = row_of[1][p.item[i]];
        const struct linear_probe *m = &l.fold[set.lang[0].fold[a]];
        const float *x = (const float *)l.rows.x[0].data + a * l.rows.x[0].stride;
        const float *y = (const float *)l.rows.x[1].data + b * l.rows.x[1].stride;
        const int said = answer(z, m, x);
        double sum = 0, least = INFINITY;
        for (int c = 0; c < m->classes; c++) {
            double norm = 0;
            for (int64_t j = 0; j < m->d; j++)
                norm += pow(m->w[c * m->d + j] - m->w[said * m->d + j], 2);
            least = c != said ? fmin(least, (z[said] - z[c]) / sqrt(norm)) : least;
        }
        for (int64_t j = 0; j < m->d; j++)
            sum += pow((double)x[j] - (double)y[j], 2);
        const int other = answer(z, m, y);
        near(p.distance[i], sqrt(sum), 1e-9 * sqrt(sum));
        near(p.boundary[i], least, 1e-9 * least);
        near(p.ratio[i], sqrt(sum) / least, 1e-9 * p.ratio[i]);
        assert_true(p.flip[i] == (said != other) && p.kept[i] == (said == set.lang[0].label[a]) &&
                    p.right[i] == (other == set.lang[1].label[b]));
        assert_true(p.ratio[i] >= 1 || !p.flip[i]);
        distance += sqrt(sum) / 240;
        boundary += least / 240;
        flips += (said != other) / 240.0;
    }
    ok(iso_robust(&records, s, &opt, NULL));
    near(value_of(&records, "distance", "translation", "fr", NULL), distance, 1e-9);
    near(value_of(&records, "distance", "boundary", "fr", NULL), boundary, 1e-9);
    near(value_of(&records, "flip", "translation", "fr", &null), flips, 1e-12);
    assert_true(null > 0 && null <= 1);
    iso_records_free(&records);
    iso_robust_items_free(&p);
    iso_robust_layer_free(&l, &set);
    iso_probe_set_free(&set);
    iso_probe_ask_free(&ask);
    for (int i = 0; i < 2; i++)
        iso_free(row_of[i]);
    iso_states_close(s);
}

/* A source is its own translation: distance 0, ratio 0, no answer differs. Of pairs in two
 * languages the first half is of one and the second of the other. */
static void pairs_of_one_language_are_as_alone(void **state)
{
    (void)state;
    iso_robust_opt opt = {.size = sizeof opt,
                          .sigma = NAN,
                          .select = {.src = "en", .tgt = "de,fr", .layers = "1"},
                          .interval = ISO_INTERVAL_NONE};
    iso_records r = {0};
    iso_states *s = mini();

    opt.second = s; /* the second sentence is the first */
    ok(iso_robust(&r, s, &opt, NULL));
    const double both = value_of(&r, "distance", "translation", "de", NULL);
    const double mixed = value_of(&r, "distance", "translation", "de+en", NULL);
    assert_true(mixed > 0 && both > 0);
    near(value_of(&r, "distance", "translation", "en+de", NULL), mixed, 1e-9 * mixed);
    (void)value_of(&r, "ratio", "median", "fr+de", NULL);
    iso_records_free(&r);
    iso_states_close(s);
}

static void out_of_memory(void **state)
{
    (void)state;
    const char *name = source_path("examples/states/mini.h5");
    const iso_robust_opt opt = {.size = sizeof opt,
                                .sigma = NAN,
                                .select = {.layers = "4", .src = "en", .tgt = "de,fr,sw,zh"},
                                .folds = 3,
                                .interval = ISO_INTERVAL_NONE};
    iso_err err = ISO_ENOMEM;
    iso_states *s = NULL;

    ok(iso_states_open(&s, &name, 1,
                       &(iso_states_opt){.canonical = iso_lang_canonical, .limit = 60}));
    for (int n = 0; err; n += 1 + n / 8) {
        iso_records records = {0};
        iso_alloc_fail_after(n);
        err = iso_robust(&records, s, &opt, NULL);
        iso_alloc_fail_after(-1);
        assert_true(err ? err == ISO_ENOMEM && records.count == 0 : records.count > 0);
        iso_records_free(&records);
    }
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(probes_are_those_of_probe), test(items_are_plain_sums),
              test(pairs_of_one_language_are_as_alone), test(out_of_memory));
}
