/* One run of `isogloss embed`: what is read, which tokens become which rows, where they go. */
#ifndef ISO_BIN_EMBED_H
#define ISO_BIN_EMBED_H

#include "bin/lexicon.h"
#include "bin/settings.h"
#include "lib/base/run.h"
#include "lib/base/str.h"
#include "lib/io/corpus.h"
#include "lib/io/native_write.h"
#include "lib/nn/encoder.h"
#include "lib/text/tokenizer.h"
#include "lib/text/words.h"

enum embed_pool {
    EMBED_MEAN, /* of the tokens that are not special; of all when there are none */
    EMBED_MEAN_SPECIAL,
    EMBED_CLS,
    EMBED_LAST,
    EMBED_MAX, /* of the tokens that are not special */
    EMBED_NONE,
    EMBED_WORD,
    EMBED_TYPES
};

/* What is known of a token besides its id. */
enum { EMBED_SPECIAL = 1, EMBED_SECOND = 2 /* token type 1 */ };

/* One language: its text, the tokens made of it, and what a row stands for. */
struct embed_lang {
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
    int64_t rows; /* in the file */
    int64_t truncated, token_room, word_room, index_room;
};

/* Neighbouring items of one language that are computed and written together: the unit of resuming.
 */
struct embed_window {
    int lang;
    int64_t first, items, tokens; /* items */
    int64_t row, rows;            /* in the file */
};

struct embed {
    const struct settings *set;
    const iso_run *run;
    enum embed_pool pool;
    iso_dtype dtype;
    char *model;  /* what the file calls it */
    char *source; /* canonical */
    iso_encoder *encoder;
    iso_tokenizer *tokenizer; /* NULL when all files hold token ids */
    int64_t longest;          /* tokens of a sentence */
    struct embed_lang *lang;
    int lang_count;
    int *layer; /* ascending */
    int layer_count;
    struct embed_window *window;
    int64_t window_count, tokens, items;
    int64_t computed;    /* tokens, in this run */
    char **folder_words; /* of --corpus: what the languages' files lie in */
    int folder_word_count;
    iso_native *out;
    bool kept; /* rows were written that --resume can go on from */
};

/* --- embed_inputs.c --- */

/* LANG=FILE words and --corpus as languages, in the order given. Errors ISO_EARG, ISO_EIO. */
iso_err embed_inputs(struct embed *e);

/* Whether a file holds token ids. */
bool embed_is_ids(const char *path);

/* --- embed_model.c --- */

/* Names the model by its folder, or as the hub whose cache the folder lies in. */
iso_err embed_name_model(struct embed *e);

/* --- embed_corpus.c --- */

/* Reads and tokenises every language. */
iso_err embed_read(struct embed *e);
void embed_lang_free(struct embed_lang *lang);

/* --- embed_words.c --- */

/* Makes room for the words of all items. */
iso_err embed_words_begin(struct embed_lang *lang);

/* Adds the words of an item, the next one, to what is known of its language; `words` is scratch. */
iso_err embed_words_add(struct embed_lang *lang, iso_words *words, const iso_tokens *tokens,
                        int64_t item, const iso_text *text, enum embed_pool pool);

/* --- embed_rows.c --- */

/* Lists of tokens, a row each, as iso_pool_lists takes them. */
struct embed_lists {
    int64_t rows, used, row_room, room;
    int64_t *first, *index;
};

/* Where the rows of an item begin: its number, its first token, its first word. */
int64_t embed_row(const struct embed_lang *lang, enum embed_pool pool, int64_t item);

/* Appends the lists of an item whose tokens begin at token `base` of the batch. */
iso_err embed_lists_add(struct embed_lists *to, const struct embed_lang *lang, enum embed_pool pool,
                        int64_t item, int64_t base);
void embed_lists_free(struct embed_lists *lists);

/* --- embed_layout.c --- */

/* Cuts the languages into windows; sets window, tokens, items. */
iso_err embed_windows(struct embed *e);

/* Begins the file and announces languages and matrices, whose numbers follow languages, then
 * layers. Of word types `entry` says the row of a word from then on. */
iso_err embed_announce(struct embed *e);

/* --- embed_identity.c --- */

/* Text that differs as soon as the file would: model, options, text. */
iso_err embed_identity(iso_buf *out, const struct embed *e);

/* --- embed_engine.c --- */

struct embed_engine;

/* `dtype` is that of the rows it gives: f16, f32 or f64. */
iso_err embed_engine_new(struct embed_engine **out, struct embed *e, iso_dtype dtype);
void embed_engine_free(struct embed_engine *g);

/* Computes a window: states[k] takes the rows of layer k of the chosen ones, in the file's order.
 * Errors  ISO_EFORMAT (NaN, or beyond f16), ISO_ECANCEL, ISO_ENOMEM. */
iso_err embed_engine_window(struct embed_engine *g, const struct embed_window *w,
                            const iso_mat *states);

/* Counts a window as done without doing it. */
void embed_engine_skip(struct embed_engine *g, const struct embed_window *w);

/* --- embed_run.c, embed_types.c --- */

/* A matrix a layer, of the rows of the largest window (of `lang`, or of all with -1). */
iso_err embed_states_new(iso_mat **out, const struct embed *e, int lang, iso_dtype dtype);
void embed_states_free(iso_mat *states, const struct embed *e);

/* Computes every window that is not done yet and writes it. */
iso_err embed_run(struct embed *e);

/* The same for word types: a row for each, averaged over all its occurrences. */
iso_err embed_run_types(struct embed *e);

/* Whether the sums of word types fit into memory. ISO_EARG with the way out. */
iso_err embed_types_fit(const struct embed *e);

/* --- embed_print.c --- */

/* Bytes of anonymous memory it will take, about. */
int64_t embed_memory(const struct embed *e);

/* What would be done (--plan), on standard output; what was done, in one line on stderr. */
void embed_print_plan(const struct embed *e);
iso_err embed_print_done(const struct embed *e, double seconds);

/* --- embed_job.c --- */

/* What the command line alone shows wrong. ISO_EARG. */
iso_err embed_check(const struct settings *set);

/* Everything from reading to the file. */
iso_err embed_job(const struct settings *set);

void embed_free(struct embed *e);

/* Tokens of a batch. */
int64_t embed_batch(const struct settings *set);

#endif
