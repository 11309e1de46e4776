#include "lib/io/per_sentence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/per_sentence_inside.h"
#include "lib/io/sentence_map.h"

static const char MAP[] = "sentence_to_index";

enum { EXTRAS_MOST = 64 };

static void leave(struct sentences *s)
{
    (void)iso_h5_close(s->h5);
    s->h5 = NULL;
}

static void sentences_close(iso_reader *self)
{
    struct sentences *s = (struct sentences *)self;

    if (!s)
        return;
    iso_spill_free(s->spill);
    iso_h5_texts_free(&s->names);
    iso_h5_texts_free(&s->text);
    iso_h5_texts_free(&s->ids);
    iso_free(s->at);
    iso_free(s->offsets);
    iso_free(s->entries);
    leave(s);
    iso_free(s);
}

/* Order -------------------------------------------------------------------------- */

/* A plain decimal of reasonable length, or -1. */
static int64_t number_of(const char *name)
{
    const size_t n = strlen(name);

    return n > 0 && n <= 12 && strspn(name, "0123456789") == n ? (int64_t)strtoll(name, NULL, 10)
                                                               : -1;
}

static bool all_numbers(const iso_h5_texts *names)
{
    bool any = false;

    for (int64_t i = 0; i < names->count; i++) {
        if (strcmp(names->at[i], MAP) == 0)
            continue;
        if (number_of(names->at[i]) < 0)
            return false;
        any = true;
    }
    return any;
}

/* Among sentences that are numbers: a dataset that is no sentence by its type or rank. */
static bool is_extra(iso_h5 *h5, const char *name)
{
    iso_h5_info f;
    iso_h5_kind kind;

    return strcmp(name, MAP) != 0 && number_of(name) < 0 && !iso_h5_kind_of(&kind, h5, name) &&
           kind == ISO_H5_DATASET && !iso_h5_abouts(&f, h5, &name, 1) &&
           (f.rank < 2 || (f.type != ISO_H5_FLOAT && f.type != ISO_H5_FOREIGN));
}

/* Takes such datasets off the names; *first is one of them. */
static int64_t leave_out_extras(const char **first, iso_h5_texts *names, iso_h5 *h5)
{
    int64_t numbers = 0, kept = 0;

    for (int64_t i = 0; i < names->count; i++)
        numbers += number_of(names->at[i]) >= 0;
    const int64_t others = names->count - numbers;
    if (numbers == 0 || others > EXTRAS_MOST)
        return 0;
    for (int64_t i = 0; i < names->count; i++) {
        if (is_extra(h5, names->at[i]))
            *first = names->at[i];
        else
            names->at[kept++] = names->at[i];
    }
    const int64_t out = names->count - kept;
    names->count = kept;
    return out;
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = ((const struct sentence *)a)->number,
                  y = ((const struct sentence *)b)->number;
    return (x > y) - (x < y);
}

static iso_err check_gaps(const struct sentences *s)
{
    for (int64_t i = 0; i < s->count; i++) {
        if (s->at[i].number > i)
            return iso_fail(ISO_EFORMAT,
                            "%s: sentence %" PRId64 " is missing; there are %" PRId64
                            ", numbered up to %" PRId64,
                            s->file->path, i, s->count, s->at[s->count - 1].number);
        if (s->at[i].number < i)
            return iso_fail(ISO_EFORMAT, "%s: sentence %" PRId64 " occurs twice", s->file->path,
                            s->at[i].number);
    }
    return ISO_OK;
}

/* Sentences that are keys take their numbers from the map, or none. */
static iso_err number_keys(struct sentences *s, const iso_sentence_map *map)
{
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < s->count; i++) {
        s->at[i].number = map->count > 0 ? iso_sentence_map_find(map, s->at[i].path) : i;
        if (s->at[i].number < 0)
            ISO_FAIL(ISO_EFORMAT, "%s: %s does not know the sentence \"%.60s\"", s->file->path, MAP,
                     s->at[i].path);
    }
done:
    return err;
}

static iso_err order(struct sentences *s, bool keys, const iso_sentence_map *map)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->at, s->names.count, sizeof *s->at));
    for (int64_t i = 0; i < s->names.count; i++) {
        if (strcmp(s->names.at[i], MAP) != 0)
            s->at[s->count++] =
                (struct sentence){.path = s->names.at[i], .number = number_of(s->names.at[i])};
    }
    if (s->count == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: holds no sentences", s->file->path);
    if (keys)
        ISO_TRY(number_keys(s, map));
    qsort(s->at, (size_t)s->count, sizeof *s->at, by_number);
    ISO_TRY(check_gaps(s));
    s->total = s->count;
    if (s->opt->limit > 0 && s->count > s->opt->limit)
        s->count = s->opt->limit;
done:
    return err;
}

