/* Numbers as text, the same in every locale. */
#ifndef ISO_IO_NUMBER_H
#define ISO_IO_NUMBER_H

#include <stdint.h>

#include "lib/base/api.h"

ISO_BEGIN

/** Room for any number as text, with its NUL. */
enum { ISO_NUMBER_SIZE = 40 };

/**
 * For files: the fewest digits from 12 up that read back within 1e-12 relative, zeros at the end
 * left out ("0.25"). `value` is finite; returns `out`.
 */
const char *iso_number_exact(char out[ISO_NUMBER_SIZE], double value);

/** For what is gone on with: the fewest digits from 15 up that read back as the same number. */
const char *iso_number_same(char out[ISO_NUMBER_SIZE], double value);

/**
 * For people: `places` decimals ("0.8412"); powers of ten when those would show nothing
 * ("2.0e-10") or too much ("1.2e+09"). `value` is finite; returns `out`.
 */
const char *iso_number_short(char out[ISO_NUMBER_SIZE], double value, int places);

/** An integer; returns `out`. */
const char *iso_number_int(char out[ISO_NUMBER_SIZE], int64_t value);

ISO_END

#endif
