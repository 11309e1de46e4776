#include "lib/nn/classifier.h"

#include <math.h>

#include "lib/base/alloc.h"
#include "lib/nn/activation.h"
#include "lib/nn/classifier_inside.h"

void iso_classifier_close(iso_classifier *h)
{
    if (!h)
        return;
    for (int64_t i = 0; h->names && i < h->K; i++)
        iso_free(h->names[i]);
    iso_free(h->names);
    iso_linear_free(&h->dense);
    iso_linear_free(&h->out);
    iso_store_free(&h->store);
    iso_workspace_free(&h->hidden);
    iso_weights_close(h->weights);
    iso_free(h);
}

int64_t iso_classifier_classes(const iso_classifier *h)
{
    return h->K;
}

const char *iso_classifier_name(const iso_classifier *h, int64_t i)
{
    return h->names[i];
}

/* Without the locale's opinion, which strcasecmp has. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool alike(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

int64_t iso_classifier_find(const iso_classifier *h, const char *label)
{
    int64_t found = -1, count = 0;

    for (int64_t i = 0; label && i < h->K; i++) {
        if (iso_str_same(h->names[i], label))
            return i;
        if (alike(h->names[i], label)) {
            found = i;
            count++;
        }
    }
    return count == 1 ? found : -1;
}

static void squash(iso_mat *x)
{
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < x->rows; i++) {
        float *row = (float *)x->data + i * x->stride;
        for (int64_t j = 0; j < x->cols; j++)
            row[j] = tanhf(row[j]);
    }
}

iso_err iso_classifier_logits(iso_mat *logits, iso_classifier *h, iso_view x)
{
    iso_mat hidden;
    iso_err err = ISO_OK;

    ISO_NEED(x.cols == h->C && x.dtype == ISO_F32, "states are %lld x %lld %s, not %lld x %lld f32",
             (long long)x.rows, (long long)x.cols, iso_dtype_name(x.dtype), (long long)x.rows,
             (long long)h->C);
    ISO_NEED(logits->rows == x.rows && logits->cols == h->K && logits->dtype == ISO_F32,
             "logits are %lld x %lld %s, not %lld x %lld f32", (long long)logits->rows,
             (long long)logits->cols, iso_dtype_name(logits->dtype), (long long)x.rows,
             (long long)h->K);
    ISO_TRY(iso_workspace_mat(&hidden, &h->hidden, x.rows, h->C));
    ISO_TRY(iso_linear_fwd(&hidden, x, &h->dense));
    if (h->relu)
        iso_activation_fwd(&hidden, ISO_RELU);
    else
        squash(&hidden);
    ISO_TRY(iso_linear_fwd(logits, iso_mat_view(&hidden), &h->out));
    ISO_TRY(iso_weights_whole(h->weights));
done:
    return err;
}
