/* The same architecture with random weights, over the same texts. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/study/baseline/baseline_inside.h"
#include "lib/base/alloc.h"
#include "lib/encode/embed.h"

/* The layers chosen, as a list. */
static iso_err list_layers(iso_buf *out, const struct selection *sel)
{
    iso_err err = ISO_OK;

    for (int i = 0; i < sel->layer_count; i++)
        ISO_TRY(iso_buf_printf(out, "%s%d", i ? "," : "", sel->layer[i]));
done:
    return err;
}

/* How states of random weights are made, as far as the states say how they were. */
static iso_err how(iso_embed_opt *out, const struct baseline *b, const char *layers,
                   const char *seed)
{
    const iso_states_info *about = iso_states_about(b->ask->states);
    int64_t rows, cols;
    iso_dtype type;
    iso_err err = ISO_OK;

    iso_embed_opt_init(out, sizeof *out);
    ISO_TRY(iso_states_shape(&rows, &cols, &type, b->ask->states, b->lang[0], b->sel.layer[0]));
    if (about->pooling)
        (void)iso_pool_named(&out->pool, about->pooling);
    out->dtype = type == ISO_F16 ? ISO_STORE_F16 : ISO_STORE_F32;
    out->layers = layers;
    out->prompt = about->prompt ? about->prompt : "";
    out->model = (iso_model_opt){.folder = b->ask->opt->model, .random_weights = seed};
    if (about->compute)
        (void)iso_compute_named(&out->model.compute, about->compute);
done:
    return err;
}

double iso_baseline_random_bytes(const struct baseline *b)
{
    const double C = (double)iso_model_about(b->model)->config->C;
    double rows = 0;

    for (int l = 0; l < b->sel.lang_count; l++)
        rows += (double)iso_states_lang(b->ask->states, b->lang[l])->items;
    return rows * b->sel.layer_count * C * 4;
}

static iso_err check_memory(const struct baseline *b)
{
    const double need = iso_baseline_random_bytes(b), have = (double)iso_run_mem(b->run);

    if (need < have || b->ask->opt->set) /* those of a set are there already */
        return ISO_OK;
    return iso_fail(
        ISO_EARG,
        ISO_FIELD(baseline) " random: its states take %.0f MB of memory, " ISO_FIELD(
            mem) " gives %.0f MB: grant more, choose " ISO_FIELD(layers) ", or write them to a "
                                                                         "file with random weights "
                                                                         "and name it "
                                                                         "with " ISO_FIELD(
                                                                             baseline_states),
        ceil(need / 1e6), floor(have / 1e6));
}

iso_err iso_baseline_random_draw(iso_states **out, const struct baseline *b, const char *seed,
                                 const iso_run *run)
{
    iso_buf layers = {0};
    iso_embed_opt opt;
    iso_err err = ISO_OK;

    ISO_TRY(list_layers(&layers, &b->sel));
    ISO_TRY(how(&opt, b, layers.text, seed));
    ISO_TRY(iso_embed(out, NULL, b->texts.texts, &opt, run));
done:
    iso_buf_free(&layers);
    return err;
}

/* --- Rows of one language and layer, for the collection that stands in --- */

struct shown {
    iso_states *from;
    int lang, layer;
};

static iso_err open_shown(iso_rows **out, const void *self)
{
    const struct shown *s = self;

    return iso_states_rows(out, s->from, s->lang, s->layer);
}

/* The items of the states with the rows of `from`, which has their languages. */
static iso_err dress(iso_states **out, struct shown *shown, const struct baseline *b,
                     iso_states *from)
{
    iso_states *s = NULL;
    iso_err err = ISO_OK;

    ISO_TRY(iso_baseline_states_new(&s, b, iso_states_about(from)->model));
    for (int l = 0; l < b->sel.lang_count; l++) {
        const int at = iso_states_find(from, iso_states_lang(b->ask->states, b->lang[l])->name);
        for (int k = 0; k < b->sel.layer_count; k++, shown++) {
            struct made_rows made = {.open = open_shown, .self = shown};
            *shown = (struct shown){from, at, b->sel.layer[k]};
            ISO_TRY(iso_states_shape(&made.rows, &made.cols, &made.dtype, from, at, shown->layer));
            ISO_TRY(iso_baseline_states_add(s, b, l, shown->layer, &made));
        }
    }
    *out = s;
    s = NULL;
done:
    iso_states_close(s);
    return err;
}

/* --- One seed --- */

static iso_err one_seed(iso_records *out, const char *seed, const void *ask, const iso_run *run)
{
    const struct baseline *b = ask;
    struct baseline_turn turn = {.kind = "random", .select = *b->ask->select};
    iso_run rest = *run;
    struct shown *shown = NULL;
    iso_states *shared = iso_baseline_set_random(b->ask->opt->set, seed), *drawn = NULL;
    iso_err err = ISO_OK;

    if (!shared) {
        ISO_TRY(iso_baseline_random_draw(&drawn, b, seed, run));
        rest.mem = iso_run_mem(run) - (int64_t)iso_baseline_random_bytes(b);
    }
    ISO_TRY(iso_alloc(&shown, (int64_t)b->sel.lang_count * b->sel.layer_count, sizeof *shown));
    ISO_TRY(dress(&turn.states, shown, b, shared ? shared : drawn));
    turn.select.layers = NULL;
    ISO_TRY(b->ask->study(out, &turn, b->ask->ask, &rest));
done:
    iso_states_close(turn.states);
    iso_free(shown);
    iso_states_close(drawn);
    return err;
}

iso_err iso_baseline_random(iso_records *out, const struct baseline *b)
{
    iso_err err = ISO_OK;

    ISO_TRY(check_memory(b));
    ISO_TRY(iso_baseline_seeds(out, iso_model_about(b->model)->name, one_seed, b, b->run));
done:
    return err;
}

iso_err iso_baseline_random_plan(iso_facts *out, const struct baseline *b)
{
    const iso_plan_fact *operations;
    iso_buf layers = {0};
    iso_facts facts = {0};
    iso_embed_opt opt;
    iso_err err = ISO_OK;

    ISO_TRY(check_memory(b));
    ISO_TRY(list_layers(&layers, &b->sel));
    ISO_TRY(how(&opt, b, layers.text, NULL));
    ISO_TRY(iso_embed_plan(&facts, b->model, b->texts.texts, &opt, b->run));
    operations = iso_facts_find(&facts, "operations");
    ISO_TRY(iso_facts_count(out, "baseline_bytes", (int64_t)iso_baseline_random_bytes(b)));
    ISO_TRY(iso_facts_real(out, "baseline_operations",
                           operations ? BASELINE_SEEDS * operations->number : 0));
done:
    iso_facts_free(&facts);
    iso_buf_free(&layers);
    return err;
}
