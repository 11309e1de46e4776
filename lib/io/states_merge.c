#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/states_inside.h"

const char *iso_states_canonical(const iso_states *s, const char *name)
{
    const char *known = s->opt.canonical ? s->opt.canonical(name) : NULL;

    return known ? known : name;
}

/* Classes and tagset ------------------------------------------------------------ */

/* Where each of a file's names is in the collection's list. */
static iso_err names_add(int32_t **out, iso_textmap *names, const char *const *texts, int count)
{
    int32_t *map = NULL;
    int64_t number;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&map, count, sizeof *map));
    for (int i = 0; i < count; i++) {
        ISO_TRY(iso_textmap_keep(&number, names, texts[i], -1));
        map[i] = (int32_t)number;
    }
    *out = map;
    map = NULL;
done:
    iso_free(map);
    return err;
}

static iso_err translate(int32_t **out, const int32_t *from, int64_t count, const int32_t *map)
{
    int32_t *to = NULL;
    iso_err err = iso_alloc(&to, count, sizeof *to);

    for (int64_t i = 0; i < count && !err; i++)
        to[i] = from[i] < 0 ? -1 : map[from[i]];
    if (!err)
        *out = to;
    return err;
}

/* Languages --------------------------------------------------------------------------- */

iso_err iso_states_language(struct language **out, iso_states *s, const char *name)
{
    iso_err err = ISO_OK;

    name = iso_states_canonical(s, name);
    for (int i = 0; i < s->language_count; i++) {
        if (strcmp(s->languages[i].name, name) == 0) {
            *out = &s->languages[i];
            return ISO_OK;
        }
    }
    if (s->language_count == s->language_capacity) {
        const int capacity = s->language_capacity ? 2 * s->language_capacity : 16;
        ISO_TRY(iso_realloc(&s->languages, s->language_count, capacity, sizeof *s->languages));
        s->language_capacity = capacity;
    }
    struct language *language = &s->languages[s->language_count];
    ISO_TRY(iso_str_dup(&language->name, name, -1));
    language->info.name = language->name;
    s->language_count++;
    *out = language;
done:
    return err;
}

const char *iso_cell_path(const iso_states *s, const struct cell *c)
{
    return s->sources[c->source].path;
}

const iso_entry *iso_cell_entry(const iso_states *s, const struct cell *c)
{
    return &s->sources[c->source].reader->entries[c->entry];
}

bool iso_cell_turned(const iso_states *s, const struct cell *c)
{
    return s->opt.transpose && s->sources[c->source].driver->matrix;
}

int64_t iso_cell_rows(const iso_states *s, const struct cell *c)
{
    const iso_entry *e = iso_cell_entry(s, c);
    return iso_cell_turned(s, c) ? e->cols : e->rows;
}

int64_t iso_cell_cols(const iso_states *s, const struct cell *c)
{
    const iso_entry *e = iso_cell_entry(s, c);
    return iso_cell_turned(s, c) ? e->rows : e->cols;
}

static iso_err check_cell(const iso_states *s, const struct language *language,
                          const struct cell *c)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < language->cell_count; i++) {
        const struct cell *o = &language->cells[i];
        ISO_NEED(o->layer != c->layer, "%s: %s, layer %d was already read from %s",
                 iso_cell_path(s, c), language->name, c->layer, iso_cell_path(s, o));
    }
    if (language->cell_count > 0 && iso_cell_rows(s, language->cells) != iso_cell_rows(s, c))
        ISO_FAIL(ISO_EFORMAT, "%s: %s, layer %d has %" PRId64 " rows; layer %d (%s) has %" PRId64,
                 iso_cell_path(s, c), language->name, c->layer, iso_cell_rows(s, c),
                 language->cells[0].layer, iso_cell_path(s, language->cells),
                 iso_cell_rows(s, language->cells));
done:
    return err;
}

iso_err iso_states_add_cell(iso_states *s, struct language *language, struct cell c)
{
    iso_err err = ISO_OK;

    ISO_TRY(check_cell(s, language, &c));
    if (language->cell_count == language->cell_capacity) {
        const int capacity = language->cell_capacity ? 2 * language->cell_capacity : 16;
        ISO_TRY(
            iso_realloc(&language->cells, language->cell_count, capacity, sizeof *language->cells));
        language->cell_capacity = capacity;
    }
    language->cells[language->cell_count++] = c;
done:
    return err;
}

