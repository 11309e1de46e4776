/* The languages of a mixing: one that is mixed in, those it is mixed into. */
#include <string.h>

#include "analysis/study/mix/mix_job.h"
#include "lib/base/alloc.h"
#include "lib/text/lang.h"

int iso_mix_targets(const struct mix_job *job)
{
    return job->langs - !job->self;
}

int iso_mix_target_lang(const struct mix_job *job, int t)
{
    return t + !job->self;
}

int iso_mix_source_lang(const struct mix_job *job, int t)
{
    return job->self ? t : 0;
}

const struct encoding_lang *iso_mix_target(const struct mix_job *job, int t)
{
    return &job->in.lang[iso_mix_target_lang(job, t)];
}

static iso_err add_sources(struct mix_job *job)
{
    const struct words *source = &job->set->source;
    int lang;
    iso_err err = ISO_OK;

    for (int i = 0; i < source->count; i++) {
        ISO_TRY(iso_texts_add(job->texts, &lang, source->at[i]));
        if (lang > 0)
            ISO_FAIL(ISO_EARG,
                     ISO_FIELD(source) ": %s is of another language than %s; one is mixed into all",
                     source->at[i], source->at[0]);
    }
done:
    return err;
}

static iso_err add_targets(struct mix_job *job)
{
    const struct words *target = &job->set->target;
    int lang;
    iso_err err = ISO_OK;

    for (int i = 0; i < target->count; i++) {
        ISO_TRY(iso_texts_add(job->texts, &lang, target->at[i]));
        if (lang == 0 && !job->self)
            ISO_FAIL(ISO_EARG,
                     ISO_FIELD(target) ": %s is of the source's language; leave " ISO_FIELD(
                         source) " away to mix a "
                                 "language with itself",
                     target->at[i]);
    }
done:
    return err;
}

/* Adds the languages of --tgt, or all that are not the source (`first`, -1: none). */
static iso_err choose_targets(struct mix_job *job, int first)
{
    const struct settings *set = job->set;
    char word[128];
    int lang;
    iso_err err = ISO_OK;

    for (int i = 0; !set->tgt && i < iso_texts_langs(job->texts); i++) {
        if (i != first)
            job->lang[job->langs++] = i;
    }
    for (const char *at = set->tgt; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(iso_texts_need(&lang, job->texts, "tgt", word));
        bool there = false;
        for (int i = 0; i < job->langs; i++)
            there = there || job->lang[i] == lang;
        if (!there)
            job->lang[job->langs++] = lang;
    }
done:
    return err;
}

/* Of a folder those that --src and --tgt choose; of words all, in their order. */
static iso_err choose_langs(struct mix_job *job)
{
    int first = job->self || !job->set->corpus ? -1 : 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&job->lang, iso_texts_langs(job->texts), sizeof *job->lang));
    if (first == 0) {
        ISO_TRY(iso_texts_need(&first, job->texts, "src", job->set->src));
        job->lang[job->langs++] = first;
    }
    ISO_TRY(choose_targets(job, first));
done:
    return err;
}

/* What cannot go together. */
static iso_err check_words(const struct settings *set)
{
    if (set->inputs.count > 0)
        return iso_fail(ISO_EARG,
                        "%s: is it mixed in or mixed into? " ISO_FIELD(source) " or " ISO_FIELD(
                            target) " says so",
                        set->inputs.at[0]);
    if (set->corpus && (set->source.count > 0 || set->target.count > 0))
        return iso_fail(ISO_EARG, ISO_FIELD(corpus) " takes " ISO_FIELD(src) " and " ISO_FIELD(
                                      tgt) ", not " ISO_FIELD(source) " and " ISO_FIELD(target));
    if (!set->corpus && (set->src || set->tgt))
        return iso_fail(ISO_EARG,
                        ISO_FIELD_S " chooses from " ISO_FIELD(corpus) "; texts go with " ISO_FIELD(
                            source) " and " ISO_FIELD(target),
                        set->src ? "src" : "tgt");
    if (!set->corpus && set->target.count == 0)
        return iso_fail(
            ISO_EARG, "needs " ISO_FIELD(source) " en=en.txt " ISO_FIELD(
                          target) " de=de.txt, or " ISO_FIELD(corpus) " DIR " ISO_FIELD(src) " en");
    return ISO_OK;
}

iso_err iso_mix_inputs(struct mix_job *job)
{
    const struct settings *set = job->set;
    iso_err err = ISO_OK;

    ISO_TRY(check_words(set));
    ISO_TRY(iso_texts_new(&job->texts, &SETTINGS_TEXTS(set)));
    job->self = set->corpus ? !set->src : set->source.count == 0;
    if (set->corpus) {
        ISO_TRY(iso_texts_add_corpus(job->texts, job->run));
    } else {
        ISO_TRY(add_sources(job));
        ISO_TRY(add_targets(job));
    }
    ISO_TRY(choose_langs(job));
    if (iso_mix_targets(job) == 0)
        ISO_FAIL(ISO_EARG, "%s: no language is left to mix %s into", set->corpus, set->src);
done:
    return err;
}
