#!/usr/bin/env python3
"""Writes the small files under seeds/ that tests and fuzz targets begin with (Python 3 alone).

The .npy and .npz files are byte for byte what numpy writes: header padded to 64 bytes, members
called NAME.npy. Item i, dimension j, layer l holds 100*l + 10*i + j. HDF5 seeds are made by the
program itself: see the end."""

import base64
import io
import json
import os
import struct
import zipfile

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds")
DATE = (2024, 1, 1, 0, 0, 0)


def put(folder, name, data):
    os.makedirs(os.path.join(here, folder), exist_ok=True)
    if isinstance(data, str):
        data = data.encode()
    assert len(data) < 8192, name
    with open(os.path.join(here, folder, name), "wb") as f:
        f.write(data)


def npy(descr, fortran, shape, data, version=1):
    head = "{'descr': %s, 'fortran_order': %s, 'shape': %s, }" % (
        descr if descr.startswith("[") else "'%s'" % descr, fortran, tuple(shape))
    prefix = 10 if version == 1 else 12
    head += " " * (-(prefix + len(head) + 1) % 64) + "\n"
    size = struct.pack("<H" if version == 1 else "<I", len(head))
    return b"\x93NUMPY" + bytes([version, 0]) + size + head.encode("latin1") + data


def value(layer, item, dim):
    return 100 * layer + 10 * item + dim


def pack(code, numbers):
    return struct.pack(code[0] + str(len(numbers)) + code[1], *numbers)


def matrix(code, rows, cols, layer=0, fortran=False):
    order = [(i, j) for j in range(cols) for i in range(rows)] if fortran else [
        (i, j) for i in range(rows) for j in range(cols)]
    return pack(code, [value(layer, i, j) for i, j in order])


def cube(code, axes, layers, rows, cols, fortran=False):
    sizes = {"L": layers, "N": rows, "D": cols}
    names = axes[::-1] if fortran else axes
    numbers = []
    for a in range(sizes[names[0]]):
        for b in range(sizes[names[1]]):
            for c in range(sizes[names[2]]):
                at = dict(zip(names, (a, b, c)))
                numbers.append(value(at["L"], at["N"], at["D"]))
    return pack(code, numbers)


def npz(members, deflate):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for name, data in members:
            info = zipfile.ZipInfo(name + ".npy", DATE)
            info.compress_type = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
            with z.open(info, "w", force_zip64=True) as f:  # as numpy does
                f.write(data)
    return out.getvalue()


def safetensors(tensors, metadata=None, pad=True):
    head, data = {}, b""
    if metadata:
        head["__metadata__"] = metadata
    for name, dtype, shape, blob in tensors:
        head[name] = {"dtype": dtype, "shape": shape,
                      "data_offsets": [len(data), len(data) + len(blob)]}
        data += blob
    text = json.dumps(head).encode()
    if pad:
        text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def bf16(numbers):
    return b"".join(struct.pack("<f", x)[2:] for x in numbers)


