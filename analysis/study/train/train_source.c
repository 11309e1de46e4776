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
    iso_train_texts_free(&s->translations);
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
    return (struct origin){.lang = &e->in->lang[e->at[i].lang],
                           .item = e->at[i].item,
                           .place = place_of(t, part, SOURCE_SELF, i),
                           .label = e->label ? e->label + e->unit_at[i] : NULL,
                           .last = e->last ? e->last + i : NULL};
}

int64_t iso_source_tokens(const struct origin *o)
{
    return o->lang->token_at[o->item + 1] - o->lang->token_at[o->item];
}

int64_t iso_source_units(const struct origin *o)
{
    const int64_t *word_at = o->lang->word_at;

    return word_at ? word_at[o->item + 1] - word_at[o->item] : 1;
}

/* Is it an example of a language that is a source? */
static bool is_source(const struct training *t, enum train_part part, int64_t i)
{
    const struct train_texts *x = t->set.of[part];

    return x->lang[t->set.part[part].at[i].lang] < t->set.sources;
}

/* --- Originals --- */

/* Of each number: a language of the encoding, and its item (a question, not a window). */
struct original {
    int lang;
    int64_t item; /* -1: no source has one */
    bool example; /* it is one of the part */
};

/* The example of an item, -1: it is none. Examples are in the order of languages and items. */
static int64_t find_example(const struct examples *e, int lang, int64_t item)
{
    int64_t low = 0, high = e->n;

    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        const struct example *x = &e->at[middle];
        if (x->lang < lang || (x->lang == lang && x->item < item))
            low = middle + 1;
        else
            high = middle;
    }
    return low < e->n && e->at[low].lang == lang && e->at[low].item == item ? low : -1;
}

/* That of the first source language which has it as an example, else of the first which has it. */
static iso_err find_originals(struct original **out, const struct training *t, enum train_part part)
{
    const struct train_texts *x = t->set.of[part];
    const struct window_lang *w = x->windows.lang;
    struct original *of = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&of, x->all.items, sizeof *of));
    for (int64_t i = 0; i < x->all.items; i++)
        of[i].item = -1;
    for (int l = 0; l < x->in.lang_count && x->lang[l] < t->set.sources; l++) {
        for (int64_t i = 0; i < x->in.lang[l].corpus.items; i++) {
            struct original *o = &of[x->all.number[l][i]];
            const int64_t first = w ? w[l].item_at[i] : i;
            const bool example = find_example(&t->set.part[part], l, first) >= 0;
            if (o->item < 0 || (example && !o->example))
                *o = (struct original){l, i, example};
        }
    }
    *out = of;
done:
    return err;
}

/* The original of example i as a text: of spans its window beside the example's. */
static struct origin take_original(const struct training *t, enum train_part part, int64_t i,
                                   const struct original *o)
{
    const struct examples *e = &t->set.part[part];
    const struct window_lang *w = t->set.of[part]->windows.lang;
    const int64_t item =
        w ? iso_train_window_beside(&w[o->lang], o->item, &w[e->at[i].lang], e->at[i].item)
          : o->item;
    const int64_t at = find_example(e, o->lang, item);
    struct origin out = iso_train_origin(t, part, SOURCE_SELF, at >= 0 ? at : i);

    if (at < 0) {
        out = (struct origin){&e->in->lang[o->lang], item, place_of(t, part, SOURCE_GOLD, i), NULL,
                              NULL};
    }
    if (t->opt.task == ISO_TRAIN_CLASSIFY) /* a class is of both */
        out.label = e->label + e->unit_at[i];
    return out;
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
        if (o->item >= 0)
            gold[i] = take_original(t, part, i, o);
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
        end = iso_examples_end(e, i);
        for (int64_t k = i; k < end; k++)
            order[k] = k;
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

/* The translations of a language of the set; -1: there are none. */
static int find_lang(const struct train_texts *x, int lang)
{
    for (int l = 0; l < x->in.lang_count; l++) {
        if (x->lang[l] == lang)
            return l;
    }
    return -1;
}

/* The translation of example i, its item `item` among the translations `l`. */
static struct origin take_translation(const struct training *t, enum train_part part, int64_t i,
                                      int l, int64_t item)
{
    const struct train_texts *x = &t->sources.translations;
    const struct examples *e = &t->set.part[part];
    const struct window_lang *own = t->set.of[part]->windows.lang;
    struct origin out = {
        .lang = &x->in.lang[l], .item = item, .place = place_of(t, part, SOURCE_TRANSLATED, i)};

    if (own) {
        out.lang = &x->windows.in.lang[l];
        out.item =
            iso_train_window_beside(&x->windows.lang[l], item, &own[e->at[i].lang], e->at[i].item);
    }
    if (t->opt.task == ISO_TRAIN_CLASSIFY)
        out.label = e->label + e->unit_at[i];
    return out;
}

/* Where an item has no translation its original stands for it in training, itself else. */
static iso_err find_translated(int64_t *missing, struct training *t, enum train_part part)
{
    const struct train_texts *x = t->set.of[part];
    const struct examples *e = &t->set.part[part];
    const enum source_kind instead = part == TRAIN_LEARN ? SOURCE_GOLD : SOURCE_SELF;
    struct origin *of = NULL;
    int64_t *item = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&of, e->n, sizeof *of));
    for (int64_t i = 0, end; i < e->n; i = end) {
        const int own = e->at[i].lang, l = find_lang(&t->sources.translations, x->lang[own]);
        const struct window_lang *w = x->windows.lang;
        if (l >= 0)
            ISO_TRY(match(&item, &x->in.lang[own], &t->sources.translations.in.lang[l]));
        for (end = i; end < e->n && e->at[end].lang == own; end++) {
            const int64_t mine = w ? w[own].at[e->at[end].item].item : e->at[end].item;
            of[end] = item && item[mine] >= 0 ? take_translation(t, part, end, l, item[mine])
                                              : iso_train_origin(t, part, instead, end);
            *missing += !(item && item[mine] >= 0) && !is_source(t, part, end);
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
    struct train_texts *x = &t->sources.translations;
    iso_texts_opt how = t->opt.texts;
    int *number = NULL, there = 0;
    iso_err err = ISO_OK;

    how.corpus = t->opt.translations;
    ISO_TRY(iso_texts_open(&x->opened, NULL, 0, &how, t->run));
    ISO_TRY(iso_alloc(&number, set->langs, sizeof *number));
    ISO_TRY(iso_alloc(&x->lang, set->langs, sizeof *x->lang));
    for (int l = set->sources; l < set->langs; l++) {
        const int k = iso_texts_find(x->opened, set->lang[l]);
        if (k >= 0) {
            x->lang[there] = l;
            number[there++] = k;
        }
    }
    if (there == 0)
        ISO_FAIL(ISO_EDATA, "%s: has translations of no language that is not a source",
                 t->opt.translations);
    ISO_TRY(iso_encoding_begin(&x->in, t->model, x->opened, iso_train_pool(&t->opt),
                               t->opt.max_length, t->run));
    x->in.words = ISO_WORDS_BLANKS;
    ISO_TRY(iso_encoding_read(&x->in, number, there));
    if (t->opt.task == ISO_TRAIN_SPAN)
        ISO_TRY(iso_train_cut_windows(x));
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
