/* Held-out rows whose partners change places within their fold. */
#include <math.h>

#include "analysis/pass/permute.h"
#include "analysis/study/align/align_inside.h"
#include "analysis/study/items/item_permutations.h"
#include "lib/base/alloc.h"

enum { BATCH = 1024 };

void iso_align_permute_free(struct align_permute *p)
{
    iso_free(p->record);
    iso_free(p->against);
    iso_free(p->permuted);
    *p = (struct align_permute){0};
}

/* --- Retrieval --- */

/* Those of one fold who ask, and where the answers of each begin. */
struct members {
    int64_t n, *asked; /* numbers in align_found */
    uint64_t *key;
    int32_t *order; /* a batch of permutations */
};

static void list_members(struct members *m, const struct align_rows *rows,
                         const struct align_found *f, int fold)
{
    const struct align_split *s = rows->split;

    m->n = 0;
    for (int64_t a = 0; a < f->asked; a++)
        if (s->fold[f->asks[a]] == fold) {
            m->key[m->n] = rows->key[s->query[f->asks[a]]];
            m->asked[m->n++] = a;
        }
}

/* Whether one of the k nearest rows of who asks is an answer of another. */
static bool hit(const struct align_found *f, int64_t who, int64_t other, int64_t k)
{
    const int32_t *near = f->near->index + f->query[who] * f->near->k;

    for (int64_t r = 0; r < k && r < f->near->k; r++)
        for (int64_t a = f->first[other]; a < f->first[other + 1]; a++)
            if (near[r] == f->target[a])
                return true;
    return false;
}

static void add_hits(double *to, const struct members *m, const struct align_found *f,
                     int64_t count, int64_t k, double weight)
{
#pragma omp parallel for schedule(static)
    for (int64_t b = 0; b < count; b++) {
        int64_t hits = 0;
        for (int64_t i = 0; i < m->n; i++)
            hits += hit(f, m->asked[i], m->asked[m->order[b * m->n + i]], k);
        to[b] += weight * (double)hits;
    }
}

static iso_err permute_fold(double *permuted, struct members *m, const struct align_ask *ask,
                            iso_rule rule, const struct align_found *f, double weight)
{
    const int64_t all = ask->opt.permutations + 1;
    const iso_permutations p = {.count = all - 1, .key = m->key, .items = m->n};
    iso_err err = ISO_OK;

    for (int64_t first = 0, count; first < all; first += count) {
        count = all - first < BATCH ? all - first : BATCH;
        ISO_TRY(iso_permutations_draw(m->order, NULL, &p, first, count));
        for (int i = 0; i < ask->measures; i++) {
            const struct align_measure *a = &ask->measure[i];
            if (!a->of && a->rule == rule && a->k > 0)
                add_hits(permuted + i * all + first, m, f, count, a->k, weight);
        }
    }
done:
    return err;
}

iso_err iso_align_permute_hits(double *permuted, const struct align_ask *ask,
                               const struct align_rows *rows, iso_rule rule,
                               const struct align_found *f)
{
    const struct align_split *s = rows->split;
    struct members m = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&m.asked, f->asked, sizeof *m.asked));
    ISO_TRY(iso_alloc(&m.key, f->asked, sizeof *m.key));
    ISO_TRY(iso_alloc(&m.order, BATCH * f->asked, sizeof *m.order));
    for (int fold = 0; fold < s->folds; fold++) {
        list_members(&m, rows, f, fold);
        if (m.n > 0)
            ISO_TRY(permute_fold(permuted, &m, ask, rule, f, 1 / (double)s->asked));
    }
done:
    iso_free(m.asked);
    iso_free(m.key);
    iso_free(m.order);
    return err;
}

/* --- Similarities --- */

