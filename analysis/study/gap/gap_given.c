/* A third quantity: by language (a row each), or of pairs of languages. */
#include <math.h>
#include <string.h>

#include "analysis/study/gap/gap_inside.h"
#include "lib/io/record_read.h"
#include "lib/base/alloc.h"
#include "lib/text/lang.h"

/* "distance" of data/distance.tsv. */
static iso_err stem_of(char **out, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');

    return iso_str_dup(out, name, dot && dot > name ? dot - name : -1);
}

/* Names of columns and, of pairs, rows as records have them. */
static iso_err name_all(struct gap_given *g)
{
    const iso_scores *t = &g->table;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&g->lang, t->langs, sizeof *g->lang));
    ISO_TRY(iso_alloc(&g->row, t->rows, sizeof *g->row));
    for (int i = 0; i < t->langs; i++)
        g->lang[i] = iso_lang_canonical(t->lang[i]);
    for (int i = 0; i < t->rows; i++)
        g->row[i] = iso_lang_canonical(t->row[i]);
done:
    return err;
}

iso_err iso_gap_given_open(struct gap_given *out, const char *path, const iso_run *run)
{
    struct gap_given g = {0};
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_records_bytes(&text, path, run));
    err = iso_gap_table_read(&g.table, &text, path, run);
    if (err) {
        err = iso_fail_in(err, "%s", path);
        goto done;
    }
    ISO_TRY(stem_of(&g.stem, path));
    ISO_TRY(name_all(&g));
    g.count = g.table.pairs ? 1 : g.table.rows;
    ISO_NEED(g.count <= GAP_THIRDS, "%s has %d rows; " ISO_FIELD(given) " takes up to %d", path,
             g.count, GAP_THIRDS);
    *out = g;
    g = (struct gap_given){0};
done:
    iso_buf_free(&text);
    iso_gap_given_free(&g);
    return err;
}

void iso_gap_given_free(struct gap_given *g)
{
    iso_scores_free(&g->table);
    iso_free(g->stem);
    iso_free(g->lang);
    iso_free(g->row);
    *g = (struct gap_given){0};
}

const char *iso_gap_given_name(const struct gap_given *g, int i)
{
    return g->table.pairs || !*g->table.row[i] ? g->stem : g->table.row[i];
}

static double by_language(const struct gap_given *g, int row, const char *lang)
{
    const iso_scores *t = &g->table;

    for (int i = 0; i < t->langs; i++) {
        const double value = t->value[(int64_t)row * t->langs + i];
        if (!isnan(value) && strcmp(g->lang[i], lang) == 0)
            return value;
    }
    return NAN;
}

static double of_pair(const struct gap_given *g, const char *a, const char *b)
{
    for (int row = 0; row < g->table.rows; row++) {
        const double value = strcmp(g->row[row], a) == 0 ? by_language(g, row, b) : NAN;
        if (!isnan(value))
            return value;
    }
    return NAN;
}

static double of_either(const struct gap_given *g, const char *a, const char *b)
{
    const double value = of_pair(g, a, b);

    return isnan(value) ? of_pair(g, b, a) : value;
}

double iso_gap_given_at(const struct gap_given *g, int i, const char *src, const char *lang)
{
    return g->table.pairs ? of_either(g, src, lang) : by_language(g, i, lang);
}

double iso_gap_given_apart(const struct gap_given *g, int i, const char *a, const char *b)
{
    if (g->table.pairs)
        return of_either(g, a, b);
    return fabs(by_language(g, i, a) - by_language(g, i, b));
}