/* Items ---------------------------------------------------------------------------------- */

static bool same_texts(const char *const *a, const char *const *b, int64_t count)
{
    for (int64_t i = 0; i < count && a != b; i++) {
        if (strcmp(a[i], b[i]) != 0)
            return false;
    }
    return true;
}

/* What two files say of the items of one language must not contradict. */
static iso_err check_items(const iso_states *s, int k, const struct language *language,
                           const iso_lang *l)
{
    const char *path = s->sources[k].path;
    iso_err err = ISO_OK;

    if (language->info.items != l->items)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has %" PRId64 " items, another file has %" PRId64, path,
                 language->name, l->items, language->info.items);
    if (language->info.ids && l->ids && !same_texts(language->info.ids, l->ids, l->items))
        ISO_FAIL(ISO_EFORMAT, "%s: %s has other ids than in another file", path, language->name);
    if (language->offsets && l->offsets && language->offsets != l->offsets &&
        memcmp(language->offsets, l->offsets, (size_t)(l->items + 1) * sizeof *l->offsets) != 0)
        ISO_FAIL(ISO_EFORMAT, "%s: %s has other offsets than in another file", path,
                 language->name);
done:
    return err;
}

iso_err iso_states_add_items(iso_states *s, int k, struct language *language, const iso_lang *l)
{
    const struct source *src = &s->sources[k];
    iso_err err = ISO_OK;

    if (!language->known) {
        language->known = true;
        language->info.items = l->items;
        language->info.rows = l->rows;
    }
    ISO_TRY(check_items(s, k, language, l));
    language->info.ids = language->info.ids ? language->info.ids : l->ids;
    language->info.text = language->info.text ? language->info.text : l->text;
    language->info.text2 = language->info.text2 ? language->info.text2 : l->text2;
    language->offsets = language->offsets ? language->offsets : l->offsets;
    language->info.tokens = language->info.tokens ? language->info.tokens : l->tokens;
    language->info.counts = language->info.counts ? language->info.counts : l->counts;
    if (l->labels && !language->labels)
        ISO_TRY(translate(&language->labels, l->labels, l->items, src->classes));
    if (l->tags && !language->tags)
        ISO_TRY(translate(&language->tags, l->tags, l->rows, src->tags));
done:
    return err;
}

