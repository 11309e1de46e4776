/* Large work areas: all of their bytes can be used, whatever the size; each may fail. */
#include "tests/check.h"

#include <string.h>

#include "lib/base/huge.h"

static void every_byte_is_there(void **state)
{
    (void)state;
    const int64_t size[] = {0, 1, 4095, (2 << 20) - 1, 2 << 20, (4 << 20) + 4097, (9 << 20) + 3};
    unsigned char *at[7];

    for (int i = 0; i < 7; i++) {
        ok(iso_alloc_huge(&at[i], size[i], 1));
        assert_int_equal((uintptr_t)at[i] % 64, 0);
        memset(at[i], i + 1, (size_t)size[i]);
    }
    for (int i = 0; i < 7; i++) {
        for (int64_t b = 0; b < size[i]; b += b + 4096 < size[i] ? 4096 : 1)
            assert_int_equal(at[i][b], i + 1);
        iso_free(at[i]);
    }
}

static void failure_leaves_the_pointer(void **state)
{
    (void)state;
    char here, *at = &here;

    iso_alloc_fail_after(0);
    fails(iso_alloc_huge(&at, 4 << 20, 1), ISO_ENOMEM, "out of memory");
    iso_alloc_fail_after(-1);
    fails(iso_alloc_huge(&at, -1, 1), ISO_EARG, "cannot allocate");
    fails(iso_alloc_huge(&at, INT64_MAX, 8), ISO_ENOMEM, "out of memory");
    assert_ptr_equal(at, &here);
}

int main(void)
{
    RUN_TESTS(test(every_byte_is_there), test(failure_leaves_the_pointer));
}
