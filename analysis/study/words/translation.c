/* Word translation: the walk over layers, the notes, the plan. */
#include "analysis/study/words/translation.h"

#include <stdio.h>
#include <string.h>

#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"
#include "lib/text/fold.h"

/* What is the same for all layers. */
struct words_run {
    const struct words_ask *ask;
    struct words_source *side; /* two */
    iso_dictionary train, test;
    const iso_run *run;
    iso_facts *facts; /* NULL unless a plan is wanted */
};

static iso_record names_of(const struct words_run *w, const int layer[2],
                           const struct words_space space[2])
{
    const struct words_source *x = &w->side[0], *y = &w->side[1];
    iso_record r = iso_record_none();

    r.src = x->lang;
    r.tgt = y->lang;
    r.src_layer = layer[0] >= 0 ? layer[0] : ISO_NO_INT;
    r.tgt_layer = layer[1] >= 0 ? layer[1] : ISO_NO_INT;
    r.src_dim = space[0].v.dim;
    r.tgt_dim = space[1].v.dim;
    r.pool = x->pool ? x->pool : y->pool;
    r.model = x->model;
    if (y->model && !iso_str_same(x->model, y->model))
        *(x->model ? &r.model2 : &r.model) = y->model;
    r.prep = w->ask->prep_text;
    r.direction = "forward";
    r.train = w->ask->train;
    return r;
}

static iso_err check_sizes(const struct words_run *w, const struct words_space space[2])
{
    const int64_t n = space[0].rows.rows, m = space[1].rows.rows, d = space[0].rows.cols;
    const int64_t bytes = (n + m) * d * (int64_t)sizeof(float);

    for (int i = 0; i < w->ask->ranks; i++) {
        if (w->ask->rank[i] > m)
            return iso_fail(ISO_EARG, ISO_FIELD(k) " %lld: %s has %lld words",
                            (long long)w->ask->rank[i], w->side[1].path, (long long)m);
    }
    if (w->ask->near.neighbours > (n < m ? n : m))
        return iso_fail(ISO_EARG, ISO_FIELD(neighbours) " %d: there are %lld and %lld words",
                        w->ask->near.neighbours, (long long)n, (long long)m);
    if (bytes > iso_run_mem(w->run))
        return iso_fail(
            ISO_ENOMEM,
            ISO_FIELD(mem) " %lld: vectors of %lld and %lld words of %lld numbers are %lld bytes: "
                           "give more, or take fewer with " ISO_FIELD(max_vocab),
            (long long)iso_run_mem(w->run), (long long)n, (long long)m, (long long)d,
            (long long)bytes);
    return ISO_OK;
}

static iso_err lower_hint(iso_buf *out, const struct words_run *w, const iso_dictionary *d,
                          int64_t found, const struct words_space space[2])
{
    const struct dictionary_side side[2] = {{space[0].v.words, space[0].v.count},
                                            {space[1].v.words, space[1].v.count}};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, ""));
    if (!w->ask->opt.lower)
        ISO_TRY(iso_dictionaries_hint(out, d, found, side));
done:
    return err;
}

static iso_err note_missing(const struct words_run *w, const struct words_test *t,
                            const struct words_space space[2])
{
    int64_t missing = 0;
    iso_buf hint = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < t->words; i++)
        missing += t->first[i + 1] == t->first[i];
    ISO_TRY(lower_hint(&hint, w, &w->test, t->pairs, space));
    if (missing > 0 || hint.len > 0)
        iso_run_note(w->run,
                     "%s: %lld of %lld words cannot be scored: %lld have no vector, of %lld no "
                     "translation has one%s",
                     w->ask->opt.test, (long long)missing, (long long)t->words, (long long)t->lost,
                     (long long)(missing - t->lost), hint.text);
done:
    iso_buf_free(&hint);
    return err;
}

static iso_err note_pairs(const struct words_run *w, const iso_word_pairs *pairs,
                          const struct words_space space[2])
{
    iso_buf hint = {0};
    iso_err err = ISO_OK;

    ISO_TRY(lower_hint(&hint, w, &w->train, pairs->count, space));
    iso_run_note(w->run, "%s: %lld of %lld pairs have both words%s", w->ask->opt.train,
                 (long long)pairs->count, (long long)w->train.pairs, hint.text);
done:
    iso_buf_free(&hint);
    return err;
}

static iso_err add_facts(iso_facts *out, const struct words_run *w,
                         const struct words_space space[2], const iso_word_pairs *pairs,
                         const struct words_test *test)
{
    const double n = (double)space[0].rows.rows, m = (double)space[1].rows.rows;
    const double d = (double)space[0].rows.cols;
    char both[64];
    iso_err err = ISO_OK;

    (void)snprintf(both, sizeof both, "%.0f\t%.0f", n, m);
    ISO_TRY(iso_facts_text(out, "words", both));
    ISO_TRY(iso_facts_count(out, "dims", space[0].rows.cols));
    ISO_TRY(iso_facts_count(out, "train pairs", pairs->count));
    ISO_TRY(iso_facts_count(out, "test pairs", test->pairs));
    ISO_TRY(iso_facts_count(out, "rounds", w->ask->rounds));
    ISO_TRY(iso_facts_real(out, "operations", 2 * n * m * d * w->ask->rules));
    ISO_TRY(iso_facts_count(out, "memory", (int64_t)((n + m) * (d * 4 + 3072))));
done:
    return err;
}

