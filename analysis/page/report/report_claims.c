/* What mixing is shown to do, counted, under the figure that shows it. */
#include <string.h>

#include "analysis/page/figure/figure_mix.h"
#include "analysis/study/mix/mix_claim.h"
#include "analysis/page/report/report_inside.h"
#include "analysis/page/html.h"

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

/* One way at one place: a sentence. */
static iso_err add_sentence(iso_buf *out, const struct mix_count *c)
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
    ISO_TRY(iso_buf_puts(out, "), beyond not mixing and both controls: "));
    if (c->moved)
        ISO_TRY(iso_buf_printf(out, "<b>%lld changed</b>", (long long)c->moved));
    else
        ISO_TRY(iso_buf_printf(out, "<b>%lld closer</b>, <b>%lld farther apart</b>",
                               (long long)c->closer, (long long)c->apart));
    ISO_TRY(iso_buf_printf(out, ", %lld in which nothing is shown.</p>\n", (long long)silent(c)));
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
    ISO_TRY(iso_buf_printf(out, "<td>%lld</td><td>%lld</td><td>%lld</td></tr>\n",
                           (long long)(c->closer + c->moved), (long long)c->apart,
                           (long long)silent(c)));
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
        " is shown to do something beyond not mixing and both controls:</p>\n"
        "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">mixed layer</th>"
        "%s<th scope=\"col\">%s</th><th scope=\"col\">apart</th>"
        "<th scope=\"col\">neither</th></tr></thead>\n<tbody>\n",
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
            ISO_TRY(add_sentence(out, &counts.at[i]));
        goto done;
    }
    ISO_TRY(add_table(out, &counts));
done:
    iso_mix_claims_free(&claims);
    iso_mix_counts_free(&counts);
    return err;
}
