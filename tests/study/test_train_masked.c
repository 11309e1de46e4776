/* Masked words: streams and pairs beside the tokens of each text, parts, masks, what learning
 * hangs on. */
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "tests/check.h"

enum { SIZE = 16, LANGS = 2 };

static iso_run run = {.threads = 1, .seed = 3};

/* What training reads, and the same texts as tokens of sentences. */
struct world {
    iso_model *model;
    iso_texts *texts;
    struct training t;
    struct encoding plain;
};

static void begin_as(struct world *w, const char *task, const iso_train_opt *more)
{
    static const int both[] = {0, 1};
    iso_texts_opt from;

    *w = (struct world){0};
    iso_train_opt_init(&w->t.opt, sizeof w->t.opt);
    w->t.opt.model.folder = source_path("examples/mini");
    ok(iso_option_set(iso_options_find(&iso_train_options, "task"), &w->t.opt, task));
    w->t.opt.stream = strcmp(task, "mlm") == 0 ? SIZE : 0;
    w->t.opt.texts.limit = 60;
    if (more) {
        w->t.opt.separate = more->separate;
        w->t.opt.anchors = more->anchors;
        w->t.opt.fake = more->fake;
        w->t.opt.model.random_weights = "1";
    }
    from = w->t.opt.texts;
    const char *words[] = {source_path("examples/corpus/en.tsv"), NULL};
    char en[1024], de[1024];
    snprintf(en, sizeof en, "en=%s", words[0]);
    snprintf(de, sizeof de, "de=%s", source_path("examples/corpus/de.tsv"));
    ok(iso_model_open(&w->model, &w->t.opt.model, &run));
    ok(iso_texts_open(&w->texts, (const char *const[]){en, de}, LANGS, &from, &run));
    w->t.model = w->model;
    w->t.run = &run;
    ok(iso_train_read(&w->t, w->texts));
    ok(iso_encoding_begin(&w->plain, w->model, w->texts, ISO_POOL_CLS, 0, &run));
    ok(iso_encoding_read(&w->plain, both, LANGS));
}

static void begin(struct world *w, const char *task)
{
    begin_as(w, task, NULL);
}

static void end(struct world *w)
{
    for (int i = 0; i < LOADED; i++)
        iso_loaded_free(&w->t.loaded[i]);
    iso_method_free(w->t.method);
    iso_free(w->t.ordinary);
    for (int l = 0; w->t.own_words && l < w->t.set.langs; l++)
        iso_free(w->t.own_words[l].ids);
    iso_free(w->t.own_words);
    iso_train_own_free(&w->t.own);
    iso_train_set_free(&w->t.set);
    iso_encoding_free(&w->plain);
    iso_texts_close(w->texts);
    iso_model_close(w->model);
}

/* All sentences of a language one after the other without what begins each. */
static int64_t joined(int32_t *out, const struct encoding_lang *l)
{
    int64_t n = 0;

    for (int64_t i = 0; i < l->corpus.items; i++) {
        for (int64_t k = l->token_at[i] + 1; k < l->token_at[i + 1]; k++)
            out[n++] = l->ids[k];
    }
    return n;
}

static void chunks_are_the_text(void **state)
{
    struct world w;
    int32_t *all = NULL;

    (void)state;
    begin(&w, "mlm");
    for (int l = 0; l < LANGS; l++) {
        const struct encoding_lang *of = &w.t.set.texts[0].in.lang[l], *plain = &w.plain.lang[l];
        ok(iso_alloc(&all, plain->token_at[plain->corpus.items], sizeof *all));
        const int64_t n = joined(all, plain), chunks = of->corpus.items;
        int64_t at = 0;
        assert_int_equal(chunks, (n + SIZE - 2) / (SIZE - 1));
        for (int64_t i = 0; i < chunks; i++) {
            const int64_t from = of->token_at[i], size = of->token_at[i + 1] - from;
            assert_true(size == SIZE || (i == chunks - 1 && size < SIZE));
            assert_int_equal(of->ids[from], plain->ids[0]);
            assert_true(of->mark[from] & TOKEN_SPECIAL);
            for (int64_t k = 1; k < size; k++)
                assert_int_equal(of->ids[from + k], all[at++]);
        }
        assert_int_equal(at, n);
        iso_free(all);
    }
    end(&w);
}

