/* The nearest words of each word of one file, as a table that `augment` reads. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/study/words/words_job.h"
#include "lib/base/alloc.h"
#include "lib/io/outfile.h"
#include "lib/io/word_table.h"
#include "lib/linalg/blas.h"

static iso_err check(const struct words_source *side, const struct words_space *space,
                     const iso_run *run)
{
    const int64_t n = space->rows.rows, bytes = n * space->rows.cols * (int64_t)sizeof(float);

    if (bytes > iso_run_mem(run))
        return iso_fail(
            ISO_ENOMEM,
            ISO_FIELD(mem) " %" PRId64 ": vectors of %" PRId64 " words are %" PRId64
                           " bytes: give more, or take fewer with " ISO_FIELD(max_vocab),
            iso_run_mem(run), n, bytes);
    if (n < 2)
        return iso_fail(ISO_EDATA, "%s: has one word, which has no neighbours", side->path);
    return ISO_OK;
}

static iso_err add_word(iso_word_table *t, const struct words_space *space, const iso_near *near,
                        int64_t w, const struct words_ask *ask, const char *path)
{
    const char *const *words = space->v.words;
    const double least = isnan(ask->opt.threshold) ? -INFINITY : ask->opt.threshold;
    int64_t left = ask->opt.neighbours;
    iso_err err = ISO_OK;

    ISO_TRY(iso_word_table_begin(t, path, words[w], (int64_t)strlen(words[w])));
    for (int i = 0; i < near->k && left > 0; i++) {
        const int64_t at = near->index[w * near->k + i];
        if (at < 0 || at == w || !(near->score[w * near->k + i] >= least))
            continue;
        ISO_TRY(iso_word_table_add(t, path, words[at], (int64_t)strlen(words[at])));
        left--;
    }
done:
    return err;
}

/* Each word is among its own nearest, so one more is looked for. */
static iso_err fill(iso_word_table *t, const struct words_space *space, const char *path,
                    const struct words_ask *ask)
{
    const iso_view x = iso_mat_view(&space->rows);
    const int64_t most = ask->opt.neighbours + 1 < x.rows ? ask->opt.neighbours + 1 : x.rows;
    const iso_near_opt opt = {.k = (int)most};
    iso_near near = {0};
    int64_t alone = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_near_find(&near, NULL, x, x, &opt, ask->run, NULL));
    for (int64_t w = 0; w < x.rows; w++) {
        ISO_TRY(add_word(t, space, &near, w, ask, path));
        alone += iso_word_table_count(t, w) == 0;
    }
    iso_run_note(ask->run, "%s: %" PRId64 " words, %" PRId64 " of them without a neighbour", path,
                 x.rows, alone);
done:
    iso_near_free(&near);
    return err;
}

static iso_err write_table(const iso_words_side *given, const iso_words_opt *opt,
                           const iso_run *run)
{
    struct words_ask ask = {0};
    struct words_source side = {0};
    struct words_space space = {0};
    iso_word_table table = {0};
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_words_ask_make(&ask, opt, run));
    ISO_NEED(ask.opt.nearest, "needs " ISO_FIELD(nearest) " FILE, the table to write");
    ISO_TRY(iso_words_source_open(&side, given, &ask));
    ISO_NEED(side.layers < 2, "%s: has %d layers: choose one with " ISO_FIELD(layers), side.path,
             side.layers);
    ISO_TRY(iso_words_space_read(&space, &side, &ask, side.layers ? side.layer[0] : -1, true));
    ISO_TRY(check(&side, &space, run));
    ISO_TRY(fill(&table, &space, side.path, &ask));
    ISO_TRY(iso_word_table_json(&text, &table));
    ISO_TRY(iso_outfile_save(ask.opt.nearest, &text));
done:
    iso_buf_free(&text);
    iso_word_table_free(&table);
    iso_words_space_free(&space);
    iso_words_source_close(&side);
    iso_words_ask_free(&ask);
    return err;
}

iso_err iso_words_nearest(const iso_words_side *side, const iso_words_opt *opt, const iso_run *run)
{
    const iso_threads threads = iso_blas_enter(run);
    const iso_err err = write_table(side, opt, run);

    iso_blas_leave(threads);
    return err;
}
