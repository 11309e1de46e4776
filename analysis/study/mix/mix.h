/* The study of X-Mixup's forward pass: how far apart languages are before and after mixing. */
#ifndef ISO_STUDY_MIX_H
#define ISO_STUDY_MIX_H

#include "analysis/pass/method.h"
#include "analysis/study/mix/mix_attention.h"
#include "analysis/study/retrieve/retrieve.h"
#include "lib/encode/embed.h"
#include "lib/nn/mix_entropy.h"

ISO_BEGIN

/** Options of iso_mix; iso_mix_opt_init fills the defaults. Texts are borrowed. */
typedef struct iso_mix_opt {
    size_t size;
    iso_model_opt model; /* what a call opens that is given no model, ... */
    iso_texts_opt texts; /* ... or no texts */
    const char *src;     /* the language that is mixed in; NULL: each is mixed with itself */
    const char *tgt;     /* those that it is mixed into: "de,fr"; NULL: all others */
    const char *layer;   /* "2", "1-3" in one pass, "1,4,8" or "sweep" (all): each in turn; NULL: 1,
                          * the first */
    const char *mix;     /* "xmixup,fixed:0.25,no-entropy,self"; NULL: xmixup */
    double lambda0;      /* largest share of the source, in (0, 1]; NaN: as `lambda` says, or 0.5 */
    const char *lambda;  /* a file of trained W and b of layers; NULL: W 1, b 0 */
    iso_mix_entropy entropy; /* how entropies see padding */
    const char *measure;   /* of the registry and of retrieval: "cka,centroid:relative,p@1:csls" */
    iso_interval interval; /* USUAL, NONE */
    const char *preset;    /* "xmixup": fields left as by default */
    const char *k;         /* older name of ranks: "1,5,10" are those of p@k */
    const char *prep;   /* steps on the rows of each language that is measured (prep.h); no lsar */
    int64_t neighbours; /* averaged by CSLS and margins; 0: 10, margins 4 */
    iso_retrieve_direction direction; /* who searches */
    iso_method algorithm;             /* how sums are made */
    iso_pool pool;                    /* what a row stands for; a row a sentence */
    const char *prompt; /* before each text: a name of the model's, or the text; NULL: the usual */
    iso_store_type dtype; /* of kept states */
    int64_t max_length;   /* tokens of a sentence; 0: what model and tokenizer take, 512 at most */
    int64_t batch;        /* tokens computed at once; 0: as many as do well */
    const char *keep_before; /* a file for states before mixing, source and targets */
    const char *keep_after;  /* for states after it; "%d" stands for the mixed layer */
    const char *items; /* sentences whose attention is handed out: numbers from 0 in the source's
                        * text, or ids: "0,5,12" */
    iso_cross_attention_fn *attention; /* takes it; NULL: nobody does */
    void *attention_payload;
    int64_t permutations; /* of the target's items, before and after; 0 for none */
    int64_t sample; /* so many of the items that all languages have, evenly spaced; 0: all */
    const char *baseline; /* "random": all of it with random weights, seeds 1, 2, 3; or NULL */
} iso_mix_opt;

extern ISO_API const iso_options iso_mix_options;
ISO_API void iso_mix_opt_init(iso_mix_opt *opt, size_t size);

/** What can be said before any file opens. Errors  ISO_EARG. */
ISO_API ISO_MUST_USE iso_err iso_mix_check(const iso_mix_opt *opt);

/** What would be computed; texts are read and cut into tokens for it: model, source, targets,
 * items, tokens (of the targets), places, ways, layers (a target sentence), operations, memory
 * (bytes). Errors  as iso_mix. */
ISO_API ISO_MUST_USE iso_err iso_mix_plan(iso_facts *out, iso_model *model, const iso_texts *texts,
                                          const iso_mix_opt *opt, const iso_run *run);

/**
 * Mixes a source into targets at a layer, in every way, and appends what became of them; on an
 * error `out` is as before. `model` or `texts` NULL: opened for the call as `opt` says. Items are
 * joined by ids where all languages have them, else by position; what is empty in a language is
 * left out in all. With each way come three controls: fixed:0, the target through the mixed layer
 * without a source; uniform, λ as the entropies give it, but the attention spread evenly over the
 * tokens of the right source; and shuffled, mixed with mismatched sentences of like length.
 *
 * Records  of every measure, pair of languages and layer from the mixed one on: stage before, after
 *          (by mix_layer and mix), difference: after less before and, of ways that are no control,
 *          after less each control (`given`), with paired intervals; λ and entropies of ways that
 *          have them: mean, sd, histogram; of the last layer's first tokens mse, and, where the
 *          checkpoint has a classification head, kl and accuracy of two branches.
 * Files    `keep_before`, `keep_after`: written whole or not at all.
 * Memory   text, weights made ready, a batch, first tokens; states of source and target, where more
 *          than a sixteenth of `mem` goes to an unlinked file.
 * Cost     8 C² + 4 C F operations a token and layer; what lies below a mixed layer is computed
 *          once.
 * Errors   ISO_EARG (options, a language or layer that is none, more memory than a firm budget),
 *          ISO_EDATA (no item has text in all languages, nothing to mix into, too many items to
 *          search), those of iso_model_open and iso_corpus_read, ISO_EFORMAT (a tokenizer of
 * another checkpoint, NaN, a number beyond f16), ISO_EIO, ISO_ENOMEM, ISO_ECANCEL. Threads  one
 * call at a time on the same model. Source   Yang et al., ICLR 2022, arXiv:2205.04182, and its
 * published code.
 */
ISO_API ISO_MUST_USE iso_err iso_mix(iso_records *out, iso_model *model, const iso_texts *texts,
                                     const iso_mix_opt *opt, const iso_run *run);

/**
 * Notes in how many cases, a target and a measured layer each, mixing is shown to bring languages
 * closer, or apart: the intervals of after less before, less fixed:0 and less shuffled all leave 0
 * out; and in how many of these the interval of after less uniform does, too. A
 * line for each way and mixed layer. For records of iso_mix that have intervals. Errors ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_mix_note_claims(const iso_run *run, const iso_records *records);

ISO_END

#endif