static bool same_name(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static const iso_lang *items_called(const iso_reader *r, const char *name)
{
    for (int i = 0; i < r->lang_count; i++) {
        if (same_name(r->langs[i].name, name))
            return &r->langs[i];
    }
    return NULL;
}

/* One source ------------------------------------------------------------------------------- */

/* What a word says of a file: all of it, or the language and layer of that name where it has
 * several. */
struct choice {
    const iso_states *s;
    const iso_reader *r;
    const iso_input *in;
    bool langs;  /* the file has several languages, of which one is named */
    bool layers; /* that language has several layers, of which one is named */
};

static bool takes_lang(const struct choice *choice, const iso_entry *e)
{
    return !choice->langs ||
           (e->lang && strcmp(iso_states_canonical(choice->s, e->lang),
                              iso_states_canonical(choice->s, choice->in->lang)) == 0);
}

static bool takes(const struct choice *choice, const iso_entry *e)
{
    return takes_lang(choice, e) && (!choice->layers || e->layer == choice->in->layer);
}

/* Whether entry i is the first of its language. */
static bool begins_lang(const iso_reader *r, int i)
{
    for (int k = 0; k < i; k++) {
        if (same_name(r->entries[k].lang, r->entries[i].lang))
            return false;
    }
    return true;
}

/* Appends the languages of a file that the word leaves out, the first dozen by name; their number.
 */
static iso_err list_others(iso_buf *out, int *count, const struct choice *choice)
{
    enum { NAMED = 12 };
    iso_err err = ISO_OK;

    *count = 0;
    for (int i = 0; i < choice->r->entry_count; i++) {
        const iso_entry *e = &choice->r->entries[i];
        if (takes_lang(choice, e) || !begins_lang(choice->r, i))
            continue;
        if (++*count <= NAMED)
            ISO_TRY(iso_buf_printf(out, "%s%s", out->len ? ", " : "",
                                   e->lang ? e->lang : "a matrix without a name"));
    }
    if (*count > NAMED)
        ISO_TRY(iso_buf_puts(out, ", ..."));
done:
    return err;
}

static iso_err check_langs(const struct choice *choice, int taken)
{
    iso_buf others = {0};
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(list_others(&others, &count, choice));
    if (taken == 0)
        ISO_FAIL(ISO_EARG,
                 "%s: holds %d languages, %s, and none of them is %s: name one of those, or the "
                 "file alone for all",
                 choice->in->path, count, others.text, choice->in->lang);
    iso_run_note(choice->s->opt.run, "%s: %s is taken, %d other language%s left out: %s",
                 choice->in->path, choice->in->lang, count, count == 1 ? " is" : "s are",
                 others.text);
done:
    iso_buf_free(&others);
    return err;
}

static iso_err look_at_word(struct choice *choice)
{
    const iso_reader *r = choice->r;
    int taken = 0, of_layer = 0;
    iso_err err = ISO_OK;

    for (int i = 1; i < r->entry_count; i++) {
        const iso_entry *a = &r->entries[0], *b = &r->entries[i];
        choice->langs |= choice->in->lang && !same_name(a->lang, b->lang);
        ISO_NEED(b->lang || a->lang || b->layer >= 0,
                 "%s: holds several matrices without names; name one with FILE:/path",
                 choice->in->path);
    }
    for (int i = 0; i < r->entry_count; i++) {
        taken += takes_lang(choice, &r->entries[i]);
        of_layer += takes_lang(choice, &r->entries[i]) && r->entries[i].layer == choice->in->layer;
    }
    if (choice->langs)
        ISO_TRY(check_langs(choice, taken));
    choice->layers = choice->in->layer >= 0 && taken > 1;
    ISO_NEED(!choice->layers || of_layer > 0, "%s: holds %d layers, none of which is %d",
             choice->in->path, taken, choice->in->layer);
done:
    return err;
}

iso_err iso_states_add_about(iso_states *s, struct source *src)
{
    const iso_states_info *about = &src->reader->info;
    iso_err err = ISO_OK;

    ISO_TRY(names_add(&src->classes, &s->classes, about->classes, about->class_count));
    ISO_TRY(names_add(&src->tags, &s->tagset, about->tagset, about->tag_count));
    s->info.model = s->info.model ? s->info.model : about->model;
    s->info.pooling = s->info.pooling ? s->info.pooling : about->pooling;
    s->info.compute = s->info.compute ? s->info.compute : about->compute;
    s->info.sentence = s->info.sentence ? s->info.sentence : about->sentence;
    s->info.recipe = s->info.recipe ? s->info.recipe : about->recipe;
    s->info.prompt = s->info.prompt ? s->info.prompt : about->prompt;
    if (about->source && !s->source_name)
        ISO_TRY(iso_str_dup(&s->source_name, iso_states_canonical(s, about->source), -1));
done:
    return err;
}

iso_err iso_states_merge(iso_states *s, int k, const iso_input *in)
{
    struct source *src = &s->sources[k];
    const iso_reader *r = src->reader;
    struct choice choice = {.s = s, .r = r, .in = in};
    iso_err err = ISO_OK;

    ISO_TRY(look_at_word(&choice));
    ISO_TRY(iso_states_add_about(s, src));
    for (int i = 0; i < r->entry_count; i++) {
        const iso_entry *e = &r->entries[i];
        const char *name = in->lang ? in->lang : e->lang ? e->lang : in->stem;
        const int layer = in->layer >= 0 ? in->layer : e->layer >= 0 ? e->layer : 0;
        struct language *language = NULL;
        if (!takes(&choice, e))
            continue;
        if (e->unclear && !in->lang)
            ISO_FAIL(ISO_EFORMAT, "%s: %s", in->path, e->unclear);
        ISO_TRY(iso_states_language(&language, s, name));
        ISO_TRY(iso_states_add_cell(s, language, (struct cell){layer, k, i}));
        const iso_lang *l = items_called(r, e->lang);
        if (l)
            ISO_TRY(iso_states_add_items(s, k, language, l));
    }
done:
    return err;
}
