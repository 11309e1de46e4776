# One page, and the folder around it.
needs gnuplot
$ isogloss report $S/examples/states/mini.h5 -o out --tgt de,sw --quiet
> out/report.html
$ ls out; ls out/figures | grep -c svg
> figures
> records.csv
> records.json
> report.html
> 19
# every section has its figure inside, and nothing is fetched or run
$ grep -c '<svg xmlns' out/report.html; grep -ciE '<script|src=|@import' out/report.html
> 19
> 0
? 1
$ grep -o 'most alike in <b>[^.]*' out/report.html
> most alike in <b>layer&nbsp;1</b>: linear CKA (debiased) averages <b>0
# ids on a page are unique
$ grep -oE ' id="[^"]*"' out/report.html | sort | uniq -d | wc -l
> 0
# the records of the page are those of the folder
$ grep -o 'download="records.zip" href="data:application/zip;base64,[^"]*' out/report.html | sed 's/.*base64,//' | base64 -d > out.zip; head -c 2 out.zip; grep -ao 'records\.[a-z]*' out.zip | sort | uniq -c
> PK      2 records.csv
>       2 records.json
$ which python3 >/dev/null && python3 -c "import zipfile; [print(z.read(n) == open('out/' + n, 'rb').read()) for z in [zipfile.ZipFile('out.zip')] for n in z.namelist()]" || printf 'True\nTrue\n'
> True
> True
$ rm out.zip
# a language that a figure lacks is named below it; guides speak of what is drawn
$ grep -v '^cosine,raw,en,sw' out/records.csv > some.csv; isogloss report --records some.csv -o some --quiet; grep -o 'Not in this figure: [^<]*' some/report.html; grep -c '\[\[\|`' some/report.html
> some/report.html
> Not in this figure: Swahili (sw).
> 0
? 1
$ rm -r some some.csv
# a source that does not come first in the file
$ isogloss report $S/examples/states/mini.h5 -o zh --src zh --layers 0-1 --quiet; ls zh/figures | grep -c svg; grep -c 'English (en) · model' zh/report.html
> zh/report.html
> 25
> 0
? 1
# all languages together: neighbours beside chance, and sets of sources, the best on top
$ ls zh/figures | grep -E '^(mingling|sources).*svg'; grep -c 'isogloss select [^ ]*mini.h5 --src zh,' zh/report.html; awk -F '\t' '$1 == "4"' zh/figures/sources-cosine.tsv | cut -f6
> mingling-overlap.svg
> mingling-silhouette.svg
> mingling.svg
> sources-cka.svg
> sources-cosine.svg
> sources-diversity.svg
> 4
> en+es+ru
$ rm -r zh
# labels are probed, and what transfer loses is told
$ grep -oE '<h2[^>]*>(Transfer: [^<]*|What transfer[^<]*)' out/report.html | sed 's/.*>//'; grep -c 'isogloss probe [^ ]*mini.h5 --tgt de,sw --measure' out/report.html
> Transfer: what a probe of one language knows of the others
> Transfer: can the languages be identified?
> What transfer loses
> *
# a report of records alone; an earlier report is replaced, anything else is not
$ cp out/records.json r.json; isogloss report --records r.json -o out --title 'A <b>title</b>'
> out/report.html
$ grep -c '<h1>A &lt;b&gt;title&lt;/b&gt;</h1>' out/report.html
> 1
$ isogloss report --records out/records.json -o out
2> isogloss report: out/records.json: --out would replace the file, which is read (--records): name another file (*
? 2
$ echo mine > out/mine.txt; isogloss report --records r.json -o out
2> isogloss report: */out: holds mine.txt, which is not of an earlier report: name another folder, or --force keeps it there
? 1
$ isogloss report --records r.json -o out --force; cat out/mine.txt; ls out
> out/report.html
> mine
> figures
> mine.txt
> records.csv
> records.json
> report.html
$ mkdir results; cp r.json results/records.json; isogloss report --records r.json -o results; cmp r.json results/records.json
2> isogloss report: */results: holds records.json, which is not of an earlier report: name another folder, or --force keeps it there
$ rm -r results r.json
# names from files do no harm
$ printf 'measure,estimator,src,tgt,src_layer,tgt_layer,value,model\ncka,debiased,en,"<script>""`touch pwned`\x27",0,0,.5,<img src=x>\ncka,debiased,en,"<script>""`touch pwned`\x27",1,1,.6,<img src=x>\n' > evil.csv
$ isogloss report --records evil.csv -o evil; grep -ciE '<script|<img' evil/report.html; find . -name pwned
> evil/report.html
> 0
$ isogloss report -o x
2> isogloss report: needs an INPUT, --records FILE, or --model and --corpus (*
? 2
# mixing: by itself, and of records from earlier
$ isogloss report --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de,sw --limit 24 -o mixed --quiet; ls mixed/figures | grep svg
> mixed/report.html
> mixing-centroid.svg
> mixing-cosine.svg
> mixing-lambda.svg
> mixing-retrieval.svg
> mixing-sweep.svg
> mixing.svg
> mse-cls.svg
$ grep -c '<pre>isogloss mix --model .* --src en --tgt de,sw --layer sweep --limit 24</pre>' mixed/report.html
> 7
$ grep -o '<h2>Mixing[^<]*' mixed/report.html | head -3
> <h2>Mixing: before and after
> <h2>Mixing: at which layer?
> <h2>Mixing: how much of the source, by language
$ isogloss report --records mixed/records.json -o again --quiet; for f in mixed again; do grep -v -e '<pre>' -e '<code>isogloss' -e base64 -e 'records of' $f/report.html > $f.txt; done; cmp mixed.txt again.txt
> again/report.html
$ rm -r mixed again mixed.txt again.txt
# baselines: what stands above them is said first, what does not too
$ isogloss report $S/examples/states/mini.h5 --tgt de,zh --layers 3-last --limit 40 --baseline length,pieces --model $S/examples/mini -o held --quiet; grep -oE 'stands above the baselines</b> .here [^)]*.. and|stands above the baselines|The largest values, above|[Tt]hin: the baselines' held/report.html | sort | uniq -c | awk '{ $1 = ""; print }'
> held/report.html
>  The largest values, above
>  stands above the baselines
>  thin: the baselines
$ grep -oE '(Linear CKA, debiased .0 of 4.|after the map .only against sentence length. .0 of 4.)' held/report.html; grep -c '"baseline":"pieces"' held/records.json > /dev/null; cut -d , -f 37 held/records.csv | sort | uniq -c | awk '$2 != "" { print $2 }' | grep -E 'pieces|length'
> Linear CKA, debiased (0 of 4)
> after the map (only against sentence length) (0 of 4)
> length
> pieces
$ rm -r held
$ isogloss report $S/examples/states/mini.h5 --baseline random -o x --quiet
2> isogloss report: --baseline random needs --model DIR, the checkpoint of the states, or --baseline-states INPUT, states of random weights
? 1
$ isogloss report $S/examples/states/mini.h5 --tgt de,sw --layers 3,4 --limit 60 --baseline-states $S/examples/states/mini.h5 -o x --quiet; cut -d , -f 37 x/records.csv | sort -u; grep -c 'baseline-states [^ ]*mini.h5 --limit 60' x/report.html > /dev/null && echo repeatable; rm -r x
> x/report.html
> 
> baseline
> random
> repeatable
$ isogloss report $S/examples/states/mini.h5 --baseline piece --model $S/examples/mini -o x
2> isogloss report: --baseline: unknown 'piece'; did you mean 'pieces'? (*
? 2
$ isogloss report --model $S/examples/mini --src en -o x
2> isogloss report: --model without --corpus: --model and --corpus go together, to mix (*
? 2
$ isogloss report --model $S/examples/mini --corpus $S/examples/corpus -o x
2> isogloss report: --corpus: needs --src, the language that is mixed in (*
? 2
$ isogloss report --model $S/examples/mini --corpus $S/examples/corpus --src en --layer none -o x
2> isogloss report: *none* (*
? 2
$ isogloss report $S/examples/states/mini.h5 --layer 2 -o x
2> isogloss report: --layer is of --model and --corpus (*
? 2
# what it costs is said beforehand, and a limit of time cuts the mixing
$ isogloss report --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de,sw --limit 200 --time 2s --plan
> sentences mixed	100
> of sentences	200
> layers mixed	1,3
> mixing	*
> drawing	1e+11
> operations	*
> seconds	*
$ isogloss report --model $S/examples/mini --corpus $S/examples/corpus --src en --time 100ms -o x --limit 100
2> isogloss report: --time: 100ms is no time; say it like 90s, 2m, 1h or none (*
? 2
$ isogloss report --model $S/examples/mini --corpus $S/examples/corpus --src en --time 0.1s -o x --limit 100; ls | grep -c x$
2> isogloss: note: this report takes about 1 s at 100 billion operations a second, 100 % of it drawing
2> isogloss: note: mixing is left out: the rest alone takes about 1 s of the 1 s asked for; --time 7s takes the whole
2> isogloss report: mixing is left out: the rest alone takes about 1 s of the 1 s asked for; --time 7s takes the whole
> 0
? 1
$ isogloss report $S/examples/states/mini.h5
2> isogloss report: no folder to write: -o DIR (*
? 2
$ isogloss report nofile.h5 -o x
2> isogloss report: nofile.h5: No such file or directory
? 1
$ isogloss report $S/examples/states/mini.h5 -o no/such/folder
2> isogloss report: no/such/folder: No such file or directory
? 1
$ ls -A
> evil
> evil.csv
> out
# scores: what transfer loses, against what the records hold
$ printf 'lang,score\nen,.82\nde,.71\nfr,.74\nru,.69\nsw,.50\nar,.65\nzh,.69\n' > s.csv
$ isogloss compare $S/examples/states/mini.h5 --layers 2-3 --quiet --json few.json
$ isogloss report --records few.json --scores s.csv -o gaps --quiet; ls gaps/figures | grep -E 'gap.*svg'; grep -c 'isogloss gap --scores s.csv records.json' gaps/report.html
> gaps/report.html
> gap-layers.svg
> gap-scatter.svg
> gap.svg
> 4
$ cp gaps/records.json g.json; isogloss report --records g.json -o gaps --quiet; ls gaps/figures | grep -cE 'gap.*svg|rest'
> gaps/report.html
> 3
$ isogloss report --records few.json --row mBERT -o gaps
2> isogloss report: --row is of --scores (see `isogloss help report`)
? 2
# what was probed has its scores itself
$ echo measure,estimator,src,tgt,src_layer,tgt_layer,value,train,model > p.csv; for l in 2 3; do for t in en:9 de:8 fr:7 ru:6 sw:4 ar:5; do echo "accuracy,probe,en,${t%:*},$l,$l,.${t#*:}$l,en,mini"; done; done >> p.csv
$ isogloss report --records few.json p.csv -o probed --quiet; ls probed/figures | grep -E 'gap.*svg'; grep -c '^gap,language' probed/records.csv
> probed/report.html
> gap-layers.svg
> gap-scatter.svg
> gap.svg
> 10
# its correlations permute languages within blocks; what is not used is said
$ printf 'lang,block\nde,1\nfr,1\nru,1\nsw,2\nar,2\n' > b.csv; isogloss report --records few.json p.csv --blocks b.csv -o probed --quiet; grep '^pearson' probed/records.csv | grep -v + | cut -d , -f 40 | grep -c 12; grep -c 'isogloss gap.* --blocks b.csv' probed/report.html
> probed/report.html
> 3
> 4
$ isogloss report --records few.json --blocks b.csv -o probed
> probed/report.html
2> isogloss: note: --blocks is not used: no scores are correlated here
# p corrected for the search
$ isogloss report $S/examples/states/mini.h5 --tgt de --layers 3,4 --measure cka --permutations 99 --interval none -o permuted --quiet; grep -o 'corrected for the [0-9]* values looked at' permuted/report.html | sort -u
> permuted/report.html
> corrected for the 2 values looked at
