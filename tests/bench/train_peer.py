"""A training step of PyTorch: a BertModel of random weights, a head of 7 classes on the mean, cross-entropy, AdamW on all parameters.

    train_peer.py BxT[:mixed]...    the median of RUNS (5) steps; tokens/s of what is not padding

SHAPE=layers,d,heads,inner,vocabulary makes another shape than BERT-base's. `mixed`: sentences of a quarter of T to T tokens, padded
to the longest. torch is AdamW as it is by default, torch-fused with fused=True; the passes are the same. No dropout. Needs torch, transformers.
"""
import os
import statistics
import sys
import time

import torch
import transformers

transformers.logging.set_verbosity_error()


def network():
    L, d, heads, inner, V = map(int, os.environ.get("SHAPE", "12,768,12,3072,30522").split(","))
    torch.manual_seed(0)
    config = transformers.BertConfig(vocab_size=V, hidden_size=d, num_hidden_layers=L, num_attention_heads=heads, intermediate_size=inner,
                                     hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="sdpa")
    model = transformers.BertModel(config, add_pooling_layer=False).train()
    head = torch.nn.Linear(d, 7)
    return model, head, list(model.parameters()) + list(head.parameters())


def batch(shape, V):
    size, mixed = (shape.split(":") + [""])[:2]
    B, T = map(int, size.split("x"))
    lengths = torch.randint(T // 4, T + 1, (B,)) if mixed else torch.full((B,), T)
    mask = (torch.arange(int(lengths.max()))[None, :] < lengths[:, None]).long()
    return torch.randint(0, V, mask.shape), mask, torch.randint(0, 7, (B,))


def run(shape):
    model, head, parameters = network()
    ids, mask, gold = batch(shape, model.config.vocab_size)
    padded = None if bool(mask.all()) else mask
    share = (mask / mask.sum(1, keepdim=True))[:, :, None]
    optimizers = {"torch": torch.optim.AdamW(parameters, lr=1e-5), "torch-fused": torch.optim.AdamW(parameters, lr=1e-5, fused=True)}
    seconds = {name: [] for name in optimizers}
    for turn in range(int(os.environ.get("RUNS", 5)) + 1):
        for name, optimizer in optimizers.items():
            start = time.time()
            optimizer.zero_grad()
            states = model(ids, attention_mask=padded).last_hidden_state
            torch.nn.functional.cross_entropy(head((states * share).sum(1)), gold).backward()
            optimizer.step()
            if turn:
                seconds[name].append(time.time() - start)
    for name, t in seconds.items():
        t = statistics.median(t)
        print(f"{name} {torch.__version__} {shape}: {t:.4f} s, {int(mask.sum()) / t:.0f} tok/s", flush=True)


for shape in sys.argv[1:]:
    run(shape)
