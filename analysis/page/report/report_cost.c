/* What a report costs, counted beforehand from shapes alone, and the share of it that is done. */
#include "analysis/page/report/report_cost.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/page/report/report_inside.h"
#include "analysis/study/items/selection.h"
#include "analysis/study/probe/probes.h"

/* Parts that would take more are left to their commands: of maps and searches a quarter of a
 * minute, of probes (rows · dims · classes in sixteens, over layers) about a minute. */
static const double MAPPED_MOST = 2e12, MINGLED_MOST = 2e12, PROBED_MOST = 2e8;

enum { FOLDS = 5, SEEDS = 3, SENTENCE = 40 };

static const char *const names[REPORT_PARTS] = {
    "random networks", "similarity", "centroids", "retrieval", "maps",   "layers",  "pairs",
    "mingling",        "probes",     "distances", "sources",   "mixing", "drawing",
};

/* The step of a part that counts what it does; NULL: it has several, none of which says how far. */
static const char *const steps[REPORT_PARTS] = {
    [REPORT_NETWORKS] = "embedding", [REPORT_RETRIEVAL] = "retrieving",
    [REPORT_ALIGNMENT] = "aligning", [REPORT_MINGLING] = "mingling",
    [REPORT_PROBES] = "probing",     [REPORT_ROBUST] = "probing",
    [REPORT_MIXING] = "mixing",      [REPORT_DRAWING] = "drawing",
};

/* --- Counting --- */

/* Sizes of what is selected, summed over layers. */
struct shapes {
    double pairs, langs, layers, classes;
    double rows;                    /* of the source */
    double dims, gram, maps, joint; /* d; n d min(n, d); 25 d³ + 4 n d² + 8·10⁶ d; (Σ n)² d */
    double widest;
};

static iso_err add_layer(struct shapes *s, const struct report *report, const struct selection *sel,
                         int src, int layer)
{
    int64_t rows, cols;
    iso_dtype type;
    double all = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < sel->lang_count; i++) {
        ISO_TRY(iso_states_shape(&rows, &cols, &type, report->states, sel->lang[i], layer));
        all += (double)rows;
    }
    ISO_TRY(iso_states_shape(&rows, &cols, &type, report->states, src, layer));
    const double n = (double)rows, d = (double)cols, least = n < d ? n : d;
    s->rows = n;
    s->dims += d;
    s->widest = d > s->widest ? d : s->widest;
    s->gram += n * d * least;
    s->maps += 25 * d * d * d + 4 * n * d * d + 8e6 * d; /* small decompositions are slow */
    s->joint += all * all * d;
done:
    return err;
}

static iso_err shapes_of(struct shapes *out, const struct report *report,
                         const struct selection *sel, int src)
{
    const iso_states_info *about = iso_states_about(report->states);
    iso_err err = ISO_OK;

    *out = (struct shapes){.pairs = sel->pair_count, .langs = sel->lang_count};
    out->layers = sel->layer_count;
    out->classes = ceil(
        (about->class_count > about->tag_count ? about->class_count : about->tag_count) / 16.0);
    for (int k = 0; k < sel->layer_count; k++)
        ISO_TRY(add_layer(out, report, sel, src, sel->layer[k]));
done:
    return err;
}

/* How often a study runs that runs beside its baselines too. */
static int rounds_of(const iso_report_opt *o)
{
    const char *kinds = o->baseline ? o->baseline : "";

    return 1 + (strstr(kinds, "random") || o->baseline_states ? SEEDS : 0) +
           (strstr(kinds, "pieces") != NULL) + (strstr(kinds, "length") != NULL);
}

static void leave(struct report_cost *c, enum report_part part, bool far)
{
    c->left[part] = far;
    if (far)
        c->part[part] = 0;
}

/* The factors before the products are what the parts take beside a product's operations, measured
 * at 200 to 800 rows of 128 to 384 dims. */
static void count_languages(struct report_cost *c, const iso_report_opt *o, const struct shapes *s)
{
    const double rounds = c->rounds;
    const double across = s->pairs < REPORT_ACROSS_MOST ? s->pairs : REPORT_ACROSS_MOST;
    const double permuted = 1 + (double)o->permutations / 20;

    c->part[REPORT_COMPARE] = rounds * permuted * s->pairs * (8 * s->gram + 1e6 * s->layers);
    c->part[REPORT_CENTROIDS] = rounds * permuted * s->pairs * 2e4 * s->dims;
    c->part[REPORT_RETRIEVAL] = rounds * permuted * s->pairs *
                                (s->rows * s->rows * 8 * s->dims + 2e6 * s->rows * s->layers);
    leave(c, REPORT_RETRIEVAL, s->rows > REPORT_SEARCHED_MOST);
    c->part[REPORT_ALIGNMENT] = rounds * FOLDS * s->pairs * s->maps;
    leave(c, REPORT_ALIGNMENT,
          FOLDS * s->pairs * s->layers * s->widest * s->widest * (25 * s->widest + 2 * s->rows) >
              MAPPED_MOST);
    if (s->layers > 1)
        c->part[REPORT_ACROSS] = permuted * across * s->layers * (2 * s->gram + 1e6 * s->layers);
    if (s->pairs > 1)
        c->part[REPORT_PAIRS] =
            permuted * s->langs / 2 * s->pairs * (2 * s->gram + 2e6 * s->layers);
    c->part[REPORT_MINGLING] = rounds * (3 * s->joint + 4e9 * s->layers);
    leave(c, REPORT_MINGLING, 2 * s->joint > MINGLED_MOST);
    c->part[REPORT_SETS] = s->langs > 3 ? 8 * s->pairs * s->gram : 0;
}

