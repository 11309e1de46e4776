# What `embed` does not take, in one line each: the thing, the fact, the way out.
$ ln -s $S/examples/mini model; echo 'A cat.' > en.txt; echo '0 5 2' > en.ids
# what the command line alone shows wrong
$ isogloss embed en=en.txt -o x.h5
2> isogloss embed: needs --model DIR, the folder of a checkpoint (*
? 2
$ isogloss embed --model none -o x.h5
2> isogloss embed: needs LANG=TEXT, such as en=en.txt, or --corpus DIR (*
? 2
$ isogloss embed --model none en=en.txt
2> isogloss embed: needs --out, the file to write (*
? 2
$ isogloss embed --model none en=en.txt -o -
2> isogloss embed: states cannot go to standard output: --out needs a file (*
? 2
$ isogloss embed --model none en.txt -o x.h5
2> isogloss embed: en.txt: does not say which language it is: LANG=FILE, such as en=en.txt (*
? 2
$ isogloss embed --model none en:3=en.txt -o x.h5
2> isogloss embed: en:3=en.txt: 'en:3' cannot be a language: LANG=FILE, such as en=en.txt (*
? 2
$ isogloss embed --model none .=en.txt -o x.h5
2> isogloss embed: .=en.txt: '.' cannot be a language: LANG=FILE, such as en=en.txt (*
? 2
$ isogloss embed --model none "$(printf '\377')=en.txt" -o x.h5
2> isogloss embed: * cannot be a language: LANG=FILE, such as en=en.txt (*
? 2
$ isogloss embed --model none en=en.txt --columns sentence=text -o x.h5
2> isogloss embed: columns: "sentence" is not one of text, text2, id, label (*
? 2
$ isogloss embed --model none en=en.txt --src de -o x.h5
2> isogloss embed: --src de: no text of that language among the 1 given: en (*
? 2
$ isogloss embed --model none en=en.ids --pool word -o x.h5
2> isogloss embed: en=en.ids: token ids do not mark words, so --pool word needs text (*
? 2
$ isogloss embed --model none en=en.txt --pool types --resume -o x.h5
2> isogloss embed: --resume: averages of word types cannot be resumed, start again (*
? 2
$ isogloss embed --model none en=en.txt --random-weights no -o x.h5
2> isogloss embed: --random-weights: no is not a seed, a whole number from 0 on (*
? 2
$ isogloss embed --model none en=en.txt --layers 3-1 -o x.h5
2> isogloss embed: --layers takes a list like 0,3-6,last, not '3-1' (*
? 2
$ isogloss embed --model none en=en.txt --dtype f64 -o x.h5
2> isogloss embed: --dtype: f64 is not one of: f16 f32 (*
? 2
$ isogloss embed --model none en=en.txt --compute f64 -o x.h5
2> isogloss embed: --compute: f64 is not one of: f32 bf16 int8 fastest (*
? 2
# where nothing can be written is said before the work
$ isogloss embed --model none en=en.txt -o no/such/x.h5
2> isogloss embed: no/such/x.h5: cannot create: No such file or directory
? 1
$ isogloss embed --model none en=en.txt -o .
2> isogloss embed: .: is a directory, cannot be written
? 1
$ isogloss embed --model none en=en.txt -o en.txt
2> isogloss embed: en.txt: --out would replace the file, which is read (LANG=TEXT): name another file (*
? 2
# checkpoints
$ isogloss embed --model none en=en.txt -o x.h5
2> isogloss embed: --model none: there is no such folder; a checkpoint is a folder with *
? 1
$ mkdir some && isogloss embed --model some en=en.txt -o x.h5
2> isogloss embed: some: holds no config.json, which a checkpoint's folder has
? 1
$ sed 's/"xlm-roberta"/"t5"/' model/config.json > some/config.json; isogloss embed --model some en=en.txt -o x.h5
2> isogloss embed: some/config.json: is of a t5 model; these are supported: bert, xlm-roberta, roberta, camembert, distilbert; examples/from_transformers.py writes the states of any other
? 1
$ cp model/config.json some; isogloss embed --model some en=en.txt -o x.h5
2> isogloss embed: some: *
? 1
$ head -c 5000 model/model.safetensors > some/model.safetensors; isogloss embed --model some en=en.txt -o x.h5
2> isogloss embed: some/model.safetensors: *
? 1
# a clone without its large files
$ printf 'version https://git-lfs.github.com/spec/v1\nsize 5\n' > some/model.safetensors; isogloss embed --model some en=en.ids -o x.h5
2> isogloss embed: some/model.safetensors: is a pointer of Git LFS to 5 bytes that are not here; fetch them with git lfs pull
? 1
# the first number of a matrix becomes NaN
$ cp model/model.safetensors some; chmod u+w some/model.safetensors; python3 -c 'import json, struct; f = open("some/model.safetensors", "r+b"); n, = struct.unpack("<Q", f.read(8)); h = json.loads(f.read(n)); f.seek(8 + n + h["roberta.encoder.layer.1.output.dense.weight"]["data_offsets"][0]); f.write(b"\0\176")'
$ isogloss embed --model some en=en.ids -o x.h5
2> isogloss embed: some/model.safetensors: tensor roberta.encoder.layer.1.output.dense.weight holds NaN or infinity
? 1
$ cp model/model.safetensors some; isogloss embed --model some en=en.txt -o x.h5
2> isogloss embed: some: holds no vocab.txt, sentencepiece.bpe.model, spiece.model, tokenizer.model or tokenizer.json; files of token ids (.ids) need no tokenizer
? 1
$ isogloss embed --model some en=en.ids -o x.h5 --quiet && isogloss inspect --quick x.h5 | tail -1 && rm x.h5
> en            1          1  0-4       128  f16   (English)
# a tokenizer of another checkpoint
$ (printf '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n'; seq 20000) > some/vocab.txt; echo 19999 > big.txt; isogloss embed --model some en=big.txt -o x.h5
2> isogloss embed: some: its tokenizer gives id 20003, its weights know 8191: tokenizer and weights are of different checkpoints
? 1
# options that the model decides on
$ isogloss embed --model model en=en.txt --layers 5 -o x.h5
2> isogloss embed: mini has no layer 5 (its last is 4)
? 1
$ isogloss embed --model model en=en.txt --max-length 145 -o x.h5
2> isogloss embed: --max-length 145: mini has positions for 144 tokens; give that or less
? 1
$ isogloss embed --model model en=en.txt --max-length 2 -o x.h5
2> isogloss embed: --max-length 2 leaves no room for a piece beside the special tokens
? 1
$ isogloss embed --model model en=en.txt --pool types --mem 1K -o x.h5
2> isogloss embed: en: the sums of 2 word types in 5 layers take 0 MB, --mem is 0 MB: take fewer --layers, or more --mem
? 1
$ isogloss embed --model model en=en.txt --mem 1M -o x.h5
2> isogloss embed: --mem: this takes *1 MB are granted: grant more, or take fewer --layers, a smaller --batch, a text at a time
? 1
# texts
$ isogloss embed --model model en=none.txt -o x.h5
2> isogloss embed: none.txt: No such file or directory
? 1
$ : > empty.txt; isogloss embed --model model en=empty.txt -o x.h5
2> isogloss embed: empty.txt: is empty
? 1
$ printf '0 760 2 1 1\n0 760 1 2\n' > padded.ids; isogloss embed --model model en=padded.ids -o x.h5
2> isogloss embed: padded.ids: line 2: token 3 of 4 is 1, the checkpoint's padding id, with others on both sides: padding belongs to the end of a line
? 1
$ echo '0 8191 2' > far.ids; isogloss embed --model model en=far.ids -o x.h5
2> isogloss embed: far.ids: en: sentence 1 has id 8191, the model knows 0 to 8190
? 1
$ printf 'id\ttext\n1\tA\n1\tB\n' > twice.tsv; isogloss embed --model model en=twice.tsv -o x.h5
2> isogloss embed: twice.tsv: *
? 1
# a text that could be a table, two files of one language, one there and here
$ printf 'id,text\n1,a\n' > table.txt; isogloss embed --model model en=table.txt -o x.h5
2> isogloss embed: table.txt: line 1, "id,text", reads like the header of a table: --text-format csv reads it so, --text-format plain takes every line as a sentence
? 1
$ mkdir same; cp en.txt same/en.txt; cp en.txt same/eng_Latn.dev; isogloss embed --model model --corpus same -o x.h5
2> isogloss embed: same/eng_Latn.dev: is the same language as same/en.txt; name the files you want, LANG=FILE, or keep one of each language in the folder
? 1
$ rm same/eng_Latn.dev; isogloss embed --model model eng=en.txt --corpus same -o x.h5
2> isogloss embed: same/en.txt: a text of en is named beside --corpus: en.txt; name both without --corpus to read one after the other, or remove one
? 1
$ mkdir texts; isogloss embed --model model --corpus texts -o x.h5
2> isogloss embed: texts: holds no text; files are called LANG.txt, LANG.tsv, LANG.csv, LANG.jsonl, LANG.conll or LANG.ids
? 1
# odd text is taken and counted: a long line, no line end, bytes that are not text
$ printf 'A \377 cat\n\n' > odd.txt; head -c 1000000 /dev/zero | tr '\0' a >> odd.txt
$ isogloss embed --model model en=odd.txt -o x.h5
2> isogloss: note: 3 sentences, * tokens in *; 1 cut to 144 tokens; 1 line without text; 1 line with bytes that are not UTF-8
$ rm x.h5
# no room: a file that may not grow stands for the full disk
$ (trap '' XFSZ; ulimit -f 2; isogloss embed --model model en=en.txt -o x.h5)
2> isogloss embed: x.h5: *File too large
? 1
# interruption: what is done stays, and is gone on with
$ for i in $(seq 40); do tail -n +2 $S/examples/corpus/en.tsv | cut -f 3; done > long.txt
$ isogloss embed --model model en=long.txt -o long.h5 --layers 0,1 & p=$!; for i in $(seq 3000); do [ "$(cat long.h5.part.journal 2> none | wc -l)" -gt 1 ] && break; sleep .01; done; kill $p; wait $p
2> isogloss embed: interrupted; finished work is kept; the same command with --resume continues
? 130
$ isogloss embed --model model en=long.txt -o long.h5 --layers 0,1
2> isogloss embed: *long.h5*--resume*
? 1
$ isogloss embed --model model en=long.txt --layers 0,1 --pool max -o long.h5 --resume
2> isogloss embed: *long.h5*
? 1
$ isogloss embed --model model en=long.txt --layers 0,1 --resume -o long.h5
2> isogloss: note: 9600 sentences, * tokens were there already
# nothing is left behind
$ ls -A
> big.txt
> empty.txt
> en.ids
> en.txt
> far.ids
> long.h5
> long.txt
> model
> none
> odd.txt
> padded.ids
> same
> some
> table.txt
> texts
> twice.tsv
