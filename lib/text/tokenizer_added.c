/* The added tokens of a folder: which files name them, which id each has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/str.h"
#include "lib/text/tokenizer_inside.h"

enum { LONGEST = 1024 /* bytes of a token: a text is looked at so often in the worst case */ };

/* --- Special tokens by their role --- */

/* A token is a text, or an object that holds it. */
static const char *content(const iso_json *node)
{
    const char *text = iso_json_text(node);

    return text ? text : iso_json_text(iso_json_get(node, "content"));
}

const char *iso_tokenizer_special(const iso_tokenizer_files *files, const char *role,
                                  const char *usual)
{
    const char *text = content(iso_json_get(files->settings, role));

    text = text ? text : content(iso_json_get(files->specials, role));
    return text ? text : usual;
}

/* --- Ids --- */

/* The id of a piece of the vocabulary, or -1. The first three of fairseq's models are tokens that
 * have ids of their own there. */
static int32_t id_in_model(const iso_tokenizer *t, const char *text)
{
    int64_t len;

    if (!t->spm)
        return iso_vocab_find(t->vocab, text, -1);
    const int32_t id = iso_spm_find(t->spm, text);
    if (t->fairseq.offset > 0 && id < 3)
        return -1;
    if (id == iso_spm_unknown(t->spm) && strcmp(iso_spm_piece(&len, t->spm, id), text) != 0)
        return -1;
    return id + t->fairseq.offset;
}

struct reader {
    iso_tokenizer *t;
    const iso_tokenizer_files *files;
    const iso_tokenizer_role *roles;
};

static int32_t id_of(const struct reader *r, const char *text)
{
    for (const iso_tokenizer_role *role = r->roles; role->name; role++) {
        if (role->id >= 0 &&
            strcmp(iso_tokenizer_special(r->files, role->name, role->usual), text) == 0)
            return role->id;
    }
    return id_in_model(r->t, text);
}

/* --- One token --- */

/* The vocabulary's id counts, where it has one; a token without any is none. */
static iso_err put(const struct reader *r, iso_added_token token, int64_t id, const char *file)
{
    const int32_t known = token.content ? id_of(r, token.content) : -1;

    if (!token.content)
        return iso_fail(ISO_EFORMAT, "%s/%s: an added token without content", r->files->folder,
                        file);
    if (strlen(token.content) > LONGEST)
        return iso_fail(ISO_EFORMAT, "%s/%s: an added token of %zu bytes, at most %d are read",
                        r->files->folder, file, strlen(token.content), LONGEST);
    if (known < 0 && id < 0)
        return ISO_OK;
    if (known >= 0 && id >= 0 && known != id)
        iso_tokenizer_note(r->t,
                           "%.200s/%s gives \"%.60s\" id %lld, the vocabulary %d, which counts",
                           r->files->folder, file, token.content, (long long)id, (int)known);
    token.id = known >= 0 ? known : (int32_t)id;
    return iso_added_put(r->t->added, &token);
}

static bool flag(const iso_json *token, const char *name, bool usual)
{
    bool value = usual;

    (void)iso_tokenizer_said(&value, token, name);
    return value;
}

/* An object with flags, or a bare text. */
static iso_err put_node(const struct reader *r, const iso_json *node, int64_t id, bool special,
                        bool lstrip, const char *file)
{
    return put(r,
               (iso_added_token){
                   .content = content(node),
                   .lstrip = flag(node, "lstrip", lstrip),
                   .rstrip = flag(node, "rstrip", false),
                   .single_word = flag(node, "single_word", false),
                   .normalized = flag(node, "normalized", !special),
               },
               id, file);
}

/* --- The files --- */

static iso_err bad_id(const struct reader *r, const char *file, const char *id)
{
    return iso_fail(ISO_EFORMAT, "%s/%s: an added token has id \"%.40s\", not 0 to %d",
                    r->files->folder, file, id ? id : "", INT32_MAX - 1);
}

/* {"250001": {"content": "<mask>", ...}} */
static iso_err read_decoder(const struct reader *r)
{
    static const char file[] = "tokenizer_config.json";
    const iso_json *all = iso_json_get(r->files->settings, "added_tokens_decoder");
    iso_err err = ISO_OK;

    for (const iso_json *m = iso_json_first(all); m; m = iso_json_next(m)) {
        int64_t id = -1;
        if (!iso_json_name(m) || !iso_str_int(&id, iso_json_name(m)) || id < 0 || id >= INT32_MAX)
            ISO_TRY(bad_id(r, file, iso_json_name(m)));
        ISO_TRY(put_node(r, m, id, flag(m, "special", false), false, file));
    }
done:
    return err;
}

/* [{"id": 250001, "content": "<mask>", ...}] */
static iso_err read_list(const struct reader *r)
{
    static const char file[] = "tokenizer.json";
    const iso_json *all = iso_json_get(r->files->tokenizer, "added_tokens");
    iso_err err = ISO_OK;

    for (const iso_json *m = iso_json_first(all); m; m = iso_json_next(m)) {
        int64_t id = -1;
        if (!iso_json_int(&id, iso_json_get(m, "id")) || id < 0 || id >= INT32_MAX)
            ISO_TRY(bad_id(r, file, content(m)));
        ISO_TRY(put_node(r, m, id, flag(m, "special", false), false, file));
    }
done:
    return err;
}

