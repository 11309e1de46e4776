/* What was found, for people: one line a language, then one line a finding. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bin/inspect/inspect.h"
#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/text/lang.h"

iso_err inspect_name(iso_buf *out, const char *name, int width)
{
    iso_err err = ISO_OK;
    const int64_t start = out->len;

    ISO_TRY(iso_buf_add_drawn(out, name, -1, "?"));
    for (int shown = width > 0 ? iso_utf8_columns(out->text + start) : 0; shown < width; shown++)
        ISO_TRY(iso_buf_add(out, " ", 1));
done:
    return err;
}

iso_err inspect_size(iso_buf *out, int64_t bytes)
{
    static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB"};
    double size = (double)bytes;
    int unit = 0;

    for (; size >= 1000 && unit < 4; unit++)
        size /= 1000;
    return iso_buf_printf(out, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

static iso_err put_fact(iso_buf *out, const char *what, const char *value, const char **between)
{
    iso_err err = ISO_OK;

    if (!value)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(out, "%s%s ", *between, what));
    ISO_TRY(inspect_name(out, value, 0));
    *between = ", ";
done:
    return err;
}

/* "layer 7, 384 dims, is the sentence by the model's own recipe: ..." */
static iso_err put_sentence(iso_buf *out, const struct inspect *in)
{
    const iso_states_info *about = iso_states_about(in->states);
    int64_t dims = 0;
    iso_err err = ISO_OK;

    for (int i = 0; about->sentence && i < in->count; i++) {
        const iso_lang *lang = in->langs[i].lang;
        for (int k = 0; k < lang->layer_count; k++)
            dims = lang->layers[k] == about->sentence ? in->langs[i].layers[k].cols : dims;
    }
    if (dims == 0)
        return ISO_OK;
    ISO_TRY(iso_buf_printf(
        out, "layer %d, %" PRId64 " dims, is the sentence by the model's own recipe: ",
        about->sentence, dims));
    ISO_TRY(inspect_name(out, about->recipe ? about->recipe : "(not said)", 0));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

/* How a file was read that does not say it; of files that were read alike once. */
static iso_err put_reading(iso_buf *out, const iso_states_file *f, const iso_states_file *before)
{
    char as[512];
    iso_err err = ISO_OK;

    if (!f->read_as || !*f->read_as || (before && iso_str_same(before->read_as, f->read_as)))
        return ISO_OK;
    (void)snprintf(as, sizeof as, "%s", f->read_as);
    iso_fields_show(as);
    ISO_TRY(iso_buf_puts(out, "  "));
    ISO_TRY(inspect_name(out, as, 0));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

static iso_err put_heading(iso_buf *out, const struct inspect *in)
{
    const iso_states *s = in->states;
    const iso_states_info *about = iso_states_about(s);
    const char *between = "";
    iso_err err = ISO_OK;

    for (int i = 0; i < iso_states_files(s); i++) {
        const iso_states_file *f = iso_states_file_at(s, i);
        ISO_TRY(inspect_name(out, f->path, 0));
        ISO_TRY(iso_buf_printf(out, ": %s, ", f->layout));
        ISO_TRY(inspect_size(out, f->bytes));
        ISO_TRY(iso_buf_puts(out, "\n"));
        ISO_TRY(put_reading(out, f, i > 0 ? iso_states_file_at(s, i - 1) : NULL));
    }
    ISO_TRY(put_fact(out, "model", about->model, &between));
    ISO_TRY(put_fact(out, "pooling", about->pooling, &between));
    ISO_TRY(put_fact(out, "source", about->source, &between));
    ISO_TRY(put_fact(out, "compute", about->compute, &between));
    ISO_TRY(put_fact(out, "prompt", about->prompt, &between));
    if (*between)
        ISO_TRY(iso_buf_puts(out, "\n"));
    ISO_TRY(put_sentence(out, in));
done:
    return err;
}

/* "0-4,7" */
static iso_err put_layers(iso_buf *out, const int *layers, int count, int width)
{
    const int64_t start = out->len;
    iso_err err = ISO_OK;

    for (int i = 0, last; i < count; i = last + 1) {
        for (last = i; last + 1 < count && layers[last + 1] == layers[last] + 1;)
            last++;
        ISO_TRY(iso_buf_printf(out, i ? ",%d" : "%d", layers[i]));
        if (last > i)
            ISO_TRY(iso_buf_printf(out, "-%d", layers[last]));
    }
    while (out->len - start < width)
        ISO_TRY(iso_buf_puts(out, " "));
done:
    return err;
}

/* What came with the rows: "ids text labels". */
static iso_err put_companions(iso_buf *out, const iso_lang *lang)
{
    const struct {
        bool there;
        const char *name;
    } all[] = {{lang->ids, "ids"},       {lang->text, "text"},     {lang->text2, "text2"},
               {lang->labels, "labels"}, {lang->tokens, "tokens"}, {lang->tags, "tags"},
               {lang->counts, "counts"}};
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].there)
            ISO_TRY(iso_buf_printf(out, " %s", all[i].name));
    }
    if (lang->offsets)
        ISO_TRY(iso_buf_printf(out, " offsets (%.1f rows an item)", inspect_tokens(lang)));
