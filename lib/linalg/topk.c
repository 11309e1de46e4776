#include "lib/linalg/topk.h"

#include <math.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/cpu.h"
#include "lib/linalg/topk_inside.h"

/* --- Loops over a tile of keys --- */

/* Each set is the same C, compiled for another target; the compiler writes the vectors, all but the
 * gathering of their signs, for which C has no word. */
#pragma GCC diagnostic ignored "-Wpsabi"

typedef int32_t four __attribute__((vector_size(16)));

static inline int signs_plain(four v)
{
    return (v[0] < 0) | (v[1] < 0) << 1 | (v[2] < 0) << 2 | (v[3] < 0) << 3;
}

#define TOPK_TARGET
#define TOPK(name) name##_plain
#define LANES      4
#define SIGNS(v)   signs_plain((four)(v))
#include "lib/linalg/topk_tmpl.h"

#define SET(s)                                                                                     \
    {                                                                                              \
        dot_##s, unit_##s, whole_##s, tilt_##s, count_##s, range_##s, scan_##s, band_##s           \
    }

static const struct topk_loops plain = SET(plain);

#if defined(__x86_64__) && defined(__GNUC__)

typedef float eight __attribute__((vector_size(32)));

#define TOPK_TARGET __attribute__((target("avx2,fma")))
#define TOPK(name)  name##_avx2
#define LANES       8
#define SIGNS(v)    __builtin_ia32_movmskps256((eight)(v))
#include "lib/linalg/topk_tmpl.h"

static const struct topk_loops avx2 = SET(avx2);

const struct topk_loops *iso_topk_loops(void)
{
    return iso_cpu_level() >= ISO_CPU_AVX2 ? &avx2 : &plain;
}

#else

const struct topk_loops *iso_topk_loops(void)
{
    return &plain;
}

#endif

double iso_topk_dot(const float *x, const float *y, int64_t n)
{
    return iso_topk_loops()->dot(x, y, n);
}

/* --- Bounded lists of what may be among the best --- */

/* A list has room for twice what is wanted, but never for so little that a few equal keys fill it.
 */
enum { SPARE = 54 };

void iso_topk_free(iso_topk *t)
{
    iso_free(t->floor);
    iso_free(t->held);
    iso_free(t->hit);
    *t = (iso_topk){0};
}

iso_err iso_topk_make(iso_topk *out, int64_t rows, int want, double slack)
{
    const int64_t padded = iso_panels(rows) * ISO_PANEL;
    const int64_t room = want == 0 ? 0 : (int64_t)want + (want > SPARE ? want : SPARE);
    iso_topk t = {.rows = rows, .want = want, .room = (int)room, .gap = (float)(2 * slack)};
    iso_err err = ISO_OK;

    ISO_NEED(rows >= 0 && want >= 0, "lists of %d for %lld rows", want, (long long)rows);
    ISO_NEED(room <= INT32_MAX && (room == 0 || rows <= INT64_MAX / room),
             "lists of %d for %lld rows are too large", want, (long long)rows);
    ISO_TRY(iso_alloc(&t.floor, padded, sizeof *t.floor));
    ISO_TRY(iso_alloc(&t.held, rows, sizeof *t.held));
    ISO_TRY(iso_alloc(&t.hit, rows * room, sizeof *t.hit));
    for (int64_t i = 0; i < padded; i++)
        t.floor[i] = want > 0 && i < rows ? -INFINITY : INFINITY;
    *out = t;
    t = (iso_topk){0};
done:
    iso_topk_free(&t);
    return err;
}

/* Floats as integers of the same order, and back. */
static int32_t ordered(float key)
{
    int32_t i;

    memcpy(&i, &key, sizeof i);
    return i ^ (i >> 31 & INT32_MAX);
}

static float unordered(int32_t i)
{
    float key;

    i ^= i >> 31 & INT32_MAX;
    memcpy(&key, &i, sizeof key);
    return key;
}

/* The want-th largest key, by halving the range of keys and counting, which has no branch that
 * depends on them; a dozen counts as a rule, 32 at most. */
static float select(const iso_topk_hit *h, int n, int want)
{
    const struct topk_loops *loops = iso_topk_loops();
    float most;
    int64_t low = ordered(loops->range(&most, h, n, -INFINITY)), high = (int64_t)ordered(most) + 1;

    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        const float least = unordered((int32_t)middle);
        const int count = loops->count(h, n, least);
        if (count == want)
            return loops->range(&most, h, n, least);
        *(count > want ? &low : &high) = middle;
    }
    return unordered((int32_t)low);
}

float iso_topk_threshold(iso_topk *t, int64_t row, int want)
{
    if (t->held[row] <= want)
        return -INFINITY;
    return select(t->hit + row * t->room, t->held[row], want) - t->gap;
}

void iso_topk_trim(iso_topk *t, int64_t row, int want)
{
    iso_topk_hit *h = t->hit + row * t->room;
    const float floor = iso_topk_threshold(t, row, want);
    int kept = 0;

    for (int i = 0; i < t->held[row]; i++) {
        const iso_topk_hit hit = h[i];
        h[kept] = hit;
        kept += hit.key >= floor;
    }
    if (t->held[row] >= 0)
        t->held[row] = kept;
    t->floor[row] = floor > t->floor[row] ? floor : t->floor[row];
}

/* Ties may leave a list nearly full; trimming it again and again would cost too much. */
static void trim_or_give_up(iso_topk *t, int64_t row)
{
    iso_topk_trim(t, row, t->want);
    if (t->held[row] > t->room - t->room / 8) {
        t->held[row] = -1;
        t->floor[row] = INFINITY;
    }
}

void iso_topk_push(iso_topk *t, int64_t row, float key, int64_t index)
{
    if (key < t->floor[row])
        return;
    t->hit[row * t->room + t->held[row]++] = (iso_topk_hit){key, (int32_t)index};
    if (t->held[row] == t->room)
        trim_or_give_up(t, row);
}
