/* One embedding from its options to its file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/base/ranges.h"
#include "lib/encode/embed.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

/* --- Before any file is opened --- */

static iso_pool pool_of(const struct settings *set)
{
    iso_pool pool = ISO_POOL_MEAN;

    (void)iso_pool_named(&pool, set->pool);
    return pool;
}

/* The texts, and the source among them. */
static iso_err open_texts(struct embed *e, const iso_run *run)
{
    const struct settings *set = e->set;
    const iso_texts_opt opt = SETTINGS_TEXTS(set);
    int source = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_texts_open(&e->texts, set->inputs.at, set->inputs.count, &opt, run));
    ISO_TRY(iso_texts_check_pool(e->texts, pool_of(set)));
    if (set->src)
        ISO_TRY(iso_texts_need(&source, e->texts, "src", set->src));
    e->source = iso_texts_name(e->texts, source);
done:
    return err;
}

iso_err iso_embed_check(const struct settings *set)
{
    struct embed e = {.set = set};
    iso_err err = ISO_OK;

    ISO_TRY(iso_model_check(&SETTINGS_MODEL(set)));
    if (set->inputs.count == 0 && !set->corpus)
        ISO_FAIL(ISO_EARG, "needs LANG=TEXT, such as en=en.txt, or " ISO_FIELD(corpus) " DIR");
    if (!set->out && !set->plan)
        ISO_FAIL(ISO_EARG, "needs " ISO_FIELD(out) ", the file to write");
    if (set->out && strcmp(set->out, "-") == 0)
        ISO_FAIL(ISO_EARG, "states cannot go to standard output: " ISO_FIELD(out) " needs a file");
    if (set->resume && pool_of(set) == ISO_POOL_TYPES)
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(resume) ": averages of word types cannot be resumed, begin anew");
    ISO_TRY(iso_ranges_check(set->layers));
    ISO_TRY(iso_corpus_check_columns(set->columns));
    if (!set->corpus)
        ISO_TRY(open_texts(&e, NULL));
done:
    iso_embed_free(&e);
    return err;
}

/* --- The work --- */

void iso_embed_free(struct embed *e)
{
    iso_encoding_free(&e->in);
    iso_texts_close(e->texts);
    iso_model_close(e->model);
    iso_free(e->layer);
    iso_free(e->window);
    iso_native_discard(e->out);
    *e = (struct embed){0};
}

static iso_err choose_layers(struct embed *e)
{
    const int count = iso_encoder_config(e->in.encoder)->L + 1;
    bool *take = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&take, count, sizeof *take));
    ISO_TRY(iso_alloc(&e->layer, count, sizeof *e->layer));
    for (int k = 0; k < count; k++) {
        e->layer[k] = k;
        take[k] = !e->set->layers;
    }
    if (e->set->layers)
        ISO_TRY(iso_ranges_take(take, e->set->layers, e->layer, count, e->in.about->name));
    for (int k = 0; k < count; k++) {
        if (take[k])
            e->layer[e->layer_count++] = k;
    }
done:
    iso_free(take);
    return err;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A failure after which something is left to go on from says so. */
static iso_err with_way_out(const struct embed *e, iso_err err)
{
    char said[1024];

    if (!err || !e->kept || e->in.pool == ISO_POOL_TYPES)
        return err;
    snprintf(said, sizeof said, "%s", iso_err_msg());
    return iso_fail(
        err, "%s; what is done is kept, the same command with " ISO_FIELD(resume) " goes on", said);
}

static iso_err work(struct embed *e)
{
    const double began = now();
    iso_err err = ISO_OK;

    ISO_TRY(iso_embed_announce(e));
    ISO_TRY(e->in.pool == ISO_POOL_TYPES ? iso_embed_run_types(e) : iso_embed_run(e));
    iso_native *out = e->out;
    e->out = NULL;
    ISO_TRY(iso_native_commit(out));
    embed_print_done(e, now() - began);
done:
    return with_way_out(e, err);
}

/* What was granted on the command line is kept to, or said to be too little. */
static iso_err check_memory(const struct embed *e)
{
    const int64_t need = embed_memory(e);

    if (e->set->mem == 0 || e->set->plan || need <= e->set->mem)
        return ISO_OK;
    return iso_fail(ISO_EARG,
                    ISO_FIELD(mem) ": this takes %.0f MB, %.0f MB are granted: grant more, or take "
                                   "fewer " ISO_FIELD(layers) ", a smaller " ISO_FIELD(
                                       batch) ", a text at a time",
                    ceil((double)need / 1e6), floor((double)e->set->mem / 1e6));
}

static iso_err prepare(struct embed *e, const iso_run *run)
{
    iso_err err = ISO_OK;

    ISO_TRY(open_texts(e, run));
    ISO_TRY(iso_model_open(&e->model, &SETTINGS_MODEL(e->set), run));
    ISO_TRY(
        iso_encoding_begin(&e->in, e->model, e->texts, pool_of(e->set), e->set->max_length, run));
    ISO_TRY(choose_layers(e));
    ISO_TRY(iso_encoding_read(&e->in, NULL, iso_texts_langs(e->texts)));
    ISO_TRY(iso_embed_windows(e));
    if (e->in.pool == ISO_POOL_TYPES)
        ISO_TRY(iso_embed_types_fit(e));
    ISO_TRY(check_memory(e));
done:
    return err;
}

iso_err iso_embed_job(const struct settings *set)
{
    const iso_run run = term_run(set);
    const int threads = iso_blas_threads();
    struct embed e = {.set = set,
                      .path = set->out,
                      .resume = set->resume,
                      .batch = set->batch,
                      .dtype = iso_str_same(set->dtype, "f32") ? ISO_F32 : ISO_F16};
    iso_err err = ISO_OK;

    if (run.threads > 0)
        iso_blas_set_threads(run.threads);
    ISO_TRY(prepare(&e, &run));
    if (set->plan)
        embed_print_plan(&e);
    else
        ISO_TRY(work(&e));
done:
    iso_embed_free(&e);
    if (run.threads > 0)
        iso_blas_set_threads(threads);
    return err;
}
