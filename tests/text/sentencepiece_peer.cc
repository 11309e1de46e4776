#include "tests/text/sentencepiece_peer.h"

#include <string>
#include <string_view>
#include <vector>

#include <sentencepiece_processor.h>

/* Its own switch for what it prints, in no installed header. */
namespace sentencepiece
{
namespace logging
{
[[gnu::weak]] void SetMinLogLevel(int level);
}
} // namespace sentencepiece

struct peer {
    sentencepiece::SentencePieceProcessor of;
    std::vector<int64_t> pieces;
};

peer *peer_open(const char *model, int64_t len)
{
    peer *p = new peer;

    if (sentencepiece::logging::SetMinLogLevel)
        sentencepiece::logging::SetMinLogLevel(3);
    if (p->of.LoadFromSerializedProto(std::string_view(model, static_cast<size_t>(len))).ok())
        return p;
    delete p;
    return nullptr;
}

void peer_close(peer *p)
{
    delete p;
}

int32_t peer_find(const peer *p, const char *piece)
{
    return p->of.PieceToId(piece);
}

int64_t peer_cut(const int64_t **pieces, peer *p, const char *text, int64_t len)
{
    sentencepiece::ImmutableSentencePieceText found;

    p->pieces.clear();
    if (!p->of.Encode(std::string_view(text, static_cast<size_t>(len)), found.mutable_proto()).ok())
        return -1;
    for (int i = 0; i < static_cast<int>(found.pieces_size()); i++) {
        const auto piece = found.pieces(i);
        p->pieces.insert(p->pieces.end(), {piece.id(), piece.begin(), piece.end()});
    }
    *pieces = p->pieces.data();
    return static_cast<int64_t>(found.pieces_size());
}
