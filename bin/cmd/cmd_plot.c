/* isogloss plot: one figure of records from earlier runs. */
#include "bin/cmd.h"
#include "bin/out.h"
#include "bin/term.h"
#include "analysis/study/items/records.h"
#include "lib/io/record_read.h"

struct plot_opt {
    size_t size;
    iso_scope select;
    const char *measure;
};

/* clang-format off */
static const iso_option rows[] = {
    ISO_SELECT_SRC(struct plot_opt),
    ISO_SELECT_TGT(struct plot_opt),
    ISO_SELECT_LAYERS(struct plot_opt),
    ISO_OPTION(struct plot_opt, MEASURES, measure, "LIST", "measures: cka,cka:biased,cosine (a name alone: its recommended estimators)"),
};
/* clang-format on */
static const iso_options options = ISO_OPTIONS("plot", struct plot_opt, rows);

/* Before there is a run: a signal ends a program that waits for a pipe as it ends any. */
static iso_err read_all(iso_records *out, const struct args *args)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < args->inputs.count; i++)
        ISO_TRY(iso_records_read(out, NULL, args->inputs.at[i], NULL));
done:
    return err;
}

static iso_err plot(const struct args *args, const char *path)
{
    const struct plot_opt *own = args->study;
    iso_records all = {0}, chosen = {0};
    iso_plot_opt opt = args->figure;
    iso_run run;
    iso_err err = ISO_OK;

    ISO_TRY(read_all(&all, args));
    run = term_run(args);
    ISO_TRY(iso_records_choose(&chosen, &all, &own->select));
    opt.measure = own->measure;
    opt.among = &all;
    ISO_TRY(iso_plot(&chosen, &opt, path, &run));
done:
    iso_records_free(&all);
    iso_records_free(&chosen);
    return err;
}

static int run(const struct args *args)
{
    const char *path = args->out ? args->out : args->plot;

    if (args->inputs.count == 0)
        return cmd_usage(args, "no RECORDS given");
    if (!path && !args->figure.plot_data)
        return cmd_usage(args, "no file to draw into: -o FILE, ending in .svg, .pdf, .png or .gp");
    if (iso_plot_check(NULL, path))
        return cmd_usage(args, "%s", iso_err_msg());
    const iso_err err = plot(args, path);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_plot = {
    .name = "plot",
    .args = "RECORDS... -o FILE",
    .summary = "a figure of records from earlier runs",
    .study = &options,
    .options = "only out plot plot-data layer title width height quiet",
    .reads = ISO_READS_FILE,
    .run = run,
};
