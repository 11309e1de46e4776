#!/usr/bin/env python3
"""A vocabulary of word pieces (vocab.txt) for BERT's tokenizer, learnt from texts.

    pieces.py N OUT TEXT...     N pieces of each TEXT by byte-pair encoding (Sennrich et al., ACL 2016), united

Pieces that two texts share are one piece. Letters of all texts are pieces, too.
"""
import collections
import heapq
import sys
import unicodedata


def is_mark(c):
    return unicodedata.category(c)[0] in "PS"


def words(line):
    """What BERT's tokenizer cuts before it looks for pieces."""
    for word in line.split():
        at = 0
        for i, c in enumerate(word):
            if is_mark(c):
                if i > at:
                    yield word[at:i]
                yield c
                at = i + 1
        if at < len(word):
            yield word[at:]


def joined(a, b):
    return a + b[2:]


def learn(path, n):
    """The n first pieces: letters, then what is joined most often, the first by bytes of equals."""
    with open(path, encoding="utf-8") as f:
        seen = collections.Counter(w for line in f for w in words(unicodedata.normalize("NFC", line)))
    spelt = [[w[0]] + ["##" + c for c in w[1:]] for w in seen]
    count = list(seen.values())
    pieces = sorted({p for s in spelt for p in s})
    pairs, where = collections.Counter(), collections.defaultdict(set)
    for k, s in enumerate(spelt):
        for pair in zip(s, s[1:]):
            pairs[pair] += count[k]
            where[pair].add(k)
    heap = [(-c, p) for p, c in pairs.items()]
    heapq.heapify(heap)
    while len(pieces) < n and heap:
        c, pair = heapq.heappop(heap)
        if -c != pairs[pair]:  # it changed meanwhile
            if pairs[pair] > 0:
                heapq.heappush(heap, (-pairs[pair], pair))
            continue
        if c == 0:
            break
        new = joined(*pair)
        if new not in pieces:
            pieces.append(new)
        for k in list(where[pair]):
            s, out, i = spelt[k], [], 0
            for p in zip(s, s[1:]):
                pairs[p] -= count[k]
            while i < len(s):
                both = i + 1 < len(s) and (s[i], s[i + 1]) == pair
                out.append(new if both else s[i])
                i += 2 if both else 1
            spelt[k] = out
            for p in zip(out, out[1:]):
                pairs[p] += count[k]
                where[p].add(k)
                if new in p:
                    heapq.heappush(heap, (-pairs[p], p))
        pairs[pair] = 0
    return pieces


def main():
    if len(sys.argv) < 4 or not sys.argv[1].isdigit():
        sys.exit(__doc__)
    out = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    for path in sys.argv[3:]:
        known = set(out)
        out += [p for p in learn(path, int(sys.argv[1])) if p not in known]
    with open(sys.argv[2], "w", encoding="utf-8") as f:
        f.writelines(p + "\n" for p in out)


main()
