/* The bytes of a SentencePiece model: sentencepiece_model.proto. */
#include <string.h>

#include "lib/text/charsmap.h"
#include "lib/text/proto.h"
#include "lib/text/spm_inside.h"

enum {
    MAX_MODEL = 1 << 28,
    MAX_PIECE = 1024 /* bytes */
};

enum model_type { UNIGRAM = 1 };

enum { PIECES = 1, TRAINER = 2, NORMALIZER = 3 };
enum { PIECE_TEXT = 1, PIECE_SCORE = 2, PIECE_TYPE = 3 };
enum { TRAINER_MODEL_TYPE = 3, TRAINER_SUFFIX = 24, TRAINER_BYTE_FALLBACK = 35 };
enum { RULES = 2, ADD_DUMMY_PREFIX = 3, REMOVE_EXTRA_WHITESPACES = 4, ESCAPE_WHITESPACES = 5 };

/* Of a field that comes twice the last counts, as protocol buffers have it. */
struct reader {
    iso_spm *s;
    const char *name;
    uint64_t type;
};

static iso_err broken(const char *name)
{
    return iso_fail(ISO_EFORMAT, "%s: not a SentencePiece model, or a damaged one", name);
}

static bool is(const iso_proto_field *f, uint32_t number, iso_proto_kind kind)
{
    return f->number == number && f->kind == kind;
}

static float float_of(uint64_t value)
{
    const uint32_t bits = (uint32_t)value;
    float f;

    memcpy(&f, &bits, sizeof f);
    return f;
}

iso_err iso_spm_add(iso_spm *s, const char *text, int64_t len, float score, iso_piece_kind kind,
                    const char *name)
{
    iso_unigram *u = &s->pieces;

    if (len <= 0 || len > MAX_PIECE || memchr(text, 0, (size_t)len))
        return iso_fail(ISO_EFORMAT,
                        "%s: piece %lld has %lld bytes%s: 1 to %d without NUL are legal", name,
                        (long long)u->count, (long long)len,
                        len > 0 && len <= MAX_PIECE ? ", a NUL among them" : "", MAX_PIECE);
    u->piece[u->count++] = (iso_piece){text, score, (uint16_t)len, (uint16_t)kind};
    return ISO_OK;
}

static iso_err read_piece(struct reader *r, iso_proto piece)
{
    iso_piece p = {.kind = ISO_PIECE_NORMAL};
    iso_proto text = {0};
    iso_proto_field f;
    int more;
    iso_err err = ISO_OK;

    while ((more = iso_proto_next(&f, &piece)) > 0) {
        if (is(&f, PIECE_TEXT, ISO_PROTO_BYTES))
            text = f.bytes;
        else if (is(&f, PIECE_SCORE, ISO_PROTO_FIXED32))
            p.score = float_of(f.value);
        else if (is(&f, PIECE_TYPE, ISO_PROTO_VARINT) && f.value >= ISO_PIECE_NORMAL &&
                 f.value <= ISO_PIECE_BYTE)
            p.kind = (uint16_t)f.value;
    }
    if (more < 0)
        ISO_TRY(broken(r->name));
    ISO_TRY(iso_spm_add(r->s, (const char *)text.at, text.left, p.score, p.kind, r->name));
done:
    return err;
}

static iso_err read_trainer(struct reader *r, iso_proto spec)
{
    iso_proto_field f;
    int more;

    while ((more = iso_proto_next(&f, &spec)) > 0) {
        if (is(&f, TRAINER_MODEL_TYPE, ISO_PROTO_VARINT))
            r->type = f.value;
        else if (is(&f, TRAINER_SUFFIX, ISO_PROTO_VARINT))
            r->s->suffix = f.value != 0;
        else if (is(&f, TRAINER_BYTE_FALLBACK, ISO_PROTO_VARINT))
            r->s->fallback = f.value != 0;
    }
    return more < 0 ? broken(r->name) : ISO_OK;
}

static iso_err read_normalizer(struct reader *r, iso_proto spec)
{
    iso_spm *s = r->s;
    iso_proto_field f;
    int more;

    while ((more = iso_proto_next(&f, &spec)) > 0) {
        if (is(&f, RULES, ISO_PROTO_BYTES)) {
            s->rules = (const char *)f.bytes.at;
            s->rules_len = f.bytes.left;
        } else if (is(&f, ADD_DUMMY_PREFIX, ISO_PROTO_VARINT)) {
            s->prefix = f.value != 0;
        } else if (is(&f, REMOVE_EXTRA_WHITESPACES, ISO_PROTO_VARINT)) {
            s->squeeze = f.value != 0;
        } else if (is(&f, ESCAPE_WHITESPACES, ISO_PROTO_VARINT)) {
            s->escape = f.value != 0;
        }
    }
    return more < 0 ? broken(r->name) : ISO_OK;
}

