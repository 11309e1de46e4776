/* A checkpoint as one JSON document. What there is not is absent. */
#include <inttypes.h>

#include "bin/inspect/inspect_checkpoint.h"
#include "lib/io/json.h"
#include "lib/io/number.h"

static iso_err put_heaps(iso_buf *out, const char *name, const char *of, const struct heap *heaps,
                         int count)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, ",\n  \"%s\": [", name));
    for (int i = 0; i < count; i++) {
        ISO_TRY(iso_buf_printf(out, "%s\n    {\"%s\": ", i ? "," : "", of));
        ISO_TRY(iso_json_quote(out, heaps[i].name));
        ISO_TRY(iso_buf_printf(out, ", \"tensors\": %" PRId64 ", \"bytes\": %" PRId64 "}",
                               heaps[i].tensors, heaps[i].bytes));
    }
    ISO_TRY(iso_buf_puts(out, "]"));
done:
    return err;
}

static iso_err put_names(iso_buf *out, const char *what, const struct checkpoint *c, int64_t count,
                         const char *(*name)(const struct checkpoint *c, int64_t i))
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, ",\n  \"%s\": [", what));
    for (int64_t i = 0; i < count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
        ISO_TRY(iso_json_quote(out, name(c, i)));
    }
    ISO_TRY(iso_buf_puts(out, "]"));
done:
    return err;
}

static iso_err put_config(iso_buf *out, const iso_nn_config *c)
{
    char eps[ISO_NUMBER_SIZE];

    return iso_buf_printf(
        out,
        ",\n  \"config\": {\"family\": \"%s\", \"layers\": %d, \"dim\": %" PRId64
        ", \"heads\": %d, \"feed_forward\": %" PRId64
        ", \"activation\": \"%s\", \"eps\": %s, \"vocabulary\": %" PRId64
        ", \"positions\": %" PRId64 ", \"first_position\": %" PRId64 ", \"longest\": %" PRId64
        ", \"token_types\": %" PRId64 ", \"padding\": %" PRId64 "}",
        c->family, c->L, c->C, c->H, c->F, checkpoint_activation(c), iso_number_exact(eps, c->eps),
        c->V, c->positions, c->first_position, iso_nn_config_longest(c), c->types, c->padding);
}

static iso_err put_tokenizer(iso_buf *out, const iso_tokenizer *t)
{
    const char *first = "";
    const int64_t odd = iso_tokenizer_odd(t, &first);
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out,
                           ",\n  \"tokenizer\": {\"kind\": \"%s\", \"last_id\": %" PRId32
                           ", \"odd\": %" PRId64 ", \"file\": \"%s\"",
                           iso_tokenizer_kind(t), iso_tokenizer_size(t) - 1, odd,
                           iso_tokenizer_file(t)));
    if (odd) {
        ISO_TRY(iso_buf_puts(out, ", \"odd_first\": "));
        ISO_TRY(iso_json_quote(out, first));
    }
    ISO_TRY(iso_buf_puts(out, "}"));
done:
    return err;
}

static iso_err put_reason(iso_buf *out, const char *name, const char *why)
{
    iso_err err = ISO_OK;

    if (!why)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(out, ",\n  \"%s\": ", name));
    ISO_TRY(iso_json_quote(out, why));
done:
    return err;
}

iso_err checkpoint_json(iso_buf *out, const struct checkpoint *c, const iso_origin *origin)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_json_origin(out, origin));
    ISO_TRY(
        iso_buf_printf(out, ",\n \"quick\": %s,\n  \"checkpoint\": ", c->read ? "false" : "true"));
    ISO_TRY(iso_json_quote(out, c->folder));
    if (c->understood)
        ISO_TRY(put_config(out, &c->config));
    if (c->weights) {
        ISO_TRY(iso_buf_printf(out, ",\n  \"parameters\": %" PRId64, c->numbers));
        ISO_TRY(put_heaps(out, "dtypes", "dtype", c->types, c->type_count));
        ISO_TRY(put_heaps(out, "files", "path", c->files, c->file_count));
    }
    if (c->tokenizer)
        ISO_TRY(put_tokenizer(out, c->tokenizer));
    ISO_TRY(checkpoint_recipe_json(out, c));
    if (c->read)
        ISO_TRY(put_names(out, "not_finite", c, c->broken_count, checkpoint_broken));
    if (c->network)
        ISO_TRY(put_names(out, "unused", c, checkpoint_unused_count(c), checkpoint_unused));
    ISO_TRY(put_reason(out, "cannot_run", c->cannot_run));
    ISO_TRY(put_reason(out, "cannot_tokenize", c->cannot_tokenize));
    ISO_TRY(put_reason(out, "cannot_prepare", c->cannot_prepare));
    ISO_TRY(iso_buf_puts(out, "}\n"));
done:
    return err;
}
