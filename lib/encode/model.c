#include "lib/encode/model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"
#include "lib/encode/model_compute.h"
#include "lib/encode/opened.h"
#include "lib/encode/recipe.h"
#include "lib/io/adapter.h"
#include "lib/linalg/blas.h"

struct iso_model {
    iso_model_info about;
    char *name, *root, *folder, *config; /* config: NULL, or iso_model_opt's */
    iso_encoder_opt how;
    bool fastest; /* how.compute was chosen here */
    iso_encoder *encoder;
    iso_tokenizer *tokenizer; /* NULL: nobody asked for it yet */
    iso_id_shift shift;
    iso_recipe recipe;
};

/* --- Before it is open --- */

iso_err iso_model_check(const iso_model_opt *opt)
{
    int64_t seed;

    if (!opt->folder)
        return iso_fail(ISO_EARG, "needs " ISO_FIELD(model) " DIR, the folder of a checkpoint");
    if (opt->random_weights && (!iso_str_int(&seed, opt->random_weights) || seed < 0))
        return iso_fail(ISO_EARG,
                        ISO_FIELD(random_weights) ": %s is not a seed, a whole number from 0 on",
                        opt->random_weights);
    if (opt->config && !opt->random_weights)
        return iso_fail(ISO_EARG, ISO_FIELD(config) " is of " ISO_FIELD(random_weights));
    return ISO_OK;
}

static iso_err name_model(iso_model *m, const iso_model_opt *opt)
{
    iso_buf text = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_model_called(&text, m->root));
    if (opt->random_weights)
        ISO_TRY(iso_buf_printf(&text, " (random weights, seed %s)", opt->random_weights));
    m->name = text.text;
    text = (iso_buf){0};
done:
    iso_buf_free(&text);
    return err;
}

/* --- Open --- */

void iso_model_close(iso_model *m)
{
    if (!m)
        return;
    iso_tokenizer_close(m->tokenizer);
    iso_encoder_close(m->encoder);
    iso_id_shift_free(&m->shift);
    iso_recipe_free(&m->recipe);
    iso_free(m->name);
    iso_free(m->root);
    iso_free(m->folder);
    iso_free(m->config);
    iso_free(m);
}

static iso_err open_encoder(iso_model *m, iso_compute compute)
{
    iso_encoder_opt how = m->how;
    iso_encoder *encoder = NULL;
    iso_err err = ISO_OK;

    how.compute = compute;
    ISO_TRY(iso_encoder_open(&encoder, m->folder, &how));
    iso_encoder_close(m->encoder);
    m->encoder = encoder;
    m->how = how;
    m->about = (iso_model_info){.name = m->name,
                                .root = m->root,
                                .folder = m->folder,
                                .config_file = m->config,
                                .compute = compute,
                                .random = m->how.random,
                                .config = iso_encoder_config(encoder),
                                .shift = m->shift.count ? &m->shift : NULL,
                                .recipe = &m->recipe,
                                .seed = m->how.seed};
done:
    return err;
}

static iso_err read_shift(iso_model *m, int64_t rows)
{
    char *path = NULL;
    iso_err err = ISO_OK;

    if (!m->config)
        ISO_TRY(iso_adapter_path(&path, m->folder, "config.json"));
    ISO_TRY(iso_id_shift_read(&m->shift, m->config ? m->config : path, rows));
done:
    iso_free(path);
    return err;
}

static iso_err open_model(iso_model *m, const iso_model_opt *opt, const iso_run *run)
{
    iso_compute compute = ISO_COMPUTE_F32;
    iso_nn_config config;
    int64_t seed = 0;
    iso_err err = ISO_OK;

    m->how.random = opt->random_weights && iso_str_int(&seed, opt->random_weights);
    m->how.seed = (uint64_t)seed;
    m->fastest = opt->compute == ISO_COMPUTE_FASTEST;
    ISO_TRY(iso_model_locate(&m->root, &m->folder, opt->folder));
    if (opt->config)
        ISO_TRY(iso_str_dup(&m->config, opt->config, -1));
    m->how.config = m->config;
    ISO_TRY(name_model(m, opt));
    ISO_TRY(m->config ? iso_nn_config_read_file(&config, m->config)
                      : iso_nn_config_read(&config, m->folder));
    ISO_TRY(read_shift(m, config.V));
    ISO_TRY(iso_recipe_read(&m->recipe, m->root, config.C));
    ISO_TRY(iso_model_compute(&compute, opt->compute, &config, run));
    ISO_TRY(open_encoder(m, compute));
done:
    return err;
}

iso_err iso_model_pin(iso_model *m, iso_compute compute)
{
    if (!m->fastest || compute == m->how.compute)
        return ISO_OK;
    return open_encoder(m, compute);
}

iso_err iso_model_open(iso_model **out, const iso_model_opt *opt, const iso_run *run)
{
    const iso_threads threads = iso_blas_enter(run);
    iso_model *m = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_model_check(opt));
    ISO_TRY(iso_model_find(opt->folder));
    ISO_TRY(iso_alloc(&m, 1, sizeof *m));
    ISO_TRY(open_model(m, opt, run));
    *out = m;
    m = NULL;
done:
    iso_model_close(m);
    iso_blas_leave(threads);
    return err;
}

const iso_model_info *iso_model_about(const iso_model *m)
{
    return &m->about;
}

iso_encoder *iso_model_encoder(iso_model *m)
{
    return m->encoder;
}

iso_err iso_model_tokenizer(const iso_tokenizer **out, iso_model *m)
{
    iso_err err = ISO_OK;

    if (!m->tokenizer)
        ISO_TRY(iso_tokenizer_open(&m->tokenizer, m->folder));
    *out = m->tokenizer;
done:
    return err;
}

void iso_model_note_tokenizer(const iso_run *run, const char *folder, const iso_tokenizer *t)
{
    const char *first = NULL;
    const int64_t odd = iso_tokenizer_odd(t, &first);

    if (odd > 0)
        iso_run_note(run, "%s: %" PRId64 " %s in the tokenizer's files, the first: %s", folder, odd,
                     odd == 1 ? "oddity" : "oddities", first ? first : "unnamed");
}
