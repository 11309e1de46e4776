/* Texts as a model takes them: tokens, what a row stands for, and batches of sentences. */
#ifndef ISO_ENCODE_ENCODING_H
#define ISO_ENCODE_ENCODING_H

#include "lib/base/textmap.h"
#include "lib/encode/opened.h"
#include "lib/encode/recipe.h"
#include "lib/io/pool.h"
#include "lib/text/words.h"

/* What is known of a token besides its id. */
enum { TOKEN_SPECIAL = 1, TOKEN_SECOND = 2 /* token type 1 */ };

/* Distinct texts, numbered in the order of their first appearance, and how often each was given.
 * {0} is empty. */
struct lexicon {
    iso_textmap words;
    int64_t *seen; /* by number: how often it was given */
    int64_t capacity;
    int64_t bytes; /* of all, each with its NUL */
};

/* One language: its text, the tokens made of it, and what a row stands for. */
struct encoding_lang {
    const char *name, *path; /* canonical; its first file, or "(memory)" */
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

/* {0} is empty. Model and texts must outlive it. */
struct encoding {
    iso_model *model;
    const iso_model_info *about;    /* of the model */
    iso_encoder *encoder;           /* likewise */
    const iso_tokenizer *tokenizer; /* NULL when all files hold token ids */
    const iso_texts *texts;
    const iso_run *run;
    iso_pool pool;
    iso_words_kind words;      /* of pooling word, types */
    int64_t max_length;        /* as asked for; 0: not */
    int64_t longest;           /* tokens of a sentence */
    const iso_id_shift *shift; /* the model's, unless set; NULL: none */
    const iso_recipe *recipe;  /* of the model: lengths, lower case, prompts */
    const char *prompt;        /* before each text; "" is none */
    bool prompted;             /* it was asked for */
    int64_t prompt_tokens;     /* of an item, with the special token before it */
    const char *const *names;  /* of the languages to be read; NULL: as texts call them */
    struct encoding_lang *lang;
    int lang_count;
};

/* --- encoding.c --- */

#define ISO_ENCODING_LENGTH(type)                                                                  \
    ISO_OPTION(                                                                                    \
        type, INT, max_length, "N",                                                                \
        "tokens of a sentence, special ones included; what is longer is cut (default: what "       \
        "model and tokenizer take, 512 at most)",                                                  \
        .least = 1)

#define ISO_ENCODING_PROMPT(type)                                                                  \
    ISO_OPTION(type, TEXT, prompt, "WORD",                                                         \
               "stands before each text: a prompt of the model by name, or the text itself, "      \
               "\"query: \" (default: the model's usual one, mostly none)",                        \
               .empty = true)

/* What is to be read, and how long a sentence may be: `max_length` tokens, or, with 0, what the
 * model's recipe says, else what model and tokenizer take, 512 at most. ISO_EARG: more than the
 * model has positions for. */
iso_err iso_encoding_begin(struct encoding *e, iso_model *model, const iso_texts *texts,
                           iso_pool pool, int64_t max_length, const iso_run *run);

/* Reads and tokenises languages of the texts: those of these numbers, in this order (NULL: all). */
iso_err iso_encoding_read(struct encoding *e, const int *lang, int count);
void iso_encoding_free(struct encoding *e);

/* What NaN among the states of a layer means. ISO_EFORMAT. */
iso_err iso_encoding_not_finite(const struct encoding *e, int lang, int layer);

/* --- encoding_prompt.c --- */

/* Whether rows are words of the text. */
bool iso_encoding_of_words(const struct encoding *e);

/* What stands before each text, as iso_recipe_prompt_text has it; else the model's usual prompt
 * does, where rows are not words. ISO_EARG: no such prompt; rows are words. */
iso_err iso_encoding_prompt(struct encoding *e, const char *asked);

/* Notes the prompts that the model names, where none is used and nobody said so. ISO_ENOMEM. */
iso_err iso_encoding_note_prompts(const struct encoding *e);

/* --- encoding_classes.c --- */

/* {0} is empty. */
struct encoding_classes {
    const char **name; /* sorted, borrowed */
    int count;
};

/* The labels of all languages as classes, each once; an empty one is none. Free in any case. */
iso_err iso_encoding_classes(struct encoding_classes *c, const struct encoding *e);

/* The number of a label's class, -1 for none. */
int32_t iso_encoding_class(const struct encoding_classes *c, const char *label);
void iso_encoding_classes_free(struct encoding_classes *c);

/* --- encoding_words.c --- */

/* The number of a text, which is added when it is new. Errors ISO_ENOMEM. */
iso_err iso_lexicon_add(int32_t *out, struct lexicon *l, const char *text, int64_t len);

/* NUL-terminated; lives as long as the lexicon. */
const char *iso_lexicon_text(const struct lexicon *l, int32_t entry);

/* Entries by falling count, equal ones by their bytes: order[rank] = entry. */
iso_err iso_lexicon_order(int32_t *order, const struct lexicon *l);

void iso_lexicon_free(struct lexicon *l);

/* Makes room for the words of all items. */
iso_err iso_encoding_words_begin(struct encoding_lang *lang);

/* Adds the words of an item, the next one, to what is known of its language; `words` is scratch. */
iso_err iso_encoding_words_add(struct encoding_lang *lang, iso_words *words,
                               const iso_tokens *tokens, int64_t item, const iso_text *text,
                               iso_pool pool, iso_words_kind kind);

/* --- encoding_batch.c --- */

/* Lists of tokens, a row each, as iso_pool_lists takes them. */
struct token_lists {
    int64_t rows, used, row_room, room;
    int64_t *first, *index;
};

/* Where the rows of an item begin: its number, its first token, its first word. */
int64_t iso_encoding_row(const struct encoding_lang *lang, iso_pool pool, int64_t item);

/* A sentence in the order of the work; `row` is the caller's. */
struct encoding_turn {
    int64_t tokens, item, row;
};

/* Sentences of like length on their way, each padded to `pad` tokens unless that is 0. */
struct encoding_batch {
    int64_t size, pad; /* tokens: of a batch, of a sentence */
    int32_t pad_id;
    iso_batch batch; /* what was loaded last */
    struct token_lists lists;
    int64_t *offsets, *live;
    int32_t *ids, *types;
    int64_t token_room, sentence_room;
};

#define ISO_ENCODING_BATCH(type)                                                                   \
    ISO_OPTION(type, INT, batch, "TOKENS", "tokens computed at once; results do not depend on it", \
               .least = 1, .tier = ISO_OPTION_RARE)

/* Tokens computed at once: as many as asked for, or, with 0, as do well. */
int64_t iso_encoding_batch_size(int64_t asked);

/* Longest first: what takes most memory comes first, and the short ones fill the last batch. */
void iso_encoding_sort(struct encoding_turn *turn, int64_t count);

/* How many of the sentences from `turn` on make the next batch, one at least; *tokens takes how
 * many tokens that are. */
int64_t iso_encoding_fill(int64_t *tokens, const struct encoding_batch *b,
                          const struct encoding_turn *turn, int64_t left);

/* Loads them: batch and lists. */
iso_err iso_encoding_load(struct encoding_batch *b, const struct encoding_lang *lang, iso_pool pool,
                          const struct encoding_turn *turn, int64_t count, int64_t tokens);

/* The same of several languages, sentence by sentence: an empty batch with room for `count`
 * sentences of `tokens` tokens in all, then each. */
iso_err iso_encoding_load_begin(struct encoding_batch *b, int64_t count, int64_t tokens);
iso_err iso_encoding_load_add(struct encoding_batch *b, const struct encoding_lang *lang,
                              iso_pool pool, const struct encoding_turn *turn);
void iso_encoding_batch_free(struct encoding_batch *b);

#endif
