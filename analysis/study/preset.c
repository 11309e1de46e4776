/* The presets. To add one is to add an entry to the table. */
#include "analysis/study/preset.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

enum { PRESETS_MOST = 16 };

/* clang-format off */
static const iso_preset table[] = {
    {
        .call = "retrieve", .name = "tatoeba",
        .of = "XTREME's evaluate_retrieval.py (Hu et al. 2020): English queries, nearest by cosine, P@1",
        .differs = "a row whose text equals that of the true row is right, there it is wrong; XTREME prints the output of layer 8 of 12 alone",
        .pools = {"mean-special"},
        .choice = {{"measure", "p@1:cosine"}, {"direction", "forward"}},
    },
    {
        .call = "retrieve", .name = "xsim",
        .of = "LASER's xsim.py (Artetxe & Schwenk 2019): ratio margin over the 4 nearest, share of sources whose best is wrong",
        .differs = "a row whose text equals that of the true row is right, as there with eval_text alone",
        .choice = {{"measure", "error:ratio"}, {"neighbours", "4"}, {"candidates", "knn"}, {"direction", "forward"}},
    },
    {
        .call = "retrieve", .name = "mexa",
        .of = "MEXA's compute_mexa.py (Kargaran et al. 2024): share of pairs whose cosine is above all others of its row and of its column, among the first 100; of each layer, and their mean and largest",
        .differs = "rows pooled otherwise than weighted or last are taken as they are, with a note; rows are not rounded to 16 bits",
        .pools = {"weighted", "last"},
        .choice = {{"measure", "mexa:cosine"}, {"first", "100"}},
    },
    {
        .call = "retrieve", .name = "laser-mine",
        .of = "LASER's mine_bitexts.py with unified lines (Artetxe & Schwenk 2019): ratio margin over the 4 nearest, all its ways; threshold of the best F1, as for BUCC",
        .differs = "of equal lines the first row stands for all, there the last; the threshold itself is mined, there what exceeds it",
        .choice = {{"measure", "f1:mining"}, {"margin", "ratio"}, {"neighbours", "4"}, {"candidates", "knn"}},
    },
    {
        .call = "align", .name = "emerging",
        .of = "Conneau et al. 2020, sentences: iterative normalisation, orthogonal map, P@1 by cosine, linear CKA, their Pearson correlation over layers",
        .differs = "fitted and tested on folds of the same texts, all of which are candidates; there on XNLI and on Tatoeba",
        .pools = {"mean"},
        .choice = {{"prep", "iternorm"}, {"method", "orthogonal"}, {"measure", "p@1,cka:biased"}, {"correlate", NULL}},
    },
    {
        .call = "words", .name = "muse",
        .of = "MUSE's supervised.py (Lample et al. 2018): vectors as they are, lower case, orthogonal map, 5 rounds of refinement, CSLS of 10; its number is P@1 over in-vocabulary words",
        .differs = "the round is chosen by the mean cosine of nearest words, there by P@1 on the test dictionary; refinement searches the 10000 most frequent words, there all",
        .choice = {{"prep", "none"}, {"method", "orthogonal"}, {"refine", "5"}, {"neighbours", "10"}, {"max-vocab", "200000"}, {"measure", "csls,cosine"}, {"lower", NULL}},
    },
    {
        .call = "words", .name = "vecmap",
        .of = "vecmap's map_embeddings.py with its setting supervised, then eval_translation.py (Artetxe et al. 2018): its numbers are P@1 over in-vocabulary words by cosine, and coverage",
        .differs = "the first 200000 words of each file, there all; directions without variance in the dictionary are dropped",
        .choice = {{"prep", "unit,center,unit"}, {"steps", "whiten,rotate,reweight:0.5,dewhiten"}, {"measure", "cosine,csls"}, {"neighbours", "10"}, {"max-vocab", "200000"}},
    },
    {
        .call = "words", .name = "emerging",
        .of = "Conneau et al. 2020, words: iterative normalisation, orthogonal map, CSLS of 10",
        .differs = "words and dictionaries are those you give, there those of MUSE",
        .choice = {{"prep", "iternorm"}, {"method", "orthogonal"}, {"measure", "csls,cosine"}, {"neighbours", "10"}},
    },
    {
        .call = "mix", .name = "xmixup",
        .of = "X-Mixup's published code for classification (Yang et al. 2022): first layer, entropies of padded sentences, W 1 and b 0, which that code neither trains nor saves",
        .differs = "sources are the texts you give, there machine translations; the checkpoint need not have been trained by mixing",
        .choice = {{"layer", "1"}, {"mix", "xmixup"}, {"lambda0", "0.5"}, {"entropy", "repo"}, {"max-length", "128"}},
    },
    {
        .call = "train", .name = "xmixup",
        .of = "X-Mixup's published code for classification (Yang et al. 2022): mixed in the first layer, W 1 and b 0, which that code neither trains nor saves",
        .differs = "its batches of 64 are gradients' sums over four machines, here the mean over 64; entropies are those of real tokens; sources are what you give, there machine translations too, drawn anew once an epoch with k 1000",
        .choice = {{"method", "xmixup"}, {"mix-layers", "1"}, {"lambda", "released"}, {"alpha", "0.4"}, {"optimizer", "adam"}, {"lr", "5e-6"}, {"head-lr", "5e-6"}, {"weight-decay", "0"}, {"warmup", "0"}, {"clip", "0"}, {"clip-value", "1"}, {"epochs", "4"}, {"batch", "64"}},
    },
};
/* clang-format on */

