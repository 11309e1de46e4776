/* isogloss words: how many words of a dictionary find their translation. */
#include "bin/cmd.h"
#include "bin/out.h"
#include "bin/opt.h"
#include "bin/term.h"
#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"

/* The files of a run, as the header of the records lists them. */
static iso_err write_records(const struct settings *set, const iso_records *records,
                             const struct words_side side[2])
{
    const iso_states_file files[2] = {
        {side[0].path, side[0].layers ? "native" : "vectors", side[0].bytes},
        {side[1].path, side[1].layers ? "native" : "vectors", side[1].bytes}};

    return out_records_of(set, records, files, 2);
}

/* What papers print as one number, of the last layer. */
static void tell_headline(const struct settings *set, const iso_records *list)
{
    const iso_record *last = NULL;

    for (int64_t i = 0; i < list->count; i++) {
        const iso_record *r = &list->at[i];
        if (r->k == 1 && iso_str_same(r->estimator, "csls") &&
            iso_str_same(r->denominator, "in-vocabulary"))
            last = r;
    }
    if (last)
        term_note(set, "p@1 by csls of %lld words in the vocabulary: %.4f (chance %.2g)",
                  (long long)last->n, last->value, last->null);
}

static iso_err words(const struct words_ask *ask)
{
    const struct settings *set = ask->set;
    const iso_run run = term_run(set);
    struct words_side side[2] = {0};
    iso_records records = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < 2; i++)
        ISO_TRY(iso_words_side_open(&side[i], set->inputs.at[i], ask, &run));
    ISO_TRY(iso_words_records(&records, ask, side, &run));
    if (!set->plan) {
        ISO_TRY(write_records(set, &records, side));
        tell_headline(set, &records);
    }
done:
    iso_records_free(&records);
    iso_words_side_close(&side[0]);
    iso_words_side_close(&side[1]);
    return err;
}

static int run(const struct settings *given)
{
    struct settings set = *given;
    struct words_ask ask = {0};
    iso_err err = opt_preset(&set, &cmd_words);
    int status;

    if (!err)
        err = iso_words_ask_make(&ask, &set);
    if (err == ISO_EARG)
        status = cmd_usage(given, "%s", iso_err_msg());
    else if (err)
        status = cmd_failed(given, err);
    else
        status = (err = words(&ask)) ? cmd_failed(given, err) : EXIT_DONE;
    iso_words_ask_free(&ask);
    return status;
}

const struct cmd cmd_words = {
    .name = "words",
    .args = "SRC TGT --train DICT --test DICT",
    .summary = "word translation from word vectors and dictionaries",
    .options =
        "only preset measure train test unsupervised method steps refine prep k neighbours beta "
        "interval layers max-vocab encoding lower strict pad json csv plot plot-data title width "
        "height threads mem seed plan progress quiet",
    .reads = ISO_READS_STATES,
    .run = run,
};
