/* What the corpus files share: lines on their way in, and what is made of them. */
#ifndef ISO_IO_CORPUS_INSIDE_H
#define ISO_IO_CORPUS_INSIDE_H

#include "lib/base/str.h"
#include "lib/io/corpus.h"

/* What a file gives for each item. */
enum corpus_column { CORPUS_TEXT, CORPUS_TEXT2, CORPUS_ID, CORPUS_LABEL, CORPUS_COLUMNS };

extern const char *const iso_corpus_names[CORPUS_COLUMNS]; /* as headers have them by default */

/* Text that stays where it is until all is freed; {NULL} is empty. */
struct block;

/* One file of the corpus: which items came from it. */
struct corpus_file {
    const char *path; /* borrowed while reading */
    int64_t first;    /* its first item */
    int64_t before;   /* lines before that item's: a header */
};

/* The corpus being read, and what stays behind it. */
struct iso_corpus_store {
    struct block *lines, *mended; /* texts as they were read; texts repaired */
    const char **column[CORPUS_COLUMNS];
    int64_t *offsets;
    int32_t *tokens;
    int64_t items, room, token_room, limit;
    int64_t empty, repaired, first_repaired;
    char *first_repaired_path;
    unsigned has; /* a bit for each column; 0 = files of token ids */
    struct corpus_file *files;
    int file_count;
    char *wanted[CORPUS_COLUMNS]; /* names from the option `columns`; NULL = by default */
};

/* A file being read line by line. */
struct lines {
    const char *path;
    struct iso_corpus_store *store;
    struct block **blocks; /* where lines stay, or a block that is used again and again */
    char *at, *stop;       /* bytes read and not handed out yet */
    int64_t number;        /* of the latest line, from 1 */
    int fd;
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

/* corpus.c: what all items of this file have, a bit for each column, before its first item. */
iso_err iso_corpus_claim(struct lines *in, unsigned has);

/* Room for one more item. */
iso_err iso_corpus_more(struct iso_corpus_store *s);
bool iso_corpus_full(const struct iso_corpus_store *s);

/* corpus_tsv.c */
iso_err iso_corpus_columns(struct iso_corpus_store *s, const char *columns);
iso_err iso_corpus_tsv(struct lines *in, struct corpus_file *file);

/* corpus_ids.c */
iso_err iso_corpus_ids(struct lines *in);

/* corpus_unique.c: no id twice. */
iso_err iso_corpus_unique(const struct iso_corpus_store *s);

#endif
