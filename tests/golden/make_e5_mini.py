#!/usr/bin/env python3
"""make_e5_mini.py: states of examples/e5-mini/e5-mini.gguf, of which golden/e5_mini.tsv has some numbers.

Token ids are llama.cpp's, as its own tokenizer cuts the texts (package xllamacpp 2026.10); weights are
those of the package gguf 0.19; the encoder is transformers 5.24 and PyTorch 2.15 in double. A line is a text,
its ids, a layer (0 to 12), and the first eight numbers of the mean over all tokens but the first and the
last.
"""
import json, os, sys, urllib.request
import gguf, numpy as np, torch, transformers, xllamacpp

HERE = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(HERE, "../../examples/e5-mini/e5-mini.gguf")
TEXTS = ["The committee will publish its report in September.", "query: Wie weit ist es bis zum Meer?",
         "  Ça   va ﬁne, ½ naïve café\u00a0… ", "नमस्ते दुनिया", "مرحبا بالعالم", "你好,世界。", "Привет, мир!",
         "Jina langu ni nani? 😀", "İstanbul'da ıspanak", "a" * 60]
NAMES = {"attn_q": "attention.self.query", "attn_k": "attention.self.key", "attn_v": "attention.self.value",
         "attn_output": "attention.output.dense", "attn_output_norm": "attention.output.LayerNorm",
         "ffn_up": "intermediate.dense", "ffn_down": "output.dense", "layer_output_norm": "output.LayerNorm"}
TOPS = {"token_embd": "word_embeddings", "position_embd": "position_embeddings",
        "token_types": "token_type_embeddings", "token_embd_norm": "LayerNorm"}


def name_of(name):
    parts = name.split(".")
    if parts[0] == "blk":
        return "encoder.layer.%s.%s.%s" % (parts[1], NAMES[parts[2]], parts[3])
    return "embeddings.%s.%s" % (TOPS[parts[0]], parts[1])


def model():
    weights = {}
    for t in gguf.GGUFReader(FILE).tensors:
        numbers = gguf.quants.dequantize(t.data, t.tensor_type).reshape([int(n) for n in t.shape][::-1])
        weights[name_of(t.name)] = torch.from_numpy(np.array(numbers)).double()
    config = transformers.BertConfig(vocab_size=20002, hidden_size=384, num_hidden_layers=12, num_attention_heads=12,
                                     intermediate_size=1536, max_position_embeddings=512, layer_norm_eps=1e-12)
    m = transformers.BertModel(config, add_pooling_layer=False).double().eval()
    missing, extra = m.load_state_dict(weights, strict=False)
    assert not extra and all(k.endswith("position_ids") or k.endswith("token_type_ids") for k in missing), (missing, extra)
    return m


def server():
    p = xllamacpp.CommonParams()
    p.model.path, p.embedding, p.n_ctx, p.warmup = FILE, True, 512, False
    return xllamacpp.Server(p)


def ids_of(s, text):
    r = urllib.request.Request(s.listening_address + "/tokenize", json.dumps({"content": text, "add_special": True}).encode(),
                               {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(r))["tokens"]


def main():
    s, m = server(), model()
    with open(os.path.join(HERE, "e5_mini.tsv"), "w", encoding="utf-8") as out:
        for text in TEXTS:
            ids = ids_of(s, text)
            with torch.no_grad():
                states = m(torch.tensor([ids]), output_hidden_states=True).hidden_states
            for layer, state in enumerate(states):
                mean = state[0, 1:-1].mean(0)[:8].tolist()
                print(text, " ".join(map(str, ids)), layer, *("%.9g" % x for x in mean), sep="\t", file=out)


main()
