/* Conversions: every half both ways against ldexp, fast = plain bit for bit, rounding by hand. */
#include "tests/check.h"

#include "lib/linalg/convert.h"

enum { ALL = 65536 };

static uint16_t halves[ALL];

static int set_up(void **state)
{
    (void)state;
    for (int i = 0; i < ALL; i++)
        halves[i] = (uint16_t)i;
    return 0;
}

static int put_back(void **state)
{
    (void)state;
    kernels(ISO_CPU_AVX512);
    return 0;
}

static iso_view view_of(const void *data, int64_t rows, int64_t cols, iso_dtype dtype)
{
    return (iso_view){data, rows, cols, cols, dtype};
}

/* What a half says, from its definition. */
static double by_definition(int h, int mantissa, int bias)
{
    const int top = (1 << (15 - mantissa)) - 1;
    const int e = h >> mantissa & top, m = h & ((1 << mantissa) - 1);
    const double sign = h & 0x8000 ? -1 : 1;

    if (e == top)
        return m ? NAN : sign * INFINITY;
    if (e == 0)
        return sign * ldexp(m, 1 - bias - mantissa);
    return sign * ldexp(m + (1 << mantissa), e - bias - mantissa);
}

static void same(double is, double should)
{
    if (isnan(should)) {
        assert_true(isnan(is));
    } else {
        assert_true(is == should);
        assert_int_equal(signbit(is) != 0, signbit(should) != 0);
    }
}

static void all_halves_mean_what_they_say(void **state)
{
    static float f[ALL];
    static double d[ALL];
    (void)state;

    for (int level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX2; level++) {
        kernels((iso_cpu)level);
        iso_convert_f32(f, ALL, view_of(halves, 1, ALL, ISO_F16));
        iso_convert_f64(d, ALL, view_of(halves, 1, ALL, ISO_F16));
        for (int i = 0; i < ALL; i++) {
            same((double)f[i], by_definition(i, 10, 15));
            same(d[i], by_definition(i, 10, 15));
        }
        iso_convert_f32(f, ALL, view_of(halves, 1, ALL, ISO_BF16));
        iso_convert_f64(d, ALL, view_of(halves, 1, ALL, ISO_BF16));
        for (int i = 0; i < ALL; i++) {
            same((double)f[i], by_definition(i, 7, 127));
            same(d[i], by_definition(i, 7, 127));
        }
    }
}

static void fast_equals_plain_bit_by_bit(void **state)
{
    static float fast[ALL], slow[ALL];
    static double fast64[ALL], slow64[ALL];
    (void)state;

    kernels(ISO_CPU_AVX512);
    if (iso_cpu_level() == ISO_CPU_PLAIN)
        skip();
    iso_convert_f32(fast, ALL, view_of(halves, 1, ALL, ISO_F16));
    iso_convert_f64(fast64, ALL, view_of(halves, 1, ALL, ISO_F16));
    kernels(ISO_CPU_PLAIN);
    iso_convert_f32(slow, ALL, view_of(halves, 1, ALL, ISO_F16));
    iso_convert_f64(slow64, ALL, view_of(halves, 1, ALL, ISO_F16));
    assert_memory_equal(fast, slow, sizeof fast);
    assert_memory_equal(fast64, slow64, sizeof fast64);
}

/* Floats from all over the range: every exponent, and mantissas at and around the ties. */
static void narrowing_fast_equals_plain(void **state)
{
    enum { TAILS = 9, N = 512 * 32 * TAILS };
    static const uint32_t tails[TAILS] = {0,      1,      0xfff,  0x1000,  0x1001,
                                          0x1fff, 0x2000, 0x3000, 0x7fffff};
    static float f[N];
    static uint16_t fast[N], slow[N];
    (void)state;

    kernels(ISO_CPU_AVX512);
    if (iso_cpu_level() == ISO_CPU_PLAIN)
        skip();
    for (int i = 0; i < N; i++) {
        const uint32_t e = (uint32_t)(i / TAILS / 32), m = (uint32_t)(i / TAILS % 32) << 18;
        const uint32_t u = e << 23 | (m ^ tails[i % TAILS]);
        memcpy(f + i, &u, sizeof u);
    }
    iso_convert_f16(fast, N, iso_view_f32(f, 1, N));
    kernels(ISO_CPU_PLAIN);
    iso_convert_f16(slow, N, iso_view_f32(f, 1, N));
    assert_memory_equal(fast, slow, sizeof fast);
}

