/* Which ways of mixing, at which layers, and where a mixed target's matrices lie. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/study/mix/mix_inside.h"
#include "lib/base/alloc.h"
#include "lib/nn/xmixup_heads.h"

/* --- Layers --- */

static bool take_layer(int *out, const char *text)
{
    int64_t n;

    if (!iso_str_int(&n, text) || n < 0 || n > INT32_MAX)
        return false;
    *out = (int)n;
    return true;
}

/* "K" or "A-B". */
static iso_err take_place(struct mix_place *out, const char *text)
{
    const char *dash = strchr(text, '-');
    char first[32];

    snprintf(first, sizeof first, "%.*s", dash ? (int)(dash - text) : 31, text);
    if (!take_layer(&out->first, first) || !take_layer(&out->last, dash ? dash + 1 : first))
        return iso_fail(ISO_EARG, ISO_FIELD(layer) ": '%s' is no layer: K, A-B, a list of them or sweep", text);
    if (out->first == 0)
        return iso_fail(ISO_EARG,
                        ISO_FIELD(layer) ": layers count from 1, 0 are the embeddings, in which "
                                         "nothing attends");
    if (out->last < out->first)
        return iso_fail(ISO_EARG, ISO_FIELD(layer) ": %s runs backwards", text);
    return ISO_OK;
}

/* Records are told apart by the first mixed layer. */
static iso_err add_place(struct mix_scheme *s, const char *word)
{
    struct mix_place *place = &s->place[s->places];
    iso_err err = ISO_OK;

    ISO_TRY(take_place(place, word));
    if (place->last > s->L)
        ISO_FAIL(ISO_EARG, ISO_FIELD(layer) " %s: the model has layers 1 to %d", word, s->L);
    for (int p = 0; p < s->places; p++)
        ISO_NEED(s->place[p].first < place->first,
                 ISO_FIELD(layer) ": %s does not begin behind %d: layers ascend", word,
                 s->place[p].first);
    s->places++;
done:
    return err;
}

static iso_err make_places(struct mix_scheme *s, const iso_mix_opt *opt)
{
    const bool sweep = iso_str_same(opt->layer, "sweep");
    const char *list = opt->layer ? opt->layer : "1";
    char word[32];
    int most = 1;
    iso_err err = ISO_OK;

    for (const char *c = list; *c; c++)
        most += *c == ',';
    ISO_TRY(iso_alloc(&s->place, sweep ? s->L : most, sizeof *s->place));
    for (int p = 0; sweep && p < s->L; p++)
        s->place[s->places++] = (struct mix_place){p + 1, p + 1};
    for (const char *at = sweep ? NULL : list; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(add_place(s, word));
    }
done:
    return err;
}

/* --- Ways --- */

static iso_err add_way(struct mix_scheme *s, const char *name, struct mix_way way)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < s->ways; i++) {
        if (strcmp(s->way[i].name, name) == 0)
            return ISO_OK;
    }
    ISO_NEED(s->ways < MIX_WAYS, ISO_FIELD(mix) ": more than %d ways, the controls among them",
             MIX_WAYS);
    ISO_TRY(iso_str_dup(&way.name, name, -1));
    s->way[s->ways++] = way;
done:
    return err;
}

static iso_err add_fixed(struct mix_scheme *s, const char *word, enum mix_partner partner)
{
    struct mix_way way = {.kind = ISO_MIX_FIXED, .partner = partner};
    char name[64];

    if (!iso_str_double(&way.fixed, word + 6) || !(way.fixed >= 0 && way.fixed <= 1))
        return iso_fail(
            ISO_EARG, ISO_FIELD(mix) ": %s: the share of the source is a number from 0 to 1", word);
    if (way.fixed == 0) /* a control, which comes along */
        return ISO_OK;
    snprintf(name, sizeof name, "fixed:%.10g", way.fixed);
    return add_way(s, name, way);
}

static iso_err unknown_way(const char *word)
{
    static const char *const names[] = {"xmixup", "fixed:VALUE", "no-entropy",
                                        "self",   "uniform",     "shuffled"};
    const char *near = strncmp(word, "fix", 3) == 0 ? names[1] : iso_str_nearest(word, names, 6);

    if (near)
        return iso_fail(ISO_EARG, ISO_FIELD(mix) ": unknown way '%s'; did you mean '%s'?", word,
                        near);
    return iso_fail(
        ISO_EARG,
        ISO_FIELD(mix) ": unknown way '%s'; there are: xmixup, fixed:VALUE, no-entropy, self",
        word);
}

static iso_err add_word(struct mix_scheme *s, const char *word, bool self)
{
    const enum mix_partner partner = self ? MIX_ITSELF : MIX_TRANSLATION;

    if (strcmp(word, "self") == 0 || (self && strcmp(word, "xmixup") == 0))
        return add_way(s, "self", (struct mix_way){.partner = MIX_ITSELF});
    if (strcmp(word, "xmixup") == 0)
        return add_way(s, word, (struct mix_way){.partner = partner});
    if (strcmp(word, "no-entropy") == 0)
        return add_way(s, word, (struct mix_way){.kind = ISO_MIX_NO_ENTROPY, .partner = partner});
    if (strncmp(word, "fixed:", 6) == 0)
        return add_fixed(s, word, partner);
    if (strcmp(word, "shuffled") == 0 || strcmp(word, "uniform") == 0) /* come along */
        return ISO_OK;
    return unknown_way(word);
}

