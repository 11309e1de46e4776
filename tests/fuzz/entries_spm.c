/* Entry points of SentencePiece: models, and tokenizer.json files that become models. */
#include "lib/base/alloc.h"
#include "lib/text/spm.h"
#include "lib/text/spm_json.h"
#include "lib/text/words.h"
#include "tests/fuzz/entries.h"

static void check_pieces(const iso_spm *s, const iso_tokens *t, int64_t len)
{
    for (int64_t i = 0; i < t->count; i++) {
        int64_t size;
        const char *piece = iso_spm_piece(&size, s, t->ids[i]);
        promise(t->ids[i] >= 0 && t->ids[i] < iso_spm_size(s), "an id of the model");
        promise(t->begin[i] >= (i ? t->begin[i - 1] : 0), "pieces in order");
        promise(t->begin[i] <= t->end[i] && t->end[i] <= len, "inside the text");
        touch(piece, (size_t)size);
    }
}

static void normalise(const iso_spm *s, const char *text, int64_t len)
{
    iso_normal n = {0};

    promise(iso_spm_normal(&n, s, text, len) == ISO_OK, "any text is normalised");
    for (int64_t i = 0; i < n.text.len; i++)
        promise(n.begin[i] >= (i ? n.begin[i - 1] : 0) && n.begin[i] <= n.end[i] && n.end[i] <= len,
                "bytes in order, inside the text");
    touch(n.text.text, (size_t)n.text.len);
    iso_normal_free(&n);
}

static void cut(const iso_spm *s, const char *text, int64_t len)
{
    iso_tokens t = {0};
    iso_words w = {0};

    if (iso_spm_encode(s, &t, text, len)) {
        promise_message();
        promise(t.count == 0, "a failure adds nothing");
    }
    check_pieces(s, &t, len);
    promise(iso_words_find(&w, &t, text, len, 0, ISO_WORDS_WHOLE) == ISO_OK, "words of any text");
    promise(w.first[w.count] == w.indexed, "and their pieces");
    const int64_t words = w.count;
    iso_words_clear(&w);
    promise(iso_words_find(&w, &t, text, len, 0, ISO_WORDS_BARE) == ISO_OK, "words without their ends");
    promise(w.first[w.count] == w.indexed && w.count + w.marks >= words, "none is lost uncounted");
    for (int64_t i = 0; i < w.count; i++)
        promise(w.begin[i] < w.end[i] && w.end[i] <= len, "and something is left of each");
    iso_words_free(&w);
    iso_tokens_free(&t);
}

/* A model that opens cuts the bytes it is from, and texts in which its rules may apply. */
static void use(const iso_spm *s, const void *data, int64_t size)
{
    static const char texts[] = "  A ab\tb \xff"
                                "bA\0\xe6\xb1\xa4\xef\xbc\xa1 AAAA<s> ";
    const int64_t most = 4096;

    promise(iso_spm_unknown(s) >= 0 && iso_spm_unknown(s) < iso_spm_size(s), "an unknown piece");
    cut(s, texts, sizeof texts);
    cut(s, data, size < most ? size : most);
    normalise(s, texts, sizeof texts);
    normalise(s, data, size < most ? size : most);
}

static void enter_spm(const uint8_t *data, size_t size)
{
    iso_spm *s = NULL;

    if (iso_spm_of_bytes(&s, data, (int64_t)size, "x")) {
        promise_message();
        promise(!s, "a failure leaves the output alone");
        return;
    }
    use(s, data, (int64_t)size);
    iso_spm_close(s);
}

static void enter_spm_json(const uint8_t *data, size_t size)
{
    iso_json_pairs vocab = {.outer = "model", .inner = "vocab"};
    iso_spm_spaces spaces = {0};
    iso_json *root = NULL;
    iso_spm *s = NULL, *bare = NULL;

    if (iso_json_parse_pairs(&root, &vocab, (const char *)data, (int64_t)size) == ISO_OK &&
        iso_spm_of_json(&s, &spaces, root, &vocab, "x") == ISO_OK) {
        promise(iso_spm_bare(&bare, s) == ISO_OK, "a model without a prefix");
        use(s, data, (int64_t)size);
        use(bare, data, (int64_t)size);
    } else {
        promise_message();
        promise(!s, "a failure leaves the output alone");
    }
    iso_spm_close(bare);
    iso_spm_close(s);
    iso_json_pairs_free(&vocab);
    iso_json_free(root);
}

const struct entry entries_spm[] = {
    {"spm", enter_spm},
    {"spm_json", enter_spm_json},
    {NULL, NULL},
};
