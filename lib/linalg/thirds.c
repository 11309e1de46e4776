#include "lib/linalg/thirds.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#include "lib/linalg/room.h"
#include "lib/linalg/strip.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define AMX    __attribute__((noinline, target("avx512f,amx-tile,amx-bf16,prfchw")))

/* A tile is 16 rows of 16 pairs: of A, rows by the inner size; of B, the inner size by columns. The
 * pairs are numbers l and l + 16 of 32 of the inner size. A strip is 32 rows of A or columns of B;
 * by stretches of 32 of the inner size lie the tiles of its first half, one for each third, and
 * those of its second. */
enum {
    HALF = 16,
    SIDE = 32,
    TILE = HALF * SIDE, /* numbers */
    THIRDS = 3,
    STEP = 2 * THIRDS * TILE /* numbers of a strip in one stretch of 32 */
};

enum {
    DEPTH = 768,      /* of the inner size at a time */
    HEIGHT = 128,     /* rows of A that a thread takes, at most */
    PACKED = 8 << 20, /* bytes of B at a time, for all threads */
    TASKS = 4         /* a thread's, at least, where there are rows enough */
};

struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes[16]; /* of a row */
    uint8_t rows[16];
};

AMX static void begin(void)
{
    static const struct tile_config config = {
        .palette = 1,
        .bytes = {64, 64, 64, 64, 64, 64, 64, 64},
        .rows = {HALF, HALF, HALF, HALF, HALF, HALF, HALF, HALF},
    };

    _tile_loadconfig(&config);
}

AMX static void end(void)
{
    _tile_release();
}

/* c (32 × 32) = a strip of A times a strip of B, or += it. Tiles 0 to 3 are c's quarters, 4 and 5
 * a's halves, 6 and 7 b's. */
