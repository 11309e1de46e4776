/* The texts of several languages: files by name, or arrays in memory.
 * Threads: one at a time while languages are added; from then on any number may read. */
#ifndef ISO_ENCODE_TEXTS_H
#define ISO_ENCODE_TEXTS_H

#include "lib/base/option.h"
#include "lib/io/corpus.h"

ISO_BEGIN

/**
 * Languages, and for each the files its text is in (several are one text), or a text in memory. No
 * file is read before a call needs its text.
 */
typedef struct iso_texts iso_texts;

/** How texts are found and read; all zero: kinds and columns are recognised, all items are taken.
 */
typedef struct iso_texts_opt {
    const char *corpus;     /* NULL, or a folder whose texts are taken (iso_corpus_folder) */
    const char *columns;    /* as iso_corpus_opt has them; NULL: by their names */
    iso_corpus_kind format; /* of every file but .ids */
    int64_t limit;          /* the first items of each language; 0: all */
} iso_texts_opt;

/* Rows of a table of options, for an iso_texts_opt called `texts`. */
#define ISO_TEXTS_CORPUS(type)                                                                     \
    ISO_OPTION_AS(                                                                                 \
        type, "corpus", PATH, texts.corpus, "DIR",                                                 \
        "take every text in DIR: LANG.txt, .tsv, .csv, .jsonl, .conll, .ids; eng_Latn.dev; "       \
        "NAME.LANG",                                                                               \
        .reads = ISO_READS_CORPUS)
#define ISO_TEXTS_COLUMNS(type)                                                                    \
    ISO_OPTION_AS(                                                                                 \
        type, "columns", TEXT, texts.columns, "LIST",                                              \
        "columns of tables and JSON: text=sentence,text2=...,id=...,label=... (default: "          \
        "by their names; id= takes none)")
#define ISO_TEXTS_FORMAT(type)                                                                     \
    ISO_OPTION_AS(type, "text_format", ENUM, texts.format, "KIND",                                 \
                  "what texts are (default: by suffix and first line)",                            \
                  .choices = "plain tsv csv json conll",                                           \
                  .numbers = (const int[]){ISO_CORPUS_PLAIN, ISO_CORPUS_TSV, ISO_CORPUS_CSV,       \
                                           ISO_CORPUS_JSON, ISO_CORPUS_CONLL})

/** No language yet. What `opt` (NULL: all zero) names is copied. Errors  ISO_EARG (columns),
 * ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_texts_new(iso_texts **out, const iso_texts_opt *opt);

/**
 * Adds a file as "LANG=FILE", behind those its language has; all codes of a language are one.
 * *lang, unless `lang` is NULL, takes its number. Errors  ISO_EARG (no such word, a language that
 * is in memory), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_texts_add(iso_texts *t, int *lang, const char *word);

/**
 * Adds a language that is in memory: of `text` the items and text, text2, ids, labels, or offsets
 * and tokens, are looked at, as iso_corpus has them; they are borrowed.
 * Errors  ISO_EARG (a language that is there already, a text that is NULL or no UTF-8, neither text
 *         nor tokens), ISO_EFORMAT (an id twice, offsets that fall), ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_texts_add_lang(iso_texts *t, const char *name,
                                                const iso_corpus *text);

/** Adds the texts of `corpus` of the options, if they name one; notes tell what was ignored.
 * Errors  as iso_corpus_folder; ISO_EARG (a language that is there already). */
ISO_API ISO_MUST_USE iso_err iso_texts_add_corpus(iso_texts *t, const iso_run *run);

/** All of it: LANG=FILE words, then `corpus`. Errors  as these; ISO_EARG where both are missing. */
ISO_API ISO_MUST_USE iso_err iso_texts_open(iso_texts **out, const char *const *words, int count,
                                            const iso_texts_opt *opt, const iso_run *run);
ISO_API void iso_texts_close(iso_texts *t);

ISO_API int iso_texts_langs(const iso_texts *t);

/** The canonical name of language `lang`: "en". */
ISO_API const char *iso_texts_name(const iso_texts *t, int lang);

/** Its files; none when it is in memory. */
ISO_API int iso_texts_files(const iso_texts *t, int lang);
ISO_API const char *iso_texts_file(const iso_texts *t, int lang, int i);

/** The language called `name` under any of its codes, or -1. */
ISO_API int iso_texts_find(const iso_texts *t, const char *name);

/** The same, where it must be there: the message names the option `field` and languages that are.
 * Errors  ISO_EARG, ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_texts_need(int *out, const iso_texts *t, const char *field,
                                            const char *name);

/** Whether it has text; else it is token ids alone. */
ISO_API bool iso_texts_has_text(const iso_texts *t, int lang);

/** Reads the text of a language. `padding` as in iso_corpus_opt. Free with iso_corpus_free, before
 * the texts. Errors  as iso_corpus_read. */
ISO_API ISO_MUST_USE iso_err iso_texts_read(iso_corpus *out, const iso_texts *t, int lang,
                                            const int32_t *padding, const iso_run *run);

ISO_END

#endif
