/* 8-bit products in AVX2, exact: pairs are multiplied as 16-bit integers and added in 32 bits.
 *
 * vpmaddwd does twice the products of an FMA in f32. (vpmaddubsw would take 8-bit operands as they
 * are, but saturates sums of two.)
 */
#include <stdint.h>

#include "lib/linalg/packed_inside.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/cpu.h"
#include "lib/linalg/packed_exact.h"
#include "lib/linalg/round.h"

#define AVX2 __attribute__((target("avx2")))

/* A tile is ROWS rows of X by COLS rows of W. Rows of X are rounded STRIP at a time; of these, as
 * many as take NEAR bytes stay in the cache of a core, and meet GROUP panels of W. */
enum { ROWS = 6, COLS = 16, STRIP = 512, NEAR = 1 << 18, GROUP = 4 };

/* W in panels of COLS rows; in a panel, for each pair of neighbours in K, COLS pairs side by side.
 * Missing rows and a missing last neighbour are 0. */
struct weights {
    int64_t n, k, pairs, panels;
    int8_t *panel;
    float *scale;
    struct packed_columns columns;
};

static bool available(void)
{
    return iso_cpu_level() >= ISO_CPU_AVX2;
}

static void weights_free(void *state)
{
    struct weights *p = state;

    iso_free(p->panel);
    iso_packed_columns_free(&p->columns);
    iso_free(p->scale);
    iso_free(p);
}

static int64_t weights_bytes(const void *state)
{
    const struct weights *p = state;

    return (int64_t)sizeof *p + p->panels * COLS * p->pairs * 2 +
           iso_packed_columns_bytes(&p->columns) + p->n * (int64_t)sizeof(float);
}

static void deal_row(struct weights *p, int64_t j, const int8_t *row)
{
    int8_t *to = p->panel + j / COLS * COLS * p->pairs * 2 + j % COLS * 2;

    for (int64_t k = 0; k < p->k; k++)
        to[k / 2 * COLS * 2 + k % 2] = row[k];
}

static iso_err fill(struct weights *p, iso_view w)
{
    const iso_rounding *round = iso_rounding_best();
    iso_mat wide = {0};
    int8_t *row = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->panel, p->panels * COLS, (size_t)p->pairs * 2));
    ISO_TRY(iso_alloc(&p->scale, p->n, sizeof *p->scale));
    ISO_TRY(iso_alloc(&row, p->k, sizeof *row));
    ISO_TRY(iso_packed_widen(&wide, w));
    ISO_TRY(iso_packed_columns_new(&p->columns, &wide));
    for (int64_t j = 0; j < p->n; j++) {
        const float *from = (const float *)wide.data + j * wide.stride;
        float by;
        p->scale[j] = iso_rounding_scale(&by, round->peak(from, p->k));
        round->s8(row, from, by, p->k);
        deal_row(p, j, row);
    }
done:
    iso_mat_free(&wide);
    iso_free(row);
    return err;
}

static iso_err make(void **state, iso_view w)
{
    struct weights *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    *p = (struct weights){
        .n = w.rows, .k = w.cols, .pairs = (w.cols + 1) / 2, .panels = (w.rows + COLS - 1) / COLS};
    ISO_TRY(fill(p, w));
    *state = p;
    p = NULL;
done:
    if (p)
        weights_free(p);
    return err;
}

/* Products ------------------------------------------------------------------ */

/* Rows of X in 16 bits, an even number of columns, with their scales. */
struct strip {
    int16_t *x;
    struct packed_row *row;
    int64_t rows;
};

static void strip_round(struct strip *s, iso_view x, int64_t pairs)
{
    const float *from = x.data;

    s->rows = x.rows;
#pragma omp parallel for if (x.rows * x.cols > 1 << 14)
    for (int64_t i = 0; i < x.rows; i++)
        iso_packed_row_s16(s->x + i * pairs * 2, &s->row[i], from + i * x.stride, x.cols);
}

