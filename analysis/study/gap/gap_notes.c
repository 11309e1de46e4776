/* What a reader of correlations should know: who was left out, how few they are, how many tests. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/stats/correlation.h"
#include "analysis/study/gap/gap_claim.h"
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

/* Scores at one layer serve discrepancies of all. */
static void note_alone(const struct gap_job *job)
{
    for (int i = 0; job->scores.alone && i < job->series.count; i++) {
        const struct gap_series *series = &job->series.at[i];
        if (series->layers == 1 && series->layer[0] == job->layer[0])
            continue;
        iso_run_note(
            job->run,
            "scores are of layer %lld alone, and held against discrepancies of every layer",
            (long long)job->layer[0]);
        return;
    }
}

static void note_unscored(const struct gap_job *job)
{
    for (int i = 0; i < job->series.count; i++) {
        const struct gap_series *series = &job->series.at[i];
        int without = 0;
        for (int l = 0; l < series->layers; l++)
            without += !iso_gap_scored(job, series->layer[l]);
        if (without == 0 || without == series->layers)
            continue;
        iso_run_note(job->run, "%d of %d layers of %s have no scores, and no correlation with them",
                     without, series->layers, series->name);
        return;
    }
}

/* --- Correlations --- */

static void note_few(const struct gap_job *job, const struct gap_claims *claims)
{
    int64_t least = INT64_MAX;

    for (int64_t i = 0; i < claims->count; i++) {
        if (claims->at[i].best && claims->at[i].best->n < least)
            least = claims->at[i].best->n;
    }
    if (least < FEW)
        iso_run_note(job->run,
                     "n = %lld languages is few: a Pearson correlation below %.2f in size is not "
                     "distinguishable from 0 at 5 %%",
                     (long long)least, iso_correlation_critical(least));
}

/* Of n correlations looked at, how strong the strongest must be. */
static void note_tests(const struct gap_job *job, const iso_records *records)
{
    const struct iso_permuted *tests = &job->search->tests;

    for (int i = 0; i < tests->count; i++) {
        const struct iso_permuted_one *t = &tests->at[i];
        const iso_record *r = &records->at[t->tag];
        if (strcmp(r->measure, "pearson") != 0 || r->given || r->baseline || t->together < 2 ||
            t->bar >= 1)
            continue;
        iso_run_note(job->run,
                     "%lld discrepancies (measures and layers) were tried: p is for one alone, "
                     "p_max for the strongest, which must exceed %.2f in size at n = %lld",
                     (long long)t->together, t->bar, (long long)t->n);
        return;
    }
}

static void note_undefined(const struct gap_job *job, const struct gap_claims *claims,
                           const iso_records *records)
{
    int64_t count = 0, of = 0;
    const char *why = NULL;

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (!iso_gap_claimable(r))
            continue;
        of++;
        count += !isfinite(r->value);
        why = isfinite(r->value) ? why : r->why;
    }
    if (count > 0)
        iso_run_note(job->run, "%lld of %lld correlations over languages are refused: %s",
                     (long long)count, (long long)of, why);
    if (claims->count == 0)
        iso_run_note(job->run, "nothing is correlated: scores and records have no layer in common");
}

static void note_flagged(const struct gap_job *job, const struct gap_claims *claims)
{
    const iso_record *doubt = NULL;
    int64_t flagged = 0, count = 0;
    char at[40] = "";

    for (int64_t i = 0; i < claims->count; i++) {
        flagged += claims->at[i].flagged;
        count += claims->at[i].count;
        doubt = doubt ? doubt : claims->at[i].doubt;
    }
    if (!doubt)
        return;
    if (doubt->src_layer != ISO_NO_INT)
        (void)snprintf(at, sizeof at, ", at layer %lld", (long long)doubt->src_layer);
    iso_run_note(job->run,
                 "%lld of %lld correlations over languages are flagged and not announced%s: %s",
                 (long long)flagged, (long long)count, at, doubt->flag);
}

/* The strongest, how sure it is after the search, and which of its languages it owes most to. */
static iso_err note_strongest(const struct gap_job *job, const struct gap_claim *c,
                              const iso_records *records)
{
    const iso_record *best = c->best;
    iso_buf line = {0};
    iso_err err = ISO_OK;

    if (!best)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(&line, "%s", best->x));
    if (best->stage)
        ISO_TRY(iso_buf_printf(&line, ", %s", best->stage));
    if (best->mix)
        ISO_TRY(iso_buf_printf(&line, ", %s", best->mix));
    if (best->baseline)
        ISO_TRY(iso_buf_printf(&line, ", baseline %s", best->baseline));
    ISO_TRY(iso_buf_puts(&line, ": strongest"));
    if (best->src_layer != ISO_NO_INT)
        ISO_TRY(iso_buf_printf(&line, " at layer %lld", (long long)best->src_layer));
    ISO_TRY(iso_buf_printf(&line, ", Pearson %.2f (n = %lld, p %.2g", best->value,
                           (long long)best->n, best->p));
    if (best->family > 1)
        ISO_TRY(
            iso_buf_printf(&line, ", p_max %.2g over %lld", best->p_max, (long long)best->family));
    ISO_TRY(iso_buf_puts(&line, ")"));
    if (c->without)
        ISO_TRY(iso_buf_printf(&line, "; %.2f without %s", c->without->value, c->lang));
    ISO_TRY(iso_gap_say_baselines(&line, records, c));
    iso_run_note(job->run, "%s", line.text);
done:
    iso_buf_free(&line);
    return err;
}

iso_err iso_gap_notes(const struct gap_job *job, const iso_records *records)
{
    struct gap_claims claims = {0};
    bool states = false;
    iso_err err = ISO_OK;

    if (job->series.count == 0 || !job->run || !job->run->note)
        return ISO_OK;
    ISO_TRY(note_languages(job));
    if (job->series.left_out)
        iso_run_note(job->run, "not taken: %s; " ISO_FIELD(measure) " chooses",
                     job->series.left_out);
    note_alone(job);
    note_unscored(job);
    ISO_TRY(iso_gap_claims_make(&claims, records));
    for (int64_t i = 0; i < claims.count; i++)
        states = states || !claims.at[i].first->baseline;
    for (int64_t i = 0; i < claims.count; i++) {
        if (states && claims.at[i].first->baseline)
            continue; /* told beside what is held against it */
        ISO_TRY(note_strongest(job, &claims.at[i], records));
    }
    note_flagged(job, &claims);
    note_undefined(job, &claims, records);
    note_tests(job, records);
    note_few(job, &claims);
done:
    iso_gap_claims_free(&claims);
    return err;
}
