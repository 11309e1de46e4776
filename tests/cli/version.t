$ isogloss version
> isogloss *.*.*
>
> compiler    *
> libraries   OpenBLAS *, HDF5 *
> cpu         * core*, *
> threads     *
> own kernels *
> encoder     f32: *, bf16: *, int8: *
> LAPACK      OpenBLAS *
> its kernels *, *
> ...
> licence     Apache-2.0; comes without warranty
$ isogloss --version | head -n 1
> isogloss *
$ isogloss version now
2> isogloss version: now: no words are taken (see `isogloss help version`)
? 2
$ isogloss version --json x
2> isogloss version: unknown option --json (see `isogloss help version`)
? 2
$ isogloss version --hlep
2> isogloss version: unknown option --hlep; did you mean --help? (see `isogloss help version`)
? 2
# a full disk
$ isogloss version > /dev/full
2> isogloss version: standard output: No space left on device
? 1
