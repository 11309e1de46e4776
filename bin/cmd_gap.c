/* isogloss gap: what transfer loses, and whether discrepancy goes with it. */
#include "bin/cmd.h"
#include "bin/gap.h"
#include "bin/out.h"
#include "bin/records.h"
#include "lib/base/alloc.h"

static iso_err read_all(iso_records *out, const struct settings *set)
{
    iso_records all = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < set->inputs.count; i++)
        ISO_TRY(records_read(&all, NULL, set->inputs.at[i]));
    if (set->layers && all.count > 0)
        ISO_TRY(records_choose(out, &all, &(struct records_choice){.layers = set->layers}));
    for (int64_t i = 0; !set->layers && i < all.count; i++)
        ISO_TRY(iso_records_add(out, &all.at[i]));
done:
    iso_records_free(&all);
    return err;
}

/* The files of a run, as the header of the records lists them. */
static iso_err write_all(const struct settings *set, const iso_records *records, int64_t bytes)
{
    iso_states_file *file = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&file, set->inputs.count + 2, sizeof *file));
    file[count++] = (iso_states_file){set->scores, "scores", bytes};
    if (set->given)
        file[count++] = (iso_states_file){set->given, "scores", 0};
    for (int i = 0; i < set->inputs.count; i++)
        file[count++] = (iso_states_file){set->inputs.at[i], "records", 0};
    ISO_TRY(out_records_of(set, records, file, count));
done:
    iso_free(file);
    return err;
}

static iso_err gap(const struct settings *set)
{
    iso_records read = {0}, made = {0};
    int64_t bytes = 0;
    iso_err err = ISO_OK;

    ISO_TRY(out_check(set));
    ISO_TRY(read_all(&read, set));
    ISO_TRY(gap_records(&made, &bytes, set, &read));
    ISO_TRY(write_all(set, &made, bytes));
done:
    iso_records_free(&read);
    iso_records_free(&made);
    return err;
}

static int run(const struct settings *set)
{
    if (!set->scores)
        return cmd_usage(set, "needs --scores TABLE: a row a model and a column a language, or "
                              "lang and score");
    if (set->given && set->inputs.count == 0)
        return cmd_usage(set, "--given holds a third quantity constant, so it needs RECORDS");
    if (set->measure && set->inputs.count == 0)
        return cmd_usage(set, "--measure chooses among RECORDS, and none are given");
    const iso_err err = gap(set);
    return err ? cmd_failed(set, err) : EXIT_DONE;
}

const struct cmd cmd_gap = {
    .name = "gap",
    .args = "--scores TABLE [RECORDS...]",
    .summary = "transfer gaps of task scores, and discrepancy against gap",
    .options = "only scores row given src tgt measure layers interval title json csv plot seed "
               "quiet",
    .run = run,
};
