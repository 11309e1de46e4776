#include "lib/train/saved_state.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/io/number.h"
#include "lib/io/begun.h"

const char iso_saved_state_name[] = "run.json";

enum { VERSION = 1, MOST = 256 << 20 /* bytes */ };

void iso_saved_state_free(iso_saved_state *s)
{
    for (int i = 0; i < s->series_count; i++) {
        iso_free(s->series[i].name);
        iso_free(s->series[i].at);
    }
    iso_free(s->series);
    *s = (iso_saved_state){0};
}

/* --- Writing ------------------------------------------------------------------------- */

static iso_err add_number(iso_buf *out, double value)
{
    char text[ISO_NUMBER_SIZE];

    return iso_buf_puts(out, isfinite(value) ? iso_number_same(text, value) : "null");
}

static iso_err add_series(iso_buf *out, const iso_saved_series *s)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_json_quote(out, s->name));
    ISO_TRY(iso_buf_puts(out, ": ["));
    for (int64_t i = 0; i < s->count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ", " : ""));
        ISO_TRY(add_number(out, s->at[i]));
    }
    ISO_TRY(iso_buf_puts(out, "]"));
done:
    return err;
}

iso_err iso_saved_state_text(iso_buf *out, const iso_saved_state *s, const char *begun)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(out, "{\"isogloss_run\": %d,\n \"step\": %" PRId64, VERSION, s->step));
    ISO_TRY(
        iso_buf_printf(out, ", \"epoch\": %" PRId64 ", \"batch\": %" PRId64, s->epoch, s->batch));
    ISO_TRY(iso_buf_printf(out, ", \"best_step\": %" PRId64 ", \"best\": ", s->best_step));
    ISO_TRY(add_number(out, s->best));
    ISO_TRY(iso_buf_puts(out, ",\n \"begun\": "));
    ISO_TRY(iso_json_quote(out, begun));
    ISO_TRY(iso_buf_puts(out, ",\n \"series\": {"));
    for (int i = 0; i < s->series_count; i++) {
        ISO_TRY(iso_buf_puts(out, i ? ",\n  " : "\n  "));
        ISO_TRY(add_series(out, &s->series[i]));
    }
    ISO_TRY(iso_buf_puts(out, "}}\n"));
done:
    return err;
}

/* --- Reading ------------------------------------------------------------------------- */

static iso_err not_ours(const char *path, const char *what)
{
    return iso_fail(ISO_EFORMAT, "%s: %s; delete the folder to start again", path, what);
}

static iso_err read_count(int64_t *out, const iso_json *root, const char *name, const char *path)
{
    if (iso_json_int(out, iso_json_get(root, name)) && *out >= 0)
        return ISO_OK;
    return iso_fail(ISO_EFORMAT, "%s: \"%s\" is no count; delete the folder to start again", path,
                    name);
}

static iso_err read_series(iso_saved_series *out, const iso_json *node, const char *path)
{
    iso_err err = ISO_OK;

    if (iso_json_is(node) != ISO_JSON_ARRAY)
        ISO_TRY(not_ours(path, "a series is no list of numbers"));
    ISO_TRY(iso_str_dup(&out->name, iso_json_name(node), -1));
    ISO_TRY(iso_alloc(&out->at, iso_json_count(node), sizeof *out->at));
    for (const iso_json *n = iso_json_first(node); n; n = iso_json_next(n)) {
        if (iso_json_is(n) != ISO_JSON_NUMBER && iso_json_is(n) != ISO_JSON_NULL)
            ISO_TRY(not_ours(path, "a series is no list of numbers"));
        if (!iso_json_number(&out->at[out->count], n))
            out->at[out->count] = NAN;
        out->count++;
    }
done:
    return err;
}

static iso_err read_state(iso_saved_state *s, const iso_json *root, const char *path)
{
    const iso_json *series = iso_json_get(root, "series");
    iso_err err = ISO_OK;

    ISO_TRY(read_count(&s->step, root, "step", path));
    ISO_TRY(read_count(&s->epoch, root, "epoch", path));
    ISO_TRY(read_count(&s->batch, root, "batch", path));
    ISO_TRY(read_count(&s->best_step, root, "best_step", path));
    if (!iso_json_number(&s->best, iso_json_get(root, "best")))
        s->best = NAN;
    if (iso_json_is(series) != ISO_JSON_OBJECT)
        ISO_TRY(not_ours(path, "has no \"series\""));
    if (iso_json_count(series) > INT16_MAX)
        ISO_TRY(not_ours(path, "has too many series"));
    ISO_TRY(iso_alloc(&s->series, iso_json_count(series), sizeof *s->series));
    for (const iso_json *n = iso_json_first(series); n; n = iso_json_next(n))
        ISO_TRY(read_series(&s->series[s->series_count++], n, path));
done:
    return err;
}

/* What `begun` was, against what it is now: both as JSON keeps it, where bytes that are not UTF-8
 * are not told apart. */
static iso_err compare(const char *folder, const char *was, const char *begun)
{
    iso_buf quoted = {0};
    iso_json *now = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_json_quote(&quoted, begun));
    ISO_TRY(iso_json_parse(&now, quoted.text, quoted.len));
    ISO_TRY(iso_begun_same(folder, was, iso_json_text(now)));
done:
    iso_json_free(now);
    iso_buf_free(&quoted);
    return err;
}

iso_err iso_saved_state_read(iso_saved_state *out, const char *folder, const char *begun)
{
    iso_saved_state s = {0};
    iso_json *root = NULL;
    char *path = NULL;
    int64_t version = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&path, folder, iso_saved_state_name));
    ISO_TRY(iso_folder_json(&root, folder, iso_saved_state_name, MOST));
    if (!iso_json_int(&version, iso_json_get(root, "isogloss_run")))
        ISO_TRY(not_ours(path, "is not of a run of this program"));
    if (version != VERSION)
        ISO_TRY(not_ours(path, "was written by another version of isogloss"));
    const char *was = iso_json_text(iso_json_get(root, "begun"));
    if (!was)
        ISO_TRY(not_ours(path, "does not say what the run was begun with"));
    ISO_TRY(compare(folder, was, begun));
    ISO_TRY(read_state(&s, root, path));
    *out = s;
    s = (iso_saved_state){0};
done:
    iso_saved_state_free(&s);
    iso_json_free(root);
    iso_free(path);
    return err;
}
