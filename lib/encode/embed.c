#include "lib/encode/embed.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/alloc.h"
#include "lib/base/ranges.h"
#include "lib/encode/embed_inside.h"
#include "lib/linalg/blas.h"

#define X(id, name, stored, mixed) ISO_POOL_##id,
static const int pools[] = {ISO_POOLS(X)};
#undef X

/* clang-format off */
static const iso_option rows[] = {
    ISO_MODEL_FOLDER(iso_embed_opt),
    ISO_TEXTS_CORPUS(iso_embed_opt),
    ISO_OPTION(iso_embed_opt, NAMES, src, "LANG", "source language (default: as the file says, else the first)"),
    ISO_OPTION(iso_embed_opt, RANGES, layers, "LIST", "layers to take: 0,3-6,last; sentence: what the model itself makes of a text (default: all)"),
    ISO_OPTION(iso_embed_opt, ENUM, pool, "KIND", "what a row stands for (default: mean)", .choices = ISO_POOL_CHOICES(ENCODED), .numbers = pools),
    ISO_ENCODING_PROMPT(iso_embed_opt),
    ISO_OPTION(iso_embed_opt, ENUM, dtype, "TYPE", "number type of what is written (default: f16)", .choices = "f16 f32", .numbers = (const int[]){ISO_STORE_F16, ISO_STORE_F32}),
    ISO_ENCODING_LENGTH(iso_embed_opt),
    ISO_MODEL_COMPUTE(iso_embed_opt),
    ISO_OPTION(iso_embed_opt, FLAG, resume, NULL, "go on where an earlier run of the same command was interrupted"),
    ISO_TEXTS_COLUMNS(iso_embed_opt),
    ISO_TEXTS_FORMAT(iso_embed_opt),
    ISO_ENCODING_BATCH(iso_embed_opt),
    ISO_MODEL_RANDOM(iso_embed_opt),
    ISO_OPTION_AS(iso_embed_opt, "out", PATH, path, "PATH", "what to write", .letter = 'o', .writes = ISO_WRITES_PART),
};
/* clang-format on */
const iso_options iso_embed_options = ISO_OPTIONS("embed", iso_embed_opt, rows);

void iso_embed_opt_init(iso_embed_opt *opt, size_t size)
{
    iso_options_init(&iso_embed_options, opt, size);
}

/* --- Before any file is opened --- */

static iso_err take_options(iso_embed_opt *out, const iso_embed_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_options_take(&iso_embed_options, out, opt));
    if (out->path && strcmp(out->path, "-") == 0)
        ISO_FAIL(ISO_EARG, "states cannot go to standard output: " ISO_FIELD(out) " needs a file");
    if (out->resume && out->pool == ISO_POOL_TYPES)
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(resume) ": averages of word types cannot be resumed, start again");
    ISO_TRY(iso_ranges_check(out->layers));
    ISO_TRY(iso_corpus_check_columns(out->texts.columns));
done:
    return err;
}

iso_err iso_embed_check(const iso_embed_opt *opt)
{
    iso_embed_opt o;

    return take_options(&o, opt);
}

static iso_err check_texts(int *source, const iso_embed_opt *opt, const iso_texts *texts)
{
    iso_err err = ISO_OK;

    ISO_NEED(iso_texts_langs(texts) > 0, "no text of any language");
    ISO_TRY(iso_texts_check_pool(texts, opt->pool));
    *source = 0;
    if (opt->src)
        ISO_TRY(iso_texts_need(source, texts, "src", opt->src));
done:
    return err;
}

iso_err iso_embed_check_texts(const iso_embed_opt *opt, const iso_texts *texts)
{
    iso_embed_opt o;
    int source;
    iso_err err = ISO_OK;

    ISO_TRY(take_options(&o, opt));
    ISO_TRY(check_texts(&source, &o, texts));
done:
    return err;
}

/* --- What it takes --- */

/* Products of the layers that are run, twice: a multiplication and an addition each. */
static double operations(const struct embed *e)
{
    const iso_nn_config *c = iso_encoder_config(e->in.encoder);
    const double C = (double)c->C, linear = 8 * C * C + 4 * C * (double)c->F;
    double sum = 0;

    for (int i = 0; i < e->in.lang_count; i++) {
        const struct encoding_lang *l = &e->in.lang[i];
        for (int64_t k = 0; k < l->corpus.items; k++) {
            const double T = (double)(l->token_at[k + 1] - l->token_at[k]);
            sum += T * (linear + 4 * C * T);
        }
    }
    return sum * iso_embed_depth(e);
}

static int64_t rows_of(const struct embed *e)
{
    int64_t sum = 0;

    for (int i = 0; i < e->in.lang_count; i++)
        sum += e->in.lang[i].rows;
    return sum;
}

static int64_t text_bytes(const struct encoding_lang *l)
{
    const int64_t items = l->corpus.items, tokens = l->token_at[items];
    int64_t sum = 8 * items + 5 * tokens + l->lexicon.bytes + 32 * l->lexicon.words.count;

    for (int64_t i = 0; l->corpus.text && i < items; i++)
        sum += 8 + (int64_t)strlen(l->corpus.text[i]);
    for (int64_t i = 0; l->corpus.text2 && i < items; i++)
        sum += 8 + (int64_t)strlen(l->corpus.text2[i]);
    return sum + (l->word_at ? 4 * tokens + 12 * l->word_at[items] : l->entry ? 12 * tokens : 0);
}

