#!/usr/bin/env python3
"""Golden ids of texts with added tokens, by huggingface/tokenizers and transformers.

    make_added.py MINI > tests/golden/added_cases.json

MINI is examples/mini. Little tokenizers of each kind, as files of a folder, and lines full of added tokens with the
ids that the published library gives. Written with tokenizers 0.23.3, transformers 5.24.
"""
import json
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoTokenizer

ADDED = [AddedToken('<e1>', special=True), AddedToken('<e1>x', special=True, lstrip=True),
         AddedToken('New York', normalized=True), AddedToken('NEW', normalized=True, single_word=True),
         AddedToken('york', normalized=False, single_word=True), AddedToken(' \u00e9', normalized=True),
         AddedToken('<r>', rstrip=True, special=True), AddedToken('<lr>', rstrip=True, lstrip=True, normalized=True),
         AddedToken('ab', single_word=True, normalized=False, rstrip=True), AddedToken('\u65e5\u672c', normalized=True)]
WORDS = ['a', 'b', 'abc', 'new', 'NEW', 'New York', 'new york', 'York', 'york', 'ab', 'AB', ' \u00e9', '\u00e9', 'e\u0301',
         '\u65e5\u672c', '\u65e5', '.', '<', '_', '1', '\u0085', '\u2028', '\u3000', '\u200b', '\ufeff', '\u0378', '\ue000',
         '\u0391\u03a3', '<E1>', '<e', '<unk', 'x']
BLANKS = ['', '', ' ', ' ', '  ', '\t', '\u00a0', '_', '1']
CHARS = 'abcdefghijklmnopqrstuvwxyzENWYABX\u00e9\u00c9.<>_1/\u65e5\u672c\u03b1\u03c3\u03c2\u0391\u03a3[]'
ROLES = {'cls_token': '<s>', 'sep_token': '</s>', 'pad_token': '<pad>', 'unk_token': '<unk>', 'mask_token': '<mask>'}


def wordpiece(lower):
    pieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] + list(CHARS) + ['##' + c for c in CHARS] + ['new', 'york', 'ab']
    t = Tokenizer(models.WordPiece({p: i for i, p in enumerate(pieces)}, unk_token='[UNK]'))
    t.normalizer = normalizers.BertNormalizer(lowercase=lower)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.post_processor = processors.BertProcessing(('[SEP]', 3), ('[CLS]', 2))
    t.add_special_tokens(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'])
    t.add_tokens(ADDED)
    return t


def unigram(normalizer, pre_tokenizer, fallback=False):
    vocab = [('<s>', 0), ('<pad>', 0), ('</s>', 0), ('<unk>', 0), ('\u2581', -2.0)]
    vocab += [(c, -4.0 - i / 64) for i, c in enumerate(CHARS)] + [('\u2581' + c, -5.0 - i / 64) for i, c in enumerate('abxyN')]
    vocab += [('ab', -5.5), ('\u2581ne', -6.25), ('york', -7.5)]
    vocab += [('<0x%02X>' % i, 0.0) for i in range(256)] if fallback else []
    t = Tokenizer(models.Unigram(vocab + [('<mask>', 0)], unk_id=3, byte_fallback=fallback))
    if normalizer:
        t.normalizer = normalizer
    t.pre_tokenizer = pre_tokenizer
    around = [('<s>', 0), ('</s>', 2)]
    t.post_processor = processors.TemplateProcessing(single='<s> $A </s>', pair='<s> $A </s> </s> $B </s>', special_tokens=around)
    t.add_special_tokens(['<s>', '<pad>', '</s>', '<unk>', AddedToken('<mask>', lstrip=True, special=True)])
    t.add_tokens(ADDED)
    return t


def lines(rng, tokens, count):
    out = []
    for _ in range(count):
        text = ''
        for _ in range(rng.randint(1, 8)):
            text += rng.choice(tokens if rng.random() < .45 else WORDS)
            text += rng.choice(BLANKS) if rng.random() < .8 else ''
        out.append(text)
    return out


def files_of(t, settings):
    return {'tokenizer.json': json.loads(t.to_str()), 'tokenizer_config.json': settings}


def beside_vocab(decoder):
    """vocab.txt, its added tokens in tokenizer_config.json or in added_tokens.json."""
    t = wordpiece(True)
    j = json.loads(t.to_str())
    pieces = sorted(j['model']['vocab'], key=j['model']['vocab'].get)
    files = {'vocab.txt': '\n'.join(pieces) + '\n', 'tokenizer_config.json': {'do_lower_case': True}}
    added = {a['id']: {k: v for k, v in a.items() if k != 'id'} for a in j['added_tokens']}
    if decoder:
        files['tokenizer_config.json']['added_tokens_decoder'] = added
    else:
        files['added_tokens.json'] = {'<new>': len(pieces), 'Old Town': len(pieces) + 1}
        files['special_tokens_map.json'] = {'additional_special_tokens': ['<new>']}
        t = Tokenizer.from_str(json.dumps(dict(j, added_tokens=[a for a in j['added_tokens'] if a['id'] < 5])))
        t.add_tokens([AddedToken('<new>', special=True), AddedToken('Old Town', normalized=True)])
    return files, t


def main(mini):
    rng = random.Random(1)
    two = normalizers.Replace(Regex(' {2,}'), '\u2581')
    meta = pre_tokenizers.Metaspace
    split = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), meta()])
    made = {'wordpiece uncased': (wordpiece(True), {}), 'wordpiece cased': (wordpiece(False), {}),
            'unigram split': (unigram(None, split), ROLES), 'unigram bytes': (unigram(None, split, True), ROLES),
            'unigram metaspace': (unigram(two, meta()), ROLES), 'unigram bare': (unigram(None, meta()), ROLES),
            'unigram strip': (unigram(normalizers.Sequence([normalizers.Strip(left=False), two]), meta()), ROLES),
            'unigram first': (unigram(two, meta(prepend_scheme='first')), ROLES),
            'unigram never': (unigram(two, meta(prepend_scheme='never')), ROLES)}
    kinds = [(name, files_of(t, settings), t) for name, (t, settings) in made.items()]
    kinds += [(name, *beside_vocab(name == 'decoder')) for name in ('decoder', 'added_tokens.json')]
    kinds.append(('examples/mini', {}, AutoTokenizer.from_pretrained(mini)._tokenizer))
    out = []
    for name, files, t in kinds:
        files = {k: v if isinstance(v, str) else json.dumps(v, separators=(',', ':')) for k, v in files.items()}
        tokens = [a['content'] for a in json.loads(t.to_str())['added_tokens']] + ['[MASK]', '<mask>', '</s>']
        texts = ['hello [MASK] world', 'This is[SEP]a test', 'hello <mask> world', 'end</s>', ' ', '']
        texts += lines(rng, tokens, 60)
        cases = [[s, t.encode(s).ids] for s in texts]
        out.append({'name': name, 'files': files, 'cases': cases})
    print('[' + ',\n'.join(json.dumps(o, separators=(',', ':')) for o in out) + ']')


if __name__ == '__main__':
    main(sys.argv[1])
