#!/usr/bin/env python3
"""Writes seeds/torch with torch itself (2.15 wrote those that are committed): PYTHON make_torch_seeds.py

Item i, dimension j, layer l holds 100*l + 10*i + j, as in make_seeds.py. The last files are pickles
that ask for more than tensors; none of them was ever run."""

import collections
import io
import os
import pickle
import zipfile

import torch

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds", "torch")
os.makedirs(here, exist_ok=True)


def path(name):
    return os.path.join(here, name)


def save(name, value, **how):
    torch.save(value, path(name), **how)
    assert os.path.getsize(path(name)) < 8192, name


def layer(l, rows=3):
    return torch.tensor([[100.0 * l + 10 * i + j for j in range(4)] for i in range(rows)])


two = [layer(0), layer(1)]
cube = torch.stack(two)
save("one.pt", layer(0))
save("list.pt", two)
save("cube.pt", cube)
every = {
    "model": "m15",
    "pooling": "mean",
    "en": two,
    "de": tuple(x.half() for x in two),
    "fr": collections.OrderedDict((str(l), two[l].bfloat16()) for l in range(2)),
    "sw": {l: torch.nn.Parameter(two[l].double()) for l in range(2)},
}
save("every.pt", every)
save("every5.pt", every, pickle_protocol=5)
save("legacy.pt", every, _use_new_zipfile_serialization=False)
save("legacy4.pt", every, _use_new_zipfile_serialization=False, pickle_protocol=4)

wide = torch.full((3, 9), -1.0)  # one storage, of which rows are parts
wide[:, 2:6] = layer(0)
long = torch.full((2, 7, 4), -1.0)
long[:, 4:7] = cube
lists = collections.defaultdict(list)
lists["en"] = [wide[:, 2:6], layer(1).t().contiguous().t()]  # columns side by side
lists["de"] = list(long[:, 4:7])
lists["fr"] = [torch.stack([layer(0), -layer(0)], 2)[:, :, 0], layer(1)]  # every second number
save("views.pt", lists)
save("views_legacy.pt", lists, _use_new_zipfile_serialization=False)
save("cube_view.pt", torch.stack(two, 1).permute(1, 0, 2))
save("beside.pt", {"en": two[0], "mask": torch.ones(3, 4, dtype=torch.bool), "ids": torch.arange(3),
                   "config": {"size": torch.Size([3, 4]), "type": torch.float32, 0.5: None,
                              "device": torch.device("cpu"), "big": 2**70, "texts": ["a", "b"]}})

save("model.pt", collections.OrderedDict(**{"q.weight": torch.tensor([[1.0, 2.0]]), "view": layer(0).t()}))
save("adapter.pt", {"base_model.model.q.lora_A.weight": torch.tensor([[3.0, 5.0]]),
                    "base_model.model.q.lora_B.weight": torch.tensor([[7.0]])})
batch = torch.full((2, 3, 4, 4), -1.0)  # layers, sentences, tokens, of which three are no padding
batch[:, 0, 0], batch[:, 0, 2], batch[:, 2, 3] = cube[:, 0], cube[:, 1], cube[:, 2]
mask = torch.tensor([[1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]])
out = {"hidden_states": tuple(batch), "attention_mask": mask}
save("tokens.pt", out)
save("tokens_beside.pt", dict(out, last_hidden_state=batch[1], pooler_output=batch[1, :, 0]))
save("tokens_langs.pt", {"en": {"states": batch, "attention_mask": mask.bool()},
                         "de": {"states": batch.half().transpose(0, 1).contiguous(),
                                "attention_mask": mask.float()},
                         "fr": {"states": batch.permute(1, 2, 0, 3).contiguous(), "attention_mask": mask}})
save("tokens_views.pt", {"hidden_states": [torch.nn.functional.pad(x, (0, 3, 0, 2))[:, :4, :4] for x in batch],
                         "attention_mask": mask})
