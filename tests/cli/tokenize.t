# Pieces and ids, special tokens included; only the tokenizer's files are needed.
$ mkdir bare && cp $S/examples/mini/sentencepiece.bpe.model $S/examples/mini/config.json bare
$ printf 'How are you?\n\n日本 😀\n' > text.txt
$ isogloss tokenize --model bare text.txt
> <s> ▁How ▁are ▁you ? </s>	0 1009 329 125 11 2
> <s> </s>	0 2
> <s> ▁ 日 本 ▁ 😀 </s>	0 4 * 3 2
# standard input is the same, line ends of any kind, the last line open
$ isogloss tokenize --model bare < text.txt > a; isogloss tokenize --model bare - text.txt < /dev/null > b; cmp a b
$ printf 'How are you?\r\nHow' | isogloss tokenize --model bare
> <s> ▁How ▁are ▁you ? </s>	0 1009 329 125 11 2
> <s> ▁How </s>	0 1009 2
$ isogloss tokenize --model bare text.txt --limit 1 --max-length 4
> <s> ▁How ▁are </s>	0 1009 329 2
2> isogloss: note: 1 sentence was cut to 4 tokens
# records; a second text makes a pair
$ printf 'a\ttext2\nHow?\tWho "I"?\n' > pair.tsv
$ isogloss tokenize --model bare pair.tsv --columns text=a --json -
> {"isogloss": "*",
>  "command": ["isogloss", "tokenize", "--model", "bare", "pair.tsv", "--columns", "text=a", "--json", "-"],
>  "inputs": [{"path": "pair.tsv", "layout": "text", "bytes": 22}, {"path": "bare", "layout": "tokenizer", "bytes": 0}],
>  "machine": {"system": "*", "cores": "*", "threads": "*", "kernels": "*", "lapack": "*", "precision": "single"},
>  "sentences": [
> {"text": "How?", "text2": "Who \"I\"?", "pieces": ["*s>", "▁How", "?", "*/s>", "*/s>", "▁Who", "▁\"", "I", "\"", "?", "*/s>"], "ids": [0, 1009, 11, 2, 2, 1419, 53, 415, 153, 11, 2]}
>  ]}
$ isogloss tokenize --model bare --json none.json < /dev/null; python3 -c 'import json; d = json.load(open("none.json")); print(d["sentences"], d["inputs"][0]["path"])'
> [] -
# and one file may be written again, as records may
$ isogloss tokenize --model bare --json none.json text.txt; python3 -c 'import json; d = json.load(open("none.json")); print(len(d["sentences"]), list(d))'
> 3 ['isogloss', 'command', 'inputs', 'machine', 'sentences']
# bytes that are not UTF-8, and NUL, do no harm
$ printf 'A \377\376 cat\0s\n' > odd.txt
$ isogloss tokenize --model bare odd.txt > a
2> isogloss: note: 1 line had bytes that are not UTF-8
$ isogloss tokenize --model bare < odd.txt > b; wc -l < a; wc -l < b
> 1
> 1
$ isogloss tokenize --model bare --json - < odd.txt | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["sentences"]))'
> 1
# special tokens in a text, and those of added_tokens.json
$ printf 'How <mask>are</s>\nNew Town\n' > special.txt; isogloss tokenize --model bare special.txt --limit 1
> <s> ▁How <mask> ▁are </s> </s>	0 1009 8190 329 2 2
$ cp -r bare added; echo '{"New Town": 8191}' > added/added_tokens.json; isogloss tokenize --model added special.txt | tail -n 1
> <s> New Town </s>	0 8191 2
# what is odd in a vocabulary is counted
$ mkdir odd; printf '[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\na\na\n' > odd/vocab.txt; echo a | isogloss tokenize --model odd
> [CLS] a [SEP]	1 6 2
2> isogloss: note: odd: 1 oddity in the tokenizer's files, the first: *
# tokenizer.json counts over a vocab.txt that has other pieces
$ mkdir two; printf '[UNK]\n[CLS]\n[SEP]\nb\na\n' > two/vocab.txt
$ echo '{"pre_tokenizer": {"type": "BertPreTokenizer"}, "model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "a": 3, "b": 4}}}' > two/tokenizer.json
$ echo 'a b' | isogloss tokenize --model two
> [CLS] a b [SEP]	1 3 4 2
2> isogloss: note: two: 1 oddity in the tokenizer's files, the first: two: vocab.txt and tokenizer.json disagree (2 of 5 pieces, the first: id 3 is "b" and "a"): tokenizer.json counts
# what is not read is named, and the way out
$ mkdir bpe; echo '{"model": {"type": "BPE"}, "pre_tokenizer": {"type": "ByteLevel"}}' > bpe/tokenizer.json; isogloss tokenize --model bpe text.txt
2> isogloss tokenize: bpe/tokenizer.json: its tokenizer is byte-level BPE, which is not supported (WordPiece and SentencePiece unigram are); cut texts with the model's own tokenizer, as in transformers, and give token ids (.ids) instead
? 1
# refused
$ isogloss tokenize text.txt
2> isogloss tokenize: needs --model DIR, the folder of a checkpoint (*
? 2
$ mkdir empty; isogloss tokenize --model empty text.txt
2> isogloss tokenize: empty: holds no vocab.txt, sentencepiece.bpe.model, spiece.model, tokenizer.model or tokenizer.json
? 1
$ echo 0 5 2 > x.ids; isogloss tokenize --model bare x.ids
2> isogloss tokenize: x.ids: holds token ids, which are cut already: name a text
? 1
$ isogloss tokenize --model bare text.txt --max-length 2
2> isogloss tokenize: * 2 *
? 1
$ isogloss tokenize --model bare text.txt --columns sentence=text
2> isogloss tokenize: columns: "sentence" is not one of text, text2, id, label (*
? 2
$ isogloss tokenize --model bare no.txt
2> isogloss tokenize: no.txt: No such file or directory
? 1
$ isogloss tokenize --model bare text.txt > /dev/full
2> isogloss tokenize: standard output: No space left on device
? 1
$ isogloss tokenize --model bare text.txt --json no/such/file.json
2> isogloss tokenize: no/such/file.json: cannot create: No such file or directory
? 1
