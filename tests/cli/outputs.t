# No output replaces what the user did not name: neither an input, nor another output, nor a file of another kind.
$ cp -r $S/examples/mini model; cp -r $S/examples/corpus corpus; cp $S/examples/states/mini.h5 $S/examples/xnli_zero_shot.tsv .; chmod -R u+w model corpus mini.h5 xnli_zero_shot.tsv
$ isogloss compare mini.h5 --layers last --quiet --json r.json --csv r.csv; cp corpus/en.tsv en.txt; echo 'a b' > dict; echo '0 0' > gold; echo '{}' > lambda.json
$ isogloss align mini.h5 --tgt de --layers last --map maps.h5 --quiet --csv a.csv; printf '2 2\ncat .1 .2\ndog .3 .4\n' > en.vec
$ echo '"$@" > out 2> err; s=$?; grep -q "would replace" err || { echo "$*"; cat out err; }; [ $s = 2 ] || echo "$*: status $s"; rm -f out err' > no; chmod +x no
$ find . -type f ! -name before.md5 -exec md5sum {} + | sort > before.md5
# each pair of an output and an input; every one is refused before any work
$ ./no isogloss embed --model model en=en.txt -o en.txt; ./no isogloss embed --model model --corpus corpus -o corpus/de.tsv
$ for f in model.safetensors config.json sentencepiece.bpe.model tokenizer_config.json; do [ -e model/$f ] && ./no isogloss embed --model model en=en.txt -o model/$f; done; ls model | grep -c .
> *
$ ./no isogloss tokenize --model model en.txt --json en.txt; ./no isogloss tokenize --model model en.txt --json model/config.json; ./no isogloss inspect model --json model/config.json; ./no isogloss inspect mini.h5 --json mini.h5
$ for o in --json --csv; do for c in compare centroids retrieve align probe; do ./no isogloss $c mini.h5 $o mini.h5; done; ./no isogloss compare mini.h5 --against en=mini.h5 $o ./mini.h5; ./no isogloss probe r.h5 --second mini.h5 $o mini.h5; done
$ ./no isogloss retrieve mini.h5 --gold gold --predictions gold; ./no isogloss retrieve mini.h5 --predictions mini.h5; ./no isogloss align mini.h5 --map mini.h5; ./no isogloss align mini.h5 --apply maps.h5 -o maps.h5; ./no isogloss align mini.h5 --apply maps.h5 -o mini.h5
$ ./no isogloss align mini.h5 --train dict --csv dict; ./no isogloss align mini.h5 --train de=dict,fr=gold --csv gold; ./no isogloss align mini.h5 --alignments dict --csv dict
$ ./no isogloss words en.vec en.vec --train dict --test gold --json en.vec; ./no isogloss words en.vec en.vec --train dict --test gold --json gold; ./no isogloss words en.vec en.vec --train dict --test gold --csv dict
$ ./no isogloss gap --scores xnli_zero_shot.tsv --csv xnli_zero_shot.tsv; ./no isogloss gap --scores xnli_zero_shot.tsv r.json --json r.json; ./no isogloss gap --scores r.csv --given gold r.json --csv gold
$ ln -s r.csv r.svg; ln r.csv r.gp; ./no isogloss plot - -o r.svg < r.csv; ./no isogloss plot r.csv -o r.svg; ./no isogloss plot r.csv -o x.svg --plot-data r.gp; rm r.svg r.gp
$ ./no isogloss convert mini.h5 -o mini.h5; ./no isogloss convert en=mini.h5 -o mini.h5
$ for o in --json --csv --keep-before --keep-after; do ./no isogloss mix --model model --corpus corpus --src en --tgt de $o corpus/sw.tsv; ./no isogloss mix --model model --source en=en.txt --target de=corpus/de.tsv $o en.txt; ./no isogloss mix --model model --corpus corpus --src en --lambda lambda.json $o lambda.json; done
$ mkdir rep; cp r.json rep; ./no isogloss report --records rep/r.json -o rep; ./no isogloss report mini.h5 --model model --corpus corpus --src en -o corpus; ./no isogloss report mini.h5 --model model --corpus corpus --src en -o model; rm -r rep
# through symbolic links, hard links, other spellings, folders behind links
$ ln -s mini.h5 soft.h5; ln mini.h5 hard.h5; ln -s . here; ./no isogloss compare mini.h5 --json soft.h5; ./no isogloss compare soft.h5 --json mini.h5; ./no isogloss compare mini.h5 --csv hard.h5; ./no isogloss compare en=mini.h5 --csv here/mini.h5; ./no isogloss embed --model here/model en=en.txt -o model/config.json
$ mkdir cache; mv model/model.safetensors cache/blob; ln -s ../cache/blob model/model.safetensors; ./no isogloss embed --model model en=en.txt -o cache/blob; rm model/model.safetensors; mv cache/blob model/model.safetensors; rm -r cache soft.h5 hard.h5 here
$ cp $S/examples/e5-mini/e5-mini.gguf m.gguf; mkdir one; ln m.gguf one/x.gguf; ./no isogloss embed --model m.gguf en=en.txt -o m.gguf; ./no isogloss embed --model one en=en.txt -o m.gguf; ./no isogloss embed --model one en=en.txt -o one/x.gguf --force; ./no isogloss tokenize --model one en.txt --json m.gguf; rm -r one m.gguf
# nor with --force
$ ./no isogloss convert mini.h5 -o mini.h5 --force
# unfinished files, and names that hold the layer
$ cp en.txt x.h5.part; ./no isogloss embed --model model en=x.h5.part -o x.h5; mv x.h5.part x.h5.part.journal; ./no isogloss embed --model model en=x.h5.part.journal -o x.h5; rm x.h5.part.journal
$ cp corpus/de.tsv de-3.txt; ./no isogloss mix --model model --source en=en.txt --target de=de-3.txt --layer sweep --keep-after de-%d.txt; rm de-3.txt
$ mkdir pictures; cp corpus/de.tsv pictures/de-0-layer1.tsv; ./no isogloss mix --model model --source en=en.txt --target de=pictures/de-0-layer1.tsv --attention pictures --items 0; rm -r pictures
# two outputs are two files
$ isogloss compare mini.h5 --json x --csv ./x
2> isogloss compare: --json and --csv both write ./x; give each its own file (*
? 2
$ isogloss compare mini.h5 --csv x.svg --plot x.svg
2> isogloss compare: --csv and --plot both write x.svg; give each its own file (*
? 2
$ isogloss compare mini.h5 --csv x.csv > x.csv
2> isogloss compare: x.csv: standard output goes there already: --csv needs another file, or - for standard output (*
? 2
$ isogloss compare mini.h5 --json log 2> log; cat log
> isogloss compare: log: standard error goes there already: --json needs another file, or - for standard output (see `isogloss help compare`)
$ isogloss compare mini.h5 --json /dev/stdout > x.json
2> isogloss compare: /dev/stdout: standard output goes there already: --json needs another file, or - for standard output (*
? 2
$ rm x.csv x.json log
# files of another kind stay; --force replaces them
$ isogloss embed --model model en=en.txt -o en.vec
2> isogloss embed: en.vec: is there and is not a states file of isogloss, so --out does not write over it: name another file, or replace it with --force
? 1
$ isogloss convert mini.h5 -o maps.h5 2>&1 | cut -d , -f 1; isogloss compare mini.h5 --json en.txt 2>&1 | cut -d , -f 1; isogloss compare mini.h5 --csv xnli_zero_shot.tsv 2>&1 | cut -d , -f 1; isogloss tokenize --model model en.txt --json r.json 2>&1 | cut -d , -f 1
> isogloss convert: maps.h5: is there and is not a states file of isogloss
> isogloss compare: en.txt: is there and is not JSON that isogloss wrote
> isogloss compare: xnli_zero_shot.tsv: is there and is not records of isogloss (CSV)
> isogloss tokenize: r.json: is there and is not JSON of `isogloss tokenize`
$ isogloss align mini.h5 --map r.csv 2>&1 | cut -d , -f 1; isogloss retrieve mini.h5 --predictions gold 2>&1 | cut -d , -f 1; cp en.txt p.png; cp en.txt p.gp; cp en.txt p.tsv; isogloss plot r.json -o p.png 2>&1 | cut -d , -f 1; isogloss plot r.json -o p.gp 2>&1 | cut -d , -f 1; isogloss plot r.json -o p.svg --plot-data p.tsv 2>&1 | cut -d , -f 1
> isogloss align: r.csv: is there and is not a maps file of isogloss
> isogloss retrieve: gold: is there and is not predictions (row
> isogloss plot: p.png: is there and is not a PNG picture
> isogloss plot: p.gp: is there and is not a figure's script of isogloss
> isogloss plot: p.tsv: is there and is not the numbers of a figure of isogloss
$ cp en.txt x.h5.part; isogloss embed --model model en=en.txt --limit 2 -o x.h5
2> isogloss embed: x.h5.part: is there and is not an unfinished file of isogloss, so --out does not write over it: name another file, or replace it with --force
? 1
$ cmp en.txt x.h5.part && rm x.h5.part; rm p.png p.gp p.tsv
# after all of this every file is as it was
$ find . -type f ! -name before.md5 -exec md5sum {} + | sort | cmp - before.md5 && rm before.md5
# the same kind is replaced, an empty file and a device are written
$ isogloss convert mini.h5 -o c.h5; isogloss convert mini.h5 -o c.h5; isogloss compare mini.h5 --layers last --quiet --json r.json --csv r.csv; : > new.json; isogloss compare mini.h5 --layers last --quiet --json new.json --csv /dev/null; cut -c 1-11 new.json | head -1
> {"isogloss"
$ isogloss compare mini.h5 --layers last --quiet --json gold --force; cut -c 1-11 gold | head -1; isogloss retrieve mini.h5 --tgt de --layers last --predictions p.tsv --quiet --csv q.csv && isogloss retrieve mini.h5 --tgt de --layers last --predictions p.tsv --quiet --csv q.csv
> {"isogloss"
$ isogloss compare mini.h5 --layers last --quiet --json /dev/stdout | cut -c 1-11 | head -1
> {"isogloss"
