/* One mixing from its options to its records: what is opened, target after target, the plan. */
#include "analysis/study/mix/mix.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "analysis/study/baseline/baseline_run.h"
#include "analysis/study/mix/mix_inside.h"
#include "analysis/study/preset.h"
#include "lib/base/alloc.h"
#include "lib/io/kind.h"
#include "lib/linalg/blas.h"

/* --- Options --- */

#define ID_1(id) ISO_POOL_##id,
#define ID_0(id)
#define X(id, name, stored, mixed) ID_##mixed(id)
static const int pools[] = {ISO_POOLS(X)};
#undef X

/* clang-format off */
static const iso_option options[] = {
    ISO_MODEL_FOLDER(iso_mix_opt),
    ISO_TEXTS_CORPUS(iso_mix_opt),
    ISO_OPTION(iso_mix_opt, NAMES, src, "LANG", "source language, of " ISO_FIELD(corpus) " (without a source every language is mixed with itself)"),
    ISO_OPTION(iso_mix_opt, NAMES, tgt, "LANG[,LANG]", "target languages (default: all others)"),
    ISO_OPTION(iso_mix_opt, TEXT, layer, "K", "layer to mix at, 1 the first; A-B a range in one pass; 1,4,8 each in turn, sweep all of them (default: 1)"),
    ISO_OPTION(iso_mix_opt, TEXT, mix, "LIST", "ways: xmixup,fixed:VALUE,no-entropy,self (default: xmixup); controls come along", .init = "xmixup"),
    ISO_OPTION(iso_mix_opt, REAL, lambda0, "X", "largest share of the source, above 0 to 1 (default: 0.5, or as " ISO_FIELD(lambda) " says)", .above = true, .most = 1),
    ISO_OPTION(iso_mix_opt, PATH, lambda, "FILE", "trained W and b of layers, JSON or safetensors (default: W 1, b 0)", .binding = "lambda_file", .reads = ISO_READS_FILE),
    ISO_OPTION(iso_mix_opt, ENUM, entropy, "KIND", "masked: padding never counts (default); repo: as the published code counts it", .choices = "masked repo", .numbers = (const int[]){ISO_MIX_MASKED, ISO_MIX_REPO}),
    ISO_OPTION(iso_mix_opt, MEASURES, measure, "LIST", "before and after: cka,centroid:relative,cosine,p@1:csls,... (default: cka,centroid:relative,cosine:centred,p@1:cosine)", .init = "cka:debiased,centroid:relative,cosine:centred,p@1:cosine"),
    ISO_OPTION_PREP(iso_mix_opt),
    ISO_OPTION(iso_mix_opt, ENUM, interval, "KIND", "none leaves intervals out", .choices = "none", .numbers = (const int[]){ISO_INTERVAL_NONE}),
    ISO_OPTION_PERMUTATIONS(iso_mix_opt, .excludes = NULL),
    ISO_OPTION(iso_mix_opt, TEXT, preset, "NAME", "options of a published protocol; it prints them"),
    ISO_OPTION(iso_mix_opt, TEXT, k, "LIST", "ranks of p@k, which older scripts have: p@1,p@5 names them", .tier = ISO_OPTION_HIDDEN),
    ISO_OPTION(iso_mix_opt, INT, neighbours, "N", "neighbours that CSLS and margins average (default: 10, margins 4)", .least = 1, .most = 1000000),
    ISO_OPTION(iso_mix_opt, ENUM, direction, "WHICH", "who searches (default: both)", .choices = "forward backward both", .init = "both"),
    ISO_OPTION(iso_mix_opt, ENUM, algorithm, "KIND", "how sums are made (default: by the number of items)", .choices = "gram sums", .numbers = (const int[]){ISO_METHOD_GRAM, ISO_METHOD_SUMS}, .tier = ISO_OPTION_RARE),
    ISO_OPTION(iso_mix_opt, ENUM, pool, "KIND", "what a row stands for (default: mean)", .choices = ISO_POOL_CHOICES(MIXED), .numbers = pools),
    ISO_OPTION(iso_mix_opt, INT, sample, "N", "so many of the items that all languages have, evenly spaced (default: all)", .least = 1),
    ISO_ENCODING_PROMPT(iso_mix_opt),
    ISO_OPTION(iso_mix_opt, ENUM, dtype, "TYPE", "number type of kept states (default: f16)", .choices = "f16 f32", .numbers = (const int[]){ISO_STORE_F16, ISO_STORE_F32}),
    ISO_ENCODING_LENGTH(iso_mix_opt),
    ISO_MODEL_COMPUTE(iso_mix_opt),
    ISO_TEXTS_COLUMNS(iso_mix_opt),
    ISO_TEXTS_FORMAT(iso_mix_opt),
    ISO_ENCODING_BATCH(iso_mix_opt),
    ISO_MODEL_RANDOM(iso_mix_opt),
    ISO_OPTION(iso_mix_opt, PATH, keep_before, "FILE", "write states before mixing, source and targets, all layers", .writes = ISO_WRITES_KIND, .file = ISO_KIND_STATES),
    ISO_OPTION(iso_mix_opt, PATH, keep_after, "FILE", "write states after mixing; %d stands for the mixed layer", .writes = ISO_WRITES_LAYERS),
    ISO_OPTION(iso_mix_opt, TEXT, items, "LIST", "sentences of " ISO_FIELD(attention) ": numbers in the source's text, from 0, or ids"),
    ISO_OPTION(iso_mix_opt, TEXT, baseline, "random", "beside the checkpoint: the same with random weights, the mean of three seeds"),
};
/* clang-format on */
const iso_options iso_mix_options = ISO_OPTIONS("mix", iso_mix_opt, options);

