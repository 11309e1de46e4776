/* Figures: which records belong together, which figure suits them, what it is called. */
#include "analysis/page/figure/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/measure/catalogue.h"
#include "analysis/page/figure/figure_mix.h"
#include "analysis/page/figure/figure_scatter.h"
#include "analysis/page/figure/figure_text.h"
#include "analysis/page/wording.h"
#include "lib/base/str.h"
#include "lib/base/alloc.h"

/* λ and entropies: of one place and way, without a before. */
bool iso_figure_is_share(const iso_record *r)
{
    return iso_figure_is_mixing(r) &&
           (strcmp(r->measure, "lambda") == 0 || strcmp(r->measure, "entropy") == 0);
}

/* What the records are made of. */
struct shape {
    bool across; /* some pair of different layers of a pair of languages that has many */
    bool many_layers;
    int sources, pairs;
};

static struct shape look(const iso_records *records)
{
    const iso_record *r = records->at;
    struct names sources = {0};
    struct shape s = {0};

    for (int64_t i = 0; i < records->count; i++) {
        s.across = s.across || r[i].src_layer != r[i].tgt_layer;
        s.many_layers = s.many_layers || r[i].src_layer != r[0].src_layer;
        s.pairs += r[i].src_layer == r[0].src_layer && r[i].tgt_layer == r[0].tgt_layer;
        (void)iso_names_index(&sources, r[i].src);
    }
    s.sources = sources.count;
    return s;
}

static iso_plot_kind suits(const iso_records *records, const struct figure_ask *ask)
{
    const struct shape s = look(records);
    const bool mixing =
        iso_figure_is_mixing(&records->at[0]) && !iso_figure_is_share(&records->at[0]);
    const iso_plot_kind mixed = mixing ? iso_figure_suits_mixing(records) : ISO_PLOT_AUTO;

    if (mixed != ISO_PLOT_AUTO)
        return ask->place ? ISO_PLOT_MIXED : mixed;
    if (s.across)
        return ISO_PLOT_LAYERS;
    if (s.sources > 1 && s.pairs >= 3 && !iso_figure_same_language(records))
        return ISO_PLOT_LANGUAGES;
    return s.many_layers ? ISO_PLOT_CURVES : ISO_PLOT_DOTS;
}

static iso_err name_it(struct figure *f, const iso_records *records, const struct figure_ask *ask)
{
    static const char *const tails[] = {"",
                                        ": layer by layer",
                                        ": every layer with every layer",
                                        ": all pairs of languages",
                                        "",
                                        ": before and after mixing",
                                        ": which layer to mix at?",
                                        ""};
    const iso_record *r = &records->at[0];
    iso_err err = ISO_OK;

    f->untitled = ask->title && !*ask->title;
    if (ask->title)
        return iso_buf_puts(&f->title, ask->title);
    if (f->kind == ISO_PLOT_SCATTER) /* called after what goes across */
        return ISO_OK;
    ISO_TRY(iso_buf_puts(&f->title, iso_catalogue_of(r->measure, r->estimator).title));
    if (iso_str_same(r->stage, "difference") && !iso_figure_is_mixing(r))
        ISO_TRY(iso_buf_puts(&f->title, ", difference"));
    ISO_TRY(iso_buf_puts(&f->title, iso_figure_is_share(r) && f->kind == ISO_PLOT_CURVES
                                        ? ": by mixed layer"
                                    : r->step != ISO_NO_INT ? ""
                                                            : tails[f->kind]));
done:
    return err;
}

static iso_err describe_it(struct figure *f, const iso_records *records)
{
    const iso_record *r = &records->at[0];
    iso_err err = ISO_OK;

    if (iso_figure_is_share(r) && f->kind == ISO_PLOT_DOTS)
        ISO_TRY(
            iso_buf_printf(&f->subtitle, "mixed at layer %lld \xc2\xb7 ", (long long)r->mix_layer));
    if (r->src && iso_figure_one_source(records) && !iso_figure_same_language(records)) {
        ISO_TRY(iso_buf_puts(&f->subtitle, r->x || strcmp(r->measure, "gap") == 0 ? "from "
                                           : iso_str_same(r->src, r->train)       ? "trained on "
                                                                                  : "with "));
        ISO_TRY(iso_wording_lang(&f->subtitle, r->src));
        ISO_TRY(iso_buf_puts(&f->subtitle, " \xc2\xb7 "));
    }
    ISO_TRY(iso_wording_shared(&f->subtitle, records));
done:
    return err;
}

