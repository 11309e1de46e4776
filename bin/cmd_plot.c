/* isogloss plot: one figure of records from earlier runs. */
#include "bin/cmd.h"
#include "bin/figure.h"
#include "bin/records.h"
#include "bin/term.h"

static iso_err read_all(iso_records *out, const struct settings *set)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < set->inputs.count; i++)
        ISO_TRY(records_read(out, NULL, set->inputs.at[i]));
done:
    return err;
}

static void tell(const struct settings *set, const iso_records *drawn, int64_t others, int panels)
{
    const iso_record *r = &drawn->at[0];

    if (others > 0)
        term_note(
            set, "%lld records of %s%s%s are drawn, %lld of other kinds are not; --measure chooses",
            (long long)drawn->count, r->measure, r->estimator ? ":" : "",
            r->estimator ? r->estimator : "", (long long)others);
    if (panels > 0)
        term_note(set, "%d more panels do not fit; --tgt and --layers choose", panels);
}

static iso_err plot(const struct settings *set, const char *path)
{
    iso_records all = {0}, chosen = {0}, drawn = {0};
    struct figure figure = {0};
    int64_t others;
    iso_err err = ISO_OK;

    ISO_TRY(read_all(&all, set));
    ISO_TRY(
        records_choose(&chosen, &all, &(struct records_choice){set->src, set->tgt, set->layers}));
    ISO_TRY(figure_pick(&drawn, &others, &chosen, set->measure));
    ISO_TRY(figure_make(&figure, &drawn, &(struct figure_ask){.title = set->title}));
    ISO_TRY(figure_save(&figure, path));
    tell(set, &drawn, others, figure.left_out);
done:
    figure_free(&figure);
    iso_records_free(&all);
    iso_records_free(&chosen);
    iso_records_free(&drawn);
    return err;
}

static int run(const struct settings *set)
{
    const char *path = set->out ? set->out : set->plot;

    if (set->inputs.count == 0)
        return cmd_usage(set, "no RECORDS given");
    if (!path)
        return cmd_usage(set, "no file to draw into: -o FILE, ending in .svg, .pdf, .png or .gp");
    if (!figure_suffix(path))
        return cmd_usage(set, "%s: a figure ends in .svg, .pdf, .png or .gp", path);
    const iso_err err = plot(set, path);
    return err ? cmd_failed(set, err) : EXIT_DONE;
}

const struct cmd cmd_plot = {
    .name = "plot",
    .args = "RECORDS... -o FILE",
    .summary = "a figure of records from earlier runs",
    .options = "only out plot measure src tgt layers title quiet",
    .run = run,
};
