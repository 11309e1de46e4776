#!/usr/bin/python3
"""Makes the expected numbers of tests/golden with numpy alone (1.24.2), in double, by the n x n definitions.

    make_golden.py        checks kornblith_{X,Y}.csv against their seed and writes mini_expected.tsv from mini.h5
"""
import itertools, os
import h5py
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
np.random.seed(1337)
X = np.random.randn(100, 10)
Y = np.random.randn(100, 10) + X
for name, want in (('X', X), ('Y', Y)):
    have = np.loadtxt(f'{here}/kornblith_{name}.csv', delimiter=',')
    assert np.array_equal(have, want), name


def u_centred(x):
    k = x @ x.T
    n = len(k)
    np.fill_diagonal(k, 0)
    r = k.sum(0)
    k = k - r[:, None] / (n - 2) - r[None] / (n - 2) + r.sum() / ((n - 1) * (n - 2))
    np.fill_diagonal(k, 0)
    return k


def centred(x):
    x = x - x.mean(0)
    return x @ x.T


def cka(x, y, f):
    k, l = f(x), f(y)
    return (k * l).sum() / np.sqrt((k * k).sum() * (l * l).sum())


def cosine(x, y):
    return ((x * y).sum(1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1)).mean()


def spread(x):
    return ((x - x.mean(0)) ** 2).sum() / (len(x) - 1)


with h5py.File(f'{here}/mini.h5') as f, open(f'{here}/mini_expected.tsv', 'w') as out:
    print('measure', 'estimator', 'src', 'tgt', 'layer', 'value', sep='\t', file=out)
    for layer in range(5):
        s = {lang: f[f'states/{lang}/{layer}'][()].astype(np.float64) for lang in ('en', 'de', 'hi')}
        c = np.mean([x.mean(0) for x in s.values()], 0)
        for a, b in itertools.combinations(s, 2):
            x, y = s[a], s[b]
            ma, mb = x.mean(0), y.mean(0)
            d = np.linalg.norm(ma - mb)
            cos = lambda u, v: 1 - u @ v / np.linalg.norm(u) / np.linalg.norm(v)
            for measure, estimator, value in (
                    ('cka', 'debiased', cka(x, y, u_centred)), ('cka', 'biased', cka(x, y, centred)),
                    ('cosine', 'raw', cosine(x, y)), ('cosine', 'centred', cosine(x - ma, y - mb)),
                    ('centroid', 'euclidean', d), ('centroid', 'relative', d / np.sqrt((spread(x) + spread(y)) / 2)),
                    ('centroid', 'cosine', cos(ma, mb)), ('centroid', 'cosine-centred', cos(ma - c, mb - c)),
                    ('centroid', 'share', d * d / ((x - y) ** 2).sum(1).mean())):
                print(measure, estimator, a, b, layer, repr(float(value)), sep='\t', file=out)
