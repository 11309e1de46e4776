#include "lib/train/sampler.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/keyed.h"
#include "lib/train/streams.h"

/* Items of a language, and how many of them an epoch has. */
struct language {
    const int64_t *items;
    int64_t n, quota;
};

struct iso_sampler {
    iso_sampler_items in;
    iso_sampler_opt opt;
    struct language *lang;  /* with `reweigh` */
    int64_t *members;       /* items by language; theirs are parts of it */
    int64_t *order, *spare; /* n: of the epoch; scratch */
    int64_t *begin, *turn;  /* n + 1: where steps begin in `order`; in which order they come */
    struct keyed *keyed;    /* n: scratch */
    int64_t steps;
};

void iso_sampler_free(iso_sampler *s)
{
    if (!s)
        return;
    iso_free(s->lang);
    iso_free(s->members);
    iso_free(s->order);
    iso_free(s->spare);
    iso_free(s->begin);
    iso_free(s->turn);
    iso_free(s->keyed);
    iso_free(s);
}

static int64_t tokens_of(const iso_sampler *s, int64_t item)
{
    return s->in.tokens ? s->in.tokens[item] : 1;
}

static int lang_of(const iso_sampler *s, int64_t item)
{
    return s->in.lang ? s->in.lang[item] : 0;
}

/* --- Making one ---------------------------------------------------------------------- */

static iso_err check(const iso_sampler_items *in, const iso_sampler_opt *opt)
{
    iso_err err = ISO_OK;

    ISO_NEED(in->n > 0, "no items to learn from");
    ISO_NEED(opt->batch > 0 || opt->tokens > 0, "nothing says how large a step is");
    ISO_NEED(!opt->reweigh || isfinite(opt->exponent), "the exponent of languages is no number");
    for (int64_t i = 0; i < in->n; i++) {
        ISO_NEED(!in->tokens || (in->tokens[i] >= 0 && in->tokens[i] <= INT32_MAX),
                 "item %" PRId64 " has %" PRId64 " tokens", i, in->tokens[i]);
        ISO_NEED(!in->lang || (in->lang[i] >= 0 && in->lang[i] < in->langs),
                 "item %" PRId64 " is of language %d of %d", i, in->lang[i], in->langs);
    }
done:
    return err;
}

/* How many items of each language an epoch has: n in all, ∝ n_l^exponent; what rounding leaves
 * goes to the largest remainders. */
static void set_quotas(iso_sampler *s, int langs)
{
    double total = 0;
    int64_t left = s->in.n;

    for (int l = 0; l < langs; l++)
        total += s->lang[l].n ? pow((double)s->lang[l].n, s->opt.exponent) : 0;
    for (int l = 0; l < langs; l++) {
        struct language *g = &s->lang[l];
        const double share = g->n ? pow((double)g->n, s->opt.exponent) / total : 0;
        const double exact = share * (double)s->in.n;
        g->quota = (int64_t)floor(exact + 1e-9);
        s->keyed[l] = (struct keyed){(uint64_t)llround((1 - (exact - (double)g->quota)) * 1e9), l};
        left -= g->quota;
    }
    iso_keyed_sort(s->keyed, langs);
    for (int l = 0; left > 0; l = (l + 1) % langs) {
        struct language *g = &s->lang[s->keyed[l].item];
        left -= g->n > 0;
        g->quota += g->n > 0;
    }
}

static iso_err sort_by_language(iso_sampler *s)
{
    const int langs = s->in.lang ? s->in.langs : 1;
    int64_t at = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s->lang, langs, sizeof *s->lang));
    ISO_TRY(iso_alloc(&s->members, s->in.n, sizeof *s->members));
    for (int64_t i = 0; i < s->in.n; i++)
        s->lang[lang_of(s, i)].n++;
    for (int l = 0; l < langs; l++) {
        s->lang[l].items = s->members + at;
        at += s->lang[l].n;
        s->lang[l].n = 0;
    }
    for (int64_t i = 0; i < s->in.n; i++) {
        struct language *g = &s->lang[lang_of(s, i)];
        s->members[g->items - s->members + g->n++] = i;
    }
    set_quotas(s, langs);
done:
    return err;
}

iso_err iso_sampler_new(iso_sampler **out, const iso_sampler_items *items,
                        const iso_sampler_opt *opt)
{
    iso_sampler *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(check(items, opt));
    ISO_TRY(iso_alloc(&s, 1, sizeof *s));
    s->in = *items;
    s->opt = *opt;
    ISO_TRY(iso_alloc(&s->order, items->n, sizeof *s->order));
    ISO_TRY(iso_alloc(&s->spare, items->n, sizeof *s->spare));
    ISO_TRY(iso_alloc(&s->begin, items->n + 1, sizeof *s->begin));
    ISO_TRY(iso_alloc(&s->turn, items->n + 1, sizeof *s->turn));
    ISO_TRY(
        iso_alloc(&s->keyed, items->n > items->langs ? items->n : items->langs, sizeof *s->keyed));
    if (opt->reweigh)
        ISO_TRY(sort_by_language(s));
    iso_sampler_epoch(s, 0);
    *out = s;
    s = NULL;
done:
    iso_sampler_free(s);
    return err;
}

/* --- An epoch ------------------------------------------------------------------------- */

static void permute(int64_t *out, int64_t n, uint64_t seed, iso_stream stream, uint64_t number)
{
    iso_rng rng = iso_stream_rng(seed, stream, number);

    iso_rng_permutation(&rng, out, n);
}

