/* What a tokenizer alone knows of texts: how many tokens they have, and which. */
#ifndef ISO_ENCODE_SURFACE_H
#define ISO_ENCODE_SURFACE_H

#include "lib/encode/model.h"
#include "lib/encode/texts.h"
#include "lib/linalg/rows.h"

/* The tokens of a language that the text itself has, without special ones. */
struct surface_lang {
    const char *name; /* borrowed from the texts */
    int64_t items;
    int64_t *at; /* items + 1: where the tokens of an item begin */
    int32_t *ids;
};

/* {0} is empty. Items are those of the texts. */
struct surface {
    struct surface_lang *lang;
    int count;
};

/* Cuts all texts into the tokens of `model`, whole: what is longer than its encoder takes counts in
 * full. Errors  as iso_encoding_read. */
iso_err iso_surface_make(struct surface *out, iso_model *model, const iso_texts *texts,
                         const iso_run *run);
void iso_surface_free(struct surface *s);

/* The columns of a length. */
enum { ISO_SURFACE_LENGTHS = 3 };

/* Items x 3, f64: n, log n, 1/n, n the number of tokens; of a text without any it is 1. Errors
 * ISO_ENOMEM. */
iso_err iso_surface_length(iso_mat *out, const struct surface_lang *lang);

/*
 * Counts of pieces, weighted by how rare they are: row i, column c has
 *
 *     count of piece c in text i  x  max(0, log(N / (1 + df_c)))
 *
 * N is the mean number of texts of the `by` languages, df_c how many texts of all of them have the
 * piece: of a pair, N items and the texts of both sides. A piece that every second text has weighs
 * nothing. Columns are the pieces that occur in the languages listed, by ascending id: a value
 * depends on these languages alone. Rows are kept sparse, 12 bytes a distinct piece of a text.
 * Source  Sparck Jones, Journal of Documentation 28 (1972).
 */
struct pieces_lang {
    int64_t items;
    int64_t *at; /* items + 1 */
    int32_t *column;
    double *value;
};

struct pieces {
    struct pieces_lang *lang;
    int count;
    int64_t cols;
};

/* Of languages of `s`, their numbers in `lang`, weighted by the first `by` of them. Errors
 * ISO_ENOMEM. */
iso_err iso_pieces_make(struct pieces *out, const struct surface *s, const int *lang, int count,
                        int by);
void iso_pieces_free(struct pieces *p);

/* Dense rows of one language, f64, made block by block as they are read. Borrows `lang`. Errors
 * ISO_ENOMEM. */
iso_err iso_pieces_rows(iso_rows **out, const struct pieces_lang *lang, int64_t cols);

#endif