static void count_probes(struct report_cost *c, const struct report *report, const struct shapes *s,
                         int src)
{
    const iso_report_opt *o = report->opt;
    const double fits = s->rows * s->dims * 16 * s->classes * (o->each_source ? s->langs : 1);

    if (!iso_probe_has_labels(report->states, src))
        return;
    c->part[REPORT_PROBES] = c->rounds * 4e4 * fits;
    c->part[REPORT_ROBUST] = 4e4 * fits;
    leave(c, REPORT_PROBES, fits > PROBED_MOST);
    leave(c, REPORT_ROBUST, fits > PROBED_MOST);
}

/* Measures alone: of these, compare runs, across layers and all pairs. */
static void keep_measures(struct report_cost *c)
{
    for (int p = 0; p < REPORT_PARTS; p++) {
        if (p != REPORT_COMPARE && p != REPORT_ACROSS && p != REPORT_PAIRS)
            c->part[p] = 0;
    }
}

static iso_err count_states(struct report_cost *c, const struct report *report)
{
    const iso_report_opt *o = report->opt;
    struct selection sel = {0};
    struct shapes s;
    int src = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_source(&src, &o->select, report->states));
    ISO_TRY(iso_selection_make(&sel, &o->select, report->states, false));
    ISO_TRY(shapes_of(&s, report, &sel, src));
    if (o->baseline && strstr(o->baseline, "random") && !o->baseline_states)
        c->part[REPORT_NETWORKS] = SEEDS * s.langs * s.rows * SENTENCE *
                                   sel.layer[sel.layer_count - 1] * 24 * s.widest * s.widest;
    count_languages(c, o, &s);
    count_probes(c, report, &s, src);
    if (o->measure)
        keep_measures(c);
done:
    iso_selection_free(&sel);
    return err;
}

double iso_report_cost_all(const struct report_cost *c)
{
    double sum = 0;

    for (int p = 0; p < REPORT_PARTS; p++)
        sum += c->part[p];
    return sum;
}

/* Mixing gets what the rest leaves of the time, a quarter at least. */
iso_err iso_report_cost(struct report_cost *out, const struct report *report, const iso_run *run)
{
    const iso_report_opt *o = report->opt;
    const double most = o->time * ISO_REPORT_RATE;
    iso_err err = ISO_OK;

    *out = (struct report_cost){.rounds = rounds_of(o)};
    if (report->states)
        ISO_TRY(count_states(out, report));
    out->part[REPORT_DRAWING] = 1e11;
    if (!iso_report_mixes(o))
        return ISO_OK;
    const double rest = most - iso_report_cost_all(out);
    ISO_TRY(iso_report_mix_fit(&out->mixing, report, rest > most / 4 ? rest : most / 4, run));
    out->part[REPORT_MIXING] = out->mixing.operations;
    leave(out, REPORT_MIXING, out->mixing.items == 0);
done:
    return err;
}

void iso_report_cost_free(struct report_cost *c)
{
    iso_buf_free(&c->mixing.layers);
    *c = (struct report_cost){0};
}

/* --- Saying --- */

/* "about 90 s", "about 5 min", "about 2.5 h"; never less than a second. */
static const char *time_text(char *out, size_t room, double operations)
{
    const double s = ceil(operations / ISO_REPORT_RATE);

    if (s < 120)
        (void)snprintf(out, room, "about %.0f s", s);
    else if (s < 7200)
        (void)snprintf(out, room, "about %.0f min", s / 60);
    else
        (void)snprintf(out, room, "about %.1f h", s / 3600);
    return out;
}

