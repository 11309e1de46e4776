/* OpenBLAS's kernels: the choice as a pure function, telling them, and the first call of a process
 * made by many threads. (What other processes see is in told.sh.) */
#include "tests/check.h"

#include <pthread.h>

#include "lib/base/rng.h"
#include "lib/base/run.h"
#include "lib/linalg/blas.h"
#include "lib/linalg/blas_kernels.h"
#include "lib/linalg/decomp.h"

#define HAS(cpu) .native = (cpu), .level = (cpu)
static const struct iso_kernels_cpu old = {HAS(ISO_CPU_PLAIN)},
                                    avx2 = {HAS(ISO_CPU_AVX2), .avx = true},
                                    zen = {HAS(ISO_CPU_AVX2), .avx = true, .amd = true},
                                    bulldozer = {HAS(ISO_CPU_PLAIN), .avx = true, .fma4 = true,
                                                 .amd = true},
                                    avx512 = {HAS(ISO_CPU_AVX512), .avx = true},
                                    zen4 = {HAS(ISO_CPU_AVX512), .avx = true, .amd = true};

static void chosen(const char *want, const char *has, bool asked, const struct iso_kernels_cpu *cpu)
{
    const char *name = iso_kernels_choose(has, asked, cpu);

    text(name ? name : "(left)", want);
}

static void a_wrong_guess_is_corrected(void **state)
{
    (void)state;
    chosen("SkylakeX", "Haswell", false, &avx512);
    chosen("SkylakeX", "Prescott", false, &avx512);
    chosen("SkylakeX", "Zen", false, &zen4);
    chosen("Haswell", "Sandybridge", false, &avx2);
    chosen("Zen", "Barcelona", false, &zen);
    chosen("Zen", "Excavator", false, &zen); /* no FMA4 any more */
}

static void a_right_guess_stays(void **state)
{
    (void)state;
    chosen("(left)", "SkylakeX", false, &avx512);
    chosen("(left)", "Cooperlake", false, &avx512);
    chosen("(left)", "Cooperlake", false, &zen4);
    chosen("(left)", "Haswell", false, &zen); /* equally wide */
    chosen("(left)", "Zen", false, &avx2);
    chosen("(left)", "Nehalem", false, &old);
    chosen("(left)", "Piledriver", false, &bulldozer);
}

static void what_is_newer_than_we_are_stays(void **state)
{
    struct iso_kernels_cpu limited = avx512;

    (void)state;
    chosen("(left)", "Zen9", false, &avx512);
    chosen("(left)", "neoversen1", false, &(struct iso_kernels_cpu){0});
    limited.level = ISO_CPU_AVX2; /* of which nobody knows how wide it is */
    chosen("Haswell", "Zen9", false, &limited);
}

static void what_was_asked_for_stays_if_it_runs(void **state)
{
    (void)state;
    chosen("(left)", "Prescott", true, &avx512);
    chosen("(left)", "Haswell", true, &zen4);
    chosen("Haswell", "SkylakeX", true, &avx2);
    chosen("Zen", "Cooperlake", true, &zen);
    chosen("Prescott", "Haswell", true, &old);
    chosen("SkylakeX", "Bulldozer", true, &avx512);
    chosen("SkylakeX", "Opteron", true, &zen4);
    chosen("Prescott", "Sandybridge", true, &old);
    chosen("(left)", "Sandybridge", true, &avx2);
}

static void a_limit_holds_for_openblas_too(void **state)
{
    struct iso_kernels_cpu cpu = zen4;

    (void)state;
    cpu.level = ISO_CPU_AVX2;
    chosen("Zen", "SkylakeX", false, &cpu);
    chosen("(left)", "Haswell", false, &cpu);
    chosen("(left)", "SkylakeX", true, &cpu); /* said for OpenBLAS alone */
    cpu.level = ISO_CPU_PLAIN;
    chosen("Prescott", "Haswell", false, &cpu);
    chosen("(left)", "Nehalem", false, &cpu);
}

/* Whatever this CPU is, what is chosen for it runs. */
static void what_is_chosen_runs(void **state)
{
    static const char *const names[] = {"Prescott", "Opteron", "Sandybridge", "Bulldozer",
                                        "Haswell",  "Zen",     "SkylakeX",    "Zen9"};
    const struct iso_kernels_cpu cpu = iso_kernels_cpu();

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (int asked = 0; asked < 2; asked++) {
            const char *name = iso_kernels_choose(names[i], asked, &cpu);
            assert_true(iso_kernels_run(name ? name : names[i], &cpu));
        }
    }
    assert_true(iso_kernels_run(iso_blas_corename(), &cpu));
    assert_non_null(strstr(iso_blas_kernels(), iso_blas_corename()));
}

/* --- A symmetric matrix, large enough for all threads, and its eigenvalues --- */

enum { N = 200, CALLERS = 6 };

static double matrix[N * N];

static void draw(void)
{
    iso_rng rng = iso_rng_seeded(5, 0);

    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++)
            matrix[i * N + j] = matrix[j * N + i] = iso_rng_normal(&rng);
}

struct caller {
    pthread_t thread;
    pthread_barrier_t *start;
    double values[N], vectors[N * N];
    iso_err err;
};

