#!/usr/bin/env python3
"""Losses of 200 steps of PyTorch's AdamW on a checkpoint with a classification head, for tests/train/test_loop.c.

    make_training.py MODEL OUT.tsv      MODEL: the folder m15 (XLM-R, dropout 0)

Written with torch 2.x and transformers 4.x. Items, head and options are formulas that the test has too:
32 sentences of 5 to 24 tokens, ids by a linear congruential generator, 4 classes; head weights 0.02 sin(i + 1),
biases 0; all items in every step (so that no order matters), lr 1e-4 and 1e-3 of the head, warmup 20 of 200 steps,
then linear to 0 with no step of rate 0, decay 0.01 on matrices and tables, norm clipped to 1."""
import sys
import torch
from torch import nn
from transformers import XLMRobertaModel

torch.set_num_threads(2)
encoder = XLMRobertaModel.from_pretrained(sys.argv[1], add_pooling_layer=False, attn_implementation="eager").float()
C, V, K, N, STEPS = encoder.config.hidden_size, encoder.config.vocab_size, 4, 32, 200


def draw(state=[12345]):
    state[0] = (state[0] * 1103515245 + 12345) % 2**31
    return state[0] >> 8


items = []
for i in range(N):
    n = 5 + draw() % 20
    items.append([0] + [5 + draw() % (V - 10) for _ in range(n - 2)] + [2])
label = torch.tensor([draw() % K for _ in range(N)])
longest = max(map(len, items))
ids = torch.tensor([x + [1] * (longest - len(x)) for x in items])
mask = (ids != 1).long()


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense, self.out = nn.Linear(C, C), nn.Linear(C, K)
        for linear in (self.dense, self.out):
            n = linear.weight.numel()
            linear.weight.data = (0.02 * torch.sin(torch.arange(1, n + 1, dtype=torch.float64))).float().view_as(linear.weight)
            linear.bias.data.zero_()

    def forward(self, x):
        return self.out(torch.tanh(self.dense(x)))


head = Head()
groups = {}
for name, p in list(encoder.named_parameters()) + [("head." + n, p) for n, p in head.named_parameters()]:
    decay = 0.0 if p.dim() < 2 else 0.01
    groups.setdefault((1e-3 if name.startswith("head.") else 1e-4, decay), []).append(p)
optimizer = torch.optim.AdamW([{"params": p, "lr": lr, "weight_decay": d} for (lr, d), p in groups.items()])
full = [g["lr"] for g in optimizer.param_groups]
everything = [p for g in optimizer.param_groups for p in g["params"]]
with open(sys.argv[2], "w") as out:
    print("step\tloss", file=out)
    for step in range(STEPS):
        factor = (step + 1) / 20 if step < 20 else (STEPS - step) / (STEPS - 20)
        for g, lr in zip(optimizer.param_groups, full):
            g["lr"] = lr * factor
        x = encoder(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0]
        loss = nn.functional.cross_entropy(head(x), label)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(everything, 1.0)
        optimizer.step()
        print(step, f"{loss.item():.9g}", sep="\t", file=out)
