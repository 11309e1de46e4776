/* HDF5 files as others write them, and as they arrive: damaged, incomplete, linked, of other types.
 * They are made with HDF5 itself here, since our own writer writes none of this. */
#define H5_USE_110_API
#include <hdf5.h>
#ifdef ISO_LZF
#include <lzf.h>
#endif

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/base/alloc.h"
#include "tests/io/files.h"

enum { ROWS = 6, COLS = 4 };

static float numbers[ROWS][COLS];

static hid_t begin(const char *path)
{
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);

    assert_true(file >= 0);
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < COLS; j++)
            numbers[i][j] = (float)cell(1, 0, i, j);
    }
    return file;
}

static void end(hid_t file)
{
    assert_true(H5Fclose(file) >= 0);
    assert_int_equal(iso_h5_open_count(), 0);
}

static hid_t space_of(hsize_t rows, hsize_t cols)
{
    const hsize_t dims[] = {rows, cols};

    return H5Screate_simple(2, dims, NULL);
}

/* A dataset [ROWS, COLS]; without data nothing is written. */
static void put(hid_t file, const char *name, hid_t type, hid_t plist, const void *data)
{
    const hid_t space = space_of(ROWS, COLS);
    const hid_t id = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT);

    assert_true(id >= 0);
    if (data)
        assert_true(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(id);
    H5Sclose(space);
}

static const char *plain(const char *name)
{
    const char *path = temp_path(name);
    const hid_t file = begin(path);

    put(file, "emb", H5T_IEEE_F32LE, H5P_DEFAULT, numbers);
    end(file);
    return path;
}

static hid_t chunks_of(hsize_t rows)
{
    const hsize_t chunk[] = {rows, COLS};
    const hid_t p = H5Pcreate(H5P_DATASET_CREATE);

    assert_true(H5Pset_chunk(p, 2, chunk) >= 0);
    return p;
}

/* The whole message, which is one line: the file and what is wrong. */
static void refused(const char *path, const char *part)
{
    iso_states *s = NULL;

    fails(open_one(&s, path), ISO_EFORMAT, part);
    assert_non_null(strstr(iso_err_msg(), strrchr(path, '/') + 1));
    assert_null(strchr(iso_err_msg(), '\n'));
    assert_int_equal(iso_h5_open_count(), 0);
}

static void reads(const char *path, double row5_col3)
{
    iso_states *s = NULL;

    ok(open_one(&s, path));
    near(at(s, 0, 0, ROWS - 1, COLS - 1), row5_col3, 0);
    iso_states_close(s);
    assert_int_equal(iso_h5_open_count(), 0);
}

/* Damage ------------------------------------------------------------------------------ */

/* A native file whose ids are in a global heap, as h5py writes them. Returns where in the file the
 * first object of the heap has its size. */
static long with_heap(const char *path)
{
    const char *const ids[ROWS] = {"a", "b", "c", "d", "e", "f"};
    const hsize_t rows = ROWS;
    const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &rows, NULL);
    iso_h5 *ours = native_begin(path);
    static char bytes[1 << 16];

    put_f32(ours, "/states/en/0", 1, 0, ROWS, COLS);
    ok(iso_h5_put_i32(ours, "/rows/en/labels", (const int32_t[ROWS]){0}, ROWS));
    ok(iso_h5_put_texts(ours, "/classes", (const char *const[]){"x"}, 1,
                        &(iso_h5_layout){.fixed = 1}));
    ok(iso_h5_close(ours));
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t id =
        H5Dcreate2(file, "/rows/en/ids", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, ids) >= 0);
    H5Dclose(id);
    H5Sclose(space);
    H5Tclose(type);
    end(file);
    FILE *f = fopen(path, "rb");
    const size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t i = 0; i + 32 < n; i++) {
        if (memcmp(bytes + i, "GCOL", 4) == 0)
            return (long)i + 24; /* the collection's head is 16, the object's size after 8 more */
    }
    fail();
    return 0;
}

static void set_bytes(const char *path, long at, const void *bytes, size_t count)
{
    FILE *f = fopen(path, "r+b");

    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, count, f), count);
    fclose(f);
}

/* A size of -16 leads from an object to itself. */
static void an_endless_heap_ends(void **state)
{
    (void)state;
    const char *path = temp_path("endless.h5");
    const int64_t size = -16;

    set_bytes(path, with_heap(path), &size, sizeof size);
    refused(path, "endless.h5: /rows/en/ids: is damaged: HDF5 comes to no end with it");
}

