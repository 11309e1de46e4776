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