void iso_mix_opt_init(iso_mix_opt *opt, size_t size)
{
    iso_options_init(&iso_mix_options, opt, size);
}

static iso_err check_baseline(const iso_mix_opt *o)
{
    const iso_baseline_opt asked = {.kinds = o->baseline, .model = o->baseline ? "" : NULL};
    iso_err err = ISO_OK;

    ISO_TRY(iso_baseline_check(&asked));
    ISO_NEED(!o->baseline || strcmp(o->baseline, "random") == 0,
             ISO_FIELD(baseline) " %s: only a network can be mixed, so there is random alone; "
                                 "pieces and lengths can be compared and searched as they are",
             o->baseline);
    ISO_NEED(
        !o->baseline || !o->model.random_weights,
        ISO_FIELD(baseline) " random and " ISO_FIELD(random_weights) " are the same: leave out "
                                                                     "one of them");
done:
    return err;
}

/* Everything that the options say by themselves. */
static iso_err understand(iso_mix_opt *out, const iso_mix_opt *opt)
{
    double lambda0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_mix_options, out, opt));
    lambda0 = out->lambda0;
    ISO_TRY(iso_preset_fill(&iso_mix_options, out, out->preset));
    if (out->lambda) /* what the file says holds */
        out->lambda0 = lambda0;
    ISO_TRY(iso_mix_scheme_check(out));
    ISO_TRY(iso_corpus_check_columns(out->texts.columns));
    ISO_TRY(iso_mix_measure_check(out));
    ISO_TRY(iso_mix_keep_check(out));
    ISO_TRY(iso_mix_attention_check(out));
    ISO_TRY(check_baseline(out));
done:
    return err;
}

iso_err iso_mix_check(const iso_mix_opt *opt)
{
    iso_mix_opt o;

    return understand(&o, opt);
}

/* --- What it takes --- */

/* The text, the weights made ready, a batch on its way with a state for each mixed layer, first
 * tokens, and what is kept of source and target, where more than a sixteenth of the memory goes to
 * a file. */
static int64_t memory_of(const struct mix_job *job)
{
    const iso_nn_config *c = iso_encoder_config(job->in.encoder);
    const struct mix_scheme *s = &job->scheme;
    const int64_t share = iso_run_mem(job->run) / 16;
    const int64_t states = iso_mixed_matrices(s) * job->items * s->C * 4;
    const int64_t cls = ((int64_t)s->places * s->ways + 2) * job->items * (4 * s->C + 24);
    int64_t most = 0, text = 0;

    for (int l = 0; l < job->in.lang_count; l++) {
        const int64_t tokens = iso_mix_tokens(job, l);
        most = tokens > most ? tokens : most;
        text += 16 * tokens;
    }
    const int64_t attended = s->L * most * s->C * 4;
    return text + cls + c->L * (4 * c->C * c->C + 2 * c->C * c->F) * 4 +
           (states < share ? states : 0) + (attended < share ? attended : 0) +
           iso_encoding_batch_size(job->opt.batch) * ((8 + s->L) * c->C + c->F) * 4;
}

