#include "lib/encode/recipe.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/utf8.h"

static void step_free(iso_recipe_step *s)
{
    iso_free(s->folder);
}

void iso_recipe_free(iso_recipe *r)
{
    for (int i = 0; i < r->steps; i++)
        step_free(&r->step[i]);
    for (int i = 0; i < r->prompts; i++) {
        iso_free(r->prompt[i].name);
        iso_free(r->prompt[i].text);
    }
    iso_free(r->step);
    iso_free(r->prompt);
    iso_free(r->from);
    iso_free(r->refused);
    iso_free(r->pool_from);
    iso_free(r->length_from);
    iso_free(r->usual_prompt);
    iso_free(r->prompts_from);
    *r = (iso_recipe){0};
}

iso_err iso_recipe_add_step(iso_recipe *r, const iso_recipe_step *step)
{
    iso_recipe_step copy = *step;
    iso_err err = ISO_OK;

    copy.folder = NULL;
    if (step->folder)
        ISO_TRY(iso_str_dup(&copy.folder, step->folder, -1));
    ISO_TRY(iso_realloc(&r->step, r->steps, r->steps + 1, sizeof *r->step));
    r->step[r->steps++] = copy;
    copy.folder = NULL;
done:
    iso_free(copy.folder);
    return err;
}

iso_err iso_recipe_add_prompt(iso_recipe *r, const char *name, const char *text)
{
    iso_recipe_prompt copy = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_str_dup(&copy.name, name, -1));
    ISO_TRY(iso_str_dup(&copy.text, text, -1));
    ISO_TRY(iso_realloc(&r->prompt, r->prompts, r->prompts + 1, sizeof *r->prompt));
    r->prompt[r->prompts++] = copy;
    copy = (iso_recipe_prompt){0};
done:
    iso_free(copy.name);
    iso_free(copy.text);
    return err;
}

/* --- Prompts ------------------------------------------------------------------------------- */

static const char *prompt_called(const iso_recipe *r, const char *name)
{
    for (int i = 0; i < r->prompts; i++) {
        if (strcmp(r->prompt[i].name, name) == 0)
            return r->prompt[i].text;
    }
    for (int i = 0; i < r->prompts; i++) { /* the text of one, as files of states have it */
        if (strcmp(r->prompt[i].text, name) == 0)
            return r->prompt[i].text;
    }
    return NULL;
}

/* Letters, digits, "-", "_" and "." alone: a name, and no text that stands before sentences. */
static bool could_be_name(const char *word)
{
    static const char signs[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

    return *word && word[strspn(word, signs)] == '\0';
}

enum { SHOWN = 12 }; /* names in a message */

/* "query, passage and 3 more": of the prompts that have a text, or of all. */
iso_err iso_recipe_prompt_names(iso_buf *out, const iso_recipe *r, bool with_text)
{
    int count = 0;
    iso_err err = ISO_OK;

    for (int i = 0; i < r->prompts; i++) {
        if (with_text && !*r->prompt[i].text)
            continue;
        if (count++ < SHOWN)
            ISO_TRY(iso_buf_printf(out, "%s%.60s", count > 1 ? ", " : "", r->prompt[i].name));
    }
    if (count > SHOWN)
        ISO_TRY(iso_buf_printf(out, " and %d more", count - SHOWN));
done:
    return err;
}

static iso_err no_such(const iso_recipe *r, const char *asked, const char *model)
{
    iso_buf names = {0};
    iso_err err = ISO_OK;

    ISO_TRY(iso_recipe_prompt_names(&names, r, false));
    if (r->prompts == 0)
        ISO_FAIL(ISO_EARG,
                 ISO_FIELD(prompt) " %.60s: %s names no prompts: give the text itself, such as "
                                   "\"%.60s: \"",
                 asked, model, asked);
    ISO_FAIL(ISO_EARG,
             ISO_FIELD(prompt) " %.60s: the prompts of %s are called %s; or give the text itself, "
                               "such as \"%.60s: \"",
             asked, model, names.text, asked);
done:
    iso_buf_free(&names);
    return err;
}

iso_err iso_recipe_prompt_text(const char **out, const iso_recipe *r, const char *asked,
                               const char *model)
{
    const char *name = asked ? asked : r->usual_prompt;
    const char *text = name ? prompt_called(r, name) : "";

    if (asked && !iso_utf8_valid(asked, (int64_t)strlen(asked)))
        return iso_fail(ISO_EARG, ISO_FIELD(prompt) ": is not UTF-8");
    if (!text && asked && could_be_name(asked))
        return no_such(r, asked, model);
    *out = text ? text : asked ? asked : "";
    return ISO_OK;
}

/* --- In words ------------------------------------------------------------------------------ */

static const char *activation_name(iso_step_activation a)
{
    static const char *const names[] = {
#define X(id, name, of_torch) name,
        ISO_STEP_ACTIVATIONS(X)
#undef X
    };

    return names[a];
}

static iso_err describe_step(iso_buf *out, const iso_recipe_step *s)
{
    iso_err err = ISO_OK;

    if (s->kind == ISO_STEP_UNIT)
        return iso_buf_puts(out, "; unit length");
    if (s->kind == ISO_STEP_NORM)
        return iso_buf_puts(out, "; LayerNorm");
    ISO_TRY(iso_buf_printf(out, "; %" PRId64 " to %" PRId64 " dims", s->in, s->out));
    if (s->activation != ISO_STEP_IDENTITY)
        ISO_TRY(iso_buf_printf(out, ", %s", activation_name(s->activation)));
    if (s->residual)
        ISO_TRY(iso_buf_puts(out, ", residual"));
done:
    return err;
}

iso_err iso_recipe_describe(iso_buf *out, const iso_recipe *r)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < r->pools; i++)
        ISO_TRY(iso_buf_printf(out, "%s%s", i ? " + " : "", iso_pool_name(r->pool[i])));
    if (r->skip_prompt)
        ISO_TRY(iso_buf_puts(out, " behind the prompt"));
    for (int i = 0; i < r->steps; i++)
        ISO_TRY(describe_step(out, &r->step[i]));
done:
    return err;
}