/* One layer of each side, from files to records. */
static iso_err layer_records(iso_records *out, const struct words_run *w, const int layer[2],
                             bool first)
{
    const struct words_ask *ask = w->ask;
    struct words_space space[2] = {0};
    struct words_test test = {0};
    iso_word_pairs pairs = {0};
    iso_record like;
    iso_err err = ISO_OK;

    for (int i = 0; i < 2; i++)
        ISO_TRY(iso_words_space_read(&space[i], &w->side[i], ask, layer[i], first));
    like = names_of(w, layer, space);
    ISO_TRY(iso_words_pad(space, w->side, ask->opt.pad));
    ISO_TRY(check_sizes(w, space));
    if (ask->opt.train)
        ISO_TRY(iso_words_train_pairs(&pairs, &w->train, ask, space));
    ISO_TRY(iso_words_test_make(&test, &w->test, ask, space));
    if (first && pairs.count < w->train.pairs)
        ISO_TRY(note_pairs(w, &pairs, space));
    if (first)
        ISO_TRY(note_missing(w, &test, space));
    if (w->facts) {
        ISO_TRY(add_facts(w->facts, w, space, &pairs, &test));
        goto done;
    }
    ISO_TRY(iso_words_map(space, &pairs, ask));
    like.rank = ISO_NO_INT;
    ISO_TRY(iso_words_score(out, &like, &test, iso_mat_view(&space[0].rows),
                            iso_mat_view(&space[1].rows), ask));
done:
    iso_words_space_free(&space[0]);
    iso_words_space_free(&space[1]);
    iso_words_test_free(&test);
    iso_word_pairs_free(&pairs);
    return err;
}

/* Two states files go layer by layer and must have the same; a file without layers meets all. */
static iso_err check_layers(const struct words_source side[2])
{
    const struct words_source *x = &side[0], *y = &side[1];

    if (x->layers == 0 || y->layers == 0)
        return ISO_OK;
    if (x->layers == y->layers &&
        memcmp(x->layer, y->layer, (size_t)x->layers * sizeof *x->layer) == 0)
        return ISO_OK;
    if (x->layers == 1 && y->layers == 1) /* LANG:LAYER=FILE on both sides */
        return ISO_OK;
    return iso_fail(ISO_EDATA, "%s and %s have different layers: choose with " ISO_FIELD(layers),
                    x->path, y->path);
}

static iso_err all_layers(iso_records *out, const struct words_run *w)
{
    const int count[2] = {w->side[0].layers, w->side[1].layers};
    const int rounds = count[0] > count[1] ? count[0] : count[1];
    iso_err err = ISO_OK;

    for (int i = 0; i < (rounds > 0 ? rounds : 1); i++) {
        const int layer[2] = {count[0] ? w->side[0].layer[i] : -1,
                              count[1] ? w->side[1].layer[i] : -1};
        if (rounds > 1)
            ISO_TRY(iso_run_step(w->run, "layers", i, rounds, "layers"));
        ISO_TRY(layer_records(out, w, layer, i == 0));
    }
done:
    return err;
}

/* What papers print as one number, of the last layer. */
static void note_headline(const iso_records *list, int64_t from, const iso_run *run)
{
    const iso_record *last = NULL;

    for (int64_t i = from; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (r->k == 1 && iso_str_same(r->estimator, "csls") &&
            iso_str_same(r->denominator, "in-vocabulary"))
            last = r;
    }
    if (last)
        iso_run_note(run, "p@1 by csls of %lld words in the vocabulary: %.4f (chance %.2g)",
                     (long long)last->n, last->value, last->null);
}

static iso_err read_dictionaries(struct words_run *w)
{
    const iso_words_opt *o = &w->ask->opt;
    const iso_dictionary_opt opt = {.encoding = o->encoding,
                                    .lower = o->lower ? iso_text_lower : NULL,
                                    .strict = o->strict,
                                    .run = w->run};
    iso_err err = ISO_OK;

    ISO_TRY(iso_dictionaries_read(&w->test, o->test, &opt));
    if (o->train) {
        ISO_TRY(iso_dictionaries_read(&w->train, o->train, &opt));
        ISO_TRY(iso_dictionaries_overlap(o->train, &w->train, o->test, &w->test, w->run));
    }
done:
    return err;
}

/* Records, or with `facts` the plan. */
static iso_err translate(iso_records *out, iso_facts *facts, const iso_words_side given[2],
                         const iso_words_opt *opt, const iso_run *run)
{
    struct words_ask ask = {0};
    struct words_source side[2] = {0};
    struct words_run w = {.ask = &ask, .side = side, .run = run, .facts = facts};
    iso_err err = ISO_OK;

    ISO_TRY(iso_words_ask_make(&ask, opt, run));
    for (int i = 0; i < 2; i++)
        ISO_TRY(iso_words_source_open(&side[i], &given[i], &ask));
    ISO_TRY(check_layers(side));
    ISO_TRY(read_dictionaries(&w));
    ISO_TRY(all_layers(out, &w));
done:
    iso_dictionary_free(&w.train);
    iso_dictionary_free(&w.test);
    iso_words_source_close(&side[0]);
    iso_words_source_close(&side[1]);
    iso_words_ask_free(&ask);
    return err;
}

iso_err iso_words_plan(iso_facts *out, const iso_words_side side[2], const iso_words_opt *opt,
                       const iso_run *run)
{
    iso_records none = {0};
    const iso_err err = translate(&none, out, side, opt, run);

    iso_records_free(&none);
    return err;
}

iso_err iso_words(iso_records *out, const iso_words_side side[2], const iso_words_opt *opt,
                  const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    const iso_threads threads = iso_blas_enter(run);
    const iso_err err = translate(out, NULL, side, opt, run);

    iso_blas_leave(threads);
    if (err)
        iso_records_cut(out, before);
    else
        note_headline(out, before, run);
    return err;
}
