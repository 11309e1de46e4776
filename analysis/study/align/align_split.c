/* Rows go to folds: those of items by the items, those of a dictionary by its source words. */
#include <string.h>

#include "analysis/study/align/align_inside.h"
#include "lib/base/alloc.h"

/* --- Items --- */

/* The languages that take part, the one that lends its ids first; texts[i] may have no text. */
static void gather(struct folds_ask *ask, struct item_texts *texts, const struct align_set *set,
                   const struct selection *sel, iso_states *s, int64_t n)
{
    const struct parallel *par = &set->pairing.parallel;
    const iso_lang *first = iso_states_lang(s, sel->lang[0]);

    ask->texts = texts;
    ask->languages = sel->lang_count;
    ask->items = first->offsets ? first->items : n;
    ask->ids = first->ids;
    ask->pick = par->pick ? par->pick[0] : NULL;
    for (int i = 0; i < sel->lang_count; i++) {
        const iso_lang *lang = iso_states_lang(s, sel->lang[i]);
        texts[i] = (struct item_texts){lang->text, lang->text2, par->pick ? par->pick[i] : NULL};
    }
}

/* item[row]: the item that a row is of; NULL when rows are items. */
static iso_err items_of_rows(int64_t **out, const struct align_set *set, const iso_lang *lang,
                             int64_t n)
{
    int64_t *item = NULL;

    *out = NULL;
    if (!set->words && !lang->offsets)
        return ISO_OK;
    const iso_err err = iso_alloc(&item, n, sizeof *item);
    if (err)
        return err;
    if (set->words)
        memcpy(item, set->words->item, (size_t)n * sizeof *item);
    for (int64_t i = 0; !set->words && i < lang->items; i++) {
        for (int64_t r = lang->offsets[i]; r < lang->offsets[i + 1]; r++)
            item[r] = i;
    }
    *out = item;
    return ISO_OK;
}

/* Where each row goes when those of a fold lie together. */
static iso_err place_rows(struct align_split *split, const struct folds *f, const int64_t *item)
{
    const int folds = f->count;
    int64_t *next = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&next, folds, sizeof *next));
    ISO_TRY(iso_alloc(&split->place, split->n, sizeof *split->place));
    ISO_TRY(iso_alloc(&split->start, folds + 1, sizeof *split->start));
    for (int64_t r = 0; r < split->n; r++)
        split->start[f->of[item ? item[r] : r] + 1]++;
    for (int k = 0; k < folds; k++) {
        if (split->start[k + 1] == 0)
            ISO_FAIL(ISO_EDATA, ISO_FIELD(folds) " %d: one of them would have no rows: fewer folds",
                     folds);
        split->start[k + 1] += split->start[k];
        next[k] = split->start[k];
    }
    for (int64_t r = 0; r < split->n; r++)
        split->place[r] = next[f->of[item ? item[r] : r]]++;
done:
    iso_free(next);
    return err;
}

/* The first row of equal text: rows are placed in ascending order, so it stays the first. */
static iso_err find_equal(struct align_set *set, const struct item_texts *texts,
                          const struct selection *sel, int langs)
{
    const struct align_split *split = set->split;
    int64_t *first = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&set->equal, langs, sizeof *set->equal));
    set->equals = langs;
    ISO_TRY(iso_alloc(&first, split->n, sizeof *first));
    for (int i = 0; i < sel->lang_count; i++) {
        int64_t **equal = &set->equal[sel->lang[i]];
        if (!texts[i].text)
            continue;
        ISO_TRY(iso_alloc(equal, split->n, sizeof **equal));
        ISO_TRY(iso_equal_text_first(first, &texts[i], split->n));
        for (int64_t r = 0; r < split->n; r++)
            (*equal)[split->place[r]] = split->place[first[r]];
    }
done:
    iso_free(first);
    return err;
}

iso_err iso_align_split_items(struct align_set *set, const struct align_ask *ask, iso_states *s,
                              int64_t n)
{
    struct selection sel = {0};
    struct folds_ask folds = {.count = ask->folds, .seed = iso_run_seed(ask->run)};
    struct item_texts *texts = NULL;
    struct folds dealt = {0};
    int64_t *item = NULL;
    iso_err err = ISO_OK;

    /* the languages of the pairing, in order */
    ISO_TRY(iso_selection_make(&sel, &ask->opt.select, s, false));
    ISO_TRY(iso_alloc(&texts, sel.lang_count, sizeof *texts));
    gather(&folds, texts, set, &sel, s, n);
    ISO_TRY(iso_alloc(&set->split, 1, sizeof *set->split));
    set->splits = 1;
    ISO_TRY(iso_folds_make(&dealt, &folds));
    *set->split = (struct align_split){.folds = ask->folds, .items = dealt.items, .n = n};
    iso_folds_note(&dealt, iso_states_lang(s, sel.lang[0])->name, ask->run);
    ISO_TRY(items_of_rows(&item, set, iso_states_lang(s, sel.lang[0]), n));
    ISO_TRY(place_rows(set->split, &dealt, item));
    if (!item)
        ISO_TRY(find_equal(set, texts, &sel, iso_states_langs(s)));
done:
    iso_selection_free(&sel);
    iso_free(texts);
    iso_free(item);
    iso_folds_free(&dealt);
    return err;
}

