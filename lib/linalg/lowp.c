#include "lib/linalg/lowp.h"

#ifdef ISO_ONEDNN

#include <dnnl.h>
#include <stddef.h>

#include "lib/base/alloc.h"
#include "lib/base/cpu.h"

struct iso_lowp {
    iso_lowp_type type;
    int64_t n, k;
    dnnl_engine_t engine;
    dnnl_memory_desc_t layout; /* of W, seen as k × n */
    void *weights;
};

static const dnnl_data_type_t in[] = {dnnl_f32, dnnl_bf16, dnnl_s8};
static const dnnl_data_type_t out_of[] = {dnnl_f32, dnnl_f32, dnnl_s32};

/* Rows in the product that decides about the layout, and others that must do with it. */
enum { USUAL = 512 };
static const int64_t unusual[] = {1, 17, 130};

bool iso_lowp_has(iso_lowp_type type)
{
    const unsigned isa = (unsigned)dnnl_get_effective_cpu_isa();

    if (type != ISO_LOWP_F32 && iso_cpu_level() < iso_cpu_native())
        return false;
    switch (type) {
    case ISO_LOWP_F32:
        return true;
    case ISO_LOWP_BF16:
        return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
    case ISO_LOWP_S8:
        return (isa & dnnl_cpu_isa_avx512_core_vnni) == dnnl_cpu_isa_avx512_core_vnni ||
               (isa & dnnl_cpu_isa_avx2_vnni) == dnnl_cpu_isa_avx2_vnni;
    }
    return false;
}

static iso_err said(dnnl_status_t status, const char *what)
{
    switch (status) {
    case dnnl_success:
        return ISO_OK;
    case dnnl_out_of_memory:
        return iso_fail(ISO_ENOMEM, "out of memory (oneDNN, %s)", what);
    default:
        return iso_fail(ISO_EUNSUP, "oneDNN cannot make this %s (status %d)", what, (int)status);
    }
}

static dnnl_status_t rows_of(dnnl_memory_desc_t *d, int64_t rows, int64_t cols, int64_t stride,
                             dnnl_data_type_t type)
{
    const dnnl_dims_t dims = {rows, cols}, strides = {stride, 1};

    return dnnl_memory_desc_init_by_strides(d, 2, dims, type, strides);
}

/* The product of m rows with weights in this layout, its scratch memory ours to give. */
static iso_err describe(dnnl_primitive_desc_t *out, const iso_lowp *p,
                        const dnnl_memory_desc_t *layout, int64_t m, int64_t ld, bool biased)
{
    dnnl_memory_desc_t x, y, b;
    dnnl_matmul_desc_t product;
    dnnl_primitive_attr_t attr = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(said(rows_of(&x, m, p->k, p->k, in[p->type]), "shape"));
    ISO_TRY(said(rows_of(&y, m, p->n, ld, out_of[p->type]), "shape"));
    ISO_TRY(said(rows_of(&b, 1, p->n, p->n, dnnl_f32), "shape"));
    ISO_TRY(said(dnnl_matmul_desc_init(&product, &x, layout, biased ? &b : NULL, &y), "product"));
    ISO_TRY(said(dnnl_primitive_attr_create(&attr), "product"));
    ISO_TRY(
        said(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user), "product"));
    ISO_TRY(said(dnnl_primitive_desc_create(out, &product, attr, p->engine, NULL), "product"));
done:
    dnnl_primitive_attr_destroy(attr);
    return err;
}

/* Arguments of one primitive; an address of NULL stands for no argument. */
struct argument {
    int name;
    const dnnl_memory_desc_t *desc;
    const void *at;
};

enum { MOST_ARGUMENTS = 5 };

static iso_err perform(dnnl_primitive_desc_t desc, dnnl_engine_t engine, const struct argument *a,
                       int count)
{
    dnnl_exec_arg_t args[MOST_ARGUMENTS] = {0};
    dnnl_primitive_t primitive = NULL;
    dnnl_stream_t stream = NULL;
    int n = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < count; i++) {
        if (!a[i].at)
            continue;
        /* what is read is not written to: the library has one type for both */
        ISO_TRY(said(dnnl_memory_create(&args[n].memory, a[i].desc, engine, (void *)a[i].at),
                     "argument"));
        args[n++].arg = a[i].name;
    }
    ISO_TRY(said(dnnl_primitive_create(&primitive, desc), "product"));
    ISO_TRY(said(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "stream"));
    ISO_TRY(said(dnnl_primitive_execute(primitive, stream, n, args), "product"));
    ISO_TRY(said(dnnl_stream_wait(stream), "product"));
done:
    dnnl_stream_destroy(stream);
    dnnl_primitive_destroy(primitive);
    while (n > 0)
        dnnl_memory_destroy(args[--n].memory);
    return err;
}

static bool suits(const iso_lowp *p)
{
    bool all = true;

    for (size_t i = 0; all && i < sizeof unusual / sizeof *unusual; i++) {
        dnnl_primitive_desc_t desc = NULL;
        all = describe(&desc, p, &p->layout, unusual[i], p->n + 1,
                       i > 0 && p->type != ISO_LOWP_S8) == ISO_OK;
        dnnl_primitive_desc_destroy(desc);
    }
    return all;
}

