#include "lib/nn/linear_back.h"

iso_err iso_linear_back_input(iso_mat *dx, iso_view dy, const iso_linear *l, double beta,
                              const iso_then *then, iso_nn_times *times)
{
    const int64_t began = iso_nn_began(times);
    const iso_err err = iso_product_run(
        dx, &(iso_product){.a = dy, .b = l->w, .thirds = true, .beta = beta, .then = then});

    iso_nn_ended(times, ISO_NN_PRODUCTS, began);
    return err;
}

iso_err iso_linear_back_weights(const iso_linear_grad *g, iso_view dy, iso_view x,
                                iso_workspace *sums, iso_nn_times *times)
{
    const int64_t began = iso_nn_began(times);
    iso_mat w = {g->w, dy.cols, x.cols, x.cols, ISO_F32, NULL};
    iso_err err = ISO_OK;

    if (g->w)
        ISO_TRY(iso_product_run(
            &w, &(iso_product){.a = dy, .b = x, .ta = true, .thirds = true, .beta = 1}));
    iso_nn_ended(times, ISO_NN_PRODUCTS, began);
    ISO_TRY(iso_row_sums(g->bias, dy, sums));
done:
    return err;
}
