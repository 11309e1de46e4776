/* What a reader of correlations should know: who was left out, how few they are, how many tests. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/stats/correlation.h"
#include "analysis/study/gap/gap_inside.h"
#include "lib/base/str.h"
#include "lib/base/textmap.h"

enum { FEW = 30 };

/* --- Languages in one but not the other --- */

static bool in_series(const struct gap_job *job, const char *lang)
{
    for (int i = 0; i < job->series.count; i++) {
        const struct gap_series *series = &job->series.at[i];
        for (int l = 0; l < series->layers; l++) {
            if (!isnan(iso_gap_series_at(series, job->src, lang, series->layer[l])))
                return true;
        }
    }
    return false;
}

static bool in_scores(const struct gap_job *job, const char *lang)
{
    for (int i = 0; i < job->tgts; i++) {
        if (strcmp(job->tgt[i], lang) == 0)
            return true;
    }
    return false;
}

/* Languages paired with the source that have no score, each once. */
static iso_err without_score(iso_textmap *out, const struct gap_job *job)
{
    int64_t number;
    iso_err err = ISO_OK;

    for (int i = 0; i < job->series.count; i++) {
        const struct gap_series *series = &job->series.at[i];
        for (int64_t j = 0; j < series->count; j++) {
            const bool src = strcmp(series->at[j].a, job->src) == 0;
            const char *other = src ? series->at[j].b : series->at[j].a;
            const bool paired = src || strcmp(series->at[j].b, job->src) == 0;
            if (paired && !job->opt.select.tgt && !in_scores(job, other))
                ISO_TRY(iso_textmap_put(&number, out, other, -1));
        }
    }
done:
    return err;
}

/* "2 (th, ur)" */
static iso_err add_names(iso_buf *out, const iso_textmap *names)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "%lld", (long long)names->count));
    for (int64_t i = 0; i < names->count; i++)
        ISO_TRY(iso_buf_printf(out, "%s%s", i ? ", " : " (", names->texts[i]));
    ISO_TRY(iso_buf_puts(out, names->count ? ")" : ""));
done:
    return err;
}

static iso_err note_languages(const struct gap_job *job)
{
    iso_textmap scored = {0}, paired = {0};
    iso_buf line = {0};
    int64_t number;
    iso_err err = ISO_OK;

    for (int i = 0; i < job->tgts; i++) {
        if (!in_series(job, job->tgt[i]))
            ISO_TRY(iso_textmap_put(&number, &scored, job->tgt[i], -1));
    }
    ISO_TRY(without_score(&paired, job));
    if (scored.count + paired.count == 0)
        goto done;
    ISO_TRY(iso_buf_puts(&line, "only a gap: "));
    ISO_TRY(add_names(&line, &scored));
    ISO_TRY(iso_buf_puts(&line, "; no gap: "));
    ISO_TRY(add_names(&line, &paired));
    iso_run_note(job->run, "%d languages have both; %s", job->tgts - (int)scored.count, line.text);
done:
    iso_textmap_free(&scored);
    iso_textmap_free(&paired);
    iso_buf_free(&line);
    return err;
}

/* --- Correlations --- */

static bool over_languages(const iso_record *r, const char *measure)
{
    return strcmp(r->measure, measure) == 0 && !r->tgt && !r->subset && !r->given;
}

static void note_few(const struct gap_job *job, const iso_records *records)
{
    int64_t least = INT64_MAX;

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (over_languages(r, "pearson") && isfinite(r->value) && r->n < least)
            least = r->n;
    }
    if (least < FEW)
        iso_run_note(job->run,
                     "n = %lld languages is few: a Pearson correlation below %.2f in size is not "
                     "distinguishable from 0 at 5 %%",
                     (long long)least, iso_correlation_critical(least));
}

static void note_tests(const struct gap_job *job, const iso_records *records)
{
    int64_t count = 0, undefined = 0;
    const char *why = NULL;

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (!over_languages(r, "pearson"))
            continue;
        count += isfinite(r->value);
        undefined += !isfinite(r->value);
        why = isfinite(r->value) ? why : r->why;
    }
    if (undefined > 0)
        iso_run_note(job->run, "%lld of %lld correlations over languages are refused: %s",
                     (long long)undefined, (long long)(count + undefined), why);
    if (count + undefined == 0)
        iso_run_note(job->run, "nothing is correlated: scores and records have no layer in common");
    if (count > 1)
        iso_run_note(
            job->run,
            "%lld discrepancies (measures and layers) were tried; each p is for one alone, "
            "not corrected",
            (long long)count);
}

/* The strongest correlation of a series, NULL when none is defined. */
static const iso_record *strongest(const iso_records *records, const struct gap_series *series)
{
    const iso_record *best = NULL;

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (over_languages(r, "pearson") && iso_gap_series_made(series, r) && isfinite(r->value) &&
            (series->layers == 1 || r->src_layer != ISO_NO_INT) &&
            (!best || fabs(r->value) > fabs(best->value)))
            best = r;
    }
    return best;
}

/* Which of its languages a correlation owes most to. */
static iso_err note_strongest(const struct gap_job *job, const struct gap_series *series,
                              const iso_records *records)
{
    const iso_record *best = strongest(records, series), *far = NULL;
    struct gap_data d = {0};
    int left = 0, place = 0;
    char at[40] = "";
    iso_err err = ISO_OK;

    if (!best)
        return ISO_OK;
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (!r->subset || iso_record_compare(r, best, ISO_ROLE_NAMES, ISO_COLUMN(subset)) != 0)
            continue;
        if (isfinite(r->value) &&
            (!far || fabs(r->value - best->value) > fabs(far->value - best->value))) {
            far = r;
            left = place;
        }
        place++;
    }
    ISO_TRY(iso_gap_data_make(&d, job->tgts + 1));
    iso_gap_data_at(&d, job, series, best->src_layer, -1);
    if (best->src_layer != ISO_NO_INT)
        (void)snprintf(at, sizeof at, " at layer %lld", (long long)best->src_layer);
    if (far)
        iso_run_note(job->run, "%s%s%s%s%s: strongest%s, Pearson %.2f (n = %lld); %.2f without %s",
                     series->name, best->stage ? ", " : "", best->stage ? best->stage : "",
                     best->mix ? ", " : "", best->mix ? best->mix : "", at, best->value,
                     (long long)best->n, far->value, d.lang[left]);
done:
    iso_gap_data_free(&d);
    return err;
}

void iso_gap_notes(const struct gap_job *job, const iso_records *records)
{
    if (job->series.count == 0 || !job->run || !job->run->note)
        return;
    if (note_languages(job))
        return;
    if (job->series.left_out)
        iso_run_note(job->run, "not taken: %s; " ISO_FIELD(measure) " chooses",
                     job->series.left_out);
    for (int i = 0; i < job->series.count; i++) {
        if (note_strongest(job, &job->series.at[i], records))
            return;
    }
    note_tests(job, records);
    note_few(job, records);
}
