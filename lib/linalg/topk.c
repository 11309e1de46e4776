#include "lib/linalg/topk.h"

/* Each set is the same C, compiled for another target; the compiler writes the vectors. */

#define TOPK_TARGET
#define TOPK(name) name##_plain
#include "lib/linalg/topk_tmpl.h"
#undef TOPK_TARGET
#undef TOPK

#if defined(__x86_64__) && defined(__GNUC__)

#define TOPK_TARGET __attribute__((target("avx2,fma")))
#define TOPK(name)  name##_avx2
#include "lib/linalg/topk_tmpl.h"

double iso_topk_dot(const float *x, const float *y, int64_t n)
{
    const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");

    return has ? dot_avx2(x, y, n) : dot_plain(x, y, n);
}

#else

double iso_topk_dot(const float *x, const float *y, int64_t n)
{
    return dot_plain(x, y, n);
}

#endif