/* `shuffled` comes last: it is the one that may fall away. */
static iso_err add_controls(struct mix_scheme *s, bool self)
{
    const enum mix_partner partner = self ? MIX_ITSELF : MIX_TRANSLATION;
    iso_err err = ISO_OK;

    ISO_TRY(add_way(s, "fixed:0",
                    (struct mix_way){.kind = ISO_MIX_FIXED, .partner = partner, .control = true}));
    ISO_TRY(
        add_way(s, "uniform", (struct mix_way){.partner = partner, .even = true, .control = true}));
    ISO_TRY(add_way(s, "shuffled", (struct mix_way){.partner = MIX_MISMATCHED, .control = true}));
done:
    return err;
}

static iso_err make_ways(struct mix_scheme *s, const iso_mix_opt *opt)
{
    const bool self = !opt->src;
    char word[128];
    iso_err err = ISO_OK;

    for (const char *at = opt->mix; at;) {
        at = iso_str_word(word, sizeof word, at);
        ISO_TRY(add_word(s, word, self));
    }
    if (s->ways == 0) /* controls alone: they control something */
        ISO_TRY(add_word(s, "xmixup", self));
    ISO_TRY(add_controls(s, self));
done:
    return err;
}

/* --- Both --- */

iso_err iso_mix_scheme_make(struct mix_scheme *out, const iso_mix_opt *opt, int L, int64_t C)
{
    struct mix_scheme s = {.L = L, .C = C};
    iso_err err = ISO_OK;

    ISO_TRY(make_places(&s, opt));
    ISO_TRY(make_ways(&s, opt));
    *out = s;
    return ISO_OK;
done:
    iso_mix_scheme_free(&s);
    return err;
}

iso_err iso_mix_scheme_check(const iso_mix_opt *opt)
{
    const bool sweep = iso_str_same(opt->layer, "sweep");
    struct mix_scheme s = {0};
    const iso_err err = iso_mix_scheme_make(&s, opt, sweep ? 1 : INT32_MAX, 1);

    iso_mix_scheme_free(&s);
    return err;
}

void iso_mix_scheme_free(struct mix_scheme *s)
{
    for (int i = 0; i < s->ways; i++)
        iso_free(s->way[i].name);
    iso_free(s->place);
    *s = (struct mix_scheme){0};
}

void iso_mix_scheme_drop(struct mix_scheme *s, int way)
{
    iso_free(s->way[way].name);
    memmove(&s->way[way], &s->way[way + 1], (size_t)(s->ways - way - 1) * sizeof *s->way);
    s->ways--;
}

bool iso_mix_scheme_mixes(const struct mix_scheme *s, int layer)
{
    for (int p = 0; p < s->places; p++) {
        if (layer >= s->place[p].first && layer <= s->place[p].last)
            return true;
    }
    return false;
}

int iso_mix_scheme_first(const struct mix_scheme *s)
{
    int first = s->L + 1;

    for (int p = 0; p < s->places; p++)
        first = s->place[p].first < first ? s->place[p].first : first;
    return first;
}

int64_t iso_mix_scheme_layers(const struct mix_scheme *s)
{
    int64_t sum = s->L;

    for (int p = 0; p < s->places; p++)
        sum += (int64_t)s->ways * (s->L - s->place[p].first + 1);
    return sum;
}

iso_err iso_mix_heads_make(iso_mix_head **out, const iso_mix_opt *opt, int L)
{
    iso_mix_head *head = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&head, L, sizeof *head));
    for (int k = 0; k < L; k++)
        head[k] = iso_mix_head_default();
    if (opt->lambda)
        ISO_TRY(iso_mix_heads_read(head, L, opt->lambda));
    for (int k = 0; !isnan(opt->lambda0) && k < L; k++)
        head[k].lambda0 = opt->lambda0;
    *out = head;
    head = NULL;
done:
    iso_free(head);
    return err;
}

/* --- Matrices of a mixed target --- */

int iso_mixed_before(const struct mix_scheme *s, int layer)
{
    (void)s;
    return layer;
}

/* Places one after the other, in each the ways, in each the layers from the place's first on. */
int iso_mixed_after(const struct mix_scheme *s, int place, int way, int layer)
{
    int at = s->L + 1;

    for (int p = 0; p < place; p++)
        at += s->ways * (s->L - s->place[p].first + 1);
    return at + way * (s->L - s->place[place].first + 1) + layer - s->place[place].first;
}

int iso_mixed_matrices(const struct mix_scheme *s)
{
    int sum = s->L + 1;

    for (int p = 0; p < s->places; p++)
        sum += s->ways * (s->L - s->place[p].first + 1);
    return sum;
}

int iso_mixed_place_way(const struct mix_scheme *s, int place, int way)
{
    return place * s->ways + way;
}

iso_err iso_mixed_name(iso_buf *out, const struct mix_scheme *s, int place, int way)
{
    const struct mix_place *p = &s->place[place];

    if (p->first == p->last)
        return iso_buf_puts(out, s->way[way].name);
    return iso_buf_printf(out, "%s:%d-%d", s->way[way].name, p->first, p->last);
}
