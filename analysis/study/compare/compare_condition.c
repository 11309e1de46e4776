#include "analysis/study/compare/compare_condition.h"

#include <math.h>
#include <string.h>

#include "analysis/study/items/residual.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"
#include "lib/text/lang.h"

enum { MOST_AT_HAND = 4096 }; /* rows that the pass reads of a matrix at once */

bool iso_condition_is_length(const char *condition)
{
    return condition && strcmp(condition, "length") == 0;
}

bool iso_condition_is_pieces(const char *condition)
{
    return condition && strcmp(condition, "pieces") == 0;
}

iso_err iso_condition_check(const char *condition, const iso_baseline_opt *texts,
                            const iso_measure *const *measure, int measures)
{
    if ((iso_condition_is_length(condition) || iso_condition_is_pieces(condition)) && !texts->model)
        return iso_fail(ISO_EARG,
                        ISO_FIELD(condition) " %s needs " ISO_FIELD(
                            model) " DIR, the checkpoint of the states: its tokenizer cuts their "
                                   "texts",
                        condition);
    if (condition && strcmp(condition, "language") == 0)
        return iso_fail(ISO_EARG, ISO_FIELD(condition) " language is undefined: a side is of one "
                                                       "language, which has one value for all its "
                                                       "items; length, pieces, or a FILE of items "
                                                       "(a file of that name: ./language)");
    for (int m = 0; condition && m < measures; m++) {
        if (strcmp(measure[m]->measure, "cka") != 0)
            return iso_fail(ISO_EARG,
                            ISO_FIELD(condition) " is of cka, which compares kernels; %s:%s has "
                                                 "no form of it: " ISO_FIELD(measure) " cka",
                            measure[m]->measure, measure[m]->estimator);
    }
    return ISO_OK;
}

/* --- Tables --- */

/* FILE, or LANG=FILE. */
static iso_err add_table(struct condition *c, const char *word, const iso_run *run)
{
    struct condition_table *t = &c->table[c->tables];
    const char *equals = strchr(word, '=');
    iso_err err = ISO_OK;

    if (equals)
        ISO_TRY(iso_str_dup(&t->lang, word, equals - word));
    c->tables++;
    ISO_TRY(iso_covariates_read(&t->table, equals ? equals + 1 : word, run));
done:
    return err;
}

static iso_err read_tables(struct condition *c, const char *list, const iso_run *run)
{
    char *words = NULL, *next;
    int count = 1;
    iso_err err = ISO_OK;

    for (const char *at = list; *at; at++)
        count += *at == ',';
    ISO_TRY(iso_alloc(&c->table, count, sizeof *c->table));
    ISO_TRY(iso_str_dup(&words, list, -1));
    for (char *word = words; word; word = next) {
        next = strchr(word, ',');
        if (next)
            *next++ = '\0';
        ISO_NEED(*word, ISO_FIELD(condition) " is FILE or LANG=FILE,LANG=FILE, not '%s'", list);
        ISO_TRY(add_table(c, word, run));
    }
    for (int t = 0; t < c->tables && c->tables > 1; t++)
        ISO_NEED(c->table[t].lang, ISO_FIELD(condition) " %s: several files are LANG=FILE each",
                 list);
done:
    iso_free(words);
    return err;
}

