# One page, and the folder around it.
needs gnuplot
$ isogloss report $S/examples/states/mini.h5 -o out --tgt de,sw --quiet
> out/report.html
$ ls out; ls out/figures | grep -c svg
> figures
> records.csv
> records.json
> report.html
> 12
# every section has its figure inside, and nothing is fetched or run
$ grep -c '<svg xmlns' out/report.html; grep -ciE '<script|src=|@import' out/report.html
> 12
> 0
? 1
$ grep -o 'most alike in <b>[^.]*' out/report.html
> most alike in <b>layer&nbsp;1</b>: linear CKA (debiased) averages <b>0
# ids on a page are unique
$ grep -oE ' id="[^"]*"' out/report.html | sort | uniq -d | wc -l
> 0
# the records of the page are those of the folder
$ grep -o 'download="records.csv" href="data:text/csv;base64,[^"]*' out/report.html | sed 's/.*base64,//' | base64 -d | cmp - out/records.csv
# a source that does not come first in the file
$ isogloss report $S/examples/states/mini.h5 -o zh --src zh --layers 0-1 --quiet; ls zh/figures | grep -c svg; grep -c 'English (en) · model' zh/report.html
> zh/report.html
> 12
> 0
? 1
$ rm -r zh
# a report of records alone; an earlier report is replaced, anything else is not
$ isogloss report --records out/records.json -o out --title 'A <b>title</b>'
> out/report.html
$ grep -c '<h1>A &lt;b&gt;title&lt;/b&gt;</h1>' out/report.html
> 1
$ touch out/mine.txt; isogloss report --records out/records.json -o out
2> isogloss report: */out: holds mine.txt, which is not of a report; choose another folder
? 1
# names from files do no harm
$ printf 'measure,estimator,src,tgt,src_layer,tgt_layer,value,model\ncka,debiased,en,"<script>""`touch pwned`\x27",0,0,.5,<img src=x>\ncka,debiased,en,"<script>""`touch pwned`\x27",1,1,.6,<img src=x>\n' > evil.csv
$ isogloss report --records evil.csv -o evil; grep -ciE '<script|<img' evil/report.html; find . -name pwned
> evil/report.html
> 0
$ isogloss report -o x
2> isogloss report: needs an INPUT, or --records FILE (*
? 2
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
