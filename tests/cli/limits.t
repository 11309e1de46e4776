# Limits of the system are one line and leave nothing behind.
$ cp $S/examples/states/mini.h5 states.h5
# OpenBLAS that gets no memory for its threads would ask for ever
$ for c in compare retrieve align; do (ulimit -v 250000; OPENBLAS_NUM_THREADS=2 isogloss $c states.h5 --layers last --quiet); done
2> isogloss compare: the limit of 244 MB on this process's memory (ulimit -v) leaves less than the * MB that OpenBLAS needs for 2 threads: raise it, or set OPENBLAS_NUM_THREADS=1
2> isogloss retrieve: the limit of 244 MB *
2> isogloss align: the limit of 244 MB *
? 1
# nor is it asked for more threads than there is memory for
$ (ulimit -v 1200000; OPENBLAS_NUM_THREADS=2 timeout 60 isogloss compare states.h5 --threads 16 --layers last --quiet | wc -l)
> 10
# what does not multiply goes on
$ (ulimit -v 250000; OPENBLAS_NUM_THREADS=2 isogloss version | head -n 1)
> isogloss *
# files may not grow
$ (ulimit -f 1; isogloss convert states.h5 -o copy.h5)
2> isogloss convert: copy.h5: cannot write: File too large
? 1
$ (ulimit -f 1; isogloss compare states.h5 --json r.json --quiet)
2> isogloss compare: r.json: cannot write: File too large
? 1
# nor may there be many
$ (ulimit -n 3; isogloss compare states.h5 --layers last --quiet) 2>&1 | wc -l
> 1
$ ls -A
> states.h5