put("npy", "f4.npy", npy("<f4", False, (3, 4), matrix("<f", 3, 4)))
put("npy", "f2.npy", npy("<f2", False, (3, 4), matrix("<e", 3, 4)))
put("npy", "f8.npy", npy("<f8", False, (3, 4), matrix("<d", 3, 4)))
put("npy", "big_f4.npy", npy(">f4", False, (3, 4), matrix(">f", 3, 4)))
put("npy", "big_f8.npy", npy(">f8", False, (3, 4), matrix(">d", 3, 4)))
put("npy", "fortran.npy", npy("<f4", True, (3, 4), matrix("<f", 3, 4, fortran=True)))
put("npy", "fortran_big.npy", npy(">f4", True, (3, 4), matrix(">f", 3, 4, fortran=True)))
put("npy", "v2.npy", npy("<f4", False, (3, 4), matrix("<f", 3, 4), 2))
put("npy", "v3.npy", npy("<f4", False, (3, 4), matrix("<f", 3, 4), 3))
put("npy", "bf16.npy", npy("|V2", False, (3, 4), bf16([value(0, i, j) for i in range(3) for j in range(4)])))
put("npy", "two.npy", npy("<f4", False, (3, 4), matrix("<f", 3, 4)) * 2)
put("npy", "lnd.npy", npy("<f4", False, (2, 3, 4), cube("<f", "LND", 2, 3, 4)))
put("npy", "nld.npy", npy("<f4", False, (3, 2, 4), cube("<f", "NLD", 2, 3, 4)))
put("npy", "lnd_fortran.npy", npy("<f8", True, (2, 3, 4), cube("<d", "LND", 2, 3, 4, True)))
put("npy", "nld_fortran.npy", npy("<f8", True, (3, 2, 4), cube("<d", "NLD", 2, 3, 4, True)))
put("npy", "vector.npy", npy("<f4", False, (5,), pack("<f", range(5))))
put("npy", "scalar.npy", npy("<f4", False, (), pack("<f", [1])))
put("npy", "ints.npy", npy("<i8", False, (2, 2), pack("<q", range(4))))
put("npy", "fields.npy", npy("[('a', '<f4'), ('b', '<f4')]", False, (2,), pack("<f", range(4))))
put("npy", "empty.npy", npy("<f4", False, (0, 4), b""))

pair = [("en_0", npy("<f4", False, (3, 4), matrix("<f", 3, 4, 0))),
        ("en_1", npy("<f4", False, (3, 4), matrix("<f", 3, 4, 1))),
        ("de_0", npy("<f2", False, (3, 4), matrix("<e", 3, 4, 0))),
        ("de_1", npy("<f2", False, (3, 4), matrix("<e", 3, 4, 1))),
        ("words", npy("<U2", False, (2,), "hi".encode("utf-32-le") * 2))]
put("npz", "stored.npz", npz(pair, False))
put("npz", "deflated.npz", npz(pair, True))
half = npy("<V2", False, (3, 4), bf16([value(0, i, j) for i in range(3) for j in range(4)]))
put("npz", "bf16.npz", npz([("en_0", half), ("de_0", half)], False))
put("npz", "two.npz", npz([("en_0", pair[0][1] * 2)], False))
put("npz", "tail.npz", npz([("en_0", pair[0][1] + b"more")], True))
put("npz", "folders.npz", npz([("en/0", pair[0][1]), ("en/1", pair[1][1])], True))
put("npz", "one.npz", npz([("features", npy("<f4", True, (3, 4), matrix("<f", 3, 4, fortran=True)))],
                          True))
put("npz", "numbered.npz", npz([("arr_0", pair[0][1]), ("arr_1", pair[1][1])], True))
texts = lambda width, names: npy("<U%d" % width, False, (len(names),),
                                 b"".join(n.ljust(width, "\0").encode("utf-32-le") for n in names))
uriel = [("langs", texts(3, ["eng", "deu"])), ("feats", texts(5, ["S_SVO", "P_A", "F_B"]))]
put("typology", "sources.npz", npz(uriel + [("data", npy("<f4", False, (2, 3, 2),
    pack("<f", [1, -1, 0, 1, -1, -1, 0, 0, 1, 1, 0.5, -1])))], True))
put("typology", "flat.npz", npz(uriel + [("data", npy(">f8", False, (2, 3),
    pack(">d", [1, 0.5, -1, 0, 1, 0.5])))], False))
put("typology", "table", "lang\tS_SVO\tP_A\tF_B\neng\t1\t0.5\t--\ndeu\t0\t1\t0.5\n")
put("transfer", "two", json.dumps([
    {"train_config": {"en": 10, "de": 0, "fr": 5}, "eval_results": {"en": 0.9, "de": 0.7}},
    {"train_config": {"en": 0, "de": 3}, "eval_results": {"en": 0.8, "fr": 0.6}}]))