/* A language's items of an epoch: it goes round and round through orders of its own. */
static void draw_language(int64_t *to, iso_sampler *s, int l, int64_t epoch)
{
    const struct language *g = &s->lang[l];
    const int64_t first = epoch * g->quota;
    int64_t cycle = -1;

    for (int64_t i = 0; i < g->quota; i++) {
        const int64_t at = first + i;
        if (at / g->n != cycle) {
            cycle = at / g->n;
            permute(s->spare, g->n, s->opt.seed, ISO_STREAM_CYCLE,
                    ((uint64_t)l << 32) + (uint64_t)cycle);
        }
        to[i] = g->items[s->spare[at % g->n]];
    }
}

static void shuffle(iso_sampler *s, int64_t epoch)
{
    const int langs = s->in.lang ? s->in.langs : 1;
    int64_t at = 0;

    if (!s->opt.reweigh) {
        permute(s->order, s->in.n, s->opt.seed, ISO_STREAM_ORDER, (uint64_t)epoch);
        return;
    }
    for (int l = 0; l < langs; l++) {
        draw_language(s->begin + at, s, l, epoch);
        at += s->lang[l].quota;
    }
    permute(s->spare, s->in.n, s->opt.seed, ISO_STREAM_ORDER, (uint64_t)epoch);
    for (int64_t i = 0; i < s->in.n; i++)
        s->order[i] = s->begin[s->spare[i]];
}

/* Windows by length, rising and falling in turn, so that neighbours are alike across their ends. */
static void sort_windows(iso_sampler *s)
{
    bool falling = false;

    for (int64_t from = 0; from < s->in.n; from += s->opt.window, falling = !falling) {
        const int64_t left = s->in.n - from, n = left < s->opt.window ? left : s->opt.window;
        for (int64_t i = 0; i < n; i++)
            s->keyed[i] = (struct keyed){(uint64_t)tokens_of(s, s->order[from + i]), i};
        iso_keyed_sort(s->keyed, n);
        for (int64_t i = 0; i < n; i++)
            s->spare[i] = s->order[from + s->keyed[falling ? n - 1 - i : i].item];
        memcpy(s->order + from, s->spare, (size_t)n * sizeof *s->order);
    }
}

static void cut(iso_sampler *s)
{
    int64_t count = 0, tokens = 0;

    s->steps = 0;
    for (int64_t i = 0; i < s->in.n; i++) {
        const int64_t more = tokens_of(s, s->order[i]);
        const bool full = s->opt.batch > 0 ? count == s->opt.batch : tokens > s->opt.tokens - more;
        if (count == 0 || full) {
            s->begin[s->steps++] = i;
            count = tokens = 0;
        }
        count++;
        tokens += more;
    }
    s->begin[s->steps] = s->in.n;
}

/* Languages of each step one after another, each in its order. */
static void part_languages(iso_sampler *s)
{
    for (int64_t k = 0; k < s->steps; k++) {
        int64_t *at = s->order + s->begin[k];
        const int64_t n = s->begin[k + 1] - s->begin[k];
        for (int64_t i = 0; i < n; i++)
            s->keyed[i] = (struct keyed){(uint64_t)lang_of(s, at[i]), i};
        iso_keyed_sort(s->keyed, n);
        for (int64_t i = 0; i < n; i++)
            s->spare[i] = at[s->keyed[i].item];
        memcpy(at, s->spare, (size_t)n * sizeof *at);
    }
}

void iso_sampler_epoch(iso_sampler *s, int64_t epoch)
{
    shuffle(s, epoch);
    if (s->opt.window > 0)
        sort_windows(s);
    cut(s);
    if (s->opt.apart)
        part_languages(s);
    if (s->opt.window > 0)
        permute(s->turn, s->steps, s->opt.seed, ISO_STREAM_TURNS, (uint64_t)epoch);
    else
        for (int64_t i = 0; i < s->steps; i++)
            s->turn[i] = i;
}

int64_t iso_sampler_steps(const iso_sampler *s)
{
    return s->steps;
}

int64_t iso_sampler_all_steps(iso_sampler *s, int64_t epochs)
{
    int64_t steps = 0;

    for (int64_t e = 0; e < epochs; e++) {
        iso_sampler_epoch(s, e);
        steps += s->steps;
    }
    return steps;
}

/* --- A step --------------------------------------------------------------------------- */

static void add(iso_sample *to, const iso_sampler *s, int64_t item)
{
    to->count++;
    to->tokens += tokens_of(s, item);
    to->labelled += s->in.labelled ? s->in.labelled[item] : 1;
}

iso_sample iso_sampler_step(const iso_sampler *s, int64_t step)
{
    const int64_t turn = s->turn[step], n = s->begin[turn + 1] - s->begin[turn];
    iso_sample all = {.items = s->order + s->begin[turn]};

    for (int64_t i = 0; i < n; i++)
        add(&all, s, all.items[i]);
    return all;
}

bool iso_sampler_micro(iso_sample *micro, const iso_sampler *s, const iso_sample *step,
                       int64_t *done)
{
    iso_sample part = {.items = step->items + *done};

    while (*done < step->count) {
        const int64_t item = step->items[*done];
        if (s->opt.micro > 0 && part.count > 0 && part.tokens > s->opt.micro - tokens_of(s, item))
            break;
        if (s->opt.apart && part.count > 0 && lang_of(s, item) != lang_of(s, part.items[0]))
            break;
        add(&part, s, item);
        (*done)++;
    }
    if (part.count > 0)
        *micro = part;
    return part.count > 0;
}
