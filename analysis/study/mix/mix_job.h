/* Inside one run of `isogloss mix`: what is read, who is mixed with whom, the way through layers.
 */
#ifndef ISO_BIN_MIX_JOB_H
#define ISO_BIN_MIX_JOB_H

#include "analysis/study/mix/mix_attention.h"
#include "analysis/study/mix/mix.h"
#include "lib/encode/encoding.h"
#include "lib/base/str.h"
#include "lib/io/native_write.h"
#include "lib/nn/classifier.h"

/* The source's sentences after one way through the encoder; rows are items. */
struct mix_source {
    iso_spill *states;   /* L + 1 matrices, items × C, pooled */
    iso_spill *attended; /* tokens × C after the attention block, of the layers that are mixed */
    iso_rows **layer;    /* L + 1: over `attended`; NULL where nothing is mixed */
    int64_t *token_at;   /* items + 1, into `attended` */
    int64_t *live;       /* items: tokens that are not padding */
    iso_mat cls;         /* items × C */
};

struct mix_job {
    const struct settings *set;
    const iso_run *run;
    iso_texts *texts;
    iso_model *model;
    int *lang; /* of the texts those that are mixed, the source first, unless languages are mixed
                * with themselves */
    int langs;
    struct encoding in; /* of these languages, in this order */
    bool self;
    struct mix_scheme scheme;
    iso_mix_head *head; /* L */
    iso_mix_entropy entropy;
    int64_t items;
    int64_t **pick;    /* of language l: items that are mixed, in the source's order */
    int64_t *stranger; /* items: whose source sentence the control `shuffled` takes */
    struct mix_source source;
    iso_classifier *classifier; /* NULL: the checkpoint has none */
    int64_t *shown;             /* items whose attention is handed out */
    int shown_count;
    iso_cross_attention_fn *attention; /* takes it */
    void *attention_payload;
    int64_t done, total; /* tokens × layers */
};

/* --- mix_scheme.c --- */

/* What the command line alone shows wrong of --layer, --mix, --lambda0. ISO_EARG. */
iso_err iso_mix_scheme_check(const struct settings *set, bool self);

/* The same for a model of L layers of C channels. ISO_EARG. */
iso_err iso_mix_scheme_make(struct mix_scheme *out, const struct settings *set, bool self, int L,
                            int64_t C);
void iso_mix_scheme_free(struct mix_scheme *s);

/* Lets go of a way (shuffled, where nobody is a stranger). */
void iso_mix_scheme_drop(struct mix_scheme *s, int way);

/* Whether a layer is mixed anywhere. */
bool iso_mix_scheme_mixes(const struct mix_scheme *s, int layer);

/* Layer evaluations a target sentence takes, the plain ones among them. */
int64_t iso_mix_scheme_layers(const struct mix_scheme *s);

/* λ's numbers of every layer: --lambda and --lambda0. */
iso_err iso_mix_heads_make(iso_mix_head **out, const struct settings *set, int L);

/* --- mix_inputs.c --- */

/* Which texts: --source and --target, or --corpus with --src and --tgt. Sets `self`. ISO_EARG. */
iso_err iso_mix_inputs(struct mix_job *job);
int iso_mix_targets(const struct mix_job *job);

/* The language of target t; of its source. */
const struct encoding_lang *iso_mix_target(const struct mix_job *job, int t);
int iso_mix_target_lang(const struct mix_job *job, int t);
int iso_mix_source_lang(const struct mix_job *job, int t);

/* --- mix_items.c --- */

/* Joins the languages, leaves out what is empty anywhere, says what was left out or cut. */
iso_err iso_mix_items(struct mix_job *job);

/* --- mix_strangers.c --- */

/* For each item another one, of like length and of other text: in the order of (tokens, a number by
 * the seed) the next one. *none when all texts are the same. */
iso_err iso_mix_strangers(int64_t *out, bool *none, const struct encoding_lang *lang,
                          const int64_t *pick, int64_t items, uint64_t seed);

/* --- mix_pass.c --- */

/* The items of one language, batch after batch. */
struct mix_pass {
    struct mix_job *job;
    const struct encoding_lang *lang;
    struct encoding_turn *turn; /* row: item of the run */
    int64_t at, count;          /* the batch: turn[at .. at + count) */
    struct encoding_batch batch;
    iso_mat x, rows;
    int64_t room;
};

iso_err iso_mix_pass_begin(struct mix_pass *p, struct mix_job *job, int lang);

/* Loads the next batch and its state 0 into x; *more is false at the end. ISO_ECANCEL. */
iso_err iso_mix_pass_next(bool *more, struct mix_pass *p);