scores = {"en": 0.9, "de": 0.8, "hi": 0.6, "ru": 0.7}
runs = [("en", "de"), ("en", "hi"), ("en", "ru"), ("de", "hi"), ("de", "ru"), ("hi", "ru")]
put("transfer", "pairs", json.dumps([
    {"train_config": {l: 100 * (l in run) for l in scores},
     "eval_results": {l: round(s + 0.02 * (run == ("en", "hi")) + 0.01 * ("ru" in run), 2)
                      for l, s in scores.items()}} for run in runs]))
put("npz", "cube.npz", npz([("en", npy("<f4", False, (2, 3, 4), cube("<f", "LND", 2, 3, 4)))], True))
put("npz", "twice.npz", npz([("en_0", pair[0][1]), ("en/0", pair[0][1])], False))
put("npz", "words.npz", npz([("words", pair[4][1])], True))

t = [("en.0", "F32", [3, 4], matrix("<f", 3, 4, 0)), ("en.1", "F32", [3, 4], matrix("<f", 3, 4, 1)),
     ("de.0", "F16", [3, 4], matrix("<e", 3, 4, 0)), ("de.1", "F16", [3, 4], matrix("<e", 3, 4, 1)),
     ("sw/0", "F64", [3, 4], matrix("<d", 3, 4, 0)), ("sw/1", "F64", [3, 4], matrix("<d", 3, 4, 1)),
     ("tr_0", "BF16", [3, 4], bf16([value(0, i, j) for i in range(3) for j in range(4)])),
     ("tr_1", "BF16", [3, 4], bf16([value(0, i, j) for i in range(3) for j in range(4)])),
     ("bias", "F32", [4], pack("<f", range(4))), ("step", "I64", [], pack("<q", [7]))]
put("safetensors", "sentences.safetensors", safetensors(
    [("en.%d" % i, "F32", [n, 4], matrix("<f", n, 4)) for i, n in enumerate((1, 3, 2))] +
    [("de.%d" % i, "F32", [2, n, 4], cube("<f", "LND", 2, n, 4)) for i, n in enumerate((2, 1))] +
    [("fr.%d" % i, "F32", [1, 3, 4], matrix("<f", 3, 4, i)) for i in range(2)]))
put("safetensors", "four.safetensors", safetensors(t, {"model": "m15", "pooling": "mean",
                                                       "format": "pt"}))
put("safetensors", "one.safetensors", safetensors([("features",) + t[0][1:]]))
put("safetensors", "cube.safetensors",
    safetensors([("en", "F32", [2, 3, 4], cube("<f", "LND", 2, 3, 4))], pad=False))
put("safetensors", "biases.safetensors", safetensors(t[8:]))

put("raw", "rows.f32", matrix("<f", 3, 4))

w = [("bert.embeddings.LayerNorm.gamma", "F32", [4], pack("<f", range(4))),
     ("bert.embeddings.position_ids", "I64", [1, 2], pack("<q", [0, 1])),
     ("bert.encoder.layer.0.output.dense.weight", "BF16", [2, 4], bf16(range(8))),
     ("empty", "F16", [0, 4], b""), ("five", "F16", [1, 1, 1, 1, 2], matrix("<e", 1, 2)),
     ("other", "F8_E4M3", [3], b"abc")]
put("weights", "few.safetensors", safetensors(w, {"format": "pt"}))
put("weights", "names.safetensors", safetensors([("\u4e16\\u0000", "F64", [], pack("<d", [1]))]))
put("shards", "two.json", json.dumps({"metadata": {"total_size": 8}, "weight_map": {
    "a": "a.safetensors", "b": "b.safetensors"}}))
put("shards", "path.json", json.dumps({"weight_map": {"a": "../a.safetensors"}}))

sizes = {"vocab_size": 20, "hidden_size": 8, "num_hidden_layers": 3, "num_attention_heads": 2,
         "intermediate_size": 16, "max_position_embeddings": 12, "type_vocab_size": 2,
         "layer_norm_eps": 1e-12, "hidden_act": "gelu"}
put("config", "bert.json", json.dumps({"model_type": "bert", **sizes}))
put("config", "old.json", json.dumps({"architectures": ["XLMRobertaForMaskedLM"], **sizes,
                                      "pad_token_id": 1}))
