/* What reads languages through a checkpoint: texts, their tokens, and what a row stands for. */
#ifndef ISO_BIN_TEXTS_H
#define ISO_BIN_TEXTS_H

#include "lib/encode/lexicon.h"
#include "bin/settings.h"
#include "lib/base/run.h"
#include "lib/base/str.h"
#include "lib/io/corpus.h"
#include "lib/io/pool.h"
#include "lib/nn/encoder.h"
#include "lib/text/tokenizer.h"
#include "lib/text/words.h"

/* What is known of a token besides its id. */
enum { TEXTS_SPECIAL = 1, TEXTS_SECOND = 2 /* token type 1 */ };

/* One language: its text, the tokens made of it, and what a row stands for. */
struct texts_lang {
    char *name; /* canonical */
    struct words files;
    iso_corpus corpus;
    int64_t *token_at; /* items + 1: where an item's tokens begin */
    int32_t *ids;      /* tokens */
    uint8_t *mark;     /* tokens */
    /* Words (pooling word, types): those of an item, and the tokens of each. */
    int64_t *word_at; /* items + 1 */
    int64_t *first;   /* words + 1, into index */
    int32_t *index;   /* of a token within its item */
    /* How rows (types: words) read: entry of the lexicon. Pooling none, word, types. */
    int32_t *entry;
    struct lexicon lexicon;
    int64_t rows; /* in a file */
    int64_t truncated, token_room, word_room, index_room;
    int64_t marks;       /* word types: occurrences of punctuation alone, left out */
    bool *cut;           /* items: it was too long */
    bool opened, closed; /* token ids: the first, the last of a line are special tokens */
};

struct texts {
    const struct settings *set;
    const iso_run *run;
    iso_pool pool;
    char *model;  /* what a file calls it */
    char *source; /* canonical */
    iso_encoder *encoder;
    iso_tokenizer *tokenizer; /* NULL when all files hold token ids */
    int64_t longest;          /* tokens of a sentence */
    struct texts_lang *lang;
    int lang_count;
    char **folder_words; /* of --corpus: what the languages' files lie in */
    int folder_word_count;
};

/* All zero but for these; `run` may be NULL. */
struct texts iso_texts_of(const struct settings *set, const iso_run *run);
void iso_texts_free(struct texts *t);

/* --- texts_inputs.c --- */

/* LANG=FILE words and --corpus as languages, in the order given. Errors ISO_EARG, ISO_EIO. */
iso_err iso_texts_inputs(struct texts *t);

/* Adds the file of one such word, which stays borrowed; *lang, unless NULL, takes whose it is. */
iso_err iso_texts_add(struct texts *t, int *lang, const char *word);

/* What to say where a language is asked for that no text is of: those there are. ISO_EARG. */
iso_err iso_texts_no_lang(const struct texts *t, const char *option, const char *name);

/* Adds those of a folder. */
iso_err iso_texts_add_folder(struct texts *t, const char *folder);

/* --src, else the first. */
iso_err iso_texts_choose_source(struct texts *t);

/* Keeps the languages of these numbers, each once, in this order, and lets go of the others. */
iso_err iso_texts_keep(struct texts *t, const int *keep, int count);

/* Whether a file holds token ids. */
bool iso_texts_is_ids(const char *path);

/* --- texts_notes.c --- */

/* How texts are to be read. */
iso_corpus_opt iso_texts_corpus_opt(const struct settings *set);

/* Says how the texts were read, what was the same for several of them once. */
iso_err iso_texts_tell(const struct settings *set, const iso_corpus *const *corpora, int count);

/* What is odd in the files of a tokenizer, how much and the first. */
void iso_texts_tell_tokenizer(const struct settings *set, const iso_tokenizer *t);

/* --- texts_model.c --- */

/* Names the model by its folder, or as the hub whose cache the folder lies in; opens its encoder;
 * says how long a sentence may be. */
iso_err iso_texts_open(struct texts *t);

/* Whether there is such a folder; else how to get one. ISO_EIO. */
iso_err iso_texts_find_model(const char *model);

/* What the command line alone shows wrong of --model and --random-weights. ISO_EARG. */
iso_err iso_texts_check_model(const struct settings *set);

/* --- texts_read.c --- */

/* Reads and tokenises every language. */
iso_err iso_texts_read(struct texts *t);

/* The text of an item; a second one that is empty is none. */
iso_text iso_texts_item(const iso_corpus *c, int64_t item);

/* --- texts_words.c --- */

/* Makes room for the words of all items. */
iso_err iso_texts_words_begin(struct texts_lang *lang);

/* Adds the words of an item, the next one, to what is known of its language; `words` is scratch. */
iso_err iso_texts_words_add(struct texts_lang *lang, iso_words *words, const iso_tokens *tokens,
                            int64_t item, const iso_text *text, iso_pool pool);

/* --- texts_rows.c --- */

/* Lists of tokens, a row each, as iso_pool_lists takes them. */
struct texts_lists {
    int64_t rows, used, row_room, room;
    int64_t *first, *index;
};

/* Where the rows of an item begin: its number, its first token, its first word. */
int64_t iso_texts_row(const struct texts_lang *lang, iso_pool pool, int64_t item);

/* Appends the lists of an item whose tokens begin at token `base` of the batch. */
iso_err iso_texts_lists_add(struct texts_lists *to, const struct texts_lang *lang, iso_pool pool,
                            int64_t item, int64_t base);
void iso_texts_lists_free(struct texts_lists *lists);

/* --- texts_labels.c --- */

/* {0} is empty. */
struct texts_classes {
    const char **name; /* sorted, borrowed */
    int count;
};

/* The labels of all languages, each once; an empty one is none. Free in any case. */
iso_err iso_texts_classes_make(struct texts_classes *c, const struct texts *t);

/* The number of a label's class, -1 for none. */
int32_t iso_texts_class(const struct texts_classes *c, const char *label);
void iso_texts_classes_free(struct texts_classes *c);

/* --- texts_batch.c --- */

/* A sentence in the order of the work; `row` is the caller's. */
struct texts_turn {
    int64_t tokens, item, row;
};

/* Sentences of like length on their way, each padded to `pad` tokens unless that is 0. */
struct texts_batch {
    int64_t size, pad; /* tokens: of a batch, of a sentence */
    int32_t pad_id;
    iso_batch batch; /* what was loaded last */
    struct texts_lists lists;
    int64_t *offsets, *live;
    int32_t *ids, *types;
    int64_t token_room, sentence_room;
};

/* Tokens computed at once: --batch. */
int64_t iso_texts_batch_size(const struct settings *set);

/* Longest first: what takes most memory comes first, and the short ones fill the last batch. */
void iso_texts_sort(struct texts_turn *turn, int64_t count);

/* How many of the sentences from `turn` on make the next batch, one at least; *tokens takes how
 * many tokens that are. */
int64_t iso_texts_fill(int64_t *tokens, const struct texts_batch *b, const struct texts_turn *turn,
                       int64_t left);

/* Loads them: batch and lists. */
iso_err iso_texts_load(struct texts_batch *b, const struct texts_lang *lang, iso_pool pool,
                       const struct texts_turn *turn, int64_t count, int64_t tokens);
void iso_texts_batch_free(struct texts_batch *b);

/* What NaN among the states of a layer means. */
iso_err iso_texts_not_finite(const struct texts *t, const struct texts_lang *lang, int layer);

#endif
