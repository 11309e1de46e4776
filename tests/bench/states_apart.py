"""How far two files of states are apart: states_apart.py OURS.h5 PEER.npz. The largest relative error of a layer."""
import sys

import h5py
import numpy as np

ours, peer = h5py.File(sys.argv[1]), np.load(sys.argv[2])
worst = 0
for name in peer.files:
    lang, layer = name.rsplit("_", 1)
    y = peer[name]
    worst = max(worst, np.linalg.norm(ours[f"states/{lang}/{layer}"][:] - y) / np.linalg.norm(y))
print(f"states of {len(peer.files)} layers and languages: largest relative error {worst:.2e}")
