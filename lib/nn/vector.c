#include "lib/nn/vector.h"

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
        s##_norm, s##_gelu, s##_gelu_tanh, s##_relu, s##_softmax, #s                               \
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

static const iso_nn_vector avx2 = SET(avx2);

const iso_nn_vector *iso_nn_vector_best(void)
{
    return iso_cpu_level() >= ISO_CPU_AVX2 ? &avx2 : &plain;
}

#else

const iso_nn_vector *iso_nn_vector_best(void)
{
    return &plain;
}

#endif
