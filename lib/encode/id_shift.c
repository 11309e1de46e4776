#include "lib/encode/id_shift.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/io/json.h"
#include "lib/text/lang.h"

enum { CONFIG_MAX = 8 << 20 };

static const char member[] = "isogloss_shift", others[] = "*";

void iso_id_shift_free(iso_id_shift *s)
{
    for (int i = 0; i < s->count; i++)
        iso_free(s->lang[i]);
    iso_free(s->lang);
    iso_free(s->by);
    *s = (iso_id_shift){0};
}

iso_err iso_id_shift_add(iso_id_shift *s, const char *lang, int64_t by)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_realloc(&s->lang, s->count, s->count + 1, sizeof *s->lang));
    ISO_TRY(iso_realloc(&s->by, s->count, s->count + 1, sizeof *s->by));
    ISO_TRY(iso_str_dup(&s->lang[s->count], lang, -1));
    s->by[s->count++] = by;
done:
    return err;
}

iso_err iso_id_shift_read(iso_id_shift *out, const char *config, int64_t rows)
{
    iso_id_shift s = {.rows = rows};
    iso_json *root = NULL;
    int64_t by;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_json_file(&root, config, CONFIG_MAX));
    const iso_json *all = iso_json_get(root, member);
    if (iso_json_is(all) != ISO_JSON_NONE && iso_json_is(all) != ISO_JSON_OBJECT)
        ISO_FAIL(ISO_EFORMAT, "%s: %s is no object of languages", config, member);
    for (const iso_json *in = iso_json_first(all); in; in = iso_json_next(in)) {
        if (!iso_json_int(&by, in) || by < 0 || by >= rows)
            ISO_FAIL(ISO_EFORMAT, "%s: %s of %s is no whole number from 0 to %" PRId64, config,
                     member, iso_json_name(in), rows - 1);
        ISO_TRY(iso_id_shift_add(&s, iso_json_name(in), by));
    }
    *out = s;
    s = (iso_id_shift){0};
done:
    iso_id_shift_free(&s);
    iso_json_free(root);
    return err;
}

iso_err iso_id_shift_of(int64_t *by, const iso_id_shift *s, const char *lang, const char *name)
{
    iso_buf known = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < s->count; i++) {
        if (iso_lang_same(s->lang[i], lang)) {
            *by = s->by[i];
            return ISO_OK;
        }
    }
    for (int i = 0; i < s->count; i++) {
        if (strcmp(s->lang[i], others) == 0) {
            *by = s->by[i];
            goto done;
        }
        ISO_TRY(iso_buf_printf(&known, "%s%s", i ? ", " : "", s->lang[i]));
    }
    ISO_FAIL(ISO_EARG, "%s: each language has pieces of its own, and %s has none: there are %s",
             name, lang, known.text);
done:
    iso_buf_free(&known);
    return err;
}

iso_err iso_id_shift_write(iso_buf *out, const iso_id_shift *s)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "\"%s\": {", member));
    for (int i = 0; i < s->count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
        ISO_TRY(iso_json_quote(out, s->lang[i]));
        ISO_TRY(iso_buf_printf(out, ": %" PRId64, s->by[i]));
    }
    ISO_TRY(iso_buf_puts(out, "}"));
done:
    return err;
}
