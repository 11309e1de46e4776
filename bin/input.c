#include "bin/input.h"

#include "bin/opt.h"
#include "lib/text/lang.h"

iso_err input_open(iso_states **out, const struct args *args, const struct words *words,
                   const iso_run *run)
{
    iso_states_opt opt = args->reading;

    opt.canonical = iso_lang_canonical;
    opt.run = run;
    return iso_states_open(out, words->at, words->count, &opt);
}

iso_err input_baseline(iso_states **out, const struct args *args, const iso_run *run)
{
    const struct words given = opt_words(args, "baseline-states");

    return given.count > 0 ? input_open(out, args, &given, run) : ISO_OK;
}