done:
    return err;
}

enum { RANGE = 48 };

/* "768", or "384-768" where layers differ. */
static const char *dims_text(char to[RANGE], const struct inspect_lang *l)
{
    int64_t least = l->layers[0].cols, most = least;

    for (int k = 1; k < l->lang->layer_count; k++) {
        const int64_t cols = l->layers[k].cols;
        least = cols < least ? cols : least;
        most = cols > most ? cols : most;
    }
    if (least == most)
        (void)snprintf(to, RANGE, "%" PRId64, least);
    else
        (void)snprintf(to, RANGE, "%" PRId64 "-%" PRId64, least, most);
    return to;
}

static iso_err put_lang(iso_buf *out, const struct inspect_lang *l, int name, int layers, int dims)
{
    const iso_lang_code *code = iso_lang_find(l->lang->name);
    const struct inspect_layer *first = &l->layers[0];
    char range[RANGE];
    iso_err err = ISO_OK;

    ISO_TRY(inspect_name(out, l->lang->name, name));
    ISO_TRY(iso_buf_printf(out, "  %9" PRId64 "  %9" PRId64 "  ", l->lang->items, l->lang->rows));
    ISO_TRY(put_layers(out, l->lang->layers, l->lang->layer_count, layers));
    ISO_TRY(iso_buf_printf(out, "  %*s  %-4s ", dims, dims_text(range, l),
                           iso_dtype_name(first->dtype)));
    ISO_TRY(put_companions(out, l->lang));
    if (code)
        ISO_TRY(iso_buf_printf(out, "  (%s)", code->name));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

/* Findings: one line a kind and language, with all layers that have it and the worst of them. ----
 */

static bool is_dead(const struct inspect_layer *l)
{
    return l->dead && l->rows > 1;
}

static double bad(const struct inspect_layer *l)
{
    return (double)l->bad;
}

static double dead(const struct inspect_layer *l)
{
    return is_dead(l);
}

static double twice(const struct inspect_layer *l)
{
    return is_dead(l) ? 0 : (double)l->twice;
}

static double constant(const struct inspect_layer *l)
{
    return is_dead(l) || l->rows < 2 ? 0 : (double)l->constant;
}

static double rogue(const struct inspect_layer *l)
{
    return l->rogue_share;
}

static iso_err put_equal(iso_buf *out, const char *what, int64_t count, const struct pair *few)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "%" PRId64 " %s%s an earlier one (", count, what,
                           count == 1 ? " equals" : "s equal"));
    for (int i = 0; i < INSPECT_FEW && i < count; i++)
        ISO_TRY(iso_buf_printf(out, "%s%" PRId64 " = %" PRId64, i ? ", " : "", few[i].second,
                               few[i].first));
    ISO_TRY(iso_buf_puts(out, count > INSPECT_FEW ? ", ...)" : ")"));
done:
    return err;
}

static iso_err put_bad(iso_buf *out, const struct inspect_layer *l)
{
    return iso_buf_printf(out, "%" PRId64 " row%s values that are not finite, first row %" PRId64,
                          l->bad, l->bad == 1 ? " has" : "s have", l->first_bad);
}

static iso_err put_dead(iso_buf *out, const struct inspect_layer *l)
{
    (void)l;
    return iso_buf_puts(out, "dead, all rows are equal");
}

static iso_err put_twice(iso_buf *out, const struct inspect_layer *l)
{
    return put_equal(out, "row", l->twice, l->equal);
}

static iso_err put_constant(iso_buf *out, const struct inspect_layer *l)
{
    return iso_buf_printf(out, "%" PRId64 " of %" PRId64 " dimensions never change", l->constant,
                          l->cols);
}

static iso_err put_rogue(iso_buf *out, const struct inspect_layer *l)
{
    return iso_buf_printf(out, "%" PRId64 " rogue dimension%s %.0f %% of the squared length",
                          l->rogue, l->rogue == 1 ? " holds" : "s hold", 100 * l->rogue_share);
}

static const struct kind {
    double (*much)(const struct inspect_layer *l); /* 0 = not there */
    iso_err (*put)(iso_buf *out, const struct inspect_layer *l);
} kinds[] = {{bad, put_bad},
             {dead, put_dead},
             {twice, put_twice},
             {constant, put_constant},
             {rogue, put_rogue}};

