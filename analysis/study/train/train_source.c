/* Whom an item learns together with: its original in a source language, a translation of it,
 * itself.
 */
#include <inttypes.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/train/streams.h"

void iso_train_sources_free(struct train_sources *s)
{
    for (int p = 0; p < TRAIN_PARTS; p++)
        for (int k = 0; k < SOURCE_KINDS; k++)
            iso_free(s->origin[p][k]);
    iso_free(s->lang);
    iso_encoding_free(&s->in);
    iso_texts_close(s->opened);
    *s = (struct train_sources){0};
}

/* Items of train and dev, whose states may be kept. */
static int64_t kept_items(const struct training *t)
{
    return t->set.part[TRAIN_LEARN].n + t->set.part[TRAIN_DEV].n;
}

/* Places of kept states: of the examples, then of other originals, then of translations. */
static int64_t place_of(const struct training *t, enum train_part part, enum source_kind kind,
                        int64_t i)
{
    const int64_t before = part == TRAIN_DEV ? t->set.part[TRAIN_LEARN].n : 0;

    if (part == TRAIN_TEST)
        return -1;
    return kind * kept_items(t) + before + i;
}

struct origin iso_train_origin(const struct training *t, enum train_part part,
                               enum source_kind kind, int64_t i)
{
    const struct examples *e = &t->set.part[part];
    const struct origin *of = t->sources.origin[part][kind];

    if (kind != SOURCE_SELF && of)
        return of[i];
    return (struct origin){&e->in->lang[e->at[i].lang], e->at[i].item,
                           place_of(t, part, SOURCE_SELF, i)};
}

int64_t iso_source_tokens(const struct origin *o)
{
    return o->lang->token_at[o->item + 1] - o->lang->token_at[o->item];
}

/* Is it an example of a language that is a source? */
static bool is_source(const struct training *t, enum train_part part, int64_t i)
{
    const struct train_texts *x = t->set.of[part];

    return x->lang[t->set.part[part].at[i].lang] < t->set.sources;
}

/* --- Originals --- */

/* The original of each number: where it lies, and where its state is kept. */
struct original {
    const struct encoding_lang *lang;
    int64_t item, place;
};

static iso_err find_originals(struct original **out, const struct training *t, enum train_part part)
{
    const struct train_texts *x = t->set.of[part];
    const struct examples *e = &t->set.part[part];
    struct original *of = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&of, x->all.items, sizeof *of));
    for (int l = 0; l < x->in.lang_count && x->lang[l] < t->set.sources; l++) {
        for (int64_t i = 0; i < x->in.lang[l].corpus.items; i++) {
            struct original *o = &of[x->all.number[l][i]];
            if (!o->lang)
                *o = (struct original){&x->in.lang[l], i, -1};
        }
    }
    for (int64_t i = 0; i < e->n; i++) {
        struct original *o = &of[e->at[i].number];
        if (o->lang == &x->in.lang[e->at[i].lang])
            o->place = place_of(t, part, SOURCE_SELF, i);
    }
    *out = of;
done:
    return err;
}

/* An item that no source has is its own. */
static iso_err find_gold(int64_t *missing, struct training *t, enum train_part part)
{
    const struct examples *e = &t->set.part[part];
    struct original *of = NULL;
    struct origin *gold = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find_originals(&of, t, part));
    ISO_TRY(iso_alloc(&gold, e->n, sizeof *gold));
    for (int64_t i = 0; i < e->n; i++) {
        const struct original *o = &of[e->at[i].number];
        gold[i] = iso_train_origin(t, part, SOURCE_SELF, i);
        if (is_source(t, part, i))
            continue;
        if (o->lang)
            gold[i] = (struct origin){o->lang, o->item,
                                      o->place >= 0 ? o->place : place_of(t, part, SOURCE_GOLD, i)};
        else
            ++*missing;
    }
    t->sources.origin[part][SOURCE_GOLD] = gold;
done:
    iso_free(of);
    return err;
}

/* The original of another item of the same language: the next in a random order. */
static iso_err shuffle(struct training *t)
{
    const struct examples *e = &t->set.part[TRAIN_TEST];
    struct origin *other = NULL;
    int64_t *order = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&other, e->n, sizeof *other));
    ISO_TRY(iso_alloc(&order, e->n, sizeof *order));
    for (int64_t i = 0, end; i < e->n; i = end) { /* examples come language by language */
        iso_rng rng =
            iso_stream_rng(iso_run_seed(t->run), ISO_STREAM_SHUFFLED, (uint64_t)e->at[i].lang);
        for (end = i; end < e->n && e->at[end].lang == e->at[i].lang; end++)
            order[end] = end;
        for (int64_t k = end - 1; k > i; k--) {
            const int64_t with = i + iso_rng_below(&rng, k - i + 1);
            const int64_t was = order[k];
            order[k] = order[with];
            order[with] = was;
        }
        for (int64_t k = i; k < end; k++)
            other[order[k]] =
                iso_train_origin(t, TRAIN_TEST, SOURCE_GOLD, order[k + 1 < end ? k + 1 : i]);
    }
    t->sources.origin[TRAIN_TEST][SOURCE_SHUFFLED] = other;
    other = NULL;
done:
    iso_free(other);
    iso_free(order);
    return err;
}

/* --- Translations --- */

