/* What is asked of gap: source and targets among the scores, layers, what is correlated. */
#include <stdlib.h>
#include <string.h>

#include "analysis/study/gap/gap_inside.h"
#include "analysis/study/items/records.h"
#include "lib/base/alloc.h"
#include "lib/text/lang.h"

static bool has_score(const struct gap_scores *s, const char *lang)
{
    for (int i = 0; i < s->count; i++) {
        if (strcmp(s->at[i].lang, lang) == 0)
            return true;
    }
    return false;
}

static iso_err no_score(const struct gap_scores *s, const char *lang)
{
    iso_buf list = {0};
    int named = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < s->count && named < 20; i++) {
        if (i && s->at[i].layer != s->at[0].layer)
            continue;
        ISO_TRY(iso_buf_printf(&list, "%s%s", named++ ? ", " : "", s->at[i].lang));
    }
    ISO_FAIL(ISO_EDATA, "%s has no score of '%s'; it has %s", s->path, lang, list.text);
done:
    iso_buf_free(&list);
    return err;
}

/* As said, as the scores say, as the records begin, else the first. */
static iso_err choose_source(struct gap_job *job, const iso_records *records)
{
    const struct gap_scores *s = &job->scores;

    if (job->opt.select.src) {
        job->src = iso_lang_canonical(job->opt.select.src);
        return has_score(s, job->src) ? ISO_OK : no_score(s, job->src);
    }
    if (s->src && has_score(s, s->src)) {
        job->src = s->src;
        return ISO_OK;
    }
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (r->src && r->tgt && has_score(s, iso_lang_canonical(r->src))) {
            job->src = iso_lang_canonical(r->src);
            return ISO_OK;
        }
    }
    job->src = s->at[0].lang;
    return ISO_OK;
}

static iso_err check_targets(const struct gap_job *job)
{
    char word[128];

    for (const char *at = job->opt.select.tgt; at;) {
        at = iso_str_word(word, sizeof word, at);
        if (!has_score(&job->scores, iso_lang_canonical(word)))
            return no_score(&job->scores, word);
    }
    return ISO_OK;
}

/* "en+de+sw" holds de: what was trained on is no target of transfer. */
static bool learnt_from(const char *train, const char *lang)
{
    const size_t len = strlen(lang);

    for (const char *at = train; at && *at;) {
        const size_t word = strcspn(at, "+");
        if (word == len && memcmp(at, lang, len) == 0)
            return true;
        at += word + (at[word] == '+');
    }
    return false;
}

static iso_err choose_targets(struct gap_job *job)
{
    const struct gap_scores *s = &job->scores;
    iso_err err = ISO_OK;

    ISO_TRY(check_targets(job));
    ISO_TRY(iso_alloc(&job->tgt, s->count, sizeof *job->tgt));
    for (int i = 0; i < s->count; i++) {
        const char *lang = s->at[i].lang;
        bool again = strcmp(lang, job->src) == 0 || !iso_records_names(job->opt.select.tgt, lang) ||
                     (!job->opt.select.tgt && learnt_from(s->train, lang));
        for (int j = 0; j < job->tgts && !again; j++)
            again = strcmp(job->tgt[j], lang) == 0;
        if (!again)
            job->tgt[job->tgts++] = lang;
    }
done:
    return err;
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static iso_err list_layers(struct gap_job *job)
{
    const struct gap_scores *s = &job->scores;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&job->layer, s->count + 1, sizeof *job->layer));
    job->layer[0] = ISO_NO_INT;
    for (int i = 0; s->layered && i < s->count; i++)
        job->layer[job->layers++] = s->at[i].layer;
    qsort(job->layer, (size_t)job->layers, sizeof *job->layer, by_size);
    int kept = 0;
    for (int i = 0; i < job->layers; i++) {
        if (kept == 0 || job->layer[kept - 1] != job->layer[i])
            job->layer[kept++] = job->layer[i];
    }
    job->layers = s->layered ? kept : 1;
    job->scores.alone = s->layered && kept == 1;
done:
    return err;
}

iso_err iso_gap_ask(struct gap_job *job, const iso_records *records)
{
    const iso_gap_opt *opt = &job->opt;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&job->search, 1, sizeof *job->search));
    ISO_TRY(iso_gap_scores_open(&job->scores, opt, records, job->run));
    ISO_TRY(choose_source(job, records));
    ISO_TRY(choose_targets(job));
    ISO_TRY(list_layers(job));
    if (opt->given)
        ISO_TRY(iso_gap_given_open(&job->given, opt->given, job->run));
    if (records->count > 0)
        ISO_TRY(iso_gap_collection_make(&job->series, records, opt->measure));
    for (int i = 0; job->scores.layered && !job->scores.alone && i < job->series.count; i++)
        ISO_TRY(iso_gap_series_spread(&job->series.at[i], job->layer, job->layers));
done:
    return err;
}

void iso_gap_job_free(struct gap_job *job)
{
    iso_gap_search_free(job->search);
    iso_gap_scores_free(&job->scores);
    iso_gap_given_free(&job->given);
    iso_gap_collection_free(&job->series);
    iso_free(job->search);
    iso_free(job->tgt);
    iso_free(job->layer);
}
