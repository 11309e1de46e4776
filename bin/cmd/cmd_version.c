/* isogloss version: what this program was made of. */
#include <stdio.h>

#include "bin/cmd.h"
#include "bin/cmd/machine.h"

#if defined(__clang__)
static const char compiler[] = "clang " __clang_version__;
#elif defined(__GNUC__)
static const char compiler[] = "gcc " __VERSION__;
#else
static const char compiler[] = "unknown";
#endif

static int run(const struct args *args)
{
    if (args->inputs.count > 0)
        return cmd_usage(args, "%s: no words are taken", args->inputs.at[0]);
    printf("isogloss %s\n\n", ISO_VERSION);
    printf("compiler    %s, %s\n", compiler, ISO_BUILD);
    printf("libraries   %s\n", ISO_LIBRARIES);
    machine_print();
    printf("reads       native HDF5, per-sentence and matrix HDF5, npy, npz, safetensors, torch, vLLM, zarr, CSV, JSON lines, raw\n");
    printf("licence     Apache-2.0; comes without warranty\n");
    return EXIT_DONE;
}

const struct cmd cmd_version = {
    .name = "version",
    .args = "",
    .summary = "version, compiler and libraries",
    .options = "only",
    .run = run,
};