/* One tile; inlined with a constant number of rows, so that the sums stay in registers. */
AVX2 static inline __attribute__((always_inline)) void
tile_rows(int32_t *out, const int16_t *x, const int8_t *w, int64_t pairs, const int rows)
{
    __m256i sum[ROWS][2];

#pragma GCC unroll 6
    for (int i = 0; i < rows; i++)
        sum[i][0] = sum[i][1] = _mm256_setzero_si256();
    for (int64_t k = 0; k < pairs; k++) {
        const __m128i *from = (const __m128i *)(const void *)(w + k * COLS * 2);
        const __m256i w0 = _mm256_cvtepi8_epi16(_mm_loadu_si128(from));
        const __m256i w1 = _mm256_cvtepi8_epi16(_mm_loadu_si128(from + 1));
#pragma GCC unroll 6
        for (int i = 0; i < rows; i++) {
            int32_t two;
            memcpy(&two, x + (i * pairs + k) * 2, sizeof two);
            const __m256i both = _mm256_set1_epi32(two);
            sum[i][0] = _mm256_add_epi32(sum[i][0], _mm256_madd_epi16(both, w0));
            sum[i][1] = _mm256_add_epi32(sum[i][1], _mm256_madd_epi16(both, w1));
        }
    }
#pragma GCC unroll 6
    for (int i = 0; i < rows; i++) {
        _mm256_storeu_si256((__m256i *)(void *)(out + i * COLS), sum[i][0]);
        _mm256_storeu_si256((__m256i *)(void *)(out + i * COLS + 8), sum[i][1]);
    }
}

AVX2 static void tile(int32_t *out, const int16_t *x, const int8_t *w, int64_t pairs, int64_t rows)
{
    switch (rows) {
    case 1:
        tile_rows(out, x, w, pairs, 1);
        return;
    case 2:
        tile_rows(out, x, w, pairs, 2);
        return;
    case 3:
        tile_rows(out, x, w, pairs, 3);
        return;
    case 4:
        tile_rows(out, x, w, pairs, 4);
        return;
    case 5:
        tile_rows(out, x, w, pairs, 5);
        return;
    default:
        tile_rows(out, x, w, pairs, ROWS);
    }
}

struct job {
    const struct weights *w;
    const struct strip *s;
    const float *bias;
    iso_mat *y; /* of this strip */
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Rows [first, end) of the strip with one panel. */
static void meet(const struct job *job, int64_t panel, int64_t first, int64_t end)
{
    const struct weights *w = job->w;
    const int64_t j = panel * COLS, cols = least(COLS, w->n - j);
    int32_t out[ROWS * COLS];

    for (int64_t i = first; i < end; i += ROWS) {
        const int64_t rows = least(ROWS, end - i);
        tile(out, job->s->x + i * w->pairs * 2, w->panel + j * w->pairs * 2, w->pairs, rows);
        for (int64_t r = 0; r < rows; r++)
            iso_packed_row_finish((float *)job->y->data + (i + r) * job->y->stride + j,
                                  out + r * COLS, cols, &job->s->row[i + r], &w->columns, j,
                                  w->scale, job->bias);
    }
}

static void strip_mul(const struct job *job)
{
    const int64_t rows = job->s->rows, panels = job->w->panels;
    const int64_t near = NEAR / (job->w->pairs * 4 + 1) / ROWS * ROWS;
    const int64_t block = near > ROWS ? near : ROWS;

#pragma omp parallel for collapse(2) schedule(dynamic) if (rows * panels * job->w->pairs > 1 << 12)
    for (int64_t i = 0; i < rows; i += block) {
        for (int64_t p = 0; p < panels; p += GROUP) {
            for (int64_t q = p; q < least(p + GROUP, panels); q++)
                meet(job, q, i, least(i + block, rows));
        }
    }
}

static iso_err mul(iso_mat *y, iso_view x, const void *state, const float *bias,
                   const iso_then *then)
{
    (void)then;
    const struct weights *w = state;
    const int64_t room = least(x.rows, STRIP);
    struct strip s = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&s.x, room * w->pairs, 2 * sizeof *s.x));
    ISO_TRY(iso_alloc(&s.row, room, sizeof *s.row));
    for (int64_t i = 0; i < x.rows; i += room) {
        const int64_t m = least(room, x.rows - i);
        iso_mat part = iso_packed_strip(y, i, m);
        const struct job job = {w, &s, bias, &part};
        strip_round(&s, iso_view_rows(x, i, m), w->pairs);
        strip_mul(&job);
    }
done:
    iso_free(s.x);
    iso_free(s.row);
    return err;
}

const struct packed_engine iso_packed_int8_avx2 = {
    .name = "isogloss avx2",
    .available = available,
    .make = make,
    .mul = mul,
    .free = weights_free,
    .bytes = weights_bytes,
};

#else

static bool never(void)
{
    return false;
}

const struct packed_engine iso_packed_int8_avx2 = {.name = "none", .available = never};

#endif
