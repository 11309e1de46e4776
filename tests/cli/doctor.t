$ isogloss doctor
> cpu         * core*, *
> threads     *
> own kernels *
> encoder     f32: *, bf16: *, int8: *
> LAPACK      OpenBLAS *
> its kernels *, *
> sgemm       * GFLOP/s
> dgemm       * GFLOP/s
> memory      * GB/s
>
> known answers                   expected      gram          sums
> 5 items by hand  cka:biased     0.9374772093  0.9374772093  0.9374772093  ok
> 5 items by hand  cka:debiased   0.9006553265  0.9006553265  0.9006553265  ok
> Kornblith 2019   cka:biased     0.5576132566  0.5576132566  0.5576132566  ok
> Kornblith 2019   cka:debiased   0.5134564895  0.5134564895  0.5134564895  ok
> ...
# known before anything is measured
$ isogloss doctor nofile
2> isogloss doctor: nofile: No such file or directory
? 1
# --foreground: the signal comes once; a second one would kill
# the measuring alone takes a second, and the program is up long before 0.8
$ timeout --foreground --preserve-status -s INT 0.8 isogloss doctor
> ...
2> isogloss doctor: interrupted
? 130
$ timeout --foreground --preserve-status -s TERM 0.8 isogloss doctor
> ...
2> isogloss doctor: interrupted
? 130
