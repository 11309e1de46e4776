/* Lesson 1: how alike are two matrices in memory?
 *
 *     cc 01_two_matrices.c $(pkg-config --cflags --libs isogloss) -o two_matrices
 *     ./two_matrices
 *
 * X holds 200 items in 32 dimensions, Y the same items seen by somebody else: rotated by swapping
 * columns, scaled, and with noise of its own. CKA does not mind the first two and sees the third.
 */
#include <stdio.h>
#include <stdlib.h>

#include <isogloss/kernels.h>

enum { ITEMS = 200, DIMS = 32 };

int main(void)
{
    static float x[ITEMS * DIMS], y[ITEMS * DIMS];
    iso_rng rng = iso_rng_seeded(1, 0);

    for (int i = 0; i < ITEMS; i++)
        for (int j = 0; j < DIMS; j++)
            x[i * DIMS + j] = (float)iso_rng_normal(&rng);
    for (int i = 0; i < ITEMS; i++)
        for (int j = 0; j < DIMS; j++)
            y[i * DIMS + j] = 3 * x[i * DIMS + (DIMS - 1 - j)] + (float)iso_rng_normal(&rng);

    /* A view borrows our arrays; a source of rows is what every analysis reads from. */
    iso_rows *source[2] = {NULL, NULL};
    if (iso_rows_of_view(&source[0], iso_view_f32(x, ITEMS, DIMS)) ||
        iso_rows_of_view(&source[1], iso_view_f32(y, ITEMS, DIMS))) {
        fprintf(stderr, "%s\n", iso_err_msg());
        return EXIT_FAILURE;
    }

    const iso_gram_pair pair = {0, 1};
    const iso_measure *wanted = &iso_cka_debiased;
    const iso_task task = {.matrix = source,
                           .matrices = 2,
                           .pair = &pair,
                           .pairs = 1,
                           .measure = &wanted,
                           .measures = 1};
    iso_value v;
    const iso_err err = iso_measure_pairs(&v, &task, NULL);

    if (err)
        fprintf(stderr, "%s\n", iso_err_msg());
    else
        printf("debiased CKA %.4f, 95%% interval [%.4f, %.4f] by %s, %d items\n", v.value, v.lo,
               v.hi, v.interval, (int)v.n);
    iso_rows_close(source[0]);
    iso_rows_close(source[1]);
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