/* Of fields that count_pieces took. */
static iso_err read_fields(struct reader *r, iso_proto all)
{
    iso_proto_field f;
    iso_err err = ISO_OK;

    while (iso_proto_next(&f, &all) > 0) {
        if (is(&f, PIECES, ISO_PROTO_BYTES))
            ISO_TRY(read_piece(r, f.bytes));
        else if (is(&f, TRAINER, ISO_PROTO_BYTES))
            ISO_TRY(read_trainer(r, f.bytes));
        else if (is(&f, NORMALIZER, ISO_PROTO_BYTES))
            ISO_TRY(read_normalizer(r, f.bytes));
    }
done:
    return err;
}

/* How many pieces there are; that the fields are sound. */
static iso_err count_pieces(int64_t *out, iso_proto all, const char *name)
{
    iso_proto_field f;
    int64_t count = 0;
    int more;

    while ((more = iso_proto_next(&f, &all)) > 0)
        count += is(&f, PIECES, ISO_PROTO_BYTES);
    *out = count;
    return more < 0 || count == 0 ? broken(name) : ISO_OK;
}

static iso_err check_type(const struct reader *r)
{
    static const char *const types[] = {"", "unigram", "BPE", "word", "character"};
    const bool known = r->type > 0 && r->type < sizeof types / sizeof *types;

    if (r->type == UNIGRAM)
        return ISO_OK;
    return iso_fail(
        ISO_EUNSUP, "%s: a SentencePiece model of type %lld%s%s%s, read are unigram ones", r->name,
        (long long)r->type, known ? " (" : "", known ? types[r->type] : "", known ? ")" : "");
}

/* Byte b is the piece "<0x0A>", all of them or none. */
static iso_err find_bytes(iso_spm *s, const char *name)
{
    static const char digits[] = "0123456789ABCDEF";
    int64_t there = 0, found = 0;

    for (int64_t i = 0; i < s->pieces.count; i++)
        there += s->pieces.piece[i].kind == ISO_PIECE_BYTE;
    for (int b = 0; b < 256; b++) {
        const char text[] = {'<', '0', 'x', digits[b >> 4], digits[b & 15], '>'};
        const int32_t id = iso_unigram_find(&s->pieces, text, sizeof text);
        s->byte_id[b] = id;
        found += id >= 0 && s->pieces.piece[id].kind == ISO_PIECE_BYTE;
    }
    if (there == (s->fallback ? 256 : 0) && found == there)
        return ISO_OK;
    return iso_fail(
        ISO_EFORMAT,
        "%s: %lld of the 256 byte pieces, %lld called as they should be, %s byte_fallback", name,
        (long long)there, (long long)found, s->fallback ? "with" : "without");
}

iso_err iso_spm_seal(iso_spm *s, const char *name)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_charsmap_check(&s->growth, s->rules, s->rules_len, name));
    ISO_TRY(iso_unigram_seal(&s->pieces, name));
    ISO_TRY(find_bytes(s, name));
done:
    return err;
}

/* What follows a piece, or the rules, is the tag of a field, or nothing, and was read: there is
 * room for a NUL. */
static void end_texts(iso_spm *s)
{
    if (s->rules)
        s->bytes[s->rules + s->rules_len - s->bytes] = '\0';
    for (int64_t i = 0; i < s->pieces.count; i++) {
        const iso_piece *p = &s->pieces.piece[i];
        s->bytes[p->text + p->len - s->bytes] = '\0';
    }
}

iso_err iso_spm_fits(int64_t len, const char *name)
{
    if (len <= MAX_MODEL)
        return ISO_OK;
    return iso_fail(ISO_EFORMAT,
                    "%s: %lld bytes are too much for a SentencePiece model, at most %d", name,
                    (long long)len, MAX_MODEL);
}

iso_err iso_spm_read(iso_spm *s, int64_t len, const char *name)
{
    const iso_proto all = {(const unsigned char *)s->bytes, len};
    struct reader r = {.s = s, .name = name, .type = UNIGRAM};
    int64_t count = 0;
    iso_err err = ISO_OK;

    s->prefix = s->squeeze = s->escape = true;
    ISO_TRY(iso_spm_fits(len, name));
    ISO_TRY(count_pieces(&count, all, name));
    ISO_TRY(iso_unigram_new(&s->pieces, count));
    ISO_TRY(read_fields(&r, all));
    ISO_TRY(check_type(&r));
    ISO_TRY(iso_spm_seal(s, name));
    end_texts(s);
done:
    return err;
}