/* A budget that is firm is kept to, or said to be too little. */
static iso_err check_memory(const struct mix_job *job)
{
    const iso_run *run = job->run;
    const int64_t need = memory_of(job);

    if (!run || !run->mem_firm || need <= run->mem)
        return ISO_OK;
    return iso_fail(ISO_EARG,
                    ISO_FIELD(mem) ": this takes %.0f MB, %.0f MB are granted: grant more, or take "
                                   "a smaller " ISO_FIELD(batch),
                    ceil((double)need / 1e6), floor((double)run->mem / 1e6));
}

static iso_err add_facts(iso_facts *out, const struct mix_job *job)
{
    const struct mix_scheme *s = &job->scheme;
    int64_t tokens = 0;
    iso_err err = ISO_OK;

    for (int t = 0; t < iso_mix_targets(job); t++)
        tokens += iso_mix_tokens(job, iso_mix_target_lang(job, t));
    ISO_TRY(iso_facts_text(out, "model", job->in.about->name));
    ISO_TRY(
        iso_facts_text(out, "source", job->self ? "every language its own" : job->in.lang[0].name));
    ISO_TRY(iso_facts_count(out, "targets", iso_mix_targets(job)));
    ISO_TRY(iso_facts_count(out, "items", job->items));
    ISO_TRY(iso_facts_count(out, "tokens", tokens));
    ISO_TRY(iso_facts_count(out, "places", s->places));
    ISO_TRY(iso_facts_count(out, "ways", s->ways));
    ISO_TRY(iso_facts_count(out, "layers", iso_mix_scheme_layers(s)));
    ISO_TRY(iso_facts_real(out, "operations", iso_mix_operations(job, s, job->items)));
    ISO_TRY(iso_facts_count(out, "memory", memory_of(job)));
done:
    return err;
}

/* --- Reading --- */

iso_err iso_mix_prepare(struct mix_job *job, iso_model *model, const iso_texts *texts,
                        const iso_mix_opt *opt)
{
    const iso_nn_config *c;
    const char *why;
    iso_err err = ISO_OK;

    ISO_TRY(understand(&job->opt, opt));
    if (!texts)
        ISO_TRY(iso_texts_open(&job->read, NULL, 0, &job->opt.texts, job->run));
    job->texts = texts ? texts : job->read;
    ISO_TRY(iso_mix_choose(job));
    if (!model)
        ISO_TRY(iso_model_open(&job->opened, &job->opt.model, job->run));
    job->model = model ? model : job->opened;
    ISO_TRY(iso_encoding_begin(&job->in, job->model, job->texts, job->opt.pool, job->opt.max_length,
                               job->run));
    ISO_TRY(iso_encoding_prompt(&job->in, job->opt.prompt));
    ISO_TRY(iso_encoding_note_prompts(&job->in));
    c = job->in.about->config;
    ISO_TRY(iso_mix_scheme_make(&job->scheme, &job->opt, c->L, c->C));
    ISO_TRY(iso_mix_heads_make(&job->head, &job->opt, c->L));
    if (!job->in.about->random) /* a trained head on an untrained encoder says nothing */
        ISO_TRY(iso_classifier_open(&job->classifier, &why, job->in.about->folder));
    ISO_TRY(iso_encoding_read(&job->in, job->lang, job->langs));
    ISO_TRY(iso_mix_items(job));
    ISO_TRY(iso_mix_attention_items(job));
    job->total = iso_mix_token_layers(job);
done:
    return err;
}

void iso_mix_job_free(struct mix_job *job)
{
    iso_mix_source_forget(job);
    for (int l = 0; job->pick && l < job->in.lang_count; l++)
        iso_free(job->pick[l]);
    iso_free(job->pick);
    iso_free(job->mismatched);
    iso_free(job->head);
    iso_free(job->shown);
    iso_classifier_close(job->classifier);
    iso_mix_scheme_free(&job->scheme);
    iso_encoding_free(&job->in);
    iso_texts_close(job->read);
    iso_model_close(job->opened);
    iso_free(job->lang);
    *job = (struct mix_job){0};
}