/* Progress, and a look at the stop button. ISO_ECANCEL. */
iso_err iso_mix_pass_step(struct mix_pass *p);

/* Counts token layers as done. */
void iso_mix_pass_count(struct mix_pass *p, int64_t layers);

/* Pools token states of the batch; each row goes to its item. `layer` for messages. */
iso_err iso_mix_pass_pool(struct mix_pass *p, iso_spill *to, int matrix, const iso_mat *x,
                          int layer);

/* The first tokens, to their items. */
void iso_mix_pass_cls(const struct mix_pass *p, const iso_mat *to, const iso_mat *x);
void iso_mix_pass_free(struct mix_pass *p);

/* --- mix_source.c --- */

/* One way through the encoder for the source (or a language that is its own). */
iso_err iso_mix_source_run(struct mix_job *job, int lang);
void iso_mix_source_forget(struct mix_job *job);

/* Attended states of the sources of some items, one after the other. */
struct mix_gathered {
    iso_mat states;
    iso_batch batch;
    int64_t *offsets, *live, room, sentence_room;
    int layer; /* what was gathered last, of the same items */
    enum mix_partner partner;
    bool filled;
};

iso_err iso_mix_gather(struct mix_gathered *g, const struct mix_job *job,
                       const struct encoding_turn *turn, int64_t count, int layer,
                       enum mix_partner partner);
void iso_mix_gathered_free(struct mix_gathered *g);

/* --- mix_engine.c --- */

/* Mixes one target in every way at every place. */
iso_err iso_mix_run(struct mixed *out, struct mix_job *job, int target);
void iso_mixed_free(struct mixed *m);

/* How a way weighs at a layer. */
iso_mix_rule iso_mixing_rule(const struct mix_job *job, int way, int layer);

/* --- mix_outputs.c --- */

/* What the command line alone shows wrong of --keep-before and --keep-after. ISO_EARG. */
iso_err iso_mix_keep_check(const struct settings *set);

/* The file of --keep-after for a place, whose first layer stands for %d. Added. */
iso_err iso_mix_after_name(iso_buf *out, const struct settings *set, int layer);

/* --- mix_keep.c --- */

/* The files of --keep-before and --keep-after. */
struct mix_keep {
    iso_native *before, **after; /* one a place */
    int places;
    iso_dtype dtype;
};

iso_err iso_mix_keep_begin(struct mix_keep *k, const struct mix_job *job);

/* Writes what became of a target; the source with the first. */
iso_err iso_mix_keep_target(struct mix_keep *k, const struct mix_job *job, int target,
                            const struct mixed *m);
iso_err iso_mix_keep_commit(struct mix_keep *k);
void iso_mix_keep_discard(struct mix_keep *k);

/* --- mix_branches.c --- */

/* Records of final [CLS] and, with a classification head, of predictions. */
iso_err iso_mix_branches(iso_records *out, const struct mix_job *job, int target,
                         const struct mixed *m);

/* --- mix_labels.c --- */

/* The tokens of a sentence: pieces, or ids where there is no text. */
struct mix_labels {
    char **at;
    int count;
};

/* Of item i of the run. */
iso_err iso_mix_labels_make(struct mix_labels *out, const struct mix_job *job, int lang, int64_t i);
void iso_mix_labels_free(struct mix_labels *l);

/* --- mix_attention.c --- */

/* What the command line alone shows wrong of --attention and --items. ISO_EARG. */
iso_err iso_mix_attention_check(const struct settings *set);

/* Finds the items of --items: job->shown takes their numbers in the run. */
iso_err iso_mix_attention_items(struct mix_job *job);

/* Hands them to job->attention for every place: whom a target's tokens look at in the source. */
iso_err iso_mixing_attention(struct mix_job *job, int target);

/* --- mix_job.c --- */

/* What the command line alone shows wrong. ISO_EARG. */
iso_err iso_mixing_check(const struct settings *set);

/* Reads everything; then the work itself. */
iso_err iso_mix_prepare(struct mix_job *job);
iso_err iso_mix_work_through(iso_records *out, struct mix_job *job);
void iso_mix_job_free(struct mix_job *job);

/* --- mix_print.c --- */

/* Tokens × layers in all. */
int64_t mix_work(const struct mix_job *job);

/* Bytes of anonymous memory it takes, about. */
int64_t mix_memory(const struct mix_job *job);
void mix_print_plan(const struct mix_job *job);
iso_err mix_print_done(const struct mix_job *job, double seconds);

#endif
