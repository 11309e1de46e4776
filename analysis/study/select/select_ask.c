/* What is asked of select: candidates and targets; what their codes and a table of sizes say. */
#include <math.h>
#include <string.h>

#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/record_read.h"
#include "lib/io/scores.h"
#include "lib/text/lang.h"

/* --- Languages --- */

int iso_select_find(const struct select_job *job, const char *name)
{
    return (int)iso_textmap_find(&job->langs, iso_lang_canonical(name), -1);
}

static iso_err add_lang(struct select_job *job, const char *name)
{
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(iso_textmap_keep(&number, &job->langs, iso_lang_canonical(name), -1));
    ISO_NEED(job->langs.count <= SELECT_SIZE_MOST, "more than %d languages", SELECT_SIZE_MOST);
done:
    return err;
}

static iso_err add_list(struct select_job *job, const char *list)
{
    char word[128];
    iso_err err = ISO_OK;

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(add_lang(job, word));
    }
done:
    return err;
}

static bool is_trained_on(const iso_transfer *t, int64_t lang)
{
    for (int64_t e = 0; e < t->entries; e++)
        if (t->examples[e * t->langs.count + lang] > 0)
            return true;
    return false;
}

static iso_err add_candidates(struct select_job *job)
{
    const iso_transfer *t = &job->results;
    iso_err err = ISO_OK;

    if (job->opt.src)
        return add_list(job, job->opt.src);
    for (int64_t l = 0; l < t->langs.count; l++)
        if (is_trained_on(t, l))
            ISO_TRY(add_lang(job, t->langs.texts[l]));
    if (job->opt.results)
        goto done;
    for (int l = 0; l < iso_states_langs(job->states); l++)
        ISO_TRY(add_lang(job, iso_states_lang(job->states, l)->name));
    for (int l = 0; job->texts && l < iso_texts_langs(job->texts); l++)
        ISO_TRY(add_lang(job, iso_texts_name(job->texts, l)));
done:
    return err;
}

static iso_err mark_targets(struct select_job *job)
{
    char word[128];
    iso_err err = ISO_OK;

    if (!job->opt.tgt)
        return ISO_OK;
    ISO_TRY(iso_alloc(&job->target, job->count, sizeof *job->target));
    for (const char *at = job->opt.tgt; at;) {
        at = iso_str_word(word, sizeof word, at);
        job->target[iso_select_find(job, word)] = true;
    }
done:
    return err;
}

static iso_err check_sets(const struct select_job *job)
{
    const double sets = iso_select_sets(job->candidates, job->opt.k);
    iso_buf list = {0};
    iso_err err = ISO_OK;

    if (job->opt.results)
        return ISO_OK;
    ISO_NEED(job->candidates > 0,
             "needs candidates: name them by " ISO_FIELD(src) ", or give states, " ISO_FIELD(
                 corpus) " or " ISO_FIELD(results));
    if (job->opt.k > job->candidates) {
        ISO_TRY(iso_buf_names(&list, job->langs.texts, job->candidates, 12));
        ISO_NEED(false, ISO_FIELD(k) " %lld: there %s %d candidate%s, %s", (long long)job->opt.k,
                 job->candidates == 1 ? "is" : "are", job->candidates,
                 job->candidates == 1 ? "" : "s", list.text);
    }
    ISO_NEED(sets <= SELECT_SETS_MOST,
             ISO_FIELD(k) " %lld of %d candidates are %s%.0f sets, and no more than %d are ranked: "
                          "take fewer candidates (" ISO_FIELD(src) ") or another " ISO_FIELD(k),
             (long long)job->opt.k, job->candidates, isfinite(sets) ? "" : "more than ",
             isfinite(sets) ? sets : 9e15, SELECT_SETS_MOST);
done:
    iso_buf_free(&list);
    return err;
}

