/* Gradients of two checkpoints against PyTorch's: tests/golden/make_gradients.py. */
#include "tests/check.h"

#include "lib/nn/arch.h"
#include "lib/nn/pooling_back.h"
#include "lib/nn/tape.h"

enum { B = 4, TOKENS = 39, SUMS = 4, MOST = 256 };
static const int64_t offsets[] = {0, 7, 8, 27, 39};

/* One line of the file. */
struct expected {
    char name[128];
    double norm, entries[3], sums[SUMS];
};

static struct expected expected[MOST];

static int read_expected(const char *model)
{
    FILE *f = fopen(source_path("tests/golden/gradients.tsv"), "r");
    char line[1024], of[64];
    int count = 0;

    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        struct expected e;
        if (sscanf(line, "%63s %127s %lf %lf %lf %lf %lf %lf %lf %lf", of, e.name, &e.norm,
                   &e.entries[0], &e.entries[1], &e.entries[2], &e.sums[0], &e.sums[1], &e.sums[2],
                   &e.sums[3]) == 10 &&
            strcmp(of, model) == 0) {
            assert_true(count < MOST);
            expected[count++] = e;
        }
    }
    fclose(f);
    return count;
}

static float weight(int64_t row, int64_t col)
{
    return (float)((row * 7 + col * 5) % 11 - 5) / 4 + (float)(row + 1) / 8;
}

static double sign(int64_t i, int k)
{
    uint32_t h = (uint32_t)i * 2654435761u + (uint32_t)k * 40503u + 1;

    h ^= h >> 15;
    h *= 2246822519u;
    return h >> 31 ? -1 : 1;
}

/* The loss of make_gradients.py, forward and back. */
static void step(iso_trained *e)
{
    const int64_t C = e->config.C;
    int64_t first[2 * B + 1], index[TOKENS + B];
    int32_t ids[TOKENS];
    iso_tape *tape;
    iso_mat x, d, by;

    for (int64_t t = 0; t < TOKENS; t++) {
        ids[t] = (int32_t)(5 + (t * t * 31 + 7 * t) % (e->config.V - 5));
        index[t] = t;
    }
    for (int b = 0; b <= B; b++) {
        first[b] = offsets[b];
        first[B + b] = TOKENS + b;
    }
    for (int b = 0; b < B; b++)
        index[TOKENS + b] = offsets[b];
    const iso_batch batch = {.B = B, .offsets = offsets, .ids = ids};
    ok(iso_tape_new(&tape, NULL));
    ok(iso_mat_new(&x, TOKENS, C, ISO_F32));
    ok(iso_mat_new(&d, TOKENS, C, ISO_F32));
    ok(iso_mat_new(&by, 2 * B, C, ISO_F32));
    for (int64_t i = 0; i < 2 * B * C; i++)
        ((float *)by.data)[i] = weight(i / C, i % C);
    ok(iso_tape_embed(tape, &x, e, &batch, NULL));
    ok(iso_tape_layers(tape, &x, e, &batch, 0, e->config.L, NULL));
    ok(iso_pool_lists_back(&d, iso_mat_view(&by), first, index, ISO_POOL_MEAN));
    while (iso_tape_depth(tape) > 0)
        ok(iso_tape_back(tape, &d));
    iso_tape_free(tape);
    iso_mat_free(&x);
    iso_mat_free(&d);
    iso_mat_free(&by);
}

/* Number i of a tensor's gradient. */
static double grad_at(const iso_tensor *t, int64_t i)
{
    if (t->grad)
        return (double)t->grad[i];
    for (int64_t r = 0; r < t->touched->count; r++)
        if (t->touched->rows[r] == i / t->cols)
            return (double)t->touched->grad[r * t->cols + i % t->cols];
    return 0;
}

/* Norm and signed sums: of a table, over its rows. */
static void fold(double *norm, double *sums, const iso_tensor *t)
{
    const int64_t rows = t->grad ? t->rows : t->touched->count;

    *norm = 0;
    memset(sums, 0, SUMS * sizeof *sums);
    for (int64_t r = 0; r < rows; r++) {
        const int64_t row = t->grad ? r : t->touched->rows[r];
        const float *g = (t->grad ? t->grad : t->touched->grad) + r * t->cols;
        for (int64_t j = 0; j < t->cols; j++) {
            *norm += (double)g[j] * (double)g[j];
            for (int k = 0; k < SUMS; k++)
                sums[k] += sign(row * t->cols + j, k) * (double)g[j];
        }
    }
    *norm = sqrt(*norm);
}

static const iso_tensor *find(iso_trained *e, const char *name)
{
    const size_t prefix = strlen(e->config.arch->prefix);
    int64_t count;
    const iso_tensor *t = iso_trained_tensors(e, &count);

    for (int64_t i = 0; i < count; i++)
        if (strcmp(t[i].name + prefix, name) == 0)
            return &t[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

/* Numbers that are 0 but for rounding (the biases of keys) may be off by 1e-7 of the largest. */
static void compare(const char *folder, const char *model)
{
    const int n = read_expected(model);
    double largest = 0;
    int64_t count;
    iso_trained *e;

    ok(iso_trained_open(&e, folder, NULL));
    step(e);
    iso_trained_tensors(e, &count);
    assert_int_equal(n, count);
    for (int i = 0; i < n; i++)
        largest = expected[i].norm > largest ? expected[i].norm : largest;
    for (int i = 0; i < n; i++) {
        const struct expected *want = &expected[i];
        const iso_tensor *t = find(e, want->name);
        const int64_t size = t->rows * t->cols, at[] = {0, size / 2, size - 1};
        const double room = 1e-5 * want->norm + 1e-7 * largest;
        double norm, sums[SUMS], off = 0;
        fold(&norm, sums, t);
        for (int k = 0; k < SUMS; k++)
            off += (sums[k] - want->sums[k]) * (sums[k] - want->sums[k]) / SUMS;
        if (!(fabs(norm - want->norm) <= room && sqrt(off) <= room))
            fail_msg("%s: %s: norm %.9g, expected %.9g; sums are off by %g", model, want->name,
                     norm, want->norm, sqrt(off));
        for (int k = 0; k < 3; k++)
            near(grad_at(t, at[k]), want->entries[k], room);
    }
    iso_trained_close(e);
}

static void test_m15(void **state)
{
    (void)state;
    compare(test_data("models/m15"), "m15");
}

static void test_bert(void **state)
{
    (void)state;
    compare(test_data("models/bert-random"), "bert-random");
}

int main(void)
{
    RUN_TESTS(test(test_m15), test(test_bert));
}