/* "en, layers 2-4: 1 rogue dimension holds 35 % of the squared length (in layer 3)" */
static iso_err put_kind(iso_buf *out, const struct inspect_lang *l, const struct kind *kind,
                        int *layers)
{
    const struct inspect_layer *worst = NULL;
    int count = 0;
    iso_err err = ISO_OK;

    for (int k = 0; k < l->lang->layer_count; k++) {
        const struct inspect_layer *layer = &l->layers[k];
        if (!(kind->much(layer) > 0))
            continue;
        layers[count++] = layer->layer;
        if (!worst || kind->much(layer) > kind->much(worst))
            worst = layer;
    }
    if (!worst)
        return ISO_OK;
    ISO_TRY(inspect_name(out, l->lang->name, 0));
    ISO_TRY(iso_buf_puts(out, count == 1 ? ", layer " : ", layers "));
    ISO_TRY(put_layers(out, layers, count, 0));
    ISO_TRY(iso_buf_puts(out, ": "));
    ISO_TRY(kind->put(out, worst));
    if (count > 1 && kind->put != put_dead)
        ISO_TRY(iso_buf_printf(out, " (in layer %d)", worst->layer));
    ISO_TRY(iso_buf_puts(out, "\n"));
done:
    return err;
}

static iso_err put_lang_findings(iso_buf *out, const struct inspect_lang *l)
{
    int *layers = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&layers, l->lang->layer_count, sizeof *layers));
    if (l->twice) {
        ISO_TRY(inspect_name(out, l->lang->name, 0));
        ISO_TRY(iso_buf_puts(out, ": "));
        ISO_TRY(put_equal(out, "text", l->twice, l->equal));
        ISO_TRY(iso_buf_puts(out, "\n"));
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        ISO_TRY(put_kind(out, l, &kinds[i], layers));
done:
    iso_free(layers);
    return err;
}

static iso_err put_findings(iso_buf *out, const struct inspect *in)
{
    const int64_t before = out->len;
    iso_err err = ISO_OK;

    for (int i = 0; i < in->count; i++)
        ISO_TRY(put_lang_findings(out, &in->langs[i]));
    if (in->read && out->len == before)
        ISO_TRY(iso_buf_puts(out, "nothing odd: all values are finite, nothing is there twice, "
                                  "every layer and dimension varies\n"));
done:
    return err;
}

/* How the rows of each layer vary: a line a language and layer. -------------------------- */

static iso_err put_number(iso_buf *out, int width, int digits, double value)
{
    return isfinite(value) ? iso_buf_printf(out, "  %*.*f", width, digits, value)
                           : iso_buf_printf(out, "  %*s", width, "-");
}

static iso_err put_spectra(iso_buf *out, const struct inspect *in, int name)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "\n%-*s  %5s  %13s  %13s  %11s  %11s\n", name, "lang", "layer",
                           "participation", "largest share", "mean cosine", "pairs"));
    for (int i = 0; i < in->count; i++) {
        for (int k = 0; k < in->langs[i].lang->layer_count; k++) {
            const struct inspect_layer *l = &in->langs[i].layers[k];
            ISO_TRY(inspect_name(out, in->langs[i].lang->name, name));
            ISO_TRY(iso_buf_printf(out, "  %5d", l->layer));
            ISO_TRY(put_number(out, 13, 2, l->spectrum.participation));
            ISO_TRY(put_number(out, 13, 4, l->spectrum.top_share));
            ISO_TRY(put_number(out, 11, 4, l->spectrum.cosine));
            ISO_TRY(iso_buf_printf(out, "  %11" PRId64 "%s%s\n", l->spectrum.pairs,
                                   l->spectrum.why ? "  " : "",
                                   l->spectrum.why ? l->spectrum.why : ""));
        }
    }
done:
    return err;
}

iso_err inspect_table(iso_buf *out, const struct inspect *in)
{
    iso_buf layers = {0};
    int name = 4, width = 6, dims = 5;
    char range[RANGE];
    iso_err err = ISO_OK;

    ISO_TRY(put_heading(out, in));
    for (int i = 0; i < in->count; i++) {
        const iso_lang *lang = in->langs[i].lang;
        layers.len = 0;
        ISO_TRY(put_layers(&layers, lang->layers, lang->layer_count, 0));
        if (layers.len > width && layers.len < 60)
            width = (int)layers.len;
        if (strlen(lang->name) > (size_t)name && strlen(lang->name) < 30)
            name = (int)strlen(lang->name);
        if (strlen(dims_text(range, &in->langs[i])) > (size_t)dims)
            dims = (int)strlen(range);
    }
    ISO_TRY(iso_buf_printf(out, "\n%-*s  %9s  %9s  %-*s  %*s  %-4s  %s\n", name, "lang", "items",
                           "rows", width, "layers", dims, "dims", "type", "with"));
    for (int i = 0; i < in->count; i++)
        ISO_TRY(put_lang(out, &in->langs[i], name, width, dims));
    if (in->read)
        ISO_TRY(iso_buf_puts(out, "\n"));
    ISO_TRY(put_findings(out, in));
    if (in->spectrum)
        ISO_TRY(put_spectra(out, in, name));
done:
    iso_buf_free(&layers);
    return err;
}
