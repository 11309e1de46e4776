/* What the codes of languages and a table of sizes predict: scripts, pretraining data. */
#include <math.h>
#include <string.h>

#include "analysis/study/select/select_inside.h"
#include "lib/base/str.h"
#include "lib/io/record_read.h"
#include "lib/io/scores.h"
#include "lib/text/lang.h"

/* --- Scripts --- */

static const char *script_of(const char *name)
{
    const char *own = strchr(name, '_');
    const iso_lang_code *code = iso_lang_find(name);

    return !code ? NULL : own ? own + 1 : code->script;
}

static iso_err add_scripts(struct select_job *job)
{
    struct select_predictor *p;
    iso_textmap scripts = {0};
    int64_t number = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_select_add(&p, job, "scripts", "count", SELECT_DISTINCT, false));
    for (int i = 0; i < job->count; i++) {
        const char *script = script_of(iso_select_lang(job, i));
        p->missing[i] = !script;
        if (script)
            ISO_TRY(iso_textmap_put(&number, &scripts, script, -1));
        p->number[i] = (double)number;
    }
    ISO_TRY(iso_select_note_missing(job, p, "codes without a known script"));
done:
    iso_textmap_free(&scripts);
    return err;
}

/* --- Sizes --- */

static bool known(const char *name)
{
    return iso_lang_find(name) != NULL;
}

static iso_err take_sizes(struct select_predictor *p, const struct select_job *job,
                          const iso_scores *t)
{
    const char *path = job->opt.sizes;
    iso_err err = ISO_OK;

    if (t->pairs || t->rows != 1)
        ISO_FAIL(ISO_EFORMAT, "%s: has %d rows by language; sizes are one: lang and size", path,
                 t->rows);
    for (int i = 0; i < job->count; i++)
        p->missing[i] = true;
    for (int l = 0; l < t->langs; l++) {
        const int at = iso_select_find(job, t->lang[l]);
        if (at < 0 || isnan(t->value[l]))
            continue;
        if (!p->missing[at])
            ISO_FAIL(ISO_EFORMAT, "%s: two sizes of %s", path, iso_select_lang(job, at));
        if (t->value[l] < 0)
            ISO_FAIL(ISO_EFORMAT, "%s: the size of %s is negative", path, t->lang[l]);
        p->missing[at] = false;
        p->number[at] = t->value[l];
    }
done:
    return err;
}

static iso_err add_sizes(struct select_job *job)
{
    const char *path = job->opt.sizes;
    const iso_scores_opt how = {.known = known};
    struct select_predictor *p;
    iso_scores table = {0};
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_records_bytes(&text, path, job->run));
    err = iso_scores_read(&table, text.text, text.len, &how);
    if (err) {
        err = iso_fail_in(err, "%s", path);
        goto done;
    }
    ISO_TRY(iso_select_add(&p, job, "pretraining", "size", SELECT_SUM, false));
    ISO_TRY(take_sizes(p, job, &table));
    ISO_TRY(iso_select_note_missing(job, p, "languages without a size"));
done:
    iso_scores_free(&table);
    iso_buf_free(&text);
    return err;
}

iso_err iso_select_codes(struct select_job *job)
{
    iso_err err = ISO_OK;

    ISO_TRY(add_scripts(job));
    if (job->opt.sizes)
        ISO_TRY(add_sizes(job));
done:
    return err;
}
