/* How a sentence-transformers folder wants texts prepared: how long they may be, and what stands
 * before them. */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/encode/recipe_inside.h"
#include "lib/io/folder.h"

iso_err iso_recipe_read_lengths(iso_recipe *r, const char *encoder)
{
    static const char *const names[] = {"sentence_bert_config.json", "sentence_roberta_config.json",
                                        "sentence_distilbert_config.json",
                                        "sentence_camembert_config.json",
                                        "sentence_xlm-roberta_config.json"};
    iso_json *config = NULL;
    int64_t longest = 0;
    iso_err err = ISO_OK;

    for (size_t i = 0; !config && i < sizeof names / sizeof *names; i++) {
        if (!iso_folder_has(encoder, names[i]))
            continue;
        ISO_TRY(iso_folder_json(&config, encoder, names[i], RECIPE_FILE_MAX));
        ISO_TRY(iso_folder_path(&r->length_from, encoder, names[i]));
    }
    const iso_json *node = iso_json_get(config, "max_seq_length");
    if (iso_json_is(node) > ISO_JSON_NULL && (!iso_json_int(&longest, node) || longest < 1))
        ISO_FAIL(ISO_EFORMAT, "%s: max_seq_length is no whole number from 1 on", r->length_from);
    r->max_length = longest;
    r->lower_case = iso_recipe_said(config, "do_lower_case", false);
done:
    iso_json_free(config);
    return err;
}

iso_err iso_recipe_read_prompts(iso_recipe *r, const char *folder)
{
    static const char name[] = "config_sentence_transformers.json";
    iso_json *config = NULL;
    iso_err err = ISO_OK;

    if (!iso_folder_has(folder, name))
        return ISO_OK;
    ISO_TRY(iso_folder_json(&config, folder, name, RECIPE_FILE_MAX));
    ISO_TRY(iso_folder_path(&r->prompts_from, folder, name));
    const iso_json *all = iso_json_get(config, "prompts");
    const char *usual = iso_json_text(iso_json_get(config, "default_prompt_name"));
    if (iso_json_is(all) > ISO_JSON_NULL && iso_json_is(all) != ISO_JSON_OBJECT)
        ISO_FAIL(ISO_EFORMAT, "%s: prompts is no object of names and texts", r->prompts_from);
    for (const iso_json *p = iso_json_first(all); p; p = iso_json_next(p)) {
        const char *text = iso_json_is(p) == ISO_JSON_NULL ? "" : iso_json_text(p);
        if (!text || !*iso_json_name(p))
            ISO_FAIL(ISO_EFORMAT, "%s: prompt \"%.40s\" is no text with a name", r->prompts_from,
                     iso_json_name(p));
        ISO_TRY(iso_recipe_add_prompt(r, iso_json_name(p), text));
    }
    if (!usual)
        goto done;
    if (iso_json_is(iso_json_get(all, usual)) == ISO_JSON_NONE)
        ISO_FAIL(ISO_EFORMAT, "%s: default_prompt_name is \"%.40s\", which is no prompt of it",
                 r->prompts_from, usual);
    ISO_TRY(iso_str_dup(&r->usual_prompt, usual, -1));
done:
    iso_json_free(config);
    return err;
}
