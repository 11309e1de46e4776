/* Against SentencePiece itself: the same pieces at the same bytes, for models that are trained and
 * models that are made up, for sentences and for bytes that are none. */
#include "lib/base/rng.h"
#include "lib/text/spm.h"
#include "tests/text/models.h"
#include "tests/text/sentencepiece_peer.h"

#define SPACE "\xe2\x96\x81"

static void same_cut(const iso_spm *s, struct peer *p, const char *text, int64_t len)
{
    const int64_t *want = NULL, count = peer_cut(&want, p, text, len);
    iso_tokens t = {0};

    ok(iso_spm_encode(s, &t, text, len));
    for (int64_t i = 0; i < t.count && i < count; i++) {
        if (t.ids[i] != want[3 * i] || t.begin[i] != want[3 * i + 1] || t.end[i] != want[3 * i + 2])
            fail_msg("piece %d of \"%.*s\" is %d at %d to %d, not %d at %d to %d", (int)i, (int)len,
                     text, t.ids[i], (int)t.begin[i], (int)t.end[i], (int)want[3 * i],
                     (int)want[3 * i + 1], (int)want[3 * i + 2]);
    }
    assert_int_equal(t.count, count);
    iso_tokens_free(&t);
}

/* --- Models that are trained --- */

static char *whole_file(int64_t *len, const char *path)
{
    FILE *f = fopen(path, "rb");
    char *bytes;

    if (!f)
        fail_msg("%s does not open", path);
    fseek(f, 0, SEEK_END);
    *len = ftell(f);
    rewind(f);
    bytes = malloc((size_t)*len + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)*len, f), *len);
    fclose(f);
    return bytes;
}

static void lines_of(const iso_spm *s, struct peer *p, const char *path)
{
    int64_t len;
    char *bytes = whole_file(&len, path);

    for (char *at = bytes, *end = bytes + len, *stop; at < end; at = stop + 1) {
        stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        same_cut(s, p, at, stop - at);
    }
    free(bytes);
}

static void a_model(const char *path)
{
    static const char *const texts[] = {"ar", "de", "en", "es", "fr", "hi", "ru", "sw", "tr", "zh"};
    char name[64];
    int64_t len;
    char *model = whole_file(&len, path);
    struct peer *p = peer_open(model, len);
    iso_spm *s = NULL;

    assert_non_null(p);
    ok(iso_spm_open(&s, path));
    for (int32_t id = 0; id < iso_spm_size(s); id++) {
        int64_t size;
        assert_int_equal(peer_find(p, iso_spm_piece(&size, s, id)), id);
        assert_int_equal(iso_spm_find(s, iso_spm_piece(&size, s, id)), id);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        snprintf(name, sizeof name, "examples/corpus/%s.tsv", texts[i]);
        lines_of(s, p, source_path(name));
    }
    lines_of(s, p, path); /* bytes that are no text */
    iso_spm_close(s);
    peer_close(p);
    free(model);
}

static void the_bundled_model(void **state)
{
    (void)state;
    a_model(source_path("examples/mini/sentencepiece.bpe.model"));
}

static void a_model_of_the_tests(void **state)
{
    (void)state;
    a_model(test_data("models/m15/sentencepiece.bpe.model"));
}

/* --- Models that are made up --- */

static const char *const letters[] = {
    "a", "b", " ", SPACE, "\xc3\xa4", "\xe6\xb1\xa4", "\xf0\x9f\x8d\xb2", "A", "\xcc\x81", "<"};
static const char *const odd[] = {"\xff", "\xe2\x96", "\xc3", "\xf0\x9f", "\xed\xa0\x80", "", "\t"};

static int64_t pick(iso_rng *rng, int64_t below)
{
    return iso_rng_below(rng, below);
}

