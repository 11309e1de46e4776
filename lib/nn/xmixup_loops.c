#include "lib/nn/xmixup_loops.h"

#include "lib/nn/vector.h"

/* Each set is the same C, compiled for another target. */
#pragma GCC diagnostic ignored "-Wpsabi"

enum { LANES = ISO_MIX_LANES };

#define TARGET
#define NAME(x) plain_##x
#include "lib/nn/xmixup_tmpl.h"
#undef TARGET
#undef NAME

#define SET(s)                                                                                     \
    {                                                                                              \
        s##_range_f32, s##_range_f64, s##_shift_f32, s##_shift_f64, s##_fold, s##_pull             \
    }

static const iso_mix_loops plain = SET(plain);

#if defined(__x86_64__) && defined(__GNUC__)

#define TARGET  __attribute__((target("avx2,fma")))
#define NAME(x) avx2_##x
#include "lib/nn/xmixup_tmpl.h"

static const iso_mix_loops avx2 = SET(avx2);

const iso_mix_loops *iso_mix_loops_best(void)
{
    return iso_nn_vector_best() == iso_nn_vector_plain() ? &plain : &avx2;
}

#else

const iso_mix_loops *iso_mix_loops_best(void)
{
    return &plain;
}

#endif
