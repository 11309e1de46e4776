#include "lib/nn/arch.h"

#include <string.h>

/* In the order in which messages list them. */
static const iso_arch *const table[] = {
    &iso_arch_bert,      &iso_arch_xlm_roberta, &iso_arch_roberta,
    &iso_arch_camembert, &iso_arch_distilbert,
};

const iso_arch *iso_arch_at(int i)
{
    return i < (int)(sizeof table / sizeof *table) ? table[i] : NULL;
}

/* Other families begin alike ("BertGenerationEncoder", "RobertaPreLayerNormModel"), so look at what
 * follows, too. */
static bool is_class_of(const iso_arch *a, const char *class)
{
    const size_t len = strlen(a->class);

    return strncmp(class, a->class, len) == 0 &&
           (strncmp(class + len, "For", 3) == 0 || strcmp(class + len, "Model") == 0);
}

const iso_arch *iso_arch_find(const char *type, const char *class)
{
    const iso_arch *a = NULL;

    for (int i = 0; (a = iso_arch_at(i)); i++) {
        if (type ? strcmp(type, a->name) == 0 : class && is_class_of(a, class))
            break;
    }
    return a;
}