/* What oneDNN asks for with the usual number of rows, if it takes that with others too; else W as
 * it stands. */
static iso_err choose_layout(iso_lowp *p, const dnnl_memory_desc_t *plain)
{
    dnnl_primitive_desc_t desc = NULL;
    dnnl_memory_desc_t any;
    iso_err err = ISO_OK;

    ISO_TRY(
        said(dnnl_memory_desc_init_by_tag(&any, 2, plain->dims, in[p->type], dnnl_format_tag_any),
             "shape"));
    ISO_TRY(describe(&desc, p, &any, USUAL, p->n, false));
    p->layout = *dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 0);
    if (suits(p))
        goto done;
    p->layout = *plain;
    if (!suits(p))
        ISO_FAIL(ISO_EUNSUP, "oneDNN multiplies no %lld x %lld weights here", (long long)p->n,
                 (long long)p->k);
done:
    dnnl_primitive_desc_destroy(desc);
    return err;
}

static iso_err rearrange(iso_lowp *p, const dnnl_memory_desc_t *plain, const void *w)
{
    dnnl_primitive_desc_t desc = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p->weights, (int64_t)dnnl_memory_desc_get_size(&p->layout), 1));
    const struct argument a[] = {{DNNL_ARG_SRC, plain, w}, {DNNL_ARG_DST, &p->layout, p->weights}};
    ISO_TRY(said(
        dnnl_reorder_primitive_desc_create(&desc, plain, p->engine, &p->layout, p->engine, NULL),
        "layout"));
    ISO_TRY(perform(desc, p->engine, a, 2));
done:
    dnnl_primitive_desc_destroy(desc);
    return err;
}

iso_err iso_lowp_new(iso_lowp **out, const void *w, int64_t n, int64_t k, iso_lowp_type type)
{
    const dnnl_dims_t dims = {k, n};
    dnnl_memory_desc_t plain;
    iso_lowp *p = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_alloc(&p, 1, sizeof *p));
    *p = (iso_lowp){.type = type, .n = n, .k = k};
    if (n > 0 && k > 0) {
        ISO_TRY(said(dnnl_engine_create(&p->engine, dnnl_cpu, 0), "engine"));
        ISO_TRY(said(dnnl_memory_desc_init_by_tag(&plain, 2, dims, in[type], dnnl_ba), "shape"));
        ISO_TRY(choose_layout(p, &plain));
        ISO_TRY(rearrange(p, &plain, w));
    }
    *out = p;
    p = NULL;
done:
    iso_lowp_free(p);
    return err;
}

void iso_lowp_free(iso_lowp *p)
{
    if (!p)
        return;
    dnnl_engine_destroy(p->engine);
    iso_free(p->weights);
    iso_free(p);
}

int64_t iso_lowp_bytes(const iso_lowp *p)
{
    return (int64_t)sizeof *p + (p->weights ? (int64_t)dnnl_memory_desc_get_size(&p->layout) : 0);
}

iso_err iso_lowp_mul(void *y, int64_t ld, const void *x, int64_t m, const iso_lowp *w,
                     const float *bias)
{
    dnnl_primitive_desc_t desc = NULL;
    void *scratch = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(describe(&desc, w, &w->layout, m, ld, bias != NULL));
    const dnnl_memory_desc_t *room =
        dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
    ISO_TRY(iso_alloc(&scratch, (int64_t)dnnl_memory_desc_get_size(room), 1));
    const struct argument a[] = {
        {DNNL_ARG_SRC, dnnl_primitive_desc_query_md(desc, dnnl_query_src_md, 0), x},
        {DNNL_ARG_WEIGHTS, &w->layout, w->weights},
        {DNNL_ARG_BIAS, dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 1), bias},
        {DNNL_ARG_DST, dnnl_primitive_desc_query_md(desc, dnnl_query_dst_md, 0), y},
        {DNNL_ARG_SCRATCHPAD, room, scratch}};
    ISO_TRY(perform(desc, w->engine, a, MOST_ARGUMENTS));
done:
    dnnl_primitive_desc_destroy(desc);
    iso_free(scratch);
    return err;
}

#else

bool iso_lowp_has(iso_lowp_type type)
{
    (void)type;
    return false;
}

iso_err iso_lowp_new(iso_lowp **out, const void *w, int64_t n, int64_t k, iso_lowp_type type)
{
    (void)out, (void)w, (void)n, (void)k, (void)type;
    return iso_fail(ISO_EUNSUP, "built without oneDNN");
}

void iso_lowp_free(iso_lowp *p)
{
    (void)p;
}

int64_t iso_lowp_bytes(const iso_lowp *p)
{
    (void)p;
    return 0;
}

iso_err iso_lowp_mul(void *y, int64_t ld, const void *x, int64_t m, const iso_lowp *w,
                     const float *bias)
{
    (void)y, (void)ld, (void)x, (void)m, (void)w, (void)bias;
    return iso_fail(ISO_EUNSUP, "built without oneDNN");
}

#endif
