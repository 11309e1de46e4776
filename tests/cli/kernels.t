# Whatever it is told about kernels, the program runs on with what the CPU has.
$ OPENBLAS_CORETYPE=Nonsense isogloss version | head -n 1
> isogloss *
2> ...
$ OPENBLAS_CORETYPE= isogloss version | head -n 1
> isogloss *
2> ...
$ env -i "$(command -v isogloss)" version | head -n 1
> isogloss *
# one switch limits our own kernels, OpenBLAS and oneDNN
$ ISOGLOSS_CPU=plain isogloss version | grep '^own kernels'
> own kernels plain*; search: f32
$ ISOGLOSS_CPU=plain isogloss version | grep '^encoder' | grep oneDNN
? 1
$ ISOGLOSS_CPU=sse isogloss version
2> isogloss: ISOGLOSS_CPU is sse, not plain, avx2 or avx512
? 2
