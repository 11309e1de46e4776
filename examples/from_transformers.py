#!/usr/bin/env python3
"""Hidden states of any Hugging Face encoder, every layer, as a file that Isogloss reads.

    from_transformers.py MODEL OUT.h5 LANG=FILE [LANG=FILE ...]     one sentence a line, lines parallel

Needs torch, transformers and h5py. One row a sentence: the mean over its tokens, special ones left out.
"""
import sys
import h5py, numpy as np, torch
from transformers import AutoModel, AutoTokenizer

name, out, *files = sys.argv[1:]
tok, net = AutoTokenizer.from_pretrained(name), AutoModel.from_pretrained(name).eval()
with h5py.File(out, "w") as f, torch.inference_mode():
    f.attrs.update(format="isogloss-states", version=1, model=name, pooling="mean")
    for lang, path in (x.split("=", 1) for x in files):
        text = [line.rstrip("\r\n") for line in open(path, encoding="utf8", newline="\n")]
        layers = []
        for i in range(0, len(text), 32):
            batch = tok(text[i:i + 32], padding=True, truncation=True, return_special_tokens_mask=True, return_tensors="pt")
            own = batch["attention_mask"] * (1 - batch.pop("special_tokens_mask"))
            own = torch.where(own.sum(1, keepdim=True) > 0, own, batch["attention_mask"]).unsqueeze(-1)  # an empty line
            states = net(**batch, output_hidden_states=True).hidden_states
            layers.append([((h * own).sum(1) / own.sum(1)).half().numpy() for h in states])
        for k, rows in enumerate(zip(*layers)):
            f[f"states/{lang}/{k}"] = np.concatenate(rows)
        f.create_dataset(f"rows/{lang}/text", data=text, dtype=h5py.string_dtype("utf-8"))
