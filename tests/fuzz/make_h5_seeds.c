/* Writes the HDF5 files under seeds/; run by hand when a layout is added: make_h5_seeds FOLDER */
#include <stdlib.h>

#include "tests/io/files.h"

static const char *in(const char *folder, const char *name)
{
    return check_path(folder, name);
}

static void native_items(const char *folder)
{
    const char *const ids[] = {"a", "b"}, *const texts[] = {"one", "two"};
    const int32_t labels[] = {0, -1};
    const char *const classes[] = {"food"};
    iso_h5 *h5 = native_begin(in(folder, "native/items.h5"));

    ok(iso_h5_put_attr_text(h5, "/", "pooling", "mean"));
    put_f32(h5, "/states/en/0", 0, 0, 2, 3);
    ok(iso_h5_put_texts(h5, "/rows/en/ids", ids, 2, &(iso_h5_layout){.fixed = 4}));
    ok(iso_h5_put_texts(h5, "/rows/en/text", texts, 2, NULL));
    ok(iso_h5_put_i32(h5, "/rows/en/labels", labels, 2));
    ok(iso_h5_put_texts(h5, "/classes", classes, 1, &(iso_h5_layout){.fixed = 4}));
    ok(iso_h5_close(h5));
}

static void native_tokens(const char *folder)
{
    const int64_t offsets[] = {0, 1, 3};
    iso_h5 *h5 = native_begin(in(folder, "native/tokens.h5"));

    ok(iso_h5_put_attr_text(h5, "/", "pooling", "none"));
    put_f32(h5, "/states/en/0", 0, 0, 3, 2);
    ok(iso_h5_put_i64(h5, "/rows/en/offsets", offsets, 3));
    ok(iso_h5_close(h5));
}

static void native_chunked(const char *folder)
{
    const int64_t dims[] = {4, 2};
    const float data[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    iso_h5 *h5 = native_begin(in(folder, "native/chunked.h5"));

    ok(iso_h5_put(h5, "/states/de/3", 2, dims, ISO_F32, data,
                  &(iso_h5_layout){.chunk = 2, .deflate = 1, .big_endian = true}));
    ok(iso_h5_close(h5));
}

static void sentences(const char *folder)
{
    static const char *const map = "{\"a b\": \"0\", \"c\": \"1\"}";
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, in(folder, "per_sentence/three.hdf5")));
    put_sentence(h5, "0", 0, 2, 2, 2, ISO_F32);
    put_sentence(h5, "1", 1, 2, 1, 2, ISO_F32);
    ok(iso_h5_put_texts(h5, "sentence_to_index", &map, 1, &(iso_h5_layout){.fixed = 32}));
    ok(iso_h5_close(h5));
    ok(iso_h5_create(&h5, in(folder, "per_sentence/flat.hdf5")));
    put_sentence(h5, "0", 0, 0, 3, 2, ISO_F64);
    put_sentence(h5, "1", 1, 0, 1, 2, ISO_F64);
    ok(iso_h5_close(h5));
}

static void matrices(const char *folder)
{
    const int64_t dims[] = {2, 3, 2};
    const float data[12] = {1, 2, 3, 4, 5, 6, 7, 8};
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, in(folder, "matrix/langs.h5")));
    put_f32(h5, "/en/0", 0, 0, 3, 2);
    put_f32(h5, "/de/0", 1, 0, 3, 2);
    ok(iso_h5_close(h5));
    ok(iso_h5_create(&h5, in(folder, "matrix/features.h5")));
    ok(iso_h5_put(h5, "features", 3, dims, ISO_F32, data, NULL));
    ok(iso_h5_close(h5));
}

static void maps(const char *folder)
{
    const int64_t dims[] = {2, 3};
    const double w[6] = {1, 2, 3, 4, 5, 6};
    iso_h5 *h5 = NULL;

    ok(iso_h5_create(&h5, in(folder, "maps/means.h5")));
    ok(iso_h5_put_attr_text(h5, "/", "format", "isogloss-maps"));
    ok(iso_h5_put_attr_int(h5, "/", "version", 1));
    ok(iso_h5_put_attr_text(h5, "/", "prep", "center"));
    ok(iso_h5_put(h5, "/maps/en/de/0/w", 2, dims, ISO_F64, w, NULL));
    ok(iso_h5_put(h5, "/maps/en/de/0/from", 1, &dims[0], ISO_F64, w, NULL));
    ok(iso_h5_put(h5, "/maps/en/de/0/to", 1, &dims[1], ISO_F64, w, NULL));
    ok(iso_h5_close(h5));
    ok(iso_h5_create(&h5, in(folder, "maps/short.h5")));
    ok(iso_h5_put_attr_text(h5, "/", "format", "isogloss-maps"));
    ok(iso_h5_put_attr_int(h5, "/", "version", 1));
    ok(iso_h5_put(h5, "/maps/en/de/0/w", 2, dims, ISO_F64, w, NULL));
    ok(iso_h5_put(h5, "/maps/en/de/0/to", 1, &dims[0], ISO_F64, w, NULL));
    ok(iso_h5_close(h5));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    native_items(argv[1]);
    native_tokens(argv[1]);
    native_chunked(argv[1]);
    sentences(argv[1]);
    matrices(argv[1]);
    maps(argv[1]);
    return 0;
}
