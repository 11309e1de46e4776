#include "analysis/study/items/records.h"

#include <string.h>
#include <unistd.h>

#include "bin/term.h"
#include "lib/io/csv.h"
#include "lib/io/json.h"
#include "lib/io/stream.h"
#include "lib/text/lang.h"

enum { RECORDS_MOST = 1 << 28 }; /* bytes; some 800 000 records */

iso_err iso_records_bytes(iso_buf *out, const char *path)
{
    iso_stream in;
    iso_err err = ISO_OK;

    if (strcmp(path, "-") == 0)
        iso_stream_of(&in, STDIN_FILENO, "standard input", RECORDS_MOST, term_current());
    else
        ISO_TRY(iso_stream_open(&in, path, RECORDS_MOST, term_current()));
    err = iso_stream_text(out, &in);
    iso_stream_close(&in);
done:
    return err;
}

bool iso_records_are_json(const iso_buf *text)
{
    const size_t blank = strspn(text->text, "\xef\xbb\xbf \t\r\n");

    return text->text[blank] == '{' || text->text[blank] == '[';
}

/* In files of earlier versions a difference from the plain state, or from what --against named,
 * said only that it is one. What correlations hold constant is another matter. */
static void name_baseline(iso_record *r)
{
    if (!iso_str_same(r->stage, "difference") || r->given || r->x)
        return;
    r->given = r->train || r->mix_layer != ISO_NO_INT ? "before" : "against";
}

iso_err iso_records_parse(iso_records *out, iso_buf *command, const iso_buf *text, const char *path)
{
    iso_records list = {0};
    iso_buf line = {0};
    iso_err err = iso_records_are_json(text) ? iso_json_read(&list, &line, text->text, text->len)
                                             : iso_csv_read(&list, text->text, text->len);

    if (err) {
        err = iso_fail_in(err, "%s", path);
        goto done;
    }
    for (int64_t i = 0; i < list.count; i++) {
        name_baseline(&list.at[i]);
        ISO_TRY(iso_records_add(out, &list.at[i]));
    }
    if (command) {
        iso_buf_free(command);
        *command = line;
        line = (iso_buf){0};
    }
done:
    iso_records_free(&list);
    iso_buf_free(&line);
    return err;
}

iso_err iso_records_read(iso_records *out, iso_buf *command, const char *path)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_records_bytes(&text, path));
    ISO_TRY(iso_records_parse(out, command, &text, path));
done:
    iso_buf_free(&text);
    return err;
}

/* --- Choosing --- */

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

/* "3", "3-6", "last" as first and last layer. */
static bool read_span(int64_t *first, int64_t *last, char *word, int64_t top)
{
    char *dash = strchr(word, '-');

    if (dash)
        *dash = '\0';
    if (strcmp(word, "last") == 0)
        *first = top;
    else if (!iso_str_int(first, word))
        return false;
    if (!dash)
        *last = *first;
    else if (strcmp(dash + 1, "last") == 0)
        *last = top;
    else if (!iso_str_int(last, dash + 1))
        return false;
    return *first >= 0 && *first <= *last;
}

static iso_err names_layer(bool *out, const char *list, int64_t layer, int64_t top)
{
    char word[64];
    int64_t first, last;
    bool found = !list;

    for (const char *at = list; at;) {
        at = iso_str_word(word, sizeof word, at);
        if (!read_span(&first, &last, word, top))
            return iso_fail(
                ISO_EARG, ISO_FIELD(layers) " %s: a layer is a number, a range 3-6, or last", list);
        found = found || (layer >= first && layer <= last);
    }
    *out = found;
    return ISO_OK;
}

iso_err iso_records_choose(iso_records *out, const iso_records *records,
                           const struct records_choice *choice)
{
    const int64_t before = out->count;
    int64_t top = 0;
    iso_err err = ISO_OK;

    for (int64_t i = 0; i < records->count; i++) {
        if (records->at[i].src_layer > top)
            top = records->at[i].src_layer;
    }
    for (int64_t i = 0; i < records->count; i++) {
        const iso_record *r = &records->at[i];
        bool here, there;
        ISO_TRY(names_layer(&here, choice->layers, r->src_layer, top));
        ISO_TRY(names_layer(&there, choice->layers, r->tgt_layer, top));
        if (here && there && iso_records_names(choice->src, r->src) &&
            iso_records_names(choice->tgt, r->tgt))
            ISO_TRY(iso_records_add(out, r));
    }
    if (out->count == before)
        ISO_FAIL(ISO_EARG, "none of %lld records is of these languages and layers",
                 (long long)records->count);
done:
    return err;
}
