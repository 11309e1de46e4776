/* The recipe of a sentence-transformers folder: a list of modules, a folder each. */
#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/encode/recipe_inside.h"
#include "lib/io/folder.h"
#include "lib/io/gguf.h"

enum { DIMS_MAX = 1 << 20, STEPS_MAX = 16 };

static const char modules_name[] = "modules.json", dims_key[] = "embedding_dimension";

/* What is read of one folder. */
struct reading {
    iso_recipe *r;
    const char *folder;
    int64_t C;        /* of the encoder */
    bool unpooled;    /* no module made one vector of the tokens yet */
    const char *path; /* of the module that is read, within the folder */
};

/* --- Modules ------------------------------------------------------------------------------- */

/* A path from a foreign file must not lead out of the folder. */
static bool stays_inside(const char *path)
{
    return *path != '/' && strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0 &&
           !strstr(path, "/../") && !strchr(path, '\\') &&
           !(strlen(path) > 2 && strcmp(path + strlen(path) - 3, "/..") == 0);
}

/* The class that a module is of: the library's own classes have moved, their names stayed. */
static const char *class_of(const iso_json *module)
{
    static const char library[] = "sentence_transformers.";
    const char *type = iso_json_text(iso_json_get(module, "type"));

    if (!type || strncmp(type, library, strlen(library)) != 0)
        return NULL;
    return strrchr(type, '.') + 1;
}

static const char *path_of(const iso_json *module)
{
    const char *path = iso_json_text(iso_json_get(module, "path"));

    return path ? path : "";
}

iso_err iso_recipe_encoder(char **out, const char *folder)
{
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    if (!iso_folder_has(folder, modules_name))
        return iso_str_dup(out, "", -1);
    ISO_TRY(iso_folder_json_array(&root, folder, modules_name, RECIPE_FILE_MAX));
    const iso_json *first = iso_json_first(root);
    const char *path = iso_str_same(class_of(first), "Transformer") ? path_of(first) : "";
    if (!stays_inside(path))
        ISO_FAIL(ISO_EFORMAT, "%s/%s: path %.60s leads out of the folder", folder, modules_name,
                 path);
    ISO_TRY(iso_str_dup(out, path, -1));
done:
    iso_json_free(root);
    return err;
}

/* The configuration of a module; its folder must be there. */
static iso_err module_config(iso_json **out, char **folder, const struct reading *in)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(folder, in->folder, in->path));
    if (!*in->path || !iso_folder_has(in->folder, in->path))
        ISO_FAIL(ISO_EIO, "%s/%s: names a module in \"%.60s\", which is not there", in->folder,
                 modules_name, in->path);
    ISO_TRY(iso_folder_json(out, *folder, "config.json", RECIPE_FILE_MAX));
done:
    return err;
}

/* A member that is a number of dims, under its newer name or its older one. */
static iso_err read_dims(int64_t *out, const iso_json *config, const char *name, const char *old,
                         const char *folder)
{
    const iso_json *node = iso_json_get(config, name);

    if (iso_json_is(node) == ISO_JSON_NONE && old)
        node = iso_json_get(config, old);
    if (!iso_json_int(out, node) || *out < 1 || *out > DIMS_MAX)
        return iso_fail(ISO_EFORMAT, "%s/config.json: %s is no whole number from 1 to %d", folder,
                        name, DIMS_MAX);
    return ISO_OK;
}

bool iso_recipe_said(const iso_json *config, const char *name, bool otherwise)
{
    const iso_json *node = iso_json_get(config, name);

    return iso_json_is(node) == ISO_JSON_BOOL ? iso_json_true(node) : otherwise;
}

/* --- Pooling ------------------------------------------------------------------------------- */

