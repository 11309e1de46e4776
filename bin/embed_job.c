/* One embedding from its options to its file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "bin/embed.h"
#include "bin/out.h"
#include "bin/selection.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

enum {
    BATCH = 1024, /* tokens, when not said: long products whose rows still fit the caches */
    LONGEST = 512 /* tokens of a sentence, when not said */
};

int64_t embed_batch(const struct settings *set)
{
    return set->batch > 0 ? set->batch : BATCH;
}

static enum embed_pool pool_of(const char *name)
{
    static const char *const names[] = {"mean", "mean-special", "cls",  "last",
                                        "max",  "none",         "word", "types"};

    for (int i = 0; name && i < (int)(sizeof names / sizeof *names); i++) {
        if (strcmp(name, names[i]) == 0)
            return (enum embed_pool)i; /* the order of the enum */
    }
    return EMBED_MEAN;
}

static iso_compute compute_of(const char *name)
{
    return iso_str_same(name, "bf16")   ? ISO_COMPUTE_BF16
           : iso_str_same(name, "int8") ? ISO_COMPUTE_INT8
                                        : ISO_COMPUTE_F32;
}

/* --- Before any file is opened --- */

iso_err embed_check(const struct settings *set)
{
    struct embed e = {.set = set, .pool = pool_of(set->pool)};
    int64_t seed;
    iso_err err = ISO_OK;

    if (!set->model)
        ISO_FAIL(ISO_EARG, "needs --model DIR, the folder of a checkpoint");
    if (set->inputs.count == 0 && !set->corpus)
        ISO_FAIL(ISO_EARG, "needs LANG=TEXT, such as en=en.txt, or --corpus DIR");
    if (!set->out && !set->plan)
        ISO_FAIL(ISO_EARG, "needs --out, the file to write");
    if (set->out && strcmp(set->out, "-") == 0)
        ISO_FAIL(ISO_EARG, "states cannot go to standard output: --out needs a file");
    if (set->resume && e.pool == EMBED_TYPES)
        ISO_FAIL(ISO_EARG, "--resume: averages of word types cannot be resumed, begin anew");
    if (set->random_weights && (!iso_str_int(&seed, set->random_weights) || seed < 0))
        ISO_FAIL(ISO_EARG, "--random-weights: %s is not a seed, a whole number from 0 on",
                 set->random_weights);
    ISO_TRY(selection_check_layers(set));
    ISO_TRY(iso_corpus_check_columns(set->columns));
    if (!set->corpus)
        ISO_TRY(embed_inputs(&e));
done:
    embed_free(&e);
    return err;
}

/* --- The work --- */

void embed_free(struct embed *e)
{
    for (int i = 0; i < e->lang_count; i++)
        embed_lang_free(&e->lang[i]);
    iso_free(e->lang);
    for (int i = 0; i < e->folder_word_count; i++)
        iso_free(e->folder_words[i]);
    iso_free(e->folder_words);
    iso_free(e->model);
    iso_free(e->source);
    iso_free(e->layer);
    iso_free(e->window);
    iso_native_discard(e->out);
    iso_tokenizer_close(e->tokenizer);
    iso_encoder_close(e->encoder);
    *e = (struct embed){0};
}

static iso_err open_encoder(struct embed *e)
{
    iso_encoder_opt opt = {.compute = compute_of(e->set->compute)};
    int64_t seed = 0;
    iso_err err = ISO_OK;

    if (e->set->random_weights && iso_str_int(&seed, e->set->random_weights)) {
        opt.random = true;
        opt.seed = (uint64_t)seed;
    }
    ISO_TRY(iso_encoder_open(&e->encoder, e->set->model, &opt));
done:
    return err;
}

static iso_err choose_length(struct embed *e)
{
    const int64_t most = iso_nn_config_longest(iso_encoder_config(e->encoder));
    const int64_t want = e->set->max_length;

    if (want > most)
        return iso_fail(ISO_EARG,
                        "--max-length %lld: %s has positions for %lld tokens; give that or less",
                        (long long)want, e->model, (long long)most);
    e->longest = want > 0 ? want : most < LONGEST ? most : LONGEST;
    return ISO_OK;
}

