/* Inside the per-sentence reader: shared by the files per_sentence*.c and by nobody else. */
#ifndef ISO_IO_PER_SENTENCE_INSIDE_H
#define ISO_IO_PER_SENTENCE_INSIDE_H

#include "lib/io/axes.h"
#include "lib/io/h5.h"
#include "lib/io/pool_rows.h"
#include "lib/io/reader.h"
#include "lib/io/spill.h"

ISO_BEGIN

struct sentence {
    const char *path;
    int64_t number;
    int64_t dims[2]; /* the axes before the last; of rank 2 the first is 1 */
};

/* How many sentences are looked at, or read, at once at most. */
enum { RUN_MOST = 256, RUN_BYTES = 1 << 20 };

/* What the axes before the last count. */
enum order {
    LAYERS_TOKENS, /* also [T, D], of one layer */
    TOKENS_LAYERS,
    ONE_OF_LAYERS /* [L, D]: one row a layer */
};

struct sentences {
    iso_reader base;
    const iso_file *file;
    const iso_states_opt *opt;
    iso_h5 *h5; /* open while it is read only: with many datasets HDF5 keeps a lot in memory */
    iso_pool pool;
    iso_h5_texts names, text, ids;
    struct sentence *at;   /* in order */
    int64_t count, total;  /* within the limit; in the file */
    bool numbered, mapped; /* names are numbers; there is a map */
    int rank;
    enum order order;
    int64_t layers, dim;
    iso_dtype dtype;
    int64_t *offsets; /* of the token rows */
    iso_entry *entries;
    iso_lang lang;
    iso_spill *spill; /* all layers, once they were asked for */
    char read_as[ISO_READ_AS];
};

/* per_sentence_shapes.c: looks at all sentences, and settles what their axes count: fills rank,
 * order, layers, dim, dtype, offsets, read_as. */
iso_err iso_sentences_shapes(struct sentences *s);

/* The axes before the last; the first is 1 in rank 2. */
void iso_sentence_shape(int64_t dims[2], const iso_h5_info *f);

/* Datasets "0", "1", ... of one shape [N, D] that are nothing but layers, or are said to be. */
bool iso_keys_are_layers(iso_h5 *h5, const iso_h5_texts *names, const iso_states_opt *opt);

ISO_END

#endif
