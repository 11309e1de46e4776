/* A collection of hidden states: languages × layers, whatever files they came from.
 * Threads: one at a time on the same collection, the rows opened from it included; any number on
 * different ones. */
#ifndef ISO_IO_STATES_H
#define ISO_IO_STATES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/option.h"
#include "lib/base/run.h"
#include "lib/linalg/rows.h"

ISO_BEGIN

/** How to read files that do not say it themselves; all zero = the defaults. The texts are copied;
 * `run` must outlive the collection. */
typedef struct iso_states_opt {
    size_t size;      /* of the struct, or 0 */
    const char *pool; /* token rows to one row an item: mean (NULL), mean-special, cls, last, max,
                       * weighted, none (lib/io/pool.h); rows pooled otherwise are an error */
    bool specials;    /* token rows: first and last of each item are special tokens (<s>, </s>) */
    bool transpose;   /* matrix files hold neurons × items */
    const char
        *axes; /* "LND" layers, items, dims or "NLD", in letters of any case; NULL: as lib/io/axes.h
                  finds, which fails where several readings are plausible, and makes a note else */
    int64_t raw_dim; /* headless raw files: row length; 0 = refuse raw files */
    iso_dtype raw_dtype;
    bool any_dims;      /* languages of a layer may differ in dims; else that is an error */
    int64_t limit;      /* only the first `limit` items of each language; 0 = all */
    const char *layout; /* instead of looking: native, per-sentence, matrix, npy, npz, safetensors,
                           torch, vllm, zarr, csv, jsonl, raw */
    /* The name a language code goes by (iso_lang_canonical of lib/text); NULL = as given. */
    const char *(*canonical)(const char *code);
    const iso_run *run;    /* memory budget and progress; may be NULL */
    const char *pool_else; /* where `pool` is NULL: of token rows this instead of mean */
} iso_states_opt;

/** The fields a person chooses. */
extern ISO_API const iso_options iso_states_options;

/** What is known of one language's items. Arrays are NULL when the files do not have them. */
typedef struct iso_lang {
    const char *name; /* canonical: "en", "zh", or as given when not a known code */
    int64_t items;    /* sentences, words or word types */
    int64_t rows;     /* = items unless offsets are present */
    const char *const *ids;
    const char *const *text, *const *text2;
    const int32_t *labels;     /* index into the collection's classes, -1 none */
    const int64_t *offsets;    /* items + 1: the rows of item i are [offsets[i], offsets[i+1]) */
    const char *const *tokens; /* rows */
    const int32_t *tags;       /* rows; index into the tagset */
    const int64_t *counts;     /* rows; word types */
    int layer_count;
    const int *layers; /* ascending */
    const char *path;  /* the file that its first layer is in, or "(memory)" */
} iso_lang;

/** What a collection says of itself; texts are NULL when unknown. */
typedef struct iso_states_info {
    const char *model, *pooling, *source, *layout;
    const char
        *compute; /* "bf16", "int8": numbers the encoder computed with; NULL = f32, or unknown */
    int sentence; /* the layer that holds what the model's own recipe makes of a text; 0: none */
    const char *recipe; /* how that is made, in words */
    const char *prompt; /* what stood before each text when it was encoded */
    int class_count, tag_count;
    const char *const *classes, *const *tagset;
} iso_states_info;

/** One file of a collection. */
typedef struct iso_states_file {
    const char *path, *layout;
    int64_t bytes;
    const char *read_as; /* how its axes, names or columns were read, what was left out; NULL or "":
                            they leave no choice */
} iso_states_file;

typedef struct iso_states iso_states;

/**
 * Opens a collection from INPUT words: FILE, LANG=FILE, LANG:LAYER=FILE, FILE:/path, with %d
 * standing for the layer (docs/formats.md, "INPUT"). Formats are recognised by content. Each HDF5
 * file is read by a process of its own while the collection is open (fork without exec;
 * lib/io/h5.h). Errors  ISO_EIO, ISO_EFORMAT, ISO_EUNSUP, ISO_EARG (the same language and layer
 * twice), ISO_ENOMEM; the message names the file.
 */
