/* What the corpus files share: lines on their way in, and what is made of them. */
#ifndef ISO_IO_CORPUS_INSIDE_H
#define ISO_IO_CORPUS_INSIDE_H

#include "lib/base/str.h"
#include "lib/io/corpus.h"
#include "lib/io/corpus_columns.h"
#include "lib/io/json.h"
#include "lib/io/stream.h"

/* Text that stays where it is until all is freed; {NULL} is empty. */
struct block;

/* One file of the corpus: which items came from it. */
struct corpus_file {
    const char *path; /* borrowed while reading */
    int64_t first;    /* its first item */
    int64_t before;   /* lines before that item's: a header */
    bool loose;       /* an item is not a line: items are counted instead */
};

/* The corpus being read, and what stays behind it. */
struct iso_corpus_store {
    struct block *lines, *mended; /* texts as they were read; texts repaired */
    const char **column[CORPUS_COLUMNS];
    int64_t *offsets;
    int32_t *tokens;
    int64_t items, room, token_room, limit;
    const iso_run *run;
    int64_t empty, repaired, first_repaired, unquoted, padded;
    const int32_t *padding; /* of token ids; borrowed while reading, NULL: none is cut */
    char *first_repaired_path;
    unsigned has; /* a bit for each column; 0 = files of token ids */
    struct corpus_file *files;
    int file_count;
    iso_corpus_wish wish; /* the option `columns` */
    iso_corpus_kind kind; /* of all files, or AUTO */
    iso_corpus_note *notes;
    int note_count;
};

/* A file being read line by line. */
struct lines {
    const char *path;
    struct iso_corpus_store *store;
    struct block **blocks; /* where lines stay, or a block that is used again and again */
    char *at, *stop;       /* bytes read and not handed out yet */
    int64_t number;        /* of the latest line, from 1 */
    int64_t zeros;         /* lines with a zero byte */
    iso_stream in;
    bool keep, end;
};

/* One line: UTF-8 without NUL and line end, and a NUL after it. Fields may be cut out of it. */
struct line {
    char *text;
    int64_t len;
};

/* corpus_lines.c. `keep` = lines stay until the store is freed; else until the next one. */
iso_err iso_corpus_lines_open(struct lines *in, struct iso_corpus_store *store, const char *path,
                              bool keep);
void iso_corpus_lines_close(struct lines *in);

/* *there is false after the last line. */
iso_err iso_corpus_line(struct line *out, bool *there, struct lines *in);
void iso_corpus_blocks_free(struct block *blocks);

/* The line that comes, or its first 64 KiB, before it is read: neither repaired nor ended. */
iso_err iso_corpus_peek(const char **text, int64_t *len, struct lines *in);

/* A copy among what stays until the store is freed. */
iso_err iso_corpus_keep(const char **out, struct iso_corpus_store *s, const char *text,
                        int64_t len);

/* corpus.c: what all items of this file have, a bit for each column, before its first item. */
iso_err iso_corpus_claim(struct lines *in, unsigned has);

/* Room for one more item. */
iso_err iso_corpus_more(struct iso_corpus_store *s);
bool iso_corpus_full(const struct iso_corpus_store *s);

/* The same of a column's name: signs that would break a message's line become blanks. */
iso_err iso_corpus_keep_name(const char **out, struct iso_corpus_store *s, const char *name);

/* corpus.c: says how the file was read, once; takes over the text. */
iso_err iso_corpus_remark(struct lines *in, iso_buf *text);

/* corpus_kind.c: what the file is, by the option, its suffix, its first line. */
iso_err iso_corpus_kind_of(iso_corpus_kind *out, struct lines *in);

/* corpus_tsv.c */
iso_err iso_corpus_tsv(struct lines *in, struct corpus_file *file);

/* corpus_csv.c */
iso_err iso_corpus_csv(struct lines *in, struct corpus_file *file);

/* corpus_json.c */
iso_err iso_corpus_json(struct lines *in, struct corpus_file *file);

/* corpus_conll.c */
iso_err iso_corpus_conll(struct lines *in, struct corpus_file *file);

/* corpus_squad.c: questions of one object that holds all; whether a file that begins so may be one.
 */
iso_err iso_corpus_squad(struct lines *in, const iso_json *root);
bool iso_corpus_squad_begins(const char *text, int64_t len);

/* corpus_ids.c */
iso_err iso_corpus_ids(struct lines *in);

/* corpus_unique.c: no id twice. */
iso_err iso_corpus_unique(const struct iso_corpus_store *s);

#endif