put("config", "distil.json", json.dumps({
    "model_type": "distilbert", "dim": 8, "n_layers": 3, "n_heads": 2, "hidden_dim": 16,
    "activation": "relu", "max_position_embeddings": 12, "vocab_size": 20}))

head = [("classifier.dense.weight", "F32", [8, 8], matrix("<f", 8, 8)),
        ("classifier.dense.bias", "F16", [8], matrix("<e", 1, 8)),
        ("classifier.out_proj.weight", "BF16", [2, 8], bf16(range(16))),
        ("classifier.out_proj.bias", "F32", [2], pack("<f", range(2)))]
put("head", "two.safetensors", safetensors(head))
put("head", "token.safetensors", safetensors([("classifier.weight",) + head[2][1:],
                                              ("classifier.bias",) + head[3][1:]], pad=False))
put("labels", "nli.json", json.dumps({"model_type": "xlm-roberta", **sizes, "id2label": {
    "0": "entailment", "1": "neutral", "2": "contradiction"}}))
put("labels", "numbers.json", json.dumps({"model_type": "roberta", **sizes, "architectures": [
    "RobertaForSequenceClassification"], "problem_type": "single_label_classification",
    "id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_1"}}))



# GGUF: facts (name, type, bytes), tensors (name, sizes, type, offset).
def gguf_text(t):
    return pack("<Q", [len(t.encode())]) + t.encode()


def gguf(facts, tensors, data):
    out = b"GGUF" + pack("<I", [3]) + pack("<Q", [len(tensors), len(facts)])
    for name, kind, value in facts:
        out += gguf_text(name) + pack("<I", [kind]) + value
    for name, sizes, kind, offset in tensors:
        out += gguf_text(name) + pack("<I", [len(sizes)]) + pack("<Q", sizes) + u32(kind) + pack("<Q", [offset])
    return out + b"\0" * (-len(out) % 32) + data


def gguf_list(kind, values):
    return u32(kind) + pack("<Q", [len(values)]) + b"".join(values)


def u32(n):
    return pack("<I", [n])


def gguf_model(model, pieces, kinds):
    facts = [("general.architecture", 8, gguf_text("bert")), ("bert.pooling_type", 4, u32(1)),
             ("bert.attention.layer_norm_epsilon", 6, pack("<f", [1e-12])), ("bert.attention.causal", 7, b"\0")]
    facts += [("bert." + k, 4, u32(n)) for k, n in (("block_count", 1), ("context_length", 8), ("embedding_length", 32),
                                                   ("feed_forward_length", 32), ("attention.head_count", 2))]
    facts += [("tokenizer.ggml." + k, t, v) for k, t, v in (
        ("model", 8, gguf_text(model)), ("tokens", 9, gguf_list(8, [gguf_text(p) for p in pieces])),
        ("scores", 9, gguf_list(6, [pack("<f", [-i / 2]) for i in range(len(pieces))])),
        ("token_type", 9, gguf_list(5, [u32(k) for k in kinds])), ("bos_token_id", 4, u32(0)),
        ("eos_token_id", 4, u32(1)), ("unknown_token_id", 4, u32(2)), ("add_bos_token", 7, b"\1"),
        ("precompiled_charsmap", 9, gguf_list(0, [b"\4", b"\0", b"\0", b"\0", b"\0", b"\0", b"\0", b"\0"])))]
    return facts


put("gguf", "unigram.gguf", gguf(gguf_model("t5", ["<s>", "</s>", "<unk>", "\u2581a", "b"], [3, 3, 2, 1, 4]), [
    ("token_embd.weight", (32, 5), 2, 0), ("blk.0.attn_qkv.bias", (96,), 0, 96)], bytes(96 + 384)))
put("gguf", "wordpiece.gguf", gguf(gguf_model("bert", ["[CLS]", "[SEP]", "[UNK]", "\u2581a", "b"], [3, 3, 3, 1, 1]), [], b""))
put("gguf", "blocks.gguf", gguf([("general.alignment", 4, u32(64))], [
    (name, (256,), kind, i * 256) for i, (name, kind) in enumerate((("q2", 10), ("q3", 11), ("q6", 14), ("q5", 7)))],
    bytes(64) + bytes(range(256)) * 3 + bytes(192)))

