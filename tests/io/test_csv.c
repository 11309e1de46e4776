/* Records as CSV: the columns of the contract, and every text comes back as it was. */
#include "tests/check.h"

#include "lib/base/alloc.h"
#include "lib/io/record_read.h"
#include "lib/io/record_write.h"
#include "lib/io/table.h"
#include "tests/io/records_for_tests.h"

static iso_err read_text(iso_records *out, const char *csv)
{
    return iso_csv_read(out, csv, (int64_t)strlen(csv));
}

static void has_every_column_in_order(void **state)
{
    iso_records list = {0};
    iso_record r = plain_record();
    iso_buf out = {0};

    (void)state;
    ok(iso_records_add(&list, &r));
    ok(iso_csv_write(&out, &list));
    text(out.text,
         "measure,estimator,src,tgt,src_layer,tgt_layer,value,lo,hi,interval,null,null_sd,p,n,"
         "src_dim,tgt_dim,pool,prep,model,model2,stage,mix_layer,mix,direction,k,neighbours,"
         "denominator,fold,train,subset,x,y,given,rank,param,why,"
         "baseline,condition,candidates,permutations,p_max,family,calibrated,flag,step,place,item\n"
         "cka,debiased,en,de,3,3,0.75,0.5,0.875,jackknife,0,,,240,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,"
         "\n");
    iso_buf_free(&out);
    iso_records_free(&list);
}

static void comes_back(void **state)
{
    iso_records list = some_records(), back = {0};
    iso_buf out = {0};

    (void)state;
    ok(iso_csv_write(&out, &list));
    assert_null(strstr(out.text, "nan"));
    assert_non_null(strstr(out.text, "\"a,\"\"b\"\"\n`c` "));
    ok(iso_csv_read(&back, out.text, out.len));
    same_records(&list, &back);
    iso_buf_free(&out);
    iso_records_free(&list);
    iso_records_free(&back);
}

/* What `compare` prints into a pipe is read too. */
static void tabs_are_read(void **state)
{
    iso_records list = {0}, back = {0};
    iso_record r = plain_record();
    iso_buf out = {0};

    (void)state;
    ok(iso_records_add(&list, &r));
    ok(iso_table_tsv(&out, &list));
    ok(iso_csv_read(&back, out.text, out.len));
    same_records(&list, &back);
    iso_buf_free(&out);
    iso_records_free(&list);
    iso_records_free(&back);
}

static void any_order_crlf_and_unknown_columns(void **state)
{
    iso_records back = {0};

    (void)state;
    ok(read_text(&back, "\xef\xbb\xbfvalue,colour,measure\r\n0.5,red,cka\r\n\r\n,\"a\r\nb\",anc"));
    assert_int_equal(back.count, 2);
    near(back.at[0].value, 0.5, 0);
    text(back.at[0].measure, "cka");
    assert_true(isnan(back.at[1].value));
    text(back.at[1].measure, "anc");
    iso_records_free(&back);
}

static void says_what_is_wrong(void **state)
{
    iso_records out = {.count = 7};

    (void)state;
    fails(read_text(&out, ""), ISO_EFORMAT, "no column is called 'measure'");
    fails(read_text(&out, "a,b\n1,2\n"), ISO_EFORMAT, "no column is called 'measure'");
    fails(read_text(&out, "measure,value\ncka\n"), ISO_EFORMAT,
          "line 2 has 1 fields, the header 2");
    fails(read_text(&out, "measure,value\ncka,x\n"), ISO_EFORMAT, "line 2: value is 'x'");
    fails(read_text(&out, "measure,value\ncka,nan\n"), ISO_EFORMAT, "not a finite number");
    fails(read_text(&out, "measure,n\ncka,1.5\n"), ISO_EFORMAT, "n is '1.5', not a whole number");
    fails(read_text(&out, "measure,value\n,1\n"), ISO_EFORMAT, "line 2 has no measure");
    fails(read_text(&out, "measure,value\ncka,\"1\n"), ISO_EFORMAT, "line 2: a quote is opened");
    fails(read_text(&out, "measure,value\n\"cka\"x,1\n"), ISO_EFORMAT, "after a closing quote");
    fails(read_text(&out, "measure\n\xff\n"), ISO_EFORMAT, "not UTF-8");
    fails(iso_csv_read(&out, "measure\nc\0a\n", 12), ISO_EFORMAT, "not UTF-8");
    assert_int_equal(out.count, 7);
}

static void survives_lack_of_memory(void **state)
{
    iso_records list = some_records(), back = {0};
    iso_err err;

    (void)state;
    for (int64_t n = 0;; n++) {
        iso_buf out = {0};
        iso_alloc_fail_after(n);
        err = iso_csv_write(&out, &list);
        if (!err)
            err = iso_csv_read(&back, out.text, out.len);
        iso_alloc_fail_after(-1);
        iso_buf_free(&out);
        if (!err)
            break;
        assert_int_equal(err, ISO_ENOMEM);
        assert_int_equal(back.count, 0);
    }
    same_records(&list, &back);
    iso_records_free(&list);
    iso_records_free(&back);
}

int main(void)
{
    RUN_TESTS(test(has_every_column_in_order), test(comes_back), test(tabs_are_read),
              test(any_order_crlf_and_unknown_columns), test(says_what_is_wrong),
              test(survives_lack_of_memory));
}
