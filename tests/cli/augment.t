# Copies of items with words replaced by neighbours; both texts of a pair, the label goes along.
$ printf 'id\ttext\ttext2\tlabel\na\tthe day, is water\tDay\tX\nb\tday day water  day\t\tY\n' > t.tsv
$ printf 'day\ttime\tmorning\nwater\triver\n' > table.tsv
$ isogloss augment t.tsv --table table.tsv --copies 2 -o c.tsv; cat c.tsv
> copy_of	id	text	text2	label
> a	a.1	the day, is water	Day	X
> a	a.2	the day, is water	Day	X
> b	b.1	time morning river  day		Y
> b	b.2	morning day water  day		Y
2> isogloss: note: t.tsv: 10 of 18 words of the copies are in table.tsv, 4 are another one now
2> isogloss: note: t.tsv: of the 8 words that are not in table.tsv, it has 2 without the punctuation around them, 2 more in lower case
# JSON is the same table, and the seed, ids, copy and place are all that chance hangs on
$ echo '{"day": ["time", "morning"], "water": ["river"]}' > table.json
$ (head -n 1 t.tsv; tail -n 1 t.tsv) > b.tsv; isogloss augment b.tsv --table table.json --copies 2 -o d.tsv --quiet; tail -n 2 c.tsv > want; tail -n 2 d.tsv | cmp - want
$ isogloss augment b.tsv --table table.json --copies 2 --seed 9 -o d.tsv --quiet; tail -n 2 d.tsv | cmp -s - want
? 1
# code-switching: three words in ten, at most 15 % of a text's
$ for i in 1 2 3 4 5 6 7 8 9; do echo 'day x x x day x x x day x'; done > s.txt; printf 'day\tTag\n' > dict.tsv; isogloss augment s.txt --table dict.tsv --copies 1 --probability 1 --most 0.15 -o s.tsv --quiet; cut -f3 s.tsv | grep -o Tag | wc -l
> 9
$ isogloss augment s.txt --table dict.tsv --copies 9 --probability 0.3 -o s.tsv
2> isogloss: note: s.txt: 243 of 810 words of the copies are in dict.tsv, * are another one now
$ isogloss augment s.txt --table dict.tsv --probability 1.5 -o s.tsv
2> isogloss augment: --probability*
? 2
# a plain text has numbers as ids; what is written is read as any table
$ printf 'day\nnight\n' > plain.txt; isogloss augment plain.txt --table table.tsv --copies 1 -o p.tsv --quiet; cut -f 1,2 p.tsv
> copy_of	id
> 1	1.1
> 2	2.1
$ cp $S/examples/mini/sentencepiece.bpe.model $S/examples/mini/config.json .; isogloss tokenize --model . p.tsv --quiet | wc -l
> 2
# a line end in JSON would end the row
$ printf '%s\n' '{"text": "day\nday"}' > l.jsonl; isogloss augment l.jsonl --table table.tsv --copies 1 -o l.tsv; wc -l < l.tsv
> 2
2> isogloss: note: l.jsonl: read as JSON
2> isogloss: note: l.tsv: tabs and line ends in texts are spaces now (1)
2> isogloss: note: l.jsonl: 0 of 1 words of the copies are in table.tsv, 0 are another one now
# a table made from word vectors
$ printf 'day 1 0\nnight 0.9 0.1\nwater 0 1\n' > v.vec; isogloss words v.vec --nearest near.json --neighbours 1 --threshold 0.5 --prep none; cat near.json
> {
> "day": ["night"],
> "night": ["day"],
> "water": []
> }
2> isogloss: note: v.vec: 3 words, 1 of them without a neighbour
$ isogloss augment plain.txt --table near.json --copies 3 -o n.tsv --quiet; sed 1d n.tsv | cut -f 3 | sort -u
> day
> night
$ isogloss words v.vec v.vec --nearest near.json
2> isogloss words: --nearest needs one file of word vectors; 2 given (*
? 2
$ isogloss words v.vec --nearest near.json --train d.txt
2> isogloss words: --nearest and --train exclude each other (*
? 2
$ isogloss words v.vec --nearest near.json --json r.json
2> isogloss words: --nearest writes a table of words, no records; leave out --json (*
? 2
$ isogloss words v.vec --nearest plain.txt
2> isogloss words: plain.txt: is there and is not neighbours of words, of isogloss (JSON), so --nearest does not write over it: *
? 1
# refused
$ isogloss augment t.tsv -o x.tsv
2> isogloss augment: needs --table FILE, words and their neighbours (see `isogloss help augment`)
? 2
$ isogloss augment --table table.tsv -o x.tsv
2> isogloss augment: needs texts, whose words are replaced (see `isogloss help augment`)
? 2
$ isogloss augment t.tsv --table table.tsv -o x.txt
2> isogloss augment: --out x.txt: what is written is a table; a name that ends in .tsv says so to who reads it (see `isogloss help augment`)
? 2
$ isogloss augment t.tsv --table table.tsv -o t.tsv
2> isogloss augment: t.tsv: --out would replace the file, which is read (FILE): name another file (see `isogloss help augment`)
? 2
$ isogloss augment plain.txt --table table.tsv -o t.tsv
2> isogloss augment: t.tsv: is there and is not texts of `isogloss augment`, so --out does not write over it: name another file, or replace it with --force
? 1
$ isogloss augment t.tsv --table plain.txt -o x.tsv
2> isogloss augment: plain.txt: neither JSON {"word": ["neighbour"]} nor lines `word TAB neighbour`
? 1
$ echo '{"day": ["time"], "day": []}' > twice.json; isogloss augment t.tsv --table twice.json -o x.tsv
2> isogloss augment: twice.json: the word 'day' stands there twice
? 1
$ echo '1 2 3' > t.ids; isogloss augment t.ids --table table.tsv -o x.tsv
2> isogloss augment: t.ids: token ids have no words to replace: name a text
? 1
$ isogloss augment t.tsv --table table.tsv --copies 900000 --mem 1M -o x.tsv
2> isogloss augment: --copies 900000: copies of 2 items take about * bytes, --mem is 1048576: take fewer
? 1
$ ls x.tsv
2> *
? 2
