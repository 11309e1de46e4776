# A quantity that is undefined is a value with a reason, never an error, never NaN.
$ for n in 1 2 3 4 5; do craft n$n.h5 en:0=${n}x8 de:0=${n}x8; done
$ for n in 1 2 3 4 5; do isogloss compare n$n.h5 --csv - | tail -n +2 | cut -d , -f 2,10,36; done
> debiased,none,fewer than 4 items
> debiased,none,fewer than 4 items
> debiased,none,fewer than 4 items
> debiased,none,
> debiased,jackknife,
$ for n in 1 2 3 4 5; do isogloss compare n$n.h5 --measure cka:biased --csv - | tail -n +2 | cut -d , -f 2,10,36; done
> biased,none,fewer than 2 items
> biased,none,no interval: fewer than 4 items
> biased,none,no interval: fewer than 4 items
> biased,jackknife,
> biased,jackknife,
$ for n in 1 2 3 4 5; do isogloss compare n$n.h5 --measure cosine:raw,cosine:centred --csv - | tail -n +2 | cut -d , -f 2,10,36; done
> raw,none,no interval: fewer than 3 items
> centred,none,an item's state is all zero
> raw,none,no interval: fewer than 3 items
> centred,none,no interval: fewer than 3 items
> raw,jackknife,
> centred,jackknife,
> raw,jackknife,
> centred,jackknife,
> raw,jackknife,
> centred,jackknife,
$ for n in 1 3 4; do isogloss centroids n$n.h5 --csv - | tail -n +2 | cut -d , -f 2,10,36; done
> relative,none,no variance within the languages
> euclidean,none,no interval: fewer than 4 items
> cosine,none,no interval: fewer than 4 items
> cosine-centred,none,"two languages: always 2
> share,none,no interval: fewer than 4 items
> relative,none,no interval: fewer than 4 items
> euclidean,none,no interval: fewer than 4 items
> cosine,none,no interval: fewer than 4 items
> cosine-centred,none,"two languages: always 2
> share,none,no interval: fewer than 4 items
> relative,groups,
> euclidean,groups,
> cosine,groups,
> cosine-centred,none,"two languages: always 2
> share,groups,
$ isogloss compare $S/examples/states/mini.h5 --limit 3 --layers 0 --tgt de --csv - | tail -n +2 | cut -d , -f 2,7,14,36
> debiased,,3,fewer than 4 items
$ isogloss compare n3.h5 --against n3.h5 --difference --measure cka:biased --csv - | tail -n +2 | cut -d , -f 2,7,10
> biased,0,none
# states that never vary
$ craft flat.h5 en:0=12x8,flat de:0=12x8
$ isogloss compare flat.h5 --measure 'cka:*,cosine:centred' --csv - | tail -n +2 | cut -d , -f 2,7,36
> debiased,,a side has no variance
> biased,,a side has no variance
> centred,,an item's state is all zero
$ isogloss inspect flat.h5 | tail -1
> en, layer 0: dead, all rows are equal
# a language and its copy
$ craft same.h5 en:0=12x8 de:0=12x8,as:en
$ isogloss compare same.h5 --measure 'cka:*,cosine:*' --csv - | tail -n +2 | cut -d , -f 2,7-9
> debiased,1.0,1.0,1.0
> biased,1.0,1.0,1.0
> raw,1.0,1.0,1.0
> centred,1.0,1.0,1.0
$ isogloss compare same.h5 --src de --tgt de
2> isogloss compare: same.h5: de would be compared with itself: choose with --src, --tgt
? 1
# two models of one language
$ craft one.h5 en:0=12x8
$ isogloss compare one.h5 --against one.h5 --csv - | tail -n +2 | cut -d , -f 2-4,7
> debiased,en,en,1.0
$ isogloss inspect one.h5 --quiet | grep -c '^en '
> 1
