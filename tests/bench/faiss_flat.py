"""faiss IndexFlatIP, both directions: faiss_flat.py FILE N M D K. FILE is what bench_retrieval saved."""
import resource
import sys
import time

import faiss
import numpy as np

name, (n, m, d, k) = sys.argv[1], map(int, sys.argv[2:6])
both = np.fromfile(name, dtype=np.float32).reshape(n + m, d)
faiss.normalize_L2(both)
x, y = both[:n], both[n:]


def search(queries, base):
    index = faiss.IndexFlatIP(d)
    index.add(base)
    used, start = time.process_time(), time.perf_counter()
    index.search(queries, k)
    return time.perf_counter() - start, time.process_time() - used


times = [search(x, y), search(y, x)]
seconds, cpu = (sum(t[i] for t in times) for i in range(2))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"what=faiss seconds={seconds:.4f} cpu={cpu:.2f} mb_peak={peak}", flush=True)
