/* A report's own mixing: `mix` on the model and the texts of its options. */
#include "analysis/page/report/report_inside.h"
#include "analysis/study/items/selection.h"
#include "analysis/study/mix/mix.h"

bool iso_report_mixes(const iso_report_opt *opt)
{
    return opt->model.folder && opt->texts.corpus;
}

/* What stands before the texts: what stood there when the states were made, where they say how. */
static const char *prompt_of(const iso_states *states)
{
    const iso_states_info *about = states ? iso_states_about(states) : NULL;

    if (!about || !about->pooling)
        return NULL;
    return about->prompt ? about->prompt : "";
}

static iso_mix_opt mixing_of(const iso_report_opt *o, const iso_states *states, const char *src)
{
    iso_mix_opt opt;

    iso_mix_opt_init(&opt, sizeof opt);
    opt.model.folder = o->model.folder;
    opt.texts = o->texts;
    opt.src = o->select.src ? o->select.src : src;
    opt.tgt = o->select.tgt;
    opt.layer = o->layer ? o->layer : "sweep";
    opt.prompt = prompt_of(states);
    opt.prep = o->prep;
    opt.interval = o->interval == ISO_INTERVAL_NONE ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    return opt;
}

iso_err iso_report_mix_check(const iso_report_opt *o, bool states)
{
    const iso_mix_opt opt = mixing_of(o, NULL, NULL);

    if (!o->baseline && !o->model.folder != !o->texts.corpus)
        return iso_fail(ISO_EARG,
                        "%s: " ISO_FIELD(model) " and " ISO_FIELD(corpus) " go together, to mix",
                        o->model.folder ? ISO_FIELD(model) " without " ISO_FIELD(corpus)
                                        : ISO_FIELD(corpus) " without " ISO_FIELD(model));
    if (!iso_report_mixes(o))
        return o->layer
                   ? iso_fail(ISO_EARG,
                              ISO_FIELD(layer) " is of " ISO_FIELD(model) " and " ISO_FIELD(corpus))
                   : ISO_OK;
    if (!o->select.src && !states)
        return iso_fail(ISO_EARG, ISO_FIELD(corpus) ": needs " ISO_FIELD(
                                      src) ", the language that is mixed in");
    return iso_mix_check(&opt);
}

/* The command that makes the same records. */
static iso_err mix_line(iso_buf *line, iso_mix_opt opt, const iso_run *run)
{
    iso_err err = ISO_OK;

    opt.measure = NULL; /* the usual ones go without saying */
    ISO_TRY(iso_buf_puts(line, "isogloss mix"));
    ISO_TRY(iso_options_words(line, &iso_mix_options, &opt));
    if (opt.texts.limit)
        ISO_TRY(iso_buf_printf(line, " --%s %lld", "limit", (long long)opt.texts.limit));
    ISO_TRY(iso_report_seed(line, run));
done:
    return err;
}

/* The source that is named, or that of the states. */
static iso_err source_of(const char **out, const struct report *report)
{
    int src;
    iso_err err = ISO_OK;

    *out = report->src;
    if (*out || !report->states)
        return ISO_OK;
    ISO_TRY(iso_selection_source(&src, &report->opt->select, report->states));
    *out = iso_states_lang(report->states, src)->name;
done:
    return err;
}

iso_err iso_report_mix_fit(struct mix_fit *out, const struct report *report, double operations,
                           const iso_run *run)
{
    const char *src = NULL;
    iso_mix_opt opt;
    iso_err err = ISO_OK;

    ISO_TRY(source_of(&src, report));
    opt = mixing_of(report->opt, report->states, src);
    ISO_TRY(iso_mix_fit(out, NULL, NULL, &opt, operations, run));
done:
    return err;
}

iso_err iso_report_mix(struct report *report, const iso_run *run)
{
    const struct mix_fit *fit = &report->cost.mixing;
    iso_mix_opt opt = mixing_of(report->opt, report->states, report->src);
    iso_records records = {0};
    iso_buf line = {0};
    iso_err err = ISO_OK;

    iso_report_progress_part(&report->progress, REPORT_MIXING);
    if (report->cost.left[REPORT_MIXING])
        return ISO_OK;
    if (fit->items < fit->of_items)
        opt.sample = fit->items;
    if (fit->places < fit->of_places)
        opt.layer = fit->layers.text;
    ISO_TRY(mix_line(&line, opt, run));
    ISO_TRY(iso_mix(&records, NULL, NULL, &opt, run));
    ISO_TRY(iso_report_add(report, &line, &records, NULL));
    if (!report->src && report->records.count > 0)
        report->src = report->records.at[0].src;
done:
    iso_records_free(&records);
    iso_buf_free(&line);
    return err;
}
