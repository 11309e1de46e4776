/* Spans: windows of contexts, and where in them answers stand. */
#include <inttypes.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/base/utf8.h"

enum {
    STRIDE = 128,  /* tokens from one window to the next, at most half of what it has room for */
    QUESTION = 64, /* tokens of a question */
    LOOK = 256     /* items between looks at the stop button */
};

static void window_lang_free(struct window_lang *w)
{
    iso_free(w->at);
    iso_free(w->item_at);
    iso_free(w->begin);
    iso_free(w->stop);
    iso_free(w->id);
}

void iso_train_windows_free(struct windows *w)
{
    for (int l = 0; w->lang && l < w->in.lang_count; l++)
        window_lang_free(&w->lang[l]);
    iso_free(w->lang);
    iso_encoding_free(&w->in);
    *w = (struct windows){0};
}

/* --- Answers --- */

iso_err iso_train_answers(iso_json **root, const struct encoding_lang *lang, int64_t item,
                          const char *label)
{
    iso_err err = iso_json_parse(root, label, (int64_t)strlen(label));
    bool fine = !err && iso_json_is(*root) == ISO_JSON_ARRAY && iso_json_count(*root) > 0;

    if (err && err != ISO_EFORMAT)
        return err;
    for (const iso_json *a = fine ? iso_json_first(*root) : NULL; a; a = iso_json_next(a))
        fine = fine && iso_json_text(iso_json_get(a, "text"));
    if (fine)
        return ISO_OK;
    return iso_fail(ISO_EDATA,
                    "%s: item %" PRId64 ": the label of a question is a list of its answers, "
                    "[{\"answer_start\": 7, \"text\": \"...\"}]",
                    lang->path, item + 1);
}

struct bytes {
    int64_t begin, end;
};

/* Bytes of a text that stands at a place, counted in characters. */
static bool stands(struct bytes *out, const char *context, const char *text, int64_t start)
{
    const int64_t all = (int64_t)strlen(context), len = (int64_t)strlen(text);
    int64_t at = 0;

    for (; start > 0 && at < all; start--) {
        uint32_t point;
        at += iso_utf8_any(&point, context + at, all - at);
    }
    *out = (struct bytes){at, at + len};
    return start == 0 && len > 0 && len <= all - at && memcmp(context + at, text, (size_t)len) == 0;
}

/* The first answer that stands where it is said to; *missing is the first text otherwise. */
static iso_err locate(struct bytes *out, bool *found, iso_buf *missing,
                      const struct encoding_lang *l, int64_t item, const char *label)
{
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    *found = false;
    ISO_TRY(iso_train_answers(&root, l, item, label));
    for (const iso_json *a = iso_json_first(root); a && !*found; a = iso_json_next(a)) {
        int64_t start = -1;
        *found = iso_json_int(&start, iso_json_get(a, "answer_start")) && start >= 0 &&
                 stands(out, l->corpus.text2[item], iso_json_text(iso_json_get(a, "text")), start);
    }
    if (!*found && missing->len == 0) {
        ISO_TRY(iso_buf_printf(missing, "%s, item %" PRId64 ": ", l->path, item + 1));
        ISO_TRY(iso_buf_add_drawn(
            missing, iso_json_text(iso_json_get(iso_json_first(root), "text")), -1, "?"));
    }
done:
    iso_json_free(root);
    return err;
}

/* --- Windows --- */

/* A question and its context as tokens: those of the question that are left out, and the context's.
 */
struct whole {
    const iso_tokens *tokens;
    int64_t context, end, skip_from, skip_to, room;
    bool found;
    int64_t first, last; /* the answer's, if found */
};

