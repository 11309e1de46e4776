/* Pairs of words in the order of folds, and the questions that they answer. */
#include <string.h>

#include "analysis/study/align/align_dictionary.h"
#include "lib/base/alloc.h"

/* What is needed while a lot is made. Rows stand for words. */
struct dealing {
    const struct lot_ask *ask;
    struct align_lot *lot;
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
    return d->lot->row[0][i];
}

static int64_t target_of(const struct dealing *d, int64_t i)
{
    return d->lot->row[1][i];
}

/* Words in the order of the dictionary. */
static iso_err number_words(struct dealing *d)
{
    const iso_word_pairs *p = d->ask->scored;
    const iso_lang *src = d->ask->src->lang;
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

/* A word's fold goes by the word and the seed. */
static iso_err deal_words(struct dealing *d)
{
    const struct folds_ask ask = {
        .count = d->ask->folds, .seed = d->ask->seed, .items = d->words, .ids = d->text};

    return d->ask->fitted ? ISO_OK : iso_folds_make(&d->folds, &ask);
}

static int fold_of(const struct dealing *d, int64_t pair)
{
    return d->folds.of ? d->folds.of[d->number[d->ask->scored->source[pair]]] : 0;
}

/* Pairs fold by fold, those of a fold as the dictionary has them. */
static iso_err sort_pairs(struct dealing *d)
{
    struct align_lot *lot = d->lot;
    const int64_t count = d->ask->scored->count;
    int64_t *next = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&lot->start, lot->folds + 1, sizeof *lot->start));
    ISO_TRY(iso_alloc(&next, lot->folds, sizeof *next));
    ISO_TRY(iso_alloc(&d->order, count, sizeof *d->order));
    for (int64_t i = 0; i < count; i++)
        lot->start[fold_of(d, i) + 1]++;
    for (int f = 0; f < lot->folds; f++) {
        lot->start[f + 1] += lot->start[f];
        next[f] = lot->start[f];
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
    const iso_word_pairs *p = d->ask->scored;
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
    struct align_lot *lot = d->lot;
    const iso_word_pairs *p = d->ask->scored, *fitted = d->ask->fitted;
    bool *met = NULL, *late = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&met, d->words, sizeof *met));
    ISO_TRY(iso_alloc(&late, p->count, sizeof *late));
    ISO_TRY(iso_alloc(&d->taken, d->ask->tgt->lang->rows, sizeof *d->taken));
    for (int f = 0; f < lot->folds; f++) {
        int64_t at = lot->start[f];
        for (int64_t i = lot->start[f]; i < lot->start[f + 1]; i++)
            late[i] = !is_first(d, met, f, d->order[i]);
        for (int pass = 0; pass < 2; pass++) {
            for (int64_t i = lot->start[f]; i < lot->start[f + 1]; i++) {
                if (late[i] != (pass == 1))
                    continue;
                lot->row[0][at] = p->source[d->order[i]];
                lot->row[1][at++] = p->target[d->order[i]];
            }
            if (pass == 0)
                lot->golds.once[f] = at - lot->start[f];
        }
    }
    for (int64_t i = 0; fitted && i < fitted->count; i++) {
        lot->row[0][p->count + i] = fitted->source[i];
        lot->row[1][p->count + i] = fitted->target[i];
    }
done:
    iso_free(met);
    iso_free(late);
    return err;
}

/* Numbers the words and candidates of a fold; word[i], answer[i]: those of row i. */
static void number_fold(struct dealing *d, int f, int64_t *word, int64_t *answer)
{
    struct align_golds *g = &d->lot->golds;
    const int64_t begin = d->lot->start[f], end = d->lot->start[f + 1];
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

static iso_err make_golds(struct dealing *d)
{
    struct align_golds *g = &d->lot->golds;
    const int64_t n = d->ask->scored->count;
    int64_t *word = NULL, *answer = NULL, *next = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&word, n, sizeof *word));
    ISO_TRY(iso_alloc(&answer, n, sizeof *answer));
    ISO_TRY(iso_alloc(&next, d->words, sizeof *next));
    ISO_TRY(iso_alloc(&d->seen, d->ask->tgt->lang->rows, sizeof *d->seen));
    for (int64_t r = 0; r < d->ask->src->lang->rows; r++)
        d->number[r] = -1;
    memset(d->taken, 0, (size_t)d->ask->tgt->lang->rows * sizeof *d->taken);
    for (int f = 0; f < d->lot->folds; f++)
        number_fold(d, f, word, answer);
    for (int64_t w = 0; w < d->words; w++) {
        g->first[w + 1] += g->first[w];
        next[w] = g->first[w];
    }
    for (int64_t i = 0; i < n; i++)
        g->gold[next[word[i]]++] = answer[i];
done:
    iso_free(word);
    iso_free(answer);
    iso_free(next);
    return err;
}

static iso_err make_room(struct dealing *d)
{
    struct align_lot *lot = d->lot;
    struct align_golds *g = &lot->golds;
    const int64_t n = d->ask->scored->count;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&lot->row[0], lot->n, sizeof *lot->row[0]));
    ISO_TRY(iso_alloc(&lot->row[1], lot->n, sizeof *lot->row[1]));
    ISO_TRY(iso_alloc(&g->once, lot->folds, sizeof *g->once));
    ISO_TRY(iso_alloc(&g->asked, lot->folds + 1, sizeof *g->asked));
    ISO_TRY(iso_alloc(&g->offered, lot->folds + 1, sizeof *g->offered));
    ISO_TRY(iso_alloc(&g->word, d->words, sizeof *g->word));
    ISO_TRY(iso_alloc(&g->candidate, n, sizeof *g->candidate));
    ISO_TRY(iso_alloc(&g->first, d->words + 1, sizeof *g->first));
    ISO_TRY(iso_alloc(&g->gold, n, sizeof *g->gold));
done:
    return err;
}

iso_err iso_align_lot_make(struct align_lot *out, const struct lot_ask *ask)
{
    struct align_lot lot = {.folds = ask->fitted ? 1 : ask->folds};
    struct dealing d = {.ask = ask, .lot = &lot};
    iso_err err = ISO_OK;

    lot.n = ask->scored->count + (ask->fitted ? ask->fitted->count : 0);
    lot.golds.words = ask->words;
    ISO_TRY(number_words(&d));
    lot.items = d.words;
    ISO_TRY(deal_words(&d));
    ISO_TRY(make_room(&d));
    ISO_TRY(sort_pairs(&d));
    ISO_TRY(place_pairs(&d));
    ISO_TRY(make_golds(&d));
    *out = lot;
    lot = (struct align_lot){0};
done:
    iso_align_lot_free(&lot);
    iso_folds_free(&d.folds);
    iso_free(d.number);
    iso_free(d.taken);
    iso_free(d.seen);
    iso_free(d.text);
    iso_free(d.order);
    return err;
}

void iso_align_lot_free(struct align_lot *lot)
{
    struct align_golds *g = &lot->golds;

    iso_free(lot->start);
    iso_free(lot->place);
    iso_free(lot->row[0]);
    iso_free(lot->row[1]);
    iso_free(g->once);
    iso_free(g->asked);
    iso_free(g->offered);
    iso_free(g->word);
    iso_free(g->candidate);
    iso_free(g->first);
    iso_free(g->gold);
    *lot = (struct align_lot){0};
}