static void parts_are_shares_of_each_language(void **state)
{
    struct world w;

    (void)state;
    begin(&w, "mlm");
    for (int l = 0; l < LANGS; l++) {
        const int64_t chunks = w.t.set.texts[0].in.lang[l].corpus.items;
        int64_t of[TRAIN_PARTS] = {0};
        for (int p = TRAIN_LEARN; p < TRAIN_PARTS; p++) {
            for (int64_t i = 0; i < w.t.set.part[p].n; i++)
                of[p] += w.t.set.part[p].at[i].lang == l;
        }
        assert_int_equal(of[TRAIN_LEARN] + of[TRAIN_DEV] + of[TRAIN_TEST], chunks);
        near((double)of[TRAIN_LEARN], 0.8 * (double)chunks, 1);
        near((double)of[TRAIN_DEV], 0.1 * (double)chunks, 1);
    }
    end(&w);
}

static void pairs_are_both_texts(void **state)
{
    struct world w;

    (void)state;
    begin(&w, "tlm");
    const struct encoding_lang *pair = &w.t.set.texts[0].in.lang[1], *en = &w.plain.lang[0],
                               *de = &w.plain.lang[1];
    assert_int_equal(pair->corpus.items, 60);
    for (int64_t i = 0; i < 60; i++) { /* the files have the same ids in the same order */
        const int64_t a = en->token_at[i + 1] - en->token_at[i],
                      b = de->token_at[i + 1] - de->token_at[i], at = pair->token_at[i];
        assert_int_equal(pair->token_at[i + 1] - at, a + b - 1);
        assert_memory_equal(pair->ids + at, en->ids + en->token_at[i],
                            (size_t)a * sizeof *pair->ids);
        assert_memory_equal(pair->ids + at + a, de->ids + de->token_at[i] + 1,
                            (size_t)(b - 1) * sizeof *pair->ids);
    }
    for (int p = TRAIN_LEARN; p < TRAIN_PARTS; p++) {
        for (int64_t i = 0; i < w.t.set.part[p].n; i++)
            assert_int_equal(w.t.set.part[p].at[i].lang, 1);
    }
    end(&w);
}

/* Ids of the last of `count` examples, as loaded. */
static void load_last(int32_t ids[SIZE], struct world *w, enum train_part part, int64_t count,
                      int64_t step)
{
    static const int64_t list[] = {4, 0, 2};
    iso_micro micro = {0};

    ok(iso_train_load(&micro, &w->t, part, SOURCE_SELF, list + 3 - count, count, step));
    const iso_batch *b = &micro.target.batch;
    const iso_units *u = &micro.target.units;
    const struct example *e = &w->t.set.part[part].at[2];
    const struct encoding_lang *l = &w->t.set.texts[0].in.lang[e->lang];
    assert_int_equal(b->offsets[count] - b->offsets[count - 1], SIZE);
    memcpy(ids, b->ids + b->offsets[count - 1], SIZE * sizeof *ids);
    for (int64_t i = 0; i < u->n; i++) { /* what is asked for is what stood there */
        const int64_t at = u->index[u->first[i]] - b->offsets[count - 1];
        assert_int_equal(u->first[i + 1] - u->first[i], 1);
        if (at >= 0)
            assert_int_equal(u->label[i], l->ids[l->token_at[e->item] + at]);
    }
    for (int k = 0; k < SIZE; k++) {
        bool asked = false;
        for (int64_t i = 0; i < u->n; i++)
            asked = asked || u->index[i] == b->offsets[count - 1] + k;
        if (!asked)
            assert_int_equal(ids[k], l->ids[l->token_at[e->item] + k]);
    }
}

static void masks_are_of_the_step_and_the_chunk(void **state)
{
    int32_t a[SIZE], b[SIZE];
    struct world w;

    (void)state;
    begin(&w, "mlm");
    ok(iso_train_make_method(&w.t));
    load_last(a, &w, TRAIN_LEARN, 3, 7);
    load_last(b, &w, TRAIN_LEARN, 1, 7); /* neighbours do not matter */
    assert_memory_equal(a, b, sizeof a);
    load_last(b, &w, TRAIN_LEARN, 1, 8);
    assert_memory_not_equal(a, b, sizeof a);
    load_last(a, &w, TRAIN_DEV, 3, -1);
    load_last(b, &w, TRAIN_DEV, 1, -1);
    assert_memory_equal(a, b, sizeof a);
    end(&w);
}

