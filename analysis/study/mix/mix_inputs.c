/* The languages of a mixing: one that is mixed in, those it is mixed into. */
#include <string.h>

#include "analysis/study/mix/mix_job.h"
#include "lib/base/alloc.h"
#include "lib/text/lang.h"

int iso_mix_targets(const struct mix_job *job)
{
    return job->in.lang_count - !job->self;
}

int iso_mix_target_lang(const struct mix_job *job, int t)
{
    return t + !job->self;
}

int iso_mix_source_lang(const struct mix_job *job, int t)
{
    return job->self ? t : 0;
}

const struct texts_lang *iso_mix_target(const struct mix_job *job, int t)
{
    return &job->in.lang[iso_mix_target_lang(job, t)];
}

static iso_err add_sources(struct mix_job *job)
{
    const struct words *source = &job->in.set->source;
    int lang;
    iso_err err = ISO_OK;

    for (int i = 0; i < source->count; i++) {
        ISO_TRY(iso_texts_add(&job->in, &lang, source->at[i]));
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
    const struct words *target = &job->in.set->target;
    int lang;
    iso_err err = ISO_OK;

    for (int i = 0; i < target->count; i++) {
        ISO_TRY(iso_texts_add(&job->in, &lang, target->at[i]));
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

static int lang_called(const struct texts *t, const char *name)
{
    for (int i = 0; i < t->lang_count; i++) {
        if (iso_lang_same(t->lang[i].name, name))
            return i;
    }
    return -1;
}

/* Adds the languages of --tgt to `keep`, or all that are not the source (`first`, -1: none). */
static iso_err choose_targets(int *keep, int *count, const struct mix_job *job, int first)
{
    const struct texts *t = &job->in;
    char word[128];
    iso_err err = ISO_OK;

    for (int i = 0; !t->set->tgt && i < t->lang_count; i++) {
        if (i != first)
            keep[(*count)++] = i;
    }
    for (const char *at = t->set->tgt; at;) {
        at = iso_str_word(word, sizeof word, at);
        const int lang = lang_called(t, word);
        bool there = lang == first && first >= 0;
        for (int i = 0; i < *count; i++)
            there = there || keep[i] == lang;
        if (lang < 0)
            ISO_TRY(iso_texts_no_lang(t, ISO_FIELD(tgt), word));
        if (!there)
            keep[(*count)++] = lang;
    }
done:
    return err;
}

static iso_err from_folder(struct mix_job *job)
{
    struct texts *t = &job->in;
    int *keep = NULL, count = 0, first = -1;
    iso_err err = ISO_OK;

    ISO_TRY(iso_texts_add_folder(t, t->set->corpus));
    if (!job->self) {
        first = lang_called(t, t->set->src);
        if (first < 0)
            ISO_TRY(iso_texts_no_lang(t, ISO_FIELD(src), t->set->src));
    }
    ISO_TRY(iso_alloc(&keep, t->lang_count, sizeof *keep));
    if (first >= 0)
        keep[count++] = first;
    ISO_TRY(choose_targets(keep, &count, job, first));
    ISO_TRY(iso_texts_keep(t, keep, count));
done:
    iso_free(keep);
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
    const struct settings *set = job->in.set;
    iso_err err = ISO_OK;

    ISO_TRY(check_words(set));
    job->self = set->corpus ? !set->src : set->source.count == 0;
    if (set->corpus) {
        ISO_TRY(from_folder(job));
    } else {
        ISO_TRY(add_sources(job));
        ISO_TRY(add_targets(job));
    }
    if (iso_mix_targets(job) == 0)
        ISO_FAIL(ISO_EARG, "%s: no language is left to mix %s into", set->corpus, set->src);
    ISO_TRY(iso_str_dup(&job->in.source, job->in.lang[0].name, -1));
done:
    return err;
}
