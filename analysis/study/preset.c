/* The presets. To add one is to add an entry to the table. */
#include "analysis/study/preset.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

enum { PRESETS_MOST = 16 };

static const iso_preset table[] = {
    /* XTREME, third_party/evaluate_retrieval: English queries, nearest by cosine. */
    {"retrieve", "tatoeba", {{"measure", "p@1:cosine"}, {"direction", "forward"}}},
    /* LASER, tasks/xsim: ratio margin of four neighbours, share of wrong answers. */
    {"retrieve",
     "xsim",
     {{"measure", "error:ratio"}, {"neighbours", "4"}, {"direction", "forward"}}},
    /* Kargaran et al., 2024, arXiv:2410.05873. */
    {"retrieve", "mexa", {{"measure", "mexa:cosine"}}},
    /* LASER, mine_bitexts and tasks/bucc: all ways to mine, best threshold. */
    {"retrieve",
     "laser-mine",
     {{"measure", "f1:mining"}, {"margin", "ratio"}, {"neighbours", "4"}}},
    /* Conneau et al., ACL 2020, section 5: does CKA say how well sentences can be aligned. */
    {"align",
     "emerging",
     {{"prep", "iternorm"}, {"method", "orthogonal"}, {"measure", "p@1,cka"}, {"correlate", NULL}}},
    /* MUSE, supervised.py: dictionaries 0-5000 and 5000-6500, CSLS of ten neighbours. */
    {"words",
     "muse",
     {{"prep", "none"},
      {"method", "orthogonal"},
      {"refine", "5"},
      {"neighbours", "10"},
      {"max-vocab", "200000"},
      {"measure", "csls,cosine"},
      {"lower", NULL}}},
    /* vecmap --supervised: Artetxe et al., AAAI 2018. */
    {"words",
     "vecmap",
     {{"prep", "unit,center,unit"},
      {"steps", "whiten,rotate,reweight:0.5,dewhiten"},
      {"measure", "cosine,csls"},
      {"neighbours", "10"},
      {"max-vocab", "200000"}}},
    /* Conneau et al., ACL 2020, section 5.1.1: word level. */
    {"words",
     "emerging",
     {{"prep", "iternorm"},
      {"method", "orthogonal"},
      {"measure", "csls,cosine"},
      {"neighbours", "10"}}},
    /* The published code on classification: first layer; W and b stay what they begin as. */
    {"mix",
     "xmixup",
     {{"layer", "1"},
      {"mix", "xmixup"},
      {"lambda0", "0.5"},
      {"entropy", "repo"},
      {"max-length", "128"}}},
};

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