static int64_t bytes_of(const struct embed *e)
{
    return rows_of(e) * iso_embed_columns(e) * (int64_t)iso_dtype_size(e->dtype);
}

/* Text and tokens, one window, one batch on its way, weights made ready, sums of word types. */
static int64_t memory_of(const struct embed *e)
{
    const iso_nn_config *c = iso_encoder_config(e->in.encoder);
    const iso_compute compute = e->in.about->compute;
    const bool half =
        compute == ISO_COMPUTE_BF16 && strcmp(iso_packed_engine(ISO_COMPUTE_BF16), "oneDNN") == 0;
    const int64_t weight = compute == ISO_COMPUTE_INT8 ? 3 : half ? 2 : 4; /* 8 bits and bf16 */
    const bool types = e->in.pool == ISO_POOL_TYPES;
    const int64_t row = iso_embed_columns(e) * (types ? 8 : (int64_t)iso_dtype_size(e->dtype));
    int64_t sum = c->L * (4 * c->C * c->C + 2 * c->C * c->F) * weight, window = 0, sums = 0;

    for (int i = 0; i < e->in.lang_count; i++) {
        sum += text_bytes(&e->in.lang[i]);
        if (types && e->in.lang[i].rows * row > sums)
            sums = e->in.lang[i].rows * row;
    }
    for (int64_t u = 0; u < e->window_count; u++)
        window = e->window[u].rows > window ? e->window[u].rows : window;
    return sum + sums + window * row +
           iso_encoding_batch_size(e->opt.batch) * (6 * c->C + c->F) * 4;
}

/* A budget that is firm is kept to, or said to be too little. */
static iso_err check_memory(const struct embed *e)
{
    const iso_run *run = e->in.run;
    const int64_t need = memory_of(e) + (e->opt.path ? 0 : bytes_of(e));

    if (!run || !run->mem_firm || need <= run->mem)
        return ISO_OK;
    return iso_fail(ISO_EARG,
                    ISO_FIELD(mem) ": this takes %.0f MB, %.0f MB are granted: grant more, or take "
                                   "fewer " ISO_FIELD(layers) ", a smaller " ISO_FIELD(
                                       batch) ", a text at a time",
                    ceil((double)need / 1e6), floor((double)run->mem / 1e6));
}

static iso_err add_facts(iso_facts *out, const struct embed *e)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_facts_text(out, "model", e->in.about->name));
    ISO_TRY(iso_facts_count(out, "languages", e->in.lang_count));
    ISO_TRY(iso_facts_count(out, "sentences", e->items));
    ISO_TRY(iso_facts_count(out, "tokens", e->tokens));
    ISO_TRY(iso_facts_count(out, "rows", rows_of(e)));
    ISO_TRY(iso_facts_count(out, "layers", e->layer_count));
    ISO_TRY(iso_facts_count(out, "dims", e->in.about->config->C));
    ISO_TRY(iso_facts_count(out, "bytes", bytes_of(e)));
    ISO_TRY(iso_facts_real(out, "operations", operations(e)));
    ISO_TRY(iso_facts_count(out, "memory", memory_of(e)));
done:
    return err;
}

/* --- Reading --- */

/* All but the work. */
static iso_err prepare(struct embed *e, iso_model *model, const iso_texts *texts,
                       const iso_run *run)
{
    int source = 0;
    iso_err err = ISO_OK;

    if (!texts) {
        ISO_TRY(iso_texts_open(&e->texts, NULL, 0, &e->opt.texts, run));
        texts = e->texts;
    }
    ISO_TRY(check_texts(&source, &e->opt, texts));
    e->source = iso_texts_name(texts, source);
    if (!model) {
        ISO_TRY(iso_model_open(&e->model, &e->opt.model, run));
        model = e->model;
    }
    ISO_TRY(iso_encoding_begin(&e->in, model, texts, e->opt.pool, e->opt.max_length, run));
    ISO_TRY(iso_encoding_prompt(&e->in, e->opt.prompt));
    ISO_TRY(iso_embed_layers(e));
    ISO_TRY(iso_encoding_read(&e->in, NULL, iso_texts_langs(texts)));
    ISO_TRY(iso_embed_windows(e));
    if (e->opt.pool == ISO_POOL_TYPES)
        ISO_TRY(iso_embed_types_fit(e));
done:
    return err;
}

static void embed_free(void *embed)
{
    struct embed *e = embed;

    if (!e)
        return;
    iso_embed_forget(e);
    iso_encoding_free(&e->in);
    iso_free(e->layer);
    iso_sentence_close(e->sentence);
    iso_free(e->window);
    iso_texts_close(e->texts);
    iso_model_close(e->model);
    iso_free(e);
}

