/* The map of `words`: found, refined, fitted, applied. */
#include <string.h>

#include "analysis/maps/chain.h"
#include "analysis/maps/unsupervised.h"
#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"

enum { ROWS_AT_ONCE = 4096 };

/* x → xW in place, a few rows at a time: files of words are most of the memory. W may have fewer
 * columns than rows, not more. */
static iso_err map_rows(iso_mat *x, const iso_map *map)
{
    const int64_t cols = map->w.cols;
    iso_mat part = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mat_new(&part, ROWS_AT_ONCE < x->rows ? ROWS_AT_ONCE : x->rows, cols, ISO_F32));
    for (int64_t i = 0; i < x->rows; i += part.rows) {
        if (x->rows - i < part.rows)
            part.rows = x->rows - i;
        ISO_TRY(iso_map_apply(&part, map, iso_view_rows(iso_mat_view(x), i, part.rows)));
        for (int64_t r = 0; r < part.rows; r++)
            memcpy((float *)x->data + (i + r) * x->stride, (float *)part.data + r * part.stride,
                   (size_t)cols * sizeof(float));
    }
    x->cols = cols;
done:
    iso_mat_free(&part);
    return err;
}

static iso_err gather(iso_mat *a, iso_mat *b, const struct words_space space[2],
                      const iso_word_pairs *pairs)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_rows_gather(a, iso_mat_view(&space[0].rows), pairs->source, pairs->count));
    ISO_TRY(iso_rows_gather(b, iso_mat_view(&space[1].rows), pairs->target, pairs->count));
done:
    return err;
}

static iso_err fit_map(struct words_space space[2], const iso_word_pairs *pairs,
                       const struct words_ask *ask)
{
    iso_mat a = {0}, b = {0};
    iso_map map = {0};
    iso_err err = ISO_OK;

    ISO_TRY(gather(&a, &b, space, pairs));
    ISO_TRY(iso_map_fit(&map, iso_mat_view(&a), iso_mat_view(&b), &ask->map));
    ISO_TRY(map_rows(&space[0].rows, &map));
done:
    iso_mat_free(&a);
    iso_mat_free(&b);
    iso_map_free(&map);
    return err;
}

static iso_err map_by(iso_mat *x, iso_mat *w)
{
    iso_map map = {.w = *w};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&map.from, w->rows, sizeof *map.from));
    ISO_TRY(iso_alloc(&map.to, w->cols, sizeof *map.to));
    ISO_TRY(map_rows(x, &map));
done:
    iso_free(map.from);
    iso_free(map.to);
    return err;
}

static iso_err fit_chain(struct words_space space[2], const iso_word_pairs *pairs,
                         const struct words_ask *ask)
{
    iso_mat a = {0}, b = {0}, x = {0}, y = {0};
    iso_err err = ISO_OK;

    ISO_TRY(gather(&x, &y, space, pairs));
    ISO_TRY(iso_chain_fit(&a, &b, iso_mat_view(&x), iso_mat_view(&y), &ask->chain));
    ISO_TRY(map_by(&space[0].rows, &a));
    ISO_TRY(map_by(&space[1].rows, &b));
done:
    iso_mat_free(&a);
    iso_mat_free(&b);
    iso_mat_free(&x);
    iso_mat_free(&y);
    return err;
}

/* Rounds go by the map asked for; of a chain by the orthogonal map, the chain comes at the end. */
static iso_err refine(iso_word_pairs *pairs, const struct words_space space[2],
                      const struct words_ask *ask)
{
    const iso_refine_opt opt = {
        .map = ask->map, .rounds = ask->rounds, .induce = {.neighbours = ask->near.neighbours}};
    iso_round *stats = NULL;
    int best = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&stats, ask->rounds + 1, sizeof *stats));
    ISO_TRY(iso_refine(pairs, &best, stats, iso_mat_view(&space[0].rows),
                       iso_mat_view(&space[1].rows), &opt, ask->run));
    for (int r = 0; r <= ask->rounds && stats[r].pairs > 0; r++)
        iso_run_note(ask->run, "round %d: %lld pairs, mean cosine of nearest words %.4f%s", r,
                     (long long)stats[r].pairs, stats[r].criterion, r == best ? " (kept)" : "");
done:
    iso_free(stats);
    return err;
}

static iso_err find_pairs(iso_word_pairs *pairs, const struct words_space space[2],
                          const struct words_ask *ask)
{
    iso_unsupervised_stats stats = {0};
    iso_word_pairs found = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_unsupervised(
        &found, &stats, iso_mat_view(&space[0].rows), iso_mat_view(&space[1].rows),
        &(iso_unsupervised_opt){.neighbours = ask->near.neighbours, .seed = iso_run_seed(ask->run)},
        ask->run));
    iso_run_note(ask->run,
                 "unsupervised: %lld pairs to begin with, %lld after %d rounds, mean cosine %.4f",
                 (long long)stats.first, (long long)found.count, stats.rounds, stats.criterion);
    *pairs = found;
done:
    return err;
}

iso_err iso_words_map(struct words_space space[2], iso_word_pairs *pairs,
                      const struct words_ask *ask)
{
    iso_err err = ISO_OK;

    if (!ask->mapped)
        return ISO_OK;
    if (ask->opt.unsupervised)
        ISO_TRY(find_pairs(pairs, space, ask));
    if (ask->rounds > 0)
        ISO_TRY(refine(pairs, space, ask));
    if (pairs->count < space[0].rows.cols)
        iso_run_note(
            ask->run,
            "%lld pairs for %lld columns: they do not determine the map, the rest of which is "
            "the smallest that fits",
            (long long)pairs->count, (long long)space[0].rows.cols);
    ISO_TRY(ask->chain.count > 0 ? fit_chain(space, pairs, ask) : fit_map(space, pairs, ask));
done:
    return err;
}
