/* Inside a collection: shared by the files states*.c and by nobody else. */
#ifndef ISO_IO_STATES_INSIDE_H
#define ISO_IO_STATES_INSIDE_H

#include "lib/base/textmap.h"
#include "lib/io/pool_rows.h"
#include "lib/io/reader.h"
#include "lib/io/states_input.h"

ISO_BEGIN

/* One opened file, or the arrays of a collection from memory. */
struct source {
    const char *path; /* for messages */
    iso_file *file;   /* NULL: memory */
    iso_reader *reader;
    const iso_driver *driver;
    int32_t *classes, *tags; /* where this file's classes and tags are in the collection's lists */
};

/* Where a language's layer lies. */
struct cell {
    int layer, source, entry;
};

struct language {
    iso_lang info;
    char *name;
    struct cell *cells; /* by layer once the collection is open */
    int cell_count, cell_capacity;
    int *layers;
    int32_t *labels, *tags; /* translated to the collection's lists */
    const int64_t *offsets; /* of the token rows, pooled or not */
    bool known;             /* a file gave items and rows */
};

struct iso_states {
    iso_states_opt opt; /* with texts of its own */
    char *pool_word, *pool_else, *axes, *layout;
    iso_pool pool;
    struct source *sources;
    iso_states_file *files; /* as many as sources; NULL: memory */
    int source_count;
    struct language *languages;
    int language_count, language_capacity;
    iso_states_info info;
    char *source_name;
    iso_textmap classes, tagset;
};

/* states.c: a collection of nothing yet, and what ends its parts. */
iso_err iso_states_begin(struct iso_states **out, const iso_states_opt *opt);
void iso_language_free(struct language *language);

/* states_merge.c: puts what source `k` holds where it belongs; and its steps: what a source says of
 * itself, the language of a name (a new one when there is none), a layer of it, its items. */
iso_err iso_states_merge(struct iso_states *s, int k, const iso_input *in);
iso_err iso_states_add_about(struct iso_states *s, struct source *src);
iso_err iso_states_language(struct language **out, struct iso_states *s, const char *name);
iso_err iso_states_add_cell(struct iso_states *s, struct language *language, struct cell c);
iso_err iso_states_add_items(struct iso_states *s, int k, struct language *language,
                             const iso_lang *l);

/* states_finish.c: checks, sorts and sums up what was merged. */
iso_err iso_states_finish(struct iso_states *s);
iso_err iso_states_sort_layers(struct language *language);
iso_err iso_states_finish_language(const struct iso_states *s, struct language *language);
iso_err iso_states_finish_about(struct iso_states *s);

/* That a cell of `language` has the dims that its layer has in the others of the first `count`. */
iso_err iso_states_check_dims(const struct iso_states *s, int count,
                              const struct language *language, const struct cell *cell);

/* The name a code goes by here. */
const char *iso_states_canonical(const struct iso_states *s, const char *name);

/* What a cell stands for; rows and columns of the transposed matrix when that is asked. */
const char *iso_cell_path(const struct iso_states *s, const struct cell *c);
const iso_entry *iso_cell_entry(const struct iso_states *s, const struct cell *c);
bool iso_cell_turned(const struct iso_states *s, const struct cell *c);
int64_t iso_cell_rows(const struct iso_states *s, const struct cell *c);
int64_t iso_cell_cols(const struct iso_states *s, const struct cell *c);

ISO_END

#endif
