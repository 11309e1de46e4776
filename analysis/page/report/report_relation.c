/* Which discrepancy goes with the transfer gap, how sure that is, and whether a baseline does as
 * well; what is doubtful is not announced. */
#include <math.h>

#include "analysis/measure/catalogue.h"
#include "analysis/page/html.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/page/wording.h"
#include "analysis/study/gap/gap_claim.h"

/* "−0.85" */
static iso_err add_signed(iso_buf *out, double value)
{
    return iso_buf_printf(out, "%s%.2f", value <= -0.005 ? "\xe2\x88\x92" : "", fabs(value));
}

/* "; without Swahili (sw) it is −0.68" */
static iso_err add_without(iso_buf *out, const struct gap_claim *c)
{
    iso_err err = ISO_OK;

    if (!c->without)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(out, "; without "));
    ISO_TRY(iso_html_lang(out, c->lang));
    ISO_TRY(iso_buf_puts(out, " it is "));
    ISO_TRY(add_signed(out, c->without->value));
done:
    return err;
}

/* Whether a baseline's correlation lies within the interval, or beyond it. */
static bool reaches(double baseline, const iso_record *r)
{
    const int sign = r->value < 0 ? -1 : 1;
    const double near = sign > 0 ? r->lo : r->hi;

    return sign * baseline >= sign * (isfinite(near) ? near : r->value);
}

/* "; random weights −0.81, bag of pieces −0.66": *matched when one is about as strong. */
static iso_err add_baselines(iso_buf *out, bool *matched, const iso_beside *beside,
                             const struct gap_claim *c)
{
    bool any = false;
    iso_err err = ISO_OK;

    *matched = false;
    for (int k = 0; k < beside->names; k++) {
        const iso_record *b = iso_beside_find(beside, c->best, k);
        const iso_record *less = c->without ? iso_beside_find(beside, c->without, k) : NULL;
        if (!b || !isfinite(b->value))
            continue;
        ISO_TRY(iso_buf_puts(out, any ? ", " : "; baselines there: "));
        ISO_TRY(iso_html_text(out, iso_wording_baseline(beside->name[k])));
        ISO_TRY(iso_buf_puts(out, " "));
        ISO_TRY(add_signed(out, b->value));
        if (less && isfinite(less->value)) {
            ISO_TRY(iso_buf_puts(out, " (without that language "));
            ISO_TRY(add_signed(out, less->value));
            ISO_TRY(iso_buf_puts(out, ")"));
        }
        *matched = *matched || reaches(b->value, c->best);
        any = true;
    }
done:
    return err;
}

static iso_err add_claim(iso_buf *out, const struct gap_claim *c, const iso_beside *beside)
{
    const iso_record *r = c->best;
    const bool searched = isfinite(r->p_max);
    bool matched;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "<li>Transfer gap and <code>"));
    ISO_TRY(iso_html_text(out, r->x));
    ISO_TRY(iso_buf_puts(out, "</code>"));
    if (r->stage) { /* measures of an alignment have one name at every stage */
        ISO_TRY(iso_buf_puts(out, ", "));
        ISO_TRY(iso_html_text(out, r->stage));
        ISO_TRY(iso_buf_puts(out, ","));
    }
    ISO_TRY(iso_buf_puts(out, " correlate most strongly"));
    if (r->src_layer != ISO_NO_INT)
        ISO_TRY(iso_buf_printf(out, " at <b>layer&nbsp;%lld</b>", (long long)r->src_layer));
    ISO_TRY(iso_buf_puts(out, ": Pearson <b>"));
    ISO_TRY(add_signed(out, r->value));
    ISO_TRY(iso_buf_printf(out, "</b> over %lld languages", (long long)r->n));
    if (searched)
        ISO_TRY(iso_buf_printf(out, ", p %.2g corrected for the %lld looked at", r->p_max,
                               (long long)r->family));
    else if (isfinite(r->p))
        ISO_TRY(iso_buf_printf(out, ", p %.2g of this one alone", r->p));
    ISO_TRY(add_without(out, c));
    ISO_TRY(add_baselines(out, &matched, beside, c));
    ISO_TRY(iso_buf_puts(out, "."));
    if ((searched ? r->p_max : r->p) >= 0.05)
        ISO_TRY(iso_buf_puts(out, " Chance could do that."));
    if (matched)
        ISO_TRY(iso_buf_puts(out,
                             " A baseline&rsquo;s correlation lies within its interval, so that "
                             "training is not shown to matter for it."));
    ISO_TRY(iso_buf_puts(out, "</li>\n"));
done:
    return err;
}

iso_err iso_report_relations(iso_buf *out, const struct report *report, const iso_beside *beside)
{
    struct gap_claims claims = {0};
    int64_t flagged = 0, count = 0;
    const iso_record *doubt = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_gap_claims_make(&claims, &report->records));
    for (int64_t i = 0; i < claims.count; i++) {
        const struct gap_claim *c = &claims.at[i];
        if (c->first->baseline)
            continue;
        if (c->best)
            ISO_TRY(add_claim(out, c, beside));
        flagged += c->flagged;
        count += c->count;
        doubt = doubt ? doubt : c->doubt;
    }
    if (!doubt)
        goto done;
    ISO_TRY(iso_buf_printf(out,
                           "<li>%lld of %lld correlations with the transfer gap are doubtful and "
                           "not announced: ",
                           (long long)flagged, (long long)count));
    ISO_TRY(iso_html_text(out, doubt->flag));
    ISO_TRY(iso_buf_puts(out, ".</li>\n"));
done:
    iso_gap_claims_free(&claims);
    return err;
}