static iso_err table_of(const struct covariates **out, const struct condition *c, const char *lang)
{
    for (int t = 0; t < c->tables; t++) {
        if (!c->table[t].lang || strcmp(c->table[t].lang, lang) == 0 ||
            iso_lang_same(c->table[t].lang, lang)) {
            *out = &c->table[t].table;
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EARG, ISO_FIELD(condition) " has no file for %s: %s=FILE", lang, lang);
}

/* --- Sides and designs --- */

/* What a table says of each item. */
static iso_err read_side(struct condition_side *s, const struct condition *c)
{
    const struct covariates *table = NULL;
    int64_t *row = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(table_of(&table, c, s->lang->name));
    ISO_TRY(iso_covariates_find(&row, table, s->lang));
    s->path = table->path;
    s->cols = table->cols;
    ISO_TRY(iso_alloc(&s->value, s->lang->items * s->cols, sizeof *s->value));
    for (int64_t i = 0; i < s->lang->items; i++)
        for (int64_t j = 0; j < s->cols; j++)
            s->value[i * s->cols + j] = row[i] < 0 ? NAN : table->value[row[i] * s->cols + j];
done:
    iso_free(row);
    return err;
}

/* n, log n, 1/n of each item's tokens. */
static iso_err measure_side(struct condition_side *s, const struct condition *c,
                            const struct origin *o)
{
    const struct surface *tokens = &c->surface.at[o->collection].surface;
    iso_mat m = {0};
    iso_err err = ISO_OK;

    s->path = "length";
    s->cols = ISO_SURFACE_LENGTHS;
    ISO_TRY(iso_surface_length(&m, &tokens->lang[iso_compare_surface_find(&c->surface, o)]));
    ISO_TRY(iso_alloc(&s->value, m.rows * m.cols, sizeof *s->value));
    iso_convert_f64(s->value, m.cols, iso_mat_view(&m));
done:
    iso_mat_free(&m);
    return err;
}

static iso_err side_of(const struct condition_side **out, struct condition *c, const iso_lang *lang,
                       const struct origin *o)
{
    struct condition_side s = {.lang = lang};
    iso_err err = ISO_OK;

    for (int i = 0; i < c->sides; i++) {
        if (c->side[i].lang == lang) {
            *out = &c->side[i];
            return ISO_OK;
        }
    }
    ISO_TRY(c->tables ? read_side(&s, c) : measure_side(&s, c, o));
    c->side[c->sides++] = s; /* room was made for all languages */
    *out = &c->side[c->sides - 1];
    s.value = NULL;
done:
    iso_free(s.value);
    return err;
}

/* One side's columns of the covariates, in the items' order. */
static iso_err fill(iso_mat *m, int64_t column, const struct condition_side *s, const int64_t *pick)
{
    int64_t missing = 0, first = 0;

    for (int64_t i = 0; i < m->rows; i++) {
        const int64_t row = pick ? pick[i] : i;
        const double *from = s->value + row * s->cols;
        if (isnan(from[0]) && missing++ == 0)
            first = row;
        for (int64_t j = 0; j < s->cols; j++)
            ((double *)m->data)[i * m->stride + column + j] = from[j];
    }
    if (missing == 0)
        return ISO_OK;
    return iso_fail(ISO_EARG, "%s: has nothing for item '%s' of %s, and for %lld of its %lld items",
                    s->path, s->lang->ids[first], s->lang->name, (long long)missing,
                    (long long)m->rows);
}

/* "lengths" of data/lengths.tsv. */
static iso_err add_name(iso_buf *text, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');

    return iso_buf_printf(text, "%s%.*s", text->len ? "+" : "",
                          (int)(dot && dot > name ? dot - name : (long)strlen(name)), name);
}

static const iso_lang *lang_of(const struct pairing *p, int matrix)
{
    const struct origin *o = &p->origin[matrix];

    return iso_states_lang(p->states[o->collection], o->lang);
}

static bool same_rows(const struct condition *c, const struct pairing *p, int a, int b)
{
    const int64_t n = p->rows[a]->rows;
    const int64_t *x = c->pick[a], *y = c->pick[b];

    return lang_of(p, a) == lang_of(p, b) && n == p->rows[b]->rows && !x == !y &&
           (!x || memcmp(x, y, (size_t)n * sizeof *x) == 0);
}

static iso_err new_design(struct condition_design **out, struct condition *c,
                          const struct pairing *p, iso_gram_pair pair)
{
    const int64_t *px = c->pick[pair.x], *py = c->pick[pair.y];
    const struct condition_side *x, *y;
    struct condition_design *d = NULL;
    iso_mat m = {0};
    iso_err err = ISO_OK;

    ISO_TRY(side_of(&x, c, lang_of(p, pair.x), &p->origin[pair.x]));
    ISO_TRY(side_of(&y, c, lang_of(p, pair.y), &p->origin[pair.y]));
    ISO_TRY(iso_mat_new(&m, p->rows[pair.x]->rows, x->cols + y->cols, ISO_F64));
    ISO_TRY(fill(&m, 0, x, px));
    ISO_TRY(fill(&m, x->cols, y, py));
    ISO_TRY(iso_alloc(&d, 1, sizeof *d));
    d->x = pair.x;
    d->y = pair.y;
    ISO_TRY(add_name(&d->text, x->path));
    if (strcmp(x->path, y->path) != 0)
        ISO_TRY(add_name(&d->text, y->path));
    ISO_TRY(iso_design_make(&d->design, iso_mat_view(&m)));
    *out = d;
    d = NULL;
done:
    iso_mat_free(&m);
    if (d)
        iso_buf_free(&d->text);
    iso_free(d);
    return err;
}

static iso_err design_of(int *out, struct condition *c, const struct pairing *p, iso_gram_pair pair)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < c->designs; i++) {
        const struct condition_design *d = c->design[i];
        if (same_rows(c, p, d->x, pair.x) && same_rows(c, p, d->y, pair.y)) {
            *out = i;
            return ISO_OK;
        }
    }
    ISO_TRY(new_design(&c->design[c->designs], c, p, pair));
    *out = c->designs++;
