/* isogloss inspect: what a file or a checkpoint holds, and what is odd about it. */
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/inspect/inspect.h"
#include "bin/inspect/inspect_checkpoint.h"
#include "bin/out.h"
#include "bin/term.h"
#include "lib/base/alloc.h"

struct inspect_opt {
    size_t size;
    bool quick, spectrum;
};

static const iso_option rows[] = {
    ISO_OPTION(struct inspect_opt, FLAG, quick, NULL,
               "look at the headers only, not at the numbers"),
    ISO_OPTION(struct inspect_opt, FLAG, spectrum, NULL,
               "also how the rows of each layer vary: participation ratio, share of the largest "
               "variance, mean cosine of two rows"),
};
static const iso_options options = ISO_OPTIONS("inspect", struct inspect_opt, rows);

/* The header of either document: `files` are what was looked at. */
static iso_err begin_json(struct out_origin *origin, const struct args *args,
                          const iso_states_file *files, int count)
{
    const iso_err err = out_origin_make(origin, args);

    origin->is.inputs = files;
    origin->is.input_count = count;
    return err;
}

static iso_err states_json(iso_buf *text, const struct inspect *in, const struct args *args)
{
    const int count = iso_states_files(in->states);
    struct out_origin origin = {0};
    iso_states_file *files = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&files, count, sizeof *files));
    for (int i = 0; i < count; i++)
        files[i] = *iso_states_file_at(in->states, i);
    ISO_TRY(begin_json(&origin, args, files, count));
    ISO_TRY(inspect_json(text, in, &origin.is));
done:
    out_origin_free(&origin);
    iso_free(files);
    return err;
}

static iso_err folder_json(iso_buf *text, const struct checkpoint *c, const struct args *args)
{
    const iso_states_file folder = {args->inputs.at[0], "checkpoint", c->bytes};
    struct out_origin origin = {0};
    iso_err err = ISO_OK;

    ISO_TRY(begin_json(&origin, args, &folder, 1));
    ISO_TRY(checkpoint_json(text, c, &origin.is));
done:
    out_origin_free(&origin);
    return err;
}

static iso_err inspect(const struct args *args)
{
    const iso_run run = term_run(args);
    const struct inspect_opt *opt = args->study;
    struct args raw = *args;
    struct inspect in = {0};
    iso_states *states = NULL;
    iso_buf text = {0};
    iso_err err = ISO_OK;

    if (!raw.reading.pool) /* token rows as they are */
        raw.reading.pool = "none";
    ISO_TRY(input_open(&states, &raw, &args->inputs, &run));
    ISO_TRY(inspect_look(&in, states, opt->quick, opt->spectrum, &run));
    ISO_TRY(args->json ? states_json(&text, &in, args) : inspect_table(&text, &in));
    term_clear();
    ISO_TRY(out_file(args->json ? args->json : "-", &text));
done:
    iso_buf_free(&text);
    inspect_free(&in);
    iso_states_close(states);
    return err;
}

static iso_err inspect_folder(const struct args *args)
{
    const struct inspect_opt *opt = args->study;
    struct checkpoint c = {0};
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(checkpoint_look(&c, args->inputs.at[0], opt->quick));
    ISO_TRY(args->json ? folder_json(&text, &c, args) : checkpoint_table(&text, &c));
    ISO_TRY(out_file(args->json ? args->json : "-", &text));
done:
    iso_buf_free(&text);
    checkpoint_free(&c);
    return err;
}

static int run(const struct args *args)
{
    const struct inspect_opt *opt = args->study;

    if (args->inputs.count == 0)
        return cmd_usage(args, "needs an INPUT, such as states.h5");
    if (opt->quick && opt->spectrum)
        return cmd_usage(args, "--spectrum reads all numbers: leave out --quick");
    if (opt->spectrum && checkpoint_is(args->inputs.at[0]))
        return cmd_usage(args, "--spectrum looks at states: %s is a checkpoint, embed texts first",
                         args->inputs.at[0]);
    for (int i = 0; i < args->inputs.count && args->inputs.count > 1; i++) {
        if (checkpoint_is(args->inputs.at[i]))
            return cmd_usage(args, "%s: is a checkpoint; look at one at a time",
                             args->inputs.at[i]);
    }
    const iso_err err = checkpoint_is(args->inputs.at[0]) ? inspect_folder(args) : inspect(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_inspect = {
    .name = "inspect",
    .args = "INPUT...",
    .summary = "what a file or a checkpoint holds, and what is odd about it",
    .study = &options,
    .options = "only json mem limit progress quiet " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
