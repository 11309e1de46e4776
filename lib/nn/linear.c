#include "lib/nn/linear.h"

iso_err iso_linear_ready(iso_linear *l)
{
    const iso_err err = l->packed ? ISO_OK : iso_packed_new(&l->packed, l->w, l->compute);

    return err == ISO_EFORMAT && l->name
               ? iso_fail(err, "%s: tensor %s holds NaN or infinity", l->file, l->name)
               : err;
}

iso_err iso_linear_fwd(iso_mat *y, iso_view x, iso_linear *l, const iso_then *then)
{
    const iso_err err = iso_linear_ready(l);

    return err ? err : iso_packed_mul_then(y, x, l->packed, l->bias, then);
}

void iso_linear_free(iso_linear *l)
{
    iso_packed_free(l->packed);
    l->packed = NULL;
}
