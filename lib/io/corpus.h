/* The text of one language, from plain files, tables, JSON or token ids.
 * Threads: any number may read at once; what was read is constant. */
#ifndef ISO_IO_CORPUS_H
#define ISO_IO_CORPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/run.h"

ISO_BEGIN

/** How a file was read, where that is more than its suffix says: the kind and columns that were
 * recognised, what is left out. Without the path, one line. */
typedef struct iso_corpus_note {
    const char *path, *text;
} iso_corpus_note;

/** Columns that no file had are NULL. All text is valid UTF-8 without NUL. */
typedef struct iso_corpus {
    int64_t items;
    const char *const *text; /* NULL when the files hold token ids */
    const char *const *text2, *const *ids, *const *labels;
    const int64_t *offsets; /* items + 1, into tokens; files of token ids only */
    const int32_t *tokens;
    int64_t empty;          /* items without text, or of blanks (space, tab) alone; without ids */
    int64_t repaired;       /* lines with bytes that were not UTF-8, or NUL: now U+FFFD */
    int64_t first_repaired; /* line of the first of them, counting from 1, in the file ... */
    const char *first_repaired_path; /* ... of this path; NULL when there is none */
    int64_t padded;                  /* lines of token ids that lost padding at their ends */
    int64_t unquoted; /* fields of .tsv files with quotes doubled in them, which are taken off */
    const iso_corpus_note *notes; /* a file at most one */
    int note_count;
    struct iso_corpus_store *store;
} iso_corpus;

/** What a file holds. */
typedef enum iso_corpus_kind {
    ISO_CORPUS_AUTO, /* by its suffix, and what it begins with */
    ISO_CORPUS_PLAIN,
    ISO_CORPUS_TSV,
    ISO_CORPUS_CSV,
    ISO_CORPUS_JSON,
    ISO_CORPUS_CONLL
} iso_corpus_kind;

/** All zero: kinds and columns are recognised; no limit. */
typedef struct iso_corpus_opt {
    const char *columns;  /* "text=sentence,id=index_id,label=category", or NULL; "id=" takes none.
                             Checked always, used for tables and JSON */
    iso_corpus_kind kind; /* of every file but .ids */
    int64_t limit;        /* items of the language; 0 = all. What comes after is not looked at */
    const iso_run *run;   /* its memory is the most that a file may have; progress; may be NULL */
    const int32_t *padding; /* the token id that lines of .ids are padded with, cut off; or NULL */
} iso_corpus_opt;

/**
 * Reads files one after another as one text. By suffix: `.tsv` and `.csv` have a header naming
 * their columns, `.jsonl`, `.ndjson` and `.json` hold objects or texts (a line each, or one array),
 * `.conll` and `.conllu` hold a word and its tag a line; `.ids` decimal token ids; everything else
 * is one sentence a line, and when its first line reads like a header or an object that is an
 * error, since both readings are plausible.
 *
 * Columns: text, text2, id, label by those names, else by the one other name in use for them
 * (lib/io/corpus_columns.h); two such names are an error. Fields of .csv may be quoted, over
 * several lines too (RFC 4180; comma, semicolon or tab). Fields of .tsv are taken as they are;
 * where some hold doubled quotes between quotes and all quotes of the file fit, they are unquoted.
 * Blank lines of .csv and JSON are ignored. JSON numbers become text, null nothing.
 *
 * Of words in columns (tabs, else blanks) the text is the words of a sentence, a blank between
 * them, the label their tags; a blank inside one becomes U+00A0. A blank line ends a sentence.
 * Words are the first column, or the second where the first counts them (then 3-4 and 3.1 are no
 * words); tags the last, of CoNLL-U the fourth; `columns` takes numbers (text=2,label=4). Lines
 * before a sentence's words that begin with # are comments, of which "# sent_id = X", "# id X", "#
 * X TAB the text" give its id.
 *
 * A .json file that is one object {"data": [{"paragraphs": [{"context", "qas": [...]}]}]} (SQuAD)
 * has an item for each question: text the question, text2 its context, id, label its answers as
 * JSON: [{"answer_start": 7, "text": "..."}], "" of none.
 *
 * Lines end in \n or \r\n, the last one may not; a UTF-8 byte-order mark is ignored. An empty
 * plain line is an item. U+FFFD stands for each NUL and for each maximal part of a character that
 * is not well-formed, as in Python's errors="replace" (Unicode 3.9, table 3-7).
 *
 * A run of the padding id at an end of a line of token ids is cut off; inside a line it is an
 * error.
 *
 * A column that some files have and others lack is an error, as are an id twice, a line with
 * another number of fields than the header, a file without a line.
 * Errors  ISO_EIO, ISO_EFORMAT (file, line, what, way out; also gzip, HDF5, zip, xz, zstd, UTF-16),
 *         ISO_EARG (columns), ISO_ENOMEM, ISO_ECANCEL.
 * Cost    one reading; memory is the size of the files and a pointer for each field that is kept;
 *         a JSON array is parsed whole (1 GiB at most).
 */
ISO_API ISO_MUST_USE iso_err iso_corpus_read(iso_corpus *out, const char *const *paths, int count,
                                             const iso_corpus_opt *opt);
ISO_API void iso_corpus_free(iso_corpus *c);

/** Whether the option `columns` (NULL is fine) can be understood, before any file is opened.
 * Errors  ISO_EARG, ISO_ENOMEM. */
ISO_API ISO_MUST_USE iso_err iso_corpus_check_columns(const char *columns);

/** Who knows languages: the layers above. Members may be NULL: then a code is only itself. */
typedef struct iso_corpus_langs {
    bool (*known)(const char *code);
    const char *(*canonical)(const char *code); /* one name for all codes of a language */
} iso_corpus_langs;

/**
 * The texts of a folder as "LANG=PATH" words, by name. A file is a text by its suffix (.txt .tsv
 * .csv .jsonl .ndjson .json .conll .conllu .ids), or when its name ends in a language (train.de,
 * tatoeba.deu-eng.deu) or a split (eng_Latn.devtest). Its language is the one part of its name,
 * between dots, that is a code (newstest2019-ref.deu.txt, en.train.tsv), a region may follow
 * (eng-GB); of a file with a suffix else its name without that, as it is. What describes the rest
 * (README, LICENSE, ...) is none.
 *
 * Notes tell through `run` which files are ignored and which languages are no known codes;
 * hidden files are not spoken of. Two codes in one name are an error, as are two files of one
 * language, and no file. Free each word and the list with iso_free. Errors  ISO_EIO, ISO_EFORMAT,
 * ISO_ENOMEM.
 */
ISO_API ISO_MUST_USE iso_err iso_corpus_folder(char ***words, int *count, const char *folder,
                                               const iso_corpus_langs *langs, const iso_run *run);

ISO_END

#endif
