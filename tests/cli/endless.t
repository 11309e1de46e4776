# Files that are not what was meant: pointers whose content is elsewhere, at every entry.
$ printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 5069051\n' 0 > pointer
$ printf '/annex/objects/SHA256E-s31390--f50d\n' > annexed; ln -s .git/annex/objects/x gone
$ cp $S/examples/states/mini.h5 states.h5; printf '2 2\na 1 2\nb 3 4\n' > two.vec; printf 'a\ta\n' > a.dict
$ isogloss compare en=pointer
2> isogloss compare: pointer: is a pointer of Git LFS to 5069051 bytes that are not here; fetch them with git lfs pull
? 1
$ isogloss compare en=annexed
2> isogloss compare: annexed: is a pointer of git-annex to content that is not here; fetch it with git annex get
? 1
$ isogloss compare en=gone
2> isogloss compare: gone: is a link of git-annex to content that is not here; fetch it with git annex get
? 1
$ isogloss embed --model $S/examples/mini en=pointer -o x.h5
2> isogloss embed: pointer: is a pointer of Git LFS *
? 1
$ isogloss plot pointer -o x.svg
2> isogloss plot: pointer: is a pointer of Git LFS *
? 1
$ isogloss report --records pointer -o page
2> isogloss report: pointer: is a pointer of Git LFS *
? 1
$ isogloss words en=pointer de=two.vec --method none --test a.dict
2> isogloss words: pointer: is a pointer of Git LFS *
? 1
$ isogloss words en=two.vec de=two.vec --method none --test pointer
2> isogloss words: pointer: is a pointer of Git LFS *
? 1
$ isogloss align states.h5 --apply pointer -o x.h5
2> isogloss align: pointer: is a pointer of Git LFS *
? 1
$ isogloss align states.h5 --tgt de --alignments pointer
2> isogloss align: pointer: is a pointer of Git LFS *
? 1
$ isogloss retrieve states.h5 --tgt de --measure f1 --gold pointer
2> isogloss retrieve: pointer: is a pointer of Git LFS *
? 1
$ mkdir some; cp $S/examples/mini/* some; chmod u+w some/*
$ for f in config.json tokenizer_config.json sentencepiece.bpe.model model.safetensors; do cp pointer some/$f; isogloss embed --model some en=a.dict -o x.h5; cp $S/examples/mini/$f some; done; true
2> isogloss embed: some/config.json: is a pointer of Git LFS *
2> isogloss embed: some/tokenizer_config.json: is a pointer of Git LFS *
2> isogloss embed: some/sentencepiece.bpe.model: is a pointer of Git LFS *
2> isogloss embed: some/model.safetensors: is a pointer of Git LFS *
# devices without an end, and a line without one
$ isogloss plot /dev/zero -o x.svg
2> isogloss plot: /dev/zero: byte 0 is zero; this is no text
? 1
$ isogloss embed --model $S/examples/mini en=/dev/zero -o x.h5
2> isogloss embed: /dev/zero: line 1 is longer than 67108864 bytes; this is no text
? 1
$ isogloss embed --model $S/examples/mini en=/dev/urandom -o x.h5
2> isogloss embed: /dev/urandom: * of its first * lines hold zero bytes; this is no text
? 1
$ yes | isogloss embed --model $S/examples/mini --mem 1M en=/dev/stdin -o x.h5
2> isogloss embed: /dev/stdin: continues after 1048576 bytes, which is all that may be held of it
? 1
$ isogloss words en=/dev/zero de=two.vec --method none --test a.dict
2> isogloss words: /dev/zero: is a pipe or a device, not a regular file, and is read at any place: save it to a file
? 1
# the first signal ends what waits for a pipe; a second one, ten seconds later, would kill (137)
$ mkfifo pipe; timeout --foreground --preserve-status -k 10 0.3 isogloss embed --model $S/examples/mini en=pipe -o x.h5
2> isogloss embed: interrupted
? 130
$ timeout --foreground --preserve-status -k 10 0.3 isogloss report --records pipe -o page
2> isogloss report: interrupted
? 130
$ timeout --foreground --preserve-status -k 10 0.3 isogloss plot pipe -o x.svg
? 143
$ timeout --foreground --preserve-status -k 10 0.3 isogloss gap pipe --scores pipe
? 143
$ (sleep 20 & echo $! > sleeper) | timeout --foreground --preserve-status -k 10 0.3 isogloss tokenize --model $S/examples/mini; echo $?; kill $(cat sleeper)
2> isogloss tokenize: interrupted
> 130
$ ls x.* page
2> ls: *
2> ls: *
? 2
