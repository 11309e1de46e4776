#include "lib/encode/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/encode/opened.h"
#include "lib/text/fold.h"
#include "lib/text/words.h"

/* Ids as they come, one language at a time. */
struct list {
    int32_t *id;
    int64_t count, room;
};

static iso_err list_add(struct list *l, int32_t id)
{
    iso_err err = ISO_OK;

    if (l->count == l->room) {
        const int64_t room = l->room ? 2 * l->room : 4096;
        ISO_TRY(iso_realloc(&l->id, l->count, room, sizeof *l->id));
        l->room = room;
    }
    l->id[l->count++] = id;
done:
    return err;
}

static int by_id(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

static iso_err count_up(struct vocabulary_lang *out, struct list *l)
{
    int64_t types = 0;
    iso_err err = ISO_OK;

    if (l->count)
        qsort(l->id, (size_t)l->count, sizeof *l->id, by_id);
    for (int64_t i = 0; i < l->count; i++)
        types += i == 0 || l->id[i] != l->id[i - 1];
    ISO_TRY(iso_alloc(&out->id, types, sizeof *out->id));
    ISO_TRY(iso_alloc(&out->count, types, sizeof *out->count));
    out->tokens = l->count;
    for (int64_t i = 0; i < l->count; i++) {
        if (i == 0 || l->id[i] != l->id[i - 1])
            out->id[out->types++] = l->id[i];
        out->count[out->types - 1]++;
    }
    l->count = 0;
done:
    return err;
}

/* --- One text --- */

/* What is being read. */
struct reading {
    struct vocabulary *words, *pieces;
    const iso_tokenizer *tokenizer;
    struct list word, piece;
    iso_tokens tokens;
    iso_buf lower;
};

static iso_err add_words(struct reading *r, const char *text)
{
    int64_t begin, end = 0, number;
    iso_err err = ISO_OK;

    r->lower.len = 0;
    ISO_TRY(iso_text_lower(&r->lower, text, (int64_t)strlen(text)));
    const char *low = r->lower.text ? r->lower.text : "";
    while (iso_words_next(&begin, &end, low, r->lower.len, ISO_WORDS_BARE)) {
        ISO_TRY(iso_textmap_keep(&number, &r->words->texts, low + begin, end - begin));
        ISO_TRY(list_add(&r->word, (int32_t)number));
    }
done:
    return err;
}

static iso_err add_pieces(struct reading *r, const char *text)
{
    const iso_text one = {.text = text, .len = (int64_t)strlen(text)};
    iso_err err = ISO_OK;

    ISO_TRY(iso_tokenizer_encode(r->tokenizer, &r->tokens, &one, 0));
    for (int64_t i = 0; i < r->tokens.count; i++)
        if (!r->tokens.special[i])
            ISO_TRY(list_add(&r->piece, r->tokens.ids[i]));
done:
    return err;
}

static iso_err add_text(struct reading *r, const char *text)
{
    iso_err err = ISO_OK;

    ISO_TRY(add_words(r, text));
    if (r->tokenizer)
        ISO_TRY(add_pieces(r, text));
done:
    return err;
}

static iso_err add_lang(struct reading *r, const iso_texts *texts, int lang, const iso_run *run)
{
    iso_corpus corpus = {0};
    iso_err err = ISO_OK;

    ISO_NEED(iso_texts_has_text(texts, lang), "%s is token ids: words are counted in texts",
             iso_texts_name(texts, lang));
    ISO_TRY(iso_texts_read(&corpus, texts, lang, NULL, run));
    for (int64_t i = 0; i < corpus.items; i++) {
        if (i % 256 == 0)
            ISO_TRY(iso_run_step(run, "counting words", i, corpus.items, "sentences"));
        ISO_TRY(add_text(r, corpus.text[i]));
        if (corpus.text2 && corpus.text2[i])
            ISO_TRY(add_text(r, corpus.text2[i]));
    }
    ISO_TRY(count_up(&r->words->lang[lang], &r->word));
    if (r->tokenizer)
        ISO_TRY(count_up(&r->pieces->lang[lang], &r->piece));
done:
    iso_corpus_free(&corpus);
    return err;
}

/* --- All --- */

iso_err iso_vocabulary_make(struct vocabulary *words, struct vocabulary *pieces,
                            const iso_tokenizer *tokenizer, const iso_texts *texts,
                            const iso_run *run)
{
    struct vocabulary w = {0}, p = {0};
    struct reading r = {.words = &w, .pieces = &p, .tokenizer = tokenizer};
    const int langs = iso_texts_langs(texts);
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&w.lang, langs, sizeof *w.lang));
    w.count = langs;
    if (tokenizer) {
        ISO_TRY(iso_alloc(&p.lang, langs, sizeof *p.lang));
        p.count = langs;
    }
    for (int l = 0; l < langs; l++)
        ISO_TRY(add_lang(&r, texts, l, run));
    *words = w;
    *pieces = p;
    w = p = (struct vocabulary){0};
done:
    iso_vocabulary_free(&w);
    iso_vocabulary_free(&p);
    iso_free(r.word.id);
    iso_free(r.piece.id);
    iso_tokens_free(&r.tokens);
    iso_buf_free(&r.lower);
    return err;
}

void iso_vocabulary_free(struct vocabulary *v)
{
    for (int l = 0; l < v->count; l++) {
        iso_free(v->lang[l].id);
        iso_free(v->lang[l].count);
    }
    iso_free(v->lang);
    iso_textmap_free(&v->texts);
    *v = (struct vocabulary){0};
}

struct vocabulary_shared iso_vocabulary_shared(const struct vocabulary_lang *a,
                                               const struct vocabulary_lang *b)
{
    struct vocabulary_shared s = {0};

    for (int64_t i = 0, j = 0; i < a->types && j < b->types;) {
        if (a->id[i] == b->id[j]) {
            s.types++;
            s.tokens_a += a->count[i];
            s.tokens_b += b->count[j];
        }
        const bool move_a = a->id[i] <= b->id[j], move_b = b->id[j] <= a->id[i];
        i += move_a;
        j += move_b;
    }
    return s;
}
