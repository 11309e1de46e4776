/* A checkpoint, for people: a line a fact, then a line a finding. */
#include <inttypes.h>

#include "bin/inspect/inspect.h"
#include "bin/inspect/inspect_checkpoint.h"
#include "lib/io/number.h"

enum { NAMES = 20 }; /* that are listed before "and N more" */

static iso_err put_files(iso_buf *out, const struct checkpoint *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(inspect_name(out, c->folder, 0));
    ISO_TRY(iso_buf_printf(out, ": checkpoint%s%s\n", c->understood ? ", " : "",
                           c->understood ? c->config.family : ""));
    for (int i = 0; i < c->file_count; i++) {
        ISO_TRY(inspect_name(out, c->files[i].name, 0));
        ISO_TRY(iso_buf_printf(out, ": %s, %" PRId64 " tensors, ", c->files[i].layout,
                               c->files[i].tensors));
        ISO_TRY(inspect_size(out, c->files[i].bytes));
        ISO_TRY(iso_buf_puts(out, "\n"));
    }
done:
    return err;
}

static iso_err put_config(iso_buf *out, const iso_nn_config *c)
{
    char eps[ISO_NUMBER_SIZE];
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "layers       %d\n", c->L));
    ISO_TRY(iso_buf_printf(out, "dimensions   %" PRId64 ", %d heads of %" PRId64 "\n", c->C, c->H,
                           c->C / c->H));
    ISO_TRY(iso_buf_printf(out, "feed-forward %" PRId64 ", %s\n", c->F, checkpoint_activation(c)));
    ISO_TRY(iso_buf_printf(out, "LayerNorm    eps %s\n", iso_number_exact(eps, c->eps)));
    ISO_TRY(iso_buf_printf(out, "vocabulary   %" PRId64 "\n", c->V));
    ISO_TRY(iso_buf_printf(out,
                           "positions    %" PRId64 ", a sentence begins at %" PRId64
                           " and has up to %" PRId64 " tokens\n",
                           c->positions, c->first_position, iso_nn_config_longest(c)));
    ISO_TRY(iso_buf_printf(out, "token types  %" PRId64 "\n", c->types));
    ISO_TRY(iso_buf_printf(out, "padding      id %" PRId64 "\n", c->padding));
done:
    return err;
}

/* "parameters   1888256, 3.8 MB: 74 tensors F16" */
static iso_err put_parameters(iso_buf *out, const struct checkpoint *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "parameters   %" PRId64 ", ", c->numbers));
    ISO_TRY(inspect_size(out, c->bytes));
    for (int i = 0; i < c->type_count; i++) {
        ISO_TRY(iso_buf_printf(out, "%s%" PRId64 " tensor%s ", i ? ", " : ": ", c->types[i].tensors,
                               c->types[i].tensors == 1 ? "" : "s"));
        ISO_TRY(inspect_name(out, c->types[i].name, 0));
    }
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

/* "tokenizer    sentencepiece of spiece.model, ids to 8190" */
static iso_err put_tokenizer(iso_buf *out, const iso_tokenizer *t)
{
    return iso_buf_printf(out, "tokenizer    %s of %s, ids to %" PRId32 "\n", iso_tokenizer_kind(t),
                          iso_tokenizer_file(t), iso_tokenizer_size(t) - 1);
}

/* "what: a, b, c and 4 more" */
static iso_err put_names(iso_buf *out, const char *what, const struct checkpoint *c, int64_t count,
                         const char *(*name)(const struct checkpoint *c, int64_t i))
{
    iso_err err = ISO_OK;

    if (count == 0)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(out, what));
    for (int64_t i = 0; i < count && i < NAMES; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : ": "));
        ISO_TRY(inspect_name(out, name(c, i), 0));
    }
    if (count > NAMES)
        ISO_TRY(iso_buf_printf(out, " and %" PRId64 " more", count - NAMES));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

static iso_err put_reason(iso_buf *out, const char *what, const char *why)
{
    iso_err err = ISO_OK;

    if (!why)
        return ISO_OK;
    ISO_TRY(iso_buf_puts(out, what));
    ISO_TRY(inspect_name(out, why, 0));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

/* Ids beyond the vocabulary, entries that are there twice. */
static iso_err put_tokenizer_findings(iso_buf *out, const struct checkpoint *c)
{
    const char *first = "";
    const int64_t odd = c->tokenizer ? iso_tokenizer_odd(c->tokenizer, &first) : 0;
    iso_err err = ISO_OK;

    if (checkpoint_ids_beyond(c))
        ISO_TRY(iso_buf_printf(
            out, "tokenizer: gives ids to %" PRId32 ", and the vocabulary has %" PRId64 "\n",
            iso_tokenizer_size(c->tokenizer) - 1, c->config.V));
    if (odd > 1)
        ISO_TRY(iso_buf_printf(out, "tokenizer: %" PRId64 " odd things, the first: ", odd));
    if (odd)
        ISO_TRY(put_reason(out, odd > 1 ? "" : "tokenizer: ", first));
done:
    return err;
}

static iso_err put_findings(iso_buf *out, const struct checkpoint *c)
{
    int64_t before;
    iso_err err = ISO_OK;

    ISO_TRY(put_names(out, "not used by the encoder", c, checkpoint_unused_count(c),
                      checkpoint_unused));
    ISO_TRY(checkpoint_left_table(out, c));
    before = out->len;
    ISO_TRY(put_reason(out, "cannot run: ", c->cannot_run));
    ISO_TRY(put_reason(out, "cannot tokenize: ", c->cannot_tokenize));
    ISO_TRY(put_reason(out, "cannot prepare texts: ", c->cannot_prepare));
    ISO_TRY(put_reason(out, "cannot make sentences: ", c->cannot_make));
    ISO_TRY(put_tokenizer_findings(out, c));
    ISO_TRY(put_names(out, "not finite", c, c->broken_count, checkpoint_broken));
    if (c->read && out->len == before)
        ISO_TRY(iso_buf_puts(out, "nothing odd: every tensor the encoder needs is there, all "
                                  "numbers are finite\n"));
done:
    return err;
}

iso_err checkpoint_table(iso_buf *out, const struct checkpoint *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(put_files(out, c));
    ISO_TRY(iso_buf_puts(out, "\n"));
    if (c->understood)
        ISO_TRY(put_config(out, &c->config));
    if (c->weights)
        ISO_TRY(put_parameters(out, c));
    if (c->tokenizer)
        ISO_TRY(put_tokenizer(out, c->tokenizer));
    ISO_TRY(checkpoint_recipe_table(out, c));
    if (c->understood || c->weights || c->tokenizer)
        ISO_TRY(iso_buf_puts(out, "\n"));
    ISO_TRY(put_findings(out, c));
done:
    return err;
}
