/* tokenizer.json's post_processor: what stands around a text, and between two. */
#include <string.h>

#include "lib/base/str.h"
#include "lib/text/tokenizer_inside.h"

static bool is_type(const iso_json *node, const char *type)
{
    return iso_str_same(iso_json_text(iso_json_get(node, "type")), type);
}

static iso_err unsupported(const char *path, const iso_json *post)
{
    const char *type = iso_json_text(iso_json_get(post, "type"));

    return iso_fail(
        ISO_EUNSUP,
        "%s: its tokenizer puts special tokens around a text (%.60s) in another form than "
        "one before and one behind, which is not supported; " ISO_TOKEN_IDS,
        path, type ? type : "without a type");
}

/* ["[SEP]", 102] */
static bool pair_id(int32_t *out, const iso_json *pair)
{
    int64_t id;

    if (!iso_json_int(&id, iso_json_at(pair, 1)) || id < 0 || id >= INT32_MAX)
        return false;
    *out = (int32_t)id;
    return true;
}

/* BertProcessing, RobertaProcessing: two tokens with their ids. */
static bool take_fixed(iso_tokenizer *t, const iso_json *post)
{
    const bool bert = is_type(post, "BertProcessing");

    t->between = bert ? 1 : 2;
    t->types &= bert;
    return pair_id(&t->first, iso_json_get(post, "cls")) &&
           pair_id(&t->last, iso_json_get(post, "sep"));
}

/* --- Templates --- */

/* The one id of a piece {"SpecialToken": {"id": "[CLS]"}} by the template's own table. */
static bool piece_id(int32_t *out, const iso_json *post, const iso_json *piece)
{
    const char *name = iso_json_text(iso_json_get(iso_json_get(piece, "SpecialToken"), "id"));
    const iso_json *ids =
        iso_json_get(iso_json_get(iso_json_get(post, "special_tokens"), name ? name : ""), "ids");
    int64_t id;

    if (iso_json_count(ids) != 1 || !iso_json_int(&id, iso_json_at(ids, 0)) || id < 0 ||
        id >= INT32_MAX)
        return false;
    *out = (int32_t)id;
    return true;
}

static bool is_text(const iso_json *piece, const char *which)
{
    return iso_str_same(iso_json_text(iso_json_get(iso_json_get(piece, "Sequence"), "id")), which);
}

static int64_t type_of(const iso_json *piece, const char *what)
{
    int64_t type = 0;

    (void)iso_json_int(&type, iso_json_get(iso_json_get(piece, what), "type_id"));
    return type;
}

/* first A last */
static bool take_single(iso_tokenizer *t, const iso_json *post)
{
    const iso_json *list = iso_json_get(post, "single");

    return iso_json_count(list) == 3 && piece_id(&t->first, post, iso_json_at(list, 0)) &&
           is_text(iso_json_at(list, 1), "A") && piece_id(&t->last, post, iso_json_at(list, 2));
}

/* first A last... B last */
static bool take_pair(iso_tokenizer *t, const iso_json *post)
{
    const iso_json *list = iso_json_get(post, "pair");
    const int64_t count = iso_json_count(list);
    const iso_json *b = iso_json_at(list, count - 2);
    int32_t id = 0;

    if (count < 5 || count > 8 || !is_text(iso_json_at(list, 1), "A") || !is_text(b, "B"))
        return false;
    for (int64_t i = 0; i < count; i++) {
        const bool text = i == 1 || i == count - 2;
        if (!text && (!piece_id(&id, post, iso_json_at(list, i)) || id != (i ? t->last : t->first)))
            return false;
    }
    t->between = (int)count - 4;
    t->types &= type_of(b, "Sequence") == 1;
    return true;
}

/* ByteLevel moves the ends of pieces alone. */
static const iso_json *only(const iso_json *post)
{
    const iso_json *one = NULL;

    if (!is_type(post, "Sequence"))
        return post;
    for (const iso_json *p = iso_json_first(iso_json_get(post, "processors")); p;
         p = iso_json_next(p)) {
        if (is_type(p, "ByteLevel"))
            continue;
        if (one)
            return post;
        one = p;
    }
    return one ? one : post;
}

static iso_err take(iso_tokenizer *t, const iso_json *post, const char *path)
{
    const bool fixed = is_type(post, "BertProcessing") || is_type(post, "RobertaProcessing");
    const bool taken =
        fixed ? take_fixed(t, post)
              : is_type(post, "TemplateProcessing") && take_single(t, post) && take_pair(t, post);

    return taken ? ISO_OK : unsupported(path, post);
}

/* What the names of the roles say, where they say anything else. */
static void compare_roles(iso_tokenizer *t, const char *cls, const char *sep, const char *path)
{
    const iso_added_token *first = iso_added_find(t->added, cls);
    const iso_added_token *last = iso_added_find(t->added, sep);

    if ((first && first->id != t->first) || (last && last->id != t->last))
        iso_tokenizer_note(t,
                           "%.300s: its post_processor puts ids %d and %d around texts, its "
                           "cls_token and sep_token are others: the post_processor counts",
                           path, (int)t->first, (int)t->last);
}

iso_err iso_tokenizer_around(iso_tokenizer *t, const iso_tokenizer_files *files, const char *cls,
                             const char *sep, const char *path)
{
    const iso_json *post = only(iso_json_get(files->tokenizer, "post_processor"));
    iso_err err = ISO_OK;

    cls = iso_tokenizer_special(files, "cls_token", cls);
    sep = iso_tokenizer_special(files, "sep_token", sep);
    if (iso_json_is(post) == ISO_JSON_NONE || iso_json_is(post) == ISO_JSON_NULL) {
        ISO_TRY(iso_tokenizer_find(&t->first, t, cls, "cls_token", path));
        ISO_TRY(iso_tokenizer_find(&t->last, t, sep, "sep_token", path));
        goto done;
    }
    ISO_TRY(take(t, post, path));
    compare_roles(t, cls, sep, path);
done:
    return err;
}