/* Modes in the order in which rows stand where older files name several. */
static const struct {
    const char *name, *flag;
    iso_pool pool;
} modes[] = {
    {"cls", "pooling_mode_cls_token", ISO_POOL_CLS},
    {"max", "pooling_mode_max_tokens", ISO_POOL_MAX_SPECIAL},
    {"mean", "pooling_mode_mean_tokens", ISO_POOL_MEAN_SPECIAL},
    {"mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens", ISO_POOL_MEAN_SQRT},
    {"weightedmean", "pooling_mode_weightedmean_tokens", ISO_POOL_WEIGHTED},
    {"lasttoken", "pooling_mode_lasttoken", ISO_POOL_LAST},
};

enum { MODES = sizeof modes / sizeof *modes };

static iso_err add_mode(iso_recipe *r, const iso_json *name, const char *folder)
{
    const char *text = iso_json_text(name);

    for (int i = 0; text && i < MODES; i++) {
        if (strcmp(text, modes[i].name) == 0 && r->pools < ISO_RECIPE_POOLS) {
            r->pool[r->pools++] = modes[i].pool;
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EUNSUP,
                    "%s/config.json: pooling_mode \"%.40s\" is not known; cls, max, mean, "
                    "mean_sqrt_len_tokens, weightedmean and lasttoken are, six at most",
                    folder, text ? text : "(no text)");
}

/* "mean", ["cls", "mean"], or flags. */
static iso_err read_modes(iso_recipe *r, const iso_json *config, const char *folder)
{
    const iso_json *mode = iso_json_get(config, "pooling_mode");
    bool flagged = false;
    iso_err err = ISO_OK;

    if (iso_json_is(mode) == ISO_JSON_ARRAY) {
        for (const iso_json *m = iso_json_first(mode); m; m = iso_json_next(m))
            ISO_TRY(add_mode(r, m, folder));
    } else if (iso_json_is(mode) > ISO_JSON_NULL) {
        ISO_TRY(add_mode(r, mode, folder));
    }
    for (int i = 0; r->pools == 0 && i < MODES; i++)
        flagged = flagged || iso_recipe_said(config, modes[i].flag, false);
    for (int i = 0; flagged && i < MODES; i++) {
        if (iso_recipe_said(config, modes[i].flag, false))
            r->pool[r->pools++] = modes[i].pool;
    }
    if (r->pools == 0)
        r->pool[r->pools++] = ISO_POOL_MEAN_SPECIAL;
done:
    return err;
}

static iso_err read_pooling(struct reading *in)
{
    iso_recipe *r = in->r;
    iso_json *config = NULL;
    char *folder = NULL;
    int64_t dims = 0;
    iso_err err = ISO_OK;

    ISO_TRY(module_config(&config, &folder, in));
    ISO_TRY(read_dims(&dims, config, dims_key, "word_embedding_dimension", folder));
    if (dims != in->C)
        ISO_FAIL(ISO_EFORMAT, "%s/config.json: pools %" PRId64 " dims, the encoder gives %" PRId64,
                 folder, dims, in->C);
    if (!in->unpooled)
        ISO_FAIL(ISO_EUNSUP, "%s/%s: pools twice", in->folder, modules_name);
    ISO_TRY(read_modes(r, config, folder));
    ISO_TRY(iso_folder_path(&r->pool_from, folder, "config.json"));
    r->skip_prompt = !iso_recipe_said(config, "include_prompt", true);
    r->dims = r->pools * in->C;
    in->unpooled = false;
done:
    iso_json_free(config);
    iso_free(folder);
    return err;
}

/* --- What follows -------------------------------------------------------------------------- */

/* "torch.nn.modules.activation.Tanh" */
static iso_err read_activation(iso_step_activation *out, const iso_json *config, const char *folder)
{
    static const char *const names[] = {
#define X(id, name, of_torch) of_torch,
        ISO_STEP_ACTIVATIONS(X)
#undef X
    };
    const iso_json *node = iso_json_get(config, "activation_function");
    const char *text = iso_json_text(node);
    const char *last = text ? strrchr(text, '.') : NULL;

    *out = ISO_STEP_TANH;
    if (iso_json_is(node) == ISO_JSON_NONE)
        return ISO_OK;
    for (size_t i = 0;
         text && strncmp(text, "torch.nn.", 9) == 0 && i < sizeof names / sizeof *names; i++) {
        if (strcmp(last + 1, names[i]) == 0) {
            *out = (iso_step_activation)i;
            return ISO_OK;
        }
    }
    return iso_fail(ISO_EUNSUP,
                    "%s/config.json: activation_function %.60s is not known; Identity, Tanh, ReLU, "
                    "GELU, Sigmoid and SiLU of torch.nn are",
                    folder, text ? text : "is no text");
}

/* Modules that read and write something else than the vector of the sentence. */
static iso_err check_names(const iso_json *config, const char *folder)
{
    static const char *const keys[] = {"module_input_name", "module_output_name"};

    for (int i = 0; i < 2; i++) {
        const char *name = iso_json_text(iso_json_get(config, keys[i]));
        if (name && strcmp(name, "sentence_embedding") != 0)
            return iso_fail(ISO_EUNSUP,
                            "%s/config.json: %s is \"%.40s\"; only sentence_embedding is computed",
                            folder, keys[i], name);
    }
    return ISO_OK;
}

static iso_err read_dense(struct reading *in)
{
    iso_recipe_step step = {.kind = ISO_STEP_DENSE};
    iso_json *config = NULL;
    char *folder = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(module_config(&config, &folder, in));
    ISO_TRY(check_names(config, folder));
    ISO_TRY(read_dims(&step.in, config, "in_features", NULL, folder));
    ISO_TRY(read_dims(&step.out, config, "out_features", NULL, folder));
    ISO_TRY(read_activation(&step.activation, config, folder));
    if (step.in != in->r->dims)
        ISO_FAIL(ISO_EFORMAT,
                 "%s/config.json: in_features is %" PRId64 ", and %" PRId64 " dims come before it",
                 folder, step.in, in->r->dims);
    step.folder = folder;
    step.bias = iso_recipe_said(config, "bias", true);
    step.residual = iso_recipe_said(config, "use_residual", false);
    ISO_TRY(iso_recipe_add_step(in->r, &step));
    in->r->dims = step.out;
done:
    iso_json_free(config);
    iso_free(folder);
    return err;
}

static iso_err read_norm(struct reading *in)
{
    iso_recipe_step step = {.kind = ISO_STEP_NORM};
    iso_json *config = NULL;
    char *folder = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(module_config(&config, &folder, in));
    ISO_TRY(read_dims(&step.in, config, "dimension", NULL, folder));
    if (step.in != in->r->dims)
        ISO_FAIL(ISO_EFORMAT,
                 "%s/config.json: dimension is %" PRId64 ", and %" PRId64 " dims come before it",
                 folder, step.in, in->r->dims);
    step.folder = folder;
    step.out = step.in;
    ISO_TRY(iso_recipe_add_step(in->r, &step));
done:
    iso_json_free(config);
    iso_free(folder);
    return err;
}

/* Its folder is often missing: it is empty, and such are not kept by everything that copies. */
static iso_err read_unit(struct reading *in)
{
    iso_json *config = NULL;
    char *folder = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&folder, in->folder, in->path));
    if (*in->path && iso_folder_has(folder, "config.json")) {
        ISO_TRY(iso_folder_json(&config, folder, "config.json", RECIPE_FILE_MAX));
        ISO_TRY(check_names(config, folder));
    }
    ISO_TRY(iso_recipe_add_step(
        in->r, &(iso_recipe_step){.kind = ISO_STEP_UNIT, .in = in->r->dims, .out = in->r->dims}));
