#!/usr/bin/python3
"""Golden ids of WordPiece, by a slow and plain implementation on Python's own unicodedata.

    make_wordpiece.py cases > tests/golden/wordpiece_cases.json
    make_wordpiece.py sums DATA > tests/golden/wordpiece_sums.tsv

`cases`: hard little texts, cut with a vocabulary made here. `sums`: per language of DATA/data/sib200 and per
vocabulary in DATA/data/tokenizers, how many ids the column `text` of all its files comes to, and their FNV-1a sum
(64 bits; each id as four little-endian bytes). Written with Python 3.11 (Unicode 14).
"""
import glob
import json
import os
import re
import sys
import unicodedata as u

IDEOGRAPHS = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
              (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]


def ideograph(c):
    return any(a <= ord(c) <= b for a, b in IDEOGRAPHS)


# Categories of Unicode 8, as the published tokenizer has them: what came later counts as a letter.
LATE = [(int(a, 16), int(b, 16)) for a, b in re.findall(r'\{0x([0-9a-f]+), 0x([0-9a-f]+)\}',
        open(os.path.dirname(os.path.abspath(__file__)) + '/../../lib/text/unicode_late.c').read())]


def category(c):
    return 'Lo' if any(a <= ord(c) <= b for a, b in LATE) else u.category(c)


def punctuation(c):
    return c in '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~' or category(c)[0] == 'P'


def clean(text):
    out = []
    for c in text:
        if c in '\t\n\r' or category(c)[0] == 'Z':
            out.append(' ')
        elif c not in '\0\ufffd' and category(c) not in ('Cc', 'Cf', 'Co'):
            out.append(c)
    return ''.join(out)


def words(text, lower, strip, ideographs):
    text = clean(text)
    if ideographs:
        text = ''.join(' ' + c + ' ' if ideograph(c) else c for c in text)
    for word in text.split():
        word = ''.join(c.lower() for c in word) if lower else word
        if strip:
            word = ''.join(c for c in u.normalize('NFD', word) if category(c) != 'Mn')
        yield from ''.join(' ' + c + ' ' if punctuation(c) else c for c in word).split()


def cut(word, vocab):
    ids, i = [], 0
    while i < len(word) and len(word) <= 100:
        for j in range(len(word), i, -1):
            piece = ('##' if i else '') + word[i:j]
            if piece in vocab:
                break
        else:
            break
        ids.append(vocab[piece])
        i = j
    return ids if i == len(word) else [vocab['[UNK]']]


def encode(text, vocab, lower, strip, ideographs):
    return [i for w in words(text, lower, strip, ideographs) for i in cut(w, vocab)]


