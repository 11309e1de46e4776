#include "lib/nn/config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/io/adapter.h"
#include "lib/io/folder.h"
#include "lib/nn/arch.h"

static const char config_name[] = "config.json";

/* So large that no model comes near, so small that no product of two sizes, as bytes, overflows. */
enum { CONFIG_MAX = 8 << 20, LAYERS_MAX = 1 << 12, WIDTH_MAX = 1 << 20 };

/* "bert, xlm-roberta, ...": the families of the table. */
static iso_err list_families(iso_buf *out)
{
    const iso_arch *a = NULL;
    iso_err err = ISO_OK;

    for (int i = 0; (a = iso_arch_at(i)); i++)
        ISO_TRY(iso_buf_printf(out, "%s%s", i > 0 ? ", " : "", a->name));
done:
    return err;
}

static iso_err find_family(const iso_arch **out, const iso_json *root, const char *path)
{
    const char *type = iso_json_text(iso_json_get(root, "model_type"));
    const char *class = iso_json_text(iso_json_first(iso_json_get(root, "architectures")));
    const iso_arch *found = iso_arch_find(type, class);
    iso_buf known = {0};
    iso_err err = ISO_OK;

    if (found) {
        *out = found;
        return ISO_OK;
    }
    ISO_TRY(list_families(&known));
    if (!type && !class)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: has neither model_type nor architectures; add \"model_type\": one of %s",
                 path, known.text);
    ISO_FAIL(
        ISO_EUNSUP,
        "%s: is of a %s model; these are supported: %s; examples/from_transformers.py writes the "
        "states of any other",
        path, type ? type : class, known.text);
done:
    iso_buf_free(&known);
    return err;
}

/* A whole number of the object, from `least` to `most`; `absent` (>= 0) stands for a missing one.
 */
static iso_err read_size(int64_t *out, const iso_json *root, const char *name, int64_t least,
                         int64_t most, int64_t absent, const char *path)
{
    const iso_json *node = iso_json_get(root, name);
    double number = 0;
    int64_t n = absent;

    if (iso_json_is(node) == ISO_JSON_NONE || iso_json_is(node) == ISO_JSON_NULL) {
        if (absent < 0)
            return iso_fail(ISO_EFORMAT, "%s: has no %s", path, name);
    } else if (!iso_json_number(&number, node)) {
        return iso_fail(ISO_EFORMAT, "%s: %s is no number", path, name);
    } else if (!iso_json_int(&n, node) || n < least || n > most) {
        return iso_fail(ISO_EFORMAT,
                        "%s: %s is %.17g, no whole number from %" PRId64 " to %" PRId64, path, name,
                        number, least, most);
    }
    *out = n;
    return ISO_OK;
}

static iso_err read_sizes(iso_nn_config *c, const iso_json *root, const iso_arch *a,
                          const char *path)
{
    const iso_arch_keys *keys = a->keys;
    int64_t L = 0, H = 0;
    iso_err err = ISO_OK;

    ISO_TRY(read_size(&L, root, keys->L, 1, LAYERS_MAX, -1, path));
    ISO_TRY(read_size(&c->C, root, keys->C, 1, WIDTH_MAX, -1, path));
    ISO_TRY(read_size(&H, root, keys->H, 1, WIDTH_MAX, -1, path));
    ISO_TRY(read_size(&c->F, root, keys->F, 1, WIDTH_MAX, -1, path));
    ISO_TRY(read_size(&c->V, root, keys->V, 1, INT32_MAX, -1, path));
    ISO_TRY(read_size(&c->positions, root, keys->positions, 1, INT32_MAX, -1, path));
    if (keys->types)
        ISO_TRY(read_size(&c->types, root, keys->types, 0, WIDTH_MAX, a->types, path));
    if (c->C % H != 0)
        ISO_FAIL(ISO_EFORMAT, "%s: %s is %" PRId64 ", which %" PRId64 " heads (%s) do not divide",
                 path, keys->C, c->C, H, keys->H);
    if (a->positions == ISO_POSITIONS_AFTER_PADDING) {
        ISO_TRY(read_size(&c->padding, root, keys->padding, 0, INT32_MAX, a->padding, path));
        c->first_position = c->padding + 1;
    } else if (!iso_json_int(&c->padding, iso_json_get(root, keys->padding))) {
        c->padding = a->padding;
    }
    if (c->padding < 0 || c->padding >= c->V) /* positions begin behind it all the same */
        c->padding = 0;
    if (c->first_position >= c->positions)
        ISO_FAIL(ISO_EFORMAT,
                 "%s: %s is %" PRId64 ", and a sentence begins at %" PRId64 ", behind %s", path,
                 keys->positions, c->positions, c->first_position, keys->padding);
    c->L = (int)L;
    c->H = (int)H;
done:
    return err;
}

