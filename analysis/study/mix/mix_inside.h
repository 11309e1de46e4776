/* Inside mixing: which ways at which layers, what is read, who is mixed with whom, the way through
 * the layers, and what comes of it. */
#ifndef ISO_STUDY_MIX_INSIDE_H
#define ISO_STUDY_MIX_INSIDE_H

#include "analysis/pass/plan.h"
#include "analysis/study/mix/mix.h"
#include "analysis/study/retrieve/retrieve_ask.h"
#include "analysis/study/retrieve/retrieve_permute.h"
#include "lib/base/str.h"
#include "lib/encode/encoding.h"
#include "lib/io/native_write.h"
#include "lib/io/spill.h"
#include "lib/nn/classifier.h"

/* --- Ways and places (mix_scheme.c) --- */

/* Whose states a target sentence is mixed with. */
enum mix_partner {
    MIX_TRANSLATION,
    MIX_MISMATCHED, /* another sentence of the source, of like length: the control `shuffled` */
    MIX_ITSELF
};

/* A way of mixing, as options and records name it. */
struct mix_way {
    char *name; /* "xmixup", "fixed:0.25", "no-entropy", "self", "uniform", "shuffled" */
    iso_mix_kind kind;
    double fixed;
    enum mix_partner partner;
    bool even;    /* attention spread evenly over the source's tokens */
    bool control; /* fixed:0, uniform and shuffled, in every run */
};

/* Layers first ... last are mixed, in one forward pass; with a sweep a place for each layer. */
struct mix_place {
    int first, last;
};

enum { MIX_WAYS = 16 };

/* What is done to every target. Layers count as states do: layer K gives state K, 1 ... L. */
struct mix_scheme {
    int L;
    int64_t C;
    struct mix_way way[MIX_WAYS];
    int ways;
    struct mix_place *place;
    int places;
};

/* What the options alone show wrong of layer and mix. ISO_EARG. */
iso_err iso_mix_scheme_check(const iso_mix_opt *opt);

/* For a model of L layers of C channels. ISO_EARG. */
iso_err iso_mix_scheme_make(struct mix_scheme *out, const iso_mix_opt *opt, int L, int64_t C);
void iso_mix_scheme_free(struct mix_scheme *s);

/* Lets go of a way (shuffled, where nobody is mismatched). */
void iso_mix_scheme_drop(struct mix_scheme *s, int way);

/* Whether a layer is mixed anywhere; the first that is. */
bool iso_mix_scheme_mixes(const struct mix_scheme *s, int layer);
int iso_mix_scheme_first(const struct mix_scheme *s);

/* Layer evaluations a target sentence takes, the plain ones among them. */
int64_t iso_mix_scheme_layers(const struct mix_scheme *s);

/* λ's numbers of every layer: lambda and lambda0. */
iso_err iso_mix_heads_make(iso_mix_head **out, const iso_mix_opt *opt, int L);

/* --- One target language, mixed --- */

/* Rows are items, the same in every matrix, pooled, f32, items × C. */
struct mixed {
    const struct mix_scheme *scheme;
    const char *src, *tgt; /* the same when a language is mixed with itself for want of a source */
    const char *model, *pool;
    int64_t items;
    iso_spill *source; /* L + 1 matrices: the plain encoder's states of the source */
    iso_spill *states; /* iso_mixed_before, iso_mixed_after */
    /* Of item i: [iso_mixed_place_way(...) * items + i]. NAN where λ does not come from entropies.
     * Of several mixed layers the first. */
    double *lambda;
    double *e1; /* target tokens over those of the source */
    double *e2; /* source tokens over those of the target */
    /* First tokens of the last layer, items × C: of the source, of the target before mixing, and
     * after it by place and way. */
    iso_mat cls_source, cls_before, *cls_after;
};

/* Matrices of `states`: a layer before mixing; a layer from the place's first on after it. */
int iso_mixed_before(const struct mix_scheme *s, int layer);
int iso_mixed_after(const struct mix_scheme *s, int place, int way, int layer);
int iso_mixed_matrices(const struct mix_scheme *s);
int iso_mixed_place_way(const struct mix_scheme *s, int place, int way);

/* How records call a way at a place: its name, of several mixed layers "xmixup:1-3". Added. */
iso_err iso_mixed_name(iso_buf *out, const struct mix_scheme *s, int place, int way);

