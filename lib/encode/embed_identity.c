/* What tells one embedding from another: what an interrupted one must agree with to be resumed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/encode/embed_inside.h"
#include "lib/io/checkpoint.h"
#include "lib/io/digest.h"
#include "lib/io/json.h"

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

static const char compute_key[] = "--compute\t";

/* The number type that a plan names; false where it names none that computes. */
static bool begun_in(iso_compute *out, const char *plan)
{
    const char *at = strstr(plan, compute_key);
    char name[16] = "";

    if (at)
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + strlen(compute_key), "\n"),
                 at + strlen(compute_key));
    return at && iso_compute_named(out, name) && *out != ISO_COMPUTE_FASTEST;
}

iso_err iso_embed_pin(struct embed *e)
{
    const iso_compute chosen = e->in.about->compute;
    iso_compute begun;
    char *plan = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_native_part_plan(&plan, e->opt.path));
    if (!plan || !begun_in(&begun, plan))
        goto done;
    ISO_TRY(iso_model_pin(e->in.model, begun));
    e->in.encoder = iso_model_encoder(e->in.model);
    if (e->in.about->compute != chosen)
        iso_run_note(e->in.run, "%s: was begun in %s and goes on in it", e->opt.path,
                     iso_compute_name(begun));
done:
    iso_free(plan);
    return err;
}

/* A text on one line, as JSON has it. */
static iso_err put_text(iso_buf *out, const char *name, const char *text)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, name));
    ISO_TRY(iso_json_quote(out, text));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

static iso_err put_recipe(iso_buf *out, const struct embed *e)
{
    iso_buf how = {0};
    iso_err err = ISO_OK;

    if (*e->in.prompt)
        ISO_TRY(put_text(out, "--prompt\t", e->in.prompt));
    if (e->sentence) {
        ISO_TRY(iso_recipe_describe(&how, e->in.recipe));
        ISO_TRY(put_text(out, "recipe\t", how.text));
    }
done:
    iso_buf_free(&how);
    return err;
}

/* Files that the steps of the recipe compute with. */
static iso_err put_step_files(iso_buf *out, const struct embed *e)
{
    iso_err err = ISO_OK;

    for (int i = 0; e->sentence && i < e->in.recipe->steps; i++) {
        const char *folder = e->in.recipe->step[i].folder;
        if (folder)
            ISO_TRY(iso_checkpoint_identity(out, folder, false, !e->in.about->random, e->in.run));
    }
done:
    return err;
}

/* What a message calls an option is the option. */
static iso_err put_options(iso_buf *out, const struct embed *e)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "version of isogloss\t%s\nmodel\t%s\n", ISO_VERSION,
                           e->in.about->name));
    ISO_TRY(iso_buf_printf(out, "--pool\t%s\n--dtype\t%s\n%s%s\n", iso_pool_name(e->in.pool),
                           iso_dtype_name(e->dtype), compute_key,
                           iso_compute_name(e->in.about->compute)));
    ISO_TRY(put_layers(out, e));
    ISO_TRY(put_recipe(out, e));
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
    ISO_TRY(put_step_files(out, e));
    for (int i = 0; i < e->in.lang_count; i++)
        ISO_TRY(put_lang(out, &e->in.lang[i]));
    ISO_TRY(iso_buf_printf(out, "windows (--mem)\t%" PRId64 "\n", e->window_count));
done:
    return err;
}
