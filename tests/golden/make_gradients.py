#!/usr/bin/env python3
"""Gradients of encoders by PyTorch (transformers), in double: gradients.tsv.

    make_gradients.py MODEL_FOLDER...     e.g. models/m15 models/bert-random; writes gradients.tsv beside this file

Four sentences of 7, 1, 19 and 12 tokens with made-up ids, no dropout. The loss counts each number of the mean of each
sentence and of its first token by weight(row, column). For each tensor: the norm of its gradient, three numbers of it,
and four sums of its numbers with signs that a hash gives: their differences from another's sums are, on average, as
large as the norm of the difference.
"""
import os, sys
import numpy as np, torch, transformers

here = os.path.dirname(os.path.abspath(__file__))
LENGTHS = (7, 1, 19, 12)


def token(t, vocabulary):
    return 5 + (t * t * 31 + 7 * t) % (vocabulary - 5)


def weight(row, col):
    return ((row * 7 + col * 5) % 11 - 5) / 4 + (row + 1) / 8


def signs(n, k):
    i = np.arange(n, dtype=np.uint64)
    h = (i * np.uint64(2654435761) + np.uint64(k * 40503 + 1)) & np.uint64(0xffffffff)
    h ^= h >> np.uint64(15)
    h = (h * np.uint64(2246822519)) & np.uint64(0xffffffff)
    return 1.0 - 2.0 * ((h >> np.uint64(31)) & np.uint64(1)).astype(np.float64)


def main():
    with open(f'{here}/gradients.tsv', 'w') as out:
        print('model', 'tensor', 'norm', 'first', 'middle', 'last', 'sum0', 'sum1', 'sum2', 'sum3', sep='\t', file=out)
        for folder in sys.argv[1:]:
            model = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation='eager')
            model = model.double().eval()
            c = model.config
            ids = torch.full((len(LENGTHS), max(LENGTHS)), c.pad_token_id)
            mask = torch.zeros_like(ids)
            t = 0
            for b, n in enumerate(LENGTHS):
                for i in range(n):
                    ids[b, i] = token(t, c.vocab_size)
                    mask[b, i] = 1
                    t += 1
            x = model(input_ids=ids, attention_mask=mask).last_hidden_state
            rows = [x[b, :n].mean(0) for b, n in enumerate(LENGTHS)] + [x[b, 0] for b in range(len(LENGTHS))]
            w = torch.tensor([[weight(r, j) for j in range(c.hidden_size)] for r in range(len(rows))], dtype=torch.double)
            (torch.stack(rows) * w).sum().backward()
            for name, p in model.named_parameters():
                g = p.grad.numpy().ravel()
                values = [np.linalg.norm(g), g[0], g[len(g) // 2], g[-1]] + [g @ signs(len(g), k) for k in range(4)]
                print(os.path.basename(os.path.normpath(folder)), name, *(f'{v:.10g}' for v in values), sep='\t', file=out)


if __name__ == '__main__':
    main()