/* --- One run --- */

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
    iso_mix_opt opt;
    const iso_run *run;
    iso_model *model, *opened; /* NULL: it is the caller's */
    const iso_texts *texts;
    iso_texts *read; /* likewise */
    int *lang;       /* of the texts those that are mixed, the source first, unless languages are
                      * mixed with themselves */
    int langs;
    struct encoding in; /* of these languages, in this order */
    bool self;
    struct mix_scheme scheme;
    iso_mix_head *head; /* L */
    int64_t items;
    int64_t **pick;      /* of language l: items that are mixed, in the source's order */
    int64_t *mismatched; /* items: whose source sentence the control `shuffled` takes */
    struct mix_source source;
    iso_classifier *classifier; /* NULL: the checkpoint has none */
    int64_t *shown;             /* items whose attention is handed out */
    int shown_count;
    int64_t done, total; /* tokens × layers */
};

/* Everything up to the first pass: chooses languages, opens, reads, joins. */
iso_err iso_mix_prepare(struct mix_job *job, iso_model *model, const iso_texts *texts,
                        const iso_mix_opt *opt);
void iso_mix_job_free(struct mix_job *job);

/* --- What it costs (mix_cost.c) --- */

/* Tokens of the items of a language; tokens × layers that are computed in all. */
int64_t iso_mix_tokens(const struct mix_job *job, int lang);
int64_t iso_mix_token_layers(const struct mix_job *job);

/* Operations of a scheme on `items` of the job's, evenly spaced: of the encoder those of products;
 * what is measured besides counts for as many as take as long. */
double iso_mix_operations(const struct mix_job *job, const struct mix_scheme *s, int64_t items);

/* --- Languages and items (mix_texts.c) --- */

/* Which of the texts: src and tgt. Sets `self`. ISO_EARG, ISO_EDATA. */
iso_err iso_mix_choose(struct mix_job *job);
int iso_mix_targets(const struct mix_job *job);

/* The language of target t; of its source. */
const struct encoding_lang *iso_mix_target(const struct mix_job *job, int t);
int iso_mix_target_lang(const struct mix_job *job, int t);
int iso_mix_source_lang(const struct mix_job *job, int t);

/* Joins the languages, leaves out what is empty anywhere, notes what was left out or cut. */
iso_err iso_mix_items(struct mix_job *job);

/* Item number i of `items` among all `of`, evenly spaced. */
int64_t iso_mix_spaced(int64_t i, int64_t items, int64_t of);

/* For each item another one, of like length and of other text: in the order of (tokens, a number by
 * the seed) the next one. *none when all texts are the same. */
iso_err iso_mix_mismatch(int64_t *out, bool *none, const struct encoding_lang *lang,
                         const int64_t *pick, int64_t items, uint64_t seed);

/* --- One language through the encoder (mix_pass.c) --- */

