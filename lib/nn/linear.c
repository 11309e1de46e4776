#include "lib/nn/linear.h"

#include "lib/nn/vector.h"

/* What a product is finished with, after the bias. */
struct finish {
    const float *bias;
    const iso_then *then;
};

static void add_bias(void *with, const iso_mat *part, int64_t row, int64_t col)
{
    const struct finish *f = with;
    const iso_nn_vector *op = iso_nn_vector_best();

    for (int64_t i = 0; i < part->rows; i++)
        op->add((float *)part->data + i * part->stride, f->bias + col, part->cols);
    if (f->then)
        f->then->call(f->then->with, part, row, col);
}

static iso_err multiply(iso_mat *y, iso_view x, const iso_linear *l, const iso_then *then)
{
    struct finish f = {l->bias, then};
    const iso_then all = {add_bias, &f, then && then->whole};

    return iso_product_run(
        y, &(iso_product){
               .a = x, .b = l->w, .tb = true, .thirds = true, .then = l->bias ? &all : then});
}

iso_err iso_linear_ready(iso_linear *l)
{
    const iso_err err =
        l->packed || l->changes ? ISO_OK : iso_packed_new(&l->packed, l->w, l->compute);

    return err == ISO_EFORMAT && l->name
               ? iso_fail(err, "%s: tensor %s holds NaN or infinity", l->file, l->name)
               : err;
}

iso_err iso_linear_fwd(iso_mat *y, iso_view x, iso_linear *l, const iso_then *then)
{
    const iso_err err = iso_linear_ready(l);

    if (l->changes)
        return multiply(y, x, l, then);
    return err ? err : iso_packed_mul_then(y, x, l->packed, l->bias, then);
}

void iso_linear_free(iso_linear *l)
{
    iso_packed_free(l->packed);
    l->packed = NULL;
}
