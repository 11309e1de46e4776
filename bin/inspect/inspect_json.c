/* What was found, as one JSON document. What was not looked for is absent. */
#include <inttypes.h>
#include <math.h>

#include "bin/inspect/inspect.h"
#include "lib/io/json.h"
#include "lib/io/number.h"

static iso_err put_int(iso_buf *out, const char *name, int64_t value)
{
    return iso_buf_printf(out, ", \"%s\": %" PRId64, name, value);
}

static iso_err put_bool(iso_buf *out, const char *name, bool value)
{
    return iso_buf_printf(out, ", \"%s\": %s", name, value ? "true" : "false");
}

/* Lists of [earlier, later]. */
static iso_err put_equal(iso_buf *out, const char *name, int64_t twice, const struct pair *few)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, ", \"%s\": %" PRId64 ", \"%s_first\": [", name, twice, name));
    for (int i = 0; i < INSPECT_FEW && i < twice; i++)
        ISO_TRY(iso_buf_printf(out, "%s[%" PRId64 ", %" PRId64 "]", i ? ", " : "", few[i].first,
                               few[i].second));
    ISO_TRY(iso_buf_puts(out, "]"));
done:
    return err;
}

static iso_err put_real(iso_buf *out, const char *name, double value)
{
    char number[ISO_NUMBER_SIZE] = "null";

    if (isfinite(value))
        (void)iso_number_exact(number, value);
    return iso_buf_printf(out, "%s: %s", name, number);
}

static iso_err put_spectrum(iso_buf *out, const iso_spectrum *s)
{
    iso_err err = ISO_OK;

    ISO_TRY(put_real(out, ", \"spectrum\": {\"participation_ratio\"", s->participation));
    ISO_TRY(put_real(out, ", \"largest_share\"", s->top_share));
    ISO_TRY(put_real(out, ", \"mean_cosine\"", s->cosine));
    ISO_TRY(put_int(out, "pairs", s->pairs));
    ISO_TRY(iso_json_member(out, "why", s->why));
    ISO_TRY(iso_buf_puts(out, "}"));
done:
    return err;
}

static iso_err put_layer(iso_buf *out, const struct inspect_layer *l, const struct inspect *in,
                         bool tokens)
{
    char share[ISO_NUMBER_SIZE];
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "{\"layer\": %d, \"rows\": %" PRId64 ", \"dim\": %" PRId64,
                           l->layer, l->rows, l->cols));
    ISO_TRY(iso_json_member(out, "dtype", iso_dtype_name(l->dtype)));
    if (in->read) {
        ISO_TRY(put_int(out, "not_finite", l->bad));
        if (l->bad)
            ISO_TRY(put_int(out, "not_finite_first", l->first_bad));
        if (!tokens)
            ISO_TRY(put_equal(out, "duplicate_rows", l->twice, l->equal));
        ISO_TRY(put_int(out, "constant_dims", l->constant));
        ISO_TRY(put_int(out, "rogue_dims", l->rogue));
        ISO_TRY(
            iso_buf_printf(out, ", \"rogue_share\": %s", iso_number_exact(share, l->rogue_share)));
        ISO_TRY(put_bool(out, "dead", l->dead));
    }
    if (in->spectrum)
        ISO_TRY(put_spectrum(out, &l->spectrum));
    ISO_TRY(iso_buf_puts(out, "}"));
done:
    return err;
}

static iso_err put_lang(iso_buf *out, const struct inspect_lang *l, const struct inspect *in)
{
    const iso_lang *lang = l->lang;
    char number[ISO_NUMBER_SIZE];
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(out, "{\"name\": "));
    ISO_TRY(iso_json_quote(out, lang->name));
    ISO_TRY(put_int(out, "items", lang->items));
    ISO_TRY(put_int(out, "rows", lang->rows));
    ISO_TRY(put_bool(out, "ids", lang->ids));
    ISO_TRY(put_bool(out, "text", lang->text));
    ISO_TRY(put_bool(out, "text2", lang->text2));
    ISO_TRY(put_bool(out, "labels", lang->labels));
    ISO_TRY(put_bool(out, "tokens", lang->tokens));
    ISO_TRY(put_bool(out, "tags", lang->tags));
    ISO_TRY(put_bool(out, "counts", lang->counts));
    if (lang->offsets)
        ISO_TRY(iso_buf_printf(out, ", \"mean_tokens\": %s",
                               iso_number_exact(number, inspect_tokens(lang))));
    if (in->read && lang->text)
        ISO_TRY(put_equal(out, "duplicate_texts", l->twice, l->equal));
    ISO_TRY(iso_buf_puts(out, ", \"layers\": [\n"));
    for (int k = 0; k < lang->layer_count; k++) {
        ISO_TRY(iso_buf_puts(out, "      "));
        ISO_TRY(put_layer(out, &l->layers[k], in, lang->offsets));
        ISO_TRY(iso_buf_puts(out, k + 1 < lang->layer_count ? ",\n" : "]}"));
    }
done:
    return err;
}

iso_err inspect_json(iso_buf *out, const struct inspect *in, const iso_origin *origin)
{
    const iso_states_info *about = iso_states_about(in->states);
    iso_err err = ISO_OK;

    ISO_TRY(iso_json_origin(out, origin));
    ISO_TRY(iso_buf_printf(out, ",\n \"quick\": %s", in->read ? "false" : "true"));
    ISO_TRY(iso_json_member(out, "model", about->model));
    ISO_TRY(iso_json_member(out, "pooling", about->pooling));
    ISO_TRY(iso_json_member(out, "source", about->source));
    ISO_TRY(iso_json_member(out, "compute", about->compute));
    if (about->sentence)
        ISO_TRY(put_int(out, "sentence", about->sentence));
    ISO_TRY(iso_json_member(out, "recipe", about->recipe));
    ISO_TRY(iso_json_member(out, "prompt", about->prompt));
    ISO_TRY(iso_buf_puts(out, ",\n \"languages\": [\n"));
    for (int i = 0; i < in->count; i++) {
        ISO_TRY(iso_buf_puts(out, "    "));
        ISO_TRY(put_lang(out, &in->langs[i], in));
        ISO_TRY(iso_buf_puts(out, i + 1 < in->count ? ",\n" : "]"));
    }
    ISO_TRY(iso_buf_puts(out, "}\n"));
done:
    return err;
}
