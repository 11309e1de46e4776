#!/usr/bin/python3
"""CKA as a careful loop has it: matrices centred and X'X, Y'Y formed once a layer, X'Y once a pair; no
interval. Usage: cached_cka.py torch|numpy [N [D [LAYERS [PASSES]]]]. Prints each pass, and the best
product's rate."""
import sys, time

library = sys.argv[1]
n, d, layers, passes = [int(a) for a in sys.argv[2:6]] + [10000, 768, 13, 3][len(sys.argv) - 2:]

if library == 'torch':
    import torch
    torch.manual_seed(1)
    make, norm = torch.rand, lambda a: torch.linalg.norm(a).item()
else:
    import numpy as np
    rng = np.random.default_rng(1)
    make, norm = lambda *shape: rng.random(shape, dtype=np.float32), np.linalg.norm


def cached(xs, ys):
    cx, cy = [x - x.mean(0) for x in xs], [y - y.mean(0) for y in ys]
    sx, sy = ([norm(a.T @ a) for a in c] for c in (cx, cy))
    return [[norm(x.T @ y) ** 2 / a / b for y, b in zip(cy, sy)] for x, a in zip(cx, sx)]


def best_rate():
    best = 0
    for m, k in ((2048, 2048), (3072, 3072), (768, 10000)):
        a, b = make(k, m), make(k, m)
        for _ in range(4):
            start = time.monotonic()
            a.T @ b
            best = max(best, 2e-9 * m * m * k / (time.monotonic() - start))
    return best


xs, ys = ([make(n, d) for _ in range(layers)] for _ in range(2))
for i in range(passes):
    start = time.monotonic()
    value = cached(xs, ys)[0][0]
    print(f'{library}={time.monotonic() - start:.3f} value={value:.6f}', flush=True)
print(f'sgemm={best_rate():.1f}')
