#include "lib/io/array_name.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/hook_name.h"

enum { LAYER_DIGITS = 6, PARTS_MAX = 16, CODE_ROOM = 16 };

static const char separators[] = "./_-:";

/* Words that say nothing; a number may be glued to the first ones: "layer3", "L3". */
static const char *const fillers[] = {
    "arr",   "array",  "layer", "layers",   "hidden",     "hidden_states", "hidden_state",
    "state", "states", "block", "l",        "h",          "embedding",     "embeddings",
    "emb",   "embs",   "feats", "features", "activations"};
enum { GLUED = 12, FILLERS = sizeof fillers / sizeof *fillers };

typedef const char *canonical_name(const char *code);

/* A stretch of a name. */
struct span {
    const char *at;
    int64_t len;
};

/* A part of a name: language and layer within it. */
struct part {
    struct span whole, lang; /* lang.len 0: a layer alone, or a word that says nothing */
    int layer;               /* -1: none */
    bool code;               /* the language is a known one */
};

struct parts {
    struct part at[PARTS_MAX];
    int count, codes, layers, words; /* of the last two: parts without code; words that are left */
};

/* One part -------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_separator(char c)
{
    return c && strchr(separators, c);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool equals(const char *a, const char *word, int64_t len)
{
    for (int64_t i = 0; i < len; i++) {
        if (lower(a[i]) != word[i])
            return false;
    }
    return true;
}

/* The length of one of the first `count` fillers at the end of a text (after a separator, or all of
 * it), 0 if none. */
static int64_t filler_behind(struct span s, int count)
{
    for (int i = 0; i < count; i++) {
        const int64_t n = (int64_t)strlen(fillers[i]), start = s.len - n;
        if (start >= 0 && equals(s.at + start, fillers[i], n) &&
            (start == 0 || is_separator(s.at[start - 1])))
            return n;
    }
    return 0;
}

/* Cuts fillers off the end, with the separators before them. */
static struct span without_fillers(struct span s)
{
    for (int64_t n; (n = filler_behind(s, FILLERS)) > 0;)
        s.len -= n < s.len ? n + 1 : n;
    return s;
}

/* Takes the number at the end that stands alone or behind a filler: "3", "en_3", "layer3". */
static int take_number(struct span *s)
{
    int64_t n = s->len;

    while (n > 0 && is_digit(s->at[n - 1]))
        n--;
    if (n == s->len || s->len - n > LAYER_DIGITS)
        return -1;
    const bool apart = n == 0 || is_separator(s->at[n - 1]);
    if (!apart && filler_behind((struct span){s->at, n}, GLUED) == 0)
        return -1;
    const int number = atoi(s->at + n);
    s->len = apart && n > 0 ? n - 1 : n;
    return number;
}

/* A known code, under the name it goes by; a code that is not known comes back as it went in. */
static const char *known(struct span s, canonical_name *canonical)
{
    char text[CODE_ROOM];

    if (!canonical || s.len == 0 || s.len >= CODE_ROOM)
        return NULL;
    memcpy(text, s.at, (size_t)s.len);
    text[s.len] = '\0';
    const char *name = canonical(text);
    return name == text ? NULL : name;
}

/* What the beginning up to a separator is: a filler, with its number or without; then a rest that
 * is a code: "layer_3_de", "emb-en". */
static bool behind_fillers(struct part *p, struct span rest, canonical_name *canonical)
{
    int layer = -1;

    for (int64_t i = 0; i + 1 < rest.len; i++) {
        struct span head = {rest.at, i}, tail = {rest.at + i + 1, rest.len - i - 1};
        if (!is_separator(rest.at[i]) || !known(tail, canonical))
            continue;
        layer = take_number(&head);
        if (without_fillers(head).len > 0 || (layer >= 0 && p->layer >= 0))
            return false;
        p->lang = tail;
        p->code = true;
        p->layer = layer >= 0 ? layer : p->layer;
        return true;
    }
    return false;
}

static struct part part_of(struct span whole, canonical_name *canonical)
{
    struct part p = {.whole = whole, .lang = whole, .layer = -1};

    p.code = known(whole, canonical) != NULL;
    if (p.code)
        return p;
    p.layer = take_number(&p.lang);
    p.lang = without_fillers(p.lang);
    p.code = known(p.lang, canonical) != NULL;
    if (!p.code)
        (void)behind_fillers(&p, p.lang, canonical);
    return p;
}

/* One name ---------------------------------------------------------------------- */

/* The text up to the next of `signs`. */
static struct span next_part(const char **at, const char *signs)
{
    const struct span s = {*at, (int64_t)strcspn(*at, signs)};

