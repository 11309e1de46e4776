/* Files of retrieval: true pairs read, what was found written. */
#include "analysis/study/retrieve/retrieve_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/number.h"
#include "lib/io/outfile.h"
#include "lib/io/row_pairs.h"

iso_err iso_retrieve_truth_read(iso_mined **out, int64_t *count, const char *path, int64_t n,
                                int64_t m, const iso_run *run)
{
    iso_row_pairs pairs = {0};
    iso_mined *truth = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_row_pairs_read(&pairs, path, n, m, run));
    ISO_TRY(iso_alloc(&truth, pairs.count, sizeof *truth));
    for (int64_t p = 0; p < pairs.count; p++)
        truth[p] = (iso_mined){pairs.source[p], pairs.target[p], 0};
    *out = truth;
    *count = pairs.count;
done:
    iso_row_pairs_free(&pairs);
    return err;
}

static iso_err put(iso_buf *text, double score)
{
    char number[ISO_NUMBER_SIZE];

    return iso_buf_printf(text, "\t%s\n",
                          score - score == 0 ? iso_number_exact(number, score) : "");
}

iso_err iso_retrieve_found_write(const char *path, const struct retrieve_found *f)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(&text, ""));
    for (int64_t i = 0; i < f->count; i++) {
        ISO_TRY(iso_buf_printf(&text, "%lld\t%lld", (long long)f->mined[i].src,
                               (long long)f->mined[i].tgt));
        ISO_TRY(put(&text, f->mined[i].score));
    }
    for (int64_t i = 0; i < f->near.rows; i++) {
        ISO_TRY(iso_buf_printf(&text, "%lld", (long long)f->near.index[i * f->near.k]));
        ISO_TRY(put(&text, f->near.score[i * f->near.k]));
    }
    ISO_TRY(iso_outfile_save(path, &text));
done:
    iso_buf_free(&text);
    return err;
}
