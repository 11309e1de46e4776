/* isogloss convert: any INPUT as one file. */
#include <string.h>
#include <sys/stat.h>

#include "bin/cmd.h"
#include "bin/input.h"
#include "bin/opt.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/states_save.h"

/* The layout follows from the end of a name: names that promise one that is not written. */
static const char *foreign_suffix(const char *path)
{
    static const char *const others[] = {".npy", ".csv", ".tsv",   ".json",    ".jsonl", ".pt",
                                         ".pth", ".bin", ".arrow", ".parquet", ".zarr",  ".gguf"};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof others / sizeof *others; i++) {
        if (strcmp(dot, others[i]) == 0)
            return dot;
    }
    return NULL;
}

/* Whether the file would lie in a folder that is read, and be a part of it from then on. */
static bool lies_in(const char *path, const char *input)
{
    const char *slash = strrchr(path, '/'), *equals = strchr(input, '=');
    struct stat folder, read;
    char *parent = NULL;
    bool in = false;

    if (iso_str_dup(&parent, slash ? path : ".", slash ? slash - path + 1 : 1) != ISO_OK)
        return false;
    in = stat(parent, &folder) == 0 && stat(equals ? equals + 1 : input, &read) == 0 &&
         folder.st_dev == read.st_dev && folder.st_ino == read.st_ino;
    iso_free(parent);
    return in;
}

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
    const char *suffix = opt_given(args, "as") ? NULL : foreign_suffix(args->out);
    if (suffix)
        return cmd_usage(
            args,
            "--out %s: %s is not written; .h5 (native), .npz and .safetensors are, and "
            "HDF5 matrices with --as matrix",
            args->out, suffix);
    for (int i = 0; i < args->inputs.count; i++) {
        if (lies_in(args->out, args->inputs.at[i]))
            return cmd_usage(args, "--out %s: would lie in %s, which is read: name another folder",
                             args->out, args->inputs.at[i]);
    }
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
