#include "lib/nn/xmixup_heads.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/json.h"
#include "lib/io/tensor_list.h"
#include "lib/linalg/convert.h"

enum { JSON_MAX = 1 << 20 };

/* The heads as they come to be. */
struct reading {
    iso_mix_head *heads;
    bool *has_w, *has_b; /* of each layer, so that none is said twice */
    int L;
    const char *path;
};

/* "3" as a layer; whoever says "03" or "+3" too could say one layer twice. */
static iso_err find_layer(int *out, const struct reading *r, const char *name, int64_t len)
{
    int64_t layer = 0;

    for (int64_t i = 0; i < len; i++) {
        if (name[i] < '0' || name[i] > '9' || (i == 0 && name[i] == '0' && len > 1))
            return iso_fail(ISO_EFORMAT, "%s: \"%.*s\" is no layer: a number from 1 to %d", r->path,
                            len < 40 ? (int)len : 40, name, r->L);
        layer = layer < INT32_MAX ? layer * 10 + name[i] - '0' : layer;
    }
    if (len == 0 || layer < 1 || layer > r->L)
        return iso_fail(ISO_EFORMAT, "%s: layer %.*s is not among the model's 1 to %d", r->path,
                        len < 40 ? (int)len : 40, name, r->L);
    *out = (int)layer;
    return ISO_OK;
}

static iso_err set_number(struct reading *r, int layer, bool is_w, double value)
{
    bool *has = is_w ? &r->has_w[layer - 1] : &r->has_b[layer - 1];
    iso_mix_head *h = &r->heads[layer - 1];

    if (*has)
        return iso_fail(ISO_EFORMAT, "%s: layer %d has two %s", r->path, layer, is_w ? "W" : "b");
    if (!isfinite(value))
        return iso_fail(ISO_EFORMAT, "%s: %s of layer %d is %s", r->path, is_w ? "W" : "b", layer,
                        isnan(value) ? "NaN" : "infinite");
    *has = true;
    *(is_w ? &h->w : &h->b) = value;
    return ISO_OK;
}

/* JSON ----------------------------------------------------------------------------- */

static iso_err read_member(struct reading *r, int layer, const iso_json *node)
{
    const char *name = iso_json_name(node);
    const bool is_w = strcmp(name, "W") == 0;
    double value;

    if (!is_w && strcmp(name, "b") != 0)
        return iso_fail(ISO_EFORMAT, "%s: layer %d has \"%.40s\"; known are W and b", r->path,
                        layer, name);
    if (!iso_json_number(&value, node))
        return iso_fail(ISO_EFORMAT, "%s: %s of layer %d is no finite number", r->path,
                        is_w ? "W" : "b", layer);
    return set_number(r, layer, is_w, value);
}

static iso_err read_layers(struct reading *r, const iso_json *layers)
{
    int layer = 0;
    iso_err err = ISO_OK;

    if (iso_json_is(layers) != ISO_JSON_OBJECT)
        ISO_FAIL(ISO_EFORMAT, "%s: layers is no object such as {\"3\": {\"W\": 1, \"b\": 0}}",
                 r->path);
    for (const iso_json *one = iso_json_first(layers); one; one = iso_json_next(one)) {
        const char *name = iso_json_name(one);
        ISO_TRY(find_layer(&layer, r, name, (int64_t)strlen(name)));
        if (iso_json_is(one) != ISO_JSON_OBJECT)
            ISO_FAIL(ISO_EFORMAT, "%s: layer %d is no object such as {\"W\": 1, \"b\": 0}", r->path,
                     layer);
        for (const iso_json *node = iso_json_first(one); node; node = iso_json_next(node))
            ISO_TRY(read_member(r, layer, node));
    }
done:
    return err;
}

static iso_err read_lambda0(struct reading *r, const iso_json *node)
{
    double value;

    if (!iso_json_number(&value, node))
        return iso_fail(ISO_EFORMAT, "%s: lambda0 is no finite number", r->path);
    if (value <= 0 || value > 1)
        return iso_fail(ISO_EFORMAT, "%s: lambda0 is %g, not within (0, 1]", r->path, value);
    for (int k = 0; k < r->L; k++)
        r->heads[k].lambda0 = value;
    return ISO_OK;
}

static iso_err read_object(struct reading *r, const iso_json *root)
{
    bool has_lambda0 = false, has_layers = false;
    iso_err err = ISO_OK;

    for (const iso_json *node = iso_json_first(root); node; node = iso_json_next(node)) {
        const char *name = iso_json_name(node);
        bool *has = strcmp(name, "lambda0") == 0  ? &has_lambda0
                    : strcmp(name, "layers") == 0 ? &has_layers
                                                  : NULL;
        if (!has)
            ISO_FAIL(ISO_EFORMAT, "%s: has \"%.40s\"; known are lambda0 and layers", r->path, name);
        if (*has)
            ISO_FAIL(ISO_EFORMAT, "%s: has two %s", r->path, name);
        *has = true;
        ISO_TRY(has == &has_layers ? read_layers(r, node) : read_lambda0(r, node));
    }
    if (!has_lambda0 && !has_layers)
        ISO_FAIL(ISO_EFORMAT, "%s: has neither lambda0 nor layers", r->path);
done:
    return err;
}

