/* Whether all numbers are finite, and bytes the other way round: work on words, not numbers. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "lib/linalg/convert.h"

/* A number is not finite when all bits of its exponent are set. In a word of several numbers,
 * with the rest masked away, adding one at the lowest exponent bit then carries into the sign
 * bit and no further. */
struct exponent {
    uint64_t mask, one, sign;
};

static const struct exponent exponents[] = {
    [ISO_F32] = {0x7f8000007f800000, 0x0080000000800000, 0x8000000080000000},
    [ISO_F64] = {0x7ff0000000000000, 0x0010000000000000, 0x8000000000000000},
    [ISO_F16] = {0x7c007c007c007c00, 0x0400040004000400, 0x8000800080008000},
    [ISO_BF16] = {0x7f807f807f807f80, 0x0080008000800080, 0x8000800080008000},
};

static bool finite_bytes(const char *p, size_t bytes, const struct exponent *e)
{
    uint64_t w[4], seen = 0;
    size_t i = 0;

    for (; i + sizeof w <= bytes; i += sizeof w) {
        memcpy(w, p + i, sizeof w);
        seen |= (w[0] & e->mask) + e->one;
        seen |= (w[1] & e->mask) + e->one;
        seen |= (w[2] & e->mask) + e->one;
        seen |= (w[3] & e->mask) + e->one;
    }
    for (; i < bytes; i += sizeof w[0]) {
        const size_t left = bytes - i < sizeof w[0] ? bytes - i : sizeof w[0];
        w[0] = 0;
        memcpy(w, p + i, left);
        seen |= (w[0] & e->mask) + e->one;
    }
    return !(seen & e->sign);
}

bool iso_view_finite(int64_t *row, iso_view v)
{
    const size_t size = iso_dtype_size(v.dtype), bytes = (size_t)v.cols * size;
    const char *p = v.data;

    for (int64_t i = 0; i < v.rows; i++) {
        if (!finite_bytes(p + (size_t)(i * v.stride) * size, bytes, &exponents[v.dtype])) {
            if (row)
                *row = i;
            return false;
        }
    }
    return true;
}

void iso_swap_bytes(void *data, int64_t count, size_t size)
{
    unsigned char *p = data;

    for (int64_t i = 0; i < count; i++, p += size) {
        for (size_t a = 0, b = size - 1; a < b; a++, b--) {
            const unsigned char t = p[a];
            p[a] = p[b];
            p[b] = t;
        }
    }
}

bool iso_view_fits_f32(int64_t *row, double *peak, iso_view v)
{
    for (int64_t i = 0; v.dtype == ISO_F64 && i < v.rows; i++) {
        const double *x = (const double *)v.data + i * v.stride;
        double top = 0;
        for (int64_t j = 0; j < v.cols; j++)
            top = fmax(top, fabs(x[j]));
        if (isfinite(top) && top > 0 && (top > (double)FLT_MAX || top < (double)FLT_MIN)) {
            *row = i;
            *peak = top;
            return false;
        }
    }
    return true;
}
