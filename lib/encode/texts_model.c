/* The checkpoint: what files call it, its encoder, how long a sentence may be. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/encode/texts.h"

enum { LONGEST = 512 /* tokens of a sentence, when not said */ };

/* In a hub's cache a folder is called by a hash: .../models--OWNER--NAME/snapshots/HASH. Returns
 * where OWNER begins, or NULL; cuts the path behind NAME. */
static const char *cached_name(char *path)
{
    char *cut = strstr(path, "/snapshots/"), *owner = NULL;

    for (char *c = path; cut && c < cut; c++) {
        if (strncmp(c, "/models--", 9) == 0)
            owner = c + 9;
    }
    if (!owner || strchr(cut + 11, '/') || memchr(owner, '/', (size_t)(cut - owner)))
        return NULL;
    *cut = '\0';
    return owner;
}

/* OWNER--NAME, or NAME alone, as the hub writes it. */
static iso_err add_cached(iso_buf *to, const char *name)
{
    const char *owner_end = strstr(name, "--");
    iso_err err = ISO_OK;

    if (!owner_end)
        return iso_buf_puts(to, name);
    ISO_TRY(iso_buf_add(to, name, owner_end - name));
    ISO_TRY(iso_buf_printf(to, "/%s", owner_end + 2));
done:
    return err;
}

/* The folder's own name, also for "." and a path that ends in slashes. */
static iso_err name_model(struct texts *t)
{
    char *path = realpath(t->set->model, NULL);
    const char *cached = path ? cached_name(path) : NULL;
    const char *name = path ? strrchr(path, '/') : NULL;
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(cached ? add_cached(&text, cached)
                   : iso_buf_puts(&text, name && name[1] ? name + 1 : t->set->model));
    if (t->set->random_weights)
        ISO_TRY(iso_buf_printf(&text, " (random weights, seed %s)", t->set->random_weights));
    t->model = text.text;
    text = (iso_buf){0};
done:
    free(path);
    iso_buf_free(&text);
    return err;
}

static iso_compute compute_of(const char *name)
{
    return iso_str_same(name, "bf16")   ? ISO_COMPUTE_BF16
           : iso_str_same(name, "int8") ? ISO_COMPUTE_INT8
                                        : ISO_COMPUTE_F32;
}

static iso_err open_encoder(struct texts *t)
{
    iso_encoder_opt opt = {.compute = compute_of(t->set->compute)};
    int64_t seed = 0;

    if (t->set->random_weights && iso_str_int(&seed, t->set->random_weights)) {
        opt.random = true;
        opt.seed = (uint64_t)seed;
    }
    return iso_encoder_open(&t->encoder, t->set->model, &opt);
}

static iso_err choose_length(struct texts *t)
{
    const int64_t most = iso_nn_config_longest(iso_encoder_config(t->encoder));
    const int64_t want = t->set->max_length;

    if (want > most)
        return iso_fail(
            ISO_EARG,
            ISO_FIELD(max_length) " %lld: %s has positions for %lld tokens; give that or less",
            (long long)want, t->model, (long long)most);
    t->longest = want > 0 ? want : most < LONGEST ? most : LONGEST;
    return ISO_OK;
}

/* A model's name on a hub: NAME or OWNER/NAME, of letters, digits and "-_.". */
static bool is_hub_name(const char *text)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const size_t first = strspn(text, signs);
    const char *second = text[first] == '/' ? text + first + 1 : NULL;

    if (first == 0 || *text == '.' || (text[first] && !second))
        return false;
    return !second || (*second && !second[strspn(second, signs)]);
}

iso_err iso_texts_find_model(const char *model)
{
    static const char what[] =
        "a checkpoint is a folder with config.json, model.safetensors and the "
        "tokenizer's files";
    const char *slash = strrchr(model, '/');
    struct stat st;

    if (stat(model, &st) == 0 || errno != ENOENT)
        return ISO_OK; /* what else may be wrong shows where its files are opened */
    if (!is_hub_name(model))
        return iso_fail(ISO_EIO, ISO_FIELD(model) " %s: there is no such folder; %s", model, what);
    return iso_fail(
        ISO_EIO,
        ISO_FIELD(model) " %s: there is no such folder; %s. `git clone "
                         "https://huggingface.co/%s` (with git-lfs) or `hf download %s " ISO_FIELD(
                             local_dir) " %s` "
                                        "fetches one; then " ISO_FIELD(model) " %s",
        model, what, model, model, slash ? slash + 1 : model, slash ? slash + 1 : model);
}

iso_err iso_texts_open(struct texts *t)
{
    iso_err err = ISO_OK;

    ISO_TRY(iso_texts_find_model(t->set->model));
    ISO_TRY(name_model(t));
    ISO_TRY(open_encoder(t));
    ISO_TRY(choose_length(t));
done:
    return err;
}

iso_err iso_texts_check_model(const struct settings *set)
{
    int64_t seed;

    if (!set->model)
        return iso_fail(ISO_EARG, "needs " ISO_FIELD(model) " DIR, the folder of a checkpoint");
    if (set->random_weights && (!iso_str_int(&seed, set->random_weights) || seed < 0))
        return iso_fail(ISO_EARG,
                        ISO_FIELD(random_weights) ": %s is not a seed, a whole number from 0 on",
                        set->random_weights);
    return ISO_OK;
}