static iso_err read_json(struct reading *r, const iso_file *file)
{
    iso_json *root = NULL;
    char *text = NULL;
    iso_err err = ISO_OK;

    if (file->size > JSON_MAX)
        ISO_FAIL(ISO_EFORMAT, "%s: has %" PRId64 " bytes; of JSON at most %d are read", r->path,
                 file->size, (int)JSON_MAX);
    ISO_TRY(iso_alloc(&text, file->size, 1));
    ISO_TRY(iso_file_read(file, 0, text, file->size));
    err = iso_json_parse(&root, text, file->size);
    if (err)
        ISO_TRY(iso_fail_in(err, "%s", r->path));
    if (iso_json_is(root) != ISO_JSON_OBJECT)
        ISO_FAIL(ISO_EFORMAT, "%s: is no object such as {\"lambda0\": 0.5}", r->path);
    ISO_TRY(read_object(r, root));
done:
    iso_json_free(root);
    iso_free(text);
    return err;
}

/* Safetensors ---------------------------------------------------------------------- */

static iso_err read_number(double *out, const iso_tensor_entry *t, const iso_file *file)
{
    double raw = 0; /* size and alignment for every type */
    iso_err err = ISO_OK;

    if (!t->floats)
        ISO_FAIL(ISO_EFORMAT, "%s: tensor %s is %s; F32, F16, BF16 and F64 are read", file->path,
                 t->name, t->type);
    if (t->rank > 1 || (t->rank == 1 && t->shape[0] != 1))
        ISO_FAIL(ISO_EFORMAT, "%s: tensor %s is no scalar, of shape [] or [1]", file->path,
                 t->name);
    ISO_TRY(iso_file_read(file, t->offset, &raw, t->bytes));
    iso_file_order(&raw, 1, t->dtype);
    iso_convert_f64(out, 1, (iso_view){&raw, 1, 1, 1, t->dtype});
done:
    return err;
}

/* A tensor called mixup.<layer>.W or mixup.<layer>.b; `name` is what follows the first dot. */
static iso_err read_tensor(struct reading *r, const iso_tensor_entry *t, const char *name,
                           const iso_file *file)
{
    const char *dot = strchr(name, '.');
    double value = 0;
    int layer = 0;
    iso_err err = ISO_OK;

    if (!dot || (strcmp(dot, ".W") != 0 && strcmp(dot, ".b") != 0))
        ISO_FAIL(ISO_EFORMAT, "%s: tensor \"%.60s\" is neither mixup.<layer>.W nor mixup.<layer>.b",
                 r->path, t->name);
    ISO_TRY(find_layer(&layer, r, name, dot - name));
    ISO_TRY(read_number(&value, t, file));
    ISO_TRY(set_number(r, layer, dot[1] == 'W', value));
done:
    return err;
}

static iso_err read_tensors(struct reading *r, const iso_file *file)
{
    static const char prefix[] = "mixup.";
    const size_t len = sizeof prefix - 1;
    iso_tensor_list list = {0};
    bool any = false;
    iso_err err = ISO_OK;

    ISO_TRY(iso_tensor_list_read(&list, file));
    for (int64_t i = 0; i < list.count; i++) {
        if (strncmp(list.at[i].name, prefix, len) != 0)
            continue;
        any = true;
        ISO_TRY(read_tensor(r, &list.at[i], list.at[i].name + len, file));
    }
    if (!any)
        ISO_FAIL(ISO_EFORMAT, "%s: has no tensor mixup.<layer>.W or mixup.<layer>.b", r->path);
done:
    iso_tensor_list_free(&list);
    return err;
}

/* Face ----------------------------------------------------------------------------- */

/* A safetensors file has the brace of its header behind eight bytes of length, of which the last
 * are zeros; JSON has no zeros. */
static bool is_tensors(const unsigned char *first, int64_t count)
{
    return count > ISO_TENSOR_PREFIX && first[ISO_TENSOR_PREFIX - 1] == 0;
}

static iso_err read_file(struct reading *r, const iso_file *file)
{
    unsigned char first[ISO_TENSOR_PREFIX + 1];
    const int64_t count = file->size < (int64_t)sizeof first ? file->size : (int64_t)sizeof first;
    iso_err err = ISO_OK;

    ISO_TRY(iso_file_read(file, 0, first, count));
    ISO_TRY(is_tensors(first, count) ? read_tensors(r, file) : read_json(r, file));
done:
    return err;
}

iso_err iso_mix_heads_read(iso_mix_head *heads, int L, const char *path)
{
    struct reading r = {.L = L, .path = path};
    iso_file *file = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(L > 0, "a model of %d layers mixes nowhere", L);
    ISO_TRY(iso_alloc(&r.heads, L, sizeof *r.heads));
    ISO_TRY(iso_alloc(&r.has_w, L, sizeof *r.has_w));
    ISO_TRY(iso_alloc(&r.has_b, L, sizeof *r.has_b));
    for (int k = 0; k < L; k++)
        r.heads[k] = iso_mix_head_default();
    ISO_TRY(iso_file_open(&file, path));
    ISO_TRY(read_file(&r, file));
    memcpy(heads, r.heads, (size_t)L * sizeof *heads);
done:
    iso_file_close(file);
    iso_free(r.heads);
    iso_free(r.has_w);
    iso_free(r.has_b);
    return err;
}
