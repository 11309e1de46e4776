/* The forces on one point, compiled for each target: TSNE(name), TSNE_TARGET. No target has FMA:
 * each lane computes the same bits everywhere. */

/* Point i at (xi, yi): in out[0..2) Σ p q (y_i − y_j), in out[2..4) Σ q² (y_i − y_j), in out[4]
 * Σ q, over j = 0 … n − 1, n a multiple of LANES; itself adds 1 to out[4] alone. */
TSNE_TARGET static void TSNE(forces)(double out[5], const float *p, const double *x,
                                     const double *y, double xi, double yi, int64_t n)
{
    lanes pull_x = {0}, pull_y = {0}, push_x = {0}, push_y = {0}, sum = {0};

    for (int64_t j = 0; j < n; j += LANES) {
        lanes at_x, at_y;
        floats share;
        memcpy(&at_x, x + j, sizeof at_x);
        memcpy(&at_y, y + j, sizeof at_y);
        memcpy(&share, p + j, sizeof share);
        const lanes dx = xi - at_x, dy = yi - at_y;
        const lanes q = 1 / (1 + dx * dx + dy * dy);
        const lanes pull = __builtin_convertvector(share, lanes) * q, push = q * q;
        pull_x += pull * dx;
        pull_y += pull * dy;
        push_x += push * dx;
        push_y += push * dy;
        sum += q;
    }
    memset(out, 0, 5 * sizeof *out);
    for (int l = 0; l < LANES; l++) {
        out[0] += pull_x[l];
        out[1] += pull_y[l];
        out[2] += push_x[l];
        out[3] += push_y[l];
        out[4] += sum[l];
    }
}

#undef TSNE
