#include "lib/linalg/tile.h"

#include <string.h>

/* Each set is the same C, compiled for another target; the compiler writes the vectors. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define TARGET
#define ROWS    4
#define NAME(x) f32_plain_##x
#define REAL    float
#define LANE    int32_t
#define LANES   4
#define COUNT   0, 1, 2, 3
#include "lib/linalg/tile_tmpl.h"

#define NAME(x) f64_plain_##x
#define REAL    double
#define LANE    int64_t
#define LANES   2
#define COUNT   0, 1
#include "lib/linalg/tile_tmpl.h"
#undef TARGET
#undef ROWS

#if defined(__x86_64__) && defined(__GNUC__)

#define TARGET  __attribute__((target("avx2,fma")))
#define ROWS    6
#define NAME(x) f32_avx2_##x
#define REAL    float
#define LANE    int32_t
#define LANES   8
#define COUNT   0, 1, 2, 3, 4, 5, 6, 7
#include "lib/linalg/tile_tmpl.h"

#define NAME(x) f64_avx2_##x
#define REAL    double
#define LANE    int64_t
#define LANES   4
#define COUNT   0, 1, 2, 3
#include "lib/linalg/tile_tmpl.h"
#undef TARGET
#undef ROWS

#define TARGET  __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define ROWS    14
#define NAME(x) f32_avx512_##x
#define REAL    float
#define LANE    int32_t
#define LANES   16
#define COUNT   0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
#include "lib/linalg/tile_tmpl.h"

#define NAME(x) f64_avx512_##x
#define REAL    double
#define LANE    int64_t
#define LANES   8
#define COUNT   0, 1, 2, 3, 4, 5, 6, 7
#include "lib/linalg/tile_tmpl.h"

const iso_tiles *iso_tiles_best(iso_dtype dtype)
{
    switch (iso_cpu_level()) {
    case ISO_CPU_AVX512:
        return dtype == ISO_F64 ? &f64_avx512_kernels : &f32_avx512_kernels;
    case ISO_CPU_AVX2:
        return dtype == ISO_F64 ? &f64_avx2_kernels : &f32_avx2_kernels;
    case ISO_CPU_PLAIN:
        break;
    }
    return dtype == ISO_F64 ? &f64_plain_kernels : &f32_plain_kernels;
}

#else

const iso_tiles *iso_tiles_best(iso_dtype dtype)
{
    return dtype == ISO_F64 ? &f64_plain_kernels : &f32_plain_kernels;
}

#endif
