/* What languages have of their own: pieces. */
#include <inttypes.h>
#include <string.h>

#include "analysis/study/train/train_inside.h"
#include "lib/base/alloc.h"
#include "lib/nn/config.h"
#include "lib/text/lang.h"

static const char fake_ending[] = "-x-fake"; /* of a name: a private part, as BCP 47 has it */

iso_err iso_train_check_own(const iso_train_opt *opt)
{
    const bool masked = iso_train_masked(opt);
    const bool separate_words = opt->separate && strstr(opt->separate, "embeddings");
    iso_err err = ISO_OK;

    ISO_NEED(masked || opt->anchors == 0,
             ISO_FIELD(anchors) " is of " ISO_FIELD(task) " mlm and tlm");
    ISO_NEED(opt->task == ISO_TRAIN_MLM || !opt->separate,
             ISO_FIELD(separate) " is of " ISO_FIELD(task) " mlm");
    ISO_NEED(!separate_words || opt->anchors != ISO_TRAIN_NO_ANCHORS,
             ISO_FIELD(anchors) " none: languages with " ISO_FIELD(
                 separate) " embeddings share no pieces");
    ISO_NEED(masked || !opt->fake, ISO_FIELD(fake) " is of " ISO_FIELD(task) " mlm and tlm");
done:
    return err;
}

bool iso_train_closed(const struct training *t)
{
    return t->opt.anchors == ISO_TRAIN_NO_ANCHORS || t->opt.separate;
}

/* --- A fake language --- */

iso_err iso_train_add_fake(struct train_set *s, const iso_train_opt *opt)
{
    bool learnt = false;
    iso_err err = ISO_OK;

    if (!opt->fake)
        return ISO_OK;
    for (int l = 0; l < s->langs; l++)
        learnt = learnt || iso_lang_same(s->lang[l], opt->fake);
    if (!learnt)
        ISO_FAIL(ISO_EARG, ISO_FIELD(fake) " %s: is not learnt: name it in " ISO_FIELD(src),
                 opt->fake);
    ISO_TRY(iso_buf_printf(&s->fake, "%s%s", iso_lang_canonical(opt->fake), fake_ending));
    for (int l = 0; l < s->langs; l++) {
        if (iso_lang_same(s->lang[l], s->fake.text))
            ISO_FAIL(ISO_EARG, ISO_FIELD(fake) " %s: there are texts of %s already", opt->fake,
                     s->fake.text);
    }
    s->lang[s->langs++] = s->fake.text;
done:
    return err;
}

const char *iso_train_text_of(const struct train_set *s, const iso_train_opt *opt, const char *lang)
{
    return s->fake.text && strcmp(lang, s->fake.text) == 0 ? opt->fake : lang;
}

/* --- Pieces: each language, or the fake one, has a vocabulary --- */

static iso_err list_shift(iso_id_shift *to, const struct train_set *s, bool all, int64_t V)
{
    iso_err err = ISO_OK;

    if (!all) {
        ISO_TRY(iso_id_shift_add(to, "*", 0));
        ISO_TRY(iso_id_shift_add(to, s->fake.text, V));
    }
    for (int l = 0; all && l < s->sources; l++)
        ISO_TRY(iso_id_shift_add(to, s->lang[l], l * V));
    to->rows = V * to->count;
done:
    return err;
}

iso_err iso_train_make_shift(struct train_set *s, const struct training *t)
{
    const iso_model_info *about = iso_model_about(t->model);
    const bool all = t->opt.anchors == ISO_TRAIN_NO_ANCHORS;
    iso_err err = ISO_OK;

    /* Where tables are apart a fake language needs no other ids. */
    if ((!all && !t->opt.fake) || (t->opt.separate && strstr(t->opt.separate, "embeddings")))
        return ISO_OK;
    ISO_NEED(about->random,
             ISO_FIELD_S
             " makes new pieces, which %s has no weights for: give " ISO_FIELD(random_weights),
             all ? "anchors" : "fake", about->name);
    ISO_NEED(!about->shift, "%s: its languages have pieces of their own already", about->name);
    ISO_NEED(about->config->V <= INT32_MAX / (s->sources + 1),
             "%d languages of %" PRId64 " pieces each are too many", s->sources, about->config->V);
    ISO_TRY(list_shift(&s->shift, s, all, about->config->V));
done:
    return err;
}

int64_t iso_train_rows(const struct training *t)
{
    return t->set.shift.count > 0 ? t->set.shift.rows : iso_model_about(t->model)->config->V;
}