/* --- Words --- */

/* What is needed while a split is made. Rows stand for words. */
struct dealing {
    const iso_word_pairs *scored, *fitted;
    const iso_lang *src, *tgt;
    struct align_split *split;
    int64_t *number;   /* by source row: number of its word among those found, −1 */
    int64_t *taken;    /* by target row: 1 + the last fold that met it */
    int64_t *seen;     /* by target row: its candidate there */
    const char **text; /* by word */
    int64_t words;     /* found */
    int64_t *order;    /* scored pairs, fold by fold */
    struct folds folds;
};

static int64_t source_of(const struct dealing *d, int64_t i)
{
    return d->split->row[0][i];
}

static int64_t target_of(const struct dealing *d, int64_t i)
{
    return d->split->row[1][i];
}

/* Words in the order of the dictionary. */
static iso_err number_words(struct dealing *d)
{
    const iso_word_pairs *p = d->scored;
    const iso_lang *src = d->src;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&d->number, src->rows, sizeof *d->number));
    ISO_TRY(iso_alloc(&d->text, p->count, sizeof *d->text));
    for (int64_t r = 0; r < src->rows; r++)
        d->number[r] = -1;
    for (int64_t i = 0; i < p->count; i++) {
        if (d->number[p->source[i]] >= 0)
            continue;
        d->text[d->words] = src->tokens[p->source[i]];
        d->number[p->source[i]] = d->words++;
    }
done:
    return err;
}

static int fold_of(const struct dealing *d, int64_t pair)
{
    return d->folds.of ? d->folds.of[d->number[d->scored->source[pair]]] : 0;
}

/* Pairs fold by fold, those of a fold as the dictionary has them. */
static iso_err sort_pairs(struct dealing *d)
{
    struct align_split *split = d->split;
    const int64_t count = d->scored->count;
    int64_t *next = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&split->start, split->folds + 1, sizeof *split->start));
    ISO_TRY(iso_alloc(&next, split->folds, sizeof *next));
    ISO_TRY(iso_alloc(&d->order, count, sizeof *d->order));
    for (int64_t i = 0; i < count; i++)
        split->start[fold_of(d, i) + 1]++;
    for (int f = 0; f < split->folds; f++) {
        split->start[f + 1] += split->start[f];
        next[f] = split->start[f];
    }
    for (int64_t i = 0; i < count; i++)
        d->order[next[fold_of(d, i)]++] = i;
done:
    iso_free(next);
    return err;
}

/* Whether neither word of a pair stood in an earlier one of this fold that was kept. */
static bool is_first(struct dealing *d, bool *met, int f, int64_t pair)
{
    const iso_word_pairs *p = d->scored;
    bool *word = &met[d->number[p->source[pair]]];

    if (*word || d->taken[p->target[pair]] == f + 1)
        return false;
    *word = true;
    d->taken[p->target[pair]] = f + 1;
    return true;
}

/* Rows of a fold: first the pairs in which every word stands once, then the others. */
static iso_err place_pairs(struct dealing *d)
{
    struct align_split *split = d->split;
    const iso_word_pairs *p = d->scored, *fitted = d->fitted;
    bool *met = NULL, *late = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&met, d->words, sizeof *met));
    ISO_TRY(iso_alloc(&late, p->count, sizeof *late));
    ISO_TRY(iso_alloc(&d->taken, d->tgt->rows, sizeof *d->taken));
    for (int f = 0; f < split->folds; f++) {
        int64_t at = split->start[f];
        for (int64_t i = split->start[f]; i < split->start[f + 1]; i++)
            late[i] = !is_first(d, met, f, d->order[i]);
        for (int pass = 0; pass < 2; pass++) {
            for (int64_t i = split->start[f]; i < split->start[f + 1]; i++) {
                if (late[i] != (pass == 1))
                    continue;
                split->row[0][at] = p->source[d->order[i]];
                split->row[1][at++] = p->target[d->order[i]];
            }
            if (pass == 0)
                split->answers.once[f] = at - split->start[f];
        }
    }
    for (int64_t i = 0; fitted && i < fitted->count; i++) {
        split->row[0][p->count + i] = fitted->source[i];
        split->row[1][p->count + i] = fitted->target[i];
    }
done:
    iso_free(met);
    iso_free(late);
    return err;
}