static iso_err find_parts(struct whole *w, const iso_tokens *t, int64_t longest)
{
    int64_t question = 0, specials = 0, last = 0;
    iso_err err = ISO_OK;

    *w = (struct whole){.tokens = t, .context = -1};
    for (int64_t k = 0; k < t->count; k++) {
        specials += t->special[k];
        if (t->special[k])
            continue;
        if (t->part[k] == 0) {
            question++;
            last = k + 1;
            continue;
        }
        w->context = w->context < 0 ? k : w->context;
        w->end = k + 1;
    }
    if (w->context < 0) /* a context without a token */
        w->context = w->end = t->count > 0 ? t->count - 1 : 0;
    const int64_t half = (longest - specials) / 2, most = half < QUESTION ? half : QUESTION;
    const int64_t kept = question < most ? question : most;
    w->skip_from = last - (question - kept);
    w->skip_to = last;
    w->room = longest - specials - kept;
    if (w->room < 1 || (question > 0 && kept < 1))
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(max_length) " %" PRId64 " leaves no room for a question and its context",
                 longest);
done:
    return err;
}

/* Tokens that stand for bytes of the answer. */
static void find_tokens(struct whole *w, const struct bytes *b)
{
    const iso_tokens *t = w->tokens;

    w->first = w->last = -1;
    for (int64_t k = w->context; k < w->end; k++) {
        if (t->part[k] == 0 || t->special[k] || t->begin[k] >= b->end || t->end[k] <= b->begin)
            continue;
        w->first = w->first < 0 ? k : w->first;
        w->last = k;
    }
    w->found = w->first >= 0;
}

static iso_err make_room(struct window_lang *w, struct encoding_lang *l, int64_t tokens)
{
    const int64_t used = w->n > 0 ? l->token_at[w->n] : 0;
    iso_err err = ISO_OK;

    if (w->n == w->room) {
        const int64_t room = 2 * w->room + 256;
        ISO_TRY(iso_realloc(&w->at, w->n, room, sizeof *w->at));
        ISO_TRY(iso_realloc(&l->token_at, w->n > 0 ? w->n + 1 : 0, room + 1, sizeof *l->token_at));
        w->room = room;
    }
    if (used + tokens > w->token_room) {
        const int64_t room = 2 * w->token_room + tokens + 4096;
        ISO_TRY(iso_realloc(&l->ids, used, room, sizeof *l->ids));
        ISO_TRY(iso_realloc(&l->mark, used, room, sizeof *l->mark));
        ISO_TRY(iso_realloc(&w->begin, used, room, sizeof *w->begin));
        ISO_TRY(iso_realloc(&w->stop, used, room, sizeof *w->stop));
        w->token_room = room;
    }
done:
    return err;
}

static void put(struct window_lang *w, struct encoding_lang *l, const iso_tokens *t, int64_t k)
{
    const int64_t at = l->token_at[w->n + 1]++;

    l->ids[at] = t->ids[k];
    l->mark[at] = (uint8_t)((t->special[k] ? TOKEN_SPECIAL : 0) | (t->types[k] ? TOKEN_SECOND : 0));
    w->begin[at] = t->begin[k];
    w->stop[at] = t->end[k];
}

/* The window of context tokens [from, to). */
static iso_err add_window(struct window_lang *w, struct encoding_lang *l, const struct whole *of,
                          int64_t item, int64_t from, int64_t to)
{
    const iso_tokens *t = of->tokens;
    struct window made = {.item = item, .first = -1, .last = -1};
    iso_err err = ISO_OK;

    ISO_TRY(make_room(w, l, t->count));
    const int64_t start = l->token_at[w->n + 1] = l->token_at[w->n];
    for (int64_t k = 0; k < of->context; k++) {
        if (k < of->skip_from || k >= of->skip_to)
            put(w, l, t, k);
    }
    made.context = l->token_at[w->n + 1] - start;
    for (int64_t k = from; k < to; k++)
        put(w, l, t, k);
    made.end = l->token_at[w->n + 1] - start;
    for (int64_t k = of->end; k < t->count; k++)
        put(w, l, t, k);
    if (of->found) {
        const bool inside = from <= of->first && of->last < to;
        made.first = inside ? (int32_t)(made.context + of->first - from) : 0;
        made.last = inside ? (int32_t)(made.context + of->last - from) : 0;
    }
    w->at[w->n++] = made;
done:
    return err;
}

