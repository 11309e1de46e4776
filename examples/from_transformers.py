#!/usr/bin/env python3
"""Hidden states of any Hugging Face model, every layer, as a file that Isogloss reads.

    from_transformers.py MODEL OUT.h5 LANG=FILE [LANG=FILE ...]     one sentence a line, lines parallel

Needs torch, transformers and h5py. One row a sentence: the mean over its tokens, special ones left out. Of models
with encoder and decoder the encoder is taken. Texts longer than the model takes are cut, and counted.
"""
import sys
import h5py, numpy as np, torch
from transformers import AutoModel, AutoTokenizer

name, out, *files = sys.argv[1:]
tok, net = AutoTokenizer.from_pretrained(name, padding_side="right"), AutoModel.from_pretrained(name).eval()
tok.pad_token = tok.pad_token or tok.eos_token or tok.unk_token  # it is masked, whichever it is
most = tok.model_max_length if tok.model_max_length < 10**6 else getattr(net.config, "max_position_embeddings", 514) - 2
net = net.get_encoder() if net.config.is_encoder_decoder else net
with h5py.File(out, "w") as f, torch.inference_mode():
    f.attrs.update(format="isogloss-states", version=1, model=name, pooling="mean")
    for lang, path in (x.split("=", 1) for x in files):
        text = [line.rstrip("\r\n") for line in open(path, encoding="utf8", newline="\n")]
        layers, cut = [], 0
        for i in range(0, len(text), 32):
            batch = tok(text[i:i + 32], padding=True, truncation=True, max_length=most, return_special_tokens_mask=True, return_tensors="pt")
            cut += sum(len(x) > most for x in tok(text[i:i + 32], verbose=False)["input_ids"])
            own = batch["attention_mask"] * (1 - batch.pop("special_tokens_mask"))
            own = torch.where(own.sum(1, keepdim=True) > 0, own, batch["attention_mask"]).unsqueeze(-1)  # an empty line
            states = net(**batch, output_hidden_states=True).hidden_states
            layers.append([((h * own).sum(1) / own.sum(1).clamp(min=1)).float().numpy() for h in states])
        for k, rows in enumerate(np.concatenate(x) for x in zip(*layers)):
            f[f"states/{lang}/{k}"] = rows.astype("f2" if abs(rows).max() < 65504 else "f4")
        f.create_dataset(f"rows/{lang}/text", data=text, dtype=h5py.string_dtype("utf-8"))
        print(f"{lang}: {cut} of {len(text)} texts were cut to {most} tokens" if cut else f"{lang}: {len(text)} texts", file=sys.stderr)
