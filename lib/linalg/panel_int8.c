#include "lib/linalg/panel_int8.h"

#include <stddef.h>
#include <string.h>

#include "lib/base/cpu.h"

static void plain_mul(int32_t *c, const uint8_t *a, const int8_t *panel, const int32_t *start,
                      int64_t m, int64_t depth)
{
    for (int64_t i = 0; i < m; i++, a += depth)
        for (int j = 0; j < ISO_INT8_PANEL; j++) {
            uint32_t sum = (uint32_t)start[j];
            for (int64_t l = 0; l < depth; l++)
                sum += (uint32_t)(a[l] * panel[(l / 4 * ISO_INT8_PANEL + j) * 4 + l % 4]);
            *c++ = (int32_t)sum;
        }
}

static void nothing(void)
{
}

static const iso_panel_int8 plain = {"plain", 4, 128, plain_mul, nothing, nothing};

const iso_panel_int8 *iso_panel_int8_plain(void)
{
    return &plain;
}

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

/* --- 256 bits --- */

#define LOAD(p)     _mm256_loadu_si256((const void *)(p))
#define STORE(p, v) _mm256_storeu_si256((void *)(p), v)
#define VECTOR      __m256i
#define EACH32(p)   each_avx2(p)

#define AVX2 __attribute__((target("avx2")))

AVX2 __attribute__((always_inline)) static inline __m256i each_avx2(const uint8_t *p)
{
    int32_t four;

    memcpy(&four, p, sizeof four);
    return _mm256_set1_epi32(four);
}

/* Two products of 7 and 8 bits fit the 16 bits that they are added in: 2 · 127 · 127 < 2¹⁵. */
AVX2 __attribute__((always_inline)) static inline __m256i dot_avx2(__m256i sum, __m256i a,
                                                                   __m256i b)
{
    const __m256i two = _mm256_maddubs_epi16(a, b);

    return _mm256_add_epi32(sum, _mm256_madd_epi16(two, _mm256_set1_epi16(1)));
}

#define NAME(x)        avx2_##x
#define TARGET         AVX2
#define DOT(sum, a, b) dot_avx2(sum, a, b)
#define ROWS           4
#include "lib/linalg/panel_int8_tmpl.h"

static const iso_panel_int8 avx2 = {"AVX2", 4, 64, avx2_mul, nothing, nothing};

#define LOAD(p)        _mm256_loadu_si256((const void *)(p))
#define STORE(p, v)    _mm256_storeu_si256((void *)(p), v)
#define VECTOR         __m256i
#define EACH32(p)      each_avx2(p)
#define NAME(x)        avxvnni_##x
#define TARGET         __attribute__((target("avx2,avxvnni")))
#define DOT(sum, a, b) _mm256_dpbusd_avx_epi32(sum, a, b)
#define ROWS           6
#include "lib/linalg/panel_int8_tmpl.h"

static const iso_panel_int8 avxvnni = {"AVX-VNNI", 4, 128, avxvnni_mul, nothing, nothing};

/* --- 512 bits --- */

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))

AVX512 __attribute__((always_inline)) static inline __m512i each_avx512(const uint8_t *p)
{
    int32_t four;

    memcpy(&four, p, sizeof four);
    return _mm512_set1_epi32(four);
}

#define LOAD(p)        _mm512_loadu_si512((const void *)(p))
#define STORE(p, v)    _mm512_storeu_si512((void *)(p), v)
#define VECTOR         __m512i
#define EACH32(p)      each_avx512(p)
#define NAME(x)        vnni_##x
#define TARGET         AVX512
#define DOT(sum, a, b) _mm512_dpbusd_epi32(sum, a, b)
#define ROWS           12
#include "lib/linalg/panel_int8_tmpl.h"

static const iso_panel_int8 vnni = {"AVX512-VNNI", 4, 128, vnni_mul, nothing, nothing};

/* --- Tiles: 16 rows of 64 bytes; two of a times two of the panel --- */

enum { DEPTH = 64 };

#define AMX __attribute__((target("avx512f,amx-tile,amx-int8")))

struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes[16]; /* of a row */
    uint8_t rows[16];
};

AMX static void amx_begin(void)
{
    enum { HALF = 16 };
    static const struct tile_config config = {
        .palette = 1,
        .bytes = {64, 64, 64, 64, 64, 64, 64, 64},
        .rows = {HALF, HALF, HALF, HALF, HALF, HALF, HALF, HALF},
    };

    _tile_loadconfig(&config);
}

AMX static void amx_end(void)
{
    _tile_release();
}

AMX static void amx_mul(int32_t *c, const uint8_t *a, const int8_t *panel, const int32_t *start,
                        int64_t m, int64_t depth)
{
    enum { HALF = 16, COLUMNS = 4 * ISO_INT8_PANEL };

    for (int64_t i = 0; i < m; i += ISO_INT8_ROWS) {
        const uint8_t *above = a + i * depth, *below = above + HALF * depth;
        int32_t *to = c + i * ISO_INT8_PANEL;
        _tile_loadd(0, start, 0);
        _tile_loadd(1, start + HALF, 0);
        _tile_loadd(2, start, 0);
        _tile_loadd(3, start + HALF, 0);
        for (int64_t l = 0; l < depth; l += DEPTH) {
            const int8_t *at = panel + l * ISO_INT8_PANEL;
            _tile_loadd(4, above + l, depth);
            _tile_loadd(6, at, COLUMNS);
            _tile_dpbusd(0, 4, 6);
            _tile_loadd(7, at + COLUMNS / 2, COLUMNS);
            _tile_dpbusd(1, 4, 7);
            _tile_loadd(5, below + l, depth);
            _tile_dpbusd(2, 5, 6);
            _tile_dpbusd(3, 5, 7);
        }
        _tile_stored(0, to, COLUMNS);
        _tile_stored(1, to + HALF, COLUMNS);
        _tile_stored(2, to + HALF * ISO_INT8_PANEL, COLUMNS);
        _tile_stored(3, to + HALF * ISO_INT8_PANEL + HALF, COLUMNS);
    }
}

static const iso_panel_int8 amx = {"AMX", DEPTH, 128, amx_mul, amx_begin, amx_end};

/* Best first. */
const iso_panel_int8 *iso_panel_int8_each(int i)
{
    const int has = iso_cpu_dots();
    const bool can[] = {has & ISO_CPU_DOT8_AMX, has & ISO_CPU_DOT8_AVX512, has & ISO_CPU_DOT8_AVX,
                        iso_cpu_level() >= ISO_CPU_AVX2, true};
    const iso_panel_int8 *const all[] = {&amx, &vnni, &avxvnni, &avx2, &plain};

    for (int n = 0; n < (int)(sizeof all / sizeof *all); n++)
        if (can[n] && i-- == 0)
            return all[n];
    return NULL;
}

#else

const iso_panel_int8 *iso_panel_int8_each(int i)
{
    return i == 0 ? &plain : NULL;
}

#endif

static const iso_panel_int8 *forced;

void iso_panel_int8_force(const char *name)
{
    forced = NULL;
    for (int i = 0; name && iso_panel_int8_each(i); i++)
        if (strcmp(iso_panel_int8_each(i)->name, name) == 0)
            forced = iso_panel_int8_each(i);
}

const iso_panel_int8 *iso_panel_int8_best(void)
{
    return forced ? forced : iso_panel_int8_each(0);
}

bool iso_panel_int8_pays(void)
{
    return iso_panel_int8_best() != &plain;
}