done:
    iso_json_free(config);
    iso_free(folder);
    return err;
}

static iso_err read_nothing(struct reading *in)
{
    (void)in;
    return ISO_OK;
}

static const struct {
    const char *class;
    bool of_vectors; /* reads what pooling made */
    iso_err (*read)(struct reading *in);
} classes[] = {
    {"Pooling", false, read_pooling}, {"Dense", true, read_dense},
    {"LayerNorm", true, read_norm},   {"Normalize", true, read_unit},
    {"Dropout", true, read_nothing}, /* of training */
};

static iso_err read_module(struct reading *in, const iso_json *module)
{
    const char *class = class_of(module);
    const char *type = iso_json_text(iso_json_get(module, "type"));

    in->path = path_of(module);
    if (!stays_inside(in->path))
        return iso_fail(ISO_EFORMAT, "%s/%s: path %.60s leads out of the folder", in->folder,
                        modules_name, in->path);
    for (size_t i = 0; class && i < sizeof classes / sizeof *classes; i++) {
        if (strcmp(class, classes[i].class) != 0)
            continue;
        if (classes[i].of_vectors && in->unpooled)
            return iso_fail(ISO_EUNSUP, "%s/%s: %s comes before Pooling", in->folder, modules_name,
                            class);
        return classes[i].read(in);
    }
    return iso_fail(ISO_EUNSUP,
                    "%s/%s: a module is of type %.80s; Transformer, Pooling, Dense, LayerNorm, "
                    "Normalize and Dropout of sentence_transformers are computed",
                    in->folder, modules_name, type ? type : "(none)");
}

