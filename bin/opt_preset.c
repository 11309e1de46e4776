/* What --preset of a command stands for. */
#include "bin/opt.h"

#include <stdio.h>

#include "analysis/study/preset.h"
#include "bin/term.h"
#include "lib/base/str.h"

void opt_preset_text(char *out, size_t room, const iso_preset *preset)
{
    size_t used = (size_t)snprintf(out, room, "%s. Sets", preset->of);

    for (int i = 0; i < ISO_PRESET_CHOICES && preset->choice[i].option && used < room; i++) {
        const char *value = preset->choice[i].value;
        used += (size_t)snprintf(out + used, room - used, " --%s%s%s", preset->choice[i].option,
                                 value ? " " : "", value ? value : "");
    }
    if (preset->pools[0] && used < room)
        used += (size_t)snprintf(out + used, room - used, "; rows are pooled %s%s%s",
                                 preset->pools[0], preset->pools[1] ? " or " : "",
                                 preset->pools[1] ? preset->pools[1] : "");
    if (preset->differs && used < room)
        (void)snprintf(out + used, room - used, ". Differs: %s", preset->differs);
}

iso_err opt_preset(struct args *args, const struct cmd *cmd)
{
    const struct words given = opt_words(args, "preset");
    const iso_preset *preset = NULL;
    iso_buf stands = {0};
    iso_err err = ISO_OK;

    if (given.count == 0)
        return ISO_OK;
    ISO_TRY(iso_preset_find(&preset, cmd->name, given.at[0]));
    for (int i = 0; i < ISO_PRESET_CHOICES && preset->choice[i].option; i++) {
        const char *option = preset->choice[i].option, *value = preset->choice[i].value;
        bool taken;
        ISO_TRY(opt_fill(args, &taken, cmd, option, value));
        ISO_TRY(iso_buf_printf(&stands, " --%s%s%s%s", option, value ? " " : "", value ? value : "",
                               taken ? "" : " (given otherwise)"));
    }
    args->preset = given.at[0];
    args->reading.pool_else = preset->pools[0];
    given.at[0] = NULL; /* all of it is there now: the study need not look */
    term_note(args, "preset %s:%s", preset->name, stands.text ? stands.text : "");
done:
    iso_buf_free(&stands);
    return err;
}
