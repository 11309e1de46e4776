/* One run of `isogloss embed`: what is computed, and where its rows go. */
#ifndef ISO_BIN_EMBED_H
#define ISO_BIN_EMBED_H

#include "lib/encode/encoding.h"
#include "lib/base/str.h"
#include "lib/io/native_write.h"

/* Neighbouring items of one language that are computed and written together: the unit of resuming.
 */
struct embed_window {
    int lang;
    int64_t first, items, tokens; /* items */
    int64_t row, rows;            /* in the file */
};

struct settings;

struct embed {
    const struct settings *set;
    const char *path;
    bool resume;
    int64_t batch;
    iso_texts *texts;
    iso_model *model;
    const char *source; /* a language's name */
    struct encoding in;
    iso_dtype dtype;
    int *layer; /* ascending */
    int layer_count;
    struct embed_window *window;
    int64_t window_count, tokens, items;
    int64_t computed; /* tokens, in this run */
    iso_native *out;
    bool kept; /* rows were written that --resume can go on from */
};

/* --- embed_layout.c --- */

/* Cuts the languages into windows; sets window, tokens, items. */
iso_err iso_embed_windows(struct embed *e);

/* Begins the file and announces languages and matrices, whose numbers follow languages, then
 * layers. Of word types `entry` says the row of a word from then on. */
iso_err iso_embed_announce(struct embed *e);

/* --- embed_identity.c --- */

/* Text that differs as soon as the file would: model, options, text. */
iso_err iso_embed_identity(iso_buf *out, const struct embed *e);

/* --- embed_engine.c --- */

struct embed_engine;

/* `dtype` is that of the rows it gives: f16, f32 or f64. */
iso_err iso_embed_engine_new(struct embed_engine **out, struct embed *e, iso_dtype dtype);
void iso_embed_engine_free(struct embed_engine *g);

/* Computes a window: states[k] takes the rows of layer k of the chosen ones, in the file's order.
 * Errors  ISO_EFORMAT (NaN, or beyond f16), ISO_ECANCEL, ISO_ENOMEM. */
iso_err iso_embed_engine_window(struct embed_engine *g, const struct embed_window *w,
                                const iso_mat *states);

/* Counts a window as done without doing it. */
void iso_embed_engine_skip(struct embed_engine *g, const struct embed_window *w);

/* --- embed_run.c, embed_types.c --- */

/* A matrix a layer, of the rows of the largest window (of `lang`, or of all with -1). */
iso_err iso_embed_states_new(iso_mat **out, const struct embed *e, int lang, iso_dtype dtype);
void iso_embed_states_free(iso_mat *states, const struct embed *e);

/* Computes every window that is not done yet and writes it. */
iso_err iso_embed_run(struct embed *e);

/* The same for word types: a row for each, averaged over all its occurrences. */
iso_err iso_embed_run_types(struct embed *e);

/* Whether the sums of word types fit into memory. ISO_EARG with the way out. */
iso_err iso_embed_types_fit(const struct embed *e);

/* --- embed_print.c --- */

/* Bytes of anonymous memory it will take, about. */
int64_t embed_memory(const struct embed *e);

/* What would be done (--plan), on standard output; what was done, in one line on stderr. */
void embed_print_plan(const struct embed *e);
void embed_print_done(const struct embed *e, double seconds);

/* --- embed_job.c --- */

/* What the command line alone shows wrong. ISO_EARG. */
iso_err iso_embed_check(const struct settings *set);

/* Everything from reading to the file. */
iso_err iso_embed_job(const struct settings *set);

void iso_embed_free(struct embed *e);

#endif