    *at += s.len + (s.at[s.len] != '\0');
    return s;
}

static const char *signs_of(const char *name, canonical_name *canonical)
{
    if (strchr(name, '/'))
        return "/";
    for (const char *at = name; *at;) {
        if (known(next_part(&at, ".:"), canonical))
            return ".:";
    }
    return "";
}

static void split(struct parts *out, const char *name, canonical_name *canonical)
{
    const char *signs = signs_of(name, canonical);

    *out = (struct parts){0};
    for (const char *at = name; *at;) {
        struct span s = next_part(&at, out->count == PARTS_MAX - 1 ? "" : signs);
        if (s.len == 0)
            continue;
        const struct part p = part_of(s, canonical);
        out->codes += p.code;
        out->layers += p.layer >= 0 && (p.code || p.lang.len == 0);
        out->words += !p.code && p.lang.len > 0;
        out->at[out->count++] = p;
    }
}

static bool is_word(const struct part *p)
{
    return !p->code && p->lang.len > 0;
}

/* Of two codes both are the same language, or it is unclear which is meant. */
static const struct part *code_of(const struct parts *n, const struct part **other,
                                  canonical_name *canonical)
{
    const struct part *first = NULL;

    for (int i = 0; i < n->count; i++) {
        const struct part *p = &n->at[i];
        if (!p->code)
            continue;
        if (!first)
            first = p;
        else if (strcmp(known(first->lang, canonical), known(p->lang, canonical)) != 0)
            *other = p;
    }
    return first;
}

/* The word that is the language: the only one, that at `place`, or the last. */
static const struct part *word_of(const struct parts *n, const struct part **other, int place,
                                  bool last)
{
    const struct part *first = NULL;

    if (place >= 0 && place < n->count && is_word(&n->at[place]))
        return &n->at[place];
    for (int i = 0; i < n->count; i++) {
        if (!is_word(&n->at[i]))
            continue;
        if (first && !last)
            *other = &n->at[i];
        else
            first = &n->at[i];
    }
    return first;
}

/* All parts that are no layer, joined: the same for all layers of what may be one language. */
static iso_err join(char **out, const struct parts *n)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < n->count; i++) {
        if (n->at[i].lang.len == 0)
            continue;
        ISO_TRY(iso_buf_puts(&text, text.len > 0 ? "/" : ""));
        ISO_TRY(iso_buf_add(&text, n->at[i].whole.at, n->at[i].whole.len));
    }
    *out = text.text;
    text = (iso_buf){0};
done:
    iso_buf_free(&text);
    return err;
}

static iso_err say_unclear(char **out, const struct part *a, const struct part *b, const char *name)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_buf_printf(&text,
                           "\"%.200s\": both \"%.*s\" and \"%.*s\" may be its language; "
                           "LANG=FILE says which, LANG:LAYER=FILE:/PATH of one array",
                           name, (int)a->whole.len, a->whole.at, (int)b->whole.len, b->whole.at));
    *out = text.text;
    text = (iso_buf){0};
done:
    iso_buf_free(&text);
    return err;
}

/* The layer of a name: its one part that is one, else the number of the word that is the language.
 * Of several layers the last counts in a name that was picked. */
static iso_err layer_of(int *out, const struct parts *n, const struct part *lang, bool last,
                        const char *name, const char *path)
{
    const struct part *found = NULL;

    for (int i = 0; i < n->count; i++) {
        const struct part *p = &n->at[i];
        if (p->layer < 0 || is_word(p))
            continue;
        if (found && !last)
            return iso_fail(ISO_EFORMAT,
                            "%s: \"%.200s\" names two layers, %d and %d; LANG:LAYER=FILE:/PATH "
                            "takes one array",
                            path, name, found->layer, p->layer);
        found = p;
    }
    *out = found ? found->layer : lang && is_word(lang) ? lang->layer : -1;
    return ISO_OK;
}

static iso_err read_name(iso_array_name *out, const struct parts *n, int place, bool last,
                         canonical_name *canonical, const char *name, const char *path)
{
    const struct part *other = NULL, *lang = code_of(n, &other, canonical);
    iso_array_name made = {0};
    iso_err err = ISO_OK;

    if (!lang)
        lang = word_of(n, &other, place, last);
    ISO_TRY(layer_of(&made.layer, n, lang, last, name, path));
    if (other) {
        ISO_TRY(join(&made.lang, n));
        ISO_TRY(say_unclear(&made.unclear, lang, other, name));
    } else if (lang) {
        const bool number = is_word(lang) && n->layers > 0; /* that of a word is part of it then */
        const struct span s = number ? lang->whole : lang->lang;
        ISO_TRY(iso_str_dup(&made.lang, s.at, s.len));
    }
    *out = made;
    made = (iso_array_name){0};
done:
    iso_array_name_free(&made);
    return err;
}

