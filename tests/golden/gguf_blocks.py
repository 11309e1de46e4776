#!/usr/bin/env python3
"""gguf_blocks.py OUT.gguf: a tensor of each type of blocks, random bytes, and beside it ("X.f32") the
numbers that the Python package gguf (0.19) makes of it. Needs gguf and numpy."""
import sys
import numpy as np
import gguf
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType as T

SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82],
          "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
rng = np.random.default_rng(7)
out = gguf.GGUFWriter(sys.argv[1], "blocks")
for name, places in SCALES.items():
    kind = T[name]
    numbers, size = GGML_QUANT_SIZES[kind]
    rows, blocks = 3, 512 // numbers
    packed = rng.integers(0, 256, (rows, blocks, size), dtype=np.uint8)
    for at in places:  # scales of every size that f16 has, subnormal ones too
        scale = (rng.standard_normal((rows, blocks)) * 2.0 ** rng.integers(-20, 4, (rows, blocks))).astype("<f2")
        packed[:, :, at:at + 2] = scale[..., None].view(np.uint8)
    packed = packed.reshape(rows, blocks * size)
    out.add_tensor(name, packed, raw_dtype=kind)
    out.add_tensor(name + ".f32", gguf.quants.dequantize(packed, kind).astype("<f4"))
out.write_header_to_file()
out.write_kv_data_to_file()
out.write_tensors_to_file()
out.close()
