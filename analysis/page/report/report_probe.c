#include "analysis/page/report/report_probe.h"

#include "analysis/study/probe/probes.h"
#include "analysis/page/report/report_gather.h"
#include "analysis/study/items/selection.h"
#include "bin/term.h"
#include "lib/base/str.h"

static const char measures[] = "accuracy:probe,gap,accuracy:language-id";

/* Rows · dims · classes in sixteens, over layers: about a minute on two cores. */
static const double PROBED_MOST = 2e8;

/* Of a report's options those that probe has, in its sense; learnt is from the one language that
 * the report starts from. */
static struct settings of_probe(const struct report *report)
{
    const struct settings *set = report->set;
    struct settings s = *set;

    s.src = set->src ? report->src : NULL;
    s.measure = measures;
    s.interval = iso_str_same(set->interval, "none") ? set->interval : NULL;
    s.plan = false;
    return s;
}

static iso_err command_line(iso_buf *line, const struct settings *s)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_puts(line, "isogloss probe"));
    for (int i = 0; i < s->inputs.count; i++) {
        ISO_TRY(iso_buf_puts(line, " "));
        ISO_TRY(iso_buf_word(line, s->inputs.at[i]));
    }
    ISO_TRY(iso_gather_option(line, "src", s->src));
    ISO_TRY(iso_gather_option(line, "tgt", s->tgt));
    ISO_TRY(iso_gather_option(line, "layers", s->layers));
    ISO_TRY(iso_gather_option(line, "measure", s->measure));
    ISO_TRY(iso_gather_option(line, "interval", s->interval));
    ISO_TRY(iso_gather_option(line, "pool", s->pool));
    ISO_TRY(iso_gather_option(line, "specials", s->specials));
    if (s->limit)
        ISO_TRY(iso_buf_printf(line, " --limit %lld", (long long)s->limit));
    if (s->seed)
        ISO_TRY(iso_buf_printf(line, " --seed %lld", (long long)s->seed));
done:
    return err;
}

static iso_err cost(double *out, const struct report *report, const struct settings *s, int src)
{
    const iso_states_info *about = iso_states_about(report->states);
    struct selection sel = {0};
    const int classes =
        about->class_count > about->tag_count ? about->class_count : about->tag_count;
    iso_err err = ISO_OK;

    *out = 0;
    ISO_TRY(iso_selection_make(&sel, SELECT_OF(s), report->states, false));
    for (int i = 0; i < sel.layer_count; i++) {
        int64_t rows, cols;
        iso_dtype type;
        ISO_TRY(iso_states_shape(&rows, &cols, &type, report->states, src, sel.layer[i]));
        *out += (double)rows * (double)cols * 16 * ((classes + 15) / 16);
    }
done:
    iso_selection_free(&sel);
    return err;
}

iso_err iso_report_probe(struct report *report, const iso_run *run)
{
    const struct settings s = of_probe(report);
    iso_probe_opt opt;
    iso_records records = {0};
    iso_buf line = {0};
    double work = 0;
    int src = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_selection_source(&src, SELECT_OF(&s), report->states));
    if (report->set->measure || !iso_probe_has_labels(report->states, src))
        return ISO_OK;
    ISO_TRY(cost(&work, report, &s, src));
    if (work > PROBED_MOST) {
        term_note(&s, "probes of so many rows and layers are left to `isogloss probe`");
        return ISO_OK;
    }
    iso_probe_opt_init(&opt, sizeof opt);
    opt.select = *SELECT_OF(&s);
    opt.measure = measures;
    opt.interval = s.interval ? ISO_INTERVAL_NONE : ISO_INTERVAL_USUAL;
    err = iso_probe(&records, report->states, &opt, run);
    if (err == ISO_EDATA) {
        term_note(&s, "no probe: %s", iso_err_msg());
        err = ISO_OK;
        goto done;
    }
    ISO_TRY(err);
    ISO_TRY(command_line(&line, &s));
    ISO_TRY(iso_gather_add(report, &line, &records));
done:
    iso_records_free(&records);
    iso_buf_free(&line);
    return err;
}
