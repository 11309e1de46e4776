/* How fast this machine is at what Isogloss does. */
#include "bin/cmd/rates.h"

#include <string.h>
#include <time.h>

#include "lib/base/alloc.h"
#include "lib/linalg/product.h"
#include "lib/linalg/convert.h"

static const char title[] = "measuring rates";

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Numbers that are neither zero nor denormal, whose sums stay small. */
static void fill(iso_mat *m)
{
    for (int64_t i = 0; i < m->rows * m->cols; i++) {
        const double value = (double)(i * 7919 % 1024) / 512 - 1;
        if (m->dtype == ISO_F64)
            ((double *)m->data)[i] = value;
        else
            ((float *)m->data)[i] = (float)value;
    }
}

iso_err rate_products(double *out, iso_dtype dtype, const iso_run *run)
{
    enum { ROWS = 2048, COLS = 768 };
    iso_mat a = {0}, c = {0};
    iso_err err = ISO_OK;
    double least = 1e30;

    ISO_TRY(iso_mat_new(&a, ROWS, COLS, dtype));
    ISO_TRY(iso_mat_new(&c, COLS, COLS, dtype));
    fill(&a);
    for (double began = now(), left = 0.5; left > 0;) {
        const double t = now();
        ISO_TRY(iso_mul_tn(&c, iso_mat_view(&a), iso_mat_view(&a), 0));
        const double took = now() - t;
        least = took < least ? took : least;
        left = 0.5 - (now() - began);
        ISO_TRY(iso_run_step(run, title, 0, 0, "products"));
    }
    *out = 2.0 * ROWS * COLS * COLS / least;
done:
    iso_mat_free(&a);
    iso_mat_free(&c);
    return err;
}

/* Looks for a byte that is not there: the C library's memchr reads at full width. */
static int64_t look_through(const char *data, int64_t bytes)
{
    const int64_t piece = 1 << 20;
    int64_t found = 0;

#pragma omp parallel for reduction(+ : found)
    for (int64_t at = 0; at < bytes; at += piece)
        found += memchr(data + at, 1, (size_t)(bytes - at < piece ? bytes - at : piece)) != NULL;
    return found;
}

iso_err rate_memory(double *out, const iso_run *run)
{
    const int64_t half = iso_run_mem(run) / 2, bytes = half < 256 << 20 ? half : 256 << 20;
    char *data = NULL;
    iso_err err = ISO_OK;
    double least = 1e30;

    ISO_TRY(iso_alloc(&data, bytes, 1));
    memset(data, 2, (size_t)bytes); /* pages of zeros are one page until written */
    for (int i = 0; i < 5; i++) {
        const double t = now();
        if (look_through(data, bytes) != 0)
            ISO_FAIL(ISO_ENUMERIC, "memory does not hold what was written");
        const double took = now() - t;
        least = took < least ? took : least;
        ISO_TRY(iso_run_step(run, title, 0, 0, "bytes"));
    }
    *out = (double)bytes / least;
done:
    iso_free(data);
    return err;
}

/* Reads matrix after matrix until the end or for `seconds`; adds the bytes and the time it took. */
static iso_err read_some(double *bytes, double *took, iso_states *states, double seconds,
                         int64_t most, const iso_run *run)
{
    enum { BLOCK = 1024 };
    const double began = now();
    iso_rows *rows = NULL;
    iso_mat block = {0};
    iso_err err = ISO_OK;

    for (int l = 0; l < iso_states_langs(states); l++) {
        const iso_lang *lang = iso_states_lang(states, l);
        for (int k = 0; k < lang->layer_count; k++) {
            ISO_TRY(iso_states_rows(&rows, states, l, lang->layers[k]));
            iso_mat_free(&block);
            ISO_TRY(iso_mat_new(&block, BLOCK, rows->cols, ISO_F32));
            for (int64_t at = 0; at < rows->rows; at += BLOCK) {
                const int64_t left = rows->rows - at, count = left < BLOCK ? left : BLOCK;
                iso_view view;
                ISO_TRY(iso_rows_read(rows, at, count, &view));
                iso_convert_f32(block.data, block.stride, view);
                *bytes += (double)(count * rows->cols) * (double)iso_dtype_size(rows->dtype);
                *took = now() - began;
                ISO_TRY(iso_run_step(run, title, (int64_t)*bytes, 0, "bytes"));
                if (*took > seconds || (most > 0 && *bytes >= (double)most))
                    goto done;
            }
            iso_rows_close(rows);
            rows = NULL;
        }
    }
done:
    iso_rows_close(rows);
    iso_mat_free(&block);
    return err;
}

iso_err rate_reading(double *out, iso_states *states, const iso_run *run)
{
    double cold = 0, warm = 0, took = 0;
    iso_err err = read_some(&cold, &took, states, 1, 0, run);

    if (err == ISO_OK)
        err = read_some(&warm, &took, states, 30, (int64_t)cold, run);
    if (err == ISO_OK)
        *out = took > 0 ? warm / took : 0;
    return err;
}