iso_err iso_align_permute_task(double *permuted, const struct align_ask *ask,
                               const struct align_rows *rows, const iso_task *task,
                               const int64_t *row)
{
    const int64_t n = task->matrix[0]->rows, all = ask->opt.permutations + 1;
    iso_run quiet = ask->run ? *ask->run : (iso_run){0};
    iso_task some = *task;
    uint64_t *key = NULL;
    double *own = NULL;
    iso_err err = ISO_OK;

    some.pairs = ALIGN_PERMUTED;
    quiet.note = NULL; /* what has none is noted once, in the end */
    ISO_TRY(iso_alloc(&key, n, sizeof *key));
    ISO_TRY(iso_alloc(&own, some.pairs * some.measures * all, sizeof *own));
    for (int64_t i = 0; i < n; i++)
        key[i] = rows->key[row[i]];
    const iso_permutations p = {.count = all - 1, .key = key, .items = n};
    ISO_TRY(iso_permute(own, &some, &p, &quiet));
    for (int64_t stage = 0; stage < some.pairs; stage++)
        for (int m = 0, at = 0; m < ask->measures; m++) {
            if (!ask->measure[m].of)
                continue;
            const double *from = own + (stage * some.measures + at++) * all;
            double *to = permuted + (stage * ask->measures + m) * all;
            for (int64_t b = 0; b < all; b++)
                to[b] += from[b] / rows->split->folds;
        }
done:
    iso_free(key);
    iso_free(own);
    return err;
}

/* --- All values --- */

iso_err iso_align_permute_keep(struct align_permute *p, const struct align_ask *ask, int64_t record,
                               const double *permuted, int measure)
{
    const struct align_measure *m = &ask->measure[measure];
    const int64_t all = ask->opt.permutations + 1;
    iso_err err = ISO_OK;

    if (!m->of && m->k == 0) /* the places of all rows are not made */
        return ISO_OK;
    if (p->count == p->room) {
        const int64_t room = p->room ? 2 * p->room : 64;
        ISO_TRY(iso_permutations_room(all - 1, room, ask->run));
        ISO_TRY(iso_realloc(&p->record, p->count, room, sizeof *p->record));
        ISO_TRY(iso_realloc(&p->against, p->count, room, sizeof *p->against));
        ISO_TRY(iso_realloc(&p->permuted, p->count * all, room * all, sizeof *p->permuted));
        p->room = room;
    }
    p->record[p->count] = record;
    p->against[p->count] = m->of ? m->of->against : (iso_against){1, true, 1};
    for (int64_t b = 0; b < all; b++)
        p->permuted[p->count * all + b] = permuted[b];
    p->count++;
done:
    return err;
}

static void note_absent(const struct align_ask *ask)
{
    iso_run_note(ask->run, "p is of the stages before and centred: after a map it would take a map "
                           "for every permutation");
    for (int m = 0; m < ask->measures; m++) {
        const struct align_measure *a = &ask->measure[m];
        if (a->of ? !a->of->null_model : a->k == 0)
            iso_run_note(ask->run, "%s:%s has no p: %s", a->name, a->estimator,
                         a->of ? "it has no null model of permutations"
                               : "the places of all rows are not made here");
    }
}

iso_err iso_align_permute_judge(iso_records *out, const struct align_permute *p,
                                const struct align_ask *ask)
{
    iso_value *v = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&v, p->count, sizeof *v));
    for (int64_t c = 0; c < p->count; c++) {
        const iso_record *r = &out->at[p->record[c]];
        v[c] = iso_value_none();
        v[c].value = r->value;
        v[c].null = r->null;
        v[c].null_sd = r->null_sd;
    }
    ISO_TRY(iso_permutations_judge(v, p->permuted, p->against, p->count, ask->opt.permutations));
    for (int64_t c = 0; c < p->count; c++) {
        iso_record *r = &out->at[p->record[c]];
        r->p = v[c].p;
        r->p_max = v[c].p_max;
        r->calibrated = v[c].calibrated;
        r->null = v[c].null;
        r->null_sd = v[c].null_sd;
        r->permutations = v[c].permutations ? v[c].permutations : ISO_NO_INT;
        r->family = v[c].family ? v[c].family : ISO_NO_INT;
    }
    note_absent(ask);
done:
    iso_free(v);
    return err;
}
