# Distances of centroids. The numbers of layer 4 are numpy's, in double, over all ten languages.
tolerance 1e-6
$ isogloss centroids $S/examples/states/mini.h5 --layers last --interval none --quiet | grep -P '\ten\tde\t' | cut -f 2-7
> relative	en	de	4	4	1.392993793154
> euclidean	en	de	4	4	3.613215141507
> cosine	en	de	4	4	0.203077030766
> cosine-centred	en	de	4	4	0.878269785177
> share	en	de	4	4	0.563424459683
# chance: 1/n for share, √(D/n) for the distance; intervals hold the value
$ isogloss centroids $S/examples/states/mini.h5 --layers last --measure centroid:share,centroid:euclidean --csv - --tgt de,fr --quiet | cut -d , -f 2,4,7-11
> estimator,tgt,value,lo,hi,interval,null
> share,de,0.563424458367,0.540005196228,0.583337335293,groups,0.00416666666667
> share,fr,0.550952139948,0.530224892477,0.567946967151,groups,0.00416666666667
> euclidean,de,3.613215140034,3.53608838915,3.67770015191,groups,0.3107208187154
> euclidean,fr,3.489877274666,3.430758542074,3.536364579154,groups,0.303492244014
# which language lies nearest is talk
$ isogloss centroids $S/examples/states/mini.h5 --layers 0,4 --measure centroid:relative --json r.json
2> isogloss: note: layer 0: nearest to en is *, relative distance *
2> isogloss: note: layer 4: nearest to en is fr, relative distance 1.342
# of two languages the centred cosine says nothing, and says so
$ isogloss centroids $S/examples/states/mini.h5 --tgt de --layers 1 --measure centroid:cosine-centred | cut -f 7-
> value	interval	n	src_dim	tgt_dim	pool	model	subset	why
> 2	none	240	128	128	mean	mini	en+de	two languages: always 2, says nothing
# of more it changes with the languages asked for, which the record names; published names are accepted
$ for t in de,fr de,fr,zh; do isogloss centroids $S/examples/states/mini.h5 --tgt $t --layers 4 --measure centroid:cosine-centred --interval none --csv - --quiet | grep en,de | cut -d , -f 2,7,30; done
> cosine-centred,1.4921992272,en+de+fr
> cosine-centred,1.136302444098,en+de+fr+zh
$ isogloss compare $S/examples/states/mini.h5 --tgt de --layers 4 --measure centroid:cohens-d,centroid:partial-eta-squared,procrustes:correlation --interval none --csv - | cut -d , -f 1,2
> measure,estimator
> centroid,relative
> centroid,share
> procrustes,nuclear
$ isogloss centroids $S/examples/states/mini.h5 --interval jackknife
2> isogloss centroids: --interval jackknife is not made for centroids: none or groups (see `isogloss help centroids`)
? 2
$ isogloss centroids
2> isogloss centroids: needs an INPUT, such as states.h5 (see `isogloss help centroids`)
? 2
$ isogloss centroids $S/examples/states/mini.h5 --tgt xx
2> isogloss centroids: *xx*
? 1
