"""PyTorch on a BERT checkpoint's shape: real sentences in padded batches, as a script would run them.

    torch_encoder.py CONFIG.json IDS BATCH     tokens (without padding) a second
"""
import json
import sys
import time

sys.path.insert(0, "/usr/lib/python3/dist-packages")
import torch
from torch import nn


class Layer(nn.Module):
    def __init__(self, d, heads, inner):
        super().__init__()
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, inner), nn.Linear(inner, d)
        self.norm1, self.norm2, self.heads = nn.LayerNorm(d), nn.LayerNorm(d), heads

    def forward(self, x, bias):
        b, t, d = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        p = torch.softmax(q @ k.transpose(-1, -2) * (d // self.heads) ** -0.5 + bias, -1)
        x = self.norm1(x + self.out((p @ v).transpose(1, 2).reshape(b, t, d)))
        return self.norm2(x + self.down(nn.functional.gelu(self.up(x))))


def main():
    c = json.load(open(sys.argv[1]))
    sentences = [list(map(int, line.split())) for line in open(sys.argv[2])]
    step, d = int(sys.argv[3]), c["hidden_size"]
    torch.manual_seed(0)
    words = nn.Embedding(c["vocab_size"], d)
    layers = [Layer(d, c["num_attention_heads"], c["intermediate_size"]) for _ in range(c["num_hidden_layers"])]

    def run(batch):
        longest = max(map(len, batch))
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        bias = torch.full((len(batch), 1, 1, longest), -1e4)
        for i, s in enumerate(batch):
            ids[i, :len(s)] = torch.tensor(s)
            bias[i, ..., :len(s)] = 0
        x = words(ids)
        for layer in layers:
            x = layer(x, bias)

    with torch.inference_mode():
        run(sentences[:step])
        start = time.time()
        for i in range(0, len(sentences), step):
            run(sentences[i:i + step])
        seconds = time.time() - start
    tokens = sum(map(len, sentences))
    print(f"torch mixed: {seconds:.3f} s, {tokens / seconds:.0f} tok/s")


main()
