/* Files that say λ's numbers: both kinds, what they leave out, and what is wrong with others. */
#include "tests/check.h"
#include "tests/io/tensor_data.h"

#include "lib/base/alloc.h"
#include "lib/nn/xmixup_heads.h"

enum { L = 6 };

static const char *write_bytes(const void *bytes, size_t size)
{
    const char *path = temp_path("heads");
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    fclose(f);
    return path;
}

static const char *json(const char *text)
{
    return write_bytes(text, strlen(text));
}

/* A safetensors file of this header and the numbers it speaks of. */
static const char *tensors(const char *header, const void *numbers, size_t size)
{
    static unsigned char bytes[4096];
    const size_t len = strlen(header);

    memset(bytes, 0, sizeof bytes);
    bytes[0] = (unsigned char)len;
    bytes[1] = (unsigned char)(len >> 8);
    memcpy(bytes + 8, header, len);
    memcpy(bytes + 8 + len, numbers, size);
    return write_bytes(bytes, 8 + len + tensor_data(header, 64));
}

static void is(const iso_mix_head *h, double lambda0, double w, double b)
{
    near(h->lambda0, lambda0, 0);
    near(h->w, w, 0);
    near(h->b, b, 0);
}

static void reads_json(void **state)
{
    iso_mix_head h[L];

    (void)state;
    ok(iso_mix_heads_read(
        h, L,
        json(" {\"lambda0\":0.25, \"layers\": {\"3\":{\"W\":-1.5,\"b\":0.1}, \"6\":{\"b\":2}, "
             "\"1\":{}}}\n")));
    is(&h[0], 0.25, 1, 0);
    is(&h[2], 0.25, -1.5, 0.1);
    is(&h[5], 0.25, 1, 2);
    ok(iso_mix_heads_read(h, L, json("{\"layers\":{\"1\":{\"W\":2}}}")));
    is(&h[0], 0.5, 2, 0);
    is(&h[1], 0.5, 1, 0);
    ok(iso_mix_heads_read(h, L, json("{\"lambda0\":1}")));
    is(&h[5], 1, 1, 0);
}

/* f64 1.5, f32 −2, f16 0.5, bf16 3; tensors of the model beside them do not matter. */
static void reads_safetensors(void **state)
{
    unsigned char numbers[32] = {0};
    const double w = 1.5;
    const float b = -2;
    const uint16_t half = 0x3800, brain = 0x4040;
    iso_mix_head h[L];

    (void)state;
    memcpy(numbers, &w, 8);
    memcpy(numbers + 8, &b, 4);
    memcpy(numbers + 12, &half, 2);
    memcpy(numbers + 14, &brain, 2);
    ok(iso_mix_heads_read(
        h, L,
        tensors("{\"mixup.1.W\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
                "\"mixup.1.b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]},"
                "\"mixup.6.b\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[12,14]},"
                "\"mixup.5.W\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[14,16]},"
                "\"encoder.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[16,32]}}",
                numbers, sizeof numbers)));
    is(&h[0], 0.5, 1.5, -2);
    is(&h[1], 0.5, 1, 0);
    is(&h[4], 0.5, 3, 0);
    is(&h[5], 0.5, 1, 0.5);
}

