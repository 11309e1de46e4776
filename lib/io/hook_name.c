#include "lib/io/hook_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 24, DIGITS = 5 };

/* What a name's hook is of, before the other names are looked at. */
typedef enum hook_kind { NO_HOOK, EMBEDDED, TAKEN_IN, PUT_OUT, ASIDE } hook_kind;

/* A name between dots and slashes. */
struct words {
    const char *at[WORDS];
    int64_t len[WORDS];
    int count;
};

static bool is(const struct words *w, int i, const char *list)
{
    if (i < 0 || i >= w->count)
        return false;
    for (const char *p = list; *p;) {
        const size_t n = strcspn(p, " ");
        if ((int64_t)n == w->len[i] && memcmp(p, w->at[i], n) == 0)
            return true;
        p += n + (p[n] == ' ');
    }
    return false;
}

static const char roots[] =
    "module model transformer encoder decoder bert roberta xlm_roberta camembert distilbert "
    "electra "
    "deberta mpnet gpt_neox language_model text_model base_model auto_model backbone _orig_mod";
static const char lists[] = "layer layers h block blocks";
static const char embeddings[] = "embeddings embed_tokens word_embeddings wte embed_in";
static const char norms[] = "norm ln_f ln_final final_layer_norm final_layernorm emb_norm pooler";

static void split(struct words *w, const char *name)
{
    w->count = 0;
    while (*name) {
        const int64_t n = (int64_t)strcspn(name, "./[]");
        if (n > 0 && w->count == WORDS) { /* too deep for any module: nothing is read */
            w->count = 0;
            return;
        }
        if (n > 0) {
            w->at[w->count] = name;
            w->len[w->count++] = n;
        }
        name += n + (name[n] != '\0');
    }
}

/* The number of a block, or -1. */
static int number(const struct words *w, int i)
{
    int64_t n = 0;

    while (i >= 0 && i < w->count && n < w->len[i] && w->at[i][n] >= '0' && w->at[i][n] <= '9')
        n++;
    return n > 0 && n == w->len[i] && n <= DIGITS ? atoi(w->at[i]) : -1;
}

static bool begins_hook(const struct words *w, int i)
{
    return i < w->count && w->len[i] > 5 && memcmp(w->at[i], "hook_", 5) == 0;
}

/* Behind what is of the whole block: nothing, or "output", "output.0". */
static bool is_output(const struct words *w, int i)
{
    return i == w->count ||
           (is(w, i, "output") && (i + 1 == w->count || (i + 2 == w->count && is(w, i + 1, "0"))));
}

/* Where the hook begins: the roots before word `i` belong to it. */
static int begin_of(const struct words *w, int i)
{
    while (i > 0 && is(w, i - 1, roots))
        i--;
    return i;
}

static hook_kind block_kind(const struct words *w, int i)
{
    if (is_output(w, i) || (is(w, i, "hook_resid_post") && i + 1 == w->count))
        return PUT_OUT;
    return is(w, i, "hook_resid_pre") && i + 1 == w->count ? TAKEN_IN : ASIDE;
}

/* The kind of a hook, the number of its block, its first word. */
static hook_kind look(int *block, int *begin, const struct words *w)
{
    for (int i = 1; i < w->count; i++) {
        const bool rooted = is(w, i - 2, roots), said = is(w, i + 1, "output");
        *block = number(w, i);
        if (*block < 0 || !is(w, i - 1, lists) || !(rooted || said || begins_hook(w, w->count - 1)))
            continue;
        *begin = begin_of(w, i - 1);
        return block_kind(w, i + 1);
    }
    for (int i = 0; i < w->count; i++) {
        const bool rooted = is(w, i - 1, roots);
        const bool output = is(w, i + 1, "output");
        *begin = begin_of(w, i);
        if (is(w, i, "hook_embed") ||
            (is(w, i, embeddings) && (rooted || output) && is_output(w, i + 1)))
            return EMBEDDED;
        if (begins_hook(w, i) || begins_hook(w, i + 1) || (is(w, i, norms) && (rooted || output)))
            return ASIDE;
    }
    return NO_HOOK;
}

bool iso_hook_aside(const char *name)
{
    struct words w;
    int block, begin;

    split(&w, name);
    return look(&block, &begin, &w) == ASIDE;
}

void iso_hook_names(iso_hook *out, const char *const *names, int count)
{
    bool post = false, first = false; /* some block's output; the input of block 0 */
    struct words w;
    int block, begin;

    for (int i = 0; i < count; i++) {
        split(&w, names[i]);
        const hook_kind kind = look(&block, &begin, &w);
        post = post || kind == PUT_OUT;
        first = first || (kind == TAKEN_IN && block == 0);
    }
    for (int i = 0; i < count; i++) {
        split(&w, names[i]);
        const hook_kind kind = look(&block, &begin, &w);
        out[i] = (iso_hook){.is = kind != NO_HOOK, .layer = -1};
        if (kind == PUT_OUT)
            out[i].layer = block + 1;
        else if (kind == TAKEN_IN && (block == 0 || !post))
            out[i].layer = block;
        else if (kind == EMBEDDED && !(first && begins_hook(&w, w.count - 1)))
            out[i].layer = 0;
        if (out[i].is && begin > 0)
            out[i].rest = w.at[begin - 1] + w.len[begin - 1] - names[i];
    }
}

void iso_hook_tell(char *out, size_t room, int64_t aside, const char *first)
{
    char left[160] = "";

    if (aside > 0)
        (void)snprintf(left, sizeof left,
                       "; %" PRId64 " array%s no states between layers and left out (%.64s%s)",
                       aside, aside == 1 ? " is" : "s are", first, aside == 1 ? "" : ", ...");
    (void)snprintf(
        out, room,
        "its names are of hooks: layer 0 is what the embeddings put out, layer 1 what the "
        "first block does%s",
        left);
}
