/* What tells one embedding from another: what an interrupted one must agree with to be resumed. */
#include <inttypes.h>
#include <string.h>

#include "lib/encode/embed_inside.h"
#include "lib/io/checkpoint.h"
#include "lib/io/digest.h"

static void add_lang(iso_digest *d, const struct encoding_lang *l)
{
    const iso_corpus *c = &l->corpus;
    const int64_t tokens = l->token_at[c->items];

    iso_digest_add(d, l->token_at, (c->items + 1) * (int64_t)sizeof *l->token_at);
    iso_digest_add(d, l->ids, tokens * (int64_t)sizeof *l->ids);
    iso_digest_add(d, l->mark, tokens);
    for (int64_t i = 0; i < c->items; i++) {
        iso_digest_add_text(d, c->text ? c->text[i] : NULL);
        iso_digest_add_text(d, c->text2 ? c->text2[i] : NULL);
        iso_digest_add_text(d, c->ids ? c->ids[i] : NULL);
        iso_digest_add_text(d, c->labels ? c->labels[i] : NULL);
    }
}

static iso_err put_lang(iso_buf *out, const struct encoding_lang *l)
{
    char digest[ISO_DIGEST_SIZE];
    iso_digest *d = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_digest_new(&d));
    add_lang(d, l);
    iso_digest_write(digest, d);
    ISO_TRY(iso_buf_printf(out, "text of %s\t%" PRId64 " items, %s\n", l->name, l->corpus.items,
                           digest));
done:
    iso_digest_free(d);
    return err;
}

static iso_err put_layers(iso_buf *out, const struct embed *e)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "--layers\t"));
    for (int k = 0; k < e->layer_count; k++)
        ISO_TRY(iso_buf_printf(out, "%s%d", k ? "," : "", e->layer[k]));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

/* What a message calls an option is the option. */
static iso_err put_options(iso_buf *out, const struct embed *e)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "version of isogloss\t%s\nmodel\t%s\n", ISO_VERSION,
                           e->in.about->name));
    ISO_TRY(iso_buf_printf(out, "--pool\t%s\n--dtype\t%s\n--compute\t%s\n",
                           iso_pool_name(e->in.pool), iso_dtype_name(e->dtype),
                           iso_compute_name(e->in.about->compute)));
    ISO_TRY(put_layers(out, e));
    ISO_TRY(
        iso_buf_printf(out, "--max-length\t%" PRId64 "\nsource\t%s\n", e->in.longest, e->source));
done:
    return err;
}

/* Windows, the units of resuming, follow from texts and layers, and from --mem. */
iso_err iso_embed_identity(iso_buf *out, const struct embed *e)
{
    iso_err err = ISO_OK;

    ISO_TRY(put_options(out, e));
    ISO_TRY(iso_checkpoint_identity(out, e->in.about->folder, e->in.tokenizer != NULL,
                                    !e->in.about->random, e->in.run));
    for (int i = 0; i < e->in.lang_count; i++)
        ISO_TRY(put_lang(out, &e->in.lang[i]));
    ISO_TRY(iso_buf_printf(out, "windows (--mem)\t%" PRId64 "\n", e->window_count));
done:
    return err;
}
