/* One set of loops; included with TOPK(name) and TOPK_TARGET defined (topk.c). */

/* The product of two floats is exact in double, so that fused or not, in vectors or not, the same
 * sixteen sums come out, and they are joined in one order. */
TOPK_TARGET static double TOPK(dot)(const float *x, const float *y, int64_t n)
{
    double part[16] = {0}, rest = 0;
    int64_t j = 0;

    for (; j + 16 <= n; j += 16)
#pragma omp simd
        for (int l = 0; l < 16; l++)
            part[l] += (double)x[j + l] * (double)y[j + l];
    for (; j < n; j++)
        rest += (double)x[j] * (double)y[j];
    for (int half = 8; half > 0; half /= 2)
        for (int l = 0; l < half; l++)
            part[l] += part[l + half];
    return part[0] + rest;
}