/* Texts: the keys themselves, or what the map says. */
static iso_err read_texts(struct sentences *s, bool keys, const iso_sentence_map *map)
{
    iso_err err = ISO_OK;

    if (!keys)
        return iso_sentence_map_texts(&s->text, map, s->count);
    ISO_TRY(iso_alloc(&s->text.at, s->count, sizeof *s->text.at));
    s->text.count = s->count;
    for (int64_t i = 0; i < s->count; i++)
        s->text.at[i] = s->at[i].path;
    s->lang.ids = map->count > 0 ? NULL : s->text.at;
done:
    return err;
}

static iso_err read_names(struct sentences *s)
{
    iso_sentence_map map = {0};
    const char *extra = NULL;
    bool keys = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_h5_list(&s->names, s->h5, "/"));
    const int64_t extras = leave_out_extras(&extra, &s->names, s->h5);
    keys = !all_numbers(&s->names);
    if (extras == 1)
        iso_run_note(s->opt->run, "%s: %s is no sentence and left out", s->file->path, extra);
    else if (extras > 1)
        iso_run_note(s->opt->run,
                     "%s: %" PRId64 " datasets are no sentences and left out, such as %s",
                     s->file->path, extras, extra);
    if (keys) {
        iso_h5_texts_free(&s->names);
        ISO_TRY(iso_h5_walk(&s->names, s->h5));
    }
    ISO_TRY(iso_sentence_map_read(&map, s->h5));
    s->numbered = !keys;
    s->mapped = map.count > 0;
    ISO_TRY(order(s, keys, &map));
    ISO_TRY(read_texts(s, keys, &map));
done:
    iso_sentence_map_free(&map);
    return err;
}

/* Entries ------------------------------------------------------------------------- */

static iso_err make_entries(struct sentences *s)
{
    const bool none = s->pool == ISO_POOL_NONE || s->order == ONE_OF_LAYERS;
    const int64_t rows = none ? s->offsets[s->count] : s->count;
    const iso_dtype dtype = none ? s->dtype : iso_pool_dtype(s->dtype);
    iso_err err = iso_alloc(&s->entries, s->layers, sizeof *s->entries);

    if (err)
        return err;
    for (int l = 0; l < (int)s->layers; l++)
        s->entries[l] = (iso_entry){.layer = l, .rows = rows, .cols = s->dim, .dtype = dtype};
    s->lang.items = s->count;
    s->lang.rows = rows;
    s->lang.text = s->text.at;
    s->lang.offsets = none && s->order != ONE_OF_LAYERS ? s->offsets : NULL;
    s->base.entries = s->entries;
    s->base.entry_count = (int)s->layers;
    s->base.langs = &s->lang;
    s->base.lang_count = 1;
    s->base.info.pooling = s->order == ONE_OF_LAYERS ? NULL : iso_pool_name(s->pool);
    s->base.read_as = s->read_as;
    iso_pool_note_empty(s->opt->run, s->file->path, s->offsets, s->count, !none);
    return ISO_OK;
}

/* The one reading -------------------------------------------------------------------- */

/* What one sentence needs on its way; grows with the longest. */
struct bench {
    const char *tokens; /* layers × T × dim of the sentence at hand */
    char *row;          /* a pooled row */
    double *scratch;
};

static iso_err put_sentence(struct sentences *s, int64_t i, const struct bench *b)
{
    const int64_t n = s->offsets[i + 1] - s->offsets[i];
    const bool within = s->order != LAYERS_TOKENS; /* a token's layers lie together */
    const int64_t stride = within ? s->layers * s->dim : s->dim, layer = within ? 1 : n;
    const size_t row_size = (size_t)s->dim * iso_dtype_size(s->dtype);
    iso_err err = ISO_OK;

    for (int l = 0; l < (int)s->layers; l++) {
        const char *first = b->tokens + (size_t)(l * layer) * row_size;
        const iso_view tokens = {first, n, s->dim, stride, s->dtype};
        if (s->pool == ISO_POOL_NONE || s->order == ONE_OF_LAYERS) {
            ISO_TRY(iso_spill_put(s->spill, l, s->offsets[i], tokens));
            continue;
        }
        iso_pool_item(b->row, tokens, s->pool, s->opt->specials, b->scratch);
        const iso_view row = {b->row, 1, s->dim, s->dim, iso_pool_dtype(s->dtype)};
        ISO_TRY(iso_spill_put(s->spill, l, i, row));
    }
done:
    return err;
}

/* The file was closed since its shapes were read, and another may lie there now. */
static bool as_before(const struct sentences *s, const iso_h5_info *f, int64_t i)
{
    int64_t dims[2];

    if (f->type != ISO_H5_FLOAT || f->dtype != s->dtype || f->rank != s->rank ||
        f->dims[f->rank - 1] != s->dim)
        return false;
    iso_sentence_shape(dims, f);
    return dims[0] == s->at[i].dims[0] && dims[1] == s->at[i].dims[1];
}

