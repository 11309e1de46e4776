/* One kernel; included with DOTS(name), DOTS_TARGET and FUSED(a, b, c), a · b + c of four lanes,
 * defined (dots.c).
 *
 * iso_topk_dot adds products 16s + l to its part l, joins the parts by halves, and adds what is
 * left of the columns one after another. A lane is a part here, four parts at a time, and for what
 * is left a lane is a column, so that the same additions happen in the same order. */

typedef double DOTS(four) __attribute__((vector_size(32)));
typedef double DOTS(mem) __attribute__((vector_size(32), aligned(8), may_alias));

#define LOAD(p)      (*(const DOTS(mem) *)(p))
#define EACH(i, end) _Pragma("GCC unroll 4") for (int i = 0; i < (end); i++)

/* Parts 4g … 4g + 3 of TALL rows and WIDE columns. */
DOTS_TARGET static inline void DOTS(parts)(DOTS(four) part[TALL][WIDE], const double *rows,
                                           const double *columns, int64_t cols, int64_t whole)
{
    DOTS(four) sum[TALL][WIDE];

    EACH(i, TALL)
    EACH(j, WIDE)
    sum[i][j] = (DOTS(four)){0};
    for (int64_t l = 0; l < whole; l += PARTS) {
        DOTS(four) x[TALL];
        EACH(i, TALL)
        x[i] = LOAD(rows + i * cols + l);
        EACH(j, WIDE)
        {
            const DOTS(four) y = LOAD(columns + j * whole + l);
            EACH(i, TALL)
            sum[i][j] = FUSED(x[i], y, sum[i][j]);
        }
    }
    EACH(i, TALL)
    EACH(j, WIDE)
    part[i][j] = sum[i][j];
}

/* Products left after whole steps: a lane a column. */
DOTS_TARGET static inline void DOTS(rest)(DOTS(four) sum[TALL], const double *rows,
                                          const double *columns, int64_t cols, int64_t whole)
{
    EACH(i, TALL)
    sum[i] = (DOTS(four)){0};
    columns += WIDE * whole;
    for (int64_t l = whole; l < cols; l++, columns += WIDE)
        EACH(i, TALL)
        {
            const double x = rows[i * cols + l];
            sum[i] = FUSED(((DOTS(four)){x, x, x, x}), LOAD(columns), sum[i]);
        }
}

DOTS_TARGET static void DOTS(tile)(double *out, const double *rows, const double *columns,
                                   int64_t cols)
{
    const int64_t whole = cols / PARTS * PARTS;
    DOTS(four) part[PARTS / 4][TALL][WIDE], left[TALL];

    for (int g = 0; g < PARTS / 4; g++)
        DOTS(parts)(part[g], rows + 4 * g, columns + 4 * g, cols, whole);
    DOTS(rest)(left, rows, columns, cols, whole);
    for (int i = 0; i < TALL; i++)
        for (int j = 0; j < WIDE; j++) {
            const DOTS(four) p = (part[0][i][j] + part[2][i][j]) + (part[1][i][j] + part[3][i][j]);
            out[i * ISO_DOTS_COLUMNS + j] = ((p[0] + p[2]) + (p[1] + p[3])) + left[i][j];
        }
}

#undef LOAD
#undef EACH
#undef FUSED
#undef DOTS
#undef DOTS_TARGET