static bool stop(void *payload, const char *what, int64_t done, int64_t total, const char *unit)
{
    (void)what;
    (void)done;
    (void)total;
    (void)unit;
    ++*(int *)payload;
    return false;
}

static void an_endless_heap_can_be_interrupted(void **state)
{
    (void)state;
    const char *path = temp_path("endless.h5");
    const int64_t size = -16;
    int asked = 0;
    const iso_run run = {.progress = stop, .payload = &asked};
    iso_states *s = NULL;

    set_bytes(path, with_heap(path), &size, sizeof size);
    fails(open_with(&s, path, (iso_states_opt){.run = &run}), ISO_ECANCEL, "interrupted");
    assert_int_equal(asked, 1);
    assert_int_equal(iso_h5_open_count(), 0);
}

/* Every byte of the heap's head and first object at its extremes: an answer, or an error with the
 * file's name. */
static void no_heap_breaks_us(void **state)
{
    (void)state;
    static const unsigned char values[] = {0x00, 0x7F, 0xFF};
    const char *path = temp_path("heap.h5");
    int wrong = 0;

    for (long at = 0; at < 40; at++) {
        for (size_t v = 0; v < sizeof values; v++) {
            iso_states *s = NULL;
            const long size = with_heap(path);
            set_bytes(path, size - 24 + at, &values[v], 1);
            if (open_one(&s, path)) {
                wrong++;
                assert_non_null(strstr(iso_err_msg(), "heap.h5"));
            }
            iso_states_close(s);
            assert_int_equal(iso_h5_open_count(), 0);
        }
    }
    assert_true(wrong > 30);
}

/* The process that reads dies of something else than the file: the error says so, and stays. */
static void a_killed_reader_is_told(void **state)
{
    (void)state;
    const char *path = plain("killed.h5");
    iso_h5_texts names = {0};
    iso_h5 *h5 = NULL;
    char command[64];

    ok(iso_h5_open(&h5, path, NULL));
    snprintf(command, sizeof command, "pkill -KILL -P %d", (int)getpid());
    assert_true(system(command) >= 0);
    fails(iso_h5_list(&names, h5, "/"), ISO_EIO,
          "killed.h5: /: the process that read it was killed");
    fails(iso_h5_walk(&names, h5), ISO_EIO, "was killed");
    fails(iso_h5_check(h5), ISO_EIO, "was killed");
    ok(iso_h5_close(h5));
    assert_int_equal(iso_h5_open_count(), 0);
}

/* Who reaps our readers for us, or has them reaped, loses nothing. */
static void readers_may_be_reaped_by_others(void **state)
{
    (void)state;
    const char *path = plain("reaped.h5");
    void (*before)(int) = signal(SIGCHLD, SIG_IGN);

    reads(path, cell(1, 0, 5, 3));
    (void)signal(SIGCHLD, before);
}

/* What is not there ------------------------------------------------------------------------ */

static void numbers_that_nobody_wrote(void **state)
{
    (void)state;
    const char *path = temp_path("unwritten.h5");
    const hsize_t from[] = {0, 0}, some[] = {2, COLS};
    hid_t file = begin(path), plist = chunks_of(2), space = space_of(ROWS, COLS);

    put(file, "emb", H5T_IEEE_F32LE, plist, NULL);
    hid_t id = H5Dopen2(file, "emb", H5P_DEFAULT);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, some, NULL);
    assert_true(H5Dwrite(id, H5T_NATIVE_FLOAT, space, space, H5P_DEFAULT, numbers) >= 0);
    H5Dclose(id);
    H5Sclose(space);
    H5Pclose(plist);
    end(file);
    refused(path,
            "emb: is not complete: 2 of its 3 chunks were never written, the first at [2, 0]");

    file = begin(path); /* committed, never written */
    put(file, "emb", H5T_IEEE_F32LE, H5P_DEFAULT, NULL);
    end(file);
    refused(path, "emb: is not complete: nothing was ever written to it");

    file = begin(path); /* all chunks, the last one over the edge */
    plist = chunks_of(4);
    put(file, "emb", H5T_IEEE_F32LE, plist, numbers);
    H5Pclose(plist);
    end(file);
    reads(path, cell(1, 0, 5, 3));
}

