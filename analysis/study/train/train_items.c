/* Texts, labels, and which item is of which part. */
#include <inttypes.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/train/budget.h"

enum { MAIN, DEV, TEST };

void iso_train_texts_free(struct train_texts *x)
{
    for (int i = 0; x->label && i < x->in.lang_count; i++)
        iso_free(x->label[i]);
    iso_free(x->label);
    iso_free(x->lang);
    iso_free(x->part);
    iso_train_windows_free(&x->windows);
    iso_union_items_free(&x->all);
    iso_encoding_free(&x->in);
    iso_texts_close(x->opened);
    *x = (struct train_texts){0};
}

static void examples_free(struct examples *e)
{
    iso_free(e->at);
    iso_free(e->unit_at);
    iso_free(e->label);
    iso_free(e->last);
    iso_free(e->number);
}

void iso_train_set_free(struct train_set *s)
{
    for (int p = 0; p < TRAIN_PARTS; p++)
        examples_free(&s->part[p]);
    for (int i = 0; i < TRAIN_TEXTS; i++)
        iso_train_texts_free(&s->texts[i]);
    iso_train_copies_free(s);
    for (int c = 0; s->class_name && c < s->classes; c++)
        iso_free(s->class_name[c]);
    iso_free(s->class_name);
    iso_free(s->entity);
    iso_free(s->lang);
    iso_id_shift_free(&s->shift);
    iso_buf_free(&s->fake);
    iso_classifier_close(s->head);
    iso_buf_free(&s->sources_name);
    iso_buf_free(&s->train);
    *s = (struct train_set){0};
}

/* --- Labels --- */

static bool labelled(const iso_corpus *c, int64_t item)
{
    return c->labels && c->labels[item] && *c->labels[item];
}

/* An item without a label has that of its translation in the first language that says one. Tags
 * and answers belong to their own words. */
static iso_err find_labels(struct train_texts *x, bool own)
{
    const char **of = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&x->label, x->in.lang_count, sizeof *x->label));
    ISO_TRY(iso_alloc(&of, x->all.items, sizeof *of));
    for (int l = 0; l < x->in.lang_count; l++) {
        const iso_corpus *c = &x->in.lang[l].corpus;
        ISO_TRY(iso_alloc(&x->label[l], c->items, sizeof **x->label));
        for (int64_t i = 0; i < c->items; i++) {
            const char **shared = &of[x->all.number[l][i]];
            x->label[l][i] = labelled(c, i) ? c->labels[i] : NULL;
            *shared = *shared ? *shared : x->label[l][i];
        }
    }
    for (int l = 0; !own && l < x->in.lang_count; l++) {
        for (int64_t i = 0; i < x->in.lang[l].corpus.items; i++) {
            if (!x->label[l][i])
                x->label[l][i] = of[x->all.number[l][i]];
        }
    }
done:
    iso_free(of);
    return err;
}

/* --- Texts --- */

/* Questions go with their contexts: of these `split` compares texts. */
static iso_err number_items(struct train_texts *x, int texted, bool spans)
{
    struct items_lang *lang = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&lang, x->in.lang_count, sizeof *lang));
    for (int l = 0; l < x->in.lang_count; l++) {
        const struct encoding_lang *of = &x->in.lang[l];
        lang[l] = (struct items_lang){of->name,       of->path,        of->corpus.items,
                                      of->corpus.ids, of->corpus.text, of->corpus.text2};
        if (spans && of->corpus.text2) {
            lang[l].text = of->corpus.text2;
            lang[l].text2 = NULL;
        }
    }
    ISO_TRY(iso_union_items_make(&x->all, lang, x->in.lang_count, texted));
done:
    iso_free(lang);
    return err;
}

