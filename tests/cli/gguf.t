# A GGUF file as a model: named by itself, from a folder, in the folder it lies in; what is refused.
$ cp $S/examples/e5-mini/e5-mini.gguf m.gguf; head -3 $S/examples/corpus/en.tsv > en.tsv; head -3 $S/examples/corpus/de.tsv > de.tsv
$ isogloss inspect m.gguf
> m.gguf: checkpoint, bert
> m.gguf: GGUF, 197 tensors, 17.3 MB
>
> layers       12
> dimensions   384, 12 heads of 32
> feed-forward 1536, gelu
> LayerNorm    eps 1e-12
> vocabulary   20002
> positions    512, a sentence begins at 0 and has up to 512 tokens
> token types  2
> padding      id 1
> parameters   29172480, 17.3 MB: 124 tensors F32, 73 tensors Q4_0
> tokenizer    sentencepiece of tokenizer.ggml, ids to 20001
> sentence     layer 13, 384 dimensions: mean-special (bert.pooling_type)
>
> nothing odd: every tensor the encoder needs is there, all numbers are finite
$ isogloss embed --quiet --model m.gguf en=en.tsv de=de.tsv --prompt "query: " -o a.h5; isogloss inspect a.h5 | sed -n 2,3p
> model m.gguf, pooling mean, source en, prompt query: 
> layer 13, 384 dims, is the sentence by the model's own recipe: mean-special
$ mkdir one; mv m.gguf one/x.gguf; isogloss embed --quiet --model one en=en.tsv de=de.tsv --prompt "query: " -o b.h5; isogloss compare --quiet a.h5 --against b.h5 --measure cosine --layers 0,12,13 | awk -F '\t' 'NR > 1 && $3 == $4 && $7 < 0.999999'
$ cp one/x.gguf one/y.gguf; isogloss tokenize --model one en.tsv
2> isogloss tokenize: one: holds 2 GGUF files: name one: *
? 1
$ echo '{"model_type": "bert"}' > one/config.json; isogloss embed --model one en=en.tsv -o c.h5
2> isogloss embed: one/config.json: has no num_hidden_layers
? 1
$ head -c 1000000 one/x.gguf > cut.gguf; isogloss embed --model cut.gguf en=en.tsv -o c.h5
2> isogloss embed: cut.gguf: tensor "*" ends behind the file's end: not all of it is there, fetch it again
? 1
$ head -c 300 one/x.gguf > cut.gguf; isogloss tokenize --model cut.gguf en.tsv
2> isogloss tokenize: cut.gguf: ends within its header, after 300 bytes: not all of it is there, fetch it again
? 1
$ LC_ALL=C sed '1,/bert/s/bert/lama/' one/x.gguf > other.gguf; isogloss embed --model other.gguf en=en.tsv -o c.h5
2> isogloss embed: other.gguf/config.json: is of a lama model; *
? 1
$ isogloss compare one/x.gguf
2> isogloss compare: one/x.gguf: *
? 1
$ ls *.h5
> a.h5
> b.h5
