/* Records by their columns: what tells two apart, in which order, and fields read by name. */
#include "tests/check.h"

#include "lib/io/record.h"

static iso_record record(const char *estimator, const char *tgt, int64_t layer, double value)
{
    iso_record r = iso_record_none();

    r.measure = "cka";
    r.estimator = estimator;
    r.src = "en";
    r.tgt = tgt;
    r.src_layer = r.tgt_layer = layer;
    r.value = value;
    return r;
}

static const char *apart(const iso_record *a, const iso_record *b, unsigned roles, uint64_t except)
{
    const iso_column *c = iso_record_differs(a, b, roles, except);

    assert_true(!c == !iso_record_differs(b, a, roles, except));
    assert_true(!c == (iso_record_compare(a, b, roles, except) == 0));
    assert_true((iso_record_compare(a, b, roles, except) < 0) ==
                (iso_record_compare(b, a, roles, except) > 0));
    return c ? c->name : "";
}

static void roles_choose_what_is_compared(void **state)
{
    const iso_record a = record("debiased", "de", 3, 0.5), b = record("biased", "fr", 4, 0.6);

    (void)state;
    text(apart(&a, &a, ~0u, 0), "");
    text(apart(&a, &b, ISO_ROLE_QUESTION, 0), "estimator");
    text(apart(&a, &b, ISO_ROLE_QUESTION, ISO_COLUMN(estimator)), "");
    text(apart(&a, &b, ISO_ROLE_PLACE, 0), "tgt");
    text(apart(&a, &b, ISO_ROLE_PLACE, ISO_COLUMN(tgt)), "src_layer");
    text(apart(&a, &b, ISO_ROLE_PLACE,
               ISO_COLUMN(tgt) | ISO_COLUMN(src_layer) | ISO_COLUMN(tgt_layer)),
         "");
    text(apart(&a, &b, ISO_ROLE_VALUE, 0), "value");
    text(apart(&a, &b, ISO_ROLE_NAMES, 0), "estimator"); /* the first of all columns */
    text(apart(&a, &b, ISO_ROLE_NAMES, ~ISO_COLUMN(tgt)), "tgt");
}

/* Each column alone: two records that differ in it differ for its role and for no other, and what
 * is absent comes first. */
static void every_column_counts_for_its_role(void **state)
{
    const iso_record none = iso_record_none();

    (void)state;
    for (int i = 0; i < iso_column_count(); i++) {
        const iso_column *c = iso_column_at(i);
        iso_record r = none;
        void *field = (char *)&r + c->offset;
        assert_true(c->role == ISO_ROLE_QUESTION || c->role == ISO_ROLE_PLACE ||
                    c->role == ISO_ROLE_VALUE);
        assert_false(iso_record_has(&none, c));
        if (c->kind == ISO_COLUMN_TEXT)
            *(const char **)field = "x";
        else if (c->kind == ISO_COLUMN_REAL)
            *(double *)field = -5;
        else
            *(int64_t *)field = -5;
        assert_true(iso_record_has(&r, c));
        text(apart(&r, &none, c->role, 0), c->name);
        text(apart(&r, &none, ~0u & ~(unsigned)c->role, 0), "");
        text(apart(&r, &none, ~0u, UINT64_C(1) << i), "");
        assert_true(iso_record_compare(&none, &r, c->role, 0) < 0);
    }
}

static void absent_and_empty_texts_are_the_same(void **state)
{
    const iso_record a = record("", "de", 1, 0), b = record(NULL, "de", 1, 0);

    (void)state;
    text(apart(&a, &b, ~0u, 0), "");
}

static void fields_are_read_by_name(void **state)
{
    const iso_record r = record("debiased", "de", 3, 0.5);
    iso_records list = {0};

    (void)state;
    ok(iso_records_add(&list, &r));
    assert_int_equal(iso_records_count(&list), 1);
    const iso_record *at = iso_records_at(&list, 0);
    text(iso_record_text(at, iso_column_named("tgt")), "de");
    assert_int_equal(iso_record_int(at, iso_column_named("src_layer")), 3);
    near(iso_record_real(at, iso_column_named("value")), 0.5, 0);
    assert_null(iso_record_text(at, iso_column_named("prep")));
    assert_true(isnan(iso_record_real(at, iso_column_named("lo"))));
    /* No such column, or one of another kind. */
    assert_null(iso_record_text(at, iso_column_named("no such")));
    assert_null(iso_record_text(at, iso_column_named("value")));
    assert_true(isnan(iso_record_real(at, iso_column_named("src_layer"))));
    assert_true(iso_record_int(at, iso_column_named("tgt")) == ISO_NO_INT);
    assert_false(iso_record_has(at, NULL));
    iso_records_free(&list);
}

/* "p@5" says its rank, and `k` holds it: of either the other follows, as of earlier files. */
static void ranks_are_named(void **state)
{
    static const struct {
        const char *measure;
        int64_t k;
        const char *name;
        int64_t rank;
    } cases[] = {{"p@k", 5, "p@5", 5},
                 {"p@5", 5, "p@5", 5},
                 {"p@10", ISO_NO_INT, "p@10", 10},
                 {"p@k", ISO_NO_INT, "p@k", ISO_NO_INT},
                 {"p@x", ISO_NO_INT, "p@x", ISO_NO_INT},
                 {"cka", 5, "cka", 5}};
    iso_records list = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        iso_record r = iso_record_none();
        r.measure = cases[i].measure;
        r.k = cases[i].k;
        ok(iso_records_add(&list, &r));
        text(list.at[i].measure, cases[i].name);
        assert_true(list.at[i].k == cases[i].rank);
    }
    iso_records_free(&list);
}

int main(void)
{
    RUN_TESTS(test(ranks_are_named), test(roles_choose_what_is_compared),
              test(every_column_counts_for_its_role), test(absent_and_empty_texts_are_the_same),
              test(fields_are_read_by_name));
}
