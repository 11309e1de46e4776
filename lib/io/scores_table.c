/* The cells of a table of scores: names, numbers, each once. */
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/scores_inside.h"

static void names_free(struct scores_names *n)
{
    for (int i = 0; i < n->count; i++)
        iso_free(n->at[i]);
    iso_free(n->at);
}

void iso_scores_free(iso_scores *s)
{
    if (s->store) {
        names_free(&s->store->row);
        names_free(&s->store->lang);
        iso_free(s->store->cell);
        iso_free(s->store->value);
        iso_buf_free(&s->store->note);
        iso_free(s->store);
    }
    *s = (iso_scores){0};
}

int iso_scores_find(const struct scores_names *n, const char *name)
{
    for (int i = 0; i < n->count; i++) {
        if (strcmp(n->at[i], name) == 0)
            return i;
    }
    return -1;
}

iso_err iso_scores_name(int *out, struct scores_names *n, const char *name, int64_t line)
{
    iso_err err = ISO_OK;

    *out = iso_scores_find(n, name);
    if (*out >= 0)
        return ISO_OK;
    if (n->count == SCORES_ROWS)
        ISO_FAIL(ISO_EFORMAT, "line %lld: more than %d names", (long long)line, SCORES_ROWS);
    if (n->count == n->room) {
        const int room = n->room ? 2 * n->room : 32;
        ISO_TRY(iso_realloc(&n->at, n->count, room, sizeof *n->at));
        n->room = room;
    }
    ISO_TRY(iso_str_dup(&n->at[n->count], name, -1));
    *out = n->count++;
done:
    return err;
}

static bool is_silent(const char *text)
{
    return !*text || strcmp(text, "-") == 0 || strcmp(text, "NA") == 0;
}

/* Digits on both sides of the only comma: "85,8", not "1,2,3". *thousands when three follow. */
static char *decimal_comma(bool *thousands, char *text)
{
    char *comma = strchr(text, ',');
    const size_t behind = comma ? strspn(comma + 1, "0123456789") : 0;

    if (!comma || comma == text || behind == 0 || comma[1 + behind] || strchr(text, '.') ||
        comma[-1] < '0' || comma[-1] > '9')
        return NULL;
    *thousands = behind == 3 && *text != '0';
    return comma;
}

/* The number of a cell; how it is written is counted. */
static bool number_of(double *out, struct scores_style *style, const char *cell, int64_t line)
{
    char text[64], *comma;
    size_t len = strlen(cell);
    bool thousands = false;

    if (len >= sizeof text)
        return false;
    memcpy(text, cell, len + 1);
    while (len > 0 && text[len - 1] == ' ')
        text[--len] = '\0';
    const bool percent = len > 0 && text[len - 1] == '%';
    if (percent)
        text[--len] = '\0';
    while (len > 0 && text[len - 1] == ' ')
        text[--len] = '\0';
    comma = decimal_comma(&thousands, text);
    if (comma)
        *comma = '.';
    else
        style->points += strchr(text, '.') != NULL;
    if (!iso_str_double(out, text) || !isfinite(*out))
        return false;
    style->percent_line = percent && !style->percents ? line : style->percent_line;
    style->comma_line = comma && !style->commas ? line : style->comma_line;
    style->percents += percent;
    style->plain += !percent;
    style->commas += comma != NULL;
    style->thousands += thousands;
    return true;
}

/* A sign that some numbers have and others lack has two readings. */
static iso_err check_style(const struct scores_style *style)
{
    iso_err err = ISO_OK;

    if (style->percents > 0 && style->plain > 0)
        ISO_FAIL(
            ISO_EFORMAT,
            "line %lld: %lld numbers have a per cent sign and %lld have none; give it to all or "
            "to none",
            (long long)style->percent_line, (long long)style->percents, (long long)style->plain);
    if (style->commas > 0 && (style->points > 0 || style->thousands == style->commas))
        ISO_FAIL(
            ISO_EFORMAT,
            "line %lld: a comma in a number may be decimal (85,8) or between thousands (1,234); "
            "write decimal points and no other sign",
            (long long)style->comma_line);
done:
    return err;
}

iso_err iso_scores_add(struct iso_scores_store *s, int row, int lang, const char *text,
                       int64_t line)
{
    double value;
    iso_err err = ISO_OK;

    if (is_silent(text))
        return ISO_OK;
    if (!number_of(&value, &s->style, text, line))
        ISO_FAIL(ISO_EFORMAT, "line %lld: %s is '%.40s', not a number (absent: empty, - or NA)",
                 (long long)line, s->lang.at[lang], text);
    if (s->cells == s->room) {
        const int64_t room = s->room ? 2 * s->room : 256;
        ISO_TRY(iso_realloc(&s->cell, s->cells, room, sizeof *s->cell));
        s->room = room;
    }
    s->cell[s->cells++] = (struct scores_cell){row, lang, value, line};
done:
    return err;
}

iso_err iso_scores_lay_out(struct iso_scores_store *s)
{
    const int64_t all = (int64_t)s->row.count * s->lang.count;
    const double unit = s->style.percents > 0 ? 100 : 1;
    iso_err err = ISO_OK;

    ISO_TRY(check_style(&s->style));
    ISO_NEED(all <= 1 << 24, "a table of %d rows and %d languages is too large", s->row.count,
             s->lang.count);
    ISO_TRY(iso_alloc(&s->value, all, sizeof *s->value));
    for (int64_t i = 0; i < all; i++)
        s->value[i] = NAN;
    for (int64_t i = 0; i < s->cells; i++) {
        const struct scores_cell *c = &s->cell[i];
        double *to = &s->value[(int64_t)c->row * s->lang.count + c->lang];
        if (!isnan(*to))
            ISO_FAIL(ISO_EFORMAT, "line %lld: %s%s%s has a score already", (long long)c->line,
                     s->row.at[c->row], *s->row.at[c->row] ? ", " : "", s->lang.at[c->lang]);
        *to = c->value / unit;
    }
done:
    return err;
}
