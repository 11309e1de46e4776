/* What the readers of word vectors share: where words and rows gather. */
#ifndef ISO_IO_VECTORS_INSIDE_H
#define ISO_IO_VECTORS_INSIDE_H

#include "lib/base/textmap.h"
#include "lib/io/feed.h"
#include "lib/io/vectors.h"

/* Vectors being read, and what stays behind them. */
struct iso_vectors_store {
    const char *path; /* borrowed while reading, as is the rest of this paragraph */
    const char *unit; /* what `number` counts in messages: "line", "word" */
    const iso_vectors_opt *opt;
    const iso_file *file;
    iso_word_text how;
    iso_buf word; /* the latest, folded */

    iso_textmap words;
    float *rows;
    int64_t *counts;
    int64_t dim, room;
    iso_odd odd;
};

/* vectors_gather.c: fixes the length of a row and makes room for a guess of rows. */
iso_err iso_vectors_begin(struct iso_vectors_store *s, int64_t dim, int64_t guess, bool counts);

/* Room for one more row; *row is where it goes, until it is put. */
iso_err iso_vectors_row(float **row, struct iso_vectors_store *s);

/* The word of that row. It is kept, or counted as odd. */
iso_err iso_vectors_put(struct iso_vectors_store *s, int64_t number, const char *word, int64_t len,
                        int64_t count);

/* Counts one odd thing and keeps its text; with `strict` an error. number 0: of the whole file. */
iso_err iso_vectors_odd(struct iso_vectors_store *s, int64_t *counter, int64_t number,
                        const char *what, ...) ISO_PRINTF(4, 5);

bool iso_vectors_full(const struct iso_vectors_store *s);

/* Progress, now and then; `at` is a byte of the file. */
iso_err iso_vectors_step(const struct iso_vectors_store *s, int64_t number, int64_t at);

/* vectors.c: "COUNT DIM" and nothing else: whether the line is a header. */
bool iso_vectors_header(int64_t *count, int64_t *dim, const char *line, int64_t len);

/* vectors_text.c: also says whether what follows the header is word2vec's binary. */
iso_err iso_vectors_text(struct iso_vectors_store *s, bool *binary);

/* vectors_sample.c: looks at the first lines from a byte of the file on. *text is false when they
 * are no lines. *dim is what the header says (0 = there is none); what is true on return. */
iso_err iso_vectors_sample(bool *text, int64_t *dim, struct iso_vectors_store *s, int64_t from);

/* vectors_binary.c */
iso_err iso_vectors_binary(struct iso_vectors_store *s);

/* vectors_fasttext.c */
enum { ISO_FASTTEXT_MAGIC = 793712314 };
iso_err iso_vectors_fasttext(struct iso_vectors_store *s);

/* vectors_native.c */
iso_err iso_vectors_native(struct iso_vectors_store *s);
iso_err iso_vectors_states(struct iso_vectors_store *s, struct iso_states *states);
iso_err iso_vectors_view(struct iso_vectors_store *s, const char *const *words, iso_view rows);

#endif
