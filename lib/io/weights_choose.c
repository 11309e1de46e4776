/* Which file of a folder holds the weights. */
#include <dirent.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/io/weights_inside.h"

static const char whole_name[] = "model.safetensors", index_name[] = "model.safetensors.index.json";
static const char torch_name[] = "pytorch_model.bin";

/* Variants: of each kind the first by its bytes, and how many there are. */
struct variants {
    char *name[2]; /* the first two */
    bool index[2];
    int count;
};

static void variants_free(struct variants *v)
{
    iso_free(v->name[0]);
    iso_free(v->name[1]);
}

/* A name that is `begin`, something without a point or dash, `end`. */
static bool is_between(const char *name, const char *begin, const char *end)
{
    const size_t b = strlen(begin), e = strlen(end), n = strlen(name);

    return n > b + e && strncmp(name, begin, b) == 0 && strcmp(name + n - e, end) == 0 &&
           b + strcspn(name + b, ".-") == n - e;
}

static iso_err list_variants(struct variants *v, const char *folder)
{
    DIR *dir = opendir(folder);
    iso_err err = ISO_OK;

    for (const struct dirent *e; dir && (e = readdir(dir));) {
        const bool whole = is_between(e->d_name, "model.", ".safetensors");
        const bool index = is_between(e->d_name, "model.safetensors.index.", ".json");
        if (!whole && !index)
            continue;
        if (v->count < 2) {
            ISO_TRY(iso_str_dup(&v->name[v->count], e->d_name, -1));
            v->index[v->count] = index;
        }
        v->count++;
    }
    if (v->count > 1 && strcmp(v->name[0], v->name[1]) > 0) {
        char *first = v->name[0];
        v->name[0] = v->name[1];
        v->name[1] = first;
    }
done:
    if (dir)
        (void)closedir(dir);
    return err;
}

/* Some GGUF file of the folder; *out stays NULL where there is none. */
static iso_err find_gguf(char **out, const char *folder)
{
    DIR *dir = opendir(folder);
    iso_err err = ISO_OK;

    for (const struct dirent *e; dir && !*out && (e = readdir(dir));) {
        const char *dot = strrchr(e->d_name, '.');
        if (dot && strcmp(dot, ".gguf") == 0)
            ISO_TRY(iso_str_dup(out, e->d_name, -1));
    }
done:
    if (dir)
        (void)closedir(dir);
    return err;
}

/* Nothing we read is there: tells what is there instead. */
static iso_err nothing_to_open(const char *folder)
{
    static const char *const others[] = {"tf_model.h5", "flax_model.msgpack", "model.onnx",
                                         "onnx/model.onnx"};
    char *gguf = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(find_gguf(&gguf, folder));
    if (gguf)
        ISO_FAIL(ISO_EIO, "%s: holds %s and no %s: name that file, %s/%s", folder, gguf, whole_name,
                 folder, gguf);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (iso_folder_has(folder, others[i]))
            ISO_FAIL(ISO_EUNSUP,
                     "%s: holds %s but no %s: save the model once more in Python with "
                     "save_pretrained(..., safe_serialization=True)",
                     folder, others[i], whole_name);
    }
    ISO_FAIL(ISO_EIO, "%s: holds neither %s nor %s", folder, whole_name, index_name);
done:
    iso_free(gguf);
    return err;
}

iso_err iso_weights_choose(char **name, bool *index, const char *folder)
{
    static const char *const names[] = {whole_name, index_name, torch_name,
                                        "pytorch_model.bin.index.json"};
    struct variants v = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < 4; i++) {
        *index = i % 2;
        if (iso_folder_has(folder, names[i]))
            return iso_str_dup(name, names[i], -1);
    }
    ISO_TRY(list_variants(&v, folder));
    if (v.count > 1)
        ISO_FAIL(ISO_EIO,
                 "%s: holds %s and %s%s and no %s: which is meant? Give that one the name %s",
                 folder, v.name[0], v.name[1], v.count > 2 ? " and more" : "", whole_name,
                 v.index[0] ? index_name : whole_name);
    if (v.count == 0)
        ISO_TRY(nothing_to_open(folder));
    *index = v.index[0];
    *name = v.name[0];
    v.name[0] = NULL;
done:
    variants_free(&v);
    return err;
}
