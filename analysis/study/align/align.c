#include "analysis/study/align/align_inside.h"

#include "bin/term.h"
#include "lib/base/alloc.h"

/* On all rows; of two dictionaries, on those of the first. */
static iso_err save_map(struct align *a, const struct align_pair *p, const struct align_rows *rows)
{
    const int64_t test = a->ask->set->test ? rows->start[rows->folds] : 0;
    const iso_view x = iso_view_rows(iso_mat_view(&rows->x), test, rows->n - test);
    const iso_view y = iso_view_rows(iso_mat_view(&rows->y), test, rows->n - test);
    iso_map map = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_map_fit(&map, x, y, &a->ask->map));
    ISO_TRY(iso_map_file_put(a->maps, &(iso_saved_map){.src = p->src,
                                                       .tgt = p->tgt,
                                                       .layer = p->layer,
                                                       .w = iso_mat_view(&map.w),
                                                       .from = a->ask->map.centre ? map.from : NULL,
                                                       .to = a->ask->map.centre ? map.to : NULL,
                                                       .n = map.n}));
done:
    iso_map_free(&map);
    return err;
}

static iso_err align_pair(struct align *a, int i)
{
    const struct align_pair *p = &a->set.pair[i];
    struct align_rows rows = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_rows_read(&rows, &a->set, i, a->run));
    iso_align_scores_free(&a->scores); /* dictionaries differ in size */
    ISO_TRY(iso_align_scores_new(&a->scores, a->ask, &rows));
    ISO_TRY(iso_align_keep_cka(a, i, &rows));
    ISO_TRY(iso_align_rows_prepare(&rows, &a->ask->prep));
    ISO_TRY(iso_align_score(&a->scores, a->ask, &rows, a->run));
    ISO_TRY(iso_align_keep_retrieval(a, i, &rows));
    if (a->scores.least < rows.x.cols && (a->least == 0 || a->scores.rank < a->rank)) {
        a->least = a->scores.least;
        a->least_dims = rows.x.cols;
        a->rank = a->scores.rank;
    }
    ISO_TRY(iso_align_add_records(a, p, &rows));
    if (a->maps)
        ISO_TRY(save_map(a, p, &rows));
done:
    iso_align_rows_free(&rows);
    return err ? iso_fail_in(err, "%s to %s, layer %d", p->src, p->tgt, p->layer) : ISO_OK;
}

/* What the numbers rest on and do not say. */
static void tell(const struct align *a)
{
    const struct settings *set = a->ask->set;
    const struct parallel *par = &a->set.pairing.parallel;
    const char *rows = set->train ? "pairs" : "rows";

    if (par->unshared > 0)
        term_note(set, "%lld items are common to all languages; %lld of %s have no partner",
                  (long long)par->items, (long long)par->unshared, a->set.pair[0].src);
    if (a->set.joined > 0)
        term_note(set, "items that follow another of equal text into its fold: %lld",
                  (long long)a->set.joined);
    if (a->least > 0)
        term_note(set, "fewer %s than dims: %lld %s determine %lld directions of %lld; %s", rows,
                  (long long)a->least, rows, (long long)a->rank, (long long)a->least_dims,
                  a->ask->map.method == ISO_MAP_LEAST_SQUARES || a->ask->map.method == ISO_MAP_RIDGE
                      ? "the map is the one of minimum norm"
                      : "where the others go is arbitrary");
}

static iso_err begin(struct align *a, iso_states *s)
{
    const struct align_ask *ask = a->ask;
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_set_make(&a->set, ask, s));
    if (ask->set->correlate) {
        ISO_TRY(iso_alloc(&a->layer[0], a->set.pairs, sizeof(double)));
        ISO_TRY(iso_alloc(&a->layer[1], a->set.pairs, sizeof(double)));
    }
    if (ask->set->map && !ask->set->plan)
        ISO_TRY(iso_map_file_new(&a->maps, ask->set->map,
                                 &(iso_maps_info){.method = iso_map_method_name(ask->map.method),
                                                  .prep = ask->prep_text,
                                                  .model = a->about->model}));
done:
    return err;
}

static iso_err walk(struct align *a)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_align_plan(a));
    if (a->ask->set->plan)
        goto done;
    for (int i = 0; i < a->set.pairs; i++) {
        ISO_TRY(iso_run_step(a->run, "aligning", i, a->set.pairs, "pairs"));
        ISO_TRY(align_pair(a, i));
    }
    ISO_TRY(iso_align_add_correlations(a));
    tell(a);
    if (a->maps) {
        err = iso_map_file_commit(a->maps);
        a->maps = NULL;
    }
done:
    return err;
}

iso_err iso_align_records(iso_records *out, const struct align_ask *ask, iso_states *s,
                          const iso_run *run)
{
    struct align a = {.ask = ask, .run = run, .about = iso_states_about(s), .out = out};
    iso_err err = begin(&a, s);

    if (!err)
        err = walk(&a);
    iso_map_file_discard(a.maps);
    iso_free(a.layer[0]);
    iso_free(a.layer[1]);
    iso_align_scores_free(&a.scores);
    iso_align_set_free(&a.set);
    return err;
}
