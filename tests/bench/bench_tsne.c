/* Seconds and divergence of exact t-SNE of some unit rows of all languages of a layer, from their
 * principal components. Usage: bench_tsne STATES LAYER POINTS [ROWS.f64]; the rows are written for
 * tsne_peer.py. */
#include <math.h>

#include "analysis/stats/tsne.h"
#include "analysis/study/mingle/mingle_inside.h"
#include "analysis/study/mingle/mingle_points.h"
#include "lib/base/alloc.h"
#include "tests/bench/bench.h"

/* Bytes of neighbourhoods that each iteration reads, against a plain reading of as many. */
static double reading(int64_t n)
{
    float *p = NULL, sum = 0;
    double best = INFINITY;

    check(iso_alloc_scattered(&p, n * n, sizeof *p));
    for (int64_t i = 0; i < n * n; i++)
        p[i] = (float)i;
    for (int round = 0; round < 5; round++) {
        const double began = now();
#pragma omp parallel for reduction(+ : sum)
        for (int64_t i = 0; i < n * n; i += 16)
            sum += p[i];
        best = fmin(best, now() - began);
    }
    iso_free(p);
    return sum != 0 ? best : 0;
}

int main(int argc, char **argv)
{
    const char *path[] = {argc > 1 ? argv[1] : ""};
    iso_mingle_opt opt;
    iso_states *states = NULL;
    iso_points points = {0};

    if (argc < 4) {
        fprintf(stderr, "usage: bench_tsne STATES LAYER POINTS [ROWS.f64]\n");
        return 2;
    }
    iso_mingle_opt_init(&opt, sizeof opt);
    opt.select.layers = argv[2];
    opt.points = atoi(argv[3]);
    check(iso_states_open(&states, path, 1, NULL));
    opt.way = ISO_WAY_PCA;
    const double before = now();
    check(iso_mingle_points(&points, states, &opt, NULL));
    const double pca = now() - before;
    const int64_t n = points.rows;
    iso_points_free(&points);
    opt.way = ISO_WAY_TSNE;
    const double began = now();
    check(iso_mingle_points(&points, states, &opt, NULL));
    const double seconds = now() - began - pca;
    printf("t-SNE of %lld points: %.2f s, KL %.4f; 1000 readings of its neighbourhoods %.2f s\n",
           (long long)n, seconds, points.panel[0].kl, 1000 * reading(n));
    if (argc > 4) {
        FILE *out = fopen(argv[4], "wb");
        iso_mat x = {0};
        check(iso_mingle_points_rows(&x, states, &opt, NULL));
        const int64_t shape[2] = {x.rows, x.cols};
        if (!out || fwrite(shape, sizeof shape, 1, out) != 1 ||
            fwrite(x.data, sizeof(double), (size_t)(x.rows * x.cols), out) !=
                (size_t)(x.rows * x.cols) ||
            fclose(out))
            return 1;
        iso_mat_free(&x);
    }
    iso_points_free(&points);
    iso_states_close(states);
    return 0;
}