void iso_array_name_free(iso_array_name *name)
{
    iso_free(name->lang);
    iso_free(name->unclear);
    *name = (iso_array_name){0};
}

/* All names of a file --------------------------------------------------------------- */

/* An order that brings equal matrices together: by language (none first), then layer. */
struct ranked {
    const iso_array_name *says;
    const char *name;
};

static int compare(const void *a, const void *b)
{
    const iso_array_name *x = ((const struct ranked *)a)->says,
                         *y = ((const struct ranked *)b)->says;
    const int by_lang = strcmp(x->lang ? x->lang : "", y->lang ? y->lang : "");

    return by_lang ? by_lang : (x->layer > y->layer) - (x->layer < y->layer);
}

static iso_err check_unique(const iso_array_name *says, const char *const *names, int count,
                            const char *path)
{
    struct ranked *order = NULL;
    int used = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&order, count, sizeof *order));
    for (int i = 0; i < count; i++) {
        if (!says[i].aside)
            order[used++] = (struct ranked){&says[i], names[i]};
    }
    if (used > 1)
        qsort(order, (size_t)used, sizeof *order, compare);
    for (int i = 1; i < used; i++) {
        if (compare(&order[i - 1], &order[i]) == 0)
            ISO_FAIL(ISO_EFORMAT, "%s: \"%s\" and \"%s\" name the same language and layer", path,
                     order[i - 1].name, order[i].name);
    }
done:
    iso_free(order);
    return err;
}

/* Where codes stand, by the number of a name's parts; -1 where no name has one code. */
static void find_places(int place[PARTS_MAX + 1], const char *const *names, int count,
                        canonical_name *canonical)
{
    struct parts n;

    for (int i = 0; i <= PARTS_MAX; i++)
        place[i] = -1;
    for (int i = 0; i < count; i++) {
        split(&n, names[i], canonical);
        for (int k = 0; n.codes == 1 && place[n.count] < 0 && k < n.count; k++) {
            if (n.at[k].code)
                place[n.count] = k;
        }
    }
}

/* What stands before the hooks of names, NULL where a name is no hook's. */
static iso_err before_hooks(char **out, const iso_hook *hooks, const char *const *names, int count)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < count; i++) {
        if (hooks[i].is)
            ISO_TRY(iso_str_dup(&out[i], names[i], hooks[i].rest));
    }
done:
    return err;
}

static iso_err add_hook(iso_array_name *name, const iso_hook *hook, const char *full,
                        const char *path)
{
    if (!hook->is)
        return ISO_OK;
    if (name->layer >= 0 && hook->layer >= 0)
        return iso_fail(ISO_EFORMAT, "%s: \"%.200s\" names two layers, %d and %d", path, full,
                        name->layer, hook->layer);
    name->hook = true;
    name->layer = hook->layer;
    name->aside = hook->layer < 0;
    return ISO_OK;
}

iso_err iso_array_names(iso_array_name *out, const char *const *names, int count,
                        canonical_name *canonical, bool picked, const char *path)
{
    int place[PARTS_MAX + 1], read = 0;
    struct parts n;
    iso_hook *hooks = NULL;
    char **before = NULL;
    const char **plain = NULL; /* names without hooks */
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&hooks, count, sizeof *hooks));
    ISO_TRY(iso_alloc(&before, count, sizeof *before));
    ISO_TRY(iso_alloc(&plain, count, sizeof *plain));
    iso_hook_names(hooks, names, count);
    ISO_TRY(before_hooks(before, hooks, names, count));
    for (int i = 0; i < count; i++)
        plain[i] = hooks[i].is ? before[i] : names[i];
    find_places(place, plain, count, canonical);
    for (int i = 0; i < count; i++) {
        split(&n, plain[i], canonical);
        ISO_TRY(read_name(&out[i], &n, place[n.count], count == 1, canonical, plain[i], path));
        read++;
        ISO_TRY(add_hook(&out[i], &hooks[i], names[i], path));
        if (count == 1 && !picked && n.codes == 0 && out[i].layer < 0) {
            iso_free(out[i].lang);
            out[i].lang = NULL;
        }
    }
    ISO_TRY(check_unique(out, names, count, path));
done:
    for (int i = 0; err && i < read; i++)
        iso_array_name_free(&out[i]);
    for (int i = 0; before && i < count; i++)
        iso_free(before[i]);
    iso_free(before);
    iso_free(plain);
    iso_free(hooks);
    return err;
}