/* The pieces of each language, special tokens apart, are moved by a vocabulary. */
static void pieces_are_moved(void **state)
{
    struct world w, usual;

    (void)state;
    begin(&usual, "mlm");
    begin_as(&w, "mlm", &(iso_train_opt){.anchors = ISO_TRAIN_NO_ANCHORS});
    const int64_t V = iso_model_about(w.model)->config->V;
    assert_int_equal(iso_train_rows(&w.t), 2 * V);
    assert_int_equal(w.t.masking.ordinary_count, 2 * usual.t.masking.ordinary_count);
    for (int l = 0; l < LANGS; l++) {
        const struct encoding_lang *a = &w.t.set.texts[0].in.lang[l],
                                   *b = &usual.t.set.texts[0].in.lang[l];
        assert_int_equal(a->token_at[a->corpus.items], b->token_at[b->corpus.items]);
        for (int64_t k = 0; k < b->token_at[b->corpus.items]; k++)
            assert_int_equal(a->ids[k], b->ids[k] + (b->mark[k] & TOKEN_SPECIAL ? 0 : l * V));
    }
    end(&w);
    end(&usual);
}

/* A fake language has the chunks of the other, of the same parts, and no piece of it. */
static void a_fake_language_is_the_other(void **state)
{
    struct world w;

    (void)state;
    begin_as(&w, "mlm", &(iso_train_opt){.fake = "en"});
    const int64_t V = iso_model_about(w.model)->config->V;
    const struct train_texts *x = &w.t.set.texts[0];
    assert_int_equal(x->in.lang_count, 3);
    text(x->in.lang[2].name, "en-x-fake");
    const struct encoding_lang *a = &x->in.lang[0], *b = &x->in.lang[2];
    assert_int_equal(a->corpus.items, b->corpus.items);
    for (int64_t i = 0; i < a->corpus.items; i++)
        assert_int_equal(x->part[x->all.number[0][i]], x->part[x->all.number[2][i]]);
    for (int64_t k = 0; k < a->token_at[a->corpus.items]; k++)
        assert_int_equal(b->ids[k], a->ids[k] + (a->mark[k] & TOKEN_SPECIAL ? 0 : V));
    end(&w);
}

/* Where parts are separate, what stands in place of a word is a word of its language. */
static void words_come_from_their_language(void **state)
{
    static bool known[LANGS][1 << 15];
    struct world w;
    int64_t other = 0;

    (void)state;
    begin_as(&w, "mlm", &(iso_train_opt){.separate = "1"});
    ok(iso_train_make_method(&w.t));
    const struct examples *e = &w.t.set.part[TRAIN_LEARN];
    memset(known, 0, sizeof known);
    for (int64_t i = 0; i < e->n; i++) {
        const struct encoding_lang *l = &e->in->lang[e->at[i].lang];
        for (int64_t k = l->token_at[e->at[i].item]; k < l->token_at[e->at[i].item + 1]; k++)
            known[e->at[i].lang][l->ids[k]] = true;
    }
    for (int64_t step = 0; step < 20; step++) {
        for (int64_t i = 0; i < e->n; i++) {
            iso_micro micro = {0};
            ok(iso_train_load(&micro, &w.t, TRAIN_LEARN, SOURCE_SELF, &i, 1, step));
            const iso_units *u = &micro.target.units;
            for (int64_t k = 0; k < u->n; k++) {
                const int32_t id = micro.target.batch.ids[u->index[u->first[k]]];
                assert_true(id == w.t.masking.mask || known[e->at[i].lang][id]);
                other += id != w.t.masking.mask && id != u->label[k];
            }
        }
    }
    assert_true(other > 100);
    end(&w);
}

int main(void)
{
    RUN_TESTS(test(chunks_are_the_text), test(parts_are_shares_of_each_language),
              test(pairs_are_both_texts), test(masks_are_of_the_step_and_the_chunk),
              test(pieces_are_moved), test(a_fake_language_is_the_other),
              test(words_come_from_their_language));
}