done:
    return err;
}

/* The number of the residuals of a matrix. */
static int residual(struct condition *c, int matrix, int design)
{
    for (int m = 0; m < c->matrices; m++) {
        if (c->made_of[m][0] == matrix && c->made_of[m][1] == design)
            return m;
    }
    c->made_of[c->matrices][0] = matrix;
    c->made_of[c->matrices][1] = design;
    return c->matrices++;
}

static iso_err make(struct condition *c, const char *condition, const iso_baseline_opt *texts,
                    const struct pairing *p, const iso_run *run)
{
    int design;
    iso_err err = ISO_OK;

    if (iso_condition_is_length(condition))
        ISO_TRY(iso_compare_surface_make(&c->surface, p, texts, run));
    else
        ISO_TRY(read_tables(c, condition, run));
    ISO_TRY(iso_alloc(&c->side, 2 * p->matrices, sizeof *c->side));
    ISO_TRY(iso_alloc(&c->pick, p->matrices, sizeof *c->pick));
    ISO_TRY(iso_alloc(&c->design, p->pairs, sizeof *c->design));
    ISO_TRY(iso_alloc(&c->made_of, 2 * p->pairs, sizeof *c->made_of));
    ISO_TRY(iso_alloc(&c->pair, p->pairs, sizeof *c->pair));
    ISO_TRY(iso_alloc(&c->design_of, p->pairs, sizeof *c->design_of));
    ISO_TRY(iso_alloc(&c->by_pair, p->pairs, sizeof *c->by_pair));
    for (int m = 0; m < p->matrices; m++)
        c->pick[m] = iso_rows_picked(p->rows[m]);
    for (int64_t i = 0; i < p->pairs; i++) {
        ISO_TRY(design_of(&design, c, p, p->pair[i]));
        c->design_of[i] = design;
        c->by_pair[i] = &c->design[design]->design;
        c->pair[i] =
            (iso_gram_pair){residual(c, p->pair[i].x, design), residual(c, p->pair[i].y, design)};
    }
done:
    return err;
}

iso_err iso_condition_make(struct condition *out, const char *condition,
                           const iso_baseline_opt *texts, const struct pairing *p,
                           const iso_run *run)
{
    const bool none = !condition || iso_condition_is_pieces(condition);
    struct condition c = {0};
    iso_err err = none ? ISO_OK : make(&c, condition, texts, p, run);

    if (!err)
        *out = c;
    else
        iso_condition_free(&c);
    return err;
}

/* --- The task --- */