static iso_err cut(struct window_lang *w, struct encoding_lang *l, const struct whole *of,
                   int64_t item)
{
    const int64_t half = (of->room + 1) / 2, step = half < STRIDE ? half : STRIDE;
    iso_err err = ISO_OK;

    for (int64_t from = of->context, to;; from += step) {
        to = of->end - from < of->room ? of->end : from + of->room;
        ISO_TRY(add_window(w, l, of, item, from, to));
        if (to == of->end)
            break;
    }
done:
    return err;
}

/* --- Languages --- */

struct missing {
    int64_t count;
    iso_buf first;
};

/* A text's ids were looked at, cut as they were; a window may have others. */
static iso_err check_ids(const struct encoding *e, const struct encoding_lang *l, int64_t tokens)
{
    const int64_t known = iso_encoder_config(e->encoder)->V;

    for (int64_t k = 0; k < tokens; k++) {
        if (l->ids[k] < 0 || l->ids[k] >= known)
            return iso_fail(ISO_EFORMAT,
                            "%s: its tokenizer gives id %d, its weights know %" PRId64
                            ": tokenizer and weights are of different checkpoints",
                            e->about->folder, l->ids[k], known);
    }
    return ISO_OK;
}

static iso_err name_windows(struct window_lang *w, struct encoding_lang *l, const iso_corpus *c)
{
    iso_err err = ISO_OK;

    if (!c->ids)
        return ISO_OK;
    ISO_TRY(iso_alloc(&w->id, w->n, sizeof *w->id));
    for (int64_t i = 0; i < w->n; i++)
        w->id[i] = c->ids[w->at[i].item];
    l->corpus.ids = w->id;
done:
    return err;
}

static iso_err cut_lang(struct windows *made, const struct train_texts *x, int lang,
                        struct missing *missing)
{
    const struct encoding_lang *from = &x->in.lang[lang];
    const struct encoding *e = &made->in;
    struct window_lang *w = &made->lang[lang];
    struct encoding_lang *l = &made->in.lang[lang];
    iso_tokens tokens = {0};
    iso_err err = ISO_OK;

    l->name = from->name;
    l->path = from->path;
    if (!from->corpus.text2)
        ISO_FAIL(ISO_EDATA,
                 "%s: has questions without contexts: SQuAD's JSON has both, or columns "
                 "text and text2",
                 from->path);
    ISO_TRY(make_room(w, l, 1));
    ISO_TRY(iso_alloc(&w->item_at, from->corpus.items + 1, sizeof *w->item_at));
    for (int64_t i = 0; i < from->corpus.items; i++) {
        const iso_text text = iso_texts_item(&from->corpus, i);
        const char *label = x->label ? x->label[lang][i] : NULL;
        struct whole whole;
        struct bytes bytes;
        bool found = false;
        if (i % LOOK == 0)
            ISO_TRY(iso_run_step(e->run, "cutting", i, from->corpus.items, "questions"));
        ISO_TRY(iso_tokenizer_encode(e->tokenizer, &tokens, &text, 0));
        ISO_TRY(find_parts(&whole, &tokens, e->longest));
        if (label)
            ISO_TRY(locate(&bytes, &found, &missing->first, from, i, label));
        if (found)
            find_tokens(&whole, &bytes);
        missing->count += label && !found;
        ISO_TRY(cut(w, l, &whole, i));
        w->item_at[i + 1] = w->n;
    }
    ISO_TRY(check_ids(e, l, l->token_at[w->n]));
    ISO_TRY(name_windows(w, l, &from->corpus));
done:
    iso_tokens_free(&tokens);
    return err;
}

