/* One set of loops; included by panel_int8.c with NAME(x), TARGET, VECTOR, LOAD(p), STORE(p, v),
 * EACH32(p) (the same four bytes in all lanes), DOT(sum, a, b) and ROWS defined: a pass goes
 * through two vectors of columns. */

#define LANES ((int)(sizeof(VECTOR) / 4))

/* `rows` rows of c stay in registers; it is a constant wherever this is called. */
TARGET __attribute__((always_inline)) static inline void NAME(tile)(int32_t *c, const uint8_t *a,
                                                                    const int8_t *panel,
                                                                    const int32_t *start,
                                                                    int64_t depth, const int rows)
{
    VECTOR sum[ROWS][2];

#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        sum[i][0] = LOAD(start);
        sum[i][1] = LOAD(start + LANES);
    }
#pragma GCC unroll 2
    for (int64_t l = 0; l < depth; l += 4, panel += 4 * ISO_INT8_PANEL) {
        const VECTOR left = LOAD(panel), right = LOAD(panel + 4 * LANES);
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) {
            const VECTOR four = EACH32(a + i * depth + l);
            sum[i][0] = DOT(sum[i][0], four, left);
            sum[i][1] = DOT(sum[i][1], four, right);
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
        STORE(c + i * ISO_INT8_PANEL, sum[i][0]);
        STORE(c + i * ISO_INT8_PANEL + LANES, sum[i][1]);
    }
}

TARGET static void NAME(mul)(int32_t *c, const uint8_t *a, const int8_t *panel,
                             const int32_t *start, int64_t m, int64_t depth)
{
    for (int j = 0; j < ISO_INT8_PANEL; j += 2 * LANES) {
        int64_t i = 0;
        for (; i + ROWS <= m; i += ROWS)
            NAME(tile)
        (c + i * ISO_INT8_PANEL + j, a + i * depth, panel + 4 * j, start + j, depth, ROWS);
        for (; i + 4 <= m && ROWS > 4; i += 4)
            NAME(tile)
        (c + i * ISO_INT8_PANEL + j, a + i * depth, panel + 4 * j, start + j, depth, 4);
        for (; i < m; i++)
            NAME(tile)
        (c + i * ISO_INT8_PANEL + j, a + i * depth, panel + 4 * j, start + j, depth, 1);
    }
}

#undef LANES
#undef NAME
#undef TARGET
#undef VECTOR
#undef LOAD
#undef STORE
#undef EACH32
#undef DOT
#undef ROWS
