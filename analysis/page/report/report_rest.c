/* Sections of measures that the table of sections does not know. */
#include <ctype.h>
#include <string.h>

#include "analysis/page/figure/figure_text.h"
#include "analysis/page/report/report.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"

/* Of measures that have no entry; also of other figures than the entries name. Its guide is that of
 * the measure. */
static const struct section rest = {.order = 1000};

static bool is_mixing(const struct report *report, int source, const iso_record *r)
{
    return report->source[source].mixes && iso_figure_is_mixing(r);
}

/* Other correlations with gaps, without a language or with a third quantity held constant, and
 * their means are in the records. */
static bool beside_gap(const iso_record *r)
{
    return (r->y && strncmp(r->y, "gap:", 4) == 0) || strcmp(r->measure, "mantel") == 0 ||
           strcmp(r->measure, "gap") == 0;
}

static bool has_section(const struct report *report, int source, const iso_record *r)
{
    /* The spread of λ and the entropies stand in the records beside λ, which has a section. */
    if ((is_mixing(report, source, r) && iso_figure_is_share(r)) || beside_gap(r))
        return true;
    for (int i = 0; i < iso_section_count(); i++) {
        if (iso_section_fits(iso_section_at(i), report, source, r))
            return true;
    }
    return false;
}

static bool seen(const struct section_view *views, int count, const iso_record *r, bool mixing)
{
    for (int i = 0; i < count; i++) {
        const iso_record *other = &views[i].records.at[0];
        if (views[i].mixing == mixing && iso_str_same(r->measure, other->measure) &&
            iso_str_same(r->estimator, other->estimator))
            return true;
    }
    return false;
}

/* "p-k-csls": what may stand in a file name and an anchor. */
static iso_err make_id(char **out, const iso_record *r)
{
    char id[80];
    size_t used = 0;

    for (const char *c = r->measure; *c && used < 32; c++)
        id[used++] = isalnum((unsigned char)*c) && (unsigned char)*c < 128 ? *c : '-';
    id[used++] = '-';
    for (const char *c = r->estimator ? r->estimator : ""; *c && used < 70; c++)
        id[used++] = isalnum((unsigned char)*c) && (unsigned char)*c < 128 ? *c : '-';
    return iso_str_dup(out, id, (int64_t)used);
}

static iso_err rest_view(struct section_view *out, const struct report *report,
                         const iso_record *like, bool mixing)
{
    struct section_view view = {.section = &rest, .mixing = mixing};
    iso_records all = {0};
    iso_err err = ISO_OK;

    for (int s = 0; s < report->source_count; s++) {
        const struct report_source *source = &report->source[s];
        for (int64_t i = source->first; i < source->first + source->count; i++) {
            const iso_record *r = &report->records.at[i];
            if (is_mixing(report, s, r) != mixing || has_section(report, s, r) ||
                !iso_str_same(r->measure, like->measure) ||
                !iso_str_same(r->estimator, like->estimator))
                continue;
            ISO_TRY(iso_records_add(&all, r));
            view.from[s] = true;
        }
    }
    ISO_TRY(iso_figure_pick(&view.records, &view.others, &all, NULL));
    ISO_TRY(make_id(&view.id, like));
    *out = view;
    view = (struct section_view){0};
done:
    iso_records_free(&all);
    iso_section_view_free(&view);
    return err;
}

static iso_err rest_of_source(struct section_view *out, int *count, int room,
                              const struct report *report, int source)
{
    const struct report_source *s = &report->source[source];
    iso_err err = ISO_OK;

    for (int64_t i = s->first; i < s->first + s->count && *count < room; i++) {
        const iso_record *r = &report->records.at[i];
        const bool mixing = is_mixing(report, source, r);
        if (has_section(report, source, r) || seen(out, *count, r, mixing))
            continue;
        ISO_TRY(rest_view(&out[*count], report, r, mixing));
        (*count)++;
    }
done:
    return err;
}

iso_err iso_section_rest(struct section_view *out, int *count, int room,
                         const struct report *report)
{
    iso_err err = ISO_OK;

    *count = 0;
    for (int s = 0; s < report->source_count; s++)
        ISO_TRY(rest_of_source(out, count, room, report, s));
done:
    return err;
}
