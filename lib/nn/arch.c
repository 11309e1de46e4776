#include "lib/nn/arch.h"

#include <string.h>

/* iso_arch_NAME of some arch_*.c, in the order in which messages list them. */
#define ISO_ARCHS(X)                                                                               \
    X(bert)                                                                                        \
    X(xlm_roberta)                                                                                 \
    X(roberta)                                                                                     \
    X(camembert)                                                                                   \
    X(distilbert)

#define X(name) extern const iso_arch iso_arch_##name;
ISO_ARCHS(X)
#undef X

static const iso_arch *const table[] = {
#define X(name) &iso_arch_##name,
    ISO_ARCHS(X)
#undef X
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