T = "sentence_transformers.models."
put("recipe", "modules.json", json.dumps([
    {"idx": 0, "path": "", "type": T + "Transformer"}, {"idx": 1, "path": "1_Pooling", "type": T + "Pooling"},
    {"path": "2_Dense", "type": T + "Dense"}, {"path": "3_Normalize", "type": T + "Normalize"}]))
put("recipe", "new.json", json.dumps({
    "embedding_dimension": 4, "pooling_mode": ["lasttoken", "weightedmean"], "include_prompt": False,
    "max_seq_length": 16, "do_lower_case": True, "prompts": {"query": "query: ", "none": None},
    "default_prompt_name": "query"}))
put("recipe", "old.json", json.dumps({
    "word_embedding_dimension": 4, "pooling_mode_cls_token": True, "pooling_mode_max_tokens": True}))
put("adapter", "lora.json", json.dumps({
    "base_model_name_or_path": "base", "peft_type": "LORA", "r": 1, "lora_alpha": 2, "use_rslora": True,
    "rank_pattern": {"q": 1}, "alpha_pattern": {"^q": 3}}))

put("lambda", "two.json", json.dumps({"lambda0": 0.25, "layers": {
    "3": {"W": -1.5, "b": 0.125}, "12": {"b": 2}}}))
put("lambda", "one.json", json.dumps({"layers": {"1": {"W": 2}}}))
scalars = [("mixup.1.W", "F64", [], pack("<d", [1.5])), ("mixup.1.b", "F32", [1], pack("<f", [-2])),
           ("mixup.12.b", "F16", [1], pack("<e", [0.5])), ("mixup.5.W", "BF16", [], bf16([3])),
           ("encoder.weight", "F32", [2, 2], pack("<f", range(4)))]
put("lambda", "scalars.safetensors", safetensors(scalars))
put("lambda", "bare.safetensors", safetensors(scalars[1:2], pad=False))


# SentencePiece models: pieces 1 {text 1, score 2, type 3}, trainer 2 {type 3}, rules 3 {charsmap 2}.
def varint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)


