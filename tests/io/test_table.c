/* Tables for people and for pipes. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/io/table.h"
#include "tests/io/records_for_tests.h"

/* What all share goes up, what differs stands in columns, numbers end together. */
static void aligns_what_differs(void **state)
{
    iso_records list = {0};
    iso_record r = plain_record();
    iso_buf out = {0};

    (void)state;
    ok(iso_records_add(&list, &r));
    r.tgt = "\xe4\xb8\xad\xe6\x96\x87"; /* two wide characters */
    r.src_layer = r.tgt_layer = 12;
    r.value = -1.5;
    r.lo = -2;
    ok(iso_records_add(&list, &r));
    r.value = r.lo = r.hi = NAN;
    r.tgt_layer = 3;
    r.why = "no variance";
    ok(iso_records_add(&list, &r));
    ok(iso_table_aligned(&out, &list));
    text(out.text, "cka debiased \xc2\xb7 interval jackknife \xc2\xb7 null 0.0000 \xc2\xb7 n 240\n"
                   "src  tgt   layer    value           lo..hi  why\n"
                   "en   de        3   0.7500   0.5000..0.8750  \n"
                   "en   \xe4\xb8\xad\xe6\x96\x87     12  -1.5000  -2.0000..0.8750  \n"
                   "en   \xe4\xb8\xad\xe6\x96\x87   12/3        -                -  no variance\n");
    iso_buf_free(&out);
    iso_records_free(&list);
}

/* Baselines stand beside what is held against them, at every layer where they know none. */
static void baselines_stand_beside(void **state)
{
    iso_records list = {0};
    iso_record r = plain_record(), b = r;
    iso_buf out = {0};

    (void)state;
    b.baseline = "pieces";
    b.src_layer = b.tgt_layer = ISO_NO_INT;
    b.value = 0.25;
    b.lo = b.hi = NAN;
    b.interval = "none";
    ok(iso_records_add(&list, &b));
    r.pool = r.model = "m";
    ok(iso_records_add(&list, &r));
    r.src_layer = r.tgt_layer = 4;
    ok(iso_records_add(&list, &r));
    b = r;
    b.baseline = "random";
    b.value = 0.5;
    b.interval = "range";
    ok(iso_records_add(&list, &b));
    b.tgt = "fr"; /* of nothing that is there: a row as any */
    ok(iso_records_add(&list, &b));
    ok(iso_table_aligned(&out, &list));
    text(out.text,
         "cka debiased \xc2\xb7 null 0.0000 \xc2\xb7 n 240 \xc2\xb7 pool m \xc2\xb7 model m\n"
         "src  tgt  layer  baseline   value          lo..hi  random  pieces  interval\n"
         "en   de       3  -         0.7500  0.5000..0.8750       -  0.2500  jackknife\n"
         "en   de       4  -         0.7500  0.5000..0.8750  0.5000  0.2500  jackknife\n"
         "en   fr       4  random    0.5000  0.5000..0.8750       -       -  range\n");
    iso_buf_free(&out);
    iso_records_free(&list);
}

/* A language called like this must not clear the screen. */
static void a_name_cannot_steer_the_terminal(void **state)
{
    iso_records list = {0};
    iso_record r = plain_record();
    iso_buf out = {0};

    (void)state;
    r.tgt = "\x1b[2Jde\r\xff\xe2\x80\xae\xc2\x9b";
    ok(iso_records_add(&list, &r));
    r.baseline = "\x1b[2Jrandom";
    ok(iso_records_add(&list, &r));
    ok(iso_table_aligned(&out, &list));
    for (int64_t i = 0; i < out.len; i++)
        assert_true(out.text[i] == '\n' || (unsigned char)out.text[i] >= ' ');
    assert_null(strstr(out.text, "\xe2\x80\xae"));
    assert_null(strstr(out.text, "\xc2\x9b"));
    assert_non_null(strstr(out.text, "\xef\xbf\xbd[2Jde\xef\xbf\xbd"));
    iso_buf_free(&out);
    iso_records_free(&list);
}

static void tsv_leaves_out_empty_columns(void **state)
{
    iso_records list = {0};
    iso_record r = plain_record();
    iso_buf out = {0};

    (void)state;
    r.tgt = "a\tb\nc";
    r.value = 1.0 / 3;
    ok(iso_records_add(&list, &r));
    ok(iso_table_tsv(&out, &list));
    text(out.text,
         "measure\testimator\tsrc\ttgt\tsrc_layer\ttgt_layer\tvalue\tlo\thi\tinterval\tnull"
         "\tn\ncka\tdebiased\ten\ta b c\t3\t3\t0.333333333333\t0.5\t0.875\tjackknife\t0"
         "\t240\n");
    iso_buf_free(&out);
    iso_records_free(&list);
}

static void nothing_is_said_to_be_nothing(void **state)
{
    iso_records list = {0};
    iso_buf out = {0};

    (void)state;
    ok(iso_table_aligned(&out, &list));
    text(out.text, "no records\n");
    iso_buf_free(&out);
}

static void survives_lack_of_memory(void **state)
{
    iso_records list = some_records();
    iso_err err;

    (void)state;
    for (int64_t n = 0;; n++) {
        iso_buf out = {0};
        iso_alloc_fail_after(n);
        err = iso_table_aligned(&out, &list);
        if (!err)
            err = iso_table_tsv(&out, &list);
        iso_alloc_fail_after(-1);
        iso_buf_free(&out);
        if (!err)
            break;
        assert_int_equal(err, ISO_ENOMEM);
    }
    iso_records_free(&list);
}

int main(void)
{
    RUN_TESTS(test(aligns_what_differs), test(baselines_stand_beside),
              test(a_name_cannot_steer_the_terminal), test(tsv_leaves_out_empty_columns),
              test(nothing_is_said_to_be_nothing), test(survives_lack_of_memory));
}