iso_err iso_train_texts(struct training *t, struct train_texts *x, const iso_texts *texts,
                        int count, int needed)
{
    const struct train_set *s = &t->set;
    const bool tags = t->opt.task == ISO_TRAIN_TAG, spans = t->opt.task == ISO_TRAIN_SPAN;
    const char **name = NULL;
    int *number = NULL, there = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&number, count, sizeof *number));
    ISO_TRY(iso_alloc(&name, count, sizeof *name));
    ISO_TRY(iso_alloc(&x->lang, count, sizeof *x->lang));
    for (int l = 0; l < count; l++) {
        const char *of = iso_train_text_of(s, &t->opt, s->lang[l]);
        number[there] = iso_texts_find(texts, of);
        name[there] = s->lang[l];
        if (number[there] < 0 && l < needed)
            ISO_TRY(iso_texts_need(&number[there], texts, "src", of));
        if (number[there] >= 0)
            x->lang[there++] = l;
    }
    ISO_TRY(iso_encoding_begin(&x->in, t->model, texts, iso_train_pool(&t->opt),
                               iso_train_text_length(t->model, &t->opt), t->run));
    x->in.words = ISO_WORDS_BLANKS;
    x->in.names = name;
    if (s->shift.count > 0)
        x->in.shift = &s->shift;
    ISO_TRY(iso_encoding_read(&x->in, number, there));
    if (t->opt.task == ISO_TRAIN_MLM) {
        ISO_TRY(iso_train_cut_streams(x, &t->opt));
        goto done;
    }
    ISO_TRY(number_items(x, s->sources < there ? s->sources : there, spans));
    if (t->opt.task == ISO_TRAIN_TLM)
        ISO_TRY(iso_train_pair(x));
    else
        ISO_TRY(find_labels(x, tags || spans));
    if (tags)
        ISO_TRY(iso_train_fit_tags(x, t->run));
done:
    x->in.names = NULL;
    iso_free(number);
    iso_free(name);
    return err;
}

static iso_err open_folder(struct train_texts *x, const char *folder, const iso_train_opt *opt,
                           const iso_run *run)
{
    iso_texts_opt how = opt->texts;

    how.corpus = folder;
    return iso_texts_open(&x->opened, NULL, 0, &how, run);
}

/* --- Which item is of which part --- */

static iso_err add_example(struct examples *e, const struct train_texts *x, int lang, int64_t item)
{
    iso_err err = ISO_OK;

    if (e->n == e->room) {
        const int64_t room = e->room ? 2 * e->room : 256;
        ISO_TRY(iso_realloc(&e->at, e->n, room, sizeof *e->at));
        e->room = room;
    }
    e->at[e->n++] =
        (struct example){.lang = lang, .item = item, .number = x->all.number[lang][item]};
done:
    return err;
}

iso_err iso_train_fill(struct train_set *s, enum train_part part, int langs)
{
    const struct train_texts *x = s->of[part];
    struct examples *e = &s->part[part];
    iso_err err = ISO_OK;

    e->in = &x->in;
    for (int l = 0; l < x->in.lang_count && x->lang[l] < langs; l++) {
        for (int64_t i = 0; i < x->in.lang[l].corpus.items; i++) {
            if ((!x->label || x->label[l][i]) && (!x->part || x->part[x->all.number[l][i]] == part))
                ISO_TRY(add_example(e, x, l, i));
        }
    }
done:
    return err;
}

static int64_t count_of(const struct examples *e, int lang)
{
    int64_t n = 0;

    for (int64_t i = 0; i < e->n; i++)
        n += e->at[i].lang == lang;
    return n;
}

/* --- The budget: an equal share of each source, of different items --- */