def field(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    if isinstance(content, float):
        return varint(number << 3 | 5) + struct.pack("<f", content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def piece(text, score, kind):
    return field(1, field(1, text.encode()) + field(2, score) + field(3, kind))


def rule(byte, text):
    """One byte becomes a text: a double array of two blocks, a value wherever no byte leads."""
    units = [1 << 31] * 512
    units[0] = 256 << 10
    units[256 ^ byte] = byte | 1 << 8 | (256 ^ byte ^ 257) << 10
    return pack("<I", [4 * 512] + units) + text + b"\0"


pieces = (piece("<unk>", 0.0, 2) + piece("\u2581", -2.0, 1) + piece("a", -3.0, 1) +
          piece("b", -3.0, 1) + piece("\u2581b", -2.5, 1) + piece("ab", -4.0, 1))
put("spm", "small.model", pieces + field(2, field(3, 1)))
put("spm", "rule.model", pieces + field(3, field(2, rule(65, b"b a"))))
put("spm", "symbols.model", pieces + piece("A", 0.0, 4) + piece("AA", 0.0, 4) +
    piece("<s>", 0.0, 3) + piece("u", 0.0, 5) + field(3, field(4, 0) + field(3, 0)))
put("spm", "bytes.model", pieces + b"".join(piece("<0x%02X>" % i, 0.0, 6) for i in range(256)) +
    field(2, field(35, 1)))
put("spm", "suffix.model", pieces + field(2, field(24, 1)) + field(3, field(5, 0)))

space = {"type": "Metaspace", "replacement": "\u2581"}
vocab = [["<s>", 0], ["<unk>", 0], ["\u2581", -2], ["a", -3.5], ["b", -3], ["ab", -4]]
put("spm_json", "plain.json", json.dumps({
    "normalizer": None, "pre_tokenizer": space, "added_tokens": [
        {"id": 0, "special": True, "content": "<s>"}, {"id": 6, "content": "A"}],
    "model": {"type": "Unigram", "unk_id": 1, "vocab": vocab}}))
put("spm_json", "rule.json", json.dumps({
    "normalizer": {"type": "Sequence", "normalizers": [
        {"type": "Precompiled",
         "precompiled_charsmap": base64.b64encode(rule(65, b"b a")).decode()},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, space]},
    "model": {"type": "Unigram", "unk_id": 1, "vocab": vocab}}))


# Corpora and journals.
put("txt", "lines.txt", "one\r\n\n two \u00e9\u4f60\nlast".encode())
put("txt", "mended.txt", b"\xef\xbb\xbfa\0b\n\xed\xa0\x80\xf4\x90\x80\x80\n\xe2\x82")
put("tsv", "all.tsv", b"id\tnote\ttext\tlabel\ttext2\r\n7\tn\ta\tsport\tA\n8\t\tb\t\xff\t\n")
put("tsv", "named.tsv", b"n\tsentence\n1\thello\n2\t\n")
put("ids", "ids.ids", b"0 101\t7 \r\n\n 2147483647\n5")
put("texts_csv", "quoted.csv", b'\xef\xbb\xbfid,label,text\r\n1,a,"Hello, ""world"""\r\n\r\n2,b,"two\nlines"\r\n')
put("texts_csv", "semicolons.csv", b'sentence;topic;"x\ny"\n"a;b";c;d\n')
put("texts_csv", "pairs.csv", b'pairID,premise,hypothesis,gold_label\n1,a,b,c\n2,\xff,"",\n')
put("texts_json", "lines.jsonl", b'{"id": 1, "text": "H\\u00e9llo", "label": true}\n\n'
    b'{"label": null, "text": "a\\u0000\\n", "id": "x", "z": {}}\n')
put("texts_json", "array.json", b'\n[{"premise": "a", "hypothesis": "b", "idx": 0.5},\n'
    b' {"premise": null, "hypothesis": "c", "idx": 2}]\n')
put("texts_json", "texts.json", b'["a", "b\\\\u0000"]')
put("texts_json", "squad.json", b'{"data": [{"paragraphs": [{"context": "a b", "qas": [{"id": "1", "question": "c", '
    b'"answers": [{"text": "b", "answer_start": 2}]}]}]}]}')
put("conll", "tabs.conll", b"# sent_id = a\n1-2\tdu\t_\n1\tde\tADP\n2\tle\tDET\n2.1\tx\t_\n\n# sent_id = b\n1\ta b\tX\n")
put("conll", "blanks.conll", b"-DOCSTART- -X- O\n\nEU B-ORG\r\nrejects  O\r\n\r\n\xff O")
put("columns", "plain.txt", b"text=text,id=id")
put("columns", "wrong.txt", b"label=category,txt=x")
put("journal", "units.journal", b"isogloss-journal 2\nplan 16\nmodel m\npool cls\nsize 4096 2\n"
    b"unit 0 32\nunit 2 32\nunit 1 8\n")
put("journal", "torn.journal", b"isogloss-journal 2\nplan 1\na\nsize 1 1\nunit 3 1\nuni")


# Tokenizers. In vocab.txt the empty line stands for every special token.
put("vocab", "plain.txt", "\na\nb\nab\n##b\nun\n##able\n\u4f60\n,\n\u03c3\n".encode())
put("vocab", "odd.txt", b"\xef\xbb\xbf\r\na\r\n\r\na\n\xff\xfe\n##\n#\n##b\n\xe4\xbd\nHouse\nx\0y\nb")
specials = [{"id": i, "content": c, "special": True} for i, c in enumerate(("[CLS]", "[SEP]"))]
bert = {"pre_tokenizer": {"type": "BertPreTokenizer"}, "added_tokens": specials,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 9,
                  "vocab": {"[UNK]": 2, "a": 3, "##b": 4, "un": 7, "##able": 9}}}
put("tokenizer_json", "bert.json", json.dumps({"normalizer": {
    "type": "BertNormalizer", "lowercase": True, "strip_accents": None, "clean_text": True,
    "handle_chinese_chars": True}, **bert}))
put("tokenizer_json", "bare.json", json.dumps({"normalizer": None, **bert}))
put("tokenizer_json", "unigram.json", json.dumps({
    "pre_tokenizer": space, "added_tokens": [
        {"id": 0, "special": True, "content": "<s>"}, {"id": 6, "special": True, "content": "</s>"}],
    "model": {"type": "Unigram", "unk_id": 1, "vocab": vocab}}))
put("wordpiece", "letters.txt", "Unable a\u0301b\u0323, \u039f\u0394\u039f\u03a3 \u4f60ab! \u0130".encode())
put("wordpiece", "bytes.bin", bytes(range(256)) + "\U0001f600\uac01\u200b\ufffd\u2028".encode())


# Word vectors: text, word2vec's binary, fastText's (two words, a label, five buckets).
put("vectors", "header.vec", "4 3\nthe 0.5 -1 2e-3 \nNew York 4 5 6\r\n\u00a0 7 8 9\n\u00c4 0 0 0\n".encode())
put("vectors", "odd.vec", b"9 2\na 1 2\nb 1\na 3 4\nz 0 -0\nc\xff 1 2\nd nan 1\n 1 2\nf 1 x\nA 5 6\n")
put("vectors", "bare.vec", b". . 0.25 1234567890123456789012\n1990 1 2\nx\t1e-40 16777217\n")
put("vectors", "lie.vec", b"999999999999999999 77777777\na 1 2\nb 3 4")
put("vectors", "word2vec.bin", b"3 2\n" + b"".join(
    w + b" " + struct.pack("<2f", i + 0.5, -i) + b"\n" for i, w in enumerate((b"a", b"\xc3\x84", b"a"))))
entries = b"".join(w + b"\0" + struct.pack("<qb", 9 - i, i == 2)
                   for i, w in enumerate((b"ab", b"</s>", b"__label__x")))
put("vectors", "fasttext.bin", struct.pack("<14id", 793712314, 12, 2, 5, 5, 1, 5, 1, 2, 2, 5, 2, 3, 100, 1e-4)
    + struct.pack("<3i2q", 3, 2, 1, 100, -1) + entries + struct.pack("<b2q", 0, 7, 2)
    + struct.pack("<14f", *range(14)))
put("dictionary", "pairs.txt", "the\tder\r\nand und\n\nof   von der\nNew York\tNeu York\t1.5\nthe der\n\u00c4 a".encode())
put("dictionary", "odd.txt", b"a b\nalone\na\tb\n\tb\nx \xff\n\0 c\nA B")
put("alignments", "links.txt", b"0-0 1-2\n\n2-1:0.25  3?0:-1e-3 \r\n10-11")
put("alignments", "wrong.txt", b"0-0\n1-2147483647")
put("row_pairs", "pairs.txt", b"0\t0\r\n\n11 6\n 3\t 4 \n3 4")
put("row_pairs", "wrong.txt", b"\xef\xbb\xbf1 2\n-1 99999999999999999999\n1\0 2\n")
put("lower", "sigma.txt", "\u0391\u03a3 \u03a3'\u0391\u03a3\u0301 \u0130\u1e9e ABC".encode())
put("lower", "bytes.bin", bytes(range(256)))

# Where a run stands.
run = {"isogloss_run": 1, "step": 20, "epoch": 2, "batch": 4, "best_step": 15, "best": 0.8125,
       "begun": "seed\t1\n", "series": {"loss": [0.5, 1e-300, None], "dev": [], "a": [3]}}
put("run", "whole.json", json.dumps(run))
put("run", "other.json", json.dumps(dict(run, begun="seed\t2\nlr\t1e-4\n")))
put("run", "nothing.json", json.dumps(dict(run, best=None, series={})))

# Names of arrays, a line each.
put("names", "orders.txt", "en/3\nlayer_3/de\n0/fr\nstates/sw/0\nemb_zh-Hant.layer_12\nrun1/it/L4\neng_Latn.7\n3\narr_0\n")
put("names", "unclear.txt", "de/en/3\nbert/klingon/0\nbert/fr/0\n\n/\n1/2\nen_1234567\nstates\n:no.de:")

# Tables of numbers and JSON lines.
put("number_table", "header.csv", 'id,text,x0,x1,n\ns1,"a, ""b""",0.5,-1e3,7\ns2,"c\nd",1,2,8\n')
put("number_table", "langs.tsv", "lang\tlayer\tembedding\nen\t0\t[1, 2.5]\nde\t0\t[3 4]\nen\t1\t[5,6]\n")
put("number_table", "pandas.csv", ",0,1,2\n0,0.5,1.5,2\n1,2.5,nan,3\n")
put("number_table", "savetxt.txt", "# hello\n1.0 2.0\n3.5 inf\n")
put("number_table", "semicolon.csv", "en;1;2;3\nde;4;5;6\n")
put("vector_lines", "one.jsonl", '{"id": "s1", "text": "a\\"]", "embedding": [0.5, -1e3]}\n\n{"id": "s2", "embedding": [1, 2], "text": "b"}\n')
put("vector_lines", "layers.jsonl", '{"id": 1, "layer_0": [1.5], "layer_1": [2.5], "x": {"a": [1]}, "lang": "en"}\n')
put("vector_lines", "zero.jsonl", b'{"a": [1.5]}\n{"a\0bcdefghijklmnopqrstuvwxyz": [1.5]}\n')
put("vector_lines", "langs.jsonl", '{"en": [1.5, 2], "de": [2.5, 1.25], "label": 3, "layer": 2}\n')
request = [("hidden_states", "F32", [3, 2, 2], cube("<f", "NLD", 2, 3, 2))]
put("vllm", "request.safetensors", safetensors(request + [("token_ids", "I64", [3], pack("<q", [5, 6, 7]))]))
put("vllm", "lengths.safetensors", safetensors(request + [("token_ids", "I64", [2], pack("<q", [5, 6]))]))
tokens = [("hidden_states", "F32", [2, 2, 3, 2], cube("<f", "LND", 2, 6, 2)),
          ("attention_mask", "I64", [2, 3], pack("<q", [1, 1, 0, 0, 1, 1]))]
put("safetensors", "tokens.safetensors", safetensors(tokens))
hooks = [("blocks.0.hook_resid_post", "F32", [1, 3, 2], matrix("<f", 3, 2)),
         ("blocks.0.attn.hook_q", "F32", [1, 3, 1, 2], matrix("<f", 3, 2))]
put("safetensors", "hooks.safetensors", safetensors(hooks))
put("names", "hooks.txt", "encoder.layer.0.output\nen/blocks.3.hook_resid_post\nblocks.0.hook_resid_pre\nhook_embed\nmodel.layers.7.output[0]\nln_f\n")
members = [("hidden_states", npy("<f4", False, (2, 2, 3, 2), cube("<f", "LND", 2, 6, 2))),
           ("attention_mask", npy("|b1", False, (2, 3), b"\1\1\0\0\1\1"))]
put("npz", "tokens.npz", npz(members, False))
put("npz", "tokens_deflated.npz", npz(members, True))
put("zarr", "two.zarray", '{"zarr_format": 2, "shape": [3, 2], "chunks": [3, 2], "dtype": "<f4", "compressor": null, "filters": null, "order": "C"}')
put("zarr", "edge.zarray", '{"shape": [2, 4], "chunks": [2, 3], "dtype": "<f4", "dimension_separator": "."}')
put("zarr", "three.json", '{"zarr_format": 3, "node_type": "array", "shape": [2, 3], "data_type": "float32", "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 3]}}, "chunk_key_encoding": {"name": "default", "configuration": {"separator": "."}}, "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}]}')
put("zarr", "group.json", '{"zarr_format": 3, "node_type": "group"}')
