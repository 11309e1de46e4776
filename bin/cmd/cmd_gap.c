/* isogloss gap: what transfer loses, and whether discrepancy goes with it. */
#include <string.h>

#include "bin/cmd.h"
#include "analysis/study/gap/gap.h"
#include "bin/out.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/io/record_read.h"

/* Before there is a run: a signal ends a program that waits for a pipe as it ends any. */
static iso_err read_all(iso_records *out, const struct args *args)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < args->inputs.count; i++)
        ISO_TRY(iso_records_read(out, NULL, args->inputs.at[i], NULL));
done:
    return err;
}

/* The files of a run, as the header of the records lists them. */
static iso_err write_all(const struct args *args, const iso_records *records)
{
    const iso_gap_opt *opt = args->study;
    iso_states_file *file = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&file, args->inputs.count + 3, sizeof *file));
    file[count++] = out_file_at(opt->scores, "scores");
    if (opt->given)
        file[count++] = out_file_at(opt->given, "scores");
    if (opt->blocks)
        file[count++] = out_file_at(opt->blocks, "blocks");
    for (int i = 0; i < args->inputs.count; i++)
        file[count++] = out_file_at(args->inputs.at[i], "records");
    ISO_TRY(out_records_of(args, records, file, count));
done:
    iso_free(file);
    return err;
}

/* The scatter of the first measure; without correlations the gaps. */
static iso_err draw(const struct args *args, const iso_records *read, const iso_records *made,
                    const iso_run *run)
{
    iso_plot_opt opt = args->figure;
    iso_records among = {0};
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < read->count; i++)
        ISO_TRY(iso_records_add(&among, &read->at[i]));
    for (int64_t i = 0; i < made->count; i++)
        ISO_TRY(iso_records_add(&among, &made->at[i]));
    opt.kind = ISO_PLOT_SCATTER;
    opt.among = &among;
    ISO_TRY(iso_plot(made, &opt, args->plot, run));
done:
    iso_records_free(&among);
    return err;
}

static iso_err gap(const struct args *args)
{
    iso_run run;
    struct args plain = *args; /* its figure is our own */
    iso_records read = {0}, made = {0};
    iso_err err = ISO_OK;

    ISO_TRY(read_all(&read, args));
    run = term_run(args);
    ISO_TRY(iso_gap(&made, &read, args->study, &run));
    plain.plot = plain.figure.plot_data = NULL;
    ISO_TRY(write_all(&plain, &made));
    if (out_draws(args))
        ISO_TRY(draw(args, &read, &made, &run));
done:
    iso_records_free(&read);
    iso_records_free(&made);
    return err;
}

static int run(const struct args *args)
{
    const iso_gap_opt *opt = args->study;

    if (!opt->scores)
        return cmd_usage(args, "needs --scores TABLE: a row a model and a column a language, or "
                               "lang and score");
    if (opt->given && args->inputs.count == 0)
        return cmd_usage(args, "--given holds a third quantity constant, so it needs RECORDS");
    if (opt->measure && args->inputs.count == 0)
        return cmd_usage(args, "--measure chooses among RECORDS, and none are given");
    if (opt->blocks && args->inputs.count == 0)
        return cmd_usage(args, "--blocks restricts permutations of the languages, so it needs "
                               "RECORDS");
    if (opt->permutations && args->inputs.count == 0)
        return cmd_usage(args, "--permutations is of correlations, so it needs RECORDS");
    if (iso_gap_check(opt))
        return cmd_usage(args, "%s", iso_err_msg());
    const iso_err err = gap(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_gap = {
    .name = "gap",
    .args = "--scores TABLE [RECORDS...]",
    .summary = "transfer gaps of task scores, and discrepancy against gap",
    .study = &iso_gap_options,
    .options = "only json csv plot plot-data "
               "title width height seed quiet",
    .reads = ISO_READS_FILE,
    .run = run,
};