/* --- The work --- */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Whom the control takes; a text of one sentence has nobody else, and the control falls away. */
static iso_err find_mismatched(struct mix_job *job, int lang)
{
    struct mix_scheme *s = &job->scheme;
    const int way = s->ways - 1;
    bool none;
    iso_err err = ISO_OK;

    if (s->way[way].partner != MIX_MISMATCHED)
        return ISO_OK;
    iso_free(job->mismatched);
    job->mismatched = NULL;
    ISO_TRY(iso_alloc(&job->mismatched, job->items, sizeof *job->mismatched));
    ISO_TRY(iso_mix_mismatch(job->mismatched, &none, &job->in.lang[lang], job->pick[lang],
                             job->items, iso_run_seed(job->run)));
    if (none) {
        iso_run_note(job->run,
                     "%s: all sentences are the same, so the control shuffled is left out%s",
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
        ISO_TRY(find_mismatched(job, source));
        ISO_TRY(iso_mix_source_run(job, source));
    }
    ISO_TRY(iso_mix_run(&m, job, t));
    ISO_TRY(iso_mix_records(out, &m, &job->opt, job->run));
    ISO_TRY(iso_mix_branches(out, job, t, &m));
    ISO_TRY(iso_mix_keep_target(keep, job, t, &m));
done:
    iso_mixed_free(&m);
    return err;
}

static void note_done(const struct mix_job *job, double seconds)
{
    const int targets = iso_mix_targets(job);

    iso_run_note(job->run,
                 "%" PRId64 " sentence%s into %d language%s, %" PRId64
                 " tokens x layers in %.1f s, %.0f/s",
                 job->items, job->items == 1 ? "" : "s", targets, targets == 1 ? "" : "s",
                 job->done, seconds, seconds > 0 ? (double)job->done / seconds : 0);
}

static iso_err work_through(iso_records *out, struct mix_job *job)
{
    const double began = now();
    struct mix_keep keep = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_keep_begin(&keep, job));
    for (int t = 0; t < iso_mix_targets(job); t++)
        ISO_TRY(run_target(out, job, &keep, t));
    const double seconds = now() - began;
    for (int t = 0; t < iso_mix_targets(job); t++)
        ISO_TRY(iso_mixing_attention(job, t));
    ISO_TRY(iso_mix_keep_commit(&keep));
    note_done(job, seconds);
done:
    iso_mix_keep_discard(&keep);
    return err;
}

/* --- Random weights in place of the checkpoint's --- */

struct seeded {
    const iso_mix_opt *opt;
    const iso_texts *texts;
};

/* Bins of a histogram are other ones with each seed and have no mean. */
static iso_err one_seed(iso_records *out, const char *seed, const void *ask, const iso_run *run)
{
    const struct seeded *of = ask;
    iso_mix_opt opt = *of->opt;
    iso_records list = {0};
    iso_err err = ISO_OK;

    opt.model.random_weights = seed;
    opt.baseline = opt.keep_before = opt.keep_after = opt.items = NULL;
    opt.attention = NULL;
    ISO_TRY(iso_mix(&list, NULL, of->texts, &opt, run));
    for (int64_t i = 0; i < list.count; i++) {
        if (!iso_str_same(list.at[i].estimator, "histogram"))
            ISO_TRY(iso_records_add(out, &list.at[i]));
    }
done:
    iso_records_free(&list);
    return err;
}

static iso_err add_baseline(iso_records *out, const struct mix_job *job)
{
    const iso_model_info *about = iso_model_about(job->model);
    iso_mix_opt opt = job->opt;
    const struct seeded of = {&opt, job->texts};

    if (!opt.baseline)
        return ISO_OK;
    opt.model.folder = about->root;
    opt.model.compute = about->compute;
    return iso_baseline_seeds(out, about->name, one_seed, &of, job->run);
}

iso_err iso_mix_plan(iso_facts *out, iso_model *model, const iso_texts *texts,
                     const iso_mix_opt *opt, const iso_run *run)
{
    struct mix_job job = {.run = run};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_prepare(&job, model, texts, opt));
    ISO_TRY(add_facts(out, &job));
done:
    iso_mix_job_free(&job);
    return err;
}

iso_err iso_mix(iso_records *out, iso_model *model, const iso_texts *texts, const iso_mix_opt *opt,
                const iso_run *run)
{
    const int64_t before = iso_records_count(out);
    const iso_threads threads = iso_blas_enter(run);
    struct mix_job job = {.run = run};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_prepare(&job, model, texts, opt));
    ISO_TRY(check_memory(&job));
    ISO_TRY(work_through(out, &job));
    ISO_TRY(add_baseline(out, &job));
done:
    if (err)
        iso_records_cut(out, before);
    iso_mix_job_free(&job);
    iso_blas_leave(threads);
    return err;
}
