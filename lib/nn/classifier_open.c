/* Which head a checkpoint has, and its tensors. */
#include <string.h>

#include "lib/base/alloc.h"
#include "lib/io/folder.h"
#include "lib/nn/classifier_inside.h"
#include "lib/nn/config.h"

enum { CONFIG_MAX = 8 << 20 };

/* Two linear layers by their names. `own`: no other kind of head has a tensor called so, so that
 * one half asks for the other. */
struct naming {
    const char *dense, *out;
    bool dense_own, out_own, relu;
};

enum { ROBERTA, DISTILBERT, BERT, BERT_BARE, NAMINGS };

static const struct naming namings[NAMINGS] = {
    [ROBERTA] = {"classifier.dense", "classifier.out_proj", true, true, false},
    [DISTILBERT] = {"pre_classifier", "classifier", true, false, true},
    [BERT] = {"bert.pooler.dense", "classifier", false, false, false},
    [BERT_BARE] = {"pooler.dense", "classifier", false, false, false},
};

struct search {
    iso_classifier *h;
    const iso_nn_config *c;
    const iso_json *config;
    iso_buf name;
};

static iso_err look(const iso_weight **out, struct search *s, const char *stem, const char *ending)
{
    s->name.len = 0;
    const iso_err err = iso_buf_printf(&s->name, "%s%s", stem, ending);

    *out = err ? NULL : iso_weights_find(s->h->weights, s->name.text);
    return err;
}

static iso_err take_half(iso_linear *out, const iso_weight **matrix, struct search *s,
                         const char *stem, const char *other, int64_t rows)
{
    const iso_weight *w = NULL, *bias = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(look(&bias, s, stem, ".bias"));
    if (bias)
        ISO_TRY(look(&w, s, stem, ".weight"));
    if (!w || !bias)
        ISO_FAIL(ISO_EFORMAT, "%s: tensor %s is missing, which a head with %s has",
                 iso_weights_at(s->h->weights, 0)->file, s->name.text, other);
    if (rows == 0) /* classes are as many as there are */
        rows = w->rank == 2 ? w->shape[0] : 1;
    if (rows == 0)
        ISO_FAIL(ISO_EFORMAT, "%s: tensor %s is of no classes", w->file, w->name);
    ISO_TRY(iso_store_matrix(&out->w, &s->h->store, w, rows, s->c->C));
    ISO_TRY(iso_store_vector(&out->bias, &s->h->store, bias, rows));
    out->file = w->file;
    out->name = w->name;
    ISO_TRY(iso_linear_ready(out));
    *matrix = w;
done:
    return err;
}

static iso_err take(const iso_weight **out, struct search *s, const struct naming *n)
{
    const iso_weight *dense;
    iso_err err = ISO_OK;

    ISO_TRY(take_half(&s->h->dense, &dense, s, n->dense, n->out, s->c->C));
    ISO_TRY(take_half(&s->h->out, out, s, n->out, n->dense, 0));
    s->h->relu = n->relu;
    s->h->C = s->c->C;
    s->h->K = s->h->out.w.rows;
done:
    return err;
}

/* Whether config.json names a class of that ending: "BertForSequenceClassification". */
static bool is_for(const struct search *s, const char *ending)
{
    const char *class = iso_json_text(iso_json_first(iso_json_get(s->config, "architectures")));
    const size_t len = class ? strlen(class) : 0, tail = strlen(ending);

    return len >= tail && strcmp(class + len - tail, ending) == 0;
}

/* How a family usually calls its halves. */
static const struct naming *usual(const struct search *s)
{
    return &namings[strcmp(s->c->family, "bert") == 0         ? BERT
                    : strcmp(s->c->family, "distilbert") == 0 ? DISTILBERT
                                                              : ROBERTA];
}

/* The naming of the head, or NULL and why there is none. */
static iso_err find(const struct naming **out, const char **why, struct search *s)
{
    const iso_weight *dense = NULL, *last = NULL;
    iso_err err = ISO_OK;

    *out = NULL;
    *why = "the checkpoint has no classification head";
    for (int i = 0; i < NAMINGS && !*out; i++) {
        const struct naming *n = &namings[i];
        ISO_TRY(look(&dense, s, n->dense, ".weight"));
        ISO_TRY(look(&last, s, n->out, ".weight"));
        if ((dense && last) || (dense && n->dense_own) || (last && n->out_own))
            *out = n;
    }
    /* `last` is of the last naming, "classifier": half a head, or one that reads each token */
    if (!*out && last) {
        *why = "the checkpoint's head reads each token, not the sentence";
        *out = is_for(s, "ForSequenceClassification") ? usual(s) : NULL;
    }
done:
    return err;
}

/* Heads that look like one and choose no class of a sentence; NULL if this one does. */
static const char *other_use(const struct search *s)
{
    const char *problem = iso_json_text(iso_json_get(s->config, "problem_type"));

    if (is_for(s, "ForTokenClassification"))
        return "the checkpoint's head reads each token, not the sentence";
    if (is_for(s, "ForMultipleChoice"))
        return "the checkpoint's head scores choices, not classes";
    if (problem && strcmp(problem, "regression") == 0)
        return "the checkpoint's head is a regression";
    if (problem && strcmp(problem, "multi_label_classification") == 0)
        return "the checkpoint's head gives several labels at once";
    return NULL;
}

static iso_err read_head(const char **why, struct search *s)
{
    const struct naming *naming = NULL;
    const iso_weight *out = NULL;
    iso_err err = ISO_OK;

    *why = other_use(s);
    if (!*why) {
        ISO_TRY(find(&naming, why, s));
    }
    if (!naming)
        goto done;
    ISO_TRY(take(&out, s, naming));
    *why = s->h->K < 2 ? "the checkpoint's head has one output, a regression" : NULL;
    if (!*why)
        ISO_TRY(iso_classifier_label(s->h, s->config, out));
done:
    return err;
}

iso_err iso_classifier_open(iso_classifier **out, const char **why, const char *folder)
{
    struct search s = {0};
    iso_nn_config c;
    iso_json *config = NULL;
    const char *reason = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_nn_config_read(&c, folder));
    ISO_TRY(iso_folder_json(&config, folder, "config.json", CONFIG_MAX));
    ISO_TRY(iso_alloc(&s.h, 1, sizeof *s.h));
    ISO_TRY(iso_weights_open(&s.h->weights, folder));
    s.c = &c;
    s.config = config;
    ISO_TRY(read_head(&reason, &s));
    ISO_TRY(iso_weights_whole(s.h->weights));
    *out = reason ? NULL : s.h;
    *why = reason;
    if (!reason)
        s.h = NULL;
done:
    iso_classifier_close(s.h);
    iso_json_free(config);
    iso_buf_free(&s.name);
    return err;
}
