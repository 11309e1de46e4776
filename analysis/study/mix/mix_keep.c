/* States before and after mixing as native files, written whole or not at all. */
#include <string.h>

#include "analysis/study/mix/mix_inside.h"
#include "lib/base/alloc.h"
#include "lib/linalg/convert.h"

enum { BLOCK = 1024 }; /* rows converted at a time */

/* --- Names --- */

iso_err iso_mix_keep_check(const iso_mix_opt *opt)
{
    const char *before = opt->keep_before, *after = opt->keep_after;
    const char *mark = after ? strstr(after, "%d") : NULL;
    const bool several =
        opt->layer && (strcmp(opt->layer, "sweep") == 0 || strchr(opt->layer, ','));

    if ((before && strcmp(before, "-") == 0) || (after && strcmp(after, "-") == 0))
        return iso_fail(ISO_EARG,
                        "states cannot go to standard output: " ISO_FIELD(keep) "-%s needs a file",
                        before && strcmp(before, "-") == 0 ? "before" : "after");
    if (after && several && !mark)
        return iso_fail(
            ISO_EARG,
            ISO_FIELD(keep_after) ": %s: several mixed layers make a file each, so the name needs "
                                  "%%d, as in mixed-%%d.h5",
            after);
    if (mark && strstr(mark + 2, "%d"))
        return iso_fail(ISO_EARG, ISO_FIELD(keep_after) ": %s holds %%d twice", after);
    return ISO_OK;
}

/* The file for a place, whose first layer stands for %d. Added. */
static iso_err after_name(iso_buf *out, const iso_mix_opt *opt, int layer)
{
    const char *name = opt->keep_after, *mark = strstr(name, "%d");
    iso_err err = ISO_OK;

    if (!mark)
        return iso_buf_puts(out, name);
    ISO_TRY(iso_buf_add(out, name, mark - name));
    ISO_TRY(iso_buf_printf(out, "%d%s", layer, mark + 2));
done:
    return err;
}

/* --- Announcements --- */

static iso_err pick_texts(const char ***out, const char *const *from, const int64_t *pick,
                          int64_t items)
{
    iso_err err = ISO_OK;

    if (!from)
        return ISO_OK;
    ISO_TRY(iso_alloc(out, items, sizeof **out));
    for (int64_t i = 0; i < items; i++)
        (*out)[i] = from[pick[i]];
done:
    return err;
}

/* What is known of the items of one language. */
static iso_err announce_lang(iso_native *n, const struct mix_job *job, int lang,
                             const struct encoding_classes *classes)
{
    const struct encoding_lang *l = &job->in.lang[lang];
    const int64_t *pick = job->pick[lang];
    const char **ids = NULL, **text = NULL, **text2 = NULL;
    int32_t *labels = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(pick_texts(&ids, l->corpus.ids, pick, job->items));
    ISO_TRY(pick_texts(&text, l->corpus.text, pick, job->items));
    ISO_TRY(pick_texts(&text2, l->corpus.text2, pick, job->items));
    if (l->corpus.labels) {
        ISO_TRY(iso_alloc(&labels, job->items, sizeof *labels));
        for (int64_t i = 0; i < job->items; i++)
            labels[i] = iso_encoding_class(classes, l->corpus.labels[pick[i]]);
    }
    const iso_lang about = {.name = l->name,
                            .items = job->items,
                            .rows = job->items,
                            .ids = ids,
                            .text = text,
                            .text2 = text2,
                            .labels = labels};
    ISO_TRY(iso_native_lang(n, &about));
done:
    iso_free(ids);
    iso_free(text);
    iso_free(text2);
    iso_free(labels);
    return err;
}

static iso_err announce(iso_native *n, const struct mix_job *job, const struct mix_keep *k,
                        const struct encoding_classes *classes)
{
    const struct mix_scheme *s = &job->scheme;
    int matrix;
    iso_err err = ISO_OK;

    for (int l = 0; l < job->in.lang_count; l++)
        ISO_TRY(announce_lang(n, job, l, classes));
    for (int l = 0; l < job->in.lang_count; l++) {
        for (int layer = 0; layer <= s->L; layer++)
            ISO_TRY(iso_native_matrix(&matrix, n, job->in.lang[l].name, layer, job->items, s->C,
                                      k->dtype));
    }
done:
    return err;
}

static iso_err begin(iso_native **out, const char *path, const struct mix_job *job,
                     const struct mix_keep *k, const struct encoding_classes *classes)
{
    const iso_compute compute = job->in.about->compute;
    const iso_states_info about = {
        .model = job->in.about->name,
        .pooling = iso_pool_name(job->in.pool),
        .source = job->in.lang[0].name,
        .compute = compute == ISO_COMPUTE_F32 ? NULL : iso_compute_name(compute),
        .prompt = *job->in.prompt ? job->in.prompt : NULL,
        .class_count = classes->count,
        .classes = classes->count > 0 ? classes->name : NULL};
    iso_err err = ISO_OK;

    ISO_TRY(iso_native_new(out, path, &about));
    ISO_TRY(announce(*out, job, k, classes));
done:
    return err;
}

