/* Rows of items go to folds. */
#include <string.h>

#include "analysis/study/align/align_rows.h"
#include "analysis/study/align/align_words.h"
#include "lib/base/alloc.h"

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
static iso_err place_rows(struct align_lot *lot, const struct folds *f, const int64_t *item)
{
    const int folds = f->count;
    int64_t *next = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&next, folds, sizeof *next));
    ISO_TRY(iso_alloc(&lot->place, lot->n, sizeof *lot->place));
    ISO_TRY(iso_alloc(&lot->start, folds + 1, sizeof *lot->start));
    for (int64_t r = 0; r < lot->n; r++)
        lot->start[f->of[item ? item[r] : r] + 1]++;
    for (int k = 0; k < folds; k++) {
        if (lot->start[k + 1] == 0)
            ISO_FAIL(ISO_EARG, ISO_FIELD(folds) " %d: one of them would have no rows: fewer folds",
                     folds);
        lot->start[k + 1] += lot->start[k];
        next[k] = lot->start[k];
    }
    for (int64_t r = 0; r < lot->n; r++)
        lot->place[r] = next[f->of[item ? item[r] : r]]++;
done:
    iso_free(next);
    return err;
}

/* The first row of equal text: rows are placed in ascending order, so it stays the first. */
static iso_err find_answers(struct align_set *set, const struct item_texts *texts,
                            const struct selection *sel, int langs)
{
    const struct align_lot *lot = set->lot;
    int64_t *first = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&set->answer, langs, sizeof *set->answer));
    set->answers = langs;
    ISO_TRY(iso_alloc(&first, lot->n, sizeof *first));
    for (int i = 0; i < sel->lang_count; i++) {
        int64_t **answer = &set->answer[sel->lang[i]];
        if (!texts[i].text)
            continue;
        ISO_TRY(iso_alloc(answer, lot->n, sizeof **answer));
        ISO_TRY(iso_equal_text_first(first, &texts[i], lot->n));
        for (int64_t r = 0; r < lot->n; r++)
            (*answer)[lot->place[r]] = lot->place[first[r]];
    }
done:
    iso_free(first);
    return err;
}

iso_err iso_align_deal(struct align_set *set, const struct align_ask *ask, iso_states *s, int64_t n)
{
    struct selection sel = {0};
    struct folds_ask folds = {.count = ask->folds, .seed = (uint64_t)ask->set->seed};
    struct item_texts *texts = NULL;
    struct folds dealt = {0};
    int64_t *item = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_make(&sel, SELECT_OF(ask->set), s,
                               false)); /* the parties of the pairing, in order */
    ISO_TRY(iso_alloc(&texts, sel.lang_count, sizeof *texts));
    gather(&folds, texts, set, &sel, s, n);
    ISO_TRY(iso_alloc(&set->lot, 1, sizeof *set->lot));
    set->lots = 1;
    ISO_TRY(iso_folds_make(&dealt, &folds));
    *set->lot = (struct align_lot){.folds = ask->folds, .items = dealt.items, .n = n};
    set->joined = dealt.joined;
    ISO_TRY(items_of_rows(&item, set, iso_states_lang(s, sel.lang[0]), n));
    ISO_TRY(place_rows(set->lot, &dealt, item));
    if (!item)
        ISO_TRY(find_answers(set, texts, &sel, iso_states_langs(s)));
done:
    iso_selection_free(&sel);
    iso_free(texts);
    iso_free(item);
    iso_folds_free(&dealt);
    return err;
}
