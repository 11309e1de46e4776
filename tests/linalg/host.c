/* A process that is not of Isogloss, and loads its library at some moment of its life.
 *
 *     host LIBISOGLOSS idle   OpenBLAS was used before, and nobody uses it now
 *     host LIBISOGLOSS busy   threads multiply by OpenBLAS all the time
 *     host LIBISOGLOSS other  there are threads, but OpenBLAS comes with the library
 *
 * Prints OpenBLAS's kernels before and after, and the products that came out wrong. */
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 300, THREADS = 2, ROUNDS = 20 };

typedef void dgemm(int order, int ta, int tb, int m, int n, int k, double alpha, const double *a,
                   int lda, const double *b, int ldb, double beta, double *c, int ldc);
static dgemm *multiply;
static double a[N * N], want[N * N];
static atomic_bool stop;
static atomic_int rounds, wrong;

static void *symbol(void *library, const char *name)
{
    void *found = library ? dlsym(library, name) : NULL;

    if (!found) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return found;
}

static void once(void)
{
    enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };
    static _Thread_local double c[N * N];
    int bad = 0;

    multiply(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, N, N, N, 1, a, N, a, N, 0, c, N);
    for (int i = 0; i < N * N; i++)
        bad += !(fabs(c[i] - want[i]) < 1e-9);
    atomic_fetch_add(&wrong, bad);
    atomic_fetch_add(&rounds, 1);
}

static void *work(void *payload)
{
    (void)payload;
    while (!atomic_load(&stop)) {
        if (multiply)
            once();
        else
            usleep(1000);
    }
    return NULL;
}

static const char *core(void *library)
{
    char *(*name)(void);

    *(void **)&name = symbol(library, "openblas_get_corename");
    return name();
}

int main(int argc, char **argv)
{
    const char *mode = argc == 3 ? argv[2] : "";
    const int threads = strcmp(mode, "idle") == 0 ? 0 : THREADS;
    pthread_t thread[THREADS];
    void *blas = NULL;

    for (int i = 0; i < N * N; i++)
        a[i] = (double)rand() / RAND_MAX;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            for (int k = 0; k < N; k++)
                want[i * N + j] += a[i * N + k] * a[j * N + k];
    if (strcmp(mode, "other") != 0) {
        blas = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_GLOBAL);
        *(void **)&multiply = symbol(blas, "cblas_dgemm");
        once();
        printf("%s\n", core(blas));
    }
    for (int i = 0; i < threads; i++)
        pthread_create(&thread[i], NULL, work, NULL);
    while (multiply && atomic_load(&rounds) < threads * ROUNDS)
        usleep(1000);
    void *library = dlopen(argv[1], RTLD_NOW);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    const int by_then = atomic_load(&rounds);
    if (multiply)
        once();
    while (multiply && atomic_load(&rounds) < by_then + threads * ROUNDS)
        usleep(1000);
    atomic_store(&stop, true);
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    printf("%s\n%d wrong\n", core(blas ? blas : library), atomic_load(&wrong));
    return 0;
}
