/* What a checkpoint's own library does to make a vector of a text: which tokens are pooled how,
 * what follows, what stands before the text, how long it may be. Read from a sentence-transformers
 * folder (recipe_folder.c); another kind of file fills the same struct. */
#ifndef ISO_ENCODE_RECIPE_H
#define ISO_ENCODE_RECIPE_H

#include "lib/base/str.h"
#include "lib/io/pool.h"

ISO_BEGIN

enum { ISO_RECIPE_POOLS = 6 };

/** What is done with a pooled row. */
typedef enum iso_step_kind {
    ISO_STEP_DENSE, /* a linear map, and an activation */
    ISO_STEP_NORM,  /* LayerNorm, eps 1e-5 */
    ISO_STEP_UNIT,  /* divided by its length, or by 1e-12 if that is less */
} iso_step_kind;

/** X(id, what messages call it, the class of torch.nn). */
#define ISO_STEP_ACTIVATIONS(X)                                                                    \
    X(IDENTITY, "none", "Identity")                                                                \
    X(TANH, "tanh", "Tanh")                                                                        \
    X(RELU, "relu", "ReLU")                                                                        \
    X(GELU, "gelu", "GELU")                                                                        \
    X(SIGMOID, "sigmoid", "Sigmoid")                                                               \
    X(SILU, "silu", "SiLU")

typedef enum iso_step_activation {
#define X(id, name, of_torch) ISO_STEP_##id,
    ISO_STEP_ACTIVATIONS(X)
#undef X
} iso_step_activation;

typedef struct iso_recipe_step {
    iso_step_kind kind;
    char *folder;        /* of its weights, linear.* or norm.*; NULL: it has none */
    int64_t in, out;     /* dims */
    bool bias, residual; /* Dense: y = act(W x + b), and x or R x added */
    iso_step_activation activation;
} iso_recipe_step;

typedef struct iso_recipe_prompt {
    char *name, *text;
} iso_recipe_prompt;

/** {0} is empty: nobody says how a text becomes a vector. Texts are the recipe's own. */
typedef struct iso_recipe {
    /* The vector of a sentence: the layer behind the encoder's last, called sentence. */
    char *from;                      /* the file that says it; NULL: none does */
    char *refused;                   /* NULL, or why it cannot be made: a whole message */
    iso_pool pool[ISO_RECIPE_POOLS]; /* rows, one behind the other */
    int pools;
    char *pool_from;  /* the file */
    bool skip_prompt; /* its tokens are not pooled, the special one before it neither */
    iso_recipe_step *step;
    int steps;
    int64_t dims; /* of the vector */
    /* Texts, for all layers. */
    int64_t max_length; /* tokens, special ones included; 0: not said */
    bool lower_case;    /* before the tokenizer sees it */
    char *length_from;  /* the file of both; NULL: none */
    iso_recipe_prompt *prompt;
    int prompts;
    char *usual_prompt; /* the name of what is used where nothing is asked for; NULL: none */
    char *prompts_from;
} iso_recipe;

void iso_recipe_free(iso_recipe *r);

/** Adds a step, a prompt. What is given is copied. Errors  ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_recipe_add_step(iso_recipe *r, const iso_recipe_step *step);
ISO_MUST_USE iso_err iso_recipe_add_prompt(iso_recipe *r, const char *name, const char *text);

/**
 * The text that stands before each sentence: `asked` NULL: the recipe's usual one; the name of a
 * prompt: that; else `asked` itself, if it has a character that no name has (white space, a colon,
 * ...) or is empty. *out lives as long as recipe and `asked`; "" is none.
 * Errors  ISO_EARG (no UTF-8; no prompt is called so: lists those that are), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_recipe_prompt_text(const char **out, const iso_recipe *r,
                                            const char *asked, const char *model);

/** Adds the names of the prompts, a dozen of them: of those that have a text, or of all. Errors
 * ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_recipe_prompt_names(iso_buf *out, const iso_recipe *r, bool with_text);

/** Adds how a vector is made: "mean-special; 384 to 128 dims, tanh; unit length". Errors
 * ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_recipe_describe(iso_buf *out, const iso_recipe *r);

/**
 * What a sentence-transformers folder says: modules.json, 1_Pooling, 2_Dense, 3_Normalize,
 * sentence_bert_config.json, config_sentence_transformers.json. Empty without modules.json. `C`
 * dims leave the encoder. What cannot be computed (a module of another type, dims that do not
 * follow) is no error, but `refused`. Errors  ISO_EIO, ISO_EFORMAT (files that tell how texts are
 * prepared and are none), ISO_ENOMEM.
 */
ISO_MUST_USE iso_err iso_recipe_read(iso_recipe *out, const char *folder, int64_t C);

/** The path, within `folder`, where modules.json says its encoder lies ("0_Transformer"), yours to
 * iso_free; "" where it is the folder itself, or there is no modules.json that says anything.
 * Errors ISO_EFORMAT (it leads out of the folder), ISO_ENOMEM. */
ISO_MUST_USE iso_err iso_recipe_encoder(char **out, const char *folder);

ISO_END

#endif
