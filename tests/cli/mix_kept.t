# What is kept says the same to `compare`.
$ isogloss mix --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de --limit 40 --layer sweep --keep-before before.h5 --keep-after 'after-%d.h5' --dtype f32 --quiet --csv kept.csv; ls *.h5
> after-1.h5
> after-2.h5
> after-3.h5
> after-4.h5
> before.h5
$ isogloss inspect --quick after-3.h5 | tail -2
> en           40         40  0-4       128  f32   ids text labels  (English)
> de           40         40  0-4       128  f32   ids text labels  (German)
tolerance 2e-6
$ isogloss compare after-3.h5 --layers 3,4 --measure cka,cosine:centred,centroid:relative --quiet --csv - | cut -d, -f 1,2,5,7 | sed 1d | sort > now; grep ,after,3,xmixup, kept.csv | grep -e ^cka -e ^cosine -e ^centroid | cut -d, -f 1,2,5,7 | sort > then; paste -d, now then | awk -F, '{ print $1, $2, $3, $4 - $8 }'
> centroid relative 3 0
> centroid relative 4 0
> cka debiased 3 0
> cka debiased 4 0
> cosine centred 3 0
> cosine centred 4 0
$ isogloss compare after-3.h5 --against before.h5 --layers 0-2 --measure cosine:raw --quiet | cut -f 3,5,7
> src	src_layer	value
> en	0	1
> de	0	1
> en	1	1
> de	1	1
> en	2	1
> de	2	1