enum { PRESETS = (int)(sizeof table / sizeof *table) };
_Static_assert((int)PRESETS <= (int)PRESETS_MOST, "preset.c: PRESETS_MOST is too small");

static iso_err unknown(const char *call, const char *name)
{
    const char *names[PRESETS_MOST], *near;
    iso_buf list = {0};
    int count = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < PRESETS; i++) {
        if (strcmp(table[i].call, call) != 0)
            continue;
        ISO_TRY(iso_buf_printf(&list, "%s%s", count ? ", " : "", table[i].name));
        names[count++] = table[i].name;
    }
    near = iso_str_nearest(name, names, count);
    if (near)
        ISO_FAIL(ISO_EARG, ISO_FIELD(preset) ": unknown name '%s'; did you mean '%s'?", name, near);
    ISO_FAIL(ISO_EARG, ISO_FIELD(preset) ": unknown name '%s'; there are: %s", name, list.text);
done:
    iso_buf_free(&list);
    return err;
}

const iso_preset *iso_preset_at(const char *call, int i)
{
    for (int p = 0; p < PRESETS; p++) {
        if (!strcmp(table[p].call, call) && i-- == 0)
            return &table[p];
    }
    return NULL;
}

iso_err iso_preset_find(const iso_preset **out, const char *call, const char *name)
{
    for (int i = 0; i < PRESETS; i++) {
        if (!strcmp(table[i].call, call) && !strcmp(table[i].name, name)) {
            *out = &table[i];
            return ISO_OK;
        }
    }
    return unknown(call, name);
}

iso_err iso_preset_note(const char *call, const char *name, const iso_states *states,
                        const iso_run *run)
{
    const char *pooling = states ? iso_states_about(states)->pooling : NULL;
    const iso_preset *p = NULL;
    iso_err err = ISO_OK;

    if (!name || !states)
        return ISO_OK;
    ISO_TRY(iso_preset_find(&p, call, name));
    const char *first = p->pools[0], *second = p->pools[1];
    if (!first || (pooling && (!strcmp(pooling, first) || (second && !strcmp(pooling, second)))))
        return ISO_OK;
    iso_run_note(run,
                 "preset %s: rows are pooled %s, the protocol takes %s%s%s: encode texts, or pool "
                 "token rows, with " ISO_FIELD(pool) " %s",
                 p->name, pooling ? pooling : "in a way that is not said", first,
                 second ? " or " : "", second ? second : "", first);
done:
    return err;
}

/* Whether a field is as iso_options_init leaves it. */
static bool untouched(const iso_option *o, const void *opt, const void *fresh)
{
    return memcmp((const char *)opt + o->offset, (const char *)fresh + o->offset, o->size) == 0;
}

iso_err iso_preset_fill(const iso_options *options, void *opt, const char *name)
{
    const iso_preset *preset = NULL;
    char *fresh = NULL;
    iso_err err = ISO_OK;

    if (!name)
        return ISO_OK;
    ISO_TRY(iso_preset_find(&preset, options->name, name));
    ISO_TRY(iso_alloc(&fresh, (int64_t)options->size, 1));
    iso_options_init(options, fresh, options->size);
    for (int i = 0; i < ISO_PRESET_CHOICES && preset->choice[i].option; i++) {
        const iso_option *o = iso_options_find(options, preset->choice[i].option);
        if (o && untouched(o, opt, fresh))
            ISO_TRY(iso_option_set(o, opt, preset->choice[i].value));
    }
done:
    iso_free(fresh);
    return err;
}
