/* A checkpoint, for people: a line a fact, then a line a finding. */
#include <inttypes.h>
#include <string.h>

#include "bin/inspect.h"
#include "bin/inspect_checkpoint.h"
#include "lib/io/json.h"
#include "lib/io/number.h"

enum { NAMES = 20 }; /* that are listed before "and N more" */

static const char *const activations[] = {
    [ISO_GELU] = "gelu", [ISO_GELU_TANH] = "gelu, tanh form", [ISO_RELU] = "relu"};

static iso_err put_files(iso_buf *out, const struct checkpoint *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(inspect_name(out, c->folder, 0));
    ISO_TRY(iso_buf_printf(out, ": checkpoint%s%s\n", c->understood ? ", " : "",
                           c->understood ? c->config.family : ""));
    for (int i = 0; i < c->file_count; i++) {
        ISO_TRY(inspect_name(out, c->files[i].name, 0));
        ISO_TRY(iso_buf_printf(out, ": safetensors, %" PRId64 " tensors, ", c->files[i].tensors));
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
    ISO_TRY(
        iso_buf_printf(out, "feed-forward %" PRId64 ", %s\n", c->F, activations[c->activation]));
    ISO_TRY(iso_buf_printf(out, "LayerNorm    eps %s\n", iso_number_exact(eps, c->eps)));
    ISO_TRY(iso_buf_printf(out, "vocabulary   %" PRId64 "\n", c->V));
    ISO_TRY(iso_buf_printf(out,
                           "positions    %" PRId64 ", a sentence begins at %" PRId64
                           " and has up to %" PRId64 " tokens\n",
                           c->positions, c->first_position, iso_nn_config_longest(c)));
    ISO_TRY(iso_buf_printf(out, "token types  %" PRId64 "\n", c->types));
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

static const char *unused(const struct checkpoint *c, int64_t i)
{
    return iso_encoder_unused_name(c->encoder, i);
}

static const char *broken(const struct checkpoint *c, int64_t i)
{
    return c->broken[i];
}

static int64_t count_unused(const struct checkpoint *c)
{
    return c->encoder ? iso_encoder_unused(c->encoder) : 0;
}

static iso_err put_findings(iso_buf *out, const struct checkpoint *c)
{
    iso_err err = ISO_OK;

    if (c->cannot) {
        ISO_TRY(iso_buf_puts(out, "cannot run: "));
        ISO_TRY(inspect_name(out, c->cannot, 0));
        ISO_TRY(iso_buf_puts(out, "\n"));
    }
    ISO_TRY(put_names(out, "not finite", c, c->broken_count, broken));
    ISO_TRY(put_names(out, "not used by the encoder", c, count_unused(c), unused));
    if (c->read && !c->cannot && !c->broken_count)
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
    if (c->understood || c->weights)
        ISO_TRY(iso_buf_puts(out, "\n"));
    ISO_TRY(put_findings(out, c));
done:
    return err;
}

/* JSON -------------------------------------------------------------------------- */

static iso_err json_heaps(iso_buf *out, const char *name, const char *of, const struct heap *heaps,
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

static iso_err json_names(iso_buf *out, const char *what, const struct checkpoint *c, int64_t count,
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

static iso_err json_config(iso_buf *out, const iso_nn_config *c)
{
    char eps[ISO_NUMBER_SIZE];

    return iso_buf_printf(out,
                          ",\n  \"config\": {\"family\": \"%s\", \"layers\": %d, \"dim\": %" PRId64
                          ", \"heads\": %d, \"feed_forward\": %" PRId64
                          ", \"activation\": \"%s\", \"eps\": %s, \"vocabulary\": %" PRId64
                          ", \"positions\": %" PRId64 ", \"first_position\": %" PRId64
                          ", \"longest\": %" PRId64 ", \"token_types\": %" PRId64 "}",
                          c->family, c->L, c->C, c->H, c->F, activations[c->activation],
                          iso_number_exact(eps, c->eps), c->V, c->positions, c->first_position,
                          iso_nn_config_longest(c), c->types);
}

iso_err checkpoint_json(iso_buf *out, const struct checkpoint *c)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "{\"isogloss\": \"%s\", \"quick\": %s,\n  \"checkpoint\": ",
                           ISO_VERSION, c->read ? "false" : "true"));
    ISO_TRY(iso_json_quote(out, c->folder));
    if (c->understood)
        ISO_TRY(json_config(out, &c->config));
    if (c->weights) {
        ISO_TRY(iso_buf_printf(out, ",\n  \"parameters\": %" PRId64, c->numbers));
        ISO_TRY(json_heaps(out, "dtypes", "dtype", c->types, c->type_count));
        ISO_TRY(json_heaps(out, "files", "path", c->files, c->file_count));
    }
    if (c->read)
        ISO_TRY(json_names(out, "not_finite", c, c->broken_count, broken));
    if (c->encoder)
        ISO_TRY(json_names(out, "unused", c, count_unused(c), unused));
    if (c->cannot) {
        ISO_TRY(iso_buf_puts(out, ",\n  \"cannot_run\": "));
        ISO_TRY(iso_json_quote(out, c->cannot));
    }
    ISO_TRY(iso_buf_puts(out, "}\n"));
done:
    return err;
}
