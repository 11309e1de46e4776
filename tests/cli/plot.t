# Figures of records from earlier runs.
needs gnuplot
$ isogloss compare $S/examples/states/mini.h5 --measure cka,cka:biased --quiet --json r.json --csv r.csv
$ isogloss plot r.json -o curves.svg
2> isogloss: note: drawn: 45 records of cka:debiased; 45 of other kinds are not, --measure chooses
$ grep -c '<svg' curves.svg; ls curves.*
> 1
> curves.svg
# a browser tells the points, not gnuplot's own names
$ grep -c '<title>German (de), layer 0: 0\.[0-9]* \[0\.[0-9]*, 0\.[0-9]*\]</title>' curves.svg; grep -c gnuplot_plot curves.svg
> 1
> 0
? 1
# the script runs alone with the numbers in it, and the records of either file draw the same
$ isogloss plot r.csv --measure cka:debiased -o again.gp --quiet
$ LC_ALL=C.UTF-8 gnuplot again.gp && grep -c '<svg' again.svg
> 1
$ isogloss plot r.csv --measure cka:debiased -o again.svg --force --quiet; cmp again.svg curves.svg
# what a command prints into a pipe is read too
$ isogloss compare $S/examples/states/mini.h5 --layers last --quiet | isogloss plot - -o dots.png
$ head -c 4 dots.png | tail -c 3
> PNG
$ isogloss compare $S/examples/states/mini.h5 --layers last --pairs all --quiet --plot map.pdf --json m.json
$ head -c 4 map.pdf
> %PDF
# choosing
$ isogloss plot r.json --tgt de,fra --layers 2-last --measure cka:biased -o two.gp --plot-data two.tsv --quiet; cut -f 1,6 two.tsv | sort -u | grep -E 'de|fr'
> 2	de
> 2	fr
> 3	de
> 3	fr
> 4	de
> 4	fr
# what is drawn without a picture; nothing is written that is not named
$ isogloss plot r.json --plot-data only.tsv --quiet; isogloss plot r.json --plot-data only.gp --quiet; head -1 only.tsv; LC_ALL=C.UTF-8 gnuplot only.gp; ls only.*
> layer	value	lo	hi	chance	name
> only.gp
> only.svg
> only.tsv
$ isogloss plot r.json --plot-data x.csv
2> isogloss plot: --plot-data x.csv: the numbers of a figure end in .tsv, its script in .gp (*
? 2
# a language looks the same alone
$ isogloss plot r.json --tgt fr -o alone.gp --quiet; grep -o "dt .* pt .* rgb '#[0-9A-F]*'" alone.gp > look; isogloss plot r.json --plot-data curves.gp --measure cka:debiased --quiet; grep -cFf look curves.gp; grep -c . look
> 1
> 1
$ isogloss compare $S/examples/states/mini.h5 --tgt fr --measure cka --quiet --plot direct.gp --csv x.csv; grep -cFf look direct.gp
> 1
# two models lie over one another as curves; as maps they do not, and that is said
$ sed 's/"model": "[^"]*"/"model": "other"/' r.json > o.json; isogloss plot r.json o.json --measure cka:debiased --tgt de -o both.svg --quiet; grep -o '<title>German (de), [a-z]*<' both.svg | sort
> <title>German (de), mini<
> <title>German (de), other<
$ sed 's/"model": "[^"]*"/"model": "other"/' m.json > n.json; isogloss plot m.json n.json -o maps.svg
2> isogloss: note: drawn: records of model mini; * of other are not, since a map is of one model: draw each file alone
# size and title
$ isogloss plot r.json -o small.svg --quiet --width 400 --height 300 --title none --plot-data small.gp; grep -o 'width="[0-9]*" height="[0-9]*" viewBox' small.svg; grep -c 'large text' small.gp
> width="400" height="300" viewBox
> 0
? 1
$ isogloss compare $S/examples/states/mini.h5 --layers last --quiet --plot map.svg --pairs all --width 900 --title 'All pairs' --json m.json; grep -o 'width="900"' map.svg | head -1; grep -o '<title>All pairs' map.svg
> width="900"
> <title>All pairs
$ isogloss plot r.json -o x.svg --height 50 --quiet
2> isogloss plot: --height 50: this figure needs * pixels at least
? 1
$ isogloss compare nofile --width 300
2> isogloss compare: --width is of --plot, which is not given (*
? 2
$ isogloss plot r.json -o x.svg --width 1000000
2> isogloss plot: --width: at most 20000 pixels (*
? 2
# what is wrong is said
$ isogloss plot r.json
2> isogloss plot: no file to draw into: -o FILE, ending in .svg, .pdf, .png or .gp (*
? 2
$ isogloss plot r.json -o x.jpg
2> isogloss plot: x.jpg: a figure ends in .svg, .pdf, .png or .gp (*
? 2
$ isogloss compare nofile --plot x.tiff
2> isogloss compare: --plot x.tiff: a figure ends in .svg, .pdf, .png or .gp (*
? 2
$ isogloss plot -o x.svg
2> isogloss plot: no RECORDS given (*
? 2
$ isogloss plot r.json -o x.svg --measure rsa
2> isogloss plot: no records of rsa; there are cka
? 1
$ isogloss plot r.json -o x.svg --tgt xx
2> isogloss plot: none of 90 records is of these languages and layers
? 1
$ isogloss plot r.json -o x.svg --layers first
2> isogloss plot: --layers first: a layer is a number, a range 3-6, or last
? 1
$ isogloss plot $S/LICENSE -o x.svg
2> isogloss plot: *LICENSE: line 1: no column is called 'measure', so these are no records
? 1
$ echo '{"records": [{"measure": "cka", "value": "a"}]}' > bad.json; isogloss plot bad.json -o x.svg
2> isogloss plot: bad.json: record 1: value is not a finite number
? 1
$ isogloss plot nofile -o x.svg
2> isogloss plot: nofile: No such file or directory
? 1
$ isogloss plot r.json -o no/such/x.svg --quiet
2> isogloss plot: no/such/x.svg: cannot create: No such file or directory
? 1
$ ls -A | grep -c isogloss-figure
> 0
? 1
# mixing: a map of a sweep, curves of one mixed layer, how much was mixed in
$ isogloss mix --model $S/examples/mini --corpus $S/examples/corpus --src en --tgt de,sw --limit 24 --layer sweep --json mix.json --quiet
$ isogloss plot mix.json -o sweep.svg --plot-data sweep.tsv --quiet; head -1 sweep.tsv; cut -f 4 sweep.tsv | sort -u | grep -c -E '^(none|[1-4])$'
> column	layer	value	mixed	panel
> 5
$ isogloss plot mix.json --layer 2 -o two.svg --plot-data two.tsv --quiet; cut -f 5,6 two.tsv | sort -u | grep German
> fixed:0 (control)	German (de)
> not mixed	German (de)
> shuffled (control)	German (de)
> uniform (control)	German (de)
> xmixup	German (de)
$ isogloss plot mix.json --measure lambda -o lambda.svg --plot-data lambda.tsv --quiet; cut -f 1,6 lambda.tsv | grep sw
> 1	sw
> 2	sw
> 3	sw
> 4	sw
$ isogloss plot mix.json --layer 9 -o nine.svg --quiet
2> isogloss plot: --layer 9: no record of mixing there
? 1
