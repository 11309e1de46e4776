#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/states_inside.h"
#include "lib/io/transpose.h"

const iso_states_info *iso_states_about(const iso_states *s)
{
    static const iso_states_info nothing;

    return s ? &s->info : &nothing;
}

int iso_states_files(const iso_states *s)
{
    return s->files ? s->source_count : 0;
}

const char *iso_states_name(const iso_states *s)
{
    return s ? s->sources[0].path : "no states";
}

const iso_states_file *iso_states_file_at(const iso_states *s, int i)
{
    return &s->files[i];
}

int iso_states_langs(const iso_states *s)
{
    return s ? s->language_count : 0;
}

const iso_lang *iso_states_lang(const iso_states *s, int i)
{
    return &s->languages[i].info;
}

int iso_states_find(const iso_states *s, const char *name)
{
    name = iso_states_canonical(s, name);
    for (int i = 0; i < s->language_count; i++) {
        if (strcmp(s->languages[i].name, name) == 0)
            return i;
    }
    return -1;
}

iso_err iso_states_need(int *out, const iso_states *s, const char *name)
{
    enum { NAMED = 12 };
    const char **names = NULL, *near;
    iso_buf list = {0};
    iso_err err = ISO_OK;

    const int found = iso_states_find(s, name);
    if (found >= 0) {
        *out = found;
        return ISO_OK;
    }
    ISO_TRY(iso_alloc(&names, s->language_count, sizeof *names));
    for (int i = 0; i < s->language_count; i++)
        names[i] = s->languages[i].name;
    near = iso_str_nearest(name, names, s->language_count);
    ISO_TRY(iso_buf_names(&list, names, s->language_count, NAMED));
    ISO_FAIL(ISO_EARG, "%s: no language '%s'%s%s%s among its %d: %s", iso_states_name(s), name,
             near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "", s->language_count,
             list.text ? list.text : "none");
done:
    iso_buf_free(&list);
    iso_free(names);
    return err;
}

static iso_err find_cell(const struct cell **out, const iso_states *s, int lang, int layer)
{
    iso_err err = ISO_OK;

    ISO_NEED(lang >= 0 && lang < s->language_count, "no language number %d among %d", lang,
             s->language_count);
    const struct language *language = &s->languages[lang];
    for (int i = 0; i < language->cell_count; i++) {
        if (language->cells[i].layer == layer) {
            *out = &language->cells[i];
            return ISO_OK;
        }
    }
    ISO_FAIL(ISO_EARG, "%s: %s has no layer %d", iso_cell_path(s, language->cells), language->name,
             layer);
done:
    return err;
}

static bool pooled(const iso_states *s, const struct language *language)
{
    return language->offsets && s->pool != ISO_POOL_NONE;
}

/* The rows as the file has them, turned and pooled as asked. */
static iso_err open_rows(iso_rows **out, iso_states *s, const struct language *language,
                         const struct cell *c)
{
    iso_reader *reader = s->sources[c->source].reader;
    iso_rows *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(reader->rows(reader, c->entry, &rows));
    if (iso_cell_turned(s, c))
        ISO_TRY(iso_rows_transpose(&rows, rows, s->opt.run));
    if (pooled(s, language))
        ISO_TRY(iso_rows_pool(&rows, rows, language->offsets, language->info.items, s->pool,
                              s->opt.specials));
    *out = rows;
    rows = NULL;
done:
    iso_rows_close(rows);
    return err;
}

iso_err iso_states_rows(iso_rows **out, iso_states *s, int lang, int layer)
{
    const struct cell *c = NULL;
    iso_rows *rows = NULL;
    iso_buf name = {0};
    iso_err err = ISO_OK;

    ISO_TRY(find_cell(&c, s, lang, layer));
    const struct language *language = &s->languages[lang];
    ISO_TRY(iso_buf_printf(&name, "%s: %s, layer %d", iso_cell_path(s, c), language->name, layer));
    ISO_TRY(open_rows(&rows, s, language, c));
    if (rows->rows < language->info.rows)
        ISO_FAIL(ISO_EFORMAT, "%s: has %lld rows, %lld expected", name.text, (long long)rows->rows,
                 (long long)language->info.rows);
    rows->rows = language->info.rows; /* the limit */
    iso_free(rows->name);
    rows->name = name.text;
    name = (iso_buf){0};
    *out = rows;
    rows = NULL;
done:
    iso_rows_close(rows);
    iso_buf_free(&name);
    return err;
}

iso_err iso_states_shape(int64_t *rows, int64_t *cols, iso_dtype *dtype, iso_states *s, int lang,
                         int layer)
{
    const struct cell *c = NULL;
    iso_err err = find_cell(&c, s, lang, layer);

    if (err)
        return err;
    const struct language *language = &s->languages[lang];
    const iso_dtype own = iso_cell_entry(s, c)->dtype;
    *rows = language->info.rows;
    *cols = iso_cell_cols(s, c);
    *dtype = pooled(s, language) ? iso_pool_dtype(own) : own;
    return ISO_OK;
}
