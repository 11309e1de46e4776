/* isogloss doctor: what decides speed and correctness on this machine. */
#include <stdio.h>

#include "bin/cmd.h"
#include "bin/cmd/golden.h"
#include "bin/cmd/machine.h"
#include "bin/cmd/rates.h"
#include "bin/input.h"
#include "bin/term.h"
#include "lib/linalg/blas.h"

static iso_err rates(const iso_run *run)
{
    double single, twice, memory;
    iso_err err = ISO_OK;

    ISO_TRY(rate_products(&single, ISO_F32, run));
    ISO_TRY(rate_products(&twice, ISO_F64, run));
    ISO_TRY(rate_memory(&memory, run));
    term_clear();
    printf("sgemm       %.1f GFLOP/s\n", single / 1e9);
    printf("dgemm       %.1f GFLOP/s\n", twice / 1e9);
    printf("memory      %.1f GB/s\n", memory / 1e9);
done:
    return err;
}

static iso_err reading(const struct args *args, iso_states *states, const iso_run *run)
{
    double rate;
    iso_err err;

    if (!states)
        return ISO_OK;
    err = rate_reading(&rate, states, run);
    term_clear();
    if (err == ISO_OK)
        printf("reading     %.2f GB/s of %s from the page cache\n", rate / 1e9, args->inputs.at[0]);
    return err;
}

static iso_err answers(int *wrong, const iso_run *run)
{
    struct golden g[GOLDEN_ROOM];
    int count = 0;
    iso_err err = golden_check(g, &count, run);

    if (err != ISO_OK)
        return err;
    printf("\n%-16s %-14s %-13s %-13s %s\n", "known answers", "", "expected", "gram", "sums");
    for (int i = 0; i < count; i++) {
        printf("%-16s %s:%-10s %-13.10f %-13.10f %-13.10f %s\n", g[i].source, g[i].measure,
               g[i].estimator, g[i].expected, g[i].gram, g[i].sums, g[i].ok ? "ok" : "WRONG");
        *wrong += !g[i].ok;
    }
    return ISO_OK;
}

static int run(const struct args *args)
{
    const iso_run run = term_run(args);
    const iso_threads threads = iso_blas_enter(&run);
    iso_states *states = NULL;
    iso_err err = ISO_OK;
    int wrong = 0;

    if (args->inputs.count > 0)
        ISO_TRY(input_open(&states, args, &args->inputs, &run));
    machine_print();
    ISO_TRY(rates(&run));
    ISO_TRY(reading(args, states, &run));
    ISO_TRY(answers(&wrong, &run));
    if (wrong > 0)
        ISO_FAIL(ISO_ENUMERIC, "%d known answers come out wrong on this machine", wrong);
done:
    iso_states_close(states);
    iso_blas_leave(threads);
    return err == ISO_OK ? EXIT_DONE : cmd_failed(args, err);
}

const struct cmd cmd_doctor = {
    .name = "doctor",
    .args = "[INPUT...]",
    .summary = "BLAS kernels, threads, rates of this machine; known answers recomputed",
    .options = "only threads mem quiet progress limit " OPTIONS_READING,
    .reads = ISO_READS_STATES,
    .run = run,
};
