#include "analysis/study/items/records.h"

#include <math.h>
#include <string.h>

#include "lib/base/ranges.h"
#include "lib/base/str.h"
#include "lib/text/lang.h"

void iso_record_value(iso_record *r, const iso_value *v)
{
    r->value = v->value;
    r->lo = v->lo;
    r->hi = v->hi;
    r->interval = v->interval ? v->interval : "none";
    r->null = v->null;
    r->null_sd = v->null_sd;
    r->p = v->p;
    r->n = v->n;
    r->why = v->why;
    r->calibrated = v->calibrated;
    r->p_max = v->p_max;
    r->permutations = v->permutations > 0 ? v->permutations : ISO_NO_INT;
    r->family = v->family > 0 ? v->family : ISO_NO_INT;
    if (v->rank >= 0)
        r->rank = v->rank;
    if (!isnan(v->param))
        r->param = v->param;
}

/* --- Choosing --- */

static const char sentence[] = "sentence";

const char *iso_record_pool(const iso_states_info *about, int64_t layer)
{
    return about->sentence && layer == about->sentence ? sentence : about->pooling;
}

bool iso_record_of_sentence(const iso_record *r)
{
    return iso_str_same(r->pool, sentence);
}

bool iso_record_same_question(const iso_record *a, const iso_record *b)
{
    const uint64_t except =
        iso_record_of_sentence(a) != iso_record_of_sentence(b) ? ISO_COLUMN(pool) : 0;

    return iso_record_compare(a, b, ISO_ROLE_QUESTION, except) == 0;
}

bool iso_records_names(const char *list, const char *lang)
{
    char word[128];

    if (!list)
        return true;
    for (const char *at = list; lang && at;) {
        at = iso_str_word(word, sizeof word, at);
        if (strcmp(word, lang) == 0 || iso_lang_same(word, lang))
            return true;
    }
    return false;
}

static iso_err names_layer(bool *out, const char *list, int64_t layer, int64_t top)
{
    char word[64];
    int64_t first, last;
    bool found = !list;

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        if (!iso_range_parse(&first, &last, word, top))
            return iso_fail(
                ISO_EARG, ISO_FIELD(layers) " %s: a layer is a number, a range 3-6, or last", list);
        found = found || (layer >= first && layer <= last);
    }
    *out = found;
    return ISO_OK;
}

iso_err iso_records_choose(iso_records *out, const iso_records *records, const iso_scope *select)
{
    const int64_t before = iso_records_count(out);
    int64_t top = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        if (records->at[i].src_layer > top)
            top = records->at[i].src_layer;
    }
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        bool here = false, there = false;
        ISO_TRY(names_layer(&here, select->layers, r->src_layer, top));
        ISO_TRY(names_layer(&there, select->layers, r->tgt_layer, top));
        if (r->baseline && r->src_layer == ISO_NO_INT && r->tgt_layer == ISO_NO_INT)
            here = there = true; /* it stands beside every layer */
        if (here && there && iso_records_names(select->src, r->src) &&
            iso_records_names(select->tgt, r->tgt))
            ISO_TRY(iso_records_add(out, r));
    }
    if (out->count == before)
        ISO_FAIL(ISO_EARG, "none of %lld records is of these languages and layers",
                 (long long)records->count);
done:
    return err;
}
