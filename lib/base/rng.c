#include "lib/base/rng.h"

#include <stdbool.h>

#include "lib/base/keyed.h"

/* splitmix64 (Steele, Lea, Flood 2014) spreads a seed over the state of xoshiro256**
 * (Blackman, Vigna 2018). */
static uint64_t splitmix(uint64_t *x)
{
    return iso_key_mix(*x += UINT64_C(0x9e3779b97f4a7c15));
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

iso_rng iso_rng_seeded(uint64_t seed, uint64_t stream)
{
    iso_rng rng;
    uint64_t x = stream;

    if (stream > 0)
        seed ^= splitmix(&x); /* stream 0 is the seed itself */
    for (int i = 0; i < 4; i++)
        rng.s[i] = splitmix(&seed);
    return rng;
}

uint64_t iso_rng_next(iso_rng *rng)
{
    uint64_t *s = rng->s;
    const uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

double iso_rng_uniform(iso_rng *rng)
{
    return (double)(iso_rng_next(rng) >> 11) * 0x1p-53;
}

int64_t iso_rng_below(iso_rng *rng, int64_t n)
{
    if (n < 1)
        return 0;
    const uint64_t m = (uint64_t)n, odd = (UINT64_MAX % m + 1) % m; /* 2^64 mod m */
    uint64_t x;

    do
        x = iso_rng_next(rng);
    while (x > UINT64_MAX - odd); /* the last, incomplete round of 0 … m − 1 */
    return (int64_t)(x % m);
}

/* True with probability exp(−1/2): the run ½ > u₁ > u₂ > … has length ≥ m with probability
 * (1/2)^m / m!, so an even length has the alternating sum of these. */
static bool half_e(iso_rng *rng)
{
    uint64_t last = UINT64_C(1) << 63, u;
    bool even = true;

    while ((u = iso_rng_next(rng)) < last) {
        last = u;
        even = !even;
    }
    return even;
}

/* True with probability exp(−x(2k+x)/(2k+2)), by the same runs below x, each step of which must
 * also win a draw of probability (2k+x)/(2k+2). */
static bool falls(iso_rng *rng, int64_t k, uint64_t x)
{
    uint64_t last = x;
    bool even = true;

    for (;;) {
        const uint64_t u = iso_rng_next(rng);
        const int64_t side = iso_rng_below(rng, 2 * k + 2);

        if (u >= last || side == 2 * k + 1)
            return even;
        if (side == 2 * k && iso_rng_next(rng) >= x)
            return even;
        last = u;
        even = !even;
    }
}

static bool accepted(iso_rng *rng, int64_t k, uint64_t x)
{
    for (int64_t i = 0; i <= k; i++)
        if (!falls(rng, k, x))
            return false;
    return true;
}

static bool integer_accepted(iso_rng *rng, int64_t k)
{
    for (int64_t i = 0; i < k * (k - 1); i++)
        if (!half_e(rng))
            return false;
    return true;
}

double iso_rng_normal(iso_rng *rng)
{
    for (;;) {
        int64_t k = 0;

        while (half_e(rng))
            k++;
        if (!integer_accepted(rng, k))
            continue;
        const uint64_t x = iso_rng_next(rng);
        if (!accepted(rng, k, x))
            continue;
        const double size = (double)k + (double)(x >> 11) * 0x1p-53;
        return iso_rng_next(rng) >> 63 ? -size : size;
    }
}

void iso_rng_permutation(iso_rng *rng, int64_t *out, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t j = iso_rng_below(rng, i + 1);
        if (j < i)
            out[i] = out[j];
        out[j] = i;
    }
}
