/* Inside an embedding: shared by the files embed*.c and by nobody else. */
#ifndef ISO_ENCODE_EMBED_INSIDE_H
#define ISO_ENCODE_EMBED_INSIDE_H

#include "lib/base/str.h"
#include "lib/encode/embed.h"
#include "lib/encode/encoding.h"
#include "lib/encode/sentence.h"
#include "lib/io/native_write.h"

/* Neighbouring items of one language that are computed and written together: the unit of resuming.
 */
struct embed_window {
    int lang;
    int64_t first, items, tokens; /* items */
    int64_t row, rows;            /* of the language */
};

/* What is reported of a language's rows beside its texts. */
struct embed_sheet {
    int32_t *labels, *order;
    const char **tokens;
    int64_t *counts;
};

struct embed {
    iso_embed_opt opt;
    iso_model *model; /* opened here, or NULL */
    iso_texts *texts; /* likewise */
    const char *source;
    iso_dtype dtype; /* of the rows */
    struct encoding in;
    int *layer; /* ascending; L + 1 is the sentence */
    int layer_count;
    iso_sentence *sentence; /* NULL: not among them */
    struct embed_window *window;
    int64_t window_count, tokens, items;
    int64_t computed;          /* tokens, in this run */
    struct embed_sheet *sheet; /* languages */
    iso_native *file;          /* where rows go, ... */
    bool kept;                 /* ... some did, which can be gone on from */
    iso_states *states;        /* or here, ... */
    iso_mat *matrix;           /* ... languages x layers, to these */
};

/* --- embed_layers.c: which layers --- */

/* Chooses them, and opens what makes sentences if they are among them; notes how, or why not. */
iso_err iso_embed_layers(struct embed *e);

/* Whether layer k of the chosen ones is the sentence; how many columns it has, and all have. */
bool iso_embed_is_sentence(const struct embed *e, int k);
int64_t iso_embed_dims(const struct embed *e, int k);
int64_t iso_embed_columns(const struct embed *e);

/* The last layer of the encoder that is run. */
int iso_embed_depth(const struct embed *e);

/* --- embed_file.c: where rows go --- */

/* Cuts the languages into windows; sets window, tokens, items. */
iso_err iso_embed_windows(struct embed *e);

/* Begins the file, or the states in memory, and announces languages and matrices, whose numbers
 * follow languages, then layers. Of word types `entry` says the row of a word from then on. */
iso_err iso_embed_announce(struct embed *e);

/* Rows of one matrix to their place. */
iso_err iso_embed_put(struct embed *e, int lang, int layer, int64_t first, iso_view rows);

/* Lets go of what was not finished, and of what announcing took. */
void iso_embed_forget(struct embed *e);

/* --- embed_identity.c --- */

/* Text that differs as soon as the file would: model, options, text. */
iso_err iso_embed_identity(iso_buf *out, const struct embed *e);

/* What is resumed goes on in the number type it was begun in, where the model's was chosen. */
iso_err iso_embed_pin(struct embed *e);

/* --- embed_engine.c --- */

/* Computes every window that is not done yet and puts its rows. */
iso_err iso_embed_run(struct embed *e);

/* Whether the sums of word types fit into memory. ISO_EARG with the way out. */
iso_err iso_embed_types_fit(const struct embed *e);

#endif
