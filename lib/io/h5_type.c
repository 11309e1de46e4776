/* How numbers and texts lie in a file and in memory. */
#include "lib/io/h5_inside.h"

#include <string.h>

/* Two bytes: sign, exponent, `mantissa` bits. */
static hid_t short_type(H5T_order_t order, size_t mantissa)
{
    const hid_t t = H5Tcopy(H5T_IEEE_F32LE);
    const size_t exponent = 15 - mantissa;

    if (t >= 0 && H5Tset_fields(t, 15, mantissa, exponent, 0, mantissa) >= 0 &&
        H5Tset_precision(t, 16) >= 0 && H5Tset_size(t, 2) >= 0 &&
        H5Tset_ebias(t, ((size_t)1 << (exponent - 1)) - 1) >= 0 && H5Tset_order(t, order) >= 0)
        return t;
    iso_h5_shut(t);
    return H5I_INVALID_HID;
}

hid_t iso_h5_float_type(iso_dtype dtype, H5T_order_t order)
{
    const bool little = order == H5T_ORDER_LE;

    if (dtype == ISO_F16 || dtype == ISO_BF16)
        return short_type(order, dtype == ISO_F16 ? 10 : 7);
    if (dtype == ISO_F32)
        return H5Tcopy(little ? H5T_IEEE_F32LE : H5T_IEEE_F32BE);
    if (dtype == ISO_F64)
        return H5Tcopy(little ? H5T_IEEE_F64LE : H5T_IEEE_F64BE);
    return H5I_INVALID_HID;
}

H5T_order_t iso_h5_our_order(void)
{
    return H5Tget_order(H5T_NATIVE_FLOAT);
}

bool iso_h5_float_of(iso_dtype *dtype, bool *little, hid_t type)
{
    static const iso_dtype known[] = {ISO_F16, ISO_F32, ISO_F64, ISO_BF16};
    static const H5T_order_t orders[] = {H5T_ORDER_LE, H5T_ORDER_BE};
    bool found = false;

    for (int i = 0; i < 8 && !found; i++) {
        const hid_t t = iso_h5_float_type(known[i / 2], orders[i % 2]);
        if (t >= 0 && H5Tequal(t, type) > 0) {
            *dtype = known[i / 2];
            *little = i % 2 == 0;
            found = true;
        }
        iso_h5_shut(t);
    }
    return found;
}

hid_t iso_h5_text_type(int64_t fixed)
{
    const hid_t t = H5Tcopy(H5T_C_S1);

    if (t >= 0) {
        (void)H5Tset_size(t, (size_t)fixed);
        (void)H5Tset_cset(t, H5T_CSET_UTF8);
        (void)H5Tset_strpad(t, H5T_STR_NULLPAD);
    }
    return t;
}

int64_t iso_h5_fixed_length(const char *text, size_t size, H5T_str_t pad)
{
    size_t n = strnlen(text, size);

    while (pad == H5T_STR_SPACEPAD && n > 0 && text[n - 1] == ' ')
        n--;
    return (int64_t)n;
}
