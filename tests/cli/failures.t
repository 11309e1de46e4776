# What fails says so in one line, with the thing and the way out; 2 is for what the command line
# alone shows wrong, 1 for all else.
$ isogloss compare
2> isogloss compare: needs an INPUT, such as states.h5 (*`isogloss help compare`)
? 2
$ isogloss compare nofile.h5
2> isogloss compare: nofile.h5: No such file or directory
? 1
$ isogloss compare .
2> isogloss compare: *
? 1
$ isogloss compare $S/LICENSE
2> isogloss compare: *LICENSE: is in no known format*
? 1
$ cp $S/examples/states/mini.h5 states.h5
$ isogloss compare states.h5 --layers last --csv - > /dev/full
2> isogloss compare: standard output: No space left on device
? 1
$ isogloss compare states.h5 --layers last --json /dev/full
2> isogloss compare: /dev/full: cannot write: No space left on device
? 1
$ isogloss compare states.h5 --layers last --json no/such/folder.json
2> isogloss compare: no/such/folder.json: cannot create: No such file or directory
? 1
$ isogloss compare states.h5 --src dee
2> isogloss compare: states.h5: no language 'dee'; did you mean 'de'? (`isogloss inspect` lists them)
? 1
$ isogloss compare states.h5 --layers 99
2> isogloss compare: states.h5: en has no layer 99 (its last is 4)
? 1
$ isogloss compare states.h5 states.h5
2> isogloss compare: states.h5: en, layer 0 was already read from states.h5
? 1
$ isogloss compare states.h5 --mem much
2> isogloss compare: --mem: much is not a size; say it like 512M or 2G (see `isogloss help compare`)
? 2
$ isogloss compare states.h5 --against
2> isogloss compare: --against needs a value: INPUT... (see `isogloss help compare`)
? 2
# nothing is left behind
$ ls
> states.h5
