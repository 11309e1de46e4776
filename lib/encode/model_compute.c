#include "lib/encode/model_compute.h"

#include "lib/linalg/packed.h"

/* bf16 is chosen only where it gains more than it blurs; noise of a measurement is not called
 * slower. */
static const double clearly_faster = 1.2, clearly_slower = 0.95;

/* Of f32 and of another type, in the layers with most operations. */
static iso_err measure(double *f32, double *other, iso_compute compute, const iso_nn_config *c)
{
    const iso_compute both[] = {ISO_COMPUTE_F32, compute};
    double rate[2];
    iso_err err = ISO_OK;

    ISO_TRY(iso_packed_rates(rate, both, 2, c->F, c->C));
    *f32 = rate[0];
    *other = rate[1];
done:
    return err;
}

static iso_err choose(iso_compute *out, const iso_nn_config *c, const iso_run *run)
{
    double f32, bf16;
    iso_err err = ISO_OK;

    ISO_TRY(measure(&f32, &bf16, ISO_COMPUTE_BF16, c));
    *out = bf16 >= clearly_faster * f32 ? ISO_COMPUTE_BF16 : ISO_COMPUTE_F32;
    iso_run_note(run,
                 ISO_FIELD(compute) " fastest: %s; products in bf16 run at %.2f of the rate of f32 "
                                    "here (%.0f against %.0f GFLOP/s)",
                 iso_compute_name(*out), bf16 / f32, bf16 * 1e-9, f32 * 1e-9);
done:
    return err;
}

static iso_err warn(iso_compute compute, const iso_nn_config *c, const iso_run *run)
{
    double f32, rate;
    iso_err err = ISO_OK;

    ISO_TRY(measure(&f32, &rate, compute, c));
    if (rate < clearly_slower * f32)
        iso_run_note(run,
                     ISO_FIELD(compute) " %s: products run at %.2f of the rate of f32 here (%.0f "
                                        "against %.0f GFLOP/s): f32 is faster and more exact",
                     iso_compute_name(compute), rate / f32, rate * 1e-9, f32 * 1e-9);
done:
    return err;
}

iso_err iso_model_compute(iso_compute *out, iso_compute asked, const iso_nn_config *c,
                          const iso_run *run)
{
    iso_compute found = asked;
    iso_err err = ISO_OK;

    if (asked == ISO_COMPUTE_FASTEST)
        ISO_TRY(choose(&found, c, run));
    else if (asked != ISO_COMPUTE_F32 && run && run->note)
        ISO_TRY(warn(asked, c, run));
    *out = found;
done:
    return err;
}
