/* vLLM's requests: a file, a folder in the order of numbers, pooled as asked, and what is wrong
 * with one. Token t of request r, layer l, dimension j holds 1000 r + 100 l + 10 t + j. */
#include "tests/io/files.h"

#include <sys/stat.h>

#include "lib/base/alloc.h"

enum { LAYERS = 2, DIMS = 3 };

static void put_request(const char *name, int request, int tokens, int layers, int ids,
                        const char *states)
{
    char head[512];
    float x[256];
    const int n = tokens * layers * DIMS;
    const int len =
        snprintf(head, sizeof head,
                 "{\"%s\":{\"dtype\":\"F32\",\"shape\":[%d,%d,%d],\"data_offsets\":[0,%d]},"
                 "\"token_ids\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]}}",
                 states, tokens, layers, DIMS, 4 * n, ids, 4 * n, 4 * n + ids);
    const uint64_t size = (uint64_t)len;
    FILE *f = fopen(temp_path(name), "wb");

    assert_non_null(f);
    for (int i = 0; i < n; i++)
        x[i] = (float)cell(request, i / DIMS % layers, i / DIMS / layers, i % DIMS);
    fwrite(&size, 8, 1, f);
    fwrite(head, 1, size, f);
    fwrite(x, 4, (size_t)n, f);
    fwrite("abcdefgh", 1, (size_t)ids, f);
    assert_int_equal(fclose(f), 0);
}

static void put_folder(void)
{
    assert_int_equal(mkdir(temp_path("en"), 0700), 0);
    put_request("en/req-10.safetensors", 2, 1, LAYERS, 1, "hidden_states");
    put_request("en/req-2.safetensors", 1, 3, LAYERS, 3, "hidden_states");
    put_request("en/req-0.safetensors", 0, 2, LAYERS, 2, "hidden_states");
}

static void a_folder_of_requests(void **state)
{
    iso_states *s = NULL;
    (void)state;

    put_folder();
    ok(open_one(&s, temp_path("en/")));
    text(iso_states_lang(s, 0)->name, "en");
    text(iso_states_about(s)->layout, "vllm");
    text(iso_states_about(s)->pooling, "mean");
    assert_int_equal(iso_states_lang(s, 0)->items, 3);
    assert_int_equal(iso_states_lang(s, 0)->layer_count, LAYERS);
    text(iso_states_lang(s, 0)->ids[2], "10");
    /* request 0: tokens 0 and 1, request 1: 0 to 2, request 2: 0; a mean of 10 t is 5, 10, 0 */
    for (int l = 0; l < LAYERS; l++) {
        assert_true(at(s, 0, l, 0, 1) == 100 * l + 5 + 1);
        assert_true(at(s, 0, l, 1, 2) == 1000 + 100 * l + 10 + 2);
        assert_true(at(s, 0, l, 2, 0) == 2000 + 100 * l);
    }
    assert_non_null(strstr(iso_states_file_at(s, 0)->read_as, "without its final norm"));
    iso_states_close(s);
    s = NULL;
    ok(open_with(&s, temp_path("en"), (iso_states_opt){.pool = "last", .limit = 2}));
    assert_int_equal(iso_states_lang(s, 0)->items, 2);
    assert_true(at(s, 0, 1, 1, 0) == 1000 + 100 + 20);
    iso_states_close(s);
    ok(open_with(&s, temp_path("en"), (iso_states_opt){.pool = "none"}));
    assert_int_equal(iso_states_lang(s, 0)->rows, 6);
    assert_true(at(s, 0, 1, 4, 2) == 1000 + 100 + 20 + 2);
    iso_states_close(s);
    ok(open_one(&s, temp_path("en/req-2.safetensors"))); /* one alone */
    assert_int_equal(iso_states_lang(s, 0)->items, 1);
    assert_true(at(s, 0, 1, 0, 0) == 1000 + 100 + 10);
    iso_states_close(s);
}

static void says_what_is_wrong(void **state)
{
    const iso_states_opt vllm = {.layout = "vllm"};
    iso_states *s = NULL;
    (void)state;

    put_request("en/req-11.safetensors", 3, 2, LAYERS + 1, 2, "hidden_states");
    fails(open_one(&s, temp_path("en")), ISO_EFORMAT,
          "req-11.safetensors: has 3 layers of 3 dims (f32), ");
    put_request("en/req-11.safetensors", 3, 2, LAYERS, 3, "hidden_states");
    fails(open_one(&s, temp_path("en")), ISO_EFORMAT,
          "req-11.safetensors: hidden_states has 2 tokens, token_ids 3");
    put_request("en/req-11.safetensors", 3, 2, LAYERS, 2, "states");
    fails(open_one(&s, temp_path("en")), ISO_EFORMAT, "is no request of vLLM's connector");
    assert_int_equal(truncate(temp_path("en/req-11.safetensors"), 40), 0);
    fails(open_one(&s, temp_path("en")), ISO_EFORMAT, "req-11.safetensors: ");
    assert_int_equal(mkdir(temp_path("none"), 0700), 0);
    fails(open_one(&s, temp_path("none")), ISO_EFORMAT, "is a directory in no known format");
    fails(open_with(&s, temp_path("none"), vllm), ISO_EFORMAT, "holds no safetensors file");
    fails(open_with(&s, temp_path("none"), (iso_states_opt){.layout = "npz"}), ISO_EFORMAT,
          "is a directory");
    assert_int_equal(unlink(temp_path("en/req-11.safetensors")), 0);
    assert_null(s);
}

static void memory_fails(void **state)
{
    iso_states *s = NULL;
    iso_err err = ISO_ENOMEM;
    (void)state;

    for (int64_t n = 0; err && n < 10000; n++) {
        iso_alloc_fail_after(n);
        err = open_with(&s, temp_path("en"), (iso_states_opt){.layout = "vllm"});
        iso_alloc_fail_after(-1);
        assert_true(!err || err == ISO_ENOMEM);
    }
    ok(err);
    iso_states_close(s);
}

int main(void)
{
    RUN_TESTS(test(a_folder_of_requests), test(says_what_is_wrong), test(memory_fails));
}
