/* Which layers an embedding gives: those of the encoder, and the sentence by the model's own
 * recipe. */
#include <stdio.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/ranges.h"
#include "lib/encode/embed_inside.h"

static int depth(const struct embed *e)
{
    return e->in.about->config->L;
}

bool iso_embed_is_sentence(const struct embed *e, int k)
{
    return e->layer[k] > depth(e);
}

int64_t iso_embed_dims(const struct embed *e, int k)
{
    return iso_embed_is_sentence(e, k) ? e->in.recipe->dims : e->in.about->config->C;
}

int64_t iso_embed_columns(const struct embed *e)
{
    int64_t sum = 0;

    for (int k = 0; k < e->layer_count; k++)
        sum += iso_embed_dims(e, k);
    return sum;
}

int iso_embed_depth(const struct embed *e)
{
    const int last = e->layer[e->layer_count - 1];

    return last < depth(e) ? last : depth(e);
}

/* A row an item: what a recipe can make. */
static bool rows_are_items(const struct embed *e)
{
    return e->in.pool != ISO_POOL_NONE && e->in.pool != ISO_POOL_WORD &&
           e->in.pool != ISO_POOL_TYPES;
}

static iso_err take(struct embed *e, int count)
{
    const int sentence = count > depth(e) + 1 ? depth(e) + 1 : 0;
    bool *taken = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&taken, count, sizeof *taken));
    ISO_TRY(iso_alloc(&e->layer, count, sizeof *e->layer));
    for (int k = 0; k < count; k++) {
        e->layer[k] = k;
        taken[k] = !e->opt.layers;
    }
    if (e->opt.layers)
        ISO_TRY(
            iso_ranges_take(taken, e->opt.layers, e->layer, count, sentence, e->in.about->name));
    for (int k = 0; k < count; k++) {
        if (taken[k])
            e->layer[e->layer_count++] = k;
    }
done:
    iso_free(taken);
    return err;
}

/* --- What a person should know --- */

/* "mean-special; unit length, of texts behind "query: "" */
static iso_err describe(iso_buf *out, const struct embed *e)
{
    const int64_t len = (int64_t)strlen(e->in.prompt), shown = 80;
    iso_err err = ISO_OK;

    ISO_TRY(iso_recipe_describe(out, e->in.recipe));
    if (*e->in.prompt) {
        ISO_TRY(iso_buf_puts(out, ", of texts behind \""));
        ISO_TRY(iso_buf_add_drawn(out, e->in.prompt, shown < len ? shown : len, "?"));
        ISO_TRY(iso_buf_puts(out, shown < len ? "...\"" : "\""));
    }
done:
    return err;
}

static iso_err note_sentence(const struct embed *e)
{
    const iso_recipe *r = e->in.recipe;
    iso_buf how = {0};
    iso_err err = ISO_OK;

    ISO_TRY(describe(&how, e));
    if (!e->sentence)
        iso_run_note(e->in.run, "the recipe of %s (%s) is not used%s", e->in.about->name, how.text,
                     rows_are_items(e) ? "" : ": rows are no sentences");
    else
        iso_run_note(e->in.run, "layer %d, sentence: %s%s, as %s says%s%s", depth(e) + 1, how.text,
                     e->in.about->random ? ", by random weights" : "", r->from,
                     e->layer_count > 1 ? "; other layers: " ISO_FIELD(pool) " " : "",
                     e->layer_count > 1 ? iso_pool_name(e->in.pool) : "");
    if (e->in.max_length > 0 && r->max_length > 0 && e->in.max_length != r->max_length)
        iso_run_note(
            e->in.run,
            ISO_FIELD(max_length) " %lld, where the model's own library cuts texts to %lld "
                                  "tokens",
            (long long)e->in.max_length, (long long)r->max_length);
done:
    iso_buf_free(&how);
    return err;
}

iso_err iso_embed_layers(struct embed *e)
{
    const iso_recipe *r = e->in.recipe;
    const bool there = r->from && rows_are_items(e);
    iso_err err = ISO_OK;

    ISO_TRY(take(e, depth(e) + 1 + there));
    if (iso_embed_is_sentence(e, e->layer_count - 1)) {
        err = iso_sentence_open(&e->sentence, r, e->in.about->random ? &e->in.about->seed : NULL);
        if (err && err != ISO_ENOMEM) {
            char said[1024];
            snprintf(said, sizeof said, "%s", iso_err_msg());
            ISO_FAIL(err, "%s; " ISO_FIELD(layers) " 0-last does without the sentence", said);
        }
        ISO_TRY(err);
    }
    if (r->from)
        ISO_TRY(note_sentence(e));
    ISO_TRY(iso_encoding_note_prompts(&e->in));
done:
    return err;
}
