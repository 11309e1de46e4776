/* Included by tile.c once for each number type and target, with TARGET and ROWS set, and with
 * NAME(x), REAL, LANE (an integer as wide as REAL), LANES and COUNT (0, 1, ... LANES - 1), which
 * end here. */

typedef REAL NAME(vec) __attribute__((vector_size(sizeof(REAL) * LANES)));
typedef REAL NAME(mem)
    __attribute__((vector_size(sizeof(REAL) * LANES), aligned(sizeof(REAL)), may_alias));
typedef LANE NAME(lanes) __attribute__((vector_size(sizeof(REAL) * LANES)));

#define VECTOR(p) (*(const NAME(mem) *)(p))

/* A panel is read in order: this many bytes ahead it comes nearest to the core. */
#define AHEAD 2048

/* Rows that lie far apart are read so many ahead. */
#define SOON 16

/* rows × (wide vectors) of c stay in registers while l runs; both are constants wherever this is
 * called. Meanwhile `next` is fetched, `hop` bytes with each l. */
TARGET __attribute__((always_inline)) static inline void
NAME(tile)(REAL *c, int64_t ldc, const REAL *a, int64_t rs, int64_t cs, const REAL *panel,
           int64_t k, const REAL *start, bool add, const char *next, int64_t hop, const int rows,
           const int wide)
{
    NAME(vec) sum[ROWS][2];

#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < wide; j++)
            sum[i][j] = add     ? VECTOR(c + i * ldc + j * LANES)
                        : start ? VECTOR(start + j * LANES)
                                : (NAME(mem)){0};
    for (int64_t l = 0; l < k; l++, a += cs, panel += wide * LANES) {
        NAME(vec) row[2];
        if (rows == ROWS) {
            __builtin_prefetch(next, 0, 2);
            next += hop;
        }
#pragma GCC unroll 2
        for (int j = 0; j < wide; j++) {
            __builtin_prefetch((const char *)(panel + j * LANES) + AHEAD);
            row[j] = VECTOR(panel + j * LANES);
        }
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
            for (int j = 0; j < wide; j++)
                sum[i][j] += a[i * rs] * row[j];
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < wide; j++)
            *(NAME(mem) *)(c + i * ldc + j * LANES) = sum[i][j];
}

/* Full tiles, then what is left in ever smaller ones, which lie in the last full one's place. Each
 * full one fetches its share of the next panel. */
TARGET __attribute__((always_inline)) static inline void
NAME(tiles)(REAL *c, int64_t ldc, const iso_tile_rows *rows, const REAL *panel, int64_t m,
            int64_t k, const REAL *start, bool add, const void *next, const int wide)
{
    const int64_t rs = rows->row, cs = rows->col;
    const int64_t hop = m < ROWS ? 0 : (wide * LANES * (int64_t)sizeof *c - 1) / (m / ROWS) + 1;
    const REAL *a = rows->at;
    const char *ahead = next ? next : (const void *)panel;

    for (; m >= ROWS; m -= ROWS, c += ROWS * ldc, a += rows->step, ahead += hop * k)
        NAME(tile)(c, ldc, a, rs, cs, panel, k, start, add, ahead, hop, ROWS, wide);
#define TILES(count)                                                                               \
    if ((count) < ROWS)                                                                            \
        for (; m >= (count); m -= (count), c += (count)*ldc, a += (count)*rs)                      \
    NAME(tile)(c, ldc, a, rs, cs, panel, k, start, add, ahead, 0, count, wide)
    TILES(8);
    TILES(4);
    TILES(2);
    TILES(1);
#undef TILES
}

TARGET static void NAME(full)(void *c, int64_t ldc, const iso_tile_rows *a, const void *panel,
                              int64_t m, int64_t k, const void *start, bool add, const void *next)
{
    NAME(tiles)(c, ldc, a, panel, m, k, start, add, next, 2);
}

TARGET static void NAME(half)(void *c, int64_t ldc, const iso_tile_rows *a, const void *panel,
                              int64_t m, int64_t k, const void *start, bool add, const void *next)
{
    NAME(tiles)(c, ldc, a, panel, m, k, start, add, next, 1);
}

