#include "lib/train/schedule.h"

#include <math.h>

#include "lib/train/streams.h"

iso_schedule iso_schedule_of(iso_schedule_kind kind, int64_t steps, double warmup)
{
    return (iso_schedule){kind, steps, (int64_t)ceil(warmup * (double)steps - 1e-9)};
}

double iso_schedule_factor(const iso_schedule *s, int64_t step)
{
    const double n = (double)s->steps, w = (double)s->warmup, i = (double)step;

    if (step < s->warmup)
        return (i + 1) / w;
    switch (s->kind) {
    case ISO_SCHEDULE_LINEAR:
        return step < s->steps ? (n - i) / (n - w) : 0;
    case ISO_SCHEDULE_INVERSE_SQRT:
        return sqrt(fmax(w, 1) / (i + 1));
    default:
        return 1;
    }
}

/* Newton's method from above: k ln k is convex, with slope ln k + 1 >= 1 from k = 1 on. */
double iso_sampling_k(int64_t steps)
{
    const double half = (double)steps / 2;
    double k = fmax(half, 1) + 1;

    for (int i = 0; i < 100; i++) {
        const double next = k - (k * log(k) - half) / (log(k) + 1);
        if (!(next < k))
            break;
        k = next;
    }
    return fmax(k, 1);
}

double iso_sampling_p(double k, int64_t step)
{
    return k / (k + exp((double)step / k));
}

bool iso_sampling_gold(const iso_sampling *s, int64_t step)
{
    const int64_t at = s->epoch_steps > 0 ? step - step % s->epoch_steps : step;
    iso_rng rng = iso_stream_rng(s->seed, ISO_STREAM_SOURCE, (uint64_t)at);

    return iso_rng_uniform(&rng) <= iso_sampling_p(s->k, at);
}
