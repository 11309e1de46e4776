#include "lib/base/facts.h"

#include <string.h>

#include "lib/base/alloc.h"
#include "lib/base/str.h"

static iso_err add(iso_facts *facts, const char *name, iso_plan_fact fact)
{
    iso_err err = ISO_OK;

    if (facts->count == facts->room) {
        const int room = facts->room ? 2 * facts->room : 16;
        ISO_TRY(iso_realloc(&facts->at, facts->count, room, sizeof *facts->at));
        facts->room = room;
    }
    ISO_TRY(iso_str_dup(&fact.name, name, -1));
    facts->at[facts->count++] = fact;
done:
    return err;
}

iso_err iso_facts_count(iso_facts *facts, const char *name, int64_t count)
{
    return add(facts, name, (iso_plan_fact){.number = (double)count, .whole = count});
}

iso_err iso_facts_real(iso_facts *facts, const char *name, double number)
{
    return add(facts, name, (iso_plan_fact){.number = number, .whole = INT64_MIN});
}

iso_err iso_facts_text(iso_facts *facts, const char *name, const char *text)
{
    char *copy = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_str_dup(&copy, text, -1));
    ISO_TRY(add(facts, name, (iso_plan_fact){.text = copy, .whole = INT64_MIN}));
    copy = NULL;
done:
    iso_free(copy);
    return err;
}

const iso_plan_fact *iso_facts_find(const iso_facts *facts, const char *name)
{
    for (int i = 0; i < facts->count; i++) {
        if (strcmp(facts->at[i].name, name) == 0)
            return &facts->at[i];
    }
    return NULL;
}

void iso_facts_free(iso_facts *facts)
{
    for (int i = 0; i < facts->count; i++) {
        iso_free(facts->at[i].name);
        iso_free(facts->at[i].text);
    }
    iso_free(facts->at);
    *facts = (iso_facts){0};
}
