/* What a mixing costs, counted from tokens, layers and shapes; and what of a sweep is within a
 * limit.
 */
#include "analysis/study/mix/mix_fit.h"
#include "analysis/study/mix/mix_inside.h"
#include "lib/base/alloc.h"

/* --- Counting --- */

int64_t iso_mix_tokens(const struct mix_job *job, int lang)
{
    const struct encoding_lang *l = &job->in.lang[lang];
    int64_t sum = 0;

    for (int64_t i = 0; i < job->items; i++)
        sum += l->token_at[job->pick[lang][i] + 1] - l->token_at[job->pick[lang][i]];
    return sum;
}

int64_t iso_mix_token_layers(const struct mix_job *job)
{
    int64_t sum = 0;

    for (int t = 0; t < iso_mix_targets(job); t++) {
        if (t == 0 || job->self)
            sum += iso_mix_tokens(job, iso_mix_source_lang(job, t)) * job->scheme.L;
        sum +=
            iso_mix_tokens(job, iso_mix_target_lang(job, t)) * iso_mix_scheme_layers(&job->scheme);
    }
    return sum;
}

/* Of one layer on the sentences of a language. */
static double layer_operations(const struct mix_job *job, int lang, int64_t items)
{
    const iso_nn_config *c = iso_encoder_config(job->in.encoder);
    const struct encoding_lang *l = &job->in.lang[lang];
    const double C = (double)c->C, F = (double)c->F;
    double sum = 0;

    for (int64_t i = 0; i < items; i++) {
        const int64_t item = job->pick[lang][iso_mix_spaced(i, items, job->items)];
        const double tokens = (double)(l->token_at[item + 1] - l->token_at[item]);
        sum += tokens * (8 * C * C + 4 * C * F + 4 * C * tokens);
    }
    return sum;
}

/* An interval of an item takes as long as so many operations of a product. */
static const double RESAMPLED = 2e6;

/* Pairs of a target: at each layer from the first mixed one on, before mixing and after each way at
 * each place; of each its measures, a search and, where asked for, intervals. */
static double measure_operations(const struct mix_job *job, const struct mix_scheme *s, double n)
{
    const bool bare = job->opt.interval == ISO_INTERVAL_NONE;
    double pairs = s->L - iso_mix_scheme_first(s) + 1;

    for (int p = 0; p < s->places; p++)
        pairs += s->ways * (double)(s->L - s->place[p].first + 1);
    return pairs * (6 * n * n * (double)s->C + (bare ? 0 : RESAMPLED * n));
}

double iso_mix_operations(const struct mix_job *job, const struct mix_scheme *s, int64_t items)
{
    double sum = 0;

    for (int t = 0; t < iso_mix_targets(job); t++) {
        if (t == 0 || job->self)
            sum += s->L * layer_operations(job, iso_mix_source_lang(job, t), items);
        sum += (double)iso_mix_scheme_layers(s) *
               layer_operations(job, iso_mix_target_lang(job, t), items);
        sum += measure_operations(job, s, (double)items);
    }
    return sum;
}

/* --- What is within a limit --- */

/* First fewer sentences, not below ENOUGH; then every second mixed layer, every fourth, ..., two of
 * them at least; then fewer sentences still, not below LEAST. So neither number ever falls as the
 * limit grows. */
enum { ENOUGH = 100, LEAST = 32 };

/* Every step-th place of `from`, the first of them always. */
static void thin(struct mix_scheme *out, const struct mix_scheme *from, int step)
{
    const int places = (from->places + step - 1) / step;

    for (int p = 0; p < places; p++)
        out->place[p] = from->place[p * step];
    out->places = places;
}

/* The most sentences from `least` to `most` that take no more than `operations`; 0: fewer than
 * that. */
static int64_t most_items(const struct mix_job *job, const struct mix_scheme *s, int64_t least,
                          int64_t most, double operations)
{
    if (iso_mix_operations(job, s, most) <= operations)
        return most;
    if (iso_mix_operations(job, s, least) > operations)
        return 0;
    while (most - least > 1) {
        const int64_t middle = least + (most - least) / 2;
        if (iso_mix_operations(job, s, middle) <= operations)
            least = middle;
        else
            most = middle;
    }
    return least;
}

/* Leaves in `s` the places that are mixed; returns how many sentences are, 0: none. */
static int64_t fit(struct mix_scheme *s, const struct mix_job *job, double operations)
{
    const struct mix_scheme *all = &job->scheme;
    const int64_t enough = job->items < ENOUGH ? job->items : ENOUGH;
    int64_t items = most_items(job, s, enough, job->items, operations);

    for (int step = 2; items == 0 && all->places > step; step *= 2) {
        thin(s, all, step);
        items = iso_mix_operations(job, s, enough) <= operations ? enough : 0;
    }
    return items ? items : most_items(job, s, enough < LEAST ? enough : LEAST, enough, operations);
}

static iso_err name_places(iso_buf *out, const struct mix_scheme *s)
{
    iso_err err = ISO_OK;

    for (int p = 0; p < s->places; p++) {
        ISO_TRY(iso_buf_printf(out, "%s%d", p ? "," : "", s->place[p].first));
        if (s->place[p].last != s->place[p].first)
            ISO_TRY(iso_buf_printf(out, "-%d", s->place[p].last));
    }
done:
    return err;
}

iso_err iso_mix_fit(struct mix_fit *out, iso_model *model, const iso_texts *texts,
                    const iso_mix_opt *opt, double operations, const iso_run *run)
{
    iso_run quiet = run ? *run : (iso_run){0};
    struct mix_job job = {.run = &quiet};
    struct mix_place *place = NULL;
    struct mix_scheme s;
    iso_err err = ISO_OK;

    quiet.note = NULL; /* the mixing itself will say it */
    ISO_TRY(iso_mix_prepare(&job, model, texts, opt));
    s = job.scheme;
    ISO_TRY(iso_alloc(&place, s.places, sizeof *place));
    s.place = place;
    thin(&s, &job.scheme, 1);
    out->all = iso_mix_operations(&job, &s, job.items);
    out->of_items = job.items;
    out->of_places = s.places;
    out->items = fit(&s, &job, operations);
    out->places = s.places;
    out->operations = iso_mix_operations(&job, &s, out->items);
    ISO_TRY(name_places(&out->layers, &s));
done:
    iso_free(place);
    iso_mix_job_free(&job);
    return err;
}