ISO_API ISO_MUST_USE iso_err iso_states_open(iso_states **out, const char *const *inputs, int count,
                                             const iso_states_opt *opt);
ISO_API void iso_states_close(iso_states *s);

/* From memory -------------------------------------------------------------------------------- */

/**
 * A collection of arrays in memory, empty at first; every function takes it as it takes files. Of
 * `opt`, what tells how to read a file is not looked at (axes, raw_dim, raw_dtype, layout).
 * What the next three calls are given is borrowed until the collection is closed, names of
 * languages and what describes it apart, which are copied. Each leaves the collection as it was
 * when it fails, and each may move what iso_states_lang and iso_states_about gave before.
 * Errors  ISO_EARG, ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_states_new(iso_states **out, const iso_states_opt *opt);

/**
 * Says of a new collection, once and before its languages, what a file says of itself: model,
 * pooling, source, compute, classes and tagset; `layout` is not looked at.
 * Errors  ISO_EARG, ISO_EFORMAT (an unknown pooling), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_states_describe(iso_states *s, const iso_states_info *info);

/**
 * Says what the items of a language are, before its first layer is put: name, items, and those of
 * ids, text, text2, labels, offsets, tokens, tags, counts that are there, as iso_lang has them.
 * `rows` 0 stands for items, or what the offsets end at; layers and path are not looked at. The
 * language is in the collection from its first layer on, in the order of first layers.
 * Errors  ISO_EARG (a name that is there already, or is empty; a text that is NULL; a label that is
 *         no class; lengths that no array has), ISO_EFORMAT (offsets that fall or do not end at
 *         `rows`, an id twice), ISO_ENOMEM.
 * Cost    O(items + rows) to check; labels and tags are copied.
 */
ISO_API ISO_MUST_USE iso_err iso_states_add_lang(iso_states *s, const iso_lang *lang);

/**
 * Puts one layer of a language: a row an item, or a token row each where the language has offsets
 * (pooled as `opt` says). A language that was not added is one whose items have nothing but rows.
 * Errors  ISO_EARG (a layer twice, or negative; a view that is none), ISO_EFORMAT (rows other than
 *         of the items or of its other layers, dims other than of the layer in another language,
 *         unless any_dims), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_states_put(iso_states *s, const char *lang, int layer,
                                            iso_view rows);

/**
 * Says what the arrays lie in: `owner` is given to `let_go` once, when the collection is closed.
 * Once a collection. Errors  ISO_EARG.
 */
ISO_API ISO_MUST_USE iso_err iso_states_own(iso_states *s, void *owner,
                                            void (*let_go)(void *owner));

/* What is in it ------------------------------------------------------------------------------- */

ISO_API const iso_states_info *iso_states_about(const iso_states *s);

/** What to call the collection in a message: the path of its first file, or "(memory)". */
ISO_API const char *iso_states_name(const iso_states *s);

/** The files it was opened from; none when it is from memory. */
ISO_API int iso_states_files(const iso_states *s);
ISO_API const iso_states_file *iso_states_file_at(const iso_states *s, int i);
/** How many there are; none where `s` is NULL. */
ISO_API int iso_states_langs(const iso_states *s);
ISO_API const iso_lang *iso_states_lang(const iso_states *s, int i);

/** The language called `name` under any of its codes, or -1. */
ISO_API int iso_states_find(const iso_states *s, const char *name);

/** The same, where it must be there: the message lists the languages that are, a dozen by name.
 * Errors  ISO_EARG, ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_states_need(int *out, const iso_states *s, const char *name);

/** Opens the rows of one language and layer; close with iso_rows_close, before the collection. */
ISO_API ISO_MUST_USE iso_err iso_states_rows(iso_rows **out, iso_states *s, int lang, int layer);

/** Rows, columns and type of one language and layer without reading it. */
ISO_API ISO_MUST_USE iso_err iso_states_shape(int64_t *rows, int64_t *cols, iso_dtype *dtype,
                                              iso_states *s, int lang, int layer);

ISO_END

#endif
