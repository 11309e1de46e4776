/* Steps of preparation by name: parsed, written. */
#include "analysis/pass/prep.h"

#include <math.h>
#include <string.h>

/* What the number after the name of a step may be. */
enum param { NONE, COUNT, QUANTILE };

static const struct {
    const char *name;
    iso_prep_step step;
    enum param param;
} known[] = {
    /* The first name of a step is the one records have. */
    {"center", ISO_PREP_CENTER, NONE},     {"centre", ISO_PREP_CENTER, NONE},
    {"unit", ISO_PREP_UNIT, NONE},         {"renorm", ISO_PREP_UNIT, NONE},
    {"zscore", ISO_PREP_ZSCORE, NONE},     {"unitdim", ISO_PREP_UNITDIM, NONE},
    {"iternorm", ISO_PREP_ITERNORM, NONE}, {"remove-pcs", ISO_PREP_REMOVE_PCS, COUNT},
    {"lsar", ISO_PREP_LSAR, COUNT},        {"clip", ISO_PREP_CLIP, QUANTILE},
};

enum { KNOWN = (int)(sizeof known / sizeof *known), WORD = 64 };

static iso_err unknown(const char *typed)
{
    const char *names[KNOWN], *near;

    for (int i = 0; i < KNOWN; i++)
        names[i] = known[i].name;
    near = iso_str_nearest(typed, names, KNOWN);
    if (near)
        return iso_fail(ISO_EARG, "unknown preparation '%s'; did you mean '%s'?", typed, near);
    return iso_fail(ISO_EARG,
                    "unknown preparation '%s'; there are center, unit, zscore, unitdim, iternorm, "
                    "remove-pcs:K, lsar:R, clip:Q",
                    typed);
}

/* The number after a colon, or what is wrong with it. */
static iso_err read_param(double *out, const char *name, enum param kind, const char *number)
{
    int64_t count = 0;
    double real = 0;

    *out = 0;
    if (kind == NONE && !number)
        return ISO_OK;
    if (kind == NONE)
        return iso_fail(ISO_EARG, "the preparation %s takes no number, got '%s'", name, number);
    if (kind == COUNT && (!number || !iso_str_int(&count, number) || count < 1))
        return iso_fail(ISO_EARG, "the preparation %s:N takes a number from 1 on, got '%s'", name,
                        number ? number : "");
    if (kind == QUANTILE &&
        (!number || !iso_str_double(&real, number) || !(real > 0) || !(real < 0.5)))
        return iso_fail(ISO_EARG,
                        "the preparation %s:Q takes a quantile above 0 and below 0.5, got '%s'",
                        name, number ? number : "");
    *out = kind == COUNT ? (double)count : real;
    return ISO_OK;
}

static iso_err step_find(iso_prep_step *step, double *param, char *typed)
{
    char *colon = strchr(typed, ':');

    if (colon)
        *colon = '\0';
    for (int i = 0; i < KNOWN; i++) {
        if (strcmp(known[i].name, typed) == 0) {
            *step = known[i].step;
            return read_param(param, typed, known[i].param, colon ? colon + 1 : NULL);
        }
    }
    return unknown(typed);
}

iso_err iso_prep_parse(iso_prep *out, const char *list)
{
    iso_prep p = {0};
    char typed[WORD];
    iso_err err = ISO_OK;

    for (const char *at = iso_str_same(list, "none") ? NULL : list; at;) {
        const size_t len = strcspn(at, ",");
        ISO_NEED(len > 0, "'%s' is not a list of preparations (center,unit)", list);
        ISO_NEED(p.count < ISO_PREP_STEPS, "more than %d preparations in '%s'", ISO_PREP_STEPS,
                 list);
        at = iso_str_word(typed, sizeof typed, at);
        ISO_TRY(step_find(&p.step[p.count], &p.param[p.count], typed));
        p.count++;
    }
    *out = p;
done:
    return err;
}

static const char *step_name(iso_prep_step step)
{
    int i = 0;

    while (known[i].step != step)
        i++;
    return known[i].name;
}

iso_err iso_prep_text(iso_buf *out, const iso_prep *p)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < p->count; i++) {
        ISO_TRY(iso_buf_printf(out, "%s%s", i ? "," : "", step_name(p->step[i])));
        if (p->param[i] > 0)
            ISO_TRY(iso_buf_printf(out, ":%.15g", p->param[i]));
    }
done:
    return err;
}

bool iso_prep_has(const iso_prep *p, iso_prep_step step)
{
    bool has = false;

    for (int i = 0; i < p->count; i++)
        has = has || p->step[i] == step;
    return has;
}
