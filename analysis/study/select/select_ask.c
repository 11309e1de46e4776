/* What is asked of select: candidates and targets. */
#include <math.h>
#include <string.h>

#include "analysis/study/select/select_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
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