/* There and back: every half survives the way through f32 and f64. A NaN comes back quiet. */
static void every_half_survives(void **state)
{
    static float f[ALL];
    static double d[ALL];
    static uint16_t back[ALL];
    (void)state;

    for (int level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX2; level++) {
        kernels((iso_cpu)level);
        iso_convert_f32(f, ALL, view_of(halves, 1, ALL, ISO_F16));
        iso_convert_f64(d, ALL, view_of(halves, 1, ALL, ISO_F16));
        iso_convert_f16(back, ALL, iso_view_f32(f, 1, ALL));
        for (int i = 0; i < ALL; i++)
            assert_int_equal(back[i], (i & 0x7fff) > 0x7c00 ? i | 0x200 : i);
        iso_convert_f16(back, ALL, iso_view_f64(d, 1, ALL));
        for (int i = 0; i < ALL; i++)
            assert_int_equal(back[i], (i & 0x7fff) > 0x7c00 ? i | 0x200 : i);
        iso_convert_f32(f, ALL, view_of(halves, 1, ALL, ISO_BF16));
        iso_convert_f64(d, ALL, view_of(halves, 1, ALL, ISO_BF16));
        iso_convert_bf16(back, ALL, iso_view_f32(f, 1, ALL));
        for (int i = 0; i < ALL; i++)
            assert_int_equal(back[i], (i & 0x7fff) > 0x7f80 ? i | 0x40 : i);
        iso_convert_bf16(back, ALL, iso_view_f64(d, 1, ALL));
        for (int i = 0; i < ALL; i++)
            assert_int_equal(back[i], (i & 0x7fff) > 0x7f80 ? i | 0x40 : i);
    }
}

/* Half way between two neighbours goes to the even one, a little more or less to the nearer. A
 * double a hair above the tie must not be rounded by way of float, which would hide the hair. */
static void narrowing_rounds_once_to_even(void **state)
{
    static const struct {
        double x;
        uint16_t f16, bf16;
    } cases[] = {
        {1.0, 0x3c00, 0x3f80},
        {1 + 0x1p-11, 0x3c00, 0x3f80},           /* tie, down to even */
        {1 + 3 * 0x1p-11, 0x3c02, 0x3f80},       /* tie, up to even */
        {1 + 0x1p-11 + 0x1p-40, 0x3c01, 0x3f80}, /* the hair */
        {1 + 0x1p-8, 0x3c04, 0x3f80},            /* tie of bf16 */
        {1 + 0x1p-8 + 0x1p-40, 0x3c04, 0x3f81},  /* its hair */
        {65504, 0x7bff, 0x4780},                 /* largest half */
        {65519.99, 0x7bff, 0x4780},
        {65520, 0x7c00, 0x4780},   /* half way to 2^16: infinite */
        {0x1p-24, 0x0001, 0x3380}, /* smallest half */
        {0x1p-25, 0x0000, 0x3300}, /* tie with zero */
        {0x1p-25 + 0x1p-60, 0x0001, 0x3300},
        {3 * 0x1p-25, 0x0002, 0x33c0},
        {0x1p-14 - 0x1p-26, 0x0400, 0x3880}, /* rounds up to the smallest normal */
        {-2.5, 0xc100, 0xc020},
        {3.4e38, 0x7c00, 0x7f80},   /* beyond the largest bf16, 3.39e38 */
        {0x1p-133, 0x0000, 0x0001}, /* smallest bf16 */
        {0x1p-134, 0x0000, 0x0000},
        {3 * 0x1p-134, 0x0000, 0x0002},
        {1e300, 0x7c00, 0x7f80},
        {-1e-300, 0x8000, 0x8000},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const float f = (float)cases[i].x;
        uint16_t h = 1, b = 1;
        iso_convert_f16(&h, 1, iso_view_f64(&cases[i].x, 1, 1));
        iso_convert_bf16(&b, 1, iso_view_f64(&cases[i].x, 1, 1));
        assert_int_equal(h, cases[i].f16);
        assert_int_equal(b, cases[i].bf16);
        if ((double)f != cases[i].x)
            continue;
        for (int level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX2; level++) {
            kernels((iso_cpu)level);
            iso_convert_f16(&h, 1, iso_view_f32(&f, 1, 1));
            iso_convert_bf16(&b, 1, iso_view_f32(&f, 1, 1));
            assert_int_equal(h, cases[i].f16);
            assert_int_equal(b, cases[i].bf16);
        }
    }
}