static void says_what_is_wrong_with_json(void **state)
{
    static const char *const cases[][2] = {
        {"{\"layers\":{\"0\":{\"W\":1}}}", "layer 0 is not among the model's 1 to 6"},
        {"{\"layers\":{\"7\":{\"W\":1}}}", "layer 7 is not among"},
        {"{\"layers\":{\"99999999999999999999\":{\"W\":1}}}", "is not among"},
        {"{\"layers\":{\"three\":{\"W\":1}}}", "\"three\" is no layer: a number from 1 to 6"},
        {"{\"layers\":{\"-1\":{}}}", "\"-1\" is no layer"},
        {"{\"layers\":{\"03\":{}}}", "\"03\" is no layer"},
        {"{\"layers\":{\"\":{}}}", "layer  is not among"},
        {"{\"layers\":{\"3\":{\"W\":1},\"3\":{\"W\":2}}}", "layer 3 has two W"},
        {"{\"layers\":{\"3\":{\"b\":1,\"b\":2}}}", "layer 3 has two b"},
        {"{\"layers\":{\"3\":{\"w\":1}}}", "layer 3 has \"w\"; known are W and b"},
        {"{\"layers\":{\"3\":{\"W\":\"1\"}}}", "W of layer 3 is no finite number"},
        {"{\"layers\":{\"3\":{\"b\":1e999}}}", "b of layer 3 is no finite number"},
        {"{\"layers\":{\"3\":1}}", "layer 3 is no object"},
        {"{\"layers\":[1]}", "layers is no object"},
        {"{\"lambda0\":0}", "lambda0 is 0, not within (0, 1]"},
        {"{\"lambda0\":1.01}", "lambda0 is 1.01"},
        {"{\"lambda0\":null}", "lambda0 is no finite number"},
        {"{\"lambda0\":0.5,\"lambda0\":0.5}", "two lambda0"},
        {"{\"lambda\":0.5}", "has \"lambda\"; known are lambda0 and layers"},
        {"{}", "neither lambda0 nor layers"},
        {"[]", "is no object"},
        {"{\"layers\":", "heads: "},
        {"W", "heads: "},
    };
    iso_mix_head h[L] = {{7, 7, 7}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(iso_mix_heads_read(h, L, json(cases[i][0])), ISO_EFORMAT, cases[i][1]);
    is(h, 7, 7, 7);
    fails(iso_mix_heads_read(h, L, temp_path("nowhere")), ISO_EIO, "nowhere");
    fails(iso_mix_heads_read(h, 0, json("{\"lambda0\":1}")), ISO_EARG, "0 layers");
}

#define ONE(name, type, shape, end)                                                                \
    "{\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[0," end "]}}"

static void says_what_is_wrong_with_safetensors(void **state)
{
    static const char *const cases[][2] = {
        {ONE("mixup.7.W", "F32", "[]", "4"), "layer 7 is not among the model's 1 to 6"},
        {ONE("mixup.0.b", "F32", "[]", "4"), "layer 0 is not among"},
        {ONE("mixup.W", "F32", "[]", "4"), "neither mixup.<layer>.W nor mixup.<layer>.b"},
        {ONE("mixup.x.W", "F32", "[]", "4"), "\"x\" is no layer"},
        {ONE("mixup.3.gain", "F32", "[]", "4"), "tensor \"mixup.3.gain\" is neither"},
        {ONE("mixup.3.W.W", "F32", "[]", "4"), "is neither"},
        {ONE("mixup.3.W", "F32", "[2]", "8"), "tensor mixup.3.W is no scalar"},
        {ONE("mixup.3.W", "F32", "[1,1]", "4"), "is no scalar"},
        {ONE("mixup.3.W", "I64", "[]", "8"), "is I64; F32, F16, BF16 and F64 are read"},
        {ONE("weight", "F32", "[]", "4"), "has no tensor mixup.<layer>.W"},
        {ONE("mixup.3.W", "F32", "[]", "400"), "offsets"},
    };
    const float nan = NAN, inf = INFINITY, one = 1;
    iso_mix_head h[L] = {{7, 7, 7}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        fails(iso_mix_heads_read(h, L, tensors(cases[i][0], &one, 4)), ISO_EFORMAT,
              i + 1 < sizeof cases / sizeof *cases ? cases[i][1] : "");
    const char *w = ONE("mixup.3.W", "F32", "[]", "4");
    fails(iso_mix_heads_read(h, L, tensors(w, &nan, 4)), ISO_EFORMAT, "W of layer 3 is NaN");
    fails(iso_mix_heads_read(h, L, tensors(w, &inf, 4)), ISO_EFORMAT, "W of layer 3 is infinite");
    is(h, 7, 7, 7);
}

static void every_allocation_may_fail(void **state)
{
    const float one = 1;
    iso_mix_head h[L] = {{7, 7, 7}};

    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        const char *path = kind ? tensors(ONE("mixup.3.W", "F32", "[]", "4"), &one, 4)
                                : json("{\"layers\":{\"3\":{\"W\":2}}}");
        iso_err err = ISO_ENOMEM;
        for (int64_t n = 0; err; n++) {
            is(h, 7, 7, 7);
            iso_alloc_fail_after(n);
            err = iso_mix_heads_read(h, L, path);
            iso_alloc_fail_after(-1);
            if (err)
                fails(err, ISO_ENOMEM, "");
        }
        h[0] = (iso_mix_head){7, 7, 7};
    }
}

int main(void)
{
    RUN_TESTS(test(reads_json), test(reads_safetensors), test(says_what_is_wrong_with_json),
              test(says_what_is_wrong_with_safetensors), test(every_allocation_may_fail));
}
