#include "lib/text/spm.h"

#include <string.h>

#include <exception>
#include <new>
#include <string_view>

#include <sentencepiece_processor.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"
#include "lib/io/file.h"
#include "lib/text/charsmap.h"
#include "lib/text/spm_check.h"

/* The library's own switch for what it prints, exported but in no installed header; weak, so that
 * one without it still links. */
namespace sentencepiece
{
namespace logging
{
[[gnu::weak]] void SetMinLogLevel(int level);
}
} // namespace sentencepiece

struct iso_spm {
    sentencepiece::SentencePieceProcessor *of;
    iso_spm_facts facts;
    char *rules; /* a copy of the normalisation rules, and a NUL */
};

namespace
{

constexpr int fatal_only = 3;

bool silence()
{
    if (sentencepiece::logging::SetMinLogLevel)
        sentencepiece::logging::SetMinLogLevel(fatal_only);
    return true;
}

/* No exception goes further than this. */
template <typename F> iso_err guarded(const char *name, F call) noexcept
{
    try {
        return call();
    } catch (const std::bad_alloc &) {
        return iso_fail(ISO_ENOMEM, "%s: out of memory", name);
    } catch (const std::exception &e) {
        if (strstr(e.what(), "bad_alloc")) /* darts-clone wraps it */
            return iso_fail(ISO_ENOMEM, "%s: out of memory", name);
        return iso_fail(ISO_EFORMAT, "%s: SentencePiece fails: %s", name, e.what());
    } catch (...) {
        return iso_fail(ISO_EFORMAT, "%s: SentencePiece fails", name);
    }
}

iso_err load(iso_spm *s, const void *model, int64_t len, const char *name)
{
    static const bool silent = silence();
    const std::string_view bytes(static_cast<const char *>(model), static_cast<size_t>(len));

    (void)silent;
    s->of = new sentencepiece::SentencePieceProcessor;
    const auto status = s->of->LoadFromSerializedProto(bytes);
    if (!status.ok())
        return iso_fail(ISO_EFORMAT, "%s: SentencePiece refuses the model: %s", name,
                        status.error_message());
    if (s->of->GetPieceSize() != s->facts.pieces)
        return iso_fail(ISO_EFORMAT, "%s: SentencePiece reads %d pieces of %lld", name,
                        s->of->GetPieceSize(), static_cast<long long>(s->facts.pieces));
    return ISO_OK;
}

iso_err encode(const iso_spm *s, iso_tokens *out, std::string_view text)
{
    sentencepiece::ImmutableSentencePieceText found;
    const auto status = s->of->Encode(text, found.mutable_proto());

    if (!status.ok())
        return iso_fail(ISO_EFORMAT, "SentencePiece fails: %s", status.error_message());
    const int count = static_cast<int>(found.pieces_size());
    for (int i = 0; i < count; i++) {
        const auto piece = found.pieces(i);
        const auto id = static_cast<int32_t>(piece.id());
        if (const iso_err err = iso_tokens_add(out, id, piece.begin(), piece.end()))
            return err;
    }
    return ISO_OK;
}

} // namespace

iso_err iso_spm_of_bytes(iso_spm **out, const void *model, int64_t len, const char *name)
{
    iso_spm_facts facts;
    iso_spm *s = nullptr;
    iso_err err = iso_spm_check(&facts, model, len, name);

    if (!err)
        err = iso_alloc(&s, 1, sizeof *s);
    if (!err) {
        s->facts = facts;
        err = iso_alloc(&s->rules, facts.rules_len + 1, 1);
    }
    if (!err) {
        if (facts.rules_len > 0)
            memcpy(s->rules, static_cast<const char *>(model) + facts.rules,
                        static_cast<size_t>(facts.rules_len));
        err = guarded(name, [&] { return load(s, model, len, name); });
    }
    if (err)
        iso_spm_close(s);
    else
        *out = s;
    return err;
}

iso_err iso_spm_open(iso_spm **out, const char *path)
{
    iso_file *file = nullptr;
    unsigned char *bytes = nullptr;
    iso_err err = iso_file_open(&file, path);

    if (!err)
        err = iso_spm_check_size(file->size, path);
    if (!err)
        err = iso_alloc(&bytes, file->size, 1);
    if (!err)
        err = iso_file_read(file, 0, bytes, file->size);
    if (!err)
        err = iso_spm_of_bytes(out, bytes, file->size, path);
    iso_free(bytes);
    iso_file_close(file);
    return err;
}

void iso_spm_close(iso_spm *s)
{
    if (!s)
        return;
    delete s->of;
    iso_free(s->rules);
    iso_free(s);
}

int32_t iso_spm_size(const iso_spm *s)
{
    return static_cast<int32_t>(s->facts.pieces);
}

const char *iso_spm_piece(int64_t *len, const iso_spm *s, int32_t id)
{
    const char *text = "";

    *len = 0;
    if (id < 0 || id >= s->facts.pieces)
        return text;
    (void)guarded("piece", [&] {
        const auto &piece = s->of->IdToPiece(id);
        *len = static_cast<int64_t>(piece.size());
        text = piece.c_str();
        return ISO_OK;
    });
    return text;
}

float iso_spm_score(const iso_spm *s, int32_t id)
{
    float score = 0;

    if (id >= 0 && id < s->facts.pieces)
        (void)guarded("score", [&] {
            score = s->of->GetScore(id);
            return ISO_OK;
        });
    return score;
}

int32_t iso_spm_find(const iso_spm *s, const char *piece)
{
    int32_t id = s->facts.unknown;

    (void)guarded("piece", [&] {
        id = s->of->PieceToId(piece);
        return ISO_OK;
    });
    return id;
}

int32_t iso_spm_unknown(const iso_spm *s)
{
    return s->facts.unknown;
}

iso_err iso_spm_encode(const iso_spm *s, iso_tokens *out, const char *text, int64_t len)
{
    const int64_t most = (INT32_MAX - 16) / s->facts.growth, before = out->count;

    if (len < 0 || len > most)
        return iso_fail(ISO_EARG, "a text of %lld bytes, at most %lld for this model",
                        static_cast<long long>(len), static_cast<long long>(most));
    if (len == 0)
        return ISO_OK;
    const std::string_view view(text, static_cast<size_t>(len));
    const iso_err err = guarded("text", [&] { return encode(s, out, view); });
    if (err)
        out->count = before;
    return err;
}

iso_err iso_spm_normal(iso_normal *out, const iso_spm *s, const char *text, int64_t len)
{
    iso_err err = ISO_OK;

    iso_normal_clear(out);
    for (int64_t i = 0, size; !err && i < len; i += size) {
        const char *with = "";
        uint32_t point = 0;
        size = iso_charsmap_find(&with, s->rules, s->facts.rules_len, text + i, len - i);
        if (size > 0) {
            err = iso_normal_add(out, with, static_cast<int64_t>(strlen(with)), i, i + size);
        } else {
            size = iso_utf8_any(&point, text + i, len - i);
            err = iso_normal_add_point(out, point, i, i + size);
        }
    }
    return err;
}