/* How many sentences from `first` on are read at once: those of a MiB, or one. */
static int64_t run_of(const struct sentences *s, int64_t first)
{
    const int64_t row = s->layers * s->dim * (int64_t)iso_dtype_size(s->dtype);
    int64_t n = 1;

    while (n < RUN_MOST && first + n < s->count &&
           (s->offsets[first + n + 1] - s->offsets[first]) * row <= RUN_BYTES)
        n++;
    return n;
}

static iso_err read_run(struct sentences *s, int64_t first, int64_t count, struct bench *b)
{
    const char *paths[RUN_MOST] = {NULL};
    iso_h5_info about[RUN_MOST];
    char *block = NULL;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < count; i++)
        paths[i] = s->at[first + i].path;
    ISO_TRY(iso_h5_read_many(&block, about, s->h5, paths, count));
    b->tokens = block;
    for (int64_t i = 0; i < count; i++) {
        if (!as_before(s, &about[i], first + i))
            ISO_FAIL(ISO_EFORMAT, "%s: sentence %" PRId64 " changed while the file was read",
                     s->file->path, first + i);
        ISO_TRY(put_sentence(s, first + i, b));
        b->tokens += iso_h5_bytes(&about[i]);
    }
done:
    iso_free(block);
    return err;
}

static iso_err read_all(struct sentences *s)
{
    const iso_entry *e = &s->entries[0];
    iso_run again = s->opt->run ? *s->opt->run : (iso_run){0};
    struct bench b = {0};
    iso_err err = ISO_OK;

    if (s->spill)
        return ISO_OK;
    again.note = NULL; /* what is to be noted was when it was opened first */
    ISO_TRY(iso_h5_open(&s->h5, s->file->path, &again));
    ISO_TRY(iso_spill_new(&s->spill, (int)s->layers, e->rows, s->dim, e->dtype, s->opt->run));
    ISO_TRY(iso_alloc(&b.row, s->dim, sizeof(double)));
    ISO_TRY(iso_alloc(&b.scratch, 2 * s->dim, sizeof *b.scratch));
    for (int64_t i = 0, n; i < s->count; i += n) {
        n = run_of(s, i);
        ISO_TRY(read_run(s, i, n, &b));
        ISO_TRY(iso_run_step(s->opt->run, s->file->path, i, s->count, "sentences"));
    }
done:
    iso_free(b.row);
    iso_free(b.scratch);
    leave(s);
    if (err) {
        iso_spill_free(s->spill);
        s->spill = NULL;
    }
    return err;
}

static iso_err sentences_rows(iso_reader *self, int entry, iso_rows **out)
{
    struct sentences *s = (struct sentences *)self;
    const iso_err err = read_all(s);

    return err ? err : iso_spill_rows(out, s->spill, entry);
}

iso_err iso_per_sentence_open(iso_reader **out, const iso_file *file, const char *dataset,
                              const iso_states_opt *opt)
{
    struct sentences *s = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(!dataset, "%s:%s: one dataset of a per-sentence file is read with the layout matrix",
             file->path, dataset);
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    s->file = file;
    s->opt = opt;
    s->base.rows = sentences_rows;
    s->base.close = sentences_close;
    ISO_TRY(iso_pool_find(&s->pool, opt->pool ? opt->pool : opt->pool_else));
    ISO_TRY(iso_h5_open(&s->h5, file->path, opt->run));
    ISO_TRY(read_names(s));
    ISO_TRY(iso_sentences_shapes(s));
    leave(s);
    ISO_TRY(make_entries(s));
    *out = &s->base;
    s = NULL;
done:
    sentences_close(s ? &s->base : NULL);
    return err;
}

/* Recognition ------------------------------------------------------------------------ */

/* Keys with spaces are sentences: no language or layer is called so. Groups called by numbers hold
 * the languages of layers. */
static bool looks_like_sentences(iso_h5 *h5, iso_h5_texts *names, const iso_states_opt *opt)
{
    const char *extra = NULL;
    iso_h5_kind kind;

    for (int64_t i = 0; i < names->count; i++) {
        if (strcmp(names->at[i], MAP) == 0 || strchr(names->at[i], ' '))
            return true;
    }
    (void)leave_out_extras(&extra, names, h5);
    return all_numbers(names) && !iso_h5_kind_of(&kind, h5, names->at[0]) &&
           kind == ISO_H5_DATASET && !iso_keys_are_layers(h5, names, opt);
}

static bool probe(const iso_head *head)
{
    iso_h5_texts names = {0};
    bool ours = false;

    if (head->dataset || !head->h5)
        return false;
    if (!iso_h5_list(&names, head->h5, "/"))
        ours = looks_like_sentences(head->h5, &names, head->opt);
    iso_h5_texts_free(&names);
    return ours;
}

const iso_driver iso_driver_per_sentence = {"per-sentence", false, probe, iso_per_sentence_open};
