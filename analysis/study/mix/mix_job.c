/* One mixing from its options to its records. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "analysis/study/mix/mix_job.h"
#include "analysis/study/mix/mix_measure.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

void iso_mix_job_free(struct mix_job *job)
{
    iso_mix_source_forget(job);
    for (int l = 0; job->pick && l < job->in.lang_count; l++)
        iso_free(job->pick[l]);
    iso_free(job->pick);
    iso_free(job->stranger);
    iso_free(job->head);
    iso_free(job->shown);
    iso_classifier_close(job->classifier);
    iso_mix_scheme_free(&job->scheme);
    iso_encoding_free(&job->in);
    iso_texts_close(job->texts);
    iso_model_close(job->model);
    iso_free(job->lang);
    *job = (struct mix_job){0};
}

/* --- Before any file is opened --- */

static iso_err check_inputs(const struct settings *set)
{
    struct mix_job job = {.set = set};
    iso_err err = ISO_OK;

    if (!set->corpus || set->inputs.count > 0 || set->source.count > 0 || set->target.count > 0)
        ISO_TRY(iso_mix_inputs(&job));
    job.self = set->corpus ? !set->src : set->source.count == 0;
    ISO_TRY(iso_mix_scheme_check(set, job.self));
done:
    iso_mix_job_free(&job);
    return err;
}

iso_err iso_mixing_check(const struct settings *set)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_model_check(&SETTINGS_MODEL(set)));
    ISO_TRY(check_inputs(set));
    ISO_TRY(iso_corpus_check_columns(set->columns));
    ISO_TRY(iso_mix_measure_check(set));
    ISO_TRY(iso_mix_keep_check(set));
    ISO_TRY(iso_mix_attention_check(set));
done:
    return err;
}

/* --- The work --- */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What was granted on the command line is kept to, or said to be too little. */
static iso_err check_memory(const struct mix_job *job)
{
    const struct settings *set = job->set;
    const int64_t need = mix_memory(job);

    if (set->mem == 0 || set->plan || need <= set->mem)
        return ISO_OK;
    return iso_fail(ISO_EARG,
                    ISO_FIELD(mem) ": this takes %.0f MB, %.0f MB are granted: grant more, or take "
                                   "a smaller " ISO_FIELD(batch),
                    ceil((double)need / 1e6), floor((double)set->mem / 1e6));
}

static iso_pool pool_of(const struct settings *set)
{
    iso_pool pool = ISO_POOL_MEAN;

    (void)iso_pool_named(&pool, set->pool);
    return pool;
}

iso_err iso_mix_prepare(struct mix_job *job)
{
    const iso_nn_config *c;
    const char *why;
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_inputs(job));
    ISO_TRY(iso_model_open(&job->model, &SETTINGS_MODEL(job->set), job->run));
    ISO_TRY(iso_encoding_begin(&job->in, job->model, job->texts, pool_of(job->set),
                               job->set->max_length, job->run));
    c = iso_encoder_config(job->in.encoder);
    ISO_TRY(iso_mix_scheme_make(&job->scheme, job->set, job->self, c->L, c->C));
    ISO_TRY(iso_mix_heads_make(&job->head, job->set, c->L));
    if (!job->set->random_weights) /* a trained head on an untrained encoder says nothing */
        ISO_TRY(iso_classifier_open(&job->classifier, &why, job->set->model));
    ISO_TRY(iso_encoding_read(&job->in, job->lang, job->langs));
    ISO_TRY(iso_mix_items(job));
    ISO_TRY(iso_mix_attention_items(job));
    ISO_TRY(check_memory(job));
    job->total = mix_work(job);
done:
    return err;
}

/* Who is whose stranger; a text of one sentence has none, and the control falls away. */
static iso_err find_strangers(struct mix_job *job, int lang)
{
    struct mix_scheme *s = &job->scheme;
    const int way = s->ways - 1;
    bool none;
    iso_err err = ISO_OK;

    if (s->way[way].partner != MIX_STRANGER)
        return ISO_OK;
    iso_free(job->stranger);
    job->stranger = NULL;
    ISO_TRY(iso_alloc(&job->stranger, job->items, sizeof *job->stranger));
    ISO_TRY(iso_mix_strangers(job->stranger, &none, &job->in.lang[lang], job->pick[lang],
                              job->items, (uint64_t)job->set->seed));
    if (none) {
        term_note(job->set, "%s: all sentences are the same, so the control shuffled is left out%s",
                  job->in.lang[lang].name, job->self ? " from here on" : "");
        iso_mix_scheme_drop(s, way);
    }
done:
    return err;
}

static iso_err run_target(iso_records *out, struct mix_job *job, struct mix_keep *keep, int t)
{
    const int source = iso_mix_source_lang(job, t);
    struct mixed m = {0};
    iso_err err = ISO_OK;

    if (t == 0 || job->self) {
        ISO_TRY(find_strangers(job, source));
        ISO_TRY(iso_mix_source_run(job, source));
    }
    ISO_TRY(iso_mix_run(&m, job, t));
    ISO_TRY(iso_mix_records(out, &m, job->set, job->run));
    ISO_TRY(iso_mix_branches(out, job, t, &m));
    ISO_TRY(iso_mix_keep_target(keep, job, t, &m));
done:
    iso_mixed_free(&m);
    return err;
}

iso_err iso_mix_work_through(iso_records *out, struct mix_job *job)
{
    const double began = now();
    struct mix_keep keep = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_keep_begin(&keep, job));
    for (int t = 0; t < iso_mix_targets(job); t++)
        ISO_TRY(run_target(out, job, &keep, t));
    ISO_TRY(iso_mix_keep_commit(&keep));
    ISO_TRY(mix_print_done(job, now() - began));
done:
    iso_mix_keep_discard(&keep);
    return err;
}