TEXTS = [
    'Unaffable, unwanted  running!', "can't won't e.g. 1,000.50 #hash @you a_b x=y a<b>c $5 ~^`|",
    'Café naïve Zürich ÅNGSTRÖM Ħamrun Æsop Straße İstanbul ıslak Dž',
    'Cafe\u0301 nai\u0308ve \u0301lone a\u0301\u0323\u0302b !\u0301?', 'a\u200bb\u200dc\ufeffd soft\u00adhyphen \u202eright',
    'one\u00a0two\u2003three\u3000four\u2028five\u2029six\tseven\r\neight\u1680nine', 'tab\x0bin\x0cword \x85next \x1b[0m end\x7f',
    'private\ue000use \uf8ff \ufffd\ufffdgone\ufffd', 'ΟΔΟΣ ὈΔΥΣΣΕΎΣ ΣΑΣ Σ ΑΣ. Α.Σ Σ\u0301 ΑΣΑ ΆΣ\u0301Β ΑΣ\u2019 ΑΣ\u2019Α ᾼ ΐ',
    '你好world世界。「東京」タワー ｶﾞ が か\u3099 𠀀𪜀 豈 丽 〇 々', '한국어 각 \u1100\u1161\u11a8 값', 'Привет, МИР! Ёлка й и\u0306',
    'नमस्ते दुनिया क्षि', 'สวัสดีชาวโลก', 'אָ שָׁלוֹם עולם!', 'مُحَمَّد السلام، عليكم؟', 'ﬁne ①②  ½ Ⅷ ™ K Å Ω',
    '≠ ≤ ≮ a≯b \u037e \u0387 \u1fef \u2126', '😀😃 👩\u200d👧 ❤️ 🏳️\u200d🌈 🇩🇪', '§5 ¶ © ®3 °C ±2 «quoted» “so” – … ‰ ₣ €4',
    'a' * 100 + ' ' + 'a' * 101 + ' ' + 'é' * 100 + ' ' + 'é' * 101, 'x' * 99 + 'İ ' + 'x' * 100 + 'İ',
    '', '   ', '.', '…', 'a' + '\u0301' * 200 + 'b', '[CLS] [SEP] [UNK] [MASK] [PAD]', '##ing # # ##', '𝕳𝖊𝖑𝖑𝖔 𐐀𐐁 𞤀𞤁 Ꭰꭰ Ა',
    'ǅungla ẞ ŉ ǰ ﷺ ｆｕｌｌ　ｗｉｄｔｈ！', 'line one\nline two\n\n', '\u0e33\u0eb3 \u0f43 \u0344 \u212b', 'ΌΣΟ ὅσ ς',
]


def cases():
    ways = [dict(lower=lo, strip=st, ideographs=True) for lo in (False, True) for st in (False, True)]
    ways.append(dict(lower=False, strip=False, ideographs=False))
    seen = []
    for text in TEXTS:
        for way in ways:
            seen += [c for w in words(text, **way) for c in w]
    rare = set('₣😃z豈')
    letters = sorted(set(seen) - rare)
    vocab = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] + letters + ['##' + c for c in letters]
    vocab += ['un', 'unaff', '##aff', '##able', '##affable', 'want', '##want', '##ed', 'run', '##ning', 'cafe', 'café',
              'Café', '##ss', '##aa', '##aaa', 'aaaa', 'οδος', '##ος', '##ος', 'при', '##вет', 'нам', 'नम', '##स्ते', 'a\u0301',
              'istanbul', 'i\u0307st', 'ab', 'abc', 'soft', 'softhyphen', 'one', 'two', 'ha', 'has', '##has', '한', '한국', '##국어']
    vocab = list(dict.fromkeys(vocab))
    index = {p: i for i, p in enumerate(vocab)}
    rows = [dict(way, text=t, ids=encode(t, index, **way)) for t in TEXTS for way in ways]
    print(json.dumps({'vocab': vocab}, ensure_ascii=True)[:-1] + ', "cases": [')
    print(',\n'.join(json.dumps(r, ensure_ascii=True) for r in rows) + '\n]}')


def fnv(ids):
    h = 0xCBF29CE484222325
    for i in ids:
        for b in i.to_bytes(4, 'little'):
            h = (h ^ b) * 0x100000001B3 % 2**64
    return h


def sums(data):
    print('vocabulary\tlanguage\tids\tsum')
    for name, lower in (('mbert-cased', False), ('bert-base-uncased', True)):
        lines = open(f'{data}/data/tokenizers/{name}/vocab.txt', encoding='utf8', newline='\n').read().split('\n')
        vocab = {}
        for i, line in enumerate(lines):
            vocab.setdefault(line, i)
        for folder in sorted(glob.glob(f'{data}/data/sib200/*_*')):
            ids = []
            for path in sorted(glob.glob(folder + '/*.tsv')):
                for line in open(path, encoding='utf8', newline='\n').read().split('\n')[1:]:
                    if line:
                        ids += encode(line.rstrip('\r').split('\t')[2], vocab, lower, lower, True)
            print(f'{name}\t{os.path.basename(folder)}\t{len(ids)}\t{fnv(ids):016x}')


if __name__ == '__main__':
    cases() if sys.argv[1] == 'cases' else sums(sys.argv[2])