/* "1, solid: m15 · 2, dashed: mini" */
static iso_err name_models(struct figure *f, const iso_records *records)
{
    static const char *const lines[] = {", solid", ", dashed", ", dotted"};
    iso_err err = ISO_OK;

    for (int64_t i = 0; !records->at[0].x && i < records->count; i++)
        (void)iso_names_index(&f->models, records->at[i].model);
    for (int i = 0; f->models.count > 1 && i < f->models.count; i++)
        ISO_TRY(iso_buf_printf(&f->note, "%s%d%s: %s", i ? " \xc2\xb7 " : "", i + 1,
                               f->kind == ISO_PLOT_CURVES && i < FIGURE_MODELS ? lines[i] : "",
                               f->models.at[i]));
done:
    return err;
}

static bool anything(const iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        if (isfinite(records->at[i].value))
            return true;
    }
    return false;
}

static iso_err draw(struct figure *f, const iso_records *records, const struct figure_ask *ask)
{
    switch (f->kind) {
    case ISO_PLOT_CURVES:
        return iso_figure_curves(f, records);
    case ISO_PLOT_DOTS:
        return iso_figure_dots(f, records);
    case ISO_PLOT_MIXED:
        return iso_figure_mixed(f, records, ask);
    case ISO_PLOT_SWEEP:
        return iso_figure_sweep(f, records);
    case ISO_PLOT_SCATTER:
        return iso_figure_scatter(f, records, ask->among);
    default:
        return iso_figure_maps(f, records, f->kind == ISO_PLOT_LAYERS ? 30 : 12);
    }
}

/* Of records of the states; f->beside has what they are held against. */
static iso_err make(struct figure *f, const iso_records *records, const struct figure_ask *ask)
{
    iso_err err = ISO_OK;

    ISO_NEED(anything(records), "nothing to draw: all %lld values are undefined%s%s",
             (long long)records->count, records->at[0].why ? ", " : "",
             records->at[0].why ? records->at[0].why : "");
    if (ask->langs)
        f->langs = *ask->langs;
    else
        iso_style_list(&f->langs, NULL, 0, records);
    if (f->kind == ISO_PLOT_AUTO)
        f->kind = suits(records, ask);
    if (f->kind == ISO_PLOT_CURVES && !look(records).many_layers)
        f->kind = ISO_PLOT_DOTS;
    if (f->kind == ISO_PLOT_CURVES || f->kind == ISO_PLOT_DOTS)
        ISO_TRY(name_models(f, records));
    ISO_TRY(name_it(f, records, ask));
    ISO_TRY(describe_it(f, records));
    ISO_TRY(draw(f, records, ask));
done:
    return err;
}

/* A learning curve has its steps where others have layers. */
static void put_steps(iso_records *records)
{
    for (int64_t i = 0; i < records->count; i++) {
        iso_record *r = &records->at[i];
        if (r->step != ISO_NO_INT)
            r->src_layer = r->tgt_layer = r->step;
    }
}

iso_err iso_figure_make(struct figure *out, const iso_records *records,
                        const struct figure_ask *ask)
{
    struct figure f = {.kind = ask->kind, .asked_width = ask->width, .asked_height = ask->height};
    iso_beside beside = {0};
    iso_records states = {0};
    iso_err err = ISO_OK;

    ISO_NEED(records->count > 0, "no records to draw");
    ISO_TRY(iso_beside_make(&beside, records));
    ISO_TRY(iso_beside_states(&states, records));
    put_steps(&states);
    f.beside = &beside;
    ISO_TRY(make(&f, &states, ask));
    f.beside = NULL;
    *out = f;
    f = (struct figure){0};
done:
    iso_figure_free(&f);
    iso_records_free(&states);
    iso_beside_free(&beside);
    return err;
}

void iso_figure_free(struct figure *f)
{
    iso_buf_free(&f->data);
    iso_buf_free(&f->script);
    iso_buf_free(&f->title);
    iso_buf_free(&f->subtitle);
    iso_buf_free(&f->note);
    iso_buf_free(&f->marks);
}
