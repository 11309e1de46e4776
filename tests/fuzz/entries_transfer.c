/* Entry points of what selection of sources reads: features of languages, results of training. */
#include <math.h>

#include "lib/io/transfer.h"
#include "lib/io/typology.h"
#include "lib/base/alloc.h"
#include "lib/text/lang.h"
#include "tests/fuzz/entries.h"

static void touch_names(const iso_textmap *names)
{
    for (int64_t i = 0; i < names->count; i++) {
        promise(names->lens[i] > 0, "a name is not empty");
        touch_text(names->texts[i]);
    }
}

static void enter_typology(const uint8_t *data, size_t size)
{
    iso_typology t = {0};
    double *rows = NULL;

    if (iso_typology_open(&t, file_of(data, size), NULL)) {
        promise_message();
        promise(t.store == NULL, "a failure leaves nothing");
        return;
    }
    promise(t.langs.count > 0 && t.features.count > 0, "there are languages and features");
    touch_names(&t.langs);
    touch_names(&t.features);
    const int64_t lang[] = {t.langs.count - 1, 0, t.langs.count - 1}, cols = t.features.count;
    promise(iso_alloc(&rows, 3 * cols, sizeof *rows) == ISO_OK, "memory");
    if (iso_typology_rows(rows, &t, lang, 3))
        promise_message();
    else
        for (int64_t i = 0; i < 3 * cols; i++)
            promise(isnan(rows[i]) || (rows[i] >= 0 && isfinite(rows[i])), "a number, or none");
    iso_free(rows);
    iso_typology_close(&t);
}

static void enter_transfer(const uint8_t *data, size_t size)
{
    iso_transfer t = {0};

    if (iso_transfer_read(&t, file_of(data, size), iso_lang_canonical, NULL)) {
        promise_message();
        promise(t.examples == NULL, "a failure leaves nothing");
        return;
    }
    promise(t.entries > 0, "there are entries");
    touch_names(&t.langs);
    for (int64_t i = 0; i < t.entries * t.langs.count; i++) {
        promise(isnan(t.examples[i]) || t.examples[i] >= 0, "examples are counts");
        promise(isnan(t.score[i]) || isfinite(t.score[i]), "scores are numbers");
    }
    iso_transfer_free(&t);
}

const struct entry entries_transfer[] = {
    {"typology", enter_typology},
    {"transfer", enter_transfer},
    {0},
};
