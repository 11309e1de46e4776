/* What mixing is shown to do, counted, under the figure that shows it. */
#include <math.h>
#include <string.h>

#include "analysis/page/figure/figure_mix.h"
#include "analysis/study/mix/mix_claim.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/page/html.h"
#include "analysis/page/wording.h"

/* "xmixup" of "xmixup:1-3"; where: "layer 1-3". */
static iso_err add_way(iso_buf *out, const iso_record *r)
{
    const char *name = r->mix ? r->mix : "?";
    iso_buf way = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_add(&way, name, iso_mixing_way_length(name)));
    ISO_TRY(iso_html_text(out, way.text));
done:
    iso_buf_free(&way);
    return err;
}

static iso_err add_where(iso_buf *out, const iso_record *r)
{
    struct mix_spot spot;

    return iso_mixing_spot(&spot, r) ? iso_mixing_spot_name(out, &spot) : iso_buf_puts(out, "?");
}

static int64_t silent(const struct mix_count *c)
{
    return c->cases - c->closer - c->apart - c->moved;
}

/* --- How far the states move, and how far a baseline does --- */

static const iso_record *before_of(const iso_records *records, const iso_record *after)
{
    const uint64_t mixed =
        ISO_COLUMN(stage) | ISO_COLUMN(mix) | ISO_COLUMN(mix_layer) | ISO_COLUMN(given);

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (iso_str_same(r->stage, "before") &&
            iso_record_compare(r, after, ISO_ROLE_NAMES, mixed) == 0)
            return r;
    }
    return NULL;
}

/* Means over languages and layers of what is there before and after, of one baseline or, −1, of the
 * states. */
struct move {
    double before, after;
    int64_t count;
};

static struct move moved(const iso_records *records, const iso_beside *beside, int baseline,
                         const iso_record *like)
{
    struct move m = {0};

    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (r->baseline || !iso_str_same(r->stage, "after") || !iso_str_same(r->mix, like->mix) ||
            r->mix_layer != like->mix_layer)
            continue;
        const iso_record *before = before_of(records, r), *after = r;
        if (before && baseline >= 0) {
            before = iso_beside_find(beside, before, baseline);
            after = iso_beside_find(beside, after, baseline);
        }
        if (!before || !after || !isfinite(before->value) || !isfinite(after->value))
            continue;
        m.before += before->value;
        m.after += after->value;
        m.count++;
    }
    m.before /= (double)m.count;
    m.after /= (double)m.count;
    return m;
}

/* "The mean goes from 0.387 to 0.636; with random weights from 0.387 to 0.397." */
static iso_err add_moves(iso_buf *out, const iso_records *records, const iso_record *like)
{
    iso_beside beside = {0};
    bool any = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_beside_make(&beside, records));
    for (int k = 0; k < beside.names; k++) {
        const struct move own = moved(records, &beside, -1, like);
        const struct move m = moved(records, &beside, k, like);
        if (m.count == 0)
            continue;
        if (!any)
            ISO_TRY(iso_buf_printf(out, " The mean of all goes from %.3f to <b>%.3f</b>",
                                   own.before, own.after));
        ISO_TRY(iso_buf_puts(out, "; with "));
        ISO_TRY(iso_html_text(out, iso_wording_baseline(beside.name[k])));
        ISO_TRY(iso_buf_printf(out, " from %.3f to %.3f", m.before, m.after));
        any = true;
    }
    ISO_TRY(iso_buf_puts(out, any ? "." : ""));
done:
    iso_beside_free(&beside);
    return err;
}

/* --- Words --- */