save("tokens_one.pt", [x[None] for x in two])
save("tokens_open.pt", tuple(batch))
save("tokens_long.pt", {"hidden_states": tuple(torch.ones(3, 5, 4) for _ in range(2)), "attention_mask": mask})
save("sentences.pt", [cube[:, :2], cube[:, 2:]])
save("sentences_behind.pt", {"en": [cube[:, :2].transpose(0, 1), cube[:, 2:].transpose(0, 1)]})
save("sentences_flat.pt", [layer(0, 4)[:1], layer(0, 4)[1:3], layer(0, 4)[3:]])
save("sentences_mixed.pt", {"en": [layer(0, 2), layer(0, 4)[2:3], layer(0, 4)[3:]],
                            "de": [layer(0, 2), layer(0, 4)[2:]], "fr": [layer(0, 4)]})
save("single_rows.pt", {"en": list(layer(0).split(1)), "de": list(layer(0).split(1))})
save("single_rows_many.pt", {"en": torch.zeros(50, 2).split(1)})
save("mask_short.pt", {"h": batch[1], "attention_mask": mask[:2]})
save("mask_deep.pt", {"h": batch[1], "attention_mask": mask[:, None, None]})
save("mask_half.pt", {"h": batch[1], "attention_mask": mask / 2})
save("layers_differ.pt", {"en": [layer(0), layer(1)[:, :3].clone()]})
save("hooks_differ.pt", {f"layers.{l}.output": torch.ones(1, 2 + l, 4) for l in range(2)})
save("items.pt", [cube[:, i].clone() for i in range(3)])
save("vectors.pt", [torch.arange(4.0) + i for i in range(3)])
save("ints.pt", torch.arange(12).reshape(3, 4))
save("small.pt", {"en": layer(0).to(torch.float8_e4m3fn), "de": layer(0).to(torch.uint16)})
save("expanded.pt", torch.arange(4.0).expand(3, 4))
save("negated.pt", {"en": torch._neg_view(layer(0))})  # as (x + 1j).conj().imag is
save("two_dims.pt", {"en": layer(0), "de": layer(0)[:, :3].contiguous()})
with open(path("two_objects.pt"), "wb") as f:
    for x in two:
        torch.save(x, f, _use_new_zipfile_serialization=False)
torch.serialization.set_crc32_options(False)
save("without_sums.pt", two)
torch.serialization.set_crc32_options(True)


def repack(name, source, **change):
    """The archive once more, members changed, by zipfile: stored, with checksums."""
    with zipfile.ZipFile(path(source)) as old, zipfile.ZipFile(path(name), "w") as new:
        for member in old.namelist():
            part = member.split("/", 1)[1]
            key = part.replace("data.pkl", "pickle").replace("/", "_")
            if change.get(key, b"") is not None:
                info = zipfile.ZipInfo(member, (2024, 1, 1, 0, 0, 0))
                info.compress_type = change.get("how", zipfile.ZIP_STORED)
                new.writestr(info, change.get(key, old.read(member)))


repack("big.pt", "one.pt", byteorder=b"big")
repack("short.pt", "one.pt", data_0=bytes(44))
repack("missing.pt", "one.pt", data_0=None)
repack("packed.pt", "one.pt", how=zipfile.ZIP_DEFLATED)


class Asks:
    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


def pickled(value, protocol=2):
    out = io.BytesIO()
    pickle.Pickler(out, protocol).dump(value)
    return out.getvalue()


for name, protocol in ("system.pt", 2), ("system4.pt", 4):
    repack(name, "one.pt", pickle=pickled({"en": Asks(os.system, "echo run > /tmp/was-run")}, protocol))
repack("eval.pt", "one.pt", pickle=pickled(Asks(eval, "print('run')")))
repack("class.pt", "one.pt", pickle=b"\x80\x02ctransformers.modeling_outputs\nBaseModelOutput\nq\x00)\x81q\x01.")
repack("inst.pt", "one.pt", pickle=b"\x80\x02(ios\nsystem\n.")
repack("persistent.pt", "one.pt", pickle=b"\x80\x02X\x01\0\0\0xQ.")
repack("call.pt", "one.pt", pickle=b"\x80\x02]X\x01\0\0\0x\x85R.")
repack("itself.pt", "one.pt", pickle=b"\x80\x02]q\x00h\x00a.")
repack("bomb.pt", "one.pt", pickle=b"\x80\x02]q\0" + b"".join(
    b"]" + b"q" + bytes([i + 1]) + b"(" + b"h" * 0 + (b"h" + bytes([i])) * 40 + b"e" for i in range(14))
    + b"".join(b"\x86" for i in range(14)) + b".")
