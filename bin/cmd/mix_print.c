/* What mixing would cost, and what it did. */
#include <inttypes.h>
#include <stdio.h>

#include "analysis/study/mix/mix_job.h"
#include "bin/term.h"

static int64_t tokens_of(const struct mix_job *job, int lang)
{
    const struct encoding_lang *l = &job->in.lang[lang];
    int64_t sum = 0;

    for (int64_t i = 0; i < job->items; i++)
        sum += l->token_at[job->pick[lang][i] + 1] - l->token_at[job->pick[lang][i]];
    return sum;
}

static int64_t target_tokens(const struct mix_job *job)
{
    int64_t sum = 0;

    for (int t = 0; t < iso_mix_targets(job); t++)
        sum += tokens_of(job, iso_mix_target_lang(job, t));
    return sum;
}

int64_t mix_work(const struct mix_job *job)
{
    const int64_t all = target_tokens(job);
    const int64_t sources = job->self ? all : tokens_of(job, 0);

    return sources * job->scheme.L + all * iso_mix_scheme_layers(&job->scheme);
}

/* The text, the weights made ready, a batch on its way with a state for each mixed layer, first
 * tokens, and what is kept of source and target, where more than a sixteenth of --mem goes to a
 * file. */
int64_t mix_memory(const struct mix_job *job)
{
    const iso_nn_config *c = iso_encoder_config(job->in.encoder);
    const struct mix_scheme *s = &job->scheme;
    const int64_t share = iso_run_mem(job->run) / 16;
    const int64_t states = iso_mixed_matrices(s) * job->items * s->C * 4;
    const int64_t cls = ((int64_t)s->places * s->ways + 2) * job->items * (4 * s->C + 24);
    int64_t most = 0, text = 0;

    for (int l = 0; l < job->in.lang_count; l++) {
        const int64_t tokens = tokens_of(job, l);
        most = tokens > most ? tokens : most;
        text += 16 * tokens;
    }
    const int64_t attended = s->L * most * s->C * 4;
    return text + cls + c->L * (4 * c->C * c->C + 2 * c->C * c->F) * 4 +
           (states < share ? states : 0) + (attended < share ? attended : 0) +
           iso_encoding_batch_size(job->set->batch) * ((8 + s->L) * c->C + c->F) * 4;
}

void mix_print_plan(const struct mix_job *job)
{
    const struct mix_scheme *s = &job->scheme;

    printf("model\t%s\n", job->in.about->name);
    printf("source\t%s\n", job->self ? "every language its own" : job->in.lang[0].name);
    printf("targets\t%d\n", iso_mix_targets(job));
    printf("items\t%" PRId64 "\n", job->items);
    printf("tokens\t%" PRId64 "\n", target_tokens(job));
    printf("places\t%d\n", s->places);
    printf("ways\t%d\n", s->ways);
    printf("layers\t%" PRId64 "\n", iso_mix_scheme_layers(s));
    printf("operations\t%.6g\n",
           (double)mix_work(job) * (8.0 * (double)(s->C * s->C) +
                                    4.0 * (double)(s->C * iso_encoder_config(job->in.encoder)->F)));
    printf("memory\t%" PRId64 "\n", mix_memory(job));
}

iso_err mix_print_done(const struct mix_job *job, double seconds)
{
    term_note(job->set,
              "%" PRId64 " sentence%s into %d language%s, %" PRId64
              " tokens x layers in %.1f s, %.0f/s",
              job->items, job->items == 1 ? "" : "s", iso_mix_targets(job),
              iso_mix_targets(job) == 1 ? "" : "s", job->done, seconds,
              seconds > 0 ? (double)job->done / seconds : 0);
    return ISO_OK;
}
