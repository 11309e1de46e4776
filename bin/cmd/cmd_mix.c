/* isogloss mix: X-Mixup's forward pass, and the discrepancy before and after it. */
#include <sys/stat.h>

#include "analysis/page/plot.h"
#include "bin/cmd.h"
#include "analysis/study/mix/mix_claim.h"
#include "analysis/study/mix/mix_job.h"
#include "bin/out.h"
#include "bin/opt.h"
#include "bin/term.h"
#include "lib/base/alloc.h"
#include "lib/linalg/blas.h"

/* The texts of a run, as the header of the records lists them. */
static iso_err write_records(const struct mix_job *job, const iso_records *records)
{
    iso_states_file *files = NULL;
    int count = 0, at = 0;
    struct stat st;
    iso_err err = ISO_OK;

    for (int l = 0; l < job->langs; l++)
        count += iso_texts_files(job->texts, job->lang[l]);
    ISO_TRY(iso_alloc(&files, count, sizeof *files));
    for (int l = 0; l < job->langs; l++) {
        for (int i = 0; i < iso_texts_files(job->texts, job->lang[l]); i++) {
            const char *path = iso_texts_file(job->texts, job->lang[l], i);
            files[at++] =
                (iso_states_file){path, "text", stat(path, &st) == 0 ? (int64_t)st.st_size : 0};
        }
    }
    ISO_TRY(out_records_of(job->set, records, files, count));
done:
    iso_free(files);
    return err;
}

struct pictures {
    const char *folder;
    const iso_run *run;
};

static iso_err draw(void *payload, const iso_cross_attention *a)
{
    const struct pictures *to = payload;

    return iso_plot_attention(a, to->folder, to->run);
}

static iso_err mix(struct mix_job *job)
{
    const struct settings *set = job->set;
    iso_records records = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_mix_prepare(job));
    if (set->plan) {
        mix_print_plan(job);
        goto done;
    }
    ISO_TRY(iso_mix_work_through(&records, job));
    if (!iso_str_same(set->interval, "none"))
        ISO_TRY(iso_mix_tell(&records, job->run));
    ISO_TRY(write_records(job, &records));
    for (int t = 0; t < iso_mix_targets(job);
         t++) /* last: without gnuplot there are numbers by now */
        ISO_TRY(iso_mixing_attention(job, t));
done:
    iso_records_free(&records);
    return err;
}

static iso_err mix_with_threads(const struct settings *set)
{
    const iso_run run = term_run(set);
    const int threads = iso_blas_threads();
    struct pictures pictures = {set->attention, &run};
    struct mix_job job = {
        .set = set, .run = &run, .attention = draw, .attention_payload = &pictures};
    iso_err err;

    job.entropy = iso_str_same(set->entropy, "repo") ? ISO_MIX_REPO : ISO_MIX_MASKED;
    if (run.threads > 0)
        iso_blas_set_threads(run.threads);
    err = mix(&job);
    iso_mix_job_free(&job);
    if (run.threads > 0)
        iso_blas_set_threads(threads);
    return err;
}

static int run(const struct settings *given)
{
    struct settings set = *given;
    iso_err err = opt_preset(&set, &cmd_mix);

    if (set.lambda && !given->lambda0) /* what the file says holds */
        set.lambda0 = NULL;
    if (!err)
        err = iso_mixing_check(&set);
    if (err == ISO_EARG)
        return cmd_usage(&set, "%s", iso_err_msg());
    if (!err)
        err = mix_with_threads(&set);
    return err ? cmd_failed(&set, err) : EXIT_DONE;
}

const struct cmd cmd_mix = {
    .name = "mix",
    .args = "--model DIR --source L=TEXT --target L=TEXT... | --corpus DIR --src L",
    .summary = "X-Mixup's forward pass: how far apart languages are before and after mixing",
    .options = "model source target corpus src tgt layer mix lambda0 lambda entropy preset measure "
               "interval k neighbours direction road pool max-length batch compute random-weights "
               "columns text-format keep-before keep-after dtype attention items",
    .registry = true,
    .run = run,
};