static void numbers_in_another_file(void **state)
{
    (void)state;
    const char *path = temp_path("raw.h5"), *raw = temp_path("numbers.raw");
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE), file = begin(path);

    assert_true(H5Pset_external(plist, raw, 0, sizeof numbers) >= 0);
    put(file, "emb", H5T_IEEE_F32LE, plist, numbers);
    end(file);
    reads(path, cell(1, 0, 5, 3));
    assert_int_equal(truncate(raw, 40), 0);
    refused(path, "numbers.raw has 40 bytes, 96 are needed");
    assert_int_equal(unlink(raw), 0);
    refused(path, "numbers.raw is not there");
    H5Pclose(plist);

    plist = H5Pcreate(H5P_DATASET_CREATE);
    file = begin(path);
    assert_true(H5Pset_external(plist, "/etc/passwd", 0, sizeof numbers) >= 0);
    put(file, "emb", H5T_IEEE_F32LE, plist, NULL);
    H5Pclose(plist);
    end(file);
    refused(path, "/etc/passwd lies outside the folder of this file");
}

/* The first half of the rows comes from `one`, the other from `two` (NULL: from nowhere), `shift`
 * rows further down there. */
static const char *composed(const char *one, const char *two, hsize_t shift)
{
    const char *path = temp_path("composed.h5");
    const hid_t file = begin(path), plist = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = space_of(ROWS, COLS), source = space_of(ROWS + shift, COLS);
    const char *const from[] = {one, two};

    for (hsize_t i = 0; i < 2; i++) {
        const hsize_t start[] = {3 * i, 0}, there[] = {3 * i + shift, 0}, count[] = {3, COLS};
        if (!from[i])
            continue;
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
        H5Sselect_hyperslab(source, H5S_SELECT_SET, there, NULL, count, NULL);
        assert_true(H5Pset_virtual(plist, space, from[i], "emb", source) >= 0);
    }
    H5Sselect_all(space);
    put(file, "emb", H5T_IEEE_F32LE, plist, NULL);
    H5Sclose(source);
    H5Sclose(space);
    H5Pclose(plist);
    end(file);
    return path;
}

static void numbers_of_other_datasets(void **state)
{
    (void)state;

    (void)plain("a.h5");
    (void)plain("b.h5");
    reads(composed("a.h5", "b.h5", 0), cell(1, 0, 5, 3));
    refused(composed("a.h5", "gone.h5", 0), "gone.h5 is not there");
    refused(composed("a.h5", NULL, 0), "12 of its 24 numbers come from nowhere");
    refused(composed("a.h5", "b.h5", 1), "it takes more numbers from emb in ");
    refused(composed("a.h5", "composed.h5", 0), "take them from others");
}

/* As many blocks of three rows as there are files of a name with a number. */
static void numbers_of_any_number_of_files(void **state)
{
    (void)state;
    const hsize_t most[] = {H5S_UNLIMITED, COLS}, dims[] = {ROWS, COLS}, start[] = {0, 0};
    const hsize_t step[] = {3, COLS}, count[] = {H5S_UNLIMITED, 1};
    const char *path = temp_path("growing.h5");
    const hid_t file = begin(path), plist = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(2, dims, most), source = space_of(3, COLS);

    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, step, count, step);
    assert_true(H5Pset_virtual(plist, space, "part-%b.h5", "emb", source) >= 0);
    const hid_t id =
        H5Dcreate2(file, "emb", H5T_IEEE_F32LE, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    assert_true(id >= 0);
    H5Dclose(id);
    H5Sclose(space);
    H5Sclose(source);
    H5Pclose(plist);
    end(file);
    refused(path, "part-%b.h5");
}

/* Links --------------------------------------------------------------------------------------- */

