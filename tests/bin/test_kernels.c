/* The choice of kernels, as a pure function. */
#include "tests/check.h"

#include "bin/kernels.h"

static const char dynamic[] = "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH NO_AFFINITY";
static const struct kernels_cpu old = {.known = true}, avx2 = {.known = true, .avx2 = true},
                                zen = {.known = true, .avx2 = true, .amd = true},
                                avx512 = {.known = true, .avx2 = true, .avx512 = true},
                                zen4 = {.known = true, .avx2 = true, .avx512 = true, .amd = true},
                                other = {0};

static void a_wrong_guess_is_corrected(void **state)
{
    (void)state;
    text(kernels_choose(&avx512, "Haswell", dynamic), "SkylakeX");
    text(kernels_choose(&avx512, "Prescott", dynamic), "SkylakeX");
    text(kernels_choose(&zen4, "Zen", dynamic), "SkylakeX");
    text(kernels_choose(&avx2, "Sandybridge", dynamic), "Haswell");
    text(kernels_choose(&zen, "Excavator", dynamic), "Zen");
}

static void a_right_guess_stays(void **state)
{
    (void)state;
    assert_null(kernels_choose(&avx512, "SkylakeX", dynamic));
    assert_null(kernels_choose(&avx512, "Cooperlake", dynamic));
    assert_null(kernels_choose(&zen4, "Cooperlake", dynamic));
    assert_null(kernels_choose(&zen, "Haswell", dynamic)); /* equally wide */
    assert_null(kernels_choose(&avx2, "Zen", dynamic));
}

static void never_more_than_the_cpu_can(void **state)
{
    (void)state;
    assert_null(kernels_choose(&old, "Prescott", dynamic));
    assert_null(kernels_choose(&avx2, "Haswell", dynamic));
    assert_null(kernels_choose(&other, "Haswell", dynamic));
    assert_null(kernels_best(&other));
}

static void what_is_not_known_stays(void **state)
{
    (void)state;
    assert_null(kernels_choose(&avx512, "Zen9", dynamic));
    assert_null(kernels_choose(&avx512, "Haswell", "OpenBLAS 0.3.21 NO_AFFINITY Haswell"));
    assert_null(kernels_choose(&other, "neoversen1", dynamic));
}

int main(void)
{
    RUN_TESTS(test(a_wrong_guess_is_corrected), test(a_right_guess_stays),
              test(never_more_than_the_cpu_can), test(what_is_not_known_stays));
}