static iso_err draw(uint8_t *taken, const struct train_set *s, int64_t budget, uint64_t seed)
{
    const struct examples *e = &s->part[TRAIN_LEARN];
    int64_t *id = NULL, *chosen = NULL, *share = NULL, first = 0, at = 0;
    iso_budget_lang *lang = NULL;
    iso_err err = ISO_OK;

    if (budget < s->sources)
        ISO_FAIL(ISO_EARG, ISO_FIELD(budget) " %lld: less than one item for each of %d sources",
                 (long long)budget, s->sources);
    if (budget > e->n)
        ISO_FAIL(ISO_EDATA, ISO_FIELD(budget) " %lld: the sources have %lld items in all",
                 (long long)budget, (long long)e->n);
    ISO_TRY(iso_alloc(&id, e->n, sizeof *id));
    ISO_TRY(iso_alloc(&lang, s->sources, sizeof *lang));
    ISO_TRY(iso_alloc(&share, s->sources, sizeof *share));
    ISO_TRY(iso_alloc(&chosen, budget, sizeof *chosen));
    for (int64_t i = 0; i < e->n; i++)
        id[i] = e->at[i].number;
    for (int l = 0; l < s->sources; l++) { /* examples come language by language */
        lang[l] = (iso_budget_lang){s->lang[l], id + first, count_of(e, l)};
        first += lang[l].n;
    }
    ISO_TRY(iso_budget(chosen, share, budget, lang, s->sources, seed));
    for (int l = 0; l < s->sources; l++) {
        for (int64_t i = 0; i < share[l]; i++)
            taken[lang[l].id - id + chosen[at++]] = 1;
    }
done:
    iso_free(id);
    iso_free(lang);
    iso_free(share);
    iso_free(chosen);
    return err;
}

/* What a source learns its translations learn. */
static iso_err keep_budget(struct train_set *s, const iso_train_opt *opt, uint64_t seed)
{
    struct examples *e = &s->part[TRAIN_LEARN];
    uint8_t *taken = NULL, *number = NULL;
    int64_t kept = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&taken, e->n, 1));
    ISO_TRY(iso_alloc(&number, s->of[TRAIN_LEARN]->all.items, 1));
    if (opt->budget > 0)
        ISO_TRY(draw(taken, s, opt->budget, seed));
    for (int64_t i = 0; i < e->n; i++) {
        const bool source = e->at[i].lang < s->sources;
        if (source && (opt->budget == 0 || taken[i]))
            number[e->at[i].number] = taken[i] = 1;
    }
    for (int64_t i = 0; i < e->n; i++) {
        if (taken[i] || (e->at[i].lang >= s->sources && number[e->at[i].number]))
            e->at[kept++] = e->at[i];
    }
    e->n = kept;
done:
    iso_free(taken);
    iso_free(number);
    return err;
}

/* --- All of it --- */

/* Every language that learns does so from something; the first of pairs from those of the others.
 */
static iso_err check_learnt(const struct train_set *s, iso_train_task task)
{
    const struct train_texts *x = s->of[TRAIN_LEARN];

    if (task == ISO_TRAIN_TLM && s->learners < 2)
        return iso_fail(ISO_EARG, ISO_FIELD(task) " tlm pairs the first language of " ISO_FIELD(
                                      src) " with each other one: name two or more");
    for (int l = task == ISO_TRAIN_TLM; l < s->learners; l++) {
        if (count_of(&s->part[TRAIN_LEARN], l) > 0)
            continue;
        if (task == ISO_TRAIN_MLM || task == ISO_TRAIN_TLM)
            return iso_fail(ISO_EDATA, "%s: %s has nothing to learn from: %s%s", x->in.lang[l].path,
                            s->lang[l],
                            task == ISO_TRAIN_MLM ? "too little text" : "no translation of ",
                            task == ISO_TRAIN_MLM ? "" : s->lang[0]);
        return iso_fail(
            ISO_EDATA, "%s: %s has no item to learn from: %s", x->in.lang[l].path, s->lang[l],
            l < s->sources
                ? "its items need labels (a column label, " ISO_FIELD(columns) " label=NAME)"
                : "its items need ids of a source's, which is learnt from");
    }
    return ISO_OK;
}

/* A folder without labelled items is a mistake; shares may leave a part empty. */
static iso_err check_part(struct training *t, enum train_part part, const char *folder)
{
    struct train_set *s = &t->set;
    const char *name = part == TRAIN_DEV ? "dev" : "test";

    if (!s->of[part] || s->part[part].n > 0)
        return ISO_OK;
    if (folder)
        return iso_fail(ISO_EDATA, ISO_FIELD_S " %s: holds no %s of the languages asked for", name,
                        folder, iso_train_masked(&t->opt) ? "text" : "labelled item");
    s->of[part] = NULL;
    iso_run_note(t->run, "no item is of the part %s: %s", name,
                 part == TRAIN_DEV ? "the last weights count" : "nothing is tested");
    return ISO_OK;
}

