#include "lib/linalg/packed_exact.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/cpu.h"
#include "lib/linalg/round.h"

/* --- Loops --- */

enum { LANES = 8 };

typedef int32_t ints __attribute__((vector_size(32)));
typedef float floats __attribute__((vector_size(32)));
typedef uint16_t shorts __attribute__((vector_size(16)));

/* Into a descending list of the largest. */
static void place(int32_t most[PACKED_EXACT + 1], int32_t v)
{
    for (int t = 0; t <= PACKED_EXACT; t++) {
        const int32_t m = most[t];
        most[t] = v > m ? v : m;
        v = v > m ? m : v;
    }
}

struct loops {
    void (*top)(int32_t most[PACKED_EXACT + 1], const float *src, int64_t n);
    int64_t (*find)(const float *src, int64_t from, int64_t n, int32_t least);
    void (*finish)(float *y, const int32_t *sum, int64_t n, float by, const float *scale,
                   const float value[PACKED_EXACT], const uint16_t *const column[PACKED_EXACT],
                   const float *bias);
};

#define MOST(a, b)  (((a) & ((a) > (b))) | ((b) & ~((a) > (b))))
#define LEAST(a, b) (((b) & ((a) > (b))) | ((a) & ~((a) > (b))))
#define WIDEN(h)    __builtin_convertvector(h, ints)
#define EXACT_TARGET
#define EXACT(name) name##_plain
#include "lib/linalg/packed_exact_tmpl.h"
#undef EXACT_TARGET

static const struct loops plain = {top_plain, find_plain, finish_plain};

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define MOST(a, b)   ((ints)_mm256_max_epi32((__m256i)(a), (__m256i)(b)))
#define LEAST(a, b)  ((ints)_mm256_min_epi32((__m256i)(a), (__m256i)(b)))
#define WIDEN(h)     ((ints)_mm256_cvtepu16_epi32((__m128i)(h)))
#define EXACT_TARGET __attribute__((target("avx2")))
#define EXACT(name)  name##_avx2
#include "lib/linalg/packed_exact_tmpl.h"
#undef EXACT_TARGET

static const struct loops avx2 = {top_avx2, find_avx2, finish_avx2};

static const struct loops *best(void)
{
    return iso_cpu_level() >= ISO_CPU_AVX2 ? &avx2 : &plain;
}

#else

static const struct loops *best(void)
{
    return &plain;
}

#endif

/* --- Columns of W --- */

enum { BLOCK = 32 }; /* rows turned at a time */

/* The largest number in place of infinity, to which one close to the largest f32 is rounded. */
static uint16_t below_infinity(uint16_t bits)
{
    return (bits & 0x7fff) == 0x7f80 ? (uint16_t)(bits - 1) : bits;
}

iso_err iso_packed_columns_new(struct packed_columns *out, const iso_mat *w)
{
    const iso_rounding *round = iso_rounding_best();
    struct packed_columns c = {.n = w->rows, .k = w->cols};
    uint16_t *rows = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&c.bits, c.n * (c.k > 0 ? c.k : 1), sizeof *c.bits));
    ISO_TRY(iso_alloc(&rows, BLOCK * c.k, sizeof *rows));
    for (int64_t j = 0; j < c.n; j += BLOCK) {
        const int64_t many = c.n - j < BLOCK ? c.n - j : BLOCK;
        for (int64_t i = 0; i < many; i++)
            round->bf16_bits(rows + i * c.k, (const float *)w->data + (j + i) * w->stride, c.k);
        for (int64_t k = 0; k < c.k; k++) {
            for (int64_t i = 0; i < many; i++)
                c.bits[k * c.n + j + i] = below_infinity(rows[i * c.k + k]);
        }
    }
    *out = c;
    c.bits = NULL;
done:
    iso_free(c.bits);
    iso_free(rows);
    return err;
}

void iso_packed_columns_free(struct packed_columns *c)
{
    iso_free(c->bits);
    *c = (struct packed_columns){0};
}

int64_t iso_packed_columns_bytes(const struct packed_columns *c)
{
    return c->n * c->k * (int64_t)sizeof *c->bits;
}

/* --- Rows of X --- */

/* Without the sign. */
static int32_t bits_of(float x)
{
    int32_t u;

    memcpy(&u, &x, sizeof u);
    return u & 0x7fffffff;
}

/* Chooses the places and the scale of the rest; returns what to multiply with before rounding. */
static float choose(struct packed_row *row, const float *x, int64_t k)
{
    const struct loops *loops = best();
    int32_t most[PACKED_EXACT + 1];
    float rest, by;
    int64_t at = 0;
    int count = 0, equals = 0; /* taken; of these, as large as the least of them */

    loops->top(most, x, k);
    *row = (struct packed_row){.scale = iso_rounding_scale(&by, NAN)};
    if (most[0] >= 0x7f800000)
        return by;
    while (count < PACKED_EXACT && most[count] > 0)
        count++;
    while (count > 0 && equals < count && most[count - 1 - equals] == most[count - 1])
        equals++;
    for (; row->count < count; at++) {
        at = loops->find(x, at, k, most[count - 1]);
        if (bits_of(x[at]) == most[count - 1] && equals-- <= 0)
            continue;
        row->value[row->count] = x[at];
        row->at[row->count++] = at;
    }
    memcpy(&rest, &most[PACKED_EXACT], sizeof rest);
    row->scale = iso_rounding_scale(&by, rest);
    return by;
}

/* What lies between the places is rounded piece by piece. */
#define ROUND_ROW(kind, type)                                                                      \
    void iso_packed_row_##kind(type *q, struct packed_row *row, const float *x, int64_t k)         \
    {                                                                                              \
        const iso_rounding *round = iso_rounding_best();                                           \
        const float by = choose(row, x, k);                                                        \
        int64_t from = 0;                                                                          \
                                                                                                   \
        for (int t = 0; t < row->count; t++) {                                                     \
            round->kind(q + from, x + from, by, row->at[t] - from);                                \
            q[row->at[t]] = 0;                                                                     \
            from = row->at[t] + 1;                                                                 \
        }                                                                                          \
        round->kind(q + from, x + from, by, k - from);                                             \
    }

ROUND_ROW(s8, int8_t)
ROUND_ROW(s16, int16_t)
ROUND_ROW(whole, float)

void iso_packed_row_finish(float *y, const int32_t *sum, int64_t n, const struct packed_row *row,
                           const struct packed_columns *columns, int64_t first, const float *scale,
                           const float *bias)
{
    const uint16_t *column[PACKED_EXACT];

    for (int t = 0; t < PACKED_EXACT; t++) /* a missing one has value 0, and any column serves */
        column[t] = columns->bits + row->at[t] * columns->n + first;
    best()->finish(y, sum, n, row->scale, scale + first, row->value, column,
                   bias ? bias + first : NULL);
}
