/* What is said of each test item, as a table: arms of an experiment and seeds are compared item by
 * item. */
#include <inttypes.h>

#include "analysis/study/train/train_inside.h"

static iso_err add_header(iso_buf *out, bool words, const struct said *said, int count)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, words ? "lang\tid\tword\tlabel" : "lang\tid\tlabel"));
    for (int k = 0; k < count; k++)
        ISO_TRY(iso_buf_printf(out, "\t%s", said[k].estimator));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

/* "en TAB home-01", or "en TAB 7" without ids. */
static iso_err add_item(iso_buf *out, const struct encoding_lang *l, int64_t item)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_add_drawn(out, l->name, -1, " "));
    ISO_TRY(iso_buf_puts(out, "\t"));
    if (l->corpus.ids)
        ISO_TRY(iso_buf_add_drawn(out, l->corpus.ids[item], -1, " "));
    else
        ISO_TRY(iso_buf_printf(out, "%" PRId64, item + 1));
done:
    return err;
}

/* Nothing where nothing is said: of words that were cut off. */
static iso_err add_class(iso_buf *out, const struct train_set *s, int32_t class)
{
    iso_err err = iso_buf_puts(out, "\t");

    return err || class < 0 ? err : iso_buf_add_drawn(out, s->class_name[class], -1, " ");
}

iso_err iso_train_predictions(iso_buf *out, const struct training *t, const struct said *said,
                              int count)
{
    const bool words = t->opt.task == ISO_TRAIN_TAG;
    const struct train_set *s = &t->set;
    const struct examples *e = &s->part[TRAIN_TEST];
    iso_err err = ISO_OK;

    ISO_TRY(add_header(out, words, said, count));
    for (int64_t i = 0; i < e->n; i++) {
        struct label_cut label = {iso_train_label(s, TRAIN_TEST, i), 0};
        for (int64_t u = e->unit_at[i]; iso_train_next_label(&label, words); u++) {
            ISO_TRY(add_item(out, &e->in->lang[e->at[i].lang], e->at[i].item));
            if (words)
                ISO_TRY(iso_buf_printf(out, "\t%" PRId64, u - e->unit_at[i] + 1));
            ISO_TRY(iso_buf_puts(out, "\t"));
            ISO_TRY(iso_buf_add_drawn(out, label.at, label.len, " "));
            for (int k = 0; k < count; k++)
                ISO_TRY(add_class(out, s, said[k].class[u]));
            ISO_TRY(iso_buf_puts(out, "\n"));
        }
    }
done:
    return err;
}