/* The translation of each item of a language: its number in `lang`, −1 where there is none. */
static iso_err match(int64_t **out, const struct encoding_lang *of,
                     const struct encoding_lang *lang)
{
    const struct encoding_lang *const both[] = {of, lang};
    struct items_lang items[2];
    struct union_items u = {0};
    int64_t *back = NULL;
    iso_err err = ISO_OK;

    for (int k = 0; k < 2; k++)
        items[k] = (struct items_lang){.name = both[k]->name,
                                       .path = both[k]->path,
                                       .items = both[k]->corpus.items,
                                       .ids = both[k]->corpus.ids};
    ISO_TRY(iso_union_items_make(&u, items, 2, 0));
    ISO_TRY(iso_alloc(&back, u.items, sizeof *back));
    ISO_TRY(iso_alloc(out, of->corpus.items, sizeof **out));
    for (int64_t i = 0; i < u.items; i++)
        back[i] = -1;
    for (int64_t i = 0; i < lang->corpus.items; i++)
        back[u.number[1][i]] = i;
    for (int64_t i = 0; i < of->corpus.items; i++)
        (*out)[i] = back[u.number[0][i]];
done:
    iso_free(back);
    iso_union_items_free(&u);
    return err;
}

/* The translations of a language of the set. */
static const struct encoding_lang *find_lang(const struct train_sources *s, int lang)
{
    for (int l = 0; l < s->in.lang_count; l++) {
        if (s->lang[l] == lang)
            return &s->in.lang[l];
    }
    return NULL;
}

/* Where an item has no translation its original stands for it in training, itself else. */
static iso_err find_translated(int64_t *missing, struct training *t, enum train_part part)
{
    const struct examples *e = &t->set.part[part];
    const enum source_kind instead = part == TRAIN_LEARN ? SOURCE_GOLD : SOURCE_SELF;
    struct origin *of = NULL;
    int64_t *item = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&of, e->n, sizeof *of));
    for (int64_t i = 0, end; i < e->n; i = end) {
        const struct encoding_lang *own = &e->in->lang[e->at[i].lang];
        const struct encoding_lang *lang =
            find_lang(&t->sources, t->set.of[part]->lang[e->at[i].lang]);
        if (lang)
            ISO_TRY(match(&item, own, lang));
        for (end = i; end < e->n && e->at[end].lang == e->at[i].lang; end++) {
            const int64_t at = item ? item[e->at[end].item] : -1;
            of[end] = iso_train_origin(t, part, instead, end);
            if (at >= 0)
                of[end] = (struct origin){lang, at, place_of(t, part, SOURCE_TRANSLATED, end)};
            else
                *missing += !is_source(t, part, end);
        }
        iso_free(item);
        item = NULL;
    }
    t->sources.origin[part][SOURCE_TRANSLATED] = of;
    of = NULL;
done:
    iso_free(of);
    iso_free(item);
    return err;
}

/* Translations of the languages that are not sources, where the folder has them. */
static iso_err read_translations(struct training *t)
{
    const struct train_set *set = &t->set;
    struct train_sources *s = &t->sources;
    iso_texts_opt how = t->opt.texts;
    int *number = NULL, there = 0;
    iso_err err = ISO_OK;

    how.corpus = t->opt.translations;
    ISO_TRY(iso_texts_open(&s->opened, NULL, 0, &how, t->run));
    ISO_TRY(iso_alloc(&number, set->langs, sizeof *number));
    ISO_TRY(iso_alloc(&s->lang, set->langs, sizeof *s->lang));
    for (int l = set->sources; l < set->langs; l++) {
        const int k = iso_texts_find(s->opened, set->lang[l]);
        if (k >= 0) {
            s->lang[there] = l;
            number[there++] = k;
        }
    }
    if (there == 0)
        ISO_FAIL(ISO_EDATA, "%s: has translations of no language that is not a source",
                 t->opt.translations);
    ISO_TRY(iso_encoding_begin(&s->in, t->model, s->opened, set->of[TRAIN_LEARN]->in.pool,
                               t->opt.max_length, t->run));
    ISO_TRY(iso_encoding_read(&s->in, number, there));
done:
    iso_free(number);
    return err;
}

iso_err iso_train_sources(struct training *t)
{
    int64_t without = 0, untranslated = 0;
    iso_err err = ISO_OK;

    if (t->opt.translations)
        ISO_TRY(read_translations(t));
    for (int p = TRAIN_LEARN; p < TRAIN_PARTS; p++) {
        if (!t->set.of[p])
            continue;
        ISO_TRY(find_gold(&without, t, p));
        if (t->opt.translations)
            ISO_TRY(find_translated(&untranslated, t, p));
    }
    if (t->set.of[TRAIN_TEST])
        ISO_TRY(shuffle(t));
    if (!t->opt.translations)
        iso_run_note(t->run,
                     "without " ISO_FIELD(translations) " the source of an item is always "
                                                        "the original, in tests the item itself");
    if (without > 0)
        iso_run_note(t->run,
                     "items that no source language has, which are their own source: "
                     "%" PRId64,
                     without);
    if (untranslated > 0)
        iso_run_note(t->run,
                     "items without a translation, whose source is the original in "
                     "training, the item itself in tests: %" PRId64,
                     untranslated);
done:
    return err;
}
