/* Baselines: which of the records' are held against, and what they give where a claim is made. */
#include <math.h>
#include <string.h>

#include "analysis/study/gap/gap_claim.h"
#include "analysis/study/gap/gap_inside.h"
#include "lib/base/alloc.h"
#include "lib/io/beside.h"

static bool lists(const char *list, const char *name)
{
    char word[128];

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        if (strcmp(word, name) == 0)
            return true;
    }
    return false;
}

/* "no records of baseline 'piece'; there are random, pieces" */
static iso_err need_all(const iso_beside *beside, const char *list)
{
    char word[128];
    iso_buf there = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_names(&there, beside->name, beside->names, ISO_BESIDE_MOST));
    for (const char *at = list; at;) {
        bool known = false;
        at = iso_str_word(word, sizeof word, at);
        for (int k = 0; k < beside->names; k++)
            known = known || strcmp(beside->name[k], word) == 0;
        ISO_NEED(known || strcmp(word, "none") == 0,
                 ISO_FIELD(baseline) ": no record is of baseline '%s'; there are %s", word,
                 beside->names ? there.text : "none: ask for them where the records are made");
    }
done:
    iso_buf_free(&there);
    return err;
}

iso_err iso_gap_baselines(iso_records *out, const iso_records *records, const char *list)
{
    iso_beside beside = {0};
    iso_records kept = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_beside_make(&beside, records));
    ISO_TRY(need_all(&beside, list));
    ISO_TRY(iso_alloc(&kept.at, records->count, sizeof *kept.at));
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        if (!r->baseline || lists(list, r->baseline))
            kept.at[kept.count++] = *r;
    }
    kept.room = records->count;
    *out = kept;
done:
    iso_beside_free(&beside);
    return err;
}

iso_err iso_gap_say_baselines(iso_buf *line, const iso_records *records, const struct gap_claim *c)
{
    iso_beside beside = {0};
    bool any = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_beside_make(&beside, records));
    for (int k = 0; k < beside.names; k++) {
        const iso_record *b = iso_beside_find(&beside, c->best, k);
        const iso_record *less = c->without ? iso_beside_find(&beside, c->without, k) : NULL;
        if (!b || !isfinite(b->value))
            continue;
        ISO_TRY(iso_buf_printf(line, "%s%s %.2f",
                               any ? ", " : "; baselines there: ", beside.name[k], b->value));
        if (less && isfinite(less->value))
            ISO_TRY(iso_buf_printf(line, " (without %s %.2f)", c->lang, less->value));
        any = true;
    }
done:
    iso_beside_free(&beside);
    return err;
}
