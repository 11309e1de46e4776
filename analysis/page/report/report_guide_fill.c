/* A reading guide for the very figure it stands below. */
#include <string.h>

#include "analysis/stats/correlation.h"
#include "analysis/page/report/report_guide.h"

static const struct {
    const char *name;
    unsigned bit;
} conditions[] = {
    {"bands", SHOWS_BANDS},    {"hidden", SHOWS_HIDDEN},   {"chance", SHOWS_CHANCE},
    {"own", SHOWS_OWN_CHANCE}, {"dots", SHOWS_DOTS},       {"mean", SHOWS_MEAN},
    {"second", SHOWS_SECOND},  {"stacked", SHOWS_STACKED},
};

static const char baselines[] =
    "Grey and thin: the baselines, which are the same network with random weights, tf-idf vectors "
    "of "
    "the tokens, or the number of tokens. What is not clear of them is not shown to come from "
    "training. ";

/* Whether the text after "[[bands|" is to be read. */
static bool holds(const char *name, size_t len, unsigned shows)
{
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        if (strlen(conditions[i].name) == len && memcmp(conditions[i].name, name, len) == 0)
            return shows & conditions[i].bit;
    }
    return false;
}

static iso_err add_number(iso_buf *out, const char *name, size_t len, const struct figure *f)
{
    const int64_t n = f->least_n;

    if (len == 1 && *name == 'n')
        return iso_buf_printf(out, "%lld", (long long)n);
    return iso_buf_printf(out, "%.2f", iso_correlation_critical(n));
}

/* The text up to `end`, with its {n} and {critical}. */
static iso_err add_text(iso_buf *out, const char *at, const char *end, const struct figure *f)
{
    iso_err err = ISO_OK;

    while (at < end) {
        const char *brace = memchr(at, '{', (size_t)(end - at));
        const char *close = brace ? memchr(brace, '}', (size_t)(end - brace)) : NULL;
        ISO_TRY(iso_buf_add(out, at, (close ? brace : end) - at));
        if (close)
            ISO_TRY(add_number(out, brace + 1, (size_t)(close - brace - 1), f));
        at = close ? close + 1 : end;
    }
done:
    return err;
}

iso_err iso_guide_fill(iso_buf *out, const char *guide, const struct figure *f)
{
    iso_err err = ISO_OK;

    if (f->shows & SHOWS_DOTS)
        ISO_TRY(iso_buf_puts(out, "Of one layer there are dots instead of curves, lines for their "
                                  "95&nbsp;% intervals and crosses for chance. "));
    if (f->shows & SHOWS_BASELINES)
        ISO_TRY(iso_buf_puts(out, baselines));
    for (const char *at = guide; *at;) {
        const char *open = strstr(at, "[["), *bar = open ? strchr(open, '|') : NULL;
        const char *close = bar ? strstr(bar, "]]") : NULL;
        ISO_TRY(add_text(out, at, close ? open : at + strlen(at), f));
        if (close && holds(open + 2, (size_t)(bar - open - 2), f->shows))
            ISO_TRY(add_text(out, bar + 1, close, f));
        at = close ? close + 2 : at + strlen(at);
    }
done:
    return err;
}
