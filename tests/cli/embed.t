# From a checkpoint's folder and texts to a file that every command reads.
$ M=$S/examples/mini; isogloss embed --model $M --corpus $S/examples/corpus --src en --limit 12 -o states.h5
2> isogloss: note: 120 sentences, * tokens in *
$ isogloss inspect states.h5 --quick
> states.h5: native, *
> model mini, pooling mean, source en
>
> lang      items       rows  layers   dims  type  with
> en           12         12  0-4       128  f16   ids text labels  (English)
> ar           12         12  0-4       128  f16   ids text labels  (Arabic)
> ...
# states are kept in f16, steps of 2^-11: products in another order round some to the next step
tolerance 1e-4
$ isogloss compare states.h5 --layers last --tgt de --quiet | cut -f 1-7
> measure	estimator	src	tgt	src_layer	tgt_layer	value
> cka	debiased	en	de	4	4	0.06575
# the states that PyTorch gave, in f16
$ isogloss embed --model $S/examples/mini --corpus $S/examples/corpus --src en --quiet -o all.h5
tolerance 1e-3
$ isogloss compare all.h5 --against $S/examples/states/mini.h5 --layers last --measure cosine:raw --quiet | cut -f 3,7
> src	value
> en	1.0000
> ar	1.0000
> de	1.0000
> es	1.0000
> fr	1.0000
> hi	1.0000
> ru	1.0000
> sw	1.0000
> tr	1.0000
> zh	1.0000
# the same command makes the same bytes, whenever it runs
$ printf 'A cat.\n' > cat.txt; for o in first again; do isogloss embed --model $S/examples/mini en=cat.txt --quiet -o $o.h5; sleep 1; done; cmp first.h5 again.h5
# the same language again appends; layers and rows as asked
$ printf 'The cat.\nA dog.\n' > a.txt; printf 'Who?\n\n' > b.txt
$ isogloss embed --model $S/examples/mini en=a.txt eng=b.txt --pool none --layers 0,3-last --dtype f32 -o tokens.h5
2> isogloss: note: 4 sentences, * tokens in *; 1 line without text
$ isogloss inspect --quick tokens.h5 | tail -1
> en            4         16  0,3-4     128  f32   text tokens offsets (4.0 rows an item)  (English)
$ isogloss embed --model $S/examples/mini en=a.txt en=b.txt --pool types -o types.h5 --quiet
$ isogloss inspect --quick types.h5 | tail -1
> en            5          5  0-4       128  f16   tokens counts  (English)
# what it would cost
$ isogloss embed --model $S/examples/mini en=a.txt --layers 0,2 --plan
> model	mini
> languages	1
> sentences	2
> tokens	*
> rows	2
> layers	2
> dims	128
> bytes	1024
> operations	*
> memory	*
# a number type that is chosen is said, in the file as in a note
$ isogloss embed --model $S/examples/mini en=a.txt --compute fastest -o chosen.h5
2> isogloss: note: --compute fastest: *; products in bf16 run at * of the rate of f32 here (* against * GFLOP/s)
2> isogloss: note: 2 sentences, * tokens in *
# random weights say so
$ isogloss embed --model $S/examples/mini en=a.txt --random-weights 7 -o random.h5 --quiet
$ isogloss inspect --quick random.h5 | sed -n 2p
> model mini (random weights, seed 7), pooling mean, source en
# a model hub's cache is called by the model's name
$ H=models--some--mini/snapshots/0123456789abcdef; mkdir -p $H && ln -s $S/examples/mini/* $H
$ isogloss embed --model models--some--mini/snapshots/0123456789abcdef/ en=a.txt --plan | head -1
> model	some/mini
$ isogloss embed --model models--some--mini en=a.txt --plan | head -1
> model	some/mini
$ isogloss embed --model . en=a.txt --plan
2> isogloss embed: .: is a hub's cache: name a model in it: models--some--mini
? 1
$ mkdir models--some--mini/snapshots/1123456789abcdef; isogloss embed --model models--some--mini en=a.txt --plan
2> isogloss embed: models--some--mini: is a model in a hub's cache with 2 snapshots, *: name one, as in --model .../snapshots/HASH
? 1
$ mkdir models--some--mini/refs; printf 0123456789abcdef > models--some--mini/refs/main; isogloss embed --model models--some--mini en=a.txt --plan | head -1
> model	some/mini
$ mkdir bare; isogloss embed --model bare en=a.txt --plan
2> isogloss embed: bare: holds no config.json, which a checkpoint's folder has
? 1
# token ids lose their padding; special tokens are those that all lines share
$ printf '0 760 2 1 1 1 1\n0 760 1009 2 1 1 1\n' > padded.ids; printf '1 0 760 2\n0 760 1009 2\n' > left.ids; printf '0 760 2\n0 760 1009 2\n' > plain.ids
$ isogloss embed --model $S/examples/mini en=padded.ids ar=left.ids de=plain.ids -o ids.h5
2> isogloss: note: padding at the ends of 3 lines of token ids is cut off
2> isogloss: note: 6 sentences, 21 tokens in *
$ isogloss compare ids.h5 --src de --layers last --measure cosine:raw --quiet | cut -f 7
> value
> 1.0000
> 1.0000
$ printf '760 5\n1009 7 8\n' > bare.ids; isogloss embed --model $S/examples/mini en=bare.ids -o bare.h5
2> isogloss: note: en: lines of token ids do not all begin, nor end, with the same id: no token is taken for special
2> isogloss: note: 2 sentences, 5 tokens in *
# what is odd in a tokenizer's files
$ mkdir other; ln -s $S/examples/mini/* other; echo '{"<s>": 7}' > other/added_tokens.json; echo 'A <s> cat.' > odd.txt
$ isogloss embed --model other en=odd.txt -o odd.h5
2> isogloss: note: other: 1 oddity in the tokenizer's files, the first: other/added_tokens.json gives "<s>" id 7, the vocabulary 0, which counts
2> isogloss: note: 1 sentence, * tokens in *
# tables and objects, by their columns; what is left out is said
$ printf 'id,label,text,url\n1,a,"Hello, world",x\n2,b,Good night,y\n' > headed.csv; isogloss embed --model $S/examples/mini en=headed.csv -o csv.h5
2> isogloss: note: headed.csv: read as a table with quoted fields: left out: url
2> isogloss: note: 2 sentences, * tokens in *
$ printf '{"idx": 1, "sentence": "Hello, world"}\n{"idx": 2, "sentence": "Good night"}\n' > lines.jsonl
$ isogloss embed --model $S/examples/mini en=lines.jsonl de=lines.jsonl -o json.h5
2> isogloss: note: lines.jsonl and 1 other file: read as JSON: text is sentence, id is idx
2> isogloss: note: 4 sentences, * tokens in *
$ isogloss inspect --quick json.h5 | tail -1
> de            2          2  0-4       128  f16   ids text  (German)
$ isogloss compare csv.h5 --against json.h5 --src en --tgt en --layers last --measure cosine:raw --quiet | cut -f 7
> value
> 1.0000
$ mkdir flores; cp $S/examples/corpus/README.md flores; echo 'A cat.' > flores/eng_Latn.devtest; echo 'Eine Katze.' > flores/newstest2019-ref.deu.txt
$ isogloss embed --model $S/examples/mini --corpus flores -o flores.h5
2> isogloss: note: 2 sentences, * tokens in *