static iso_err begin(struct embed **out, const iso_embed_opt *opt)
{
    struct embed *e = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&e, 1, sizeof *e));
    ISO_TRY(take_options(&e->opt, opt));
    e->dtype = e->opt.dtype == ISO_STORE_F32 ? ISO_F32 : ISO_F16;
    *out = e;
    e = NULL;
done:
    embed_free(e);
    return err;
}

iso_err iso_embed_plan(iso_facts *out, iso_model *model, const iso_texts *texts,
                       const iso_embed_opt *opt, const iso_run *run)
{
    struct embed *e = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(begin(&e, opt));
    ISO_TRY(prepare(e, model, texts, run));
    ISO_TRY(add_facts(out, e));
done:
    embed_free(e);
    return err;
}

/* --- The work --- */

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Adds "; 3 WHAT" when there are any. */
static iso_err count(iso_buf *to, int64_t number, const char *one, const char *more)
{
    if (number == 0)
        return ISO_OK;
    return iso_buf_printf(to, "; %" PRId64 " %s", number, number == 1 ? one : more);
}

static iso_err add_done(const struct embed *e, double seconds)
{
    int64_t truncated = 0, empty = 0, repaired = 0, marks = 0;
    iso_buf line = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < e->in.lang_count; i++) {
        truncated += e->in.lang[i].truncated;
        empty += e->in.lang[i].corpus.empty;
        repaired += e->in.lang[i].corpus.repaired;
        marks += e->in.lang[i].marks;
    }
    ISO_TRY(iso_buf_printf(&line, "%" PRId64 " sentence%s, %" PRId64 " tokens in %.1f s, %.0f/s",
                           e->items, e->items == 1 ? "" : "s", e->tokens, seconds,
                           seconds > 0 ? (double)e->computed / seconds : 0));
    if (e->computed < e->tokens)
        ISO_TRY(iso_buf_printf(&line, "; %" PRId64 " tokens were there already",
                               e->tokens - e->computed));
    if (truncated > 0)
        ISO_TRY(iso_buf_printf(&line, "; %" PRId64 " cut to %" PRId64 " tokens", truncated,
                               e->in.longest));
    ISO_TRY(count(&line, empty, "line without text", "lines without text"));
    ISO_TRY(count(&line, repaired, "line with bytes that are not UTF-8",
                  "lines with bytes that are not UTF-8"));
    ISO_TRY(count(&line, marks, "word of punctuation alone, left out",
                  "words of punctuation alone, left out"));
    iso_run_note(e->in.run, "%s", line.text);
done:
    iso_buf_free(&line);
    return err;
}

/* All is done by now: a note for which there is no memory takes nothing from that. */
static void note_done(const struct embed *e, double seconds)
{
    if (add_done(e, seconds))
        iso_run_note(e->in.run, "done");
}

/* A failure after which something is left to go on from says so. */
static iso_err with_way_out(const struct embed *e, iso_err err)
{
    char said[1024];

    if (!err || !e->kept)
        return err;
    snprintf(said, sizeof said, "%s", iso_err_msg());
    return iso_fail(
        err, "%s; finished work is kept; the same command with " ISO_FIELD(resume) " continues",
        said);
}

static iso_err work(struct embed *e)
{
    const double began = now();
    iso_native *file;
    iso_err err = ISO_OK;

    ISO_TRY(iso_embed_announce(e));
    ISO_TRY(iso_embed_run(e));
    file = e->file;
    e->file = NULL;
    if (file)
        ISO_TRY(iso_native_commit(file));
    note_done(e, now() - began);
done:
    return with_way_out(e, err);
}

/* The file opened, or what is in memory, and with it all that it needs: *embed is NULL then. */
static iso_err hand_over(iso_states **out, struct embed **embed)
{
    struct embed *e = *embed;
    iso_states *states = e->states;
    iso_err err = ISO_OK;

    if (!states)
        return out ? iso_states_open(out, &e->opt.path, 1, &(iso_states_opt){.pool = "none"})
                   : ISO_OK;
    ISO_TRY(iso_states_own(states, e, embed_free));
    iso_sentence_close(e->sentence);
    iso_texts_close(e->texts);
    iso_model_close(e->model);
    e->sentence = NULL;
    e->texts = NULL;
    e->model = NULL;
    e->states = NULL;
    *embed = NULL;
    *out = states;
done:
    return err;
}

iso_err iso_embed(iso_states **out, iso_model *model, const iso_texts *texts,
                  const iso_embed_opt *opt, const iso_run *run)
{
    const iso_threads threads = iso_blas_enter(run);
    struct embed *e = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(begin(&e, opt));
    ISO_NEED(out || e->opt.path, "states need " ISO_FIELD(out) " or a place in memory");
    ISO_NEED(e->opt.path || !e->opt.resume, ISO_FIELD(resume) " needs " ISO_FIELD(out));
    ISO_TRY(prepare(e, model, texts, run));
    if (e->opt.resume)
        ISO_TRY(iso_embed_pin(e));
    ISO_TRY(check_memory(e));
    ISO_TRY(work(e));
    ISO_TRY(hand_over(out, &e));
done:
    embed_free(e);
    iso_blas_leave(threads);
    return err;
}
