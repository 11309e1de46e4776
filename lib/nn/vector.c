#include "lib/nn/vector.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "lib/base/cpu.h"

/* Each set is the same C, compiled for another target. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define TARGET
#define NAME(x) plain_##x
#define LANES   4
#include "lib/nn/vector_tmpl.h"
#undef TARGET
#undef NAME
#undef LANES

#define SET(s)                                                                                     \
    {                                                                                              \
        s##_norm, s##_gelu, s##_gelu_tanh, s##_relu, s##_softmax, s##_most, s##_scale, s##_plus,   \
            #s                                                                                     \
    }

static const iso_nn_vector plain = SET(plain);

const iso_nn_vector *iso_nn_vector_plain(void)
{
    return &plain;
}

#if defined(__x86_64__) && defined(__GNUC__)

#define TARGET  __attribute__((target("avx2,fma")))
#define NAME(x) avx2_##x
#define LANES   8
#include "lib/nn/vector_tmpl.h"
#undef TARGET
#undef NAME
#undef LANES

#define TARGET  __attribute__((target("avx512f,avx512cd,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define NAME(x) avx512_##x
#define LANES   16
#include "lib/nn/vector_tmpl.h"

static const iso_nn_vector avx2 = SET(avx2), avx512 = SET(avx512);

const iso_nn_vector *iso_nn_vector_best(void)
{
    const iso_cpu cpu = iso_cpu_level();

    return cpu >= ISO_CPU_AVX512 ? &avx512 : cpu >= ISO_CPU_AVX2 ? &avx2 : &plain;
}

#else

const iso_nn_vector *iso_nn_vector_best(void)
{
    return &plain;
}

#endif