iso_err iso_select_ask(struct select_job *job)
{
    iso_err err = ISO_OK;

    if (!job->texts && job->opt.texts.corpus) {
        ISO_TRY(iso_texts_open(&job->own, NULL, 0, &job->opt.texts, job->run));
        job->texts = job->own;
    }
    ISO_NEED(!job->opt.model || job->texts,
             ISO_FIELD(model) " cuts texts into pieces: name them by " ISO_FIELD(corpus));
    if (job->opt.results)
        ISO_TRY(iso_transfer_read(&job->results, job->opt.results, iso_lang_canonical, job->run));
    ISO_TRY(add_candidates(job));
    job->candidates = (int)job->langs.count;
    for (int64_t l = 0; l < job->results.langs.count; l++)
        ISO_TRY(add_lang(job, job->results.langs.texts[l]));
    if (job->opt.tgt)
        ISO_TRY(add_list(job, job->opt.tgt));
    job->count = (int)job->langs.count;
    ISO_TRY(mark_targets(job));
    ISO_TRY(check_sets(job));
done:
    return err;
}

/* --- Scripts --- */

static const char *script_of(const char *name)
{
    const char *own = strchr(name, '_');
    const iso_lang_code *code = iso_lang_find(name);

    return !code ? NULL : own ? own + 1 : code->script;
}

static iso_err add_scripts(struct select_job *job)
{
    struct select_predictor *p;
    iso_textmap scripts = {0};
    int64_t number = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_select_add(&p, job, "scripts", "count", SELECT_DISTINCT, false));
    for (int i = 0; i < job->count; i++) {
        const char *script = script_of(iso_select_lang(job, i));
        p->missing[i] = !script;
        if (script)
            ISO_TRY(iso_textmap_put(&number, &scripts, script, -1));
        p->number[i] = (double)number;
    }
    ISO_TRY(iso_select_note_missing(job, p, "codes without a known script"));
done:
    iso_textmap_free(&scripts);
    return err;
}

/* --- Sizes --- */

static bool known(const char *name)
{
    return iso_lang_find(name) != NULL;
}

static iso_err take_sizes(struct select_predictor *p, const struct select_job *job,
                          const iso_scores *t)
{
    const char *path = job->opt.sizes;
    iso_err err = ISO_OK;

    if (t->pairs || t->rows != 1)
        ISO_FAIL(ISO_EFORMAT, "%s: has %d rows by language; sizes are one: lang and size", path,
                 t->rows);
    for (int i = 0; i < job->count; i++)
        p->missing[i] = true;
    for (int l = 0; l < t->langs; l++) {
        const int at = iso_select_find(job, t->lang[l]);
        if (at < 0 || isnan(t->value[l]))
            continue;
        if (!p->missing[at])
            ISO_FAIL(ISO_EFORMAT, "%s: two sizes of %s", path, iso_select_lang(job, at));
        if (t->value[l] < 0)
            ISO_FAIL(ISO_EFORMAT, "%s: the size of %s is negative", path, t->lang[l]);
        p->missing[at] = false;
        p->number[at] = t->value[l];
    }
done:
    return err;
}

static iso_err add_sizes(struct select_job *job)
{
    const char *path = job->opt.sizes;
    const iso_scores_opt how = {.known = known};
    struct select_predictor *p;
    iso_scores table = {0};
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_records_bytes(&text, path, job->run));
    err = iso_scores_read(&table, text.text, text.len, &how);
    if (err) {
        err = iso_fail_in(err, "%s", path);
        goto done;
    }
    ISO_TRY(iso_select_add(&p, job, "pretraining", "size", SELECT_SUM, false));
    ISO_TRY(take_sizes(p, job, &table));
    ISO_TRY(iso_select_note_missing(job, p, "languages without a size"));
done:
    iso_scores_free(&table);
    iso_buf_free(&text);
    return err;
}

iso_err iso_select_codes(struct select_job *job)
{
    iso_err err = ISO_OK;

    ISO_TRY(add_scripts(job));
    if (job->opt.sizes)
        ISO_TRY(add_sizes(job));
done:
    return err;
}
