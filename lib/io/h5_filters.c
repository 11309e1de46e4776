/* Filters that HDF5 does not bring itself: LZF, as h5py writes it (compression="lzf"). */
#include "lib/io/h5_inside.h"

#ifdef ISO_LZF

#include <errno.h>
#include <lzf.h>

enum { LZF = 32000, CHUNK_SIZE = 2, GUESS = 1 << 16 };

/* The third of the filter's values is the bytes of a chunk; files without it are guessed at. */
static size_t unpack(unsigned flags, size_t count, const unsigned *values, size_t packed,
                     size_t *room, void **block)
{
    size_t size = count > CHUNK_SIZE && values[CHUNK_SIZE] ? values[CHUNK_SIZE] : GUESS;

    if (!(flags & H5Z_FLAG_REVERSE) || packed > UINT32_MAX)
        return 0;
    for (; size <= UINT32_MAX; size *= 2) {
        void *out = H5allocate_memory(size, false);
        if (!out)
            return 0;
        errno = 0;
        const unsigned n = lzf_decompress(*block, (unsigned)packed, out, (unsigned)size);
        if (n > 0) {
            (void)H5free_memory(*block);
            *block = out;
            *room = size;
            return n;
        }
        (void)H5free_memory(out);
        if (errno != E2BIG)
            return 0;
    }
    return 0;
}

void iso_h5_filters(void)
{
    static const H5Z_class2_t lzf = {H5Z_CLASS_T_VERS, LZF, 0, 1, "lzf", NULL, NULL, unpack};

    if (H5Zfilter_avail(LZF) <= 0)
        (void)H5Zregister(&lzf);
}

#else

void iso_h5_filters(void)
{
}

#endif
