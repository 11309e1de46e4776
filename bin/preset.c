/* The presets. To add one is to add an entry to the table. */
#include "bin/preset.h"

#include <stddef.h>
#include <string.h>

#include "bin/opt.h"
#include "bin/term.h"
#include "lib/base/str.h"

enum { CHOICES = 8, PRESETS_MOST = 16 };

struct preset {
    const char *command, *name;
    struct {
        const char *option, *value; /* a flag has no value */
    } choice[CHOICES];
};

static const struct preset table[] = {
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

static iso_err unknown(const struct cmd *cmd, const char *name)
{
    const char *names[PRESETS_MOST], *near;
    iso_buf list = {0};
    int count = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < PRESETS; i++) {
        if (strcmp(table[i].command, cmd->name) != 0)
            continue;
        ISO_TRY(iso_buf_printf(&list, "%s%s", count ? ", " : "", table[i].name));
        names[count++] = table[i].name;
    }
    near = iso_str_nearest(name, names, count);
    if (near)
        ISO_FAIL(ISO_EARG, "--preset: unknown name '%s'; did you mean '%s'?", name, near);
    ISO_FAIL(ISO_EARG, "--preset: unknown name '%s'; there are: %s", name, list.text);
done:
    iso_buf_free(&list);
    return err;
}

static iso_err take(struct settings *set, const struct cmd *cmd, const struct preset *preset)
{
    iso_buf told = {0};
    iso_err err = ISO_OK;

    for (int i = 0; i < CHOICES && preset->choice[i].option; i++) {
        const char *option = preset->choice[i].option, *value = preset->choice[i].value;
        bool taken;
        ISO_TRY(opt_fill(set, &taken, cmd, option, value));
        ISO_TRY(iso_buf_printf(&told, " --%s%s%s%s", option, value ? " " : "", value ? value : "",
                               taken ? "" : " (given otherwise)"));
    }
    term_note(set, "preset %s:%s", preset->name, told.text ? told.text : "");
done:
    iso_buf_free(&told);
    return err;
}

iso_err preset_apply(struct settings *set, const struct cmd *cmd)
{
    if (!set->preset)
        return ISO_OK;
    for (int i = 0; i < PRESETS; i++) {
        if (!strcmp(table[i].command, cmd->name) && !strcmp(table[i].name, set->preset))
            return take(set, cmd, &table[i]);
    }
    return unknown(cmd, set->preset);
}