static iso_err read_rate(double *out, const iso_json *root, const char *name, const char *path)
{
    const iso_json *node = name ? iso_json_get(root, name) : NULL;

    *out = 0.1;
    if (iso_json_is(node) == ISO_JSON_NONE || iso_json_is(node) == ISO_JSON_NULL)
        return ISO_OK;
    if (!iso_json_number(out, node) || !(*out >= 0 && *out < 1))
        return iso_fail(ISO_EFORMAT, "%s: %s is not in [0, 1)", path, name);
    return ISO_OK;
}

static iso_err read_eps(iso_nn_config *c, const iso_json *root, const iso_arch *a, const char *path)
{
    const char *name = a->keys->eps;
    const iso_json *node = name ? iso_json_get(root, name) : NULL;

    c->eps = a->eps;
    if (iso_json_is(node) == ISO_JSON_NONE)
        return ISO_OK;
    if (!iso_json_number(&c->eps, node) || !(c->eps > 0 && c->eps < 1))
        return iso_fail(ISO_EFORMAT, "%s: %s is no number between 0 and 1", path, name);
    return ISO_OK;
}

static iso_err read_activation(iso_nn_config *c, const iso_json *root, const iso_arch *a,
                               const char *path)
{
    static const struct {
        const char *name;
        iso_activation activation;
    } known[] = {
        {"gelu", ISO_GELU},           {"gelu_python", ISO_GELU},
        {"gelu_new", ISO_GELU_TANH},  {"gelu_pytorch_tanh", ISO_GELU_TANH},
        {"gelu_fast", ISO_GELU_TANH}, {"gelu_accurate", ISO_GELU_TANH},
        {"relu", ISO_RELU},
    };
    const char *name = a->keys->activation;
    const iso_json *node = iso_json_get(root, name);
    const char *text = iso_json_is(node) == ISO_JSON_NONE ? a->activation : iso_json_text(node);

    for (size_t i = 0; text && i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, text) == 0) {
            c->activation = known[i].activation;
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EUNSUP, "%s: %s is %s%s%s; gelu, gelu_new and relu are supported", path,
                    name, text ? "\"" : "", text ? text : "no text", text ? "\"" : "");
}

/* Variants that carry a known name and compute something else. */
static iso_err refuse_variants(const iso_json *root, const char *path)
{
    const iso_json *positions = iso_json_get(root, "position_embedding_type");
    const char *kind = iso_json_text(positions);

    if (iso_json_is(positions) > ISO_JSON_NULL && (!kind || strcmp(kind, "absolute") != 0))
        return iso_fail(ISO_EUNSUP,
                        "%s: position_embedding_type is %s; only \"absolute\" is supported", path,
                        kind ? kind : "no text");
    if (iso_json_true(iso_json_get(root, "is_decoder")))
        return iso_fail(ISO_EUNSUP, "%s: is_decoder is true; only encoders are supported", path);
    if (iso_json_true(iso_json_get(root, "add_cross_attention")))
        return iso_fail(ISO_EUNSUP, "%s: add_cross_attention is true; only encoders are supported",
                        path);
    if (iso_json_count(iso_json_get(root, "pruned_heads")) > 0)
        return iso_fail(ISO_EUNSUP,
                        "%s: pruned_heads is not empty; layers of unequal shape are "
                        "not supported",
                        path);
    return ISO_OK;
}

static iso_err understand(iso_nn_config *c, const iso_json *root, const char *path)
{
    const iso_arch *a = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find_family(&a, root, path));
    c->arch = a;
    c->family = a->name;
    ISO_TRY(refuse_variants(root, path));
    ISO_TRY(read_sizes(c, root, a, path));
    ISO_TRY(read_eps(c, root, a, path));
    ISO_TRY(read_rate(&c->dropout, root, a->keys->dropout, path));
    ISO_TRY(read_rate(&c->attention_dropout, root, a->keys->attention_dropout, path));
    ISO_TRY(read_activation(c, root, a, path));
done:
    return err;
}

iso_err iso_nn_config_read_file(iso_nn_config *out, const char *path)
{
    iso_nn_config c = {0};
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_json_file(&root, path, CONFIG_MAX));
    ISO_TRY(understand(&c, root, path));
    *out = c;
done:
    iso_json_free(root);
    return err;
}

iso_err iso_nn_config_read(iso_nn_config *out, const char *folder)
{
    char *path = NULL;
    iso_err err = ISO_OK;

    ISO_NEED(folder && *folder, "folder: is empty");
    ISO_TRY(iso_folder_check(folder));
    if (!iso_folder_has(folder, config_name) && iso_folder_has(folder, "languages.json"))
        ISO_FAIL(ISO_EIO,
                 "%s: holds a checkpoint of each language, a folder each: name one of these",
                 folder);
    if (!iso_folder_has(folder, config_name) && !iso_folder_has(folder, "adapter_config.json"))
        ISO_FAIL(ISO_EIO, "%s: holds no %s, which a checkpoint's folder has", folder, config_name);
    ISO_TRY(iso_adapter_path(&path, folder, config_name));
    ISO_TRY(iso_nn_config_read_file(out, path));
done:
    iso_free(path);
    return err;
}

int64_t iso_nn_config_longest(const iso_nn_config *c)
{
    return c->positions - c->first_position;
}
