/* What languages of a training have of their own, and masked words. */
#ifndef ISO_STUDY_TRAIN_OWN_H
#define ISO_STUDY_TRAIN_OWN_H

#include "analysis/study/train/train_set.h"
#include "lib/io/weights.h"
#include "lib/nn/trained.h"
#include "lib/train/masking.h"

/* --- Masked words --- */

static inline bool iso_train_masked(const iso_train_opt *opt)
{
    return opt->task == ISO_TRAIN_MLM || opt->task == ISO_TRAIN_TLM;
}

/* Tokens that a text may have; 0: as usual. */
int64_t iso_train_text_length(const iso_model *model, const iso_train_opt *opt);

/* What was read becomes streams, numbered; or each item its pair with that of the first language.
 */
iso_err iso_train_cut_streams(struct train_texts *x, const iso_train_opt *opt);
/* Chunks of each language by the shares of `split`. */
iso_err iso_train_split_chunks(struct train_texts *x, const struct training *t, const char *split);
iso_err iso_train_pair(struct train_texts *x);

/* Its masks in dev and test, and its part, are functions of seed and this. */
uint64_t iso_train_chunk_key(const char *lang, int64_t chunk);

iso_err iso_train_lay_masked(struct training *t);
iso_err iso_train_ordinary(struct training *t);
iso_err iso_train_make_mlm_head(struct training *t);
iso_err iso_train_masked_score(double *out, struct training *t);
iso_err iso_train_masked_records(iso_records *out, struct training *t);
/* Texts of the first `count` languages that are there; the first `needed` must be. */
iso_err iso_train_texts(struct training *t, struct train_texts *x, const iso_texts *texts,
                        int count, int needed);

/* All labelled items of the first `langs` languages that are of a part. */
iso_err iso_train_fill(struct train_set *s, enum train_part part, int langs);

/* Copies of the items that are learnt from learn in their place. */
iso_err iso_train_copies(struct training *t);
void iso_train_copies_free(struct train_set *s);

iso_err iso_train_check_own(const iso_train_opt *opt);

/* The fake language becomes a source; languages get their pieces. */
iso_err iso_train_add_fake(struct train_set *s, const iso_train_opt *opt);
iso_err iso_train_make_shift(struct train_set *s, const struct training *t);

/* Whether languages that are not learnt have nothing to be tested with. */
bool iso_train_closed(const struct training *t);

/* Whose texts a language has: of a fake one those of another, whose parts are its own. */
const char *iso_train_text_of(const struct train_set *s, const iso_train_opt *opt,
                              const char *lang);

/* Rows of the table of words. */
int64_t iso_train_rows(const struct training *t);

/* What may stand in place of a masked word of a language. */
struct own_words {
    int32_t *ids;
    iso_masking masking;
};

/* Parts of the encoder. {0}: all are shared. */
struct train_own {
    char *list; /* which: "embeddings,1-3" */
    bool embeddings, *layers;
    char **lang, **folder; /* languages, and the checkpoint of each */
    int count;
    iso_trained **siblings; /* of all languages but the first, whose is the training's encoder */
    int *of;                /* the number among these of each language of the set */
};

/* Parts that a list names, "embeddings,1-3": L flags, which are set. */
iso_err iso_train_parts(bool *embeddings, bool *layers, const struct training *t, const char *list);
iso_err iso_train_check_parts(const char *list); /* before anything is open; NULL is fine */

/* What does not learn: what the options say; of labels, what languages have of their own. */
iso_err iso_train_freeze(struct training *t);

/* What a folder with a checkpoint of each language says; the options' model is then the first. */
iso_err iso_train_find_own(struct train_own *o, iso_train_opt *opt);
iso_err iso_train_number_own(struct training *t);
bool iso_train_has_parts(const struct train_own *o, const char *lang);
iso_err iso_train_open_siblings(struct training *t, const iso_trained_opt *how);
void iso_train_own_free(struct train_own *o);

/* The head of masked words; *own: it is gone on from. */
iso_err iso_train_sibling_head(bool *own, struct training *t, const iso_weights *from);

/* Whose parts a language of a part's encoding has. */
int iso_train_sibling_of(const struct training *t, enum train_part part, int lang);

/* Examples in the order in which they are computed, and how many make the next batch. */
void iso_train_turns(struct encoding_turn *turn, const struct training *t,
                     const struct examples *e);
int64_t iso_train_take_turns(const struct training *t, const struct encoding_batch *b,
                             const struct examples *e, const struct encoding_turn *turn,
                             int64_t left);

/* Writing: the list of languages, the folder of one, its tensors under a hub's names (free it). */
iso_err iso_train_write_list(const struct training *t, const char *folder);
iso_err iso_train_make_folder(char **out, const struct training *t, const char *folder, int number);
iso_err iso_train_tensors_of(iso_tensor **out, int64_t *count, const struct training *t,
                             int number);

#endif
