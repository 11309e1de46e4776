/* Presets are the protocols they name: numbers of the published rules on a real file of states,
 * computed with numpy in double, and what a preset says of itself. */
#include "analysis/study/preset.h"

#include "tests/study/retrieved.h"

static iso_states *dump(void)
{
    const char *path = test_data("dumps/m15-sib.h5");
    iso_states *s = NULL;

    ok(iso_states_open(&s, &path, 1, NULL));
    return s;
}

/* LASER: errors of 800 sentences, margins over the 4 nearest. All rows as candidates would give
 * 0.8525, 0.79875, 0.91375, 0.97875. */
static void xsim_is_that_of_laser(void **state)
{
    static const char *const tgt[] = {"de", "fr", "sw", "zh"};
    static const double error[] = {0.86625, 0.82125, 0.93375, 0.98125};

    (void)state;
    iso_states *s = dump();
    iso_records list =
        retrieved(s, RETRIEVE(.preset = "xsim", .select = {.tgt = "de,fr,sw,zh", .layers = "last"},
                              .interval = ISO_INTERVAL_NONE));
    assert_int_equal(list.count, 4);
    for (int i = 0; i < 4; i++) {
        text(list.at[i].tgt, tgt[i]);
        text(list.at[i].candidates, "knn");
        assert_int_equal(list.at[i].neighbours, 4);
        near(list.at[i].value, error[i], 1e-12);
    }
    iso_records_free(&list);
    iso_states_close(s);
}

/* F1 at its best threshold; of 800 pairs. */
static void mining_is_that_of_laser(void **state)
{
    static const struct {
        const char *way;
        double f1;
    } of[] = {{"forward", 0.1696969696969697},
              {"backward", 0.16535433070866143},
              {"max", 0.19397363465160075},
              {"intersection", 0.13747228381374724}};

    (void)state;
    iso_states *s = dump();
    iso_records list =
        retrieved(s, RETRIEVE(.preset = "laser-mine", .select = {.tgt = "de", .layers = "last"},
                              .interval = ISO_INTERVAL_NONE));
    assert_int_equal(list.count, 12);
    for (int i = 0; i < 4; i++) {
        const iso_record *r = record_of(&list, "f1", "mining", of[i].way, 0);
        text(r->candidates, "knn");
        near(r->value, of[i].f1, 1e-12);
    }
    iso_records_free(&list);
    iso_states_close(s);
}

/* Every preset of every call can be found, sets options that the call has, and names its source. */
static void presets_say_what_they_are(void **state)
{
    static const char *const calls[] = {"retrieve", "align", "words", "mix"};
    int count = 0;

    (void)state;
    for (int c = 0; c < 4; c++) {
        const iso_preset *p, *found;
        for (int i = 0; (p = iso_preset_at(calls[c], i)); i++, count++) {
            ok(iso_preset_find(&found, calls[c], p->name));
            assert_ptr_equal(found, p);
            assert_true(strlen(p->of) > 20);
        }
    }
    assert_true(count >= 9);
    assert_null(iso_preset_at("compare", 0));
}

int main(void)
{
    RUN_TESTS(test(xsim_is_that_of_laser), test(mining_is_that_of_laser),
              test(presets_say_what_they_are));
}
