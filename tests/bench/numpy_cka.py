#!/usr/bin/python3
"""The loop people write: for each of 169 pairs centre, form X'Y, X'X, Y'Y. --cached forms X'X and Y'Y once a layer."""
import sys, time
import numpy as np

n, d, layers = 10000, 768, 13
rng = np.random.default_rng(1)
xs, ys = ([rng.random((n, d), dtype=np.float32) for _ in range(layers)] for _ in range(2))


def centred(x):
    return x - x.mean(0)


def loop():
    out = np.zeros((layers, layers))
    for i, x0 in enumerate(xs):
        for j, y0 in enumerate(ys):
            x, y = centred(x0), centred(y0)
            out[i, j] = np.linalg.norm(x.T @ y) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
    return out


def cached():
    cx, cy = [centred(x) for x in xs], [centred(y) for y in ys]
    sx, sy = ([np.linalg.norm(a.T @ a) for a in c] for c in (cx, cy))
    return np.array([[np.linalg.norm(x.T @ y) ** 2 / a / b for y, b in zip(cy, sy)] for x, a in zip(cx, sx)])


run = cached if '--cached' in sys.argv else loop
for _ in range(2):
    start = time.monotonic()
    value = run()[0, 0]
    print(f'seconds={time.monotonic() - start:.3f} value={value:.6f}', flush=True)