iso_err iso_train_cut_windows(struct train_texts *x)
{
    struct windows *w = &x->windows;
    struct missing missing = {0};
    iso_err err = ISO_OK;

    w->in = x->in;
    w->in.lang = NULL;
    w->in.pool = x->in.pool = ISO_POOL_NONE; /* what is read of a text: its tokens */
    ISO_TRY(iso_alloc(&w->in.lang, x->in.lang_count, sizeof *w->in.lang));
    ISO_TRY(iso_alloc(&w->lang, x->in.lang_count, sizeof *w->lang));
    for (int l = 0; l < x->in.lang_count; l++)
        ISO_TRY(cut_lang(w, x, l, &missing));
    if (missing.count > 0)
        iso_run_note(x->in.run,
                     "questions of which no answer stands at its place in the context, which are "
                     "not learnt from: %" PRId64 " (%s)",
                     missing.count, missing.first.text);
done:
    iso_buf_free(&missing.first);
    return err;
}

int64_t iso_train_window_beside(const struct window_lang *of, int64_t item,
                                const struct window_lang *in, int64_t at)
{
    const int64_t *mine = in->item_at + in->at[at].item, *yours = of->item_at + item;
    const int64_t steps = mine[1] - mine[0] - 1, last = yours[1] - yours[0] - 1;

    return yours[0] + (steps > 0 ? (2 * (at - mine[0]) * last + steps) / (2 * steps) : 0);
}

/* --- Examples --- */

static bool is_learnt(const struct window *w)
{
    return w->first >= 0;
}

/* Examples of questions become those of their windows, in the same order. */
static iso_err expand(struct examples *e, const struct train_texts *x, bool learn)
{
    struct example *at = NULL;
    int64_t n = 0, most = 0;
    iso_err err = ISO_OK;

    for (int l = 0; l < x->in.lang_count; l++)
        most += x->windows.lang[l].n;
    ISO_TRY(iso_alloc(&at, most, sizeof *at));
    ISO_TRY(iso_alloc(&e->unit_at, most + 1, sizeof *e->unit_at));
    ISO_TRY(iso_alloc(&e->label, most, sizeof *e->label));
    ISO_TRY(iso_alloc(&e->last, most, sizeof *e->last));
    ISO_TRY(iso_alloc(&e->number, most, sizeof *e->number));
    for (int64_t i = 0; i < e->n; i++) {
        const struct window_lang *w = &x->windows.lang[e->at[i].lang];
        const int64_t *range = w->item_at + e->at[i].item;
        for (int64_t k = range[0]; k < range[1]; k++) {
            if (learn && !is_learnt(&w->at[k]))
                continue;
            e->label[n] = is_learnt(&w->at[k]) ? w->at[k].first : 0;
            e->last[n] = is_learnt(&w->at[k]) ? w->at[k].last : 0;
            e->number[n] = e->at[i].number;
            e->unit_at[n + 1] = n + 1;
            at[n] = e->at[i];
            at[n++].item = k;
        }
    }
    iso_free(e->at);
    e->at = at;
    e->n = n;
    e->room = most;
    e->in = &x->windows.in;
    at = NULL;
done:
    iso_free(at);
    return err;
}

iso_err iso_train_windows(struct training *t)
{
    struct train_set *s = &t->set;
    iso_err err = ISO_OK;

    for (int i = 0; i < 3; i++) {
        if (s->texts[i].in.lang_count > 0)
            ISO_TRY(iso_train_cut_windows(&s->texts[i]));
    }
    for (int p = TRAIN_LEARN; p < TRAIN_PARTS; p++) {
        if (s->of[p])
            ISO_TRY(expand(&s->part[p], s->of[p], p == TRAIN_LEARN));
        else
            ISO_TRY(iso_alloc(&s->part[p].unit_at, 1, sizeof *s->part[p].unit_at));
    }
    if (s->part[TRAIN_LEARN].n == 0)
        ISO_FAIL(ISO_EDATA,
                 "%s: no answer stands at its place in its context: answer_start "
                 "counts characters, from 0",
                 s->of[TRAIN_LEARN]->in.lang[0].path);
    ISO_TRY(iso_train_own_head(t, NULL, 0));
done:
    return err;
}