iso_err iso_report_cost_cut(iso_buf *out, const struct report_cost *c, const iso_report_opt *opt)
{
    const struct mix_fit *m = &c->mixing;
    const double rest = iso_report_cost_all(c) - c->part[REPORT_MIXING], whole = rest + m->all;
    char limit[32], other[32];
    iso_err err = ISO_OK;

    if (m->of_items == 0 || (m->items == m->of_items && m->places == m->of_places))
        return ISO_OK;
    if (m->items == 0)
        ISO_TRY(iso_buf_puts(out, "mixing is left out"));
    else if (m->items == m->of_items)
        ISO_TRY(iso_buf_puts(out, "mixing takes all sentences"));
    else
        ISO_TRY(iso_buf_printf(out, "mixing takes %lld of %lld sentences", (long long)m->items,
                               (long long)m->of_items));
    if (m->items > 0 && m->places < m->of_places)
        ISO_TRY(iso_buf_printf(out, " and layers %s of %d", m->layers.text, m->of_places));
    (void)time_text(limit, sizeof limit, opt->time * ISO_REPORT_RATE);
    if (rest + c->part[REPORT_MIXING] <= opt->time * ISO_REPORT_RATE)
        ISO_TRY(iso_buf_printf(out, ", to stay within %s in all", limit + strlen("about ")));
    else /* nothing else is cut */
        ISO_TRY(iso_buf_printf(out, ": the rest alone takes %s of the %s asked for",
                               time_text(other, sizeof other, rest), limit + strlen("about ")));
    ISO_TRY(iso_buf_printf(out, "; " ISO_FIELD(time) " %.0f%c takes the whole",
                           ceil(whole / ISO_REPORT_RATE / (whole > 3e12 ? 60 : 1)),
                           whole > 3e12 ? 'm' : 's'));
done:
    return err;
}

iso_err iso_report_cost_facts(iso_facts *out, const struct report_cost *c)
{
    const struct mix_fit *m = &c->mixing;
    iso_err err = ISO_OK;

    if (m->of_items > 0) {
        ISO_TRY(iso_facts_count(out, "sentences mixed", m->items));
        ISO_TRY(iso_facts_count(out, "of sentences", m->of_items));
        ISO_TRY(iso_facts_text(out, "layers mixed", m->items ? m->layers.text : "none"));
    }
    for (int p = 0; p < REPORT_PARTS; p++) {
        if (c->part[p] > 0)
            ISO_TRY(iso_facts_real(out, names[p], c->part[p]));
    }
    ISO_TRY(iso_facts_real(out, "operations", iso_report_cost_all(c)));
    ISO_TRY(iso_facts_real(out, "seconds", iso_report_cost_all(c) / ISO_REPORT_RATE));
done:
    return err;
}

iso_err iso_report_cost_note(const struct report_cost *c, const iso_report_opt *opt,
                             const iso_run *run)
{
    const double all = iso_report_cost_all(c);
    char text[32];
    iso_buf cut = {0};
    int most = 0;
    iso_err err = ISO_OK;

    for (int p = 1; p < REPORT_PARTS; p++)
        most = c->part[p] > c->part[most] ? p : most;
    iso_run_note(run, "this report takes %s at %.0f billion operations a second, %.0f %% of it %s",
                 time_text(text, sizeof text, all), ISO_REPORT_RATE / 1e9,
                 100 * c->part[most] / all, names[most]);
    ISO_TRY(iso_report_cost_cut(&cut, c, opt));
    if (cut.len > 0)
        iso_run_note(run, "%s", cut.text);
done:
    iso_buf_free(&cut);
    return err;
}

/* --- Progress --- */

static bool tell(void *payload, const char *what, int64_t done, int64_t total, const char *unit)
{
    struct report_progress *p = payload;
    const char *step = steps[p->now];

    (void)unit;
    if (!p->outer->progress)
        return true;
    if (step && total > 0 && strcmp(step, what) == 0) {
        p->round += done < p->last && p->round + 1 < p->rounds;
        p->last = done;
        const double within = (p->round + (double)done / (double)total) / p->rounds;
        p->within = within > p->within ? within : p->within;
    }
    return p->outer->progress(p->outer->payload, "report",
                              (int64_t)(p->before + p->within * p->cost->part[p->now]),
                              (int64_t)iso_report_cost_all(p->cost), "operations");
}

static void note(void *payload, const char *text)
{
    const struct report_progress *p = payload;

    p->outer->note(p->outer->payload, text);
}

iso_run iso_report_progress_run(struct report_progress *p, const struct report_cost *cost,
                                const iso_run *run)
{
    static const iso_run silent;
    iso_run out;

    *p = (struct report_progress){.outer = run ? run : &silent, .cost = cost};
    out = *p->outer;
    out.progress = tell;
    out.note = p->outer->note ? note : NULL;
    out.payload = p;
    return out;
}

void iso_report_progress_part(struct report_progress *p, enum report_part part)
{
    p->before = 0;
    for (int i = 0; i < (int)part; i++)
        p->before += p->cost->part[i];
    p->now = part;
    p->rounds = part == REPORT_NETWORKS ? SEEDS
                : part == REPORT_RETRIEVAL || part == REPORT_ALIGNMENT || part == REPORT_MINGLING ||
                        part == REPORT_PROBES
                    ? p->cost->rounds
                    : 1;
    p->round = 0;
    p->last = 0;
    p->within = 0;
}
