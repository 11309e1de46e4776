/* Who is mixed with whom, and whether that can be done. */
#include <math.h>

#include "lib/nn/xmixup_inside.h"

int64_t iso_mix_source(const iso_mix_pairs *in, int64_t b)
{
    return in->with ? in->with[b] : b;
}

int64_t iso_mix_tokens(const iso_batch *batch, int64_t b)
{
    return batch->offsets[b + 1] - batch->offsets[b];
}

int64_t iso_mix_live(const iso_batch *batch, int64_t b)
{
    return batch->live ? batch->live[b] : iso_mix_tokens(batch, b);
}

int64_t iso_mix_cells(const iso_mix_pairs *in, int64_t b)
{
    return iso_mix_live(in->to, b) * iso_mix_live(in->from, iso_mix_source(in, b));
}

int64_t iso_mix_attention_size(const iso_mix_pairs *in)
{
    int64_t size = 0;

    for (int64_t b = 0; b < in->to->B; b++)
        size += iso_mix_cells(in, b);
    return size;
}

static iso_err check_rule(const iso_mix_rule *rule)
{
    const iso_mix_head *h = &rule->head;
    iso_err err = ISO_OK;

    if (rule->kind == ISO_MIX_FIXED) {
        ISO_NEED(rule->fixed >= 0 && rule->fixed <= 1, "lambda is fixed at %g, not within [0, 1]",
                 rule->fixed);
    } else {
        ISO_NEED(h->lambda0 > 0 && h->lambda0 <= 1, "lambda0 is %g, not within (0, 1]", h->lambda0);
        ISO_NEED(isfinite(h->w) && isfinite(h->b), "lambda's w is %g and its b %g: not finite",
                 h->w, h->b);
    }
done:
    return err;
}

static iso_err check_pair(const iso_mix_pairs *in, int64_t b)
{
    const int64_t y = iso_mix_source(in, b);
    iso_err err = ISO_OK;

    ISO_NEED(y >= 0 && y < in->from->B, "target sentence %lld has source %lld of %lld",
             (long long)b, (long long)y, (long long)in->from->B);
    const int64_t Tt = iso_mix_tokens(in->to, b), Ts = iso_mix_tokens(in->from, y);
    ISO_NEED(Tt >= 0 && Ts >= 0 && (Ts > 0 || Tt == 0),
             "target sentence %lld has %lld tokens, its source %lld", (long long)b, (long long)Tt,
             (long long)Ts);
    ISO_NEED(iso_mix_live(in->to, b) <= Tt && (iso_mix_live(in->to, b) > 0 || Tt == 0),
             "target sentence %lld has %lld tokens, of which %lld are said to be no padding",
             (long long)b, (long long)Tt, (long long)iso_mix_live(in->to, b));
    ISO_NEED(iso_mix_live(in->from, y) <= Ts && (iso_mix_live(in->from, y) > 0 || Ts == 0),
             "source sentence %lld has %lld tokens, of which %lld are said to be no padding",
             (long long)y, (long long)Ts, (long long)iso_mix_live(in->from, y));
done:
    return err;
}

iso_err iso_mix_check(const iso_mat *u, const iso_mix_pairs *in, const iso_mix_rule *rule)
{
    iso_err err = ISO_OK;

    ISO_TRY(check_rule(rule));
    ISO_NEED(in->with || in->to->B == in->from->B, "%lld target sentences, %lld sources",
             (long long)in->to->B, (long long)in->from->B);
    ISO_NEED(in->target.rows == in->to->offsets[in->to->B] &&
                 in->source.rows == in->from->offsets[in->from->B],
             "states of %lld target and %lld source tokens, batches of %lld and %lld",
             (long long)in->target.rows, (long long)in->source.rows,
             (long long)in->to->offsets[in->to->B], (long long)in->from->offsets[in->from->B]);
    ISO_NEED(u->rows == in->target.rows && u->cols == in->target.cols && u->dtype == ISO_F32 &&
                 in->target.dtype == ISO_F32,
             "mixed states are %lld x %lld, the target's %lld x %lld", (long long)u->rows,
             (long long)u->cols, (long long)in->target.rows, (long long)in->target.cols);
    for (int64_t b = 0; b < in->to->B; b++)
        ISO_TRY(check_pair(in, b));
done:
    return err;
}
