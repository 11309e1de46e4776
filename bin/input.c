#include "bin/input.h"

#include "lib/text/lang.h"

iso_err input_open(iso_states **out, const struct args *args, const struct words *words,
                   const iso_run *run)
{
    iso_states_opt opt = args->reading;

    opt.canonical = iso_lang_canonical;
    opt.run = run;
    return iso_states_open(out, words->at, words->count, &opt);
}
