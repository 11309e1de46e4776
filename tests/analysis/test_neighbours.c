#include "analysis/neighbours.h"

#include "tests/check.h"

enum { N = 100, D = 10 };

static iso_mat kornblith(const char *name)
{
    FILE *f = fopen(source_path(name), "r");
    iso_mat m;

    assert_non_null(f);
    ok(iso_mat_new(&m, N, D, ISO_F32));
    for (int i = 0; i < N * D; i++) {
        double v;
        assert_int_equal(fscanf(f, " %lf ,", &v), 1);
        ((float *)m.data)[i] = (float)v;
    }
    fclose(f);
    return m;
}

static int right(const iso_near *n)
{
    int count = 0;

    for (int i = 0; i < N; i++)
        count += n->index[i * n->k] == i;
    return count;
}

/* tests/golden/kornblith_expected.json: nn, csls10, xsim. */
static void golden(void **state)
{
    (void)state;
    iso_mat x = kornblith("tests/golden/kornblith_X.csv"),
            y = kornblith("tests/golden/kornblith_Y.csv");
    const struct {
        iso_rule rule;
        int forward, backward;
    } cases[] = {
        {ISO_RULE_COSINE, 58, 56}, {ISO_RULE_CSLS, 59, 57}, {ISO_RULE_RATIO, 100 - 42, -1}};

    for (int c = 0; c < 3; c++)
        for (int plain = 0; plain < 2; plain++) {
            iso_near f, b;
            const iso_near_opt opt = {.rule = cases[c].rule, .plain = plain};
            ok(iso_near_find(&f, &b, iso_mat_view(&x), iso_mat_view(&y), &opt, NULL, NULL));
            assert_int_equal(right(&f), cases[c].forward);
            if (cases[c].backward >= 0)
                assert_int_equal(right(&b), cases[c].backward);
            iso_near_free(&f);
            iso_near_free(&b);
        }
    iso_mat_free(&x);
    iso_mat_free(&y);
}

int main(void)
{
    RUN_TESTS(test(golden));
}
