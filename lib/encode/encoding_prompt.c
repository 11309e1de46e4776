/* What stands before each text. */
#include "lib/encode/encoding.h"

bool iso_encoding_of_words(const struct encoding *e)
{
    return e->pool == ISO_POOL_WORD || e->pool == ISO_POOL_TYPES;
}

iso_err iso_encoding_prompt(struct encoding *e, const char *asked)
{
    const char *text = "";
    iso_err err = ISO_OK;

    ISO_TRY(iso_recipe_prompt_text(&text, e->recipe, asked, e->about->name));
    if (asked && *text && iso_encoding_of_words(e))
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(prompt) ": rows are words, and those of a prompt are none of the text");
    e->prompt = iso_encoding_of_words(e) ? "" : text;
    e->prompted = asked != NULL;
done:
    return err;
}

iso_err iso_encoding_note_prompts(const struct encoding *e)
{
    const iso_recipe *r = e->recipe;
    iso_buf names = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_recipe_prompt_names(&names, r, true));
    if (names.len > 0 && !*e->prompt && !e->prompted)
        iso_run_note(e->run,
                     "no prompt stands before the texts; %s has these: %s (" ISO_FIELD(prompt) ")",
                     e->about->name, names.text);
done:
    iso_buf_free(&names);
    return err;
}
