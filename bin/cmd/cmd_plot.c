/* isogloss plot: one figure of records from earlier runs. */
#include "bin/cmd.h"
#include "bin/out.h"
#include "bin/term.h"
#include "analysis/study/items/records.h"
#include "lib/io/record_read.h"

/* Before there is a run: a signal ends a program that waits for a pipe as it ends any. */
static iso_err read_all(iso_records *out, const struct settings *set)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < set->inputs.count; i++)
        ISO_TRY(iso_records_read(out, NULL, set->inputs.at[i], NULL));
done:
    return err;
}

static iso_err plot(const struct settings *set, const char *path)
{
    iso_records all = {0}, chosen = {0};
    iso_plot_opt opt = set->figure;
    iso_run run;
    iso_err err = ISO_OK;

    ISO_TRY(read_all(&all, set));
    run = term_run(set);
    ISO_TRY(iso_records_choose(
        &chosen, &all, &(iso_select){.src = set->src, .tgt = set->tgt, .layers = set->layers}));
    opt.measure = set->measure;
    opt.among = &all;
    ISO_TRY(iso_plot(&chosen, &opt, path, &run));
done:
    iso_records_free(&all);
    iso_records_free(&chosen);
    return err;
}

static int run(const struct settings *set)
{
    const char *path = set->out ? set->out : set->plot;

    if (set->inputs.count == 0)
        return cmd_usage(set, "no RECORDS given");
    if (!path && !set->figure.plot_data)
        return cmd_usage(set, "no file to draw into: -o FILE, ending in .svg, .pdf, .png or .gp");
    if (iso_plot_check(NULL, path))
        return cmd_usage(set, "%s", iso_err_msg());
    const iso_err err = plot(set, path);
    return err ? cmd_failed(set, err) : EXIT_DONE;
}

const struct cmd cmd_plot = {
    .name = "plot",
    .args = "RECORDS... -o FILE",
    .summary = "a figure of records from earlier runs",
    .options = "only out plot plot-data measure src tgt layers layer title width height quiet",
    .reads = ISO_READS_FILE,
    .run = run,
};