AMX static void multiply_strips(float *c, int64_t ldc, const uint16_t *a, const uint16_t *b,
                                int64_t steps, bool add)
{
    enum { ROW = 64 };
    const int64_t bytes = ldc * (int64_t)sizeof *c;
    float *const below = c + HALF * ldc;

#define LOAD(upper, lower, at, third)                                                              \
    _tile_loadd(upper, at + (third)*TILE, ROW);                                                    \
    _tile_loadd(lower, at + (THIRDS + (third)) * TILE, ROW)
#define MULTIPLY                                                                                   \
    _tile_dpbf16ps(0, 4, 6);                                                                       \
    _tile_dpbf16ps(1, 4, 7);                                                                       \
    _tile_dpbf16ps(2, 5, 6);                                                                       \
    _tile_dpbf16ps(3, 5, 7)
    __asm__ volatile("" ::: "memory");
    if (add) {
        _tile_loadd(0, c, bytes);
        _tile_loadd(1, c + HALF, bytes);
        _tile_loadd(2, below, bytes);
        _tile_loadd(3, below + HALF, bytes);
    } else {
        for (int64_t i = 0; i < SIDE; i++) { /* what will be written comes near meanwhile */
            __builtin_prefetch(c + i * ldc, 1);
            __builtin_prefetch(c + i * ldc + HALF, 1);
        }
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    for (int64_t l = 0; l < steps; l++, a += STEP, b += STEP) {
        LOAD(4, 5, a, 2);
        LOAD(6, 7, b, 0);
        MULTIPLY;
        LOAD(4, 5, a, 1);
        MULTIPLY;
        LOAD(6, 7, b, 1);
        MULTIPLY;
        LOAD(4, 5, a, 0);
        MULTIPLY;
        LOAD(6, 7, b, 2);
        MULTIPLY;
        LOAD(6, 7, b, 0);
        MULTIPLY;
    }
    _tile_stored(0, c, bytes);
    _tile_stored(1, c + HALF, bytes);
    _tile_stored(2, below, bytes);
    _tile_stored(3, below + HALF, bytes);
    __asm__ volatile("" ::: "memory");
#undef LOAD
#undef MULTIPLY
}

/* A part of c that is no full 32 × 32 goes by way of one that is. */
static void multiply_edge(float *c, int64_t ldc, const uint16_t *a, const uint16_t *b,
                          int64_t steps, bool add, int64_t rows, int64_t cols)
{
    float room[SIDE * SIDE] = {0};

    for (int64_t i = 0; add && i < rows; i++)
        memcpy(room + i * SIDE, c + i * ldc, (size_t)cols * sizeof *c);
    multiply_strips(room, SIDE, a, b, steps, add);
    for (int64_t i = 0; i < rows; i++)
        memcpy(c + i * ldc, room + i * SIDE, (size_t)cols * sizeof *c);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t up(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}

/* Up to 16 of n numbers from `at` on. */
static __mmask16 some(int64_t n, int64_t at)
{
    return n - at >= HALF ? 0xffff : n <= at ? 0 : (__mmask16)((1u << (n - at)) - 1);
}

/* What splits into thirds: row r of a tile is the pairs of numbers at r * stride and `hop` behind
 * them, with zeros instead of those that the masks and counts leave out. */
struct source {
    const float *at;
    int64_t stride, hop;
    int64_t low_rows, high_rows;
    __mmask16 low, high;
};

AVX512 static void split(uint16_t *tiles, const struct source *s)
{
    const __m512i half = _mm512_set1_epi32(0x8000), upper = _mm512_set1_epi32(-0x10000);

    for (int64_t r = 0; r < HALF; r++, tiles += SIDE) {
        const float *row = s->at + r * s->stride;
        __m512 low = _mm512_maskz_loadu_ps(r < s->low_rows ? s->low : 0, row);
        __m512 high = _mm512_maskz_loadu_ps(r < s->high_rows ? s->high : 0, row + s->hop);
        __builtin_prefetch(row + SIDE * s->stride);
        __builtin_prefetch(row + s->hop + SIDE * s->stride);
#pragma GCC unroll 3
        for (int k = 0; k < THIRDS; k++) {
            const __m512i l = _mm512_add_epi32(_mm512_castps_si512(low), half);
            const __m512i h =
                _mm512_and_si512(_mm512_add_epi32(_mm512_castps_si512(high), half), upper);
            _mm512_storeu_si512(tiles + k * TILE, _mm512_or_si512(_mm512_srli_epi32(l, 16), h));
            low = _mm512_sub_ps(low, _mm512_castsi512_ps(_mm512_and_si512(l, upper)));
            high = _mm512_sub_ps(high, _mm512_castsi512_ps(h));
        }
    }
}

/* rows × k numbers, k of them side by side, become a strip's part in one stretch. */
static void split_along(uint16_t *to, const float *from, int64_t stride, int64_t rows, int64_t k)
{
    for (int64_t i = 0; i < SIDE; i += HALF, to += THIRDS * TILE)
        split(to, &(struct source){from + i * stride, stride, HALF, rows - i, rows - i, some(k, 0),
                                   some(k, HALF)});
}

/* k × cols numbers likewise. */
static void split_across(uint16_t *to, const float *from, int64_t stride, int64_t k, int64_t cols)
{
    for (int64_t j = 0; j < SIDE; j += HALF, to += THIRDS * TILE)
        split(to, &(struct source){from + j, stride, HALF * stride, k, k - HALF, some(cols, j),
                                   some(cols, j)});
}

/* One call: B is packed by blocks of columns and stretches of the inner size, A by each thread for
 * the rows it takes. */
struct job {
    const iso_product *p;
    iso_mat *c;
    const iso_tiles *tiles;
    int64_t k, depth, columns, height;
    uint16_t *b;
    char *own; /* each thread's: strips of A, then a turned stretch */
    int64_t own_bytes;
};

/* What is packed and multiplied between two barriers. */
struct step {
    int64_t from, width, l, k;
    int64_t size; /* numbers of a strip */
};

static const float *at(iso_view v, int64_t row, int64_t col)
{
    return (const float *)v.data + row * v.stride + col;
}

/* Columns [first, first + 32) of B, whose columns lie one behind the other. */
static void pack_columns(const struct job *j, const struct step *s, int64_t first)
{
    const iso_view b = j->p->b;
    uint16_t *to = j->b + first / SIDE * s->size;
    float turned[SIDE * SIDE];

    for (int64_t l = 0; l < s->k; l += SIDE, to += STEP) {
        const int64_t k = least(SIDE, s->k - l);
        j->tiles->pack(turned, at(b, s->from + first, s->l + l), b.stride,
                       least(SIDE, s->width - first), k, SIDE);
        split_across(to, turned, SIDE, k, SIDE);
    }
}

/* 32 rows of B from l on. */
static void pack_rows(const struct job *j, const struct step *s, int64_t l)
{
    uint16_t *to = j->b + l / SIDE * STEP;

    for (int64_t col = 0; col < s->width; col += SIDE, to += s->size)
        split_across(to, at(j->p->b, s->l + l, s->from + col), j->p->b.stride,
                     least(SIDE, s->k - l), least(SIDE, s->width - col));
}

static void pack_a(const struct job *j, const struct step *s, uint16_t *to, int64_t row,
                   int64_t rows)
{
    const iso_view a = j->p->a;

    for (int64_t i = 0; i < rows; i += SIDE, to += s->size)
        for (int64_t l = 0; l < s->k; l += SIDE)
            split_along(to + l / SIDE * STEP, at(a, row + i, s->l + l), a.stride, rows - i,
                        least(SIDE, s->k - l));
}

/* Of an A that is transposed; 32 of its rows are turned while the next come near. */
static void pack_turned(const struct job *j, const struct step *s, uint16_t *to, int64_t row,
                        int64_t rows)
{
    const iso_view a = j->p->a;
    float turned[HEIGHT * SIDE];

    for (int64_t l = 0; l < s->k; l += SIDE, to += STEP) {
        const float *from = at(a, s->l + l, row);
        for (int64_t r = SIDE; r < 2 * SIDE; r++)
            for (int64_t i = 0; i < rows; i += HALF)
                __builtin_prefetch(from + r * a.stride + i);
        j->tiles->pack(turned, from, a.stride, least(SIDE, s->k - l), rows, SIDE);
        for (int64_t i = 0; i < rows; i += SIDE)
            split_along(to + i / SIDE * s->size, turned + i * SIDE, SIDE, rows - i, SIDE);
    }
}

static void multiply(const struct job *j, const struct step *s, int64_t row)
{
    const int64_t rows = least(j->height, j->c->rows - row), steps = s->size / STEP;
    const bool add = s->l > 0 || j->p->beta != 0;
    uint16_t *const a = (uint16_t *)(void *)(j->own + iso_strip_thread() * j->own_bytes);

    (j->p->ta ? pack_turned : pack_a)(j, s, a, row, rows);
    for (int64_t col = 0; col < s->width; col += SIDE) {
        const uint16_t *b = j->b + col / SIDE * s->size;
        for (int64_t i = 0; i < rows; i += SIDE) {
            float *c = (float *)j->c->data + (row + i) * j->c->stride + s->from + col;
            const uint16_t *strip = a + i / SIDE * s->size;
            if (rows - i < SIDE || s->width - col < SIDE)
                multiply_edge(c, j->c->stride, strip, b, steps, add, least(SIDE, rows - i),
                              least(SIDE, s->width - col));
            else
                multiply_strips(c, j->c->stride, strip, b, steps, add);
        }
    }
    const iso_then *then = j->p->then;
    if (then && s->l + s->k == j->k && (!then->whole || s->from + s->width == j->c->cols)) {
        const int64_t from = then->whole ? 0 : s->from;
        const iso_mat part = iso_strip_part(j->c, row, rows, from, s->from + s->width);
        then->call(then->with, &part, row, from);
    }
}

static void all_steps(const struct job *j, int threads)
{
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        begin();
        for (int64_t from = 0; from < j->c->cols; from += j->columns) {
            for (int64_t l = 0; l < j->k; l += j->depth) {
                const int64_t k = least(j->depth, j->k - l);
                const struct step s = {from, least(j->columns, j->c->cols - from), l, k,
                                       up(k, SIDE) / SIDE * STEP};
#pragma omp for schedule(static)
                for (int64_t i = 0; i < (j->p->tb ? s.width : k); i += SIDE)
                    (j->p->tb ? pack_columns : pack_rows)(j, &s, i);
#pragma omp for schedule(dynamic)
                for (int64_t row = 0; row < j->c->rows; row += j->height)
                    multiply(j, &s, row);
            }
        }
        end();
    }
}

/* Rows that are taken at a time: so that all threads are busy to the end. */
static int64_t height(int64_t m, int threads)
{
    const int64_t blocks = up((m + HEIGHT - 1) / HEIGHT, threads);

    return up((m + blocks - 1) / blocks, SIDE);
}

bool iso_thirds_pay(const iso_mat *c, int64_t k)
{
    return c->dtype == ISO_F32 && c->rows >= 2 * SIDE && c->cols >= SIDE && k >= SIDE &&
           (iso_cpu_dots() & ISO_CPU_BF16_AMX);
}

iso_err iso_thirds_run(iso_mat *c, const iso_product *p)
{
    const int threads = iso_strip_threads();
    struct job j = {.p = p, .c = c, .tiles = iso_tiles_best(ISO_F32)};
    iso_room *room = NULL;
    char *memory = NULL;
    iso_err err = ISO_OK;

    j.k = p->ta ? p->a.rows : p->a.cols;
    const int64_t stretches = (j.k + DEPTH - 1) / DEPTH;
    j.depth = up((j.k + stretches - 1) / stretches, SIDE);
    const int64_t strip = j.depth / SIDE * STEP * (int64_t)sizeof *j.b;
    j.columns = least(PACKED / strip, (c->cols + SIDE - 1) / SIDE) * SIDE;
    j.height = height(c->rows, threads);
    j.own_bytes = j.height / SIDE * strip;
    const int64_t b = j.columns / SIDE * strip;
    ISO_TRY(iso_room_take(&room, &memory, b + threads * j.own_bytes));
    j.b = (uint16_t *)(void *)memory;
    j.own = memory + b;
    all_steps(&j, threads);
    iso_room_give(room);
done:
    return err;
}

#else

bool iso_thirds_pay(const iso_mat *c, int64_t k)
{
    (void)c, (void)k;
    return false;
}

iso_err iso_thirds_run(iso_mat *c, const iso_product *p)
{
    (void)c, (void)p;
    return iso_fail(ISO_EUNSUP, "this build has no tiles of bf16");
}

#endif
