#!/usr/bin/env python3
"""Loss and gradients of masked words by PyTorch (transformers), in double: mlm.tsv.

    make_mlm.py MODEL_FOLDER...     e.g. models/m15; writes mlm.tsv beside this file

The sentences of make_gradients.py; every third token from the second on is asked for, its label the token of the next
place. Columns as there; the loss is the mean over what is asked for, and stands first.
"""
import os, sys
import numpy as np, torch, transformers
from make_gradients import LENGTHS, signs, token

here = os.path.dirname(os.path.abspath(__file__))


def main():
    with open(f'{here}/mlm.tsv', 'w') as out:
        print('model', 'tensor', 'norm', 'first', 'middle', 'last', 'sum0', 'sum1', 'sum2', 'sum3', sep='\t', file=out)
        for folder in sys.argv[1:]:
            name_of = os.path.basename(os.path.normpath(folder))
            model = transformers.AutoModelForMaskedLM.from_pretrained(folder, attn_implementation='eager').double().eval()
            c = model.config
            ids = torch.full((len(LENGTHS), max(LENGTHS)), c.pad_token_id)
            mask, labels, t = torch.zeros_like(ids), torch.full_like(ids, -100), 0
            for b, n in enumerate(LENGTHS):
                for i in range(n):
                    ids[b, i], mask[b, i] = token(t, c.vocab_size), 1
                    if t % 3 == 1:
                        labels[b, i] = token(t + 1, c.vocab_size)
                    t += 1
            loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
            loss.backward()
            print(name_of, 'loss', f'{loss.item():.10g}', *[0] * 7, sep='\t', file=out)
            for name, p in model.named_parameters():
                if name == 'lm_head.decoder.weight':  # the table of words, tied
                    assert p is model.get_input_embeddings().weight
                    name = f'{model.base_model_prefix}.embeddings.word_embeddings.weight'
                g = p.grad.numpy().ravel()
                values = [np.linalg.norm(g), g[0], g[len(g) // 2], g[-1]] + [g @ signs(len(g), k) for k in range(4)]
                print(name_of, name, *(f'{v:.10g}' for v in values), sep='\t', file=out)


main()