static void *first_call(void *payload)
{
    struct caller *c = payload;
    iso_mat vectors = {.data = c->vectors, .rows = N, .cols = N, .stride = N, .dtype = ISO_F64};

    pthread_barrier_wait(c->start);
    c->err = iso_eigen(c->values, &vectors, iso_view_f64(matrix, N, N));
    return NULL;
}

/* A v = λ v for each, which is what eigenvectors are. (First of all tests: the first call of the
 * process.) */
static void the_first_call_comes_from_many(void **state)
{
    static struct caller c[CALLERS];
    pthread_barrier_t start;

    (void)state;
    draw();
    pthread_barrier_init(&start, NULL, CALLERS);
    for (int i = 0; i < CALLERS; i++) {
        c[i].start = &start;
        assert_int_equal(pthread_create(&c[i].thread, NULL, first_call, &c[i]), 0);
    }
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_join(c[i].thread, NULL), 0);
    for (int i = 0; i < CALLERS; i++) {
        assert_int_equal(c[i].err, ISO_OK);
        for (int v = 0; v < N; v += 11) {
            for (int row = 0; row < N; row++) {
                double sum = 0;
                for (int k = 0; k < N; k++)
                    sum += matrix[row * N + k] * c[i].vectors[v * N + k];
                near(sum, c[i].values[v] * c[i].vectors[v * N + row], 1e-10);
            }
        }
    }
    pthread_barrier_destroy(&start);
}

static char *variable_before;

static void telling_changes_kernels_alone(void **state)
{
    const struct iso_kernels_cpu cpu = iso_kernels_cpu();
    char **list = environ;
    double before[N], after[N];
    char had[32];

    (void)state;
    draw();
    if (iso_blas_threads() > 0 && strstr(iso_blas_config(), "DYNAMIC_ARCH") == NULL)
        skip();
    snprintf(had, sizeof had, "%s", iso_blas_corename());
    ok(iso_eigen(before, NULL, iso_view_f64(matrix, N, N)));
    const char *other = strcmp(had, "Prescott") == 0 ? "Nehalem" : "Prescott";
    if (!iso_kernels_tell(other))
        skip(); /* not an x86 */
    text(iso_blas_corename(), other);
    ok(iso_eigen(after, NULL, iso_view_f64(matrix, N, N)));
    for (int i = 0; i < N; i++)
        near(after[i], before[i], 1e-11);
    assert_false(iso_kernels_tell("Nonsense"));
    assert_true(iso_kernels_tell(had));
    text(iso_blas_corename(), had);
    assert_ptr_equal(environ, list);
    const char *variable = getenv("OPENBLAS_CORETYPE");
    assert_true(variable_before ? variable && strcmp(variable, variable_before) == 0 : !variable);
    assert_true(iso_kernels_run(had, &cpu));
}

/* What a program does that limits itself. */
static void a_limit_is_told_and_lifted(void **state)
{
    const iso_cpu before = iso_cpu_limit(ISO_CPU_PLAIN);
    char had[32];

    (void)state;
    snprintf(had, sizeof had, "%s", iso_blas_corename());
    iso_blas_choose();
    const struct iso_kernels_cpu cpu = iso_kernels_cpu();
    const char *left = iso_kernels_choose(iso_blas_corename(), variable_before != NULL, &cpu);
    assert_true(!left || !strstr(iso_blas_config(), "DYNAMIC_ARCH") || iso_kernels_remark());
    iso_cpu_limit(before);
    iso_blas_choose();
    assert_non_null(strstr(iso_blas_kernels(), iso_blas_corename()));
}

/* --- Threads --- */

struct heard {
    int count;
    char last[200];
};

static void hear(void *payload, const char *said)
{
    struct heard *h = payload;

    h->count++;
    snprintf(h->last, sizeof h->last, "%s", said);
}

static void threads_are_as_they_were(void **state)
{
    struct heard h = {0};
    const iso_run many = {.threads = iso_cpu_cores() + 3, .note = hear, .payload = &h},
                  one = {.threads = 1};
    const iso_threads host = iso_blas_enter(&(iso_run){.threads = 2});

    (void)state;
    const iso_threads two = iso_blas_enter(&many);
    assert_true(two.blas == 2 && two.loops == 2);
    const iso_threads before_many = iso_blas_enter(&one);
    assert_true(before_many.loops == many.threads && before_many.blas > 0);
    assert_int_equal(iso_blas_threads(), 1);
    iso_blas_leave(before_many);
    iso_blas_leave(two);
    for (int i = 0; i < 2; i++)
        iso_blas_leave(iso_blas_enter(&many)); /* said once */
    assert_true(h.count <= 1 + (iso_kernels_remark() != NULL));
    assert_true(h.count >= 1);
    const iso_threads again = iso_blas_enter(NULL);
    assert_true(again.blas == 2 && again.loops == 2);
    iso_blas_leave(again);
    iso_blas_leave(host);
}

int main(void)
{
    variable_before = getenv("OPENBLAS_CORETYPE");
    RUN_TESTS(test(the_first_call_comes_from_many), test(a_wrong_guess_is_corrected),
              test(a_right_guess_stays), test(what_is_newer_than_we_are_stays),
              test(what_was_asked_for_stays_if_it_runs), test(a_limit_holds_for_openblas_too),
              test(what_is_chosen_runs), test(telling_changes_kernels_alone),
              test(a_limit_is_told_and_lifted), test(threads_are_as_they_were));
}
