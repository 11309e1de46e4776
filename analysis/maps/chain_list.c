/* The steps of a chain as a user writes them. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/maps/chain.h"
#include "lib/base/str.h"

static const char *const names[] = {"whiten", "rotate", "reweight", "dewhiten", "reduce"};
enum { KINDS = (int)(sizeof names / sizeof *names) };

static iso_err read_exponents(struct iso_chain_step *step, const char *text)
{
    char both[64];
    char *slash;

    (void)snprintf(both, sizeof both, "%s", text);
    slash = strchr(both, '/');
    if (slash)
        *slash = '\0';
    if (!iso_str_double(&step->x, both) || !iso_str_double(&step->y, slash ? slash + 1 : both) ||
        fabs(step->x) > 10 || fabs(step->y) > 10)
        return iso_fail(ISO_EARG, "reweight takes an exponent, as reweight:0.5 or reweight:0/1");
    return ISO_OK;
}

static iso_err read_columns(struct iso_chain_step *step, const char *text)
{
    int64_t n;

    if (!iso_str_int(&n, text) || n < 1 || n > 1000000)
        return iso_fail(ISO_EARG, "reduce takes a number of columns, as reduce:100");
    step->x = (double)n;
    return ISO_OK;
}

static iso_err read_step(struct iso_chain_step *step, const char *word)
{
    const char *colon = strchr(word, ':'), *near;
    const size_t len = colon ? (size_t)(colon - word) : strlen(word);
    int kind = 0;

    while (kind < KINDS && (strlen(names[kind]) != len || strncmp(names[kind], word, len) != 0))
        kind++;
    if (kind == KINDS) {
        near = iso_str_nearest(word, names, KINDS);
        return iso_fail(ISO_EARG, "unknown step '%s'%s%s%s", word, near ? "; did you mean '" : "",
                        near ? near : "", near ? "'?" : "");
    }
    *step = (struct iso_chain_step){.kind = (iso_chain_kind)kind};
    if (step->kind == ISO_CHAIN_REWEIGHT)
        return read_exponents(step, colon ? colon + 1 : "");
    if (step->kind == ISO_CHAIN_REDUCE)
        return read_columns(step, colon ? colon + 1 : "");
    return colon ? iso_fail(ISO_EARG, "%s takes no number", names[kind]) : ISO_OK;
}

static iso_err check_order(const iso_chain *c)
{
    unsigned seen = 0;

    for (int i = 0; i < c->count; i++) {
        const iso_chain_kind kind = c->step[i].kind;
        const bool rotated = seen & 1u << ISO_CHAIN_ROTATE;
        if (seen & 1u << kind)
            return iso_fail(ISO_EARG, "%s stands twice", names[kind]);
        if (kind == ISO_CHAIN_WHITEN && rotated)
            return iso_fail(ISO_EARG, "whiten stands before rotate");
        if (kind > ISO_CHAIN_ROTATE && !rotated)
            return iso_fail(ISO_EARG, "%s stands behind rotate", names[kind]);
        if (kind == ISO_CHAIN_DEWHITEN && !(seen & 1u << ISO_CHAIN_WHITEN))
            return iso_fail(ISO_EARG, "dewhiten undoes whiten, which is not there");
        if (seen & 1u << ISO_CHAIN_REDUCE)
            return iso_fail(ISO_EARG, "reduce stands last");
        seen |= 1u << kind;
    }
    return seen & 1u << ISO_CHAIN_ROTATE ? ISO_OK : iso_fail(ISO_EARG, "rotate is missing");
}

iso_err iso_chain_parse(iso_chain *out, const char *list)
{
    iso_chain chain = {0};
    char word[64];
    iso_err err = ISO_OK;

    for (const char *at = list; at;) {
        const size_t len = strcspn(at, ",");
        if (chain.count == ISO_CHAIN_STEPS || len >= sizeof word)
            ISO_FAIL(ISO_EARG, "'%s' has more than %d steps", list, (int)ISO_CHAIN_STEPS);
        (void)snprintf(word, sizeof word, "%.*s", (int)len, at);
        ISO_TRY(read_step(&chain.step[chain.count++], word));
        at = at[len] ? at + len + 1 : NULL;
    }
    if (list)
        ISO_TRY(check_order(&chain));
    *out = chain;
done:
    return err;
}