/* Numbers the words and candidates of a fold; word[i], answer[i]: those of row i. */
static void number_fold(struct dealing *d, int f, int64_t *word, int64_t *answer)
{
    struct align_answers *g = &d->split->answers;
    const int64_t begin = d->split->start[f], end = d->split->start[f + 1];
    int64_t words = g->asked[f], candidates = g->offered[f];

    for (int64_t i = begin; i < end; i++) {
        int64_t *number = &d->number[source_of(d, i)], *taken = &d->taken[target_of(d, i)];
        if (*number < 0) {
            g->word[words] = i - begin;
            *number = words++;
        }
        if (*taken != f + 1) {
            g->candidate[candidates] = i - begin;
            *taken = f + 1;
            d->seen[target_of(d, i)] = candidates++ - g->offered[f];
        }
        word[i] = *number;
        answer[i] = d->seen[target_of(d, i)];
        g->first[*number + 1]++;
    }
    g->asked[f + 1] = words;
    g->offered[f + 1] = candidates;
}

static iso_err make_answers(struct dealing *d)
{
    struct align_answers *g = &d->split->answers;
    const int64_t n = d->scored->count;
    int64_t *word = NULL, *answer = NULL, *next = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&word, n, sizeof *word));
    ISO_TRY(iso_alloc(&answer, n, sizeof *answer));
    ISO_TRY(iso_alloc(&next, d->words, sizeof *next));
    ISO_TRY(iso_alloc(&d->seen, d->tgt->rows, sizeof *d->seen));
    for (int64_t r = 0; r < d->src->rows; r++)
        d->number[r] = -1;
    memset(d->taken, 0, (size_t)d->tgt->rows * sizeof *d->taken);
    for (int f = 0; f < d->split->folds; f++)
        number_fold(d, f, word, answer);
    for (int64_t w = 0; w < d->words; w++) {
        g->first[w + 1] += g->first[w];
        next[w] = g->first[w];
    }
    for (int64_t i = 0; i < n; i++)
        g->answer[next[word[i]]++] = answer[i];
done:
    iso_free(word);
    iso_free(answer);
    iso_free(next);
    return err;
}

static iso_err make_room(struct dealing *d)
{
    struct align_split *split = d->split;
    struct align_answers *g = &split->answers;
    const int64_t n = d->scored->count;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&split->row[0], split->n, sizeof *split->row[0]));
    ISO_TRY(iso_alloc(&split->row[1], split->n, sizeof *split->row[1]));
    ISO_TRY(iso_alloc(&g->once, split->folds, sizeof *g->once));
    ISO_TRY(iso_alloc(&g->asked, split->folds + 1, sizeof *g->asked));
    ISO_TRY(iso_alloc(&g->offered, split->folds + 1, sizeof *g->offered));
    ISO_TRY(iso_alloc(&g->word, d->words, sizeof *g->word));
    ISO_TRY(iso_alloc(&g->candidate, n, sizeof *g->candidate));
    ISO_TRY(iso_alloc(&g->first, d->words + 1, sizeof *g->first));
    ISO_TRY(iso_alloc(&g->answer, n, sizeof *g->answer));
done:
    return err;
}

iso_err iso_align_split_words(struct align_split *out, const struct align_ask *ask,
                              const iso_word_pairs *scored, const iso_word_pairs *fitted,
                              const iso_lang *src, const iso_lang *tgt)
{
    struct align_split split = {.folds = fitted ? 1 : ask->folds,
                                .n = scored->count + (fitted ? fitted->count : 0)};
    struct dealing d = {
        .scored = scored, .fitted = fitted, .src = src, .tgt = tgt, .split = &split};
    iso_err err = ISO_OK;

    ISO_TRY(number_words(&d));
    split.items = d.words;
    if (!fitted) /* a word's fold goes by the word and the seed */
        ISO_TRY(iso_folds_make(&d.folds, &(struct folds_ask){.count = ask->folds,
                                                             .seed = iso_run_seed(ask->run),
                                                             .items = d.words,
                                                             .ids = d.text}));
    ISO_TRY(make_room(&d));
    ISO_TRY(sort_pairs(&d));
    ISO_TRY(place_pairs(&d));
    ISO_TRY(make_answers(&d));
    *out = split;
    split = (struct align_split){0};
done:
    iso_align_split_free(&split);
    iso_folds_free(&d.folds);
    iso_free(d.number);
    iso_free(d.taken);
    iso_free(d.seen);
    iso_free(d.text);
    iso_free(d.order);
    return err;
}

void iso_align_split_free(struct align_split *split)
{
    struct align_answers *g = &split->answers;

    iso_free(split->start);
    iso_free(split->place);
    iso_free(split->row[0]);
    iso_free(split->row[1]);
    iso_free(g->once);
    iso_free(g->asked);
    iso_free(g->offered);
    iso_free(g->word);
    iso_free(g->candidate);
    iso_free(g->first);
    iso_free(g->answer);
    *split = (struct align_split){0};
}
