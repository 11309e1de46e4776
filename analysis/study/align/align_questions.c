#include "analysis/study/align/align_questions.h"

#include "analysis/maps/induce.h"
#include "lib/base/alloc.h"

/* Each row asks for its own partner and, where another says the same, for the first that does: of
 * equal states that one ranks best. */
static iso_err questions_of_rows(struct align_fold *t, const struct align_rows *rows)
{
    int64_t count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&t->query, 2 * t->n, sizeof *t->query));
    ISO_TRY(iso_alloc(&t->target, 2 * t->n, sizeof *t->target));
    for (int64_t i = 0; i < t->n; i++) {
        const int64_t at = rows->start[t->f];
        const int64_t first = rows->answer ? rows->answer[at + i] - at : i;
        t->query[count] = i;
        t->target[count++] = i;
        if (first == i)
            continue;
        t->query[count] = i;
        t->target[count++] = first;
    }
    t->asks[0] = t->x[0];
    t->asks[1] = t->x[1];
    t->offers = t->y;
    t->asked = t->n;
    t->questions = count;
done:
    return err;
}

/* Each word asks for all of its translations, among the words that are one to somebody. */
static iso_err questions_of_words(struct align_fold *t, const struct align_golds *g)
{
    const int64_t word = g->asked[t->f], offer = g->offered[t->f], first = g->first[word];
    iso_err err = ISO_OK;

    t->asked = g->asked[t->f + 1] - word;
    t->questions = g->first[word + t->asked] - first;
    ISO_TRY(iso_alloc(&t->query, t->questions, sizeof *t->query));
    ISO_TRY(iso_alloc(&t->target, t->questions, sizeof *t->target));
    for (int64_t w = 0; w < t->asked; w++) {
        for (int64_t i = g->first[word + w]; i < g->first[word + w + 1]; i++) {
            t->query[i - first] = w;
            t->target[i - first] = g->gold[i];
        }
    }
    for (int stage = 0; stage < 2; stage++) {
        ISO_TRY(iso_rows_gather(&t->own[stage], t->x[stage], g->word + word, t->asked));
        t->asks[stage] = iso_mat_view(&t->own[stage]);
    }
    ISO_TRY(iso_rows_gather(&t->own[2], t->y, g->candidate + offer, g->offered[t->f + 1] - offer));
    t->offers = iso_mat_view(&t->own[2]);
done:
    return err;
}

iso_err iso_align_questions(struct align_fold *t, const struct align_rows *rows)
{
    iso_err err = ISO_OK;

    ISO_TRY(rows->golds ? questions_of_words(t, rows->golds) : questions_of_rows(t, rows));
    ISO_TRY(iso_alloc(&t->rank, t->questions, sizeof *t->rank));
done:
    return err;
}

void iso_align_questions_free(struct align_fold *t)
{
    iso_free(t->query);
    iso_free(t->target);
    iso_free(t->rank);
    for (int i = 0; i < 3; i++)
        iso_mat_free(&t->own[i]);
}

void iso_align_best_ranks(int64_t *rank, const struct align_fold *t)
{
    int64_t at = 0;

    for (int64_t i = 0; i < t->asked; i++) {
        int64_t best = rank[at++];
        for (; at < t->questions && t->query[at] == i; at++)
            best = rank[at] < best ? rank[at] : best;
        rank[i] = best;
    }
}
