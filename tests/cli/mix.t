# X-Mixup's forward pass: before, after, controls.
$ M=$S/examples/mini; isogloss mix --model $M --corpus $S/examples/corpus --src en --tgt de --limit 40 --layer 3 --csv one.csv
2> isogloss: note: 40 sentences into 1 language, * tokens x layers in *
2> ...
$ cut -d, -f 1-6,21-23,33 one.csv | grep ^cka
> cka,debiased,en,de,3,3,before,,,
> cka,debiased,en,de,4,4,before,,,
> cka,debiased,en,de,3,3,after,3,xmixup,
> cka,debiased,en,de,3,3,difference,3,xmixup,before
> cka,debiased,en,de,3,3,difference,3,xmixup,fixed:0
> cka,debiased,en,de,3,3,difference,3,xmixup,uniform
> cka,debiased,en,de,3,3,difference,3,xmixup,shuffled
> cka,debiased,en,de,4,4,after,3,xmixup,
> cka,debiased,en,de,4,4,difference,3,xmixup,before
> cka,debiased,en,de,4,4,difference,3,xmixup,fixed:0
> cka,debiased,en,de,4,4,difference,3,xmixup,uniform
> cka,debiased,en,de,4,4,difference,3,xmixup,shuffled
> cka,debiased,en,de,3,3,after,3,fixed:0,
> cka,debiased,en,de,3,3,difference,3,fixed:0,before
> cka,debiased,en,de,4,4,after,3,fixed:0,
> cka,debiased,en,de,4,4,difference,3,fixed:0,before
> cka,debiased,en,de,3,3,after,3,uniform,
> cka,debiased,en,de,3,3,difference,3,uniform,before
> cka,debiased,en,de,4,4,after,3,uniform,
> cka,debiased,en,de,4,4,difference,3,uniform,before
> cka,debiased,en,de,3,3,after,3,shuffled,
> cka,debiased,en,de,3,3,difference,3,shuffled,before
> cka,debiased,en,de,4,4,after,3,shuffled,
> cka,debiased,en,de,4,4,difference,3,shuffled,before
$ grep -c -e ^lambda,mean -e ^entropy,mean one.csv; grep ^mse one.csv | cut -d, -f 1-6,21-23,33 | head -3
> 9
> mse,cls,en,de,4,4,before,,,
> mse,cls,en,de,4,4,after,3,xmixup,
> mse,cls,en,de,4,4,difference,3,xmixup,before
# a layer of the sweep is the layer by itself
$ isogloss mix --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de,sw --limit 40 --layer sweep --quiet --csv sweep.csv; cut -d, -f 22 sweep.csv | sort -u | tr '\n' ' '
>  1 2 3 4 mix_layer 
$ grep ,de, sweep.csv | awk -F, '$22 == 3' > a; grep ,de, one.csv | awk -F, '$22 == 3' > b; paste -d, a b | awk -F, '{ h = NF / 2; for (c = 7; c < 10; c++) { d = $c - $(c + h); if (d > 1e-6 || d < -1e-6) print } for (c = 1; c < h; c++) if ((c < 7 || c > 13) && $c != $(c + h)) print }'; wc -l < b
> 186
# batch and threads change rounding only
$ for o in "--batch 64" "--batch 4000 --threads 2"; do isogloss mix --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de --limit 40 --layer 3 $o --quiet --csv - > other.csv; paste -d, one.csv other.csv | awk -F, 'NR > 1 && $1 != "p@1" { d = $7 - $(7 + NF / 2); if (d > 2e-6 || d < -2e-6) print }'; done
# a range in one pass; ways; ids decide who belongs together
$ isogloss mix --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de --limit 24 --layer 2-3 --mix xmixup,fixed:0.250,no-entropy,self --interval none --quiet --csv range.csv; cut -d, -f 22,23 range.csv | sort -u
> ,
> 2,fixed:0.25:2-3
> 2,fixed:0:2-3
> 2,no-entropy:2-3
> 2,self:2-3
> 2,shuffled:2-3
> 2,uniform:2-3
> 2,xmixup:2-3
> mix_layer,mix
$ printf 'id\ttext\nb\tA cat.\na\tThe dog sees a house.\nx\tNobody.\nc\tWe go home.\n' > en.tsv; printf 'id\ttext\na\tDer Hund sieht ein Haus.\nb\tEine Katze.\nc\tWir gehen heim.\n' > de.tsv
$ isogloss mix --model $S/examples/mini --source en=en.tsv --target de=de.tsv --interval none --csv joined.csv 2> err; head -1 err
> isogloss: note: 3 items have an id in all languages; others are left out: en 1
# nobody else's sentence, no source, one language in several files
$ printf 'A cat.\nA dog.\nA house.\n' > en.txt; printf 'Eine Katze.\n' > de1.txt; printf 'Ein Hund.\nEin Haus.\n' > de2.txt
$ isogloss mix --model $S/examples/mini --source en=en.txt --target de=de1.txt deu=de2.txt --interval none --quiet --csv few.csv; grep -c xmixup few.csv > /dev/null && cut -d, -f 14 few.csv | sort -u | tr '\n' ' '
> 3 n 
$ isogloss mix --model $S/examples/mini --target de=de2.txt --target en=en.txt --limit 2 --mix xmixup,fixed:0.5 --interval none --quiet --csv self.csv; cut -d, -f 3,4,23 self.csv | sort -u | grep -v ',$'
> de,de,fixed:0
> de,de,fixed:0.5
> de,de,self
> de,de,shuffled
> de,de,uniform
> en,en,fixed:0
> en,en,fixed:0.5
> en,en,self
> en,en,shuffled
> en,en,uniform
> src,tgt,mix
$ printf 'A cat.\nA cat.\n' > same.txt; isogloss mix --model $S/examples/mini --source en=same.txt --target de=de2.txt --interval none --csv same.csv 2> err; head -1 err; cut -d, -f 23 same.csv | sort -u | tr '\n' ' '
> isogloss: note: en: all sentences are the same, so the control shuffled is left out
>  fixed:0 mix uniform xmixup 
# lambda: fixed numbers, files, the published code's padding
$ printf '%s\n' 'isogloss mix --model $S/examples/mini --source en=en.txt --target de=de1.txt de=de2.txt --interval none --quiet --csv - "$@" > L.csv' "awk -F, '\$1 == \"lambda\" && \$2 == \"mean\" && \$23 == \"xmixup\" { print \$7 }' L.csv" > L
tolerance 1e-5
$ printf '{"lambda0": 0.2, "layers": {"1": {"W": 0, "b": 0}}}' > l.json; sh L --lambda l.json; sh L --lambda l.json --lambda0 1; sh L --lambda l.json --preset xmixup
> 0.1
> 0.5
> 0.1
$ sh L > masked; sh L --max-length 16 > short; cmp masked short; sh L --entropy repo --max-length 16 > a; sh L --entropy repo --max-length 32 > b; cmp -s a b || echo padding counts
> padding counts
# what it would cost
$ isogloss mix --model $S/examples/mini --source en=en.txt --target de=de1.txt de=de2.txt --layer sweep --plan | cut -f 1,2
> model	mini
> source	en
> targets	1
> items	3
> tokens	*
> places	4
> ways	4
> layers	44
> operations	*
> memory	*