/* The items of one language, batch after batch. */
struct mix_pass {
    struct mix_job *job;
    const struct encoding_lang *lang;
    struct encoding_turn *turn; /* row: item of the run */
    int64_t at, count;          /* the batch: turn[at .. at + count) */
    struct encoding_batch batch;
    iso_mat x, rows;
    int64_t capacity;
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

/* The tokens to which each sentence is padded: 0, or, as the published code does, the most. */
int64_t iso_mix_padding(const struct mix_job *job);

/* One way through the encoder for the source (or a language that is its own). */
iso_err iso_mix_source_run(struct mix_job *job, int lang);
void iso_mix_source_forget(struct mix_job *job);

/* Attended states of the sources of some items, one after the other. */
struct mix_gathered {
    iso_mat states;
    iso_batch batch;
    int64_t *offsets, *live, capacity, sentence_capacity;
    int layer; /* what was gathered last, of the same items */
    enum mix_partner partner;
    bool filled;
};

iso_err iso_mix_gather(struct mix_gathered *g, const struct mix_job *job,
                       const struct encoding_turn *turn, int64_t count, int layer,
                       enum mix_partner partner);
void iso_mix_gathered_free(struct mix_gathered *g);

/* --- Mixing (mix_engine.c) --- */

/* Mixes one target in every way at every place. */
iso_err iso_mix_run(struct mixed *out, struct mix_job *job, int target);
void iso_mixed_free(struct mixed *m);

/* How a way weighs at a layer. */
iso_mix_rule iso_mixing_rule(const struct mix_job *job, int way, int layer);

/* --- Attention of chosen sentences (mix_attention.c) --- */

/* What the options alone show wrong of attention and items. ISO_EARG. */
iso_err iso_mix_attention_check(const iso_mix_opt *opt);

/* Finds the items: job->shown takes their numbers in the run. */
iso_err iso_mix_attention_items(struct mix_job *job);

/* Hands them out for every place: whom a target's tokens look at in the source. */
iso_err iso_mixing_attention(struct mix_job *job, int target);

/* --- Kept states (mix_keep.c) --- */

/* The files of keep_before and keep_after. */
struct mix_keep {
    iso_native *before, **after; /* one a place */
    int places;
    iso_dtype dtype;
};

/* What the options alone show wrong. ISO_EARG. */
iso_err iso_mix_keep_check(const iso_mix_opt *opt);
iso_err iso_mix_keep_begin(struct mix_keep *k, const struct mix_job *job);

/* Writes what became of a target; the source with the first. */
iso_err iso_mix_keep_target(struct mix_keep *k, const struct mix_job *job, int target,
                            const struct mixed *m);
iso_err iso_mix_keep_commit(struct mix_keep *k);
void iso_mix_keep_discard(struct mix_keep *k);

/* --- What is measured, and the records of one target (mix_measure.c) --- */

enum { MIX_ASK_MOST = 64 };

/* Measures are numbered: those of the registry, then the cells of retrieval. */
struct mix_ask {
    const iso_measure *of[MIX_ASK_MOST];
    int registered;
    struct retrieve_ask hits; /* cells: what is read off ranks */
    iso_method method;
    iso_prep prep;     /* of the rows that are measured */
    iso_buf prep_text; /* as records have it */
    bool bare;         /* without intervals */
};

/* Errors ISO_EARG. */
iso_err iso_mix_ask_make(struct mix_ask *out, const iso_mix_opt *opt);
void iso_mix_ask_free(struct mix_ask *ask);
int iso_mix_ask_count(const struct mix_ask *ask);

/* What the options alone show wrong of measures, intervals and retrieval. ISO_EARG. */
iso_err iso_mix_measure_check(const iso_mix_opt *opt);

/* Adds the records of one target. Of every measure, source against target at one layer: stage
 * `before`, and for every place and way from the place's first layer on `after` and `difference`
 * (after − before, paired interval); of ways that are no control also `difference` with the
 * control in `given` (after − after of the control). Then `lambda` and `entropy` of ways whose λ
 * comes from entropies. Errors as iso_pass and iso_near_find; ISO_EDATA: too many to search. */
iso_err iso_mix_records(iso_records *out, const struct mixed *m, const iso_mix_opt *opt,
                        const iso_run *run);

/* Records of final [CLS] and, with a classification head, of predictions (mix_branches.c). */
iso_err iso_mix_branches(iso_records *out, const struct mix_job *job, int target,
                         const struct mixed *m);

/* Adds mean, sd and histogram of λ, e1 and e2 of one place and way to what all records share
 * (mix_lambda.c). */
iso_err iso_mix_lambda_records(iso_records *out, const iso_record *shared, const struct mixed *m,
                               const struct mix_ask *ask, int place, int way, uint64_t seed);

/* --- The values of one target (mix_layer.c) --- */

/* Of a place, a way and a layer: after, after − before, after − each control. */
enum { MIX_AFTER, MIX_DIFFERENCE, MIX_GIVEN };

struct mix_values {
    const struct mix_scheme *scheme;
    int measures, controls;
    int control[MIX_WAYS]; /* ways; as many as `controls` */
    iso_value *before;     /* (L + 1) × measures */
    iso_value *mixed;      /* places × ways × (L + 1) × (MIX_GIVEN + controls) × measures */
    struct retrieve_permute permute; /* of the values before and after; {0}: none */
};

iso_err iso_mix_values_make(struct mix_values *out, const struct mix_ask *ask,
                            const struct mix_scheme *scheme);
void iso_mix_values_free(struct mix_values *v);

iso_value *iso_mix_before_at(const struct mix_values *v, int layer, int measure);
iso_value *iso_mix_value_at(const struct mix_values *v, int place, int way, int layer, int what,
                            int measure);

/* Values under permutations (mix_permute.c): room for them, where there are any; those of a value
 * after mixing at a place, before it where that is −1; what they come to once all are there.
 * Errors  ISO_EARG (more than the memory holds), ISO_ENOMEM. */
iso_err iso_mix_permute_open(struct mix_values *v, int64_t permutations, int64_t items,
                             const iso_run *run);
double *iso_mix_permuted_at(const struct mix_values *v, int place, int way, int layer, int measure);
iso_err iso_mix_permute_judge(struct mix_values *v, const struct mix_ask *ask);

/* Fills in all that layer K has to say. */
iso_err iso_mix_layer_values(struct mix_values *v, const struct mixed *m, const struct mix_ask *ask,
                             int layer, const iso_run *run);

#endif
