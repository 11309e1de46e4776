/* Records that use every kind of column and every character that hurts. */
#ifndef ISO_TESTS_IO_RECORDS_FOR_TESTS_H
#define ISO_TESTS_IO_RECORDS_FOR_TESTS_H

#include "tests/check.h"

#include "lib/io/record.h"

static inline iso_record plain_record(void)
{
    iso_record r = iso_record_none();

    r.measure = "cka";
    r.estimator = "debiased";
    r.src = "en";
    r.tgt = "de";
    r.src_layer = r.tgt_layer = 3;
    r.value = 0.75;
    r.lo = 0.5;
    r.hi = 0.875;
    r.interval = "jackknife";
    r.null = 0;
    r.n = 240;
    return r;
}

/* A plain one, an undefined one, one with hostile names. */
static inline iso_records some_records(void)
{
    iso_records list = {0};
    iso_record r = plain_record();

    ok(iso_records_add(&list, &r));
    r.value = r.lo = r.hi = NAN;
    r.why = "no variance";
    ok(iso_records_add(&list, &r));
    r = plain_record();
    r.tgt = "a,\"b\"\n`c` \\ <script>'\xe4\xb8\xad";
    r.model = "x, y";
    r.value = 1.0 / 3;
    r.p = 1e-30;
    ok(iso_records_add(&list, &r));
    return list;
}

/* Equal in every column, numbers within 1e-12. */
static inline void same_record(const iso_record *a, const iso_record *b)
{
    for (int i = 0; i < iso_column_count(); i++) {
        const iso_column *c = iso_column_at(i);
        assert_int_equal(iso_record_has(a, c), iso_record_has(b, c));
        if (!iso_record_has(a, c))
            continue;
        if (c->kind == ISO_COLUMN_TEXT)
            text(iso_record_text(b, c), iso_record_text(a, c));
        else if (c->kind == ISO_COLUMN_REAL)
            near(iso_record_real(b, c), iso_record_real(a, c), 1e-12 * fabs(iso_record_real(a, c)));
        else
            assert_int_equal(iso_record_int(b, c), iso_record_int(a, c));
    }
}

static inline void same_records(const iso_records *a, const iso_records *b)
{
    assert_int_equal(a->count, b->count);
    for (int64_t i = 0; i < a->count; i++)
        same_record(&a->at[i], &b->at[i]);
}

#endif