static iso_err fill_parts(struct training *t)
{
    struct train_set *s = &t->set;
    iso_err err = ISO_OK;

    ISO_TRY(iso_train_fill(s, TRAIN_LEARN, s->learners));
    ISO_TRY(keep_budget(s, &t->opt, iso_run_seed(t->run)));
    ISO_TRY(check_learnt(s, t->opt.task));
    if (s->of[TRAIN_DEV])
        ISO_TRY(iso_train_fill(s, TRAIN_DEV, s->learners));
    if (s->of[TRAIN_TEST])
        ISO_TRY(iso_train_fill(s, TRAIN_TEST, s->langs));
    ISO_TRY(check_part(t, TRAIN_DEV, t->opt.dev));
    ISO_TRY(check_part(t, TRAIN_TEST, t->opt.test));
done:
    return err;
}

static iso_err split_texts(struct training *t, const char *split)
{
    struct train_set *s = &t->set;
    struct train_texts *x = &s->texts[MAIN];
    iso_err err = ISO_OK;

    s->of[TRAIN_LEARN] = x;
    if (!split) {
        s->of[TRAIN_DEV] = t->opt.dev ? &s->texts[DEV] : NULL;
        s->of[TRAIN_TEST] = t->opt.test ? &s->texts[TEST] : NULL;
        return ISO_OK;
    }
    ISO_TRY(iso_alloc(&x->part, x->all.items, 1));
    s->of[TRAIN_DEV] = s->of[TRAIN_TEST] = x;
    if (t->opt.task == ISO_TRAIN_MLM)
        return iso_train_split_chunks(x, t, split);
    ISO_TRY(iso_train_split(x->part, &x->all, s->sources, split, iso_run_seed(t->run), t->run));
    if (!x->all.id)
        iso_run_note(t->run, "%s has no ids: the part of an item goes by its position", s->lang[0]);
done:
    return err;
}

iso_err iso_train_read(struct training *t, const iso_texts *texts)
{
    static const char usual[] = "80/10/10";
    struct train_set *s = &t->set;
    const bool apart = t->opt.dev || t->opt.test;
    const char *split = t->opt.split ? t->opt.split : apart ? NULL : usual;
    const int first = t->opt.task == ISO_TRAIN_TLM; /* of all pairs */
    iso_err err = ISO_OK;

    if (t->opt.dev)
        ISO_TRY(open_folder(&s->texts[DEV], t->opt.dev, &t->opt, t->run));
    if (t->opt.test)
        ISO_TRY(open_folder(&s->texts[TEST], t->opt.test, &t->opt, t->run));
    ISO_TRY(iso_train_choose_langs(t, texts, t->opt.test ? s->texts[TEST].opened : texts));
    ISO_TRY(iso_train_number_own(t));
    ISO_TRY(iso_train_make_shift(s, t));
    ISO_TRY(
        iso_train_texts(t, &s->texts[MAIN], texts, split ? s->langs : s->learners, s->learners));
    if (t->opt.dev)
        ISO_TRY(iso_train_texts(t, &s->texts[DEV], s->texts[DEV].opened, s->learners, s->sources));
    if (t->opt.test)
        ISO_TRY(iso_train_texts(t, &s->texts[TEST], s->texts[TEST].opened, s->langs, first));
    ISO_TRY(split_texts(t, split));
    ISO_TRY(fill_parts(t));
    if (t->opt.augment)
        ISO_TRY(iso_train_copies(t));
    ISO_TRY(iso_train_masked(&t->opt)       ? iso_train_lay_masked(t)
            : t->opt.task == ISO_TRAIN_SPAN ? iso_train_windows(t)
                                            : iso_train_classes(t));
done:
    return err;
}