/* Up to `most` letters; with `any` some that are none. */
static iso_buf word(iso_rng *rng, int64_t most, bool any)
{
    iso_buf w = {0};

    ok(iso_buf_puts(&w, ""));
    for (int64_t n = pick(rng, most) + 1; n > 0; n--) {
        const int64_t i = pick(rng, any ? 60 : 10);
        if (i < 50)
            ok(iso_buf_puts(&w, letters[i % 10]));
        else if (i < 57)
            ok(iso_buf_puts(&w, odd[i - 50]));
        else
            ok(iso_buf_add(&w, "\0", 1));
    }
    return w;
}

static bool known(char *const *pieces, int count, const char *piece)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(pieces[i], piece) == 0)
            return true;
    }
    return false;
}

/* Scores are few, so that many cuts are equally good. */
static void add_pieces(iso_buf *model, iso_rng *rng)
{
    enum { MOST = 120 };
    char *pieces[MOST];
    const int count = (int)pick(rng, MOST);
    int there = 0;

    for (int i = 0; i < count; i++) {
        iso_buf w = word(rng, 5, false);
        if (known(pieces, there, w.text)) {
            iso_buf_free(&w);
            continue;
        }
        pieces[there++] = w.text;
        const int64_t kind = pick(rng, 12);
        add_piece(model, w.text, -0.5 * (double)pick(rng, 20),
                  kind == 0   ? USER_DEFINED
                  : kind == 1 ? UNUSED
                  : kind == 2 ? CONTROL
                              : NORMAL);
    }
    for (int i = 0; i < there; i++)
        iso_buf_free(&(iso_buf){.text = pieces[i]});
}

static void add_bytes(iso_buf *model)
{
    char text[8];

    for (int b = 0; b < 256; b++) {
        snprintf(text, sizeof text, "<0x%02X>", b);
        add_piece(model, text, 0, BYTE);
    }
}

static void add_settings(iso_buf *model, iso_rng *rng, bool bytes)
{
    iso_buf spec = {0}, map = charsmap_of(unit_of_a(257, true), pick(rng, 3) ? 1 : 5, "\0b a ", 6);

    ok(proto_put(&spec, 3, 1));
    ok(proto_put(&spec, 24, pick(rng, 4) == 0));
    ok(proto_put(&spec, 35, bytes));
    ok(proto_put_bytes(model, 2, spec.text, spec.len));
    spec.len = 0;
    if (pick(rng, 2))
        ok(proto_put_bytes(&spec, 2, map.text, map.len));
    for (uint32_t field = 3; field <= 5; field++) {
        if (pick(rng, 2))
            ok(proto_put(&spec, field, (uint64_t)pick(rng, 2)));
    }
    ok(proto_put_bytes(model, 3, spec.text, spec.len));
    iso_buf_free(&spec);
    iso_buf_free(&map);
}

static void models_made_up(void **state)
{
    enum { MODELS = 400, TEXTS = 60 };
    int refused = 0;

    (void)state;
    for (uint64_t m = 0; m < MODELS; m++) {
        iso_rng rng = iso_rng_seeded(7, m);
        const bool bytes = pick(&rng, 4) == 0;
        iso_buf model = {0};
        iso_spm *s = NULL;
        add_piece(&model, "<unk>", 0, UNKNOWN);
        add_pieces(&model, &rng);
        if (bytes)
            add_bytes(&model);
        add_settings(&model, &rng, bytes);
        struct peer *p = peer_open(model.text, model.len);
        const iso_err err = iso_spm_of_bytes(&s, model.text, model.len, "made up");
        if (!!p != (err == ISO_OK))
            fail_msg("model %d: SentencePiece %s it: %s", (int)m, p ? "takes" : "refuses",
                     iso_err_msg());
        for (int i = 0; p && i < TEXTS; i++) {
            iso_buf w = word(&rng, 40, i % 2);
            same_cut(s, p, w.text, w.len);
            iso_buf_free(&w);
        }
        refused += !p;
        iso_spm_close(s);
        peer_close(p);
        iso_buf_free(&model);
    }
    assert_true(refused < MODELS / 10);
}

int main(void)
{
    RUN_TESTS(test(the_bundled_model), test(a_model_of_the_tests), test(models_made_up));
}
