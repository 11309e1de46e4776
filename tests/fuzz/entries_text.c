/* Entry points of tokenizers: vocabularies, tokenizer.json, and any text through WordPiece. */
#include <stdio.h>
#include <string.h>

#include "lib/text/tokenizer.h"
#include "lib/text/wordpiece.h"
#include "tests/fuzz/entries.h"

static void check_tokens(const iso_tokens *k, const iso_text *text, int32_t size)
{
    for (int64_t i = 0; i < k->count; i++) {
        const int64_t len = k->part[i] ? text->pair_len : text->len;
        promise(k->ids[i] >= 0 && k->ids[i] < size, "an id below the size");
        promise(k->begin[i] <= k->end[i] && k->begin[i] >= 0 && k->end[i] <= len, "its bytes");
        if (i && !k->special[i] && !k->special[i - 1] && k->part[i] == k->part[i - 1])
            promise(k->begin[i] >= k->begin[i - 1] && k->end[i] >= k->end[i - 1], "in order");
    }
}

static void cut_pair(const iso_tokenizer *t, const char *bytes, int64_t len, int64_t max_length)
{
    const iso_text text = {bytes, len / 2, bytes + len / 2, len - len / 2};
    iso_tokens k = {0};

    promise(iso_tokenizer_encode(t, &k, &text, max_length) == ISO_OK, "any text is cut");
    promise(!max_length || k.count <= max_length, "to the length asked for");
    check_tokens(&k, &text, iso_tokenizer_size(t));
    for (int64_t i = 0; i < k.count; i++) {
        int64_t size;
        const char *piece = iso_tokenizer_piece(&size, t, &k, i, &text);
        touch(piece, (size_t)size);
    }
    iso_tokens_free(&k);
}

static void enter_folder(const uint8_t *data, size_t size)
{
    static const char text[] = "[MASK]un <e>  Able ab\xcc\x81 \xe4\xbd\xa0"
                               "b \xff\0 a##b, \xce\xa3!";
    const int64_t most = 4096, len = (int64_t)size < most ? (int64_t)size : most;
    iso_tokenizer *t = NULL;
    const char *odd;

    if (iso_tokenizer_open(&t, file_folder())) {
        promise_message();
        promise(!t, "a failure leaves the output alone");
        return;
    }
    if (iso_tokenizer_odd(t, &odd))
        touch_text(odd);
    cut_pair(t, text, sizeof text, 0);
    cut_pair(t, (const char *)data, len, 0);
    cut_pair(t, (const char *)data, len, 7);
    iso_tokenizer_close(t);
}

/* Whatever lay in the folder before. */
static void forget(void)
{
    static const char *const names[] = {"vocab.txt", "tokenizer.json", "tokenizer_config.json",
                                        "added_tokens.json", "special_tokens_map.json"};
    char path[4096];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", file_folder(), names[i]);
        (void)remove(path);
    }
}

/* The settings beside it name what every file has. */
static void enter_vocab(const uint8_t *data, size_t size)
{
    static const char settings[] =
        "{\"cls_token\": \"\", \"sep_token\": \"\", \"unk_token\": \"\"}";

    forget();
    (void)file_called("tokenizer_config.json", (const uint8_t *)settings, sizeof settings - 1);
    (void)file_called("vocab.txt", data, size);
    enter_folder(data, size);
}

static void enter_tokenizer_json(const uint8_t *data, size_t size)
{
    forget();
    (void)file_called("tokenizer.json", data, size);
    enter_folder(data, size);
}

/* One JSON text as each of the files that name added tokens, beside a little vocabulary. */
static void enter_added(const uint8_t *data, size_t size)
{
    static const char vocab[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\nun\n##able\n";
    static const char *const names[] = {"added_tokens.json", "tokenizer_config.json",
                                        "special_tokens_map.json"};

    for (int i = 0; i < 3; i++) {
        forget();
        (void)file_called("vocab.txt", (const uint8_t *)vocab, sizeof vocab - 1);
        (void)file_called(names[i], data, size);
        enter_folder(data, size);
    }
}

static iso_wordpiece *made(bool fold)
{
    static const char *const pieces[] = {
        "?",      "a",        "b",          "ab",           "##a", "##b",      "##ab",      "un",
        "##able", "\xcf\x83", "##\xcf\x82", "\xe4\xbd\xa0", "!",   "\xcc\x81", "##\xcc\x81"};
    const iso_basic_opt basic = {
        .clean = fold, .lower = fold, .strip = fold, .ideographs = true, .most = 100};
    iso_vocab *v = NULL;
    iso_wordpiece *w = NULL;

    promise(iso_vocab_new(&v, "v") == ISO_OK, "a vocabulary");
    for (int32_t i = 0; i < (int32_t)(sizeof pieces / sizeof *pieces); i++)
        promise(iso_vocab_put(v, i, pieces[i], (int64_t)strlen(pieces[i])) == ISO_OK, "a piece");
    promise(iso_wordpiece_new(&w, v, &(iso_wordpiece_opt){.basic = basic, .prefix = "##"}) ==
                ISO_OK,
            "a tokenizer");
    iso_vocab_close(v);
    return w;
}

static void enter_wordpiece(const uint8_t *data, size_t size)
{
    static iso_wordpiece *ways[2];
    const iso_text text = {.text = (const char *)data, .len = (int64_t)size};

    for (int i = 0; i < 2; i++) {
        iso_tokens k = {0};
        ways[i] = ways[i] ? ways[i] : made(i);
        promise(iso_wordpiece_encode(ways[i], &k, text.text, text.len) == ISO_OK,
                "any text is cut");
        promise(k.count <= 4 * text.len, "into no more than it has letters");
        check_tokens(&k, &text, 15);
        iso_tokens_free(&k);
    }
}

const struct entry entries_text[] = {
    {"vocab", enter_vocab},
    {"tokenizer_json", enter_tokenizer_json},
    {"added", enter_added},
    {"wordpiece", enter_wordpiece},
    {0},
};
