#include "analysis/page/wording.h"

#include <string.h>

#include "lib/text/lang.h"

iso_err iso_wording_lang(iso_buf *out, const char *name)
{
    const iso_lang_code *code = iso_lang_find(name);

    if (!code)
        return iso_buf_puts(out, name);
    return iso_buf_printf(out, "%s (%s)", code->name, name);
}

const char *iso_wording_baseline(const char *name)
{
    static const char *const words[][2] = {{"random", "random weights"},
                                           {"pieces", "bag of pieces (tf-idf)"},
                                           {"length", "sentence length"},
                                           {"before", "before the map"},
                                           {"centred", "means removed"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i][0], name) == 0)
            return words[i][1];
    }
    return name;
}

/* A baseline among records of the states does not count. */
static bool aside(const iso_records *records, int64_t i)
{
    return records->at[i].baseline && !records->at[0].baseline;
}

/* The text all records have in a column, or NULL. */
static const char *common_text(const iso_records *records, const char *column)
{
    const iso_column *c = iso_column_named(column);
    const char *text = records->count ? iso_record_text(&records->at[0], c) : NULL;

    for (int64_t i = 1; text && i < records->count; i++) {
        if (aside(records, i))
            continue;
        const char *other = iso_record_text(&records->at[i], c);
        if (!other || strcmp(other, text) != 0)
            return NULL;
    }
    return text;
}

/* The number all records have in a column, or ISO_NO_INT. */
static int64_t common_int(const iso_records *records, const char *column)
{
    const iso_column *c = iso_column_named(column);
    const int64_t number = records->count ? iso_record_int(&records->at[0], c) : ISO_NO_INT;

    for (int64_t i = 1; i < records->count; i++) {
        if (!aside(records, i) && iso_record_int(&records->at[i], c) != number)
            return ISO_NO_INT;
    }
    return number;
}

static iso_err add_common_int(iso_buf *line, const iso_records *records, const char *column)
{
    const int64_t number = common_int(records, column);

    if (number == ISO_NO_INT)
        return ISO_OK;
    return iso_buf_printf(line, "%s%s = %lld", line->len ? " \xc2\xb7 " : "", column,
                          (long long)number);
}

/* Languages of a gap are not items of the measure beside it. */
static bool counts(const iso_record *r, const iso_record *first)
{
    const bool gap = strcmp(r->measure, "gap") == 0, gaps = strcmp(first->measure, "gap") == 0;

    return !r->x == !first->x && gap == gaps;
}

static iso_err add_count(iso_buf *out, const iso_records *records)
{
    int64_t least = INT64_MAX, most = 0;

    for (int64_t i = 0; i < records->count; i++) {
        const int64_t n = records->at[i].n;
        if (n == ISO_NO_INT || aside(records, i) || !counts(&records->at[i], &records->at[0]))
            continue;
        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    if (most == 0)
        return ISO_OK;
    if (least == most)
        return iso_buf_printf(out, "%sn = %lld", out->len ? " \xc2\xb7 " : "", (long long)most);
    return iso_buf_printf(out, "%sn = %lld to %lld", out->len ? " \xc2\xb7 " : "", (long long)least,
                          (long long)most);
}

iso_err iso_wording_shared(iso_buf *out, const iso_records *records)
{
    static const struct {
        const char *column, *before;
    } facts[] = {
        {"model", "model "}, {"model2", "against "},
        {"stage", ""},       {"pool", "pooling "},
        {"prep", "rows "},   {"direction", ""},
        {"mix", ""},         {"condition", "held constant: "},
    };
    iso_buf line = {0};
    iso_err err = ISO_OK;

    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const char *text = common_text(records, facts[i].column);
        const bool scores = records->count && records->at[0].x && i == 1; /* of a correlation */
        if (text)
            ISO_TRY(iso_buf_printf(&line, "%s%s%s", line.len ? " \xc2\xb7 " : "",
                                   scores ? "scores of " : facts[i].before, text));
    }
    ISO_TRY(add_common_int(&line, records, "k"));
    ISO_TRY(add_common_int(&line, records, "neighbours"));
    ISO_TRY(add_count(&line, records));
    ISO_TRY(iso_buf_puts(out, line.text ? line.text : ""));
done:
    iso_buf_free(&line);
    return err;
}
