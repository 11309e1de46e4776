#include "lib/text/spm_check.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/text/charsmap.h"
#include "lib/text/proto.h"

enum {
    MAX_MODEL = 1 << 28,
    MAX_PIECE = 1024, /* the library's trie is built one call deeper for each byte */
    MAX_NESTED = 64   /* its array of the user's symbols that match at one place */
};

enum piece_type { NORMAL = 1, UNKNOWN = 2, USER_DEFINED = 4 };
enum model_type { UNIGRAM = 1 };

/* Fields of sentencepiece_model.proto. */
enum { PIECES = 1, TRAINER = 2, NORMALIZER = 3, SELF_TEST = 4 };
enum { PIECE_TEXT = 1, PIECE_TYPE = 3 };
enum { TRAINER_MODEL_TYPE = 3 };
enum { NORMALIZER_CHARSMAP = 2 };

/* Of a field that comes twice the last counts, as the library has it. */
struct model {
    const char *name;
    int64_t pieces, tests;
    int32_t unknown, type;
    iso_proto charsmap;
    iso_proto *symbols; /* the user's */
    int64_t symbol_count, symbol_room;
};

static iso_err broken(const char *name)
{
    return iso_fail(ISO_EFORMAT, "%s: not a SentencePiece model, or a damaged one", name);
}

static bool is(const iso_proto_field *f, uint32_t number, iso_proto_kind kind)
{
    return f->number == number && f->kind == kind;
}

static iso_err keep_symbol(struct model *m, iso_proto text)
{
    iso_err err = ISO_OK;

    if (m->symbol_count == m->symbol_room) {
        const int64_t room = m->symbol_room * 2 + 16;
        ISO_TRY(iso_realloc(&m->symbols, m->symbol_count, room, sizeof *m->symbols));
        m->symbol_room = room;
    }
    m->symbols[m->symbol_count++] = text;
done:
    return err;
}

static iso_err check_piece(struct model *m, iso_proto piece)
{
    iso_proto text = {0};
    iso_proto_field f;
    uint64_t type = NORMAL;
    int more;
    iso_err err = ISO_OK;

    while ((more = iso_proto_next(&f, &piece)) > 0) {
        if (is(&f, PIECE_TEXT, ISO_PROTO_BYTES))
            text = f.bytes;
        if (is(&f, PIECE_TYPE, ISO_PROTO_VARINT))
            type = f.value;
    }
    if (more < 0)
        ISO_TRY(broken(m->name));
    if (text.left == 0 || text.left > MAX_PIECE || memchr(text.at, 0, (size_t)text.left))
        ISO_FAIL(ISO_EFORMAT, "%s: piece %lld has %lld bytes%s: 1 to %d without NUL are legal",
                 m->name, (long long)m->pieces, (long long)text.left,
                 text.left > 0 && text.left <= MAX_PIECE ? ", a NUL among them" : "", MAX_PIECE);
    if (type == UNKNOWN)
        m->unknown = (int32_t)m->pieces;
    if (type == USER_DEFINED)
        ISO_TRY(keep_symbol(m, text));
    m->pieces++;
done:
    return err;
}

static iso_err check_trainer(struct model *m, iso_proto spec)
{
    iso_proto_field f;
    int more;

    while ((more = iso_proto_next(&f, &spec)) > 0) {
        if (is(&f, TRAINER_MODEL_TYPE, ISO_PROTO_VARINT))
            m->type = f.value <= INT32_MAX ? (int32_t)f.value : 0;
    }
    return more < 0 ? broken(m->name) : ISO_OK;
}

static iso_err check_normalizer(struct model *m, iso_proto spec)
{
    iso_proto_field f;
    int more;

    while ((more = iso_proto_next(&f, &spec)) > 0) {
        if (is(&f, NORMALIZER_CHARSMAP, ISO_PROTO_BYTES))
            m->charsmap = f.bytes;
    }
    return more < 0 ? broken(m->name) : ISO_OK;
}