static bool is_role(const char *name)
{
    const size_t len = name ? strlen(name) : 0;

    return len > 6 && strcmp(name + len - 6, "_token") == 0;
}

/* Whether some role has this content. */
static bool has_role(const struct reader *r, const char *text)
{
    const iso_json *const from[] = {r->files->settings, r->files->specials};

    for (int i = 0; i < 2; i++) {
        for (const iso_json *m = iso_json_first(from[i]); m; m = iso_json_next(m)) {
            if (is_role(iso_json_name(m)) && iso_str_same(content(m), text))
                return true;
        }
    }
    for (const iso_tokenizer_role *role = r->roles; role->name; role++) {
        if (strcmp(role->usual, text) == 0)
            return true;
    }
    return false;
}

/* {"<mask>": 250001}: special where a role says so. */
static iso_err read_plain(const struct reader *r)
{
    static const char file[] = "added_tokens.json";
    iso_err err = ISO_OK;

    for (const iso_json *m = iso_json_first(r->files->added); m; m = iso_json_next(m)) {
        const char *text = iso_json_name(m);
        int64_t id = -1;
        if (!text || !iso_json_int(&id, m) || id < 0 || id >= INT32_MAX)
            ISO_TRY(bad_id(r, file, text));
        ISO_TRY(
            put(r, (iso_added_token){.content = text, .normalized = !has_role(r, text)}, id, file));
    }
done:
    return err;
}

static bool usual_lstrip(const struct reader *r, const char *name)
{
    for (const iso_tokenizer_role *role = r->roles; role->name; role++) {
        if (strcmp(role->name, name) == 0)
            return role->lstrip;
    }
    return false;
}

/* "cls_token": "[CLS]", "additional_special_tokens": ["<a>", ...] */
static iso_err read_named(const struct reader *r, const iso_json *from, const char *file)
{
    static const char *const lists[] = {"additional_special_tokens", "extra_special_tokens"};
    iso_err err = ISO_OK;

    for (const iso_json *m = iso_json_first(from); m; m = iso_json_next(m)) {
        if (is_role(iso_json_name(m)) && content(m))
            ISO_TRY(put_node(r, m, -1, true, usual_lstrip(r, iso_json_name(m)), file));
    }
    for (int i = 0; i < 2; i++) {
        const iso_json *list = iso_json_get(from, lists[i]);
        for (const iso_json *m = iso_json_first(list); m; m = iso_json_next(m)) {
            if (content(m))
                ISO_TRY(put_node(r, m, -1, true, false, file));
        }
    }
done:
    return err;
}

static iso_err read_usual(const struct reader *r)
{
    iso_err err = ISO_OK;

    for (const iso_tokenizer_role *role = r->roles; role->name; role++) {
        const char *text = iso_tokenizer_special(r->files, role->name, role->usual);
        ISO_TRY(put(r, (iso_added_token){.content = text, .lstrip = role->lstrip}, -1, ""));
    }
done:
    return err;
}

/* --- All of them --- */

struct former {
    const iso_tokenizer *t;
    iso_normal normal;
};

static iso_err form(const char **text, int64_t *len, void *with, const char *of)
{
    struct former *f = with;
    const iso_err err = iso_tokenizer_normal(&f->normal, f->t, of, (int64_t)strlen(of));

    if (!err) {
        *text = f->normal.text.len ? f->normal.text.text : "";
        *len = f->normal.text.len;
    }
    return err;
}

/* The id of the token of a role; -1: none. */
static int32_t role_id(const iso_tokenizer *t, const iso_tokenizer_files *files,
                       const iso_tokenizer_role *roles, const char *role)
{
    for (; roles->name; roles++) {
        if (strcmp(roles->name, role) == 0) {
            const iso_added_token *token =
                iso_added_find(t->added, iso_tokenizer_special(files, roles->name, roles->usual));
            return token ? token->id : -1;
        }
    }
    return -1;
}

/* The first that names a token counts, as the published readers have it. */
iso_err iso_tokenizer_added(iso_tokenizer *t, const iso_tokenizer_files *files,
                            const iso_tokenizer_role *roles)
{
    const struct reader r = {t, files, roles};
    struct former f = {.t = t};
    iso_err err = ISO_OK;

    ISO_TRY(iso_added_new(&t->added));
    ISO_TRY(read_decoder(&r));
    ISO_TRY(read_list(&r));
    ISO_TRY(read_plain(&r));
    ISO_TRY(read_named(&r, files->specials, "special_tokens_map.json"));
    ISO_TRY(read_named(&r, files->settings, "tokenizer_config.json"));
    ISO_TRY(read_usual(&r));
    ISO_TRY(iso_added_seal(t->added, form, &f));
    t->pad = role_id(t, files, roles, "pad_token");
    t->mask = role_id(t, files, roles, "mask_token");
done:
    iso_normal_free(&f.normal);
    return err;
}

iso_err iso_tokenizer_find(int32_t *out, const iso_tokenizer *t, const char *text, const char *role,
                           const char *path)
{
    const iso_added_token *token = iso_added_find(t->added, text);
    const int32_t id = token ? token->id : id_in_model(t, text);

    if (id < 0)
        return iso_fail(ISO_EFORMAT,
                        "%s: lacks %.100s, its %s; name another in tokenizer_config.json", path,
                        text, role);
    *out = id;
    return ISO_OK;
}
