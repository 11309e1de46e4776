/* Inside the reading of a recipe: shared by the files recipe*.c and by nobody else. */
#ifndef ISO_ENCODE_RECIPE_INSIDE_H
#define ISO_ENCODE_RECIPE_INSIDE_H

#include "lib/encode/recipe.h"
#include "lib/io/json.h"

enum { RECIPE_FILE_MAX = 8 << 20 };

/* A member that is true or false; `otherwise` where it is neither. */
bool iso_recipe_said(const iso_json *config, const char *name, bool otherwise);

/* --- recipe_texts.c --- */

/* max_length, lower_case, length_from, of the folder of the encoder. */
iso_err iso_recipe_read_lengths(iso_recipe *r, const char *encoder);

/* Prompts, usual_prompt, prompts_from. */
iso_err iso_recipe_read_prompts(iso_recipe *r, const char *folder);

#endif
