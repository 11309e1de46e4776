"""torch matmul and topk, both directions, in blocks of rows: torch_topk.py FILE N M D K. FILE is what bench_retrieval saved."""
import sys
import time

import numpy as np
import torch

BLOCK = 4096
name, (n, m, d, k) = sys.argv[1], map(int, sys.argv[2:6])
both = torch.nn.functional.normalize(torch.from_numpy(np.fromfile(name, dtype=np.float32).reshape(n + m, d)))
x, y = both[:n], both[n:]


def search(queries, base):
    start = time.perf_counter()
    for i in range(0, len(queries), BLOCK):
        torch.topk(queries[i:i + BLOCK] @ base.T, k, dim=1)
    return time.perf_counter() - start


print(f"what=torch seconds={search(x, y) + search(y, x):.4f}", flush=True)
