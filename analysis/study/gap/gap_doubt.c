/* What makes a correlation doubtful: scores of a probe that are below those of the majority class.
 */
#include <math.h>

#include "analysis/study/gap/gap_inside.h"

/* Score and floor of a language, or their means over the series' layers; NAN where one is not. */
static void level(double *score, double *floor, const struct gap_job *job,
                  const struct gap_series *series, const char *lang, int64_t layer)
{
    int count = 0;

    *score = *floor = 0;
    for (int i = 0; i < series->layers; i++) {
        if (!iso_gap_at(job, series->layer[i], layer))
            continue;
        const struct gap_cell *cell = iso_gap_cell(&job->scores, lang, series->layer[i]);
        *score += cell ? cell->value : NAN;
        *floor += cell ? cell->floor : NAN;
        count++;
    }
    *score /= count;
    *floor /= count;
}

iso_err iso_gap_doubt(char **out, const struct gap_job *job, const struct gap_series *series,
                      const char *const *lang, int n, int64_t layer)
{
    double score, floor, scores = 0, floors = 0;
    int known = 0, below = 0;
    iso_buf names = {0}, text = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < n; i++) {
        level(&score, &floor, job, series, lang[i], layer);
        if (!isfinite(score) || !isfinite(floor))
            continue;
        known++;
        scores += score;
        floors += floor;
        if (score < floor)
            ISO_TRY(iso_buf_printf(&names, "%s%s", below++ ? "+" : "", lang[i]));
    }
    if (2 * below <= known && !(scores < floors))
        goto done;
    ISO_TRY(iso_buf_printf(&text,
                           "mean score %.3f against %.3f of the majority class; below it %d of %d: "
                           "%s",
                           scores / known, floors / known, below, known, names.text));
    *out = text.text;
    text = (iso_buf){0};
done:
    iso_buf_free(&names);
    iso_buf_free(&text);
    return err;
}