/* Rows apart in the source and in the target, odd lengths: nothing outside the rows is touched. */
static void strides_and_tails(void **state)
{
    enum { ROWS = 3, IN = 50, OUT = 47 };
    uint16_t src[ROWS * IN];
    float dst[ROWS * OUT];
    (void)state;

    for (int i = 0; i < ROWS * IN; i++)
        src[i] = (uint16_t)(0x3c00 + i);
    for (int level = ISO_CPU_PLAIN; level <= ISO_CPU_AVX2; level++) {
        kernels((iso_cpu)level);
        for (int cols = 0; cols < OUT; cols++) {
            memset(dst, 0, sizeof dst);
            iso_convert_f32(dst, OUT, (iso_view){src, ROWS, cols, IN, ISO_F16});
            for (int i = 0; i < ROWS * OUT; i++) {
                const int r = i / OUT, c = i % OUT;
                const double want = c < cols ? by_definition(src[r * IN + c], 10, 15) : 0;
                assert_true((double)dst[i] == want);
            }
        }
    }
}

static void what_single_precision_holds(void **state)
{
    double x[] = {0, 0, 1, 1e-60, 1e38, -3e38, 1e-37, 0};
    double peak = 0;
    int64_t row = -1;
    (void)state;

    assert_true(iso_view_fits_f32(&row, &peak, iso_view_f64(x, 4, 2)));
    x[1] = -1e-60; /* row 0 is nothing else */
    assert_false(iso_view_fits_f32(&row, &peak, iso_view_f64(x, 4, 2)));
    assert_int_equal(row, 0);
    near(peak, 1e-60, 0);
    x[1] = 0;
    x[5] = 1e39;
    assert_false(iso_view_fits_f32(&row, &peak, iso_view_f64(x, 4, 2)));
    assert_int_equal(row, 2);
    x[5] = INFINITY; /* is another matter */
    assert_true(iso_view_fits_f32(&row, &peak, iso_view_f64(x, 4, 2)));
}

static void any_type_to_any_other(void **state)
{
    const double x[] = {0.5, -3, 1024, 0x1p-14};
    char a[sizeof x], b[sizeof x];
    double back[4];
    (void)state;

    for (int from = ISO_F32; from <= ISO_BF16; from++) {
        for (int to = ISO_F32; to <= ISO_BF16; to++) {
            iso_convert(a, 2, (iso_dtype)from, iso_view_f64(x, 2, 2));
            iso_convert(b, 2, (iso_dtype)to, view_of(a, 2, 2, (iso_dtype)from));
            iso_convert_f64(back, 2, view_of(b, 2, 2, (iso_dtype)to));
            assert_memory_equal(back, x, sizeof x);
        }
    }
}

/* One bad number at every place of a matrix with padding; what lies in the padding does not count.
 */
static void names_the_row_that_is_not_finite(void **state)
{
    enum { ROWS = 3, COLS = 21, STRIDE = 24 };
    static const double bad[] = {INFINITY, -INFINITY, NAN};
    static const double largest[] = {[ISO_F32] = 0x1.fffffep127,
                                     [ISO_F64] = 0x1.fffffffffffffp1023,
                                     [ISO_F16] = 65504,
                                     [ISO_BF16] = 0x1.fep127};
    double x[ROWS * STRIDE];
    (void)state;

    for (int dtype = ISO_F32; dtype <= ISO_BF16; dtype++) {
        char y[sizeof x];
        const iso_view v = {y, ROWS, COLS, STRIDE, (iso_dtype)dtype};
        for (int at = -1; at < ROWS * STRIDE; at++) {
            const bool inside = at >= 0 && at % STRIDE < COLS;
            int64_t row = -7;
            for (int i = 0; i < ROWS * STRIDE; i++)
                x[i] = i % 2 ? largest[dtype] : -0x1p-20;
            if (at >= 0)
                x[at] = bad[at % 3];
            iso_convert(y, STRIDE, v.dtype, iso_view_f64(x, ROWS, STRIDE));
            assert_int_equal(iso_view_finite(&row, v), !inside);
            assert_int_equal(row, inside ? at / STRIDE : -7);
        }
    }
    assert_true(iso_view_finite(NULL, (iso_view){0}));
}

static void swaps_bytes(void **state)
{
    unsigned char b[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    (void)state;

    iso_swap_bytes(b, 2, 8);
    assert_int_equal(b[0], 7);
    assert_int_equal(b[15], 8);
    iso_swap_bytes(b, 2, 4);
    assert_int_equal(b[0], 4);
    assert_int_equal(b[7], 3);
    iso_swap_bytes(b, 1, 2);
    assert_int_equal(b[0], 5);
    assert_int_equal(b[2], 6);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        test(all_halves_mean_what_they_say),    test(fast_equals_plain_bit_by_bit),
        test(narrowing_fast_equals_plain),      test(every_half_survives),
        test(narrowing_rounds_once_to_even),    test(strides_and_tails),
        test(what_single_precision_holds),      test(any_type_to_any_other),
        test(names_the_row_that_is_not_finite), test(swaps_bytes),
    };
    return cmocka_run_group_tests(all, set_up, put_back);
}
