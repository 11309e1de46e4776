"""scikit-learn's exact t-SNE of the rows that bench_tsne wrote: seconds, and the divergence it ends at.
Usage: tsne_peer.py ROWS.f64"""
import sys
import time

import numpy as np
import sklearn
from sklearn.manifold import TSNE

with open(sys.argv[1], 'rb') as f:
    n, d = np.frombuffer(f.read(16), '<i8')
    x = np.frombuffer(f.read(), '<f8').reshape(n, d)
began = time.monotonic()
model = TSNE(method='exact', init='pca', perplexity=30, max_iter=1000, random_state=0).fit(x)
print(f'scikit-learn {sklearn.__version__}, {n} points: {time.monotonic() - began:.2f} s, KL {model.kl_divergence_:.4f}')
