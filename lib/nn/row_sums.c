#include "lib/nn/row_sums.h"

#include <string.h>

#include "lib/nn/vector.h"

enum { COLUMNS = 64 }; /* that a thread sums at a time */

void iso_row_sums_add(float *to, const float *parts, int64_t chunks, int64_t stride, int64_t n)
{
    if (!to)
        return;
#pragma omp parallel for schedule(static) if (chunks * n > 1 << 14)
    for (int64_t j = 0; j < n; j += COLUMNS) {
        const int64_t width = n - j < COLUMNS ? n - j : COLUMNS;
        double sum[COLUMNS] = {0};
        for (int64_t i = 0; i < chunks; i++)
            for (int64_t c = 0; c < width; c++)
                sum[c] += (double)parts[i * stride + j + c];
        for (int64_t c = 0; c < width; c++)
            to[j + c] += (float)sum[c];
    }
}

iso_err iso_row_sums(float *to, iso_view x, iso_workspace *scratch)
{
    const int64_t chunks = iso_sum_chunks(x.rows);
    const iso_nn_vector *op = iso_nn_vector_best();
    iso_err err = ISO_OK;

    if (!to)
        return ISO_OK;
    ISO_TRY(iso_workspace_need(scratch, chunks * x.cols));
#pragma omp parallel for schedule(static) if (x.rows * x.cols > 1 << 14)
    for (int64_t k = 0; k < chunks; k++) {
        const int64_t first = k * ISO_SUM_ROWS;
        float *sum = scratch->at + k * x.cols;
        memcpy(sum, (const float *)x.data + first * x.stride, (size_t)x.cols * sizeof *sum);
        for (int64_t i = first + 1; i < x.rows && i < first + ISO_SUM_ROWS; i++)
            op->add(sum, (const float *)x.data + i * x.stride, x.cols);
    }
    iso_row_sums_add(to, scratch->at, chunks, x.cols, x.cols);
done:
    return err;
}
