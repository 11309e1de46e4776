/* What tells one embedding from another: what an interrupted one must agree with to be resumed. */
#include <inttypes.h>
#include <string.h>

#include "bin/embed.h"
#include "lib/io/weights.h"

static void mix(uint64_t *h, const void *data, int64_t bytes)
{
    const unsigned char *p = data;

    for (int64_t i = 0; i < bytes; i++)
        *h = (*h ^ p[i]) * 1099511628211u; /* FNV-1a */
}

static void mix_text(uint64_t *h, const char *text)
{
    mix(h, text ? text : "", text ? (int64_t)strlen(text) + 1 : 1);
}

/* Names, and the first numbers of each tensor: enough to tell two checkpoints apart. */
static iso_err mix_weights(uint64_t *h, const char *folder)
{
    iso_weights *w = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_weights_open(&w, folder));
    for (int64_t i = 0; i < iso_weights_count(w); i++) {
        const iso_weight *t = iso_weights_at(w, i);
        mix_text(h, t->name);
        mix(h, &t->bytes, sizeof t->bytes);
        mix(h, t->data, t->bytes < 256 ? t->bytes : 256);
    }
done:
    iso_weights_close(w);
    return err;
}

static void mix_lang(uint64_t *h, const struct texts_lang *l)
{
    const iso_corpus *c = &l->corpus;
    const int64_t tokens = l->token_at[c->items];

    mix(h, l->token_at, (c->items + 1) * (int64_t)sizeof *l->token_at);
    mix(h, l->ids, tokens * (int64_t)sizeof *l->ids);
    mix(h, l->mark, tokens);
    for (int64_t i = 0; i < c->items; i++) {
        mix_text(h, c->text ? c->text[i] : NULL);
        mix_text(h, c->text2 ? c->text2[i] : NULL);
        mix_text(h, c->ids ? c->ids[i] : NULL);
        mix_text(h, c->labels ? c->labels[i] : NULL);
    }
}

iso_err embed_identity(iso_buf *out, const struct embed *e)
{
    uint64_t weights = 14695981039346656037u;
    iso_err err = ISO_OK;

    ISO_TRY(mix_weights(&weights, e->in.set->model));
    ISO_TRY(iso_buf_printf(out, "model=%s weights=%016" PRIx64 " pool=%s dtype=%s compute=%s",
                           e->in.model, weights, e->in.set->pool ? e->in.set->pool : "mean",
                           iso_dtype_name(e->dtype),
                           e->in.set->compute ? e->in.set->compute : "f32"));
    ISO_TRY(iso_buf_printf(out, " longest=%" PRId64 " source=%s windows=%" PRId64 " layers=",
                           e->in.longest, e->in.source, e->window_count));
    for (int k = 0; k < e->layer_count; k++)
        ISO_TRY(iso_buf_printf(out, "%s%d", k ? "," : "", e->layer[k]));
    for (int i = 0; i < e->in.lang_count; i++) {
        const struct texts_lang *l = &e->in.lang[i];
        uint64_t text = 14695981039346656037u;
        mix_lang(&text, l);
        ISO_TRY(iso_buf_printf(out, " %s=%" PRId64 ":%016" PRIx64, l->name, l->corpus.items, text));
    }
done:
    return err;
}