static iso_err check_fields(struct model *m, iso_proto all)
{
    iso_proto_field f;
    int more;
    iso_err err = ISO_OK;

    while ((more = iso_proto_next(&f, &all)) > 0) {
        if (is(&f, PIECES, ISO_PROTO_BYTES))
            ISO_TRY(check_piece(m, f.bytes));
        if (is(&f, TRAINER, ISO_PROTO_BYTES))
            ISO_TRY(check_trainer(m, f.bytes));
        if (is(&f, NORMALIZER, ISO_PROTO_BYTES))
            ISO_TRY(check_normalizer(m, f.bytes));
        if (is(&f, SELF_TEST, ISO_PROTO_BYTES))
            m->tests += f.bytes.left;
    }
    if (more < 0)
        ISO_TRY(broken(m->name));
done:
    return err;
}

static int compare(const void *a, const void *b)
{
    const iso_proto *x = a, *y = b;
    const int64_t shorter = x->left < y->left ? x->left : y->left;
    const int order = memcmp(x->at, y->at, (size_t)shorter);

    return order ? order : (x->left > y->left) - (x->left < y->left);
}

static bool begins(const iso_proto *text, const iso_proto *with)
{
    return text->left >= with->left && memcmp(text->at, with->at, (size_t)with->left) == 0;
}

/* How many of the user's symbols begin one of them: sorted, those stand in a chain before it. */
static iso_err check_symbols(struct model *m)
{
    int64_t chain[MAX_NESTED + 1], depth = 0;

    if (m->symbol_count > 1)
        qsort(m->symbols, (size_t)m->symbol_count, sizeof *m->symbols, compare);
    for (int64_t i = 0; i < m->symbol_count; i++) {
        while (depth > 0 && !begins(&m->symbols[i], &m->symbols[chain[depth - 1]]))
            depth--;
        chain[depth++] = i;
        if (depth > MAX_NESTED)
            return iso_fail(ISO_EFORMAT, "%s: more than %d user-defined symbols inside one another",
                            m->name, MAX_NESTED);
    }
    return ISO_OK;
}

static iso_err check_type(const struct model *m)
{
    static const char *const types[] = {"", "unigram", "BPE", "word", "character"};
    const int known = m->type > 0 && m->type < (int)(sizeof types / sizeof *types);

    if (m->type == UNIGRAM)
        return ISO_OK;
    return iso_fail(ISO_EUNSUP, "%s: a SentencePiece model of type %d%s%s%s, read are unigram ones",
                    m->name, (int)m->type, known ? " (" : "", known ? types[m->type] : "",
                    known ? ")" : "");
}

iso_err iso_spm_check_size(int64_t len, const char *name)
{
    if (len <= MAX_MODEL)
        return ISO_OK;
    return iso_fail(ISO_EFORMAT,
                    "%s: %lld bytes are too much for a SentencePiece model, at most %d", name,
                    (long long)len, MAX_MODEL);
}

iso_err iso_spm_check(iso_spm_facts *out, const void *model, int64_t len, const char *name)
{
    struct model m = {.name = name, .type = UNIGRAM, .unknown = -1};
    int64_t growth = 0;
    iso_err err = ISO_OK;

    ISO_TRY(iso_spm_check_size(len, name));
    ISO_TRY(check_fields(&m, (iso_proto){model, len}));
    ISO_TRY(check_type(&m));
    if (m.pieces == 0)
        ISO_TRY(broken(name));
    if (m.unknown < 0)
        ISO_FAIL(ISO_EFORMAT, "%s: none of %lld pieces is the unknown one", name,
                 (long long)m.pieces);
    ISO_TRY(check_symbols(&m));
    ISO_TRY(iso_charsmap_check(&growth, m.charsmap.at, m.charsmap.left, name));
    if (m.tests > INT32_MAX / growth)
        ISO_FAIL(ISO_EFORMAT, "%s: %lld bytes of self-tests", name, (long long)m.tests);
    *out = (iso_spm_facts){
        .pieces = m.pieces,
        .unknown = m.unknown,
        .growth = growth,
        .rules = m.charsmap.left ? m.charsmap.at - (const unsigned char *)model : 0,
        .rules_len = m.charsmap.left,
    };
done:
    iso_free(m.symbols);
    return err;
}