static iso_err read_modules(struct reading *in, const iso_json *root)
{
    const iso_json *module = iso_json_first(root);
    iso_err err = ISO_OK;

    if (!iso_str_same(class_of(module), "Transformer"))
        ISO_FAIL(ISO_EUNSUP, "%s/%s: the first module is no Transformer but %.80s", in->folder,
                 modules_name, module ? iso_json_text(iso_json_get(module, "type")) : "(none)");
    if (iso_json_count(root) > STEPS_MAX)
        ISO_FAIL(ISO_EUNSUP, "%s/%s: has %lld modules; %d at most are read", in->folder,
                 modules_name, (long long)iso_json_count(root), STEPS_MAX);
    while ((module = iso_json_next(module)))
        ISO_TRY(read_module(in, module));
    if (in->unpooled)
        ISO_FAIL(ISO_EUNSUP, "%s/%s: has no Pooling: its vectors are those of tokens", in->folder,
                 modules_name);
done:
    return err;
}

/* Where a GGUF file says it. */
static iso_err name_fact(iso_recipe *r, const char *folder)
{
    char **const places[] = {&r->from, &r->pool_from};
    iso_err err = ISO_OK;

    for (int i = 0; i < 2 && r->from && iso_gguf_is(folder); i++) {
        iso_free(*places[i]);
        *places[i] = NULL;
        ISO_TRY(iso_folder_path(places[i], folder, "bert.pooling_type"));
    }
done:
    return err;
}

/* What cannot be computed is kept as its message. */
static iso_err read_vector(iso_recipe *r, const char *folder, int64_t C)
{
    struct reading in = {.r = r, .folder = folder, .C = C, .unpooled = true};
    iso_json *root = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_folder_path(&r->from, folder, modules_name));
    err = iso_folder_json_array(&root, folder, modules_name, RECIPE_FILE_MAX);
    if (!err)
        err = read_modules(&in, root);
    if (err && err != ISO_ENOMEM)
        err = iso_str_dup(&r->refused, iso_err_msg(), -1);
done:
    iso_json_free(root);
    return err;
}

iso_err iso_recipe_read(iso_recipe *out, const char *folder, int64_t C)
{
    iso_recipe r = {0};
    char *within = NULL, *encoder = NULL;
    iso_err err = ISO_OK;

    if (!iso_folder_has(folder, modules_name))
        goto empty;
    ISO_TRY(read_vector(&r, folder, C));
    ISO_TRY(name_fact(&r, folder));
    ISO_TRY(iso_recipe_encoder(&within, folder));
    ISO_TRY(iso_folder_path(&encoder, folder, within));
    ISO_TRY(iso_recipe_read_lengths(&r, encoder));
    ISO_TRY(iso_recipe_read_prompts(&r, folder));
empty:
    *out = r;
    r = (iso_recipe){0};
done:
    iso_recipe_free(&r);
    iso_free(within);
    iso_free(encoder);
    return err;
}
