/* Pairs of rows go to folds; rows of the source ask for their partners. */
#include <string.h>

#include "analysis/study/align/align_inside.h"
#include "lib/base/alloc.h"

static int32_t fold_of(const struct align_links *l, const struct folds *folds, int64_t pair)
{
    return folds ? folds->of[l->item ? l->item[pair] : pair] : 0;
}

static int64_t row_of(const struct align_links *l, int side, int64_t pair)
{
    return l->row[side] ? l->row[side][pair] : pair;
}

/* Pairs fold by fold, those of a fold as they come; then those that are fitted on alone. */
static iso_err sort_pairs(struct align_split *s, const struct align_links *l,
                          const struct folds *folds)
{
    int64_t *next = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&next, s->folds, sizeof *next));
    ISO_TRY(iso_alloc(&s->start, s->folds + 1, sizeof *s->start));
    for (int side = 0; side < 2; side++)
        ISO_TRY(iso_alloc(&s->row[side], s->pairs + s->fitted, sizeof *s->row[side]));
    for (int64_t i = 0; i < s->pairs; i++)
        s->start[fold_of(l, folds, i) + 1]++;
    for (int f = 0; f < s->folds; f++) {
        if (s->start[f + 1] == 0)
            ISO_FAIL(ISO_EDATA, ISO_FIELD(folds) " %d: one of them would have no rows: fewer folds",
                     s->folds);
        next[f] = s->start[f];
        s->start[f + 1] += s->start[f];
    }
    for (int64_t i = 0; i < s->pairs; i++) {
        const int64_t at = next[fold_of(l, folds, i)]++;
        for (int side = 0; side < 2; side++)
            s->row[side][at] = row_of(l, side, i);
    }
    for (int side = 0; side < 2 && s->fitted > 0; side++)
        memcpy(s->row[side] + s->pairs, l->also[side], (size_t)s->fitted * sizeof *s->row[side]);
done:
    iso_free(next);
    return err;
}

/* --- Who asks for whom --- */

static iso_err make_room(struct align_split *s, int64_t answers)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->query, s->pairs, sizeof *s->query));
    ISO_TRY(iso_alloc(&s->fold, s->pairs, sizeof *s->fold));
    ISO_TRY(iso_alloc(&s->right, s->pairs, sizeof *s->right));
    ISO_TRY(iso_alloc(&s->first, s->pairs + 1, sizeof *s->first));
    ISO_TRY(iso_alloc(&s->answer, answers, sizeof *s->answer));
done:
    return err;
}

/* Each row asks for its own partner, and for the rows whose text is that of its partner. */
static iso_err ask_by_row(struct align_split *s, const struct align_links *l,
                          const struct folds *folds)
{
    static const struct duplicates none = {0};
    const struct duplicates *same = l->same ? l->same : &none;
    int64_t answers = 0;
    iso_err err = ISO_OK;

    s->asked = s->pairs;
    for (int64_t i = 0; i < s->pairs; i++)
        answers += iso_duplicates_right(NULL, same, i);
    ISO_TRY(make_room(s, answers));
    for (int64_t i = 0, at = 0; i < s->pairs; i++) {
        s->query[i] = i;
        s->fold[i] = fold_of(l, folds, i);
        const int64_t first = same->first ? same->first[i] : i;
        s->right[i] = first < i ? s->right[first] : iso_duplicates_count(same, i);
        at += iso_duplicates_right(s->answer + at, same, i);
        s->first[i + 1] = at;
    }
done:
    return err;
}

/* Each row that stands in a pair asks for all that it is paired with; who asks comes in the order
 * of the pairs. */
static iso_err ask_by_pair(struct align_split *s, const struct align_links *l,
                           const struct folds *folds)
{
    int64_t *number = NULL, *next = NULL; /* by row: 1 + its number among those who ask */
    iso_err err = ISO_OK;

    ISO_TRY(make_room(s, s->pairs));
    ISO_TRY(iso_alloc(&number, s->rows[0], sizeof *number));
    ISO_TRY(iso_alloc(&next, s->pairs, sizeof *next));
    for (int64_t i = 0; i < s->pairs; i++) {
        int64_t *q = &number[row_of(l, 0, i)];
        if (*q == 0) {
            s->query[s->asked] = row_of(l, 0, i);
            s->fold[s->asked] = fold_of(l, folds, i);
            *q = ++s->asked;
        }
        s->right[*q - 1]++;
    }
    for (int64_t q = 0; q < s->asked; q++) {
        next[q] = s->first[q];
        s->first[q + 1] = s->first[q] + s->right[q];
    }
    for (int64_t i = 0; i < s->pairs; i++)
        s->answer[next[number[row_of(l, 0, i)] - 1]++] = row_of(l, 1, i);
done:
    iso_free(number);
    iso_free(next);
    return err;
}

iso_err iso_align_split_make(struct align_split *out, const struct align_links *links,
                             const struct folds *folds)
{
    struct align_split s = {.folds = folds ? folds->count : 1,
                            .items = folds ? folds->items : links->count,
                            .rows = {links->rows[0], links->rows[1]},
                            .pairs = links->count,
                            .fitted = links->fitted,
                            .whole = !links->row[0]};
    iso_err err = ISO_OK;

    ISO_TRY(sort_pairs(&s, links, folds));
    ISO_TRY(s.whole ? ask_by_row(&s, links, folds) : ask_by_pair(&s, links, folds));
    if (!folds)
        s.items = s.asked;
    *out = s;
    return ISO_OK;
done:
    iso_align_split_free(&s);
    return err;
}

void iso_align_split_free(struct align_split *s)
{
    iso_free(s->start);
    iso_free(s->row[0]);
    iso_free(s->row[1]);
    iso_free(s->query);
    iso_free(s->answer);
    iso_free(s->first);
    iso_free(s->right);
    iso_free(s->fold);
    *s = (struct align_split){0};
}