TARGET static void NAME(deal)(void *to, const void *row, int64_t m, int64_t k)
{
    const REAL *from = row;
    REAL *at = to;

    for (; m >= ROWS; m -= ROWS, from += ROWS, at += ROWS * k)
        memcpy(at, from, ROWS * sizeof *at);
    memcpy(at, from, (size_t)m * sizeof *at);
}

/* Number `which` of a and b, which lie one behind the other, in each lane. */
TARGET __attribute__((always_inline)) static inline NAME(vec)
    NAME(pick)(NAME(vec) a, NAME(vec) b, NAME(lanes) which)
{
#ifdef __clang__ /* which shuffles by constants alone */
    NAME(vec) out = a;

    for (int i = 0; i < LANES; i++)
        out[i] = which[i] < LANES ? a[which[i]] : b[which[i] - LANES];
    return out;
#else
    return __builtin_shuffle(a, b, which);
#endif
}

/* LANES × LANES numbers in registers: each step swaps the halves of all blocks of 2s × 2s that lie
 * off the diagonal. */
TARGET __attribute__((always_inline)) static inline void NAME(transpose)(NAME(vec) * x)
{
    const NAME(lanes) at = {COUNT};

#pragma GCC unroll 4
    for (int s = 1; s < LANES; s *= 2) {
        const NAME(lanes) other = (at & s) != 0; /* -1 where the upper half of a block is */
        const NAME(lanes) low = at + (other & (LANES - s)),
                          high = at + (other & LANES) + (~other & s);
#pragma GCC unroll 16
        for (int r = 0; r < LANES; r++) {
            if ((r & s) == 0) {
                const NAME(vec) a = x[r], b = x[r + s];
                x[r] = NAME(pick)(a, b, low);
                x[r + s] = NAME(pick)(a, b, high);
            }
        }
    }
}

TARGET static void NAME(pack)(void *panel, const void *b, int64_t stride, int64_t n, int64_t k,
                              int width)
{
    const REAL *from = b;
    REAL *to = panel;

    for (int j = 0; j < width; j += LANES) {
        int64_t l = 0;
        for (; l + LANES <= k; l += LANES) {
            NAME(vec) x[LANES];
            if (j + LANES <= n) {
#pragma GCC unroll 16
                for (int r = 0; r < LANES; r++)
                    x[r] = VECTOR(from + (j + r) * stride + l);
            } else {
#pragma GCC unroll 16
                for (int r = 0; r < LANES; r++)
                    x[r] = j + r < n ? VECTOR(from + (j + r) * stride + l) : (NAME(mem)){0};
            }
            NAME(transpose)(x);
#pragma GCC unroll 16
            for (int r = 0; r < LANES; r++)
                *(NAME(mem) *)(to + (l + r) * width + j) = x[r];
        }
        for (; l < k; l++)
            for (int r = 0; r < LANES; r++)
                to[l * width + j + r] = j + r < n ? from[(j + r) * stride + l] : 0;
    }
}

TARGET static void NAME(lay)(void *panel, const void *b, int64_t stride, int64_t n, int64_t k,
                             int width)
{
    const REAL *from = b;
    REAL *to = panel;

    for (int64_t l = 0; l < k; l++, from += stride, to += width) {
        int64_t j = 0;
        for (; j + LANES <= n; j += LANES) {
            __builtin_prefetch(from + j + SOON * stride);
            *(NAME(mem) *)(to + j) = VECTOR(from + j);
        }
        for (; j < width; j++)
            to[j] = j < n ? from[j] : 0;
    }
}

static const iso_tiles NAME(kernels) = {ROWS,       2 * LANES, NAME(full), NAME(half),
                                        NAME(pack), NAME(lay), NAME(deal)};

#undef VECTOR
#undef AHEAD
#undef SOON
#undef NAME
#undef REAL
#undef LANE
#undef LANES
#undef COUNT