iso_err iso_mix_keep_begin(struct mix_keep *k, const struct mix_job *job)
{
    const iso_mix_opt *opt = &job->opt;
    struct encoding_classes classes = {0};
    iso_buf name = {0};
    iso_err err = ISO_OK;

    k->dtype = opt->dtype == ISO_STORE_F32 ? ISO_F32 : ISO_F16;
    ISO_TRY(iso_encoding_classes(&classes, &job->in));
    if (opt->keep_before)
        ISO_TRY(begin(&k->before, opt->keep_before, job, k, &classes));
    if (!opt->keep_after)
        goto done;
    ISO_TRY(iso_alloc(&k->after, job->scheme.places, sizeof *k->after));
    k->places = job->scheme.places;
    for (int p = 0; p < k->places; p++) {
        name.len = 0;
        ISO_TRY(after_name(&name, opt, job->scheme.place[p].first));
        ISO_TRY(begin(&k->after[p], name.text, job, k, &classes));
    }
done:
    iso_buf_free(&name);
    iso_encoding_classes_free(&classes);
    return err;
}

/* --- Rows --- */

/* One layer of a language into one file. */
static iso_err put_layer(iso_native *n, const struct mix_keep *k, const struct mix_job *job,
                         int lang, int layer, iso_spill *from, int matrix)
{
    const int number = lang * (job->scheme.L + 1) + layer;
    iso_rows *rows = NULL;
    iso_mat block = {0};
    iso_view view;
    iso_err err = ISO_OK;

    ISO_TRY(iso_spill_rows(&rows, from, matrix));
    ISO_TRY(iso_mat_new(&block, BLOCK, job->scheme.C, k->dtype));
    for (int64_t at = 0, count; at < job->items; at += count) {
        count = job->items - at < BLOCK ? job->items - at : BLOCK;
        ISO_TRY(iso_rows_read(rows, at, count, &view));
        iso_convert(block.data, block.stride, k->dtype, view);
        const iso_view made = iso_view_rows(iso_mat_view(&block), 0, count);
        if (!iso_view_finite(NULL, made))
            ISO_FAIL(ISO_EFORMAT,
                     "%s, layer %d: a number lies beyond the range of f16 (65504): " ISO_FIELD(
                         dtype) " f32",
                     job->in.lang[lang].name, layer);
        ISO_TRY(iso_native_put(n, number, at, made));
    }
done:
    iso_mat_free(&block);
    iso_rows_close(rows);
    return err;
}

/* The source, or, place < 0, a target without mixing, or one mixed there in the first way. */
static iso_err put_lang(iso_native *n, const struct mix_keep *k, const struct mix_job *job,
                        int lang, const struct mixed *m, bool source, int place)
{
    const struct mix_scheme *s = &job->scheme;
    iso_err err = ISO_OK;

    for (int layer = 0; layer <= s->L; layer++) {
        const bool mixed = !source && place >= 0 && layer >= s->place[place].first;
        const int matrix = source  ? layer
                           : mixed ? iso_mixed_after(s, place, 0, layer)
                                   : iso_mixed_before(s, layer);
        ISO_TRY(put_layer(n, k, job, lang, layer, source ? m->source : m->states, matrix));
    }
done:
    return err;
}

iso_err iso_mix_keep_target(struct mix_keep *k, const struct mix_job *job, int target,
                            const struct mixed *m)
{
    const int lang = iso_mix_target_lang(job, target);
    const bool source = target == 0 && !job->self;
    iso_err err = ISO_OK;

    for (int p = -1; p < k->places; p++) {
        iso_native *n = p < 0 ? k->before : k->after[p];
        if (n && source)
            ISO_TRY(put_lang(n, k, job, 0, m, true, p));
        if (n)
            ISO_TRY(put_lang(n, k, job, lang, m, false, p));
    }
done:
    return err;
}

static iso_err commit(iso_native **n)
{
    iso_native *file = *n;

    *n = NULL;
    return file ? iso_native_commit(file) : ISO_OK;
}

iso_err iso_mix_keep_commit(struct mix_keep *k)
{
    iso_err err = ISO_OK;

    ISO_TRY(commit(&k->before));
    for (int p = 0; p < k->places; p++)
        ISO_TRY(commit(&k->after[p]));
done:
    return err;
}

void iso_mix_keep_discard(struct mix_keep *k)
{
    iso_native_discard(k->before);
    for (int p = 0; p < k->places; p++)
        iso_native_discard(k->after[p]);
    iso_free(k->after);
    *k = (struct mix_keep){0};
}