iso_err iso_condition_open(struct condition *c, struct pairing *p, const iso_run *run)
{
    iso_err err = ISO_OK;

    if (!c->pair)
        return ISO_OK;
    ISO_TRY(iso_alloc(&c->rows, c->matrices, sizeof *c->rows));
    ISO_TRY(iso_alloc(&c->set, c->matrices, sizeof *c->set));
    for (int m = 0; m < c->matrices; m++)
        ISO_TRY(iso_residual_open(&c->rows[m], p->rows[c->made_of[m][0]],
                                  &c->design[c->made_of[m][1]]->design, &c->buffer, run));
    for (int m = 0; m < c->matrices; m++)
        c->set[m] = p->set[c->made_of[m][0]];
    p->task.matrix = c->rows;
    p->task.matrices = c->matrices;
    p->task.pair = c->pair;
    p->task.set = c->set;
    p->task.peers = NULL;
    p->task.design = c->by_pair;
done:
    return err;
}

iso_err iso_condition_fit(struct condition *c, const iso_run *run)
{
    iso_err err = ISO_OK;

    for (int m = 0; m < c->matrices; m++) {
        ISO_TRY(iso_run_step(run, "regressions", m, c->matrices, "matrices"));
        ISO_TRY(iso_residual_fit(c->rows[m]));
    }
done:
    return err;
}

void iso_condition_judge(iso_value *values, const iso_task *task, const struct condition *c)
{
    for (int64_t i = 0; c->by_pair && i < task->pairs; i++) {
        const char *why = c->by_pair[i]->why;
        for (int m = 0; why && m < task->measures; m++)
            values[i * task->measures + m] =
                iso_value_undefined(values[i * task->measures + m].n, why);
    }
}

const char *iso_condition_text(const struct condition *c, int64_t pair)
{
    return c->by_pair ? c->design[c->design_of[pair]]->text.text : NULL;
}

int64_t iso_condition_reads(const struct condition *c)
{
    int64_t bytes = 0;

    for (int m = 0; m < c->matrices; m++)
        bytes += c->rows[m]->rows * c->rows[m]->cols * (int64_t)iso_dtype_size(c->rows[m]->dtype);
    return bytes;
}

int64_t iso_condition_keeps(const struct condition *c)
{
    int64_t bytes = 0, most = 0;

    for (int i = 0; i < c->sides; i++)
        bytes += c->side[i].lang->items * c->side[i].cols * (int64_t)sizeof(double);
    for (int i = 0; i < c->designs; i++)
        bytes += c->design[i]->design.n * c->design[i]->design.rank * (int64_t)sizeof(double);
    for (int m = 0; m < c->matrices; m++) {
        const iso_rows *x = c->rows[m];
        const int64_t rows = x->rows < MOST_AT_HAND ? x->rows : MOST_AT_HAND;
        const int64_t hand = rows * x->cols * (int64_t)iso_dtype_size(x->dtype);
        most = hand > most ? hand : most;
        bytes += iso_residual_bytes(x);
    }
    return bytes + most;
}

void iso_condition_free(struct condition *c)
{
    for (int t = 0; c->table && t < c->tables; t++) {
        iso_free(c->table[t].lang);
        iso_covariates_free(&c->table[t].table);
    }
    for (int i = 0; i < c->sides; i++)
        iso_free(c->side[i].value);
    for (int i = 0; i < c->designs; i++) {
        iso_design_free(&c->design[i]->design);
        iso_buf_free(&c->design[i]->text);
        iso_free(c->design[i]);
    }
    for (int m = 0; c->rows && m < c->matrices; m++)
        iso_rows_close(c->rows[m]);
    iso_compare_surface_free(&c->surface);
    iso_free(c->table);
    iso_free(c->side);
    iso_free(c->pick);
    iso_free(c->design);
    iso_free(c->rows);
    iso_free(c->set);
    iso_free(c->made_of);
    iso_free(c->pair);
    iso_free(c->by_pair);
    iso_free(c->design_of);
    iso_mat_free(&c->buffer);
    *c = (struct condition){0};
}
