"""Writes tests/golden/sentence/: a tiny BERT with random weights, sentence-transformers folders around
it as cases.json (the files of each, what it was asked, what encode() gave).

Needs torch, transformers 5, sentence-transformers 6.    python make_sentence.py
"""
import json, os, shutil, sys, tempfile
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel, BertTokenizerFast
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    Dense, Dropout, LayerNorm, Normalize, Pooling, Transformer)

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sentence")
pieces = "[PAD] [UNK] [CLS] [SEP] [MASK] a cat dog ##s sat on the mat . query : pass ##age ü 日 ran".split()
texts = ["The cat sat on the mat.", "", "dogs ran", "日 ü 🙂", "the cats sat on the mat . " * 4]


def base(folder):
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(7)
    config = BertConfig(vocab_size=len(pieces), hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
                        intermediate_size=12, max_position_embeddings=24)
    model = BertModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(0.5 * torch.randn_like(p) + (1 if "LayerNorm.weight" in name else 0))
    model.save_pretrained(folder)
    with open(os.path.join(folder, "vocab.txt"), "w") as f:
        f.write("\n".join(pieces) + "\n")
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as f:
        json.dump({"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 24}, f)
    keep = {k: json.load(open(os.path.join(folder, "config.json")))[k] for k in (
        "model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads",
        "intermediate_size", "max_position_embeddings", "type_vocab_size", "layer_norm_eps", "hidden_act")}
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump(keep, f)


def old_pooling(*modes):
    flags = {f"pooling_mode_{m}": m in modes for m in (
        "cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens")}
    return {"word_embedding_dimension": 8, **flags}


def small_files(folder):
    """The files of the recipe: of the base only what a case changes."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(at, name), folder)
            if path.endswith(".json") and (os.sep in path or path in (
                    "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json")):
                found[path] = json.load(open(os.path.join(at, name)))
    return found


def main():
    base(here)
    torch.manual_seed(11)
    dense = [Dense(8, 6), Dense(16, 6, bias=False, activation_function=torch.nn.GELU()),
             Dense(6, 6, activation_function=torch.nn.ReLU(), use_residual=True),
             Dense(6, 4, activation_function=torch.nn.Identity(), use_residual=True)]
    norm = LayerNorm(4)
    with torch.no_grad():
        norm.norm.weight.copy_(torch.tensor([0.5, 1, 2, -1])); norm.norm.bias.copy_(torch.tensor([0.1, 0, 0, 1]))
    prompts = {"query": "query: ", "passage": "passage: "}
    P = lambda mode, **k: Pooling(8, mode, **k)
    cases = [(m, [P(m)], {}, [{}]) for m in Pooling.POOLING_MODES]
    cases += [("without_" + m, [P(m, include_prompt=False)], {"prompts": prompts}, [{"prompt_name": "query"}])
              for m in Pooling.POOLING_MODES]
    cases += [
        ("beside", [P(("lasttoken", "mean", "max")), Normalize()], {}, [{}]),
        ("dense", [P("mean"), dense[0], Normalize()], {}, [{}]),
        ("steps", [P(("mean", "cls")), dense[1], dense[2], Dropout(0.1), dense[3], norm], {}, [{}]),
        ("prompts", [P("mean")], {"prompts": prompts}, [{}, {"prompt_name": "passage"}, {"prompt": "a cat: "}]),
        ("usual", [P("mean")], {"prompts": prompts, "default_prompt_name": "passage"},
         [{}, {"prompt_name": "query"}, {"prompt": ""}]),
    ]
    out = {"texts": texts, "cases": []}
    weights = {}
    with tempfile.TemporaryDirectory() as tmp:
        def ask(name, folder, asked):
            s = SentenceTransformer(folder, device="cpu")
            for a in asked:
                y = s.encode(texts, **a)
                prompt = a.get("prompt", a.get("prompt_name"))
                out["cases"].append({"name": name, "files": small_files(folder), "prompt": prompt,
                                     "vectors": [[float("%.7g" % x) for x in row] for row in y.tolist()]})
        for name, modules, how, asked in cases:
            folder = os.path.join(tmp, name)
            s = SentenceTransformer(modules=[Transformer(here)] + modules, device="cpu", **how)
            s.save_pretrained(folder, create_model_card=False)
            for at, _, names in os.walk(folder):
                for n in names:
                    if n.endswith(".safetensors") and at != folder:
                        weights[name + "-" + os.path.basename(at)] = os.path.join(at, n)
            ask(name, folder, asked)
        # as folders of the library's version 2 are: flags, lengths, 0_Transformer/
        folder = os.path.join(tmp, "old")
        os.makedirs(folder + "/1_Pooling")
        shutil.copytree(here, folder + "/0_Transformer", ignore=shutil.ignore_patterns("cases.json", "*-*", "*.bin"))
        json.dump([{"idx": i, "name": str(i), "path": p, "type": "sentence_transformers.models." + t} for i, (p, t) in
                   enumerate([("0_Transformer", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")])],
                  open(folder + "/modules.json", "w"))
        json.dump(old_pooling("max_tokens", "cls_token"), open(folder + "/1_Pooling/config.json", "w"))
        json.dump({"max_seq_length": 9, "do_lower_case": False}, open(folder + "/0_Transformer/sentence_bert_config.json", "w"))
        ask("old", folder, [{}])
        for name, path in weights.items():
            shutil.copy(path, os.path.join(here, name + ".safetensors"))
    for name in "model", "dense-2_Dense":  # as torch wrote pytorch_model.bin: before 1.6, since
        torch.save(dict(sorted(load_file(os.path.join(here, name + ".safetensors")).items())),
                   os.path.join(here, name + ".bin"), _use_new_zipfile_serialization=name != "model")
    for c in out["cases"]:
        for drop in ("0_Transformer/config.json", "0_Transformer/tokenizer_config.json"):
            c["files"].pop(drop, None)
        settings = c["files"].get("config_sentence_transformers.json", {})
        for key in ("__version__", "similarity_fn_name", "model_type"):
            settings.pop(key, None)
        if "modality_config" in c["files"].get("sentence_bert_config.json", {}):
            del c["files"]["sentence_bert_config.json"]
        c["files"] = {path: json.dumps(content) for path, content in c["files"].items()}
    with open(os.path.join(here, "cases.json"), "w") as f:
        f.write('{"texts": ' + json.dumps(texts) + ',\n"cases": [\n')
        f.write(",\n".join(json.dumps(c, separators=(",", ":")) for c in out["cases"]))
        f.write("]}\n")


main()
