#include "lib/io/transfer.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/json.h"
#include "lib/io/stream.h"

enum { LANGS_MOST = 4096, ENTRIES_MOST = 1 << 20 };

/* What is being read. */
struct reading {
    iso_transfer *t;
    const char *path;
    const char *(*canonical)(const char *);
    int64_t entry;
};

static iso_err name_of(int64_t *out, const struct reading *r, const iso_json *member)
{
    const char *name = iso_json_name(member);

    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < ' ')
            name = "";
    if (!*name)
        return iso_fail(ISO_EFORMAT, "%s: entry %lld has a language without a name", r->path,
                        (long long)r->entry);
    return iso_textmap_keep(out, &r->t->langs, r->canonical ? r->canonical(name) : name, -1);
}

/* The names of both objects of an entry become numbers. */
static iso_err name_all(const struct reading *r, const iso_json *object, const char *what)
{
    int64_t number;
    iso_err err = ISO_OK;

    if (iso_json_is(object) != ISO_JSON_OBJECT || iso_json_count(object) == 0)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: entry %lld has no %s; each is {\"train_config\": {LANG: examples}, "
                 "\"eval_results\": {LANG: score}}",
                 r->path, (long long)r->entry, what);
    for (const iso_json *m = iso_json_first(object); m; m = iso_json_next(m))
        ISO_TRY(name_of(&number, r, m));
    if (r->t->langs.count > LANGS_MOST)
        ISO_FAIL(ISO_EFORMAT, "%s: more than %d languages", r->path, LANGS_MOST);
done:
    return err;
}

static iso_err take(double *row, const struct reading *r, const iso_json *object, const char *what,
                    bool count)
{
    int64_t at;
    double value;
    iso_err err = ISO_OK;

    for (const iso_json *m = iso_json_first(object); m; m = iso_json_next(m)) {
        ISO_TRY(name_of(&at, r, m));
        if (!isnan(row[at]))
            ISO_FAIL(ISO_EFORMAT, "%s: entry %lld has %s twice in %s", r->path, (long long)r->entry,
                     r->t->langs.texts[at], what);
        if (!iso_json_number(&value, m) || (count && value < 0))
            ISO_FAIL(ISO_EFORMAT, "%s: entry %lld: %s of %s is no %s", r->path, (long long)r->entry,
                     what, r->t->langs.texts[at], count ? "number of examples" : "score");
        row[at] = value;
    }
done:
    return err;
}

static iso_err read_list(struct reading *r, const iso_json *root, const iso_run *run)
{
    iso_transfer *t = r->t;
    iso_err err = ISO_OK;

    t->entries = iso_json_count(root);
    if (iso_json_is(root) != ISO_JSON_ARRAY || t->entries == 0 || t->entries > ENTRIES_MOST)
        ISO_FAIL(ISO_EFORMAT, "%s: is no list of {\"train_config\", \"eval_results\"}", r->path);
    r->entry = 1;
    for (const iso_json *e = iso_json_first(root); e; e = iso_json_next(e), r->entry++) {
        ISO_TRY(name_all(r, iso_json_get(e, "train_config"), "train_config"));
        ISO_TRY(name_all(r, iso_json_get(e, "eval_results"), "eval_results"));
    }
    const int64_t langs = t->langs.count, all = t->entries * langs;
    if (all > iso_run_mem(run) / 4 / (int64_t)sizeof *t->score)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %lld entries of %lld languages are more than " ISO_FIELD(mem) " holds",
                 r->path, (long long)t->entries, (long long)langs);
    ISO_TRY(iso_alloc(&t->examples, all, sizeof *t->examples));
    ISO_TRY(iso_alloc(&t->score, all, sizeof *t->score));
    for (int64_t i = 0; i < all; i++)
        t->examples[i] = t->score[i] = NAN;
    r->entry = 1;
    for (const iso_json *e = iso_json_first(root); e; e = iso_json_next(e), r->entry++) {
        const int64_t row = (r->entry - 1) * langs;
        ISO_TRY(take(t->examples + row, r, iso_json_get(e, "train_config"), "train_config", true));
        ISO_TRY(take(t->score + row, r, iso_json_get(e, "eval_results"), "eval_results", false));
    }
done:
    return err;
}

iso_err iso_transfer_read(iso_transfer *out, const char *path,
                          const char *(*canonical)(const char *), const iso_run *run)
{
    iso_transfer t = {0};
    struct reading r = {.t = &t, .path = path, .canonical = canonical};
    iso_stream stream = {0};
    iso_buf bytes = {0};
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_stream_open(&stream, path, iso_run_mem(run) / 16, run));
    err = iso_stream_text(&bytes, &stream);
    iso_stream_close(&stream);
    ISO_TRY(err);
    err = iso_json_parse(&root, bytes.text, bytes.len);
    if (err) {
        err = iso_fail_in(err, "%s", path);
        goto done;
    }
    ISO_TRY(read_list(&r, root, run));
    *out = t;
    t = (iso_transfer){0};
done:
    iso_transfer_free(&t);
    iso_json_free(root);
    iso_buf_free(&bytes);
    return err;
}

void iso_transfer_free(iso_transfer *t)
{
    iso_textmap_free(&t->langs);
    iso_free(t->examples);
    iso_free(t->score);
    *t = (iso_transfer){0};
}