static const char *linked(const char *to_file, const char *to)
{
    const char *path = temp_path("linked.h5");
    const hid_t file = begin(path);

    if (to_file)
        assert_true(H5Lcreate_external(to_file, to, file, "en", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    else
        assert_true(H5Lcreate_soft(to, file, "en", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    end(file);
    return path;
}

static void links_are_followed_in_the_folder(void **state)
{
    (void)state;

    (void)plain("target.h5");
    reads(linked("target.h5", "/emb"), cell(1, 0, 5, 3));
    reads(linked("target.h5", "/"), cell(1, 0, 5, 3));
    refused(linked("target.h5", "/none"),
            "linked.h5: en: cannot open: it is a link to /none in target.h5:");
    refused(linked("gone.h5", "/emb"), "it is a link to /emb in gone.h5:");
    refused(linked("/etc/passwd", "/emb"), "/etc/passwd lies outside the folder of this file");
    refused(linked("/dev/zero", "/emb"), "/dev/zero lies outside the folder of this file");
    refused(linked(NULL, "/none"), "en: cannot open: it is a link to /none: ");
    refused(linked(NULL, "/en"), "en: cannot open: it is a link to /en: ");
    refused(linked("linked.h5", "/en"), "it is a link to /en in linked.h5: ");
    refused(linked("../../../../../../etc/passwd", "/emb"), "outside the folder");
}

/* Two files that hold each other, and a file that holds itself. */
static void circles_of_links_end(void **state)
{
    (void)state;
    const char *path = temp_path("round.h5"), *there = temp_path("there.h5");
    hid_t file = begin(path);

    put(file, "emb", H5T_IEEE_F32LE, H5P_DEFAULT, numbers);
    H5Lcreate_external("there.h5", "/", file, "there", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/", file, "self", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/emb", file, "again", H5P_DEFAULT, H5P_DEFAULT);
    end(file);
    file = begin(there);
    put(file, "de", H5T_IEEE_F32LE, H5P_DEFAULT, numbers);
    H5Lcreate_external("round.h5", "/", file, "back", H5P_DEFAULT, H5P_DEFAULT);
    end(file);

    iso_h5_texts names = {0};
    iso_h5 *h5 = NULL;
    ok(iso_h5_open(&h5, path, NULL));
    ok(iso_h5_walk(&names, h5));
    assert_int_equal(names.count, 2);
    text(names.at[0], "emb");
    text(names.at[1], "there/de");
    iso_h5_texts_free(&names);
    ok(iso_h5_close(h5));
}

/* Types and filters ------------------------------------------------------------------------------
 */

/* 1.0 is 0x3F80, 2.0 0x4000. */
static uint16_t halves[ROWS][COLS] = {{0x3F80, 0x4000}};

static void count_notes(void *payload, const char *line)
{
    ++*(int *)payload;
    assert_non_null(strstr(line, "emb: values of two bytes without a type are read as bf16"));
}

static void bfloat16_with_and_without_a_type(void **state)
{
    (void)state;
    const char *path = temp_path("bf16.h5");
    int notes = 0;
    const iso_run run = {.note = count_notes, .payload = &notes};

    for (int typed = 0; typed < 2; typed++) {
        const hid_t file = begin(path);
        const hid_t type = typed ? H5Tcopy(H5T_IEEE_F32LE) : H5Tcreate(H5T_OPAQUE, 2);
        int64_t rows, cols;
        iso_dtype dtype;
        iso_states *s = NULL;

        if (typed) {
            H5Tset_fields(type, 15, 7, 8, 0, 7);
            H5Tset_precision(type, 16);
            H5Tset_size(type, 2);
            H5Tset_ebias(type, 127);
        }
        put(file, "emb", type, H5P_DEFAULT, halves);
        H5Tclose(type);
        end(file);
        ok(open_with(&s, path, (iso_states_opt){.run = &run}));
        assert_int_equal(notes, 1);
        ok(iso_states_shape(&rows, &cols, &dtype, s, 0, 0));
        assert_int_equal(dtype, ISO_BF16);
        near(at(s, 0, 0, 0, 1), 0x4000, 0);
        iso_states_close(s);
    }
}

static void floats_of_other_kinds_are_named(void **state)
{
    (void)state;
    const char *path = temp_path("wide.h5");
    static long double wide[ROWS][COLS];
    hid_t file = begin(path), type;

    put(file, "emb", H5T_NATIVE_LDOUBLE, H5P_DEFAULT, wide);
    end(file);
    refused(path, "wide.h5: emb holds other 128-bit floats, not f16, bf16, f32 or f64");

    file = begin(path); /* f8, e4m3 */
    type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 7, 3, 4, 0, 3);
    H5Tset_precision(type, 8);
    H5Tset_size(type, 1);
    H5Tset_ebias(type, 7);
    put(file, "emb", type, H5P_DEFAULT, halves);
    H5Tclose(type);
    end(file);
    refused(path, "wide.h5: emb holds other 8-bit floats");
}

/* As matrices and as sentences; a matrix without rows has none either once it is turned. */
static void rows_of_no_numbers(void **state)
{
    (void)state;
    static const char *const names[] = {"en", "0"};
    static const char *const says[] = {"en has rows of no numbers",
                                       "its sentences have rows of no numbers"};
    const char *path = temp_path("narrow.h5");

    for (int i = 0; i < 2; i++) {
        const iso_states_opt opt = {.layout = i ? "per-sentence" : "matrix"};
        const hid_t file = begin(path), space = space_of(ROWS, 0);
        iso_states *s = NULL;

        H5Dclose(H5Dcreate2(file, names[i], H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT,
                            H5P_DEFAULT));
        H5Sclose(space);
        end(file);
        fails(open_with(&s, path, opt), ISO_EFORMAT, says[i]);
    }
    for (int turned = 0; turned < 2; turned++) {
        const iso_states_opt opt = {.transpose = turned};
        const hid_t file = begin(path), space = space_of(0, COLS);
        iso_states *s = NULL;

        H5Dclose(
            H5Dcreate2(file, "en", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        H5Sclose(space);
        end(file);
        fails(open_with(&s, path, opt), ISO_EFORMAT, "narrow.h5: en has no rows");
    }
}

/* Some block of its user's, as MATLAB and others put before the file. */
static void a_users_block_goes_before(void **state)
{
    (void)state;
    const char *path = temp_path("user.h5");

    for (hsize_t size = 512; size <= 2048; size *= 2) {
        const hid_t plist = H5Pcreate(H5P_FILE_CREATE);

        end(begin(path)); /* for the numbers */
        assert_true(H5Pset_userblock(plist, size) >= 0);
        const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, plist, H5P_DEFAULT);
        put(file, "emb", H5T_IEEE_F32LE, H5P_DEFAULT, numbers);
        H5Pclose(plist);
        end(file);
        set_bytes(path, 0, "MATLAB", 6);
        assert_true(iso_h5_is(path));
        reads(path, cell(1, 0, 5, 3));
        set_bytes(path, (long)size, "\x89HDX", 4);
        assert_false(iso_h5_is(path));
    }
}

#ifdef ISO_LZF
/* h5py's filter, the other way. */
static size_t pack(unsigned flags, size_t count, const unsigned *values, size_t bytes, size_t *room,
                   void **block)
{
    void *out = H5allocate_memory(bytes, false);
    const unsigned n = lzf_compress(*block, (unsigned)bytes, out, (unsigned)bytes - 1);

    (void)flags;
    (void)count;
    (void)values;
    assert_true(n > 0);
    H5free_memory(*block);
    *block = out;
    *room = bytes;
    return n;
}
#endif

static void lzf_is_read(void **state)
{
    (void)state;
#ifndef ISO_LZF
    skip();
#else
    static const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, 32000, 1, 0, "lzf", NULL, NULL, pack};
    const unsigned values[] = {4, 0x105, 3 * COLS * 4};
    const char *path = temp_path("lzf.h5");

    for (size_t count = 0; count <= 3; count += 3) { /* the file says the size of the chunk, or not */
        hid_t file = begin(path), plist = chunks_of(3);

        for (int i = 0; i < ROWS; i++)
            memcpy(numbers[i], numbers[5], sizeof numbers[i]);
        assert_true(H5Zregister(&filter) >= 0);
        assert_true(H5Pset_filter(plist, 32000, 0, count, values) >= 0);
        put(file, "emb", H5T_IEEE_F32LE, plist, numbers);
        H5Pclose(plist);
        end(file);
        assert_true(H5Zunregister(32000) >= 0);
        reads(path, cell(1, 0, 5, 3));
    }
#endif
}

int main(void)
{
    RUN_TESTS(test(an_endless_heap_ends), test(an_endless_heap_can_be_interrupted),
              test(no_heap_breaks_us), test(a_killed_reader_is_told),
              test(readers_may_be_reaped_by_others), test(numbers_that_nobody_wrote),
              test(numbers_in_another_file), test(numbers_of_other_datasets),
              test(numbers_of_any_number_of_files), test(links_are_followed_in_the_folder),
              test(circles_of_links_end), test(bfloat16_with_and_without_a_type),
              test(floats_of_other_kinds_are_named), test(rows_of_no_numbers),
              test(a_users_block_goes_before), test(lzf_is_read));
}
