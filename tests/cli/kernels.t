# The program starts itself anew at most once, whatever it is told about kernels.
$ OPENBLAS_CORETYPE=Nonsense isogloss version | head -n 1
> isogloss *
2> ...
$ OPENBLAS_CORETYPE= isogloss version | head -n 1
> isogloss *
2> ...
$ ISOGLOSS_KERNELS=SkylakeX isogloss version | head -n 1
> isogloss *
$ env -i "$(command -v isogloss)" version | head -n 1
> isogloss *
# our own loops go by another variable
$ ISOGLOSS_CPU=plain isogloss doctor --quiet | grep '^own loops'
> own loops   plain*
$ ISOGLOSS_CPU=sse isogloss version
2> isogloss: ISOGLOSS_CPU is sse, not plain, avx2 or avx512
? 2