static iso_err choose_layers(struct embed *e)
{
    const int count = iso_encoder_config(e->encoder)->L + 1;
    bool *take = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&take, count, sizeof *take));
    ISO_TRY(iso_alloc(&e->layer, count, sizeof *e->layer));
    for (int k = 0; k < count; k++) {
        e->layer[k] = k;
        take[k] = !e->set->layers;
    }
    if (e->set->layers)
        ISO_TRY(selection_layers(take, e->set->layers, e->layer, count, e->model));
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

    if (!err || !e->kept || e->pool == EMBED_TYPES)
        return err;
    snprintf(said, sizeof said, "%s", iso_err_msg());
    return iso_fail(err, "%s; what is done is kept, the same command with --resume goes on", said);
}

static iso_err work(struct embed *e)
{
    const double began = now();
    iso_err err = ISO_OK;

    ISO_TRY(embed_announce(e));
    ISO_TRY(e->pool == EMBED_TYPES ? embed_run_types(e) : embed_run(e));
    iso_native *out = e->out;
    e->out = NULL;
    ISO_TRY(iso_native_commit(out));
    ISO_TRY(embed_print_done(e, now() - began));
done:
    return with_way_out(e, err);
}

/* The file to write must not be one that is read. */
static iso_err check_out(const struct embed *e)
{
    struct stat out, in;

    if (!e->set->out || stat(e->set->out, &out) != 0)
        return ISO_OK;
    for (int i = 0; i < e->lang_count; i++) {
        for (int k = 0; k < e->lang[i].files.count; k++) {
            const char *file = e->lang[i].files.at[k];
            if (stat(file, &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
                return iso_fail(ISO_EARG, "%s: is the text to read, choose another --out", file);
        }
    }
    return ISO_OK;
}

/* What was granted on the command line is kept to, or said to be too little. */
static iso_err check_memory(const struct embed *e)
{
    const int64_t need = embed_memory(e);

    if (e->set->mem == 0 || e->set->plan || need <= e->set->mem)
        return ISO_OK;
    return iso_fail(ISO_EARG,
                    "--mem: this takes %.0f MB, %.0f MB are granted: grant more, or take "
                    "fewer --layers, a smaller --batch, a text at a time",
                    ceil((double)need / 1e6), floor((double)e->set->mem / 1e6));
}

static iso_err prepare(struct embed *e)
{
    iso_err err = ISO_OK;

    if (e->set->out)
        ISO_TRY(out_can_write(e->set->out));
    ISO_TRY(embed_inputs(e));
    ISO_TRY(check_out(e));
    ISO_TRY(embed_name_model(e));
    ISO_TRY(open_encoder(e));
    ISO_TRY(choose_length(e));
    ISO_TRY(choose_layers(e));
    ISO_TRY(embed_read(e));
    ISO_TRY(embed_windows(e));
    if (e->pool == EMBED_TYPES)
        ISO_TRY(embed_types_fit(e));
    ISO_TRY(check_memory(e));
done:
    return err;
}

iso_err embed_job(const struct settings *set)
{
    const iso_run run = term_run(set);
    const int threads = iso_blas_threads();
    struct embed e = {.set = set,
                      .run = &run,
                      .pool = pool_of(set->pool),
                      .dtype = iso_str_same(set->dtype, "f32") ? ISO_F32 : ISO_F16};
    iso_err err = ISO_OK;

    if (run.threads > 0)
        iso_blas_set_threads(run.threads);
    ISO_TRY(prepare(&e));
    if (set->plan)
        embed_print_plan(&e);
    else
        ISO_TRY(work(&e));
done:
    embed_free(&e);
    if (run.threads > 0)
        iso_blas_set_threads(threads);
    return err;
}