/* One way at one place: a sentence. */
static iso_err add_sentence(iso_buf *out, const struct mix_count *c, const iso_records *records)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "<p class=\"claims\">By <code>"));
    ISO_TRY(add_way(out, c->like));
    ISO_TRY(iso_buf_puts(out, "</code> at layer&nbsp;"));
    ISO_TRY(add_where(out, c->like));
    ISO_TRY(iso_buf_printf(out, ", of %lld case%s (%lld language%s, measured at layer%s&nbsp;%lld",
                           (long long)c->cases, c->cases == 1 ? "" : "s", (long long)c->targets,
                           c->targets == 1 ? "" : "s", c->first == c->last ? "" : "s",
                           (long long)c->first));
    if (c->first != c->last)
        ISO_TRY(iso_buf_printf(out, " to %lld", (long long)c->last));
    ISO_TRY(iso_buf_puts(out, "), beyond not mixing, fixed:0 and shuffled: "));
    if (c->moved)
        ISO_TRY(iso_buf_printf(out, "<b>%lld changed</b>", (long long)c->moved));
    else
        ISO_TRY(iso_buf_printf(out, "<b>%lld closer</b>, <b>%lld farther apart</b>",
                               (long long)c->closer, (long long)c->apart));
    ISO_TRY(iso_buf_printf(out, ", %lld in which nothing is shown.", (long long)silent(c)));
    if (c->leaked > 0 && silent(c) < c->cases)
        ISO_TRY(iso_buf_printf(out,
                               " %lld of these effects go beyond <code>uniform</code> too: there "
                               "the attention counts, not any token of the source.",
                               (long long)c->attended));
    ISO_TRY(add_moves(out, records, c->like));
    ISO_TRY(iso_buf_puts(out, "</p>\n"));
done:
    return err;
}

/* The way has its own column when there are several. */
static iso_err add_row(iso_buf *out, const struct mix_count *c, bool ways)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "<tr><th scope=\"row\">"));
    ISO_TRY(add_where(out, c->like));
    ISO_TRY(iso_buf_puts(out, "</th>"));
    if (ways) {
        ISO_TRY(iso_buf_puts(out, "<td><code>"));
        ISO_TRY(add_way(out, c->like));
        ISO_TRY(iso_buf_puts(out, "</code></td>"));
    }
    ISO_TRY(iso_buf_printf(out, "<td>%lld</td><td>%lld</td><td>%lld</td>",
                           (long long)(c->closer + c->moved), (long long)c->apart,
                           (long long)silent(c)));
    if (c->leaked > 0)
        ISO_TRY(iso_buf_printf(out, "<td>%lld</td></tr>\n", (long long)c->attended));
    else
        ISO_TRY(iso_buf_puts(out, "<td></td></tr>\n"));
done:
    return err;
}

static bool several_ways(const struct mix_counts *counts)
{
    const char *first = counts->at[0].like->mix;
    const int length = iso_mixing_way_length(first);

    for (int64_t i = 1; i < counts->count; i++) {
        const char *other = counts->at[i].like->mix;
        if (iso_mixing_way_length(other) != length || strncmp(first, other, (size_t)length) != 0)
            return true;
    }
    return false;
}

/* Several: a table. */
static iso_err add_table(iso_buf *out, const struct mix_counts *counts)
{
    const bool ways = several_ways(counts), moved = counts->at[0].moved > 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "<p class=\"claims\">In how many cases, a language and a measured "
                              "layer each, mixing"));
    if (!ways) {
        ISO_TRY(iso_buf_puts(out, " by <code>"));
        ISO_TRY(add_way(out, counts->at[0].like));
        ISO_TRY(iso_buf_puts(out, "</code>"));
    }
    ISO_TRY(iso_buf_printf(
        out,
        " is shown to do something beyond not mixing, fixed:0 and shuffled; and how many of these "
        "go "
        "beyond uniform attention, too:</p>\n"
        "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">mixed layer</th>"
        "%s<th scope=\"col\">%s</th><th scope=\"col\">apart</th>"
        "<th scope=\"col\">neither</th><th scope=\"col\">beyond "
        "uniform</th></tr></thead>\n<tbody>\n",
        ways ? "<th scope=\"col\">way</th>" : "", moved ? "changed" : "closer"));
    for (int64_t i = 0; i < counts->count; i++)
        ISO_TRY(add_row(out, &counts->at[i], ways));
    ISO_TRY(iso_buf_puts(out, "</tbody></table></div>\n"));
done:
    return err;
}

iso_err iso_report_claims(iso_buf *out, const struct section_view *view)
{
    struct mix_claims claims = {0};
    struct mix_counts counts = {0};
    iso_err err = ISO_OK;

    if (!view->mixing)
        return ISO_OK;
    ISO_TRY(iso_mix_claims_make(&claims, &view->records));
    ISO_TRY(iso_mix_counts_make(&counts, &claims));
    if (counts.count <= 3) {
        for (int64_t i = 0; i < counts.count; i++)
            ISO_TRY(add_sentence(out, &counts.at[i], &view->records));
        goto done;
    }
    ISO_TRY(add_table(out, &counts));
done:
    iso_mix_claims_free(&claims);
    iso_mix_counts_free(&counts);
    return err;
}
