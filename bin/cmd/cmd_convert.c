/* isogloss convert: any INPUT as one file. */
#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/opt.h"
#include "bin/term.h"
#include "lib/io/states_save.h"

static iso_err convert(const struct args *args)
{
    const iso_run run = term_run(args);
    iso_save_opt opt = *(const iso_save_opt *)args->study;
    iso_states *states = NULL;
    iso_err err = ISO_OK;

    opt.retype = opt_given(args, "dtype");
    opt.dtype = args->reading.raw_dtype;
    ISO_TRY(input_open(&states, args, &args->inputs, &run));
    ISO_TRY(iso_states_save(states, args->out, &opt, &run));
done:
    iso_states_close(states);
    return err;
}

static int run(const struct args *args)
{
    if (args->inputs.count == 0)
        return cmd_usage(args, "needs an INPUT, such as en=emb_%%d.npy");
    if (!args->out)
        return cmd_usage(args, "needs --out, the file to write");
    const iso_err err = convert(args);
    return err ? cmd_failed(args, err) : EXIT_DONE;
}

const struct cmd cmd_convert = {
    .name = "convert",
    .args = "INPUT... -o OUT",
    .summary = "any INPUT as one file: native, npz, safetensors, HDF5 matrices",
    .study = &iso_save_options,
    .options = "only out mem limit progress quiet " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
